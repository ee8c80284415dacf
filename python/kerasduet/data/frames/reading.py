"""A column of a table, read as training knew it: refused by row where it is another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from kerasduet.checks import show
from kerasduet.data.frames.cleaning import is_text
from kerasduet.data.frames.kinds import kind_of, level_texts, place_in, refuse_text
from kerasduet.errors import ArgumentType, MissingValue, NonFinite, UnknownName

if TYPE_CHECKING:
    from kerasduet.data.frames.column import Column

__all__ = ["Rows", "as_dates", "as_levels", "as_numbers", "as_truth", "refuse_missing"]

Rows: TypeAlias = np.ndarray | slice

REFUSED = -2  # stands for a level that is not to come
MOST = float(np.finfo(np.float32).max)
WORDS = {
    "number": "numbers",
    "logical": "true or false",
    "category": "levels",
    "ordered": "levels",
    "date": "dates",
}


def as_numbers(given: pd.Series, column: Column, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    """Read numbers: float64 (rows,), a copy, and which are missing."""
    _refuse_other_kind(given, column, ("number",))
    # Rows that are picked are a copy already.
    values = given.to_numpy()[rows].astype(np.float64, copy=isinstance(rows, slice))
    absent = np.isnan(values)
    refuse_missing(given, column, rows, absent)
    # Past missing ones, which fmax and fmin take no notice of.
    most, least = np.fmax.reduce(values, initial=0), np.fmin.reduce(values, initial=0)
    if most > MOST or least < -MOST:
        row = int((np.abs(values) > MOST).argmax())
        raise NonFinite(
            f"{column.name}: must be finite, within float32; got {show(float(values[row]))} in "
            f"{_place(given, rows, row)}."
        )
    return values, absent


def as_truth(given: pd.Series, column: Column, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    """Read true and false as 1 and 0: float64 (rows,), and which are missing."""
    if not given.isna().all():
        _refuse_other_kind(given, column, ("logical",))
    values = given.iloc[rows].to_numpy(np.float64, na_value=np.nan).copy()
    absent = np.isnan(values)
    refuse_missing(given, column, rows, absent)
    return values, absent


def as_dates(
    given: pd.Series, column: Column, rows: Rows
) -> tuple[pd.DatetimeIndex, np.ndarray]:
    """Read dates (rows,), and which are missing."""
    if given.isna().all():
        given = pd.Series(pd.NaT, given.index, dtype="datetime64[us]")
    _refuse_other_kind(given, column, ("date",))
    times = pd.DatetimeIndex(given.iloc[rows])
    absent = np.asarray(times.isna())
    refuse_missing(given, column, rows, absent)
    return times, absent


def as_levels(given: pd.Series, column: Column, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    """Read codes of levels: int32 (rows,), a copy, -1 for others; and which are missing.

    Levels are known by their texts, so that a factor of "1" and "2" is also one of numbers.
    """
    if given.dtype.kind == "M" or (given.dtype == object and not given.isna().all()):
        _refuse_other_kind(given, column, ("category", "ordered"))
    if not isinstance(given.dtype, pd.CategoricalDtype):
        given = given.astype("category")
    known = dict.fromkeys(column.lacking, -1)
    known |= {level: code for code, level in enumerate(column.levels)}
    strange = -1 if column.other and not column.lacking else REFUSED
    texts = level_texts(given.cat.categories)
    # The last place is that of -1, what is missing.
    lookup = np.array([*(known.get(text, strange) for text in texts), -1], np.int32)
    here = given.cat.codes.to_numpy()[rows]
    codes, absent = lookup[here], here < 0
    refuse_missing(given, column, rows, absent)
    if len(codes) and codes.min() == REFUSED:
        row = int(codes.argmin())
        _refuse_unknown(column, texts[here[row]], _place(given, rows, row))
    return codes, absent


def _refuse_unknown(column: Column, text: str, place: str) -> None:
    shown = show(list(column.levels)).replace("'", "")
    raise UnknownName(
        f"{column.name}: must be a level of the training rows, {shown}; got {show(text)} in "
        f'{place}. Set unknown = "other" to take any.'
    )


def _refuse_other_kind(given: pd.Series, column: Column, kinds: tuple[str, ...]) -> None:
    found = kind_of(given)
    if found in kinds:
        return
    wanted = WORDS[column.kind]
    if column.kind == "number":
        refuse_text(given, column.name)
    row = int(np.argmax(given.notna().to_numpy()))
    item: Any = given.iloc[row]
    shown = (
        show(str(item))
        if found in ("category", "ordered", "date") or is_text(given)
        else show(item)
    )
    raise ArgumentType(
        f"{column.name}: must be {wanted}, as in training; got {shown} in "
        f"{place_in(given)(row)}."
    )


def refuse_missing(given: pd.Series, column: Column, rows: Rows, absent: np.ndarray) -> None:
    """Refuse missing values where none are allowed, by their count and the first row."""
    if column.fills or not absent.any():
        return
    raise MissingValue(
        f"{column.name}: values must not be missing; got {int(absent.sum()):,} missing, the first "
        f"in {_place(given, rows, int(absent.argmax()))}. Fill them, or set missing = "
        '"indicator" before training.'
    )


def _place(given: pd.Series, rows: Rows, row: int) -> str:
    return place_in(given)(row if isinstance(rows, slice) else int(rows[row]))
