"""Errors of forecasts and of intervals, in the units of the series or free of them."""

from __future__ import annotations

import numpy as np

__all__ = [
    "coverage",
    "mae",
    "mase",
    "pinball",
    "rmse",
    "seasonal_scale",
    "smape",
    "winkler",
]


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
    steps = values[lag:] - values[:-lag]
    return float(np.mean(np.abs(steps, out=steps)))


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


def pinball(truth: np.ndarray, forecast: np.ndarray, *, quantile: float) -> float:
    """Mean pinball loss of a forecast quantile, in the units of the series.

    Parameters
    ----------
    truth, forecast : numpy.ndarray
        Of one shape.
    quantile : float
        Which one is forecast, in (0, 1).

    Notes
    -----
    The mean of max(q (y - f), (q - 1) (y - f)), which the true quantile makes least; of the
    median it is half the mean absolute error. Koenker and Bassett (1978), Regression quantiles,
    Econometrica 46. Some authors take twice as much.

    Examples
    --------
    >>> pinball(np.array([1.0, 4.0]), np.array([2.0, 2.0]), quantile=0.75)
    0.875
    """
    gap = truth - forecast
    return float(np.mean(np.maximum(quantile * gap, (quantile - 1) * gap)))


def coverage(truth: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> float:
    """Share of the truths that lie within their intervals, ends included: 0 to 1.

    Parameters
    ----------
    truth, lower, upper : numpy.ndarray
        Of one shape.

    Notes
    -----
    Christoffersen (1998), Evaluating interval forecasts, International Economic Review 39.

    Examples
    --------
    >>> coverage(np.array([1.0, 5.0]), np.array([0.0, 0.0]), np.array([1.0, 4.0]))
    0.5
    """
    return float(np.mean((lower <= truth) & (truth <= upper)))


def winkler(truth: np.ndarray, lower: np.ndarray, upper: np.ndarray, *, level: float) -> float:
    """Mean Winkler score of intervals: narrow ones that hold the truth score least.

    Parameters
    ----------
    truth, lower, upper : numpy.ndarray
        Of one shape.
    level : float
        Share of the truths that the intervals are to hold, in per cent, in (0, 100).

    Returns
    -------
    float
        In the units of the series.

    Notes
    -----
    The width, and 2 / alpha times how far a truth lies outside, with alpha = 1 - level / 100.
    Winkler (1972), A decision-theoretic approach to interval estimation, Journal of the American
    Statistical Association 67; Gneiting and Raftery (2007), equation 43, in that journal, 102.

    Examples
    --------
    >>> winkler(np.array([1.0, 5.0]), np.array([0.0, 0.0]), np.array([4.0, 4.0]), level=80)
    9.0
    """
    outside = np.maximum(lower - truth, 0) + np.maximum(truth - upper, 0)
    return float(np.mean(upper - lower + 2 / (1 - level / 100) * outside))
