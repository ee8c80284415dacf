"""Sentences of the caller's: tokens and tags, as lists, as a table or as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from kerasduet.checks import show
from kerasduet.data.columns import is_missing
from kerasduet.data.frames.read import as_frame
from kerasduet.data.text import normalised, read_text, texts, tokens
from kerasduet.errors import ArgumentType, EmptyData, LengthMismatch, MissingValue, UnknownName
from kerasduet.settings import known_names
from kerasduet.tasks.tagging.dates import Sentence
from kerasduet.tasks.tagging.learned import LONGEST

__all__ = ["COLUMNS", "cut", "read_sentences", "read_tagged"]

COLUMNS = ("sentence", "token", "tag")
LISTS = {"tokens", "tags"}


def read_tagged(given: Any, path: str | None) -> list[Sentence]:
    """Read sentences and their tags: lists of both by name, a table, or a CSV file."""
    if given is None and path is not None:
        return _of_table(_columns_of(path))
    if isinstance(given, Mapping) and (LISTS & set(given) or not set(given) & set(COLUMNS)):
        known_names(given, ("tokens", "tags"), where="a set of tagged sentences")
        for name in ("tokens", "tags"):
            if name not in given:
                raise ArgumentType(
                    f"{name}: must be given in data; got nothing. Give tokens and tags by name, or "
                    "a table of sentence, token and tag."
                )
        sentences = read_sentences(given["tokens"], "tokens")
        return _paired(sentences, _lists(given["tags"], "tags"))
    frame = as_frame(given)
    for name in COLUMNS:
        if name not in frame:
            raise UnknownName(
                f"{name}: must be a column of the table of tagged sentences; got "
                f"{', '.join(map(str, frame.columns)) or 'none'}. Name it so."
            )
    return _of_table({name: frame[name].tolist() for name in COLUMNS})


def _columns_of(path: str) -> dict[str, list[Any]]:
    """Read the three columns of a CSV file as texts, whatever they look like.

    Words that mean a missing value name no sentence; a token or a tag may be one.
    """
    rows = list(csv.DictReader(io.StringIO(read_text(path))))
    for name in COLUMNS:
        if not rows or rows[0].get(name) is None:
            raise UnknownName(
                f"{name}: must be a column of the file of tagged sentences; got none in {path}. "
                "Name it so in the first line."
            )
    found = {name: [row[name] for row in rows] for name in COLUMNS}
    named = [None if is_missing(name) else name for name in found["sentence"]]
    return found | {"sentence": named}


def _of_table(columns: Mapping[str, list[Any]]) -> list[Sentence]:
    """Put the rows of each sentence together, in their order."""
    found: dict[Any, Sentence] = {}
    for row, name in enumerate(columns["sentence"], start=1):
        if pd.isna(name) or (isinstance(name, str) and not name.strip()):
            raise MissingValue(
                "sentence: must say which sentence each row belongs to; got nothing in row "
                f"{row}. Leave that row out, or name its sentence."
            )
    clean = zip(
        columns["sentence"],
        texts(columns["token"], "token"),
        texts(columns["tag"], "tag"),
        strict=True,
    )
    for sentence, token, tag in clean:
        words, tags = found.setdefault(sentence, ([], []))
        words.append(token)
        tags.append(tag)
    return _paired([words for words, _ in found.values()], [tags for _, tags in found.values()])


def _paired(sentences: list[list[str]], tags: list[list[str]]) -> list[Sentence]:
    """Refuse tags that are not as many as their tokens, and words that are none."""
    if len(sentences) != len(tags):
        raise LengthMismatch(
            f"tags: must have a list of tags a sentence ({len(sentences)}); got {len(tags)}."
        )
    for row, (words, own) in enumerate(zip(sentences, tags, strict=True), start=1):
        if len(words) != len(own):
            raise LengthMismatch(
                f"tags: must have one tag a token; got {len(own)} for {len(words)} tokens in "
                f"sentence {row}."
            )
        _refuse_others(words, "tokens", row)
        _refuse_others(own, "tags", row)
    return list(zip(sentences, tags, strict=True))


def _refuse_others(words: list[str], name: str, row: int) -> None:
    for word in words:
        if len(word.split()) != 1 or len(word) > LONGEST:
            raise ArgumentType(
                f"{name}: must be of at most {LONGEST} characters without white space; got "
                f"{show(word)} in sentence {row}."
            )


def read_sentences(given: Any, name: str) -> list[list[str]]:
    """Give the tokens of texts, which are cut into words, or of lists of tokens."""
    if isinstance(given, str) or all(isinstance(one, str) for one in _items(given, name)):
        return [cut(one) for one in texts(given, name)]
    return _lists(given, name)


def cut(text: str) -> list[str]:
    """Cut a text into words and marks, as they are written."""
    return tokens(normalised(text, lower=False), "word")


def _lists(given: Any, name: str) -> list[list[str]]:
    """Give lists of texts; a text among them stands for its words, parted by white space."""
    found = []
    for row, one in enumerate(_items(given, name), start=1):
        words = one.tolist() if hasattr(one, "tolist") else one
        words = words.split() if isinstance(words, str) else words
        if not isinstance(words, list | tuple):
            raise ArgumentType(
                f"{name}: must be texts, or lists of tokens; got {show(one)} in row {row}."
            )
        if not words:
            raise EmptyData(f"{name}: must not be empty; got nothing in row {row}.")
        found.append(texts(words, name))
    return found


def _items(given: Any, name: str) -> Sequence[Any]:
    if hasattr(given, "tolist"):
        given = given.tolist()
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, list | tuple):
        raise ArgumentType(f"{name}: must be texts, or lists of tokens; got {show(given)}.")
    if not given:
        raise EmptyData(f"{name}: must have at least one sentence; got none.")
    return given
