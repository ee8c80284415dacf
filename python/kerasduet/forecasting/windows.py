"""Windows of a series: what the network sees, and the steps after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

__all__ = ["Windows", "moved", "origins_range", "window_origins"]


def window_origins(
    start: int, stop: int, *, lookback: int, horizon: int, straddle: bool = False
) -> np.ndarray:
    """Find the last input row of every window of the rows start..stop-1.

    Parameters
    ----------
    start, stop : int
        First row of the split, and the row after its last.
    lookback, horizon : int
        Input steps and forecast steps, at least 1.
    straddle : bool
        Whether the input may begin before `start`; targets never do.

    Returns
    -------
    numpy.ndarray
        Row numbers, int64 (windows,); empty where nothing fits.

    Examples
    --------
    >>> window_origins(0, 6, lookback=3, horizon=2)
    array([2, 3])
    >>> window_origins(4, 6, lookback=3, horizon=2, straddle=True)
    array([3])
    """
    found = origins_range(start, stop, lookback=lookback, horizon=horizon, straddle=straddle)
    return np.arange(found.start, found.stop)


def origins_range(
    start: int, stop: int, *, lookback: int, horizon: int, straddle: bool = False
) -> range:
    """Find them as `window_origins` does, without an array."""
    first = max(start - 1, lookback - 1) if straddle else start + lookback - 1
    return range(first, max(first, stop - horizon))


def moved(origins: np.ndarray | range, by: int) -> np.ndarray | range:
    """Move rows that go up; a range, which takes no memory, where they follow each other."""
    if isinstance(origins, range):
        return range(origins.start + by, origins.stop + by)
    follow = len(origins) > 0 and int(origins[-1] - origins[0]) == len(origins) - 1
    return range(int(origins[0]) + by, int(origins[-1]) + by + 1) if follow else origins + by


class Windows:
    """Windows of a series, which copy only the rows that are asked for.

    Parameters
    ----------
    series : numpy.ndarray
        (rows, ...), read and never written to.
    first : numpy.ndarray or range
        Row that each window begins with (windows,).
    length : int
        Rows of a window.
    changed : numpy.ndarray, optional
        Windows, by number and in order, that are not as the series has them.
    instead : numpy.ndarray, optional
        What they are (changed, length, ...).
    later : Windows, optional
        Columns of the rows after each window that are known ahead of time.

    Examples
    --------
    >>> windows = Windows(np.arange(5.0), np.array([0, 2]), 3)
    >>> windows.take(np.array([1]))
    array([[2., 3., 4.]])
    """

    in_memory = True

    def __init__(
        self,
        series: np.ndarray,
        first: np.ndarray | range,
        length: int,
        changed: np.ndarray | None = None,
        instead: np.ndarray | None = None,
        later: Windows | None = None,
    ) -> None:
        self.series, self.length = series, length
        seen = sliding_window_view(series, length, axis=0)
        self.every = np.moveaxis(seen, -1, 1)  # (rows - length + 1, length, ...)
        self.first, self.changed, self.instead = first, changed, instead
        self.later = later

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Put windows of several series one after the other; none reaches from one into the next.

        Examples
        --------
        >>> one = Windows(np.arange(3.0), np.array([0, 1]), 2)
        >>> np.asarray(Windows.joined([one, one])).tolist()
        [[0.0, 1.0], [1.0, 2.0], [0.0, 1.0], [1.0, 2.0]]
        """
        rows = np.cumsum([0, *(len(part.series) for part in parts)])
        before = np.cumsum([0, *map(len, parts)])
        first = [np.asarray(part.first) + row for part, row in zip(parts, rows, strict=False)]
        late = [
            (part.changed + count, part.instead)
            for part, count in zip(parts, before, strict=False)
            if part.changed is not None and part.instead is not None
        ]
        changed, instead = (
            map(np.concatenate, zip(*late, strict=True)) if late else (None, None)
        )
        later = [part.later for part in parts if part.later is not None]
        return cls(
            np.concatenate([part.series for part in parts]),
            np.concatenate(first),
            parts[0].length,
            changed,
            instead,
            cls.joined(later) if later else None,  # type: ignore[arg-type]
        )

    def __len__(self) -> int:
        """Count the windows."""
        return len(self.first)

    @property
    def shape(self) -> tuple[int, ...]:
        """(windows, length, ...)."""
        return (len(self.first), *self.every.shape[1:])

    @property
    def dtype(self) -> np.dtype:
        """That of the series."""
        return self.every.dtype

    def take(self, rows: np.ndarray) -> np.ndarray:
        """Copy some windows (n, length, ...)."""
        first = self.first
        begin = np.add(rows, first.start) if isinstance(first, range) else first[rows]
        found = np.ascontiguousarray(self.every[begin])
        if self.changed is not None and self.instead is not None and len(self.changed):
            place = np.searchsorted(self.changed, rows)
            place = np.minimum(place, len(self.changed) - 1)
            hit = self.changed[place] == rows
            found[hit] = self.instead[place[hit]]
        return found

    def only(self, row: int) -> Windows:
        """Copy one window, with what is known after it."""
        later = None if self.later is None else self.later.only(row)
        one = self.take(np.array([row]))[0]
        return Windows(one, np.array([0]), len(one), later=later)

    def __array__(self, dtype: Any = None, *, copy: bool | None = None) -> np.ndarray:
        """Give all windows: a view that cannot be written to where they follow each other."""
        follow = len(self.first) > 0 and (
            isinstance(self.first, range) or bool((np.diff(self.first) == 1).all())
        )
        if follow and self.changed is None and not copy:
            found = self.every[self.first[0] : self.first[0] + len(self.first)]
        else:
            found = self.take(np.arange(len(self.first)))
        return found if dtype is None else found.astype(dtype, copy=False)
