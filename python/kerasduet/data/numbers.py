"""A column as numbers, refused by row where an item is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from kerasduet.checks import show
from kerasduet.data.pieces import with_column_again
from kerasduet.data.times import Place
from kerasduet.data.written import advice, hides_thousands, readings
from kerasduet.errors import ArgumentType, CsvError, MissingValue, NonFinite

__all__ = [
    "advice_for",
    "as_read",
    "numbers",
    "reads_as_number",
    "refuse_missing",
    "side_by_side",
]

ROWS_AT_A_TIME = 2**14  # of all columns: so many stay in the fast memory of a processor


def numbers(column: pd.Series, name: str, place: Place) -> np.ndarray:
    """Read a column as float64 (rows,), NaN where a value is missing; refuse others by row."""
    if pd.api.types.is_complex_dtype(column.dtype):
        raise ArgumentType(f"{name}: must be real numbers; got complex ones.")
    if pd.api.types.is_bool_dtype(column.dtype):
        raise ArgumentType(f"{name}: must be numbers; got true or false values.")
    if pd.api.types.is_numeric_dtype(column.dtype):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        read = _parsed if column.index.name == "line" else _number
        values = np.array([read(item, name, place, i, column) for i, item in enumerate(column)])
    infinite = np.nonzero(np.isinf(values))[0]
    if len(infinite):
        raise NonFinite(f"{name}: must be finite; got infinity in {place(infinite[0])}.")
    return values


def as_read(frame: pd.DataFrame, wanted: tuple[str, ...]) -> np.ndarray | None:
    """Give the numbers of a file, and its target again, without a copy: float64 (rows, columns).

    None where they do not lie side by side in memory as they are wanted, or one is not finite. A
    table of the caller's, which may yet change, is never given so.
    """
    names = [*frame.columns]
    plain = frame.index.name == "line" and all(kind == np.float64 for kind in frame.dtypes)
    if not plain or [*wanted[:-1]] != names or wanted[-1] not in names:
        return None
    values = frame.to_numpy()
    blocks = range(0, len(values), ROWS_AT_A_TIME)
    if all(np.isfinite(values[start : start + ROWS_AT_A_TIME]).all() for start in blocks):
        return with_column_again(values, names.index(wanted[-1]))
    return None


def side_by_side(
    columns: Iterable[np.ndarray], shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Give columns (rows,) as one matrix (rows, columns), and which of its values are NaN.

    Examples
    --------
    >>> given = np.array([1.0, np.nan]), np.array([3.0, 4.0])
    >>> values, absent = side_by_side(given, (2, 2))
    >>> values.tolist(), absent.tolist()
    ([[1.0, 3.0], [nan, 4.0]], [[False, False], [True, False]])
    """
    values, absent = np.empty(shape), np.empty(shape, bool)
    views = {}
    for i, column in enumerate(columns):
        if column.flags.owndata:  # a copy, which may go before the next one is made
            values[:, i] = column
        else:
            views[i] = column
    for start in range(0, len(values), ROWS_AT_A_TIME):
        rows = slice(start, start + ROWS_AT_A_TIME)
        for i, column in views.items():
            values[rows, i] = column[rows]
        np.isnan(values[rows], out=absent[rows])
    return values, absent


def _number(item: Any, name: str, place: Place, row: int, column: pd.Series) -> float:
    if pd.api.types.is_scalar(item) and pd.isna(item):
        return float("nan")
    if isinstance(item, str):
        row, item = _first_odd(column) or (row, item)
    if isinstance(item, bool | str) or not isinstance(item, int | float | np.number):
        hint = advice_for(item, place, column) if isinstance(item, str) else ""
        raise ArgumentType(f"{name}: must be numbers; got {show(item)} in {place(row)}.{hint}")
    return float(item)


def _first_odd(column: pd.Series) -> tuple[int, str] | None:
    """Give the row and the text of the first one that is no number, among numbers as texts."""
    texts = ((row, item) for row, item in enumerate(column) if isinstance(item, str))
    return next(((row, item) for row, item in texts if not reads_as_number(item)), None)


def reads_as_number(text: str) -> bool:
    """Say whether Python reads a text as a number, without its underscores."""
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def _parsed(text: str | None, name: str, place: Place, row: int, column: pd.Series) -> float:
    if text is None:
        return float("nan")
    try:
        if "_" in text:
            raise ValueError
        return float(text)
    except ValueError:
        hint = advice_for(text, place, column)
        raise CsvError(
            f"{name}: must be numbers; got {show(text)} in {place(row)}.{hint}"
        ) from None


def advice_for(text: str, place: Place, column: pd.Series) -> str:
    """Say what to write, and what the same way of writing makes of the column's other items."""
    told = advice(text)
    if told and "," in text and any("." in number for number in readings(text)):
        for row, item in enumerate(column):
            if isinstance(item, str) and hides_thousands(item):
                whole = readings(item)[0]
                told += f" With decimal commas, {show(item)} in {place(row)} is {whole}."
                break
    return f" {told}" if told else ""


def refuse_missing(missing: Mapping[str, np.ndarray], place: Place) -> None:
    """Refuse columns of which values are missing, by row."""
    for name, found in missing.items():
        if found.any():
            raise MissingValue(
                f"{name}: values must not be missing; got a missing one in "
                f'{place(int(found.argmax()))}. Fill it, or set missing = "interpolate" for gaps '
                "between values."
            )
