"""Texts: how they are read and refused, cut into tokens, and encoded."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import polars as pl
import pytest

from kerasduet.data.text import Vocabulary, normalised, read_lines, read_text, texts, tokens
from kerasduet.errors import ArgumentType, DatasetError, EmptyData, MissingValue, UnknownName

TWO = ["a good film", "Ein schöner Film"]


@pytest.mark.parametrize(
    "given",
    [
        TWO,
        tuple(TWO),
        np.array(TWO),
        np.array(TWO, dtype=object),
        pd.Series(TWO, index=[5, 7]),
        pd.Series(TWO, dtype="category"),
        pd.Categorical(TWO),
        pl.Series("text", TWO),
        (text for text in TWO),
    ],
)
def test_texts_come_in_whatever_holds_them(given):
    assert texts(given) == TWO


def test_one_text_is_one_row():
    assert texts("good") == texts(np.array("good")) == ["good"]


@pytest.mark.parametrize(
    "given, error, words",
    [
        ([], EmptyData, "x: must have at least one text; got none"),
        (["good", "  \n"], EmptyData, "x: texts must not be empty; got '  \\n' in row 2"),
        ("", EmptyData, "got '' in row 1"),
        (["good", None], MissingValue, "got a missing one in row 2"),
        (pd.Series(["good", pd.NA]), MissingValue, "in row 2"),
        (["good", float("nan")], MissingValue, "in row 2"),
        (["good", 3], ArgumentType, "x: must be texts; got 3 in row 2"),
        ([b"good"], ArgumentType, "x: must be texts"),
        (b"good", ArgumentType, "x: must be a text, or several"),
        (3, ArgumentType, "x: must be a text, or several; got 3"),
        (None, ArgumentType, "got nothing"),
        ({"x": TWO}, ArgumentType, "got a table"),
        (pd.DataFrame({"x": TWO}), ArgumentType, "got a table"),
        (np.array([TWO]), ArgumentType, "must have one text a row; got values of shape"),
        (np.array([1.0, 2.0]), ArgumentType, "must be texts; got 1 in row 1"),
    ],
)
def test_what_is_no_text_is_refused_by_row(given, error, words):
    with pytest.raises(error) as caught:
        texts(given)
    assert words in str(caught.value)


def test_normalised_joins_accents_and_white_space():
    assert normalised(" A\u00a0 cafe\u0301\t ", lower=False) == "A caf\u00e9"
    assert normalised("\u0130", lower=True) == normalised("\u0130".lower(), lower=False)


@pytest.mark.parametrize(
    "text, found",
    [
        ("it isn't good!", ["it", "isn't", "good", "!"]),
        ("don\u2019t 'quote' a_b 3.5", ["don\u2019t", "'", "quote", "'", "a", "_", "b"]),
        ("gr\u00fc\u00dfe \u043c\u0438\u0440", ["gr\u00fc\u00dfe", "\u043c\u0438\u0440"]),
        (
            "\u0939\u093f\u0928\u094d\u0926\u0940 \U0001f600",
            ["\u0939\u093f\u0928\u094d\u0926\u0940", "\U0001f600"],
        ),
    ],
)
def test_words_and_marks_are_tokens(text, found):
    assert tokens(text, "word")[: len(found)] == found


def test_vocabulary_counts_then_sorts():
    known = Vocabulary.learned(["b a", "b c", "C"], marks=("[start]", "[end]"))
    assert known.tokens == ("b", "c", "a")
    assert known.all == ("", "[UNK]", "[start]", "[end]", "b", "c", "a")
    assert len(known) == 7
    assert known.codes(["a", "[end]", "z"]) == [6, 3, 1]
    assert known.decoded([0, 2, 4, 1, 3, 6]) == "b [UNK]"
    assert Vocabulary.learned(["b a", "b c", "C"], least=2).tokens == ("b", "c")
    assert Vocabulary.learned(["b a", "b c", "C"], lower=False, size=3).tokens == ("b",)
    assert Vocabulary.learned(["5+6"], unit="character").decoded([2, 3, 4]) == "+56"
    assert Vocabulary.from_plain(json.loads(json.dumps(known.to_plain()))) == known


@pytest.mark.parametrize(
    "pad, cut, rows",
    [
        ("start", "start", [[4, 1], [0, 2]]),
        ("start", "end", [[2, 3], [0, 2]]),
        ("end", "start", [[4, 1], [2, 0]]),
        ("end", "end", [[2, 3], [2, 0]]),
    ],
)
def test_texts_are_cut_and_padded_where_it_is_said(pad, cut, rows):
    known = Vocabulary(("a", "b", "c"), "word", True)
    found = known.encoded(["a b c z", "A"], 2, pad=pad, cut=cut)
    assert found.dtype == np.int32
    assert found.tolist() == rows


def test_a_vocabulary_of_none_is_refused():
    with pytest.raises(EmptyData, match="x: must leave a vocabulary; got none of the 2 tokens"):
        Vocabulary.learned(["a b"], size=2)
    with pytest.raises(EmptyData, match="must leave a vocabulary"):
        Vocabulary.learned([" "])


@pytest.mark.parametrize(
    "change",
    [
        {"tokens": ()},
        {"tokens": ("a", "a")},
        {"tokens": ("a", 3)},
        {"tokens": ["a"]},
        {"unit": "line"},
        {"lower": 1},
        {"marks": ("a",)},
        {"marks": ("",)},
    ],
)
def test_a_vocabulary_that_none_could_have_learned_is_refused(change):
    with pytest.raises((ValueError, TypeError)):
        Vocabulary(**{"tokens": ("a", "b"), "unit": "word", "lower": True, **change})


def test_files_are_read_by_line(tmp_path):
    file = tmp_path / "reviews.txt"
    file.write_bytes(b"\xef\xbb\xbfa good film\r\n\r\na caf\xc3\xa9\n")
    assert read_lines(file) == ["a good film", "a caf\u00e9"]
    assert read_text(str(file)) == "a good film\n\na caf\u00e9\n"
    file.write_bytes(b"one\ntwo\nna\xefve\n")
    with pytest.raises(DatasetError, match="must be utf-8 text; got another byte in line 3 of"):
        read_text(file)
    assert read_lines(file, encoding="latin-1")[2] == "na\u00efve"
    with pytest.raises(UnknownName, match="encoding: must be one that Python knows"):
        read_text(file, encoding="utf-9")
    file.write_bytes(b" \n")
    with pytest.raises(EmptyData, match="must hold text; got an empty file"):
        read_lines(file)
    with pytest.raises(DatasetError, match="which does not exist"):
        read_text(tmp_path / "none.txt")
