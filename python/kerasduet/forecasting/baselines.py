"""Forecasts that need no learning: what a network has to beat."""

from __future__ import annotations

import numpy as np

__all__ = [
    "BASELINES",
    "CONTAINED",
    "COPY",
    "best_copy",
    "copy",
    "drift",
    "naive",
    "seasonal_drift",
    "seasonal_naive",
]

BASELINES = ("naive", "seasonal_naive", "drift", "seasonal_drift")
CONTAINED = 0.1  # of the naive forecast's error: below it an input all but contains the target
COPY = "copy"  # the one more that there is where inputs are other columns than the target


def naive(values: np.ndarray, origins: np.ndarray, *, horizon: int) -> np.ndarray:
    """Repeat the last value.

    Parameters
    ----------
    values : numpy.ndarray
        The whole series (rows,), in its units.
    origins : numpy.ndarray
        Last known row of each forecast (n,).
    horizon : int
        Steps ahead.

    Returns
    -------
    numpy.ndarray
        (n, horizon).

    Notes
    -----
    Hyndman and Athanasopoulos, "Forecasting: principles and practice", 3rd ed., 5.2; so are
    `seasonal_naive` and `drift`.

    Examples
    --------
    >>> naive(np.array([1.0, 4.0]), np.array([1]), horizon=2)
    array([[4., 4.]])
    """
    return np.repeat(values[origins][:, None], horizon, axis=1)


def seasonal_naive(
    values: np.ndarray, origins: np.ndarray, *, horizon: int, season: int
) -> np.ndarray:
    """Repeat the last season; where less than one season is known, the last value.

    Examples
    --------
    >>> seasonal_naive(np.array([1.0, 2, 3, 4]), np.array([3]), horizon=3, season=2)
    array([[3., 4., 3.]])
    """
    steps = np.arange(horizon) % season
    rows = origins[:, None] - season + 1 + steps  # (n, horizon)
    enough = origins[:, None] >= season - 1
    return values[np.where(enough, rows, origins[:, None])]


def drift(
    values: np.ndarray, origins: np.ndarray, *, horizon: int, first: float, rows_before: int = 0
) -> np.ndarray:
    """Extend the line from the first value of the series to the last known one.

    Parameters
    ----------
    values, origins, horizon
        As for `naive`.
    first : float
        First value of the series.
    rows_before : int
        Rows of the series that lie before `values` begins.

    Examples
    --------
    >>> drift(np.array([1.0, 2, 5]), np.array([2]), horizon=2, first=1.0)
    array([[7., 9.]])
    """
    steps = np.maximum(origins + rows_before, 1)
    slope = (values[origins] - first) / steps
    return values[origins][:, None] + slope[:, None] * np.arange(1, horizon + 1)


def seasonal_drift(
    values: np.ndarray, origins: np.ndarray, *, horizon: int, season: int
) -> np.ndarray:
    """Repeat the last season, moved on by the last value's change within a season.

    Where a season and the value before it are not yet known, or a season is one step, there
    is no such change, and it is `seasonal_naive`.

    Notes
    -----
    y[t+h-mk] + k (y[t] - y[t-m]), with m the season and k = ceil(h/m) the seasons ahead: the
    seasonal naive and the drift method of Hyndman and Athanasopoulos (5.2) in one. The book's
    package fable, in `SNAIVE(y ~ drift())`, takes the mean of such changes over the whole
    history; this one takes the last alone, and so follows a growth that itself changes.

    Examples
    --------
    >>> seasonal_drift(np.array([1.0, 3, 2, 4, 4]), np.array([4]), horizon=3, season=2)
    array([[6., 6., 8.]])
    """
    repeated = seasonal_naive(values, origins, horizon=horizon, season=season)
    known = (origins >= season) & (season > 1)
    change = values[origins] - values[np.where(known, origins - season, origins)]
    return repeated + change[:, None] * (np.arange(horizon) // season + 1)


def copy(inputs: np.ndarray, origins: np.ndarray, *, horizon: int) -> np.ndarray:
    """Repeat the last value of an input column.

    Yesterday's closing price is all but today's opening price: a network that is given it and does
    worse than copying it has learned nothing.

    Parameters
    ----------
    inputs : numpy.ndarray
        That column (rows,), in its own units.
    origins, horizon
        As for `naive`.

    Examples
    --------
    >>> copy(np.array([1.0, 4.0]), np.array([1]), horizon=2)
    array([[4., 4.]])
    """
    return naive(inputs, origins, horizon=horizon)


def best_copy(
    values: np.ndarray, inputs: np.ndarray, origins: np.ndarray, *, horizon: int
) -> tuple[int, float, float]:
    """Find the input column whose last value is nearest to what follows.

    Parameters
    ----------
    values : numpy.ndarray
        The target (rows,).
    inputs : numpy.ndarray
        The columns to choose from (rows, columns).
    origins : numpy.ndarray
        Last known row of each window that decides (n,).
    horizon : int
        Steps ahead, all of which count.

    Returns
    -------
    (int, float, float)
        Its place, the mean absolute error of copying it, and that of the naive forecast.

    Examples
    --------
    >>> best_copy(np.array([1.0, 2.0, 4.0]), np.array([[9.0, 2.0], [9.0, 4.0], [9.0, 8.0]]),
    ...           np.array([0, 1]), horizon=1)
    (1, 0.0, 1.5)
    """
    ahead = values[origins[:, None] + np.arange(1, horizon + 1)]  # (n, horizon)
    errors = [
        float(np.abs(ahead - column[origins, None]).mean()) for column in (values, *inputs.T)
    ]
    place = int(np.argmin(errors[1:]))
    return place, errors[1 + place], errors[0]
