"""Errors of point forecasts, in the units of the series or free of them."""

from __future__ import annotations

import numpy as np

__all__ = ["mae", "mase", "rmse", "seasonal_scale", "smape"]


def mae(truth: np.ndarray, forecast: np.ndarray) -> float:
    """Mean absolute error, in the units of the series.

    Parameters
    ----------
    truth, forecast : numpy.ndarray
        Of one shape.

    Examples
    --------
    >>> mae(np.array([1.0, 2.0]), np.array([2.0, 4.0]))
    1.5
    """
    return float(np.mean(np.abs(truth - forecast)))


def rmse(truth: np.ndarray, forecast: np.ndarray) -> float:
    """Root mean squared error, in the units of the series.

    Examples
    --------
    >>> rmse(np.array([0.0, 0.0]), np.array([3.0, 3.0]))
    3.0
    """
    return float(np.sqrt(np.mean((truth - forecast) ** 2)))


def smape(truth: np.ndarray, forecast: np.ndarray) -> float:
    """Symmetric mean absolute percentage error, in per cent, 0 to 200.

    Notes
    -----
    200 * mean(|y - f| / (|y| + |f|)), a pair of zeros counting as no error; Makridakis
    (1993), Int. J. Forecasting 9.

    Examples
    --------
    >>> smape(np.array([1.0, 0.0]), np.array([3.0, 0.0]))
    50.0
    """
    size = np.abs(truth) + np.abs(forecast)
    gap = np.abs(truth - forecast)
    return float(200 * np.mean(np.divide(gap, size, out=np.zeros_like(gap), where=size != 0)))


def seasonal_scale(values: np.ndarray, *, season: int) -> float:
    """Mean absolute error of the seasonal-naive forecast within a series: MASE's unit.

    Parameters
    ----------
    values : numpy.ndarray
        Training rows (rows,).
    season : int
        Steps in a season; 1 where the series is not longer than a season.

    Examples
    --------
    >>> seasonal_scale(np.array([1.0, 5.0, 2.0, 6.0]), season=2)
    1.0
    """
    lag = season if len(values) > season else 1
    return float(np.mean(np.abs(values[lag:] - values[:-lag])))


def mase(truth: np.ndarray, forecast: np.ndarray, *, scale: float) -> float:
    """Mean absolute scaled error: below 1 is better than seasonal naive in training.

    Parameters
    ----------
    truth, forecast : numpy.ndarray
        Of one shape.
    scale : float
        `seasonal_scale` of the training rows.

    Notes
    -----
    Hyndman and Koehler (2006), Int. J. Forecasting 22. NaN where the scale is 0.

    Examples
    --------
    >>> mase(np.array([1.0, 2.0]), np.array([2.0, 4.0]), scale=3.0)
    0.5
    """
    return mae(truth, forecast) / scale if scale > 0 else float("nan")
