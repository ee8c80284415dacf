"""The times that follow a series."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["following", "read_times"]


def following(times: Any, steps: int, frequency: str | None, rows: int) -> Any:
    """Give the times after the last one.

    Parameters
    ----------
    times : pandas.DatetimeIndex, optional
        Times of the series; None where it has row numbers.
    steps : int
        How many to give.
    frequency : str, optional
        Spacing as a pandas offset; None guesses: regular spacing, else working days when no
        weekend occurs, else the median gap.
    rows : int
        Rows of the series, from which numbering goes on.

    Examples
    --------
    >>> following(pd.DatetimeIndex(["2024-01-01", "2024-01-02", "2024-01-03"]), 1, None, 3)
    DatetimeIndex(['2024-01-04'], dtype='datetime64[us]', freq='D')
    >>> following(None, 2, None, 3)
    array([4, 5])
    """
    if times is None:
        return np.arange(rows + 1, rows + steps + 1)
    offset = frequency or (_regular(times) if len(times) > 2 else None)
    if offset is None:
        gap = pd.Series(times).diff().median()
        if gap != pd.Timedelta(days=1) or (times.day_of_week >= 5).any():
            return pd.DatetimeIndex([times[-1] + gap * step for step in range(1, steps + 1)])
        offset = "B"
    return pd.date_range(times[-1], periods=steps + 1, freq=offset)[1:]


def _regular(times: pd.DatetimeIndex) -> Any:
    """Find the spacing as a pandas offset; None where it is irregular."""
    with warnings.catch_warnings():
        # Newer pandas announces an offset in place of its name: both serve here.
        warnings.simplefilter("ignore")
        return pd.infer_freq(times)


def read_times(texts: Iterable[str]) -> pd.DatetimeIndex:
    """Read times that were written as ISO 8601; those with an offset become UTC.

    Examples
    --------
    >>> read_times(["2024-03-31", "2024-03-31T12:00:00"]).hour.tolist()
    [0, 12]
    >>> read_times(["2024-03-30 12:00:00+01:00", "2024-03-31 12:00:00+02:00"]).hour.tolist()
    [11, 10]
    """
    written = list(texts)
    # A zone with summer time has two offsets, which only UTC brings together.
    has_offset = any(re.search(r":\d\d.*[+-]\d\d:\d\d$", text) for text in written)
    return pd.DatetimeIndex(pd.to_datetime(written, format="ISO8601", utc=has_offset))
