"""The columns of numbers, or the codes, that one column of a table becomes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd

from kerasduet.data.frames.column import Column
from kerasduet.data.frames.reading import Rows, as_dates, as_levels, as_numbers, as_truth

__all__ = ["ENCODERS", "embedded"]

# Each gives the columns of numbers that one column becomes, one after the other.


def _number(column: Column, given: pd.Series, rows: Rows) -> Iterator[np.ndarray]:
    values, absent = as_numbers(given, column, rows)
    yield _scaled(values, absent, column)
    if column.missing:
        yield absent


def _scaled(values: np.ndarray, absent: np.ndarray, column: Column) -> np.ndarray:
    values[absent] = column.fill
    values -= column.center
    values /= column.scale
    return values


def _logical(column: Column, given: pd.Series, rows: Rows) -> Iterator[np.ndarray]:
    values, absent = as_truth(given, column, rows)
    values[absent] = column.fill
    yield values
    if column.missing:
        yield absent


def _date(column: Column, given: pd.Series, rows: Rows) -> Iterator[np.ndarray]:
    times, absent = as_dates(given, column, rows)
    yield _scaled(times.year.to_numpy(np.float64, copy=True), absent, column)
    for part, period in ((times.month - 1, 12), (times.day_of_week, 7)):
        angle = 2 * np.pi * part.to_numpy(np.float64) / period
        for turn in (np.sin, np.cos):
            yield np.where(absent, 0, turn(angle))
    if column.missing:
        yield absent


def _category(column: Column, given: pd.Series, rows: Rows) -> Iterator[np.ndarray]:
    codes, absent = as_levels(given, column, rows)
    for code in range(len(column.levels)):
        yield codes == code
    if column.missing:
        yield absent


def _ordered(column: Column, given: pd.Series, rows: Rows) -> Iterator[np.ndarray]:
    codes, absent = as_levels(given, column, rows)
    if column.scale != 1:
        yield _scaled(codes.astype(np.float64), absent, column)
    else:
        for code in range(1, len(column.levels)):
            yield codes >= code
    if column.missing:
        yield absent


def embedded(column: Column, given: pd.Series, rows: Rows) -> np.ndarray:
    """Give the codes of a column to embed: int32 (rows,)."""
    codes, absent = as_levels(given, column, rows)
    codes[codes < 0] = column.codes - 1  # other ones
    if column.missing:
        codes[absent] = len(column.levels)
    return codes


ENCODERS: Mapping[str, Callable[[Column, pd.Series, Rows], Iterator[np.ndarray]]] = {
    "number": _number,
    "logical": _logical,
    "category": _category,
    "ordered": _ordered,
    "date": _date,
}
