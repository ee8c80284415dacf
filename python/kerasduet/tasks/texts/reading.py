"""Texts and labels, from wherever they are: a table, a folder, IMDB, or generated."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.checks import nearest, show
from kerasduet.data.dataset import Source
from kerasduet.data.files import expanded, problem
from kerasduet.data.frames.files import read_file
from kerasduet.data.frames.read import as_frame
from kerasduet.data.labels import is_ordered, label_type, refuse_strange
from kerasduet.data.text import read_lines, read_text, texts
from kerasduet.errors import (
    DatasetError,
    EmptyData,
    LabelRange,
    LabelType,
    LengthMismatch,
    MissingValue,
    UnknownName,
)
from kerasduet.tasks.texts import imdb, reviews
from kerasduet.tasks.texts.given_vocabulary import given_tokens, with_tokens
from kerasduet.tasks.texts.settings import GENERATED, IMDB

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = ["Labelled", "read_labelled", "texts_of"]

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


def read_labelled(experiment: Experiment, given: Any) -> Labelled:
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
    frame, source = read_file(data.path, data.encoding, data.kept)
    found = _tabled(frame, data, source.name, path=source.path)
    return replace(found, source=found.source.noted(source.note))


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
    digest = hashlib.sha256("\0".join((*classes, *found)).encode())
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
