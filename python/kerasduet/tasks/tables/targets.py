"""The column to predict: classes as codes with names, or numbers scaled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.checks import MOST_SHOWN, show
from kerasduet.data.frames.cleaning import is_number_text, is_text, odd_level
from kerasduet.data.frames.kinds import place_in, refuse_text
from kerasduet.data.labels import label_type, refuse_strange
from kerasduet.errors import (
    ArgumentType,
    CsvError,
    LabelRange,
    NonFinite,
    ScaleError,
    UnknownName,
)
from kerasduet.tasks.tables.loading import refuse_missing

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.tasks.tables.learned import ClassTable

__all__ = ["class_codes", "class_weights", "numbers", "refuse_absent_class"]

MOST_CLASSES = 1000


def class_codes(column: pd.Series) -> tuple[np.ndarray, tuple[str, ...], str]:
    """Give codes (n,), int32, the names of the classes, and what they were before.

    Classes are the levels of a factor in its order, those that occur; of other columns the values,
    sorted.

    Raises
    ------
    MissingValue
        A missing value.
    LabelType
        A value without a text of its own, such as a list.
    LabelRange
        One class alone, or as many as a column of numbers has.
    """
    import pandas as pd

    refuse_strange(column, str(column.name))
    refuse_missing(column, "target")
    levels = column.astype("category").cat.remove_unused_categories()
    kind = label_type(levels)
    names = tuple(str(name) for name in levels.cat.categories)
    if len(names) < 2:
        raise LabelRange(
            f"target: must have at least two classes; got {show(names[0])} alone in {column.name}. "
            "Choose another column."
        )
    is_number = pd.api.types.is_float_dtype(column.dtype)
    whole = is_number and bool((column == column.round()).all())
    if len(names) > MOST_CLASSES or (is_number and not whole):
        raise LabelRange(
            f"target: must be a column of classes; got {len(names):,} different values in "
            f'{column.name}. Start from the preset "table-numbers" to predict a number.'
        )
    if whole:  # such as 0.0 and 1.0, as columns that had gaps hold whole numbers
        names, kind = tuple(str(int(float(name))) for name in names), "int"
    return levels.cat.codes.to_numpy().astype(np.int32), names, kind


def refuse_absent_class(counts: np.ndarray, names: tuple[str, ...], *, random: bool) -> None:
    """Refuse a class that no training row shows; a random split may be told of a better one."""
    if not counts.all():
        absent = names[int(np.argmin(counts))]
        other = 'set split = "stratified"' if random else "hold out fewer rows"
        raise LabelRange(
            f"target: must have training rows of each class; got none of {show(absent)}. Leave its "
            f"rows out, or {other}."
        )


def class_weights(given: Any, learned: ClassTable) -> Mapping[int, float] | None:
    """Give the weight of each code in the loss.

    Notes
    -----
    "balanced" is n / (classes x rows of the class), as in scikit-learn.
    """
    if given is None:
        return None
    if given == "balanced":
        n, few = sum(learned.counts), len(learned.counts)
        return {code: n / (few * count) for code, count in enumerate(learned.counts)}
    known = learned.class_names
    for name in (*given, *known):
        if name not in known:
            listed = ", ".join(known[:MOST_SHOWN])
            raise UnknownName(f"class_weight: no class {show(name)}. The classes are {listed}.")
        if name not in given:
            raise ArgumentType(
                f"class_weight: must have a weight for each class; got none for {show(name)}. Add "
                "it, or write 1."
            )
    return {code: given[name] for code, name in enumerate(known)}


def numbers(column: pd.Series, train: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Give the scaled target (n, 1), float32, and mean and deviation of its training rows."""
    refuse_missing(column, "target")
    if column.dtype.kind not in "iuf":
        if is_text(column) and is_number_text(column.unique()):
            refuse_text(column, "target")
        if (odd := odd_level(column)) is not None:
            row, text = odd
            raise (CsvError if column.index.name == "line" else ArgumentType)(
                f"target: must be a column of numbers; got {show(text)} in {place_in(column)(row)} "
                f"of {column.name}. Correct it, or start from the preset "
                '"table-classes" to predict classes.'
            )
        raise ArgumentType(
            f"target: must be a column of numbers; got {column.name}, of another type. Start from "
            'the preset "table-classes" to predict classes.'
        )
    values = column.to_numpy(np.float64)
    wrong = np.nonzero(~np.isfinite(values))[0]
    if len(wrong):
        raise NonFinite(
            f"target: must be finite; got {show(float(values[wrong[0]]))} in row {wrong[0] + 1} of "
            f"{column.name}."
        )
    mean, scale = float(values[train].mean()), float(values[train].std())
    if scale == 0:
        raise ScaleError(
            f"target: must vary in the training rows; got {show(float(values[train[0]]))} alone in "
            f"{column.name}."
        )
    return ((values - mean) / scale).astype(np.float32)[:, None], mean, scale
