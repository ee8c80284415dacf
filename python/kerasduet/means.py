"""Means of a score over seeds or folds, with their intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.lead import decimals, decimals_of

if TYPE_CHECKING:
    from kerasduet.task import Metric

__all__ = ["LEVEL", "mean_of", "told_mean"]

LEVEL = 0.95


def mean_of(
    values: np.ndarray, folds: int, bounds: tuple[float, float] = (-math.inf, math.inf)
) -> dict[str, float]:
    """Give mean and spread of scores, and the interval of the mean.

    Parameters
    ----------
    values : numpy.ndarray
        A score a run.
    folds : int
        Folds that the rows were cut into; 0 where runs differ in seeds.
    bounds : (float, float)
        Lowest and highest value that the score can have.

    Returns
    -------
    dict
        runs, mean, sd (of the sample, n - 1), low and high (Student's t at 95 %, cut off at the
        bounds); the last three are NaN for a single run.

    Notes
    -----
    Of folds the variance of the mean is sd^2 (1 / n + 1 / (folds - 1)), the second term being the
    rows of a fold over those that are trained on: Nadeau and Bengio (2003), "Inference for the
    generalization error", Machine Learning 52.

    Examples
    --------
    >>> found = mean_of(np.array([0.8, 0.9, 1.0, 0.9, 0.9]), 5)
    >>> round(found["low"], 4), round(found["high"], 4)
    (0.7683, 1.0317)
    """
    count, mean = len(values), float(values.mean())
    sd = float(values.std(ddof=1)) if count > 1 else np.nan
    if count > 1 and np.ptp(values) == 0:
        mean, sd = float(values[0]), 0.0  # what rounding leaves of equal numbers is no spread
    # Folds share most of their training rows: their spread alone says too little.
    variance = 1 / count + (1 / (folds - 1) if folds else 0)
    half = sd * float(np.sqrt(variance)) * _width(count)
    low, high = np.clip([mean - half, mean + half], *bounds).tolist()
    return {"runs": count, "mean": mean, "sd": sd, "low": low, "high": high}


def _width(count: int) -> float:
    """Give how many standard errors the interval of a mean reaches to either side."""
    if count < 2:
        return math.nan
    from scipy.special import stdtrit  # of scipy.stats, whose import takes a second

    return float(stdtrit(count - 1, (1 + LEVEL) / 2))


def told_mean(metric: Metric, row: Mapping[str, Any]) -> str:
    """Say a row of `summarised`, the numbers with as many decimals each.

    Examples
    --------
    >>> from kerasduet.task import Metric
    >>> row = {"runs": 2, "mean": 0.8345, "sd": 0.0262, "low": 0.59944, "high": 1.0696}
    >>> print(told_mean(Metric("accuracy", "accuracy", "%", 100.0, higher=True), row))
    accuracy 83.5 %, sd 2.6, 95 % interval of the mean 59.9 to 100.0
    """
    unit = f" {metric.unit}" if metric.unit else ""
    mean, sd, low, high = (metric.factor * row[name] for name in ("mean", "sd", "low", "high"))
    several = row["runs"] > 1
    places = decimals(sd) if several and sd > 0 else max(decimals_of(mean), 1)
    text = f"{metric.label} {mean:,.{places}f}{unit}"
    if not several:
        return text
    least, most = (metric.factor * bound for bound in metric.bounds)
    low, high = max(low, least), min(high, most)
    ends = f"{low:,.{places}f} to {high:,.{places}f}"
    return f"{text}, sd {sd:,.{places}f}, 95 % interval of the mean {ends}"
