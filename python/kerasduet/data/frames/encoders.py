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
    values = (codes == code for code in range(len(column.levels)))
    yield from _with_means(values, column, codes, absent)


def _ordered(column: Column, given: pd.Series, rows: Rows) -> Iterator[np.ndarray]:
    codes, absent = as_levels(given, column, rows)
    if column.scale != 1:
        yield _scaled(codes.astype(np.float64), codes < 0, column)
        if column.missing:
            yield absent
        return
    values = (codes >= code for code in range(1, len(column.levels)))
    yield from _with_means(values, column, codes, absent)


def _with_means(
    values: Iterator[np.ndarray], column: Column, codes: np.ndarray, absent: np.ndarray
) -> Iterator[np.ndarray]:
    """Put means where a row has no known level, and no mark that says so."""
    blank = codes < 0
    if column.missing:
        blank &= ~absent
    for part, mean in zip(values, column.means or _zeros(column), strict=True):
        yield np.where(blank, mean, part) if blank.any() else part
    if column.missing:
        yield absent


def _zeros(column: Column) -> tuple[float, ...]:
    """Stand in for the means of runs that did not note them yet."""
    return (0.0,) * (len(column.names) - column.missing)


def embedded(column: Column, given: pd.Series, rows: Rows) -> np.ndarray:
    """Give the codes of a column to embed: int32 (rows,)."""
    codes, absent = as_levels(given, column, rows)
    codes[codes < 0] = column.codes - 1 if column.other else int(column.fill)
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
