"""Tagged sentences, made or the caller's, as a data set."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.data.dataset import Dataset, Part, Source, digest_arrays
from kerasduet.data.folds import Fold, Folds, as_fold, folds_by_class
from kerasduet.data.repeats import SPLITS, among, repeats_note
from kerasduet.data.text import normalised
from kerasduet.errors import ArgumentType, DatasetError, EmptyData, LengthMismatch
from kerasduet.tasks.tagging.dates import Sentence, date_sentences
from kerasduet.tasks.tagging.learned import TagPreprocessing
from kerasduet.tasks.tagging.reading import read_tagged

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = ["folded", "load", "refuse_longer"]

SPLIT_SEED = 0  # fixed, so that runs with other seeds are scored on the same sentences


def load(experiment: Experiment, given: Any) -> Dataset:
    """Make the sentences of an experiment, or read the caller's, and split them."""
    found, source = _sentences(experiment, given)
    data = experiment.data
    order = np.random.default_rng(SPLIT_SEED).permutation(len(found))
    test = max(1, round(len(order) * data.test_split))
    return _laid(experiment, found, source, _rows(order, test, data.validation_split))


def folded(experiment: Experiment, given: Any, folds: int, repeats: int) -> Folds:
    """Cut the sentences into folds, each of which learns its own tokens.

    Of the sentences that are trained on `validation_split` is held out for validation; without it
    the fold itself stands in their place.
    """
    found, source = _sentences(experiment, given)
    held = folds_by_class(np.zeros(len(found), np.int64), folds, repeats, ["sentences"])

    def cut(test: np.ndarray) -> list[np.ndarray]:
        rest = np.setdiff1d(np.arange(len(found)), test)
        order = np.concatenate([np.random.default_rng(SPLIT_SEED).permutation(rest), test])
        return _rows(order, len(test), experiment.validation_split)

    def make(test: np.ndarray, fold: Fold) -> Dataset:
        return as_fold(_laid(experiment, found, source, cut(test)), fold)

    for test in held:  # before anything is trained
        _tags(found, cut(test)[0])
    return Folds(held, folds, make)


def _sentences(experiment: Experiment, given: Any) -> tuple[list[Sentence], Source]:
    """Make the sentences, or read the caller's."""
    data = experiment.data
    note, path = "", None
    if given is not None:
        found, name = read_tagged(given, None), "the caller's sentences"
    elif data.dataset == "date-sentences":
        found, name = date_sentences(data.sentences), "made sentences with dates"
        note = "Made at random, none of them written by a person."
    elif data.path is not None:
        found, name, path = read_tagged(None, data.path), "a file of sentences", data.path
    else:
        raise DatasetError(
            f"data: {experiment.name} needs sentences of your own; got nothing. Give tokens and "
            "tags as data, or a file of them as path."
        )
    refuse_longer([words for words, _ in found], data.length, "tokens", "sentence")
    digest = digest_arrays(*(np.array("\n".join(x)) for pair in found for x in pair))
    return found, Source(name, digest, len(found), path, note, given is not None)


def refuse_longer(sentences: list[list[str]], length: int, name: str, word: str) -> None:
    """Refuse a sentence of more tokens than the network reads."""
    for row, words in enumerate(sentences, start=1):
        if len(words) > length:
            raise LengthMismatch(
                f"{name}: must have at most {length} tokens (length); got {len(words)} in {word} "
                f"{row}. Cut it, or train with a larger length."
            )


def _rows(order: np.ndarray, test: int, validation: float) -> list[np.ndarray]:
    """Hold out the last of mixed sentences for the test, and those before for validation."""
    held = round((len(order) - test) * validation)
    pieces = np.split(order, [max(len(order) - test - held, 0), len(order) - test])
    if not len(pieces[0]):
        raise EmptyData(
            f"data: must leave a sentence for training; got {len(order)} in all. Give more "
            "sentences, or lower validation_split or test_split."
        )
    return [np.sort(piece) for piece in pieces]


def _tags(found: list[Sentence], rows: np.ndarray) -> list[str]:
    """Give the tags of training sentences; those of others must be among them."""
    train = [found[row] for row in rows]
    names = sorted({tag for _, tags in train for tag in tags})
    other = sorted({tag for _, tags in found for tag in tags} - set(names))
    if other:
        raise ArgumentType(
            f"tags: must all occur in training sentences; got {other[0]!r} in others alone. Give "
            "more sentences with it, or leave it out."
        )
    if len(names) < 2:
        raise ArgumentType(
            f"tags: must be at least two different ones; got {names[0]!r} alone."
        )
    return names


def _laid(
    experiment: Experiment, found: list[Sentence], source: Source, rows: list[np.ndarray]
) -> Dataset:
    """Learn from the training sentences, and encode all."""
    data, names = experiment.data, _tags(found, rows[0])
    train = [found[row] for row in rows[0]]
    learned = _learned(experiment, train, tuple(names))
    code_of = {tag: code for code, tag in enumerate(names)}
    parts = []
    for piece in rows:
        own = [found[row] for row in piece]
        targets = np.zeros((len(own), data.length), dtype=np.int32)
        weights = np.zeros((len(own), data.length), dtype=np.float32)
        for row, (_, tags) in enumerate(own):
            targets[row, : len(tags)] = [code_of[tag] for tag in tags]
            weights[row, : len(tags)] = 1
        parts.append(Part(learned.encoded([words for words, _ in own]), targets, weights))
    words, tags = ([" ".join(found[row][side]) for row in rows[2]] for side in (0, 1))
    known = [tuple(words) for words, _ in train]
    held = dict(zip(SPLITS, rows[1:], strict=True))
    counts = {
        name: among(known, [tuple(found[row][0]) for row in own]) for name, own in held.items()
    }
    note = repeats_note(counts, {name: len(own) for name, own in held.items()}, "sentences")
    source = source.noted(note)
    return Dataset(
        train=parts[0],
        validation=parts[1],
        test=parts[2],
        preprocessing=learned,
        source=source,
        settings=data.values(),
        given=pd.DataFrame({"tokens": words, "tags": tags}, dtype=object, index=rows[2]),
    )


def _learned(
    experiment: Experiment, train: list[Sentence], names: tuple[str, ...]
) -> TagPreprocessing:
    """Learn the tokens, and the commonest tag of each."""
    data = experiment.data
    counts: Counter[str] = Counter()
    tags_of: dict[str, Counter[str]] = {}
    overall: Counter[str] = Counter()
    for words, tags in train:
        for word, tag in zip(words, tags, strict=True):
            token = normalised(word, lower=data.lower)
            counts[token] += 1
            tags_of.setdefault(token, Counter())[tag] += 1
            overall[tag] += 1
    common = [token for token, count in counts.items() if count >= data.least]
    if not common:
        raise EmptyData(
            f"tokens: must leave a vocabulary; got none that the training sentences have "
            f"{data.least} times (least). Lower it."
        )
    known = tuple(sorted(common, key=lambda token: (-counts[token], token)))
    commonest = _commonest(overall, names)
    usual = (_commonest(tags_of[token], names) for token in known)
    return TagPreprocessing(
        data.length, known, data.lower, names, (commonest, commonest, *usual)
    )


def _commonest(counts: Counter[str], names: tuple[str, ...]) -> int:
    """Give the code of the commonest tag; of equally common ones the first by name."""
    return max(range(len(names)), key=lambda code: (counts[names[code]], -code))
