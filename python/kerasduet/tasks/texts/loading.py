"""From texts and labels to codes of tokens: read, split, and a vocabulary learned."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.checks import nearest, show
from kerasduet.data.dataset import Dataset, Part, Source
from kerasduet.data.files import expanded, problem
from kerasduet.data.folds import Fold, Folds, folds_by_class
from kerasduet.data.frames.files import read_file
from kerasduet.data.frames.read import as_frame
from kerasduet.data.holdout import held_out
from kerasduet.data.images import TEST_SEED, VALIDATION_SEED
from kerasduet.data.labels import is_ordered, label_type, refuse_strange
from kerasduet.data.repeats import among, repeats_note
from kerasduet.data.text import Vocabulary, read_lines, read_text, texts, word_vectors
from kerasduet.errors import (
    DatasetError,
    EmptyData,
    LabelRange,
    LabelType,
    LengthMismatch,
    MissingValue,
    ShapeError,
    UnknownName,
)
from kerasduet.tasks.texts import imdb, reviews
from kerasduet.tasks.texts.given_vocabulary import given_tokens, given_vocabulary, with_tokens
from kerasduet.tasks.texts.learned import TextPreprocessing
from kerasduet.tasks.texts.settings import GENERATED, IMDB

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = ["folded", "load", "texts_of"]

GENERATED_NOTE = "Generated sentences about films, none of them written by a person."


@dataclass(frozen=True)
class Labelled:
    """Texts and what is known of their classes.

    Parameters
    ----------
    texts : list of str
        All rows; where the data bring a test of their own it comes last.
    codes : numpy.ndarray
        Class codes (n,), int32.
    classes : tuple of str
        Their names.
    kind : str
        What labels were before they became texts.
    ordered : bool
        Whether the classes have an order.
    source : Source
        Where they came from.
    tests : int
        Rows of their own test.
    tokens : tuple of str
        A vocabulary that is given.
    """

    texts: list[str]
    codes: np.ndarray
    classes: tuple[str, ...]
    kind: str
    ordered: bool
    source: Source
    tests: int = 0
    tokens: tuple[str, ...] = ()


def load(experiment: Experiment, given: Any) -> Dataset:
    """Read the texts, split them, and learn the vocabulary of the training texts."""
    data, found = experiment.data, _read(experiment, given)
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
    found = _read(experiment, given)
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
        found.source.note,
        known,
        _lacking(experiment, vocabulary),
        _repeated(found.texts, train, {"validation": held, "test": test}),
    ]
    tested = pd.DataFrame({data.text_column: [found.texts[row] for row in test]}, index=test)
    return Dataset(
        train=part(train),
        validation=part(held),
        test=part(test),
        preprocessing=learned,
        source=replace(found.source, note=" ".join(note for note in notes if note)),
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


def _read(experiment: Experiment, given: Any) -> Labelled:
    """Read texts and labels, and a vocabulary that is given: both are digested."""
    tokens = given_tokens(experiment.data)
    found = _labelled(experiment, given)
    source = replace(found.source, sha256=with_tokens(found.source.sha256, tokens))
    return replace(found, source=source, tokens=tokens)


def _labelled(experiment: Experiment, given: Any) -> Labelled:
    data = experiment.data
    if given is not None:
        frame = _frame_of(given, data)
        return _tabled(frame, data, "the caller's texts", given=True)
    if data.dataset == IMDB:
        return _from_imdb(data)
    if data.dataset == GENERATED:
        return _generated()
    if data.path is None:
        raise DatasetError(
            f"data: {experiment.name} needs texts and labels; got nothing. Give a table with the "
            f"columns {data.text_column} and {data.label_column}, or set path."
        )
    folder = expanded(data.path)
    if folder.is_dir():
        return _tabled(_from_folder(folder, data), data, "text files", path=str(folder))
    if why := problem(folder):
        raise DatasetError(
            f"path: must be a CSV file, or a folder of text files; got {data.path!r}, which {why}."
        )
    frame, source = read_file(data.path, data.encoding)
    return _tabled(frame, data, source.name, path=source.path)


def _frame_of(given: Any, data: Any) -> pd.DataFrame:
    """Give a table of the caller's: its own, or one of texts and labels by x and y, or in order."""
    pair = given if isinstance(given, tuple) and len(given) == 2 else None
    if isinstance(given, Mapping) and set(given) == {"x", "y"}:
        pair = (given["x"], given["y"])
    if pair is None:
        frame = as_frame(given)
        if len(frame) == 0 or frame.shape[1] == 0:
            raise EmptyData("data: must have rows; got none.")
        return frame
    found, labels = texts(pair[0], "x"), _column(pair[1])
    if len(found) != len(labels):
        raise LengthMismatch(
            f"y: must have one label a text ({len(found)}); got {len(labels)}."
        )
    return pd.DataFrame({data.text_column: found, data.label_column: labels})


def _column(labels: Any) -> Any:
    """Give labels as a column without an index; a factor stays one."""
    if isinstance(labels, str) or not hasattr(labels, "__len__"):
        raise LabelType(f"y: must have one label a text; got {show(labels)}.")
    values = labels.array if isinstance(labels, pd.Series) else labels
    if hasattr(values, "categories"):
        return values
    for method in ("to_pylist", "to_list", "tolist"):  # pyarrow, polars, NumPy and pandas
        if hasattr(values, method):
            return pd.Series(getattr(values, method)())
    return pd.Series(list(values))


def texts_of(frame: pd.DataFrame, column: str, name: str) -> list[str]:
    """Give the texts of a column of a table."""
    known = [str(one) for one in frame.columns]
    if column not in known:
        raise UnknownName(f"text_column: no column {show(column)}. {nearest(column, known)}")
    return texts(frame[column], name)


def _tabled(
    frame: pd.DataFrame, data: Any, name: str, *, path: str | None = None, given: bool = False
) -> Labelled:
    """Read texts and labels of a table."""
    found = texts_of(frame, data.text_column, data.text_column)
    known = [str(one) for one in frame.columns]
    if data.label_column not in known:
        raise UnknownName(
            f"label_column: no column {show(data.label_column)}. "
            f"{nearest(data.label_column, known)}"
        )
    codes, classes, kind, ordered = _codes(frame[data.label_column], data)
    digest = hashlib.sha256("\0".join((*classes, *found)).encode("utf-8", "surrogatepass"))
    digest.update(codes.astype("<i4").tobytes())
    source = Source(name, digest.hexdigest(), len(found), path, given=given)
    return Labelled(found, codes, classes, kind, ordered, source)


def _codes(labels: pd.Series, data: Any) -> tuple[np.ndarray, tuple[str, ...], str, bool]:
    """Give the codes of labels, and their names: levels of a factor in order, or values sorted."""
    name = data.label_column
    refuse_strange(labels, name)
    gaps = np.nonzero(labels.isna().to_numpy())[0]
    if len(gaps):
        raise MissingValue(
            f"{name}: labels must not be missing; got {len(gaps):,} missing, the first in row "
            f"{gaps[0] + 1}. Leave those rows out."
        )
    if labels.dtype.kind == "f" and not bool((labels == labels.round()).all()):
        raise LabelType(
            f"{name}: must hold names or whole numbers; got numbers with fractions, such as "
            f"{show(float(labels.iloc[0]))}. Choose another column."
        )
    if labels.dtype.kind == "f":
        labels = labels.astype("int64")
    try:
        levels = labels.astype("category")
    except TypeError:
        raise LabelType(f"{name}: must hold names or whole numbers; got lists.") from None
    classes = tuple(str(level) for level in levels.cat.categories)
    if len(classes) != data.classes:
        fix = f" Set classes = {len(classes)}." if len(classes) > 1 else ""
        raise LabelRange(
            f"{name}: must hold {data.classes} classes; got {len(classes)}: {show(classes)}.{fix}"
        )
    codes = levels.cat.codes.to_numpy().astype(np.int32)
    return codes, classes, label_type(levels), is_ordered(levels)


def _from_folder(folder: Any, data: Any) -> pd.DataFrame:
    """Read a folder: a file a class, a text a line; or a folder a class, a text a file."""
    rows: list[tuple[str, str]] = []
    for place in sorted(folder.iterdir()):
        if place.name.startswith("."):
            continue
        if place.is_dir():
            inside = sorted(one for one in place.iterdir() if not one.name.startswith("."))
            rows += [
                (read_text(one, encoding=data.encoding).strip(), place.name) for one in inside
            ]
        else:
            label = place.name.removesuffix(".txt")
            rows += [(line, label) for line in read_lines(place, encoding=data.encoding)]
    if not rows:
        raise EmptyData(
            f"path: must hold a file or a folder a class; got the empty folder {str(folder)!r}."
        )
    return pd.DataFrame(rows, columns=[data.text_column, data.label_column])


def _from_imdb(data: Any) -> Labelled:
    found = imdb.reviews(data.path)
    if found is None:
        made = _generated()
        note = (
            "IMDB's reviews were not found and could not be downloaded: generated sentences about "
            "films stand in for them, none of them written by a person."
        )
        return replace(made, source=replace(made.source, note=note))
    train, test, name, path = found
    every, codes = [*train[0], *test[0]], np.concatenate([train[1], test[1]])
    digest = hashlib.sha256("\0".join(every).encode() + codes.tobytes()).hexdigest()
    source = Source(f"IMDB ({name})", digest, len(every), path)
    return Labelled(every, codes, imdb.CLASSES, "str", False, source, len(test[0]))


def _generated() -> Labelled:
    every, codes = reviews.generated()
    digest = hashlib.sha256("\0".join(every).encode() + bytes(codes)).hexdigest()
    source = Source("generated reviews", digest, len(every), note=GENERATED_NOTE)
    return Labelled(
        every, np.array(codes, dtype=np.int32), reviews.CLASSES, "str", False, source
    )
