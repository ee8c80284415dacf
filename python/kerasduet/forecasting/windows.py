"""Windows of a series: what the network sees, and the steps after it."""

from __future__ import annotations

import numpy as np

__all__ = ["cut_windows", "window_origins"]


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
    first = max(start - 1, lookback - 1) if straddle else start + lookback - 1
    return np.arange(first, stop - horizon)


def cut_windows(
    inputs: np.ndarray, target: np.ndarray, origins: np.ndarray, *, lookback: int, horizon: int
) -> tuple[np.ndarray, np.ndarray]:
    """Cut the windows that end at the origins, and the target steps after each.

    Parameters
    ----------
    inputs : numpy.ndarray
        (rows, features).
    target : numpy.ndarray
        (rows,).
    origins : numpy.ndarray
        Last input row of each window (windows,).
    lookback, horizon : int
        Input steps and forecast steps.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        Inputs (windows, lookback, features), targets (windows, horizon).

    Examples
    --------
    >>> x, y = cut_windows(np.arange(5.0)[:, None], np.arange(5.0), np.array([2]),
    ...                    lookback=2, horizon=2)
    >>> x[0, :, 0], y[0]
    (array([1., 2.]), array([3., 4.]))
    """
    seen = origins[:, None] + np.arange(1 - lookback, 1)  # (windows, lookback)
    ahead = origins[:, None] + np.arange(1, horizon + 1)  # (windows, horizon)
    return inputs[seen], target[ahead]
