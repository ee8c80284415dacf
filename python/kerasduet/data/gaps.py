"""Gaps of a series, filled with what was known at the time.

A missing value lies on the line between its known neighbours. Where the next known value lies
later than what may be used (the end of the training rows, the origin of a forecast), the last
known value stands in. So nothing that comes later decides what was seen before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from kerasduet.errors import MissingValue

__all__ = ["as_known", "describe_gaps", "fill_gaps", "last_known", "refuse_ends"]


def fill_gaps(values: np.ndarray, missing: np.ndarray) -> np.ndarray:
    """Fill a column's gaps with what all its rows know.

    Parameters
    ----------
    values : numpy.ndarray
        (rows, columns); what stands where a value is missing does not count.
    missing : numpy.ndarray
        bool (rows, columns).

    Returns
    -------
    numpy.ndarray
        float64 (rows, columns): linear between known neighbours, the last known value after
        the last of them; NaN before the first.

    Examples
    --------
    >>> column = np.array([[1.0], [0.0], [3.0], [0.0]])
    >>> fill_gaps(column, column == 0).ravel()
    array([1., 2., 3., 3.])
    """
    if not missing.any():
        return values
    known = pd.DataFrame(np.where(missing, np.nan, values))
    return known.interpolate(limit_area="inside").ffill().to_numpy()


def last_known(missing: np.ndarray) -> np.ndarray:
    """Find, for every row, the last one at or before it whose value is known.

    Returns
    -------
    numpy.ndarray
        Row numbers (rows, columns).

    Examples
    --------
    >>> last_known(np.array([[False], [True], [True], [False]])).ravel()
    array([0, 0, 0, 3])
    """
    rows = np.arange(len(missing))[:, None]
    return np.maximum.accumulate(np.where(missing, 0, rows), axis=0)


def as_known(
    filled: np.ndarray, last: np.ndarray, origins: np.ndarray, rows: np.ndarray
) -> np.ndarray:
    """Give rows of a series as they were known at an origin.

    Parameters
    ----------
    filled : numpy.ndarray
        From `fill_gaps` of all rows (rows, columns).
    last : numpy.ndarray
        From `last_known` (rows, columns).
    origins : numpy.ndarray
        Last row that may be used (n,).
    rows : numpy.ndarray
        Rows asked for (n, k). Those after an origin are given as `filled` has them.

    Returns
    -------
    numpy.ndarray
        (n, k, columns).

    Examples
    --------
    >>> filled, last = np.array([[1.0], [2.0], [3.0]]), np.array([[0], [0], [2]])
    >>> as_known(filled, last, np.array([1, 2]), np.array([[0, 1], [0, 1]]))[..., 0]
    array([[1., 1.],
           [1., 2.]])
    """
    wanted = rows[..., None]  # (n, k, 1)
    known = np.minimum(wanted, last[origins][:, None, :])  # (n, k, columns)
    wanted = np.where(wanted <= origins[:, None, None], known, wanted)
    return filled[wanted, np.arange(filled.shape[1])]


def refuse_ends(
    missing: Mapping[str, np.ndarray], target: str, place: Callable[[int], str]
) -> None:
    """Refuse gaps that nothing before them fills, or after which no forecast could start.

    Parameters
    ----------
    missing : mapping
        Whether each value of a column is missing, by the column's name.
    target : str
        Column forecast: it ends with a known value.
    place : callable
        Names the row of a position.
    """
    for name, gaps in missing.items():
        known = np.flatnonzero(~gaps)
        if len(known) == 0:
            raise MissingValue(
                f"{name}: must hold values; got missing ones alone. Name another column."
            )
        first, last = int(known[0]), int(known[-1])
        if first > 0:
            raise MissingValue(
                f"{name}: must begin with a value, as a gap is filled from what came before; got "
                f"none up to {place(first - 1)}. Drop the rows up to there, or fill "
                "them."
            )
        if name == target and last < len(gaps) - 1:
            raise MissingValue(
                f"{name}: must end with a value, as a forecast starts there; got none after "
                f"{place(last)}. Drop the rows after it, or fill them."
            )


def describe_gaps(missing: Mapping[str, np.ndarray]) -> str:
    """Count in one sentence what was filled, by row and by column.

    Examples
    --------
    >>> describe_gaps({"wind": np.array([False, True, True, False])})
    '2 of 4 values in the column wind were missing and were filled, each from what was known \
by then.'
    """
    counts = {name: int(gaps.sum()) for name, gaps in missing.items() if gaps.any()}
    if not counts:
        return ""
    total = len(next(iter(missing.values())))
    how = "filled, each from what was known by then."
    if len(counts) == 1:
        name, count = next(iter(counts.items()))
        verb = "was" if count == 1 else "were"
        return f"{count:,} of {total:,} values in the column {name} {verb} missing and {verb} {how}"
    rows = int(np.logical_or.reduce(list(missing.values())).sum())
    listed = ", ".join(f"{count:,} in {name}" for name, count in counts.items())
    return f"Values were missing in {rows:,} of {total:,} rows ({listed}) and were {how}"
