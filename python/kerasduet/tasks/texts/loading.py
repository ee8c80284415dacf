"""From texts and labels to codes of tokens: read, split, and a vocabulary learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.checks import show
from kerasduet.data.absent import untested_note
from kerasduet.data.dataset import Dataset, Part
from kerasduet.data.files import expanded
from kerasduet.data.folds import Fold, Folds, folds_by_class
from kerasduet.data.holdout import held_out
from kerasduet.data.images import TEST_SEED, VALIDATION_SEED
from kerasduet.data.repeats import among, repeats_note
from kerasduet.data.text import Vocabulary, word_vectors
from kerasduet.errors import EmptyData, LabelRange, ShapeError
from kerasduet.tasks.texts.given_vocabulary import given_vocabulary
from kerasduet.tasks.texts.learned import TextPreprocessing
from kerasduet.tasks.texts.reading import Labelled, read_labelled

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = ["folded", "load"]


def load(experiment: Experiment, given: Any) -> Dataset:
    """Read the texts, split them, and learn the vocabulary of the training texts."""
    data, found = experiment.data, read_labelled(experiment, given)
    every = np.arange(len(found.texts) - found.tests)
    test = np.arange(len(every), len(found.texts))
    if not found.tests:
        test = held_out(found.codes, round(len(every) * data.test_split), seed=TEST_SEED)
    rest = np.setdiff1d(every, test, assume_unique=True)
    held = _held(found.codes, rest, data.validation_split)
    train = np.setdiff1d(rest, held, assume_unique=True)
    return _laid(experiment, found, train, held, test, brings_test=bool(found.tests))


def folded(experiment: Experiment, given: Any, folds: int, repeats: int) -> Folds:
    """Cut the texts into folds of equal class shares; a test that is given is left alone.

    Each fold learns its own vocabulary.
    """
    found = read_labelled(experiment, given)
    codes = found.codes[: len(found.texts) - found.tests]

    def make(test: np.ndarray, fold: Fold) -> Dataset:
        rest = np.delete(np.arange(len(codes)), test)
        held = _held(codes, rest, experiment.validation_split)
        train = np.setdiff1d(rest, held, assume_unique=True)
        made = _laid(experiment, found, train, held, test, brings_test=True)
        made = replace(made, fold=fold, held_out=fold.name)
        return replace(made, validation=made.validation if len(held) else made.test)

    return Folds(folds_by_class(codes, folds, repeats, found.classes), folds, make)


def _held(codes: np.ndarray, rest: np.ndarray, share: float) -> np.ndarray:
    return rest[held_out(codes[rest], round(len(rest) * share), seed=VALIDATION_SEED)]


def _laid(
    experiment: Experiment,
    found: Labelled,
    train: np.ndarray,
    held: np.ndarray,
    test: np.ndarray,
    *,
    brings_test: bool,
) -> Dataset:
    """Learn from the training texts, and encode all."""
    data = experiment.data
    for name, rows in (("training", train), ("test", test)):
        if len(rows) == 0:
            raise EmptyData(
                f"data: must leave at least one {name} text; got {len(found.texts)} texts. Give "
                "more, or lower validation_split or test_split."
            )
    counts = np.bincount(found.codes[train], minlength=len(found.classes))
    if not counts.all():
        absent = found.classes[int(np.argmin(counts))]
        raise LabelRange(
            f"{data.label_column}: must have training texts of each class; got none of "
            f"{show(absent)}. Give more of them, or hold out fewer rows."
        )
    vocabulary, known = _vocabulary(data, found.tokens, [found.texts[row] for row in train])
    learned = TextPreprocessing(
        vocabulary=vocabulary,
        length=data.length,
        pad=data.pad,
        cut=data.cut,
        class_names=found.classes,
        label_type=found.kind,
        ordered=found.ordered,
        commonest=int(counts.argmax()),
    )

    def part(rows: np.ndarray) -> Part:
        return Part(learned.encoded([found.texts[row] for row in rows]), found.codes[rows])

    settings = data.values()
    if brings_test:
        del settings["test_split"]
    notes = [
        known,
        untested_note(found.codes[train], found.codes[test], found.classes),
        _lacking(experiment, vocabulary),
        _repeated(found.texts, train, {"validation": held, "test": test}),
    ]
    tested = pd.DataFrame({data.text_column: [found.texts[row] for row in test]}, index=test)
    return Dataset(
        train=part(train),
        validation=part(held),
        test=part(test),
        preprocessing=learned,
        source=found.source.noted(*notes),
        settings=settings,
        given=tested,
    )


def _vocabulary(
    data: Any, given: tuple[str, ...], trained: list[str]
) -> tuple[Vocabulary, str]:
    """Learn the tokens of the training texts, or take those that are given, with a note."""
    if given:
        return given_vocabulary(given, trained, data)
    size = data.vocabulary_size
    known = Vocabulary.learned(
        trained, unit=data.unit, lower=data.lower, size=size, name="data"
    )
    return known, ""


def _lacking(experiment: Experiment, vocabulary: Vocabulary) -> str:
    """Count the words that a file of vectors lacks, and refuse vectors of another size."""
    path = experiment.data.vectors
    if path is None:
        return ""
    vectors, found = word_vectors(path, vocabulary.tokens)
    size, wanted = vectors.shape[1], experiment.model["embedding"]
    if size != wanted:
        raise ShapeError(
            f"embedding: must be {size}, the numbers of a vector in {expanded(path).name}; got "
            f"{wanted}. Set embedding = {size}."
        )
    lacking = int((~found).sum())
    return (
        f"Of {len(found):,} words of the vocabulary {lacking:,} have no vector in "
        f"{expanded(path).name} and begin at random."
    )


def _repeated(every: Sequence[str], train: np.ndarray, others: Mapping[str, Any]) -> str:
    """Note texts of held-out rows that are among the training texts too."""
    known = {every[row] for row in train}
    counts = {name: among(known, [every[row] for row in rows]) for name, rows in others.items()}
    return repeats_note(counts, {name: len(rows) for name, rows in others.items()}, "texts")
