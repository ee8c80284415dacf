"""Whether a table holds one series: what stands beside its times tells of several."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from kerasduet.checks import show
from kerasduet.data.times import Place, check_order
from kerasduet.errors import TimeIndexError

__all__ = ["check_ordered", "check_single", "numbered_note", "several_note"]

# Of a column of texts that may name several series.
MOST_NAMES = 1000
LEAST_ROWS = 3  # of each name
FARTHEST_STEP = 2.0  # times the longest step within a name


def check_single(times: pd.Index, frame: pd.DataFrame, time: str, target: str | None) -> None:
    """Refuse a table of several series, which repeats its times for each item of a column."""
    if not times.has_duplicates:
        return
    for name, column, names in (*_repeated_texts(frame), *_repeated_numbers(frame)):
        pairs = pd.MultiIndex.from_arrays([times, column])
        if name not in (time, target) and not pairs.has_duplicates:
            listed = ", ".join(map(show, names[:3])) + (", ..." if len(names) > 3 else "")
            raise TimeIndexError(
                f"{time}: a table must hold one series; got several series, {len(names)} by the "
                f"column {name} ({listed}), and times that repeat. "
                f'Set id = "{name}", or keep the rows of one of them.'
            )


def check_ordered(times: pd.Index, frame: pd.DataFrame, time: str, place: Place) -> None:
    """Refuse times out of order; where each text beside them has its own order, say so."""
    texts = [] if times.is_monotonic_increasing else [*_repeated_texts(frame)]
    for name, column, names in texts:
        if name == time or len(column) < LEAST_ROWS * len(names):
            continue
        groups = pd.Series(times).groupby(column.to_numpy())
        if groups.apply(lambda each: each.is_monotonic_increasing).all():
            raise TimeIndexError(
                f"{time}: a table must hold one series; got {len(names)} by the column {name}, "
                f'each in the order of time. Set id = "{name}" for several series, or sort '
                "the rows of one."
            )
    check_order(times, time, place)


def numbered_note(frame: pd.DataFrame) -> str:
    """Say that rows are numbered, and which texts may stand for several series."""
    note = "No column of times was found; rows are numbered."
    for name, _, names in _repeated_texts(frame):
        note += (
            f" The column {name} repeats {len(names)} texts: if they name several series, "
            f'set id = "{name}".'
        )
    return note


def several_note(frame: pd.DataFrame, values: np.ndarray) -> str:
    """Say where values jump whenever a text beside them changes, as those of several series do."""
    for name, column, names in _repeated_texts(frame):
        codes = pd.factorize(column)[0]
        changes = codes[1:] != codes[:-1]
        if len(names) > MOST_NAMES or np.bincount(codes[codes >= 0]).min() < LEAST_ROWS:
            continue
        within = pd.Series(values).groupby(codes).diff().abs().max()
        if np.abs(np.diff(values))[changes].min() > FARTHEST_STEP * within > 0:
            return (
                f"The values jump wherever the column {name} changes ({len(names)} texts): if they "
                f'name several series, set id = "{name}".'
            )
    return ""


def _repeated_texts(frame: pd.DataFrame) -> Iterator[tuple[str, pd.Series, list[Any]]]:
    """Give each column of texts that come more than once, by its name, with the texts."""
    for position, name in enumerate(frame.columns):
        column = frame.iloc[:, position]
        given = column.dropna()
        if given.map(lambda item: isinstance(item, str)).all():
            names = list(dict.fromkeys(given))
            if 1 < len(names) < len(given):
                yield name, column, names


def _repeated_numbers(frame: pd.DataFrame) -> Iterator[tuple[str, pd.Series, list[Any]]]:
    """Give each column of whole numbers that each come three times or more, as shops may."""
    for position, name in enumerate(frame.columns):
        column = frame.iloc[:, position]
        if column.dtype.kind in "iu" and len(column):
            counts = column.value_counts(sort=False)
            if len(counts) > 1 and counts.min() >= 3:
                yield name, column, list(dict.fromkeys(column.tolist()))
