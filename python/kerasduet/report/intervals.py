"""95 % intervals of means over test cases, by the bootstrap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

__all__ = ["DRAWS", "SEED", "Interval", "block_length", "bootstrap", "ratio", "resampled_means"]

DRAWS = 2000
SEED = 0  # the same draws for every run, so that two of them can be compared
LEVEL = 0.95
MOST_VALUES = 4_000_000  # gathered at a time


@dataclass(frozen=True)
class Interval:
    """An estimate and the interval around it.

    Parameters
    ----------
    value, low, high : float
        In the units of the measure.
    """

    value: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether the whole interval lies on one side of 0."""
        return self.low > 0 or self.high < 0


def block_length(cases: int, horizon: int) -> int:
    """Choose how many successive forecasts are drawn together.

    Parameters
    ----------
    cases : int
        Forecasts, one an origin, in time order.
    horizon : int
        Steps each one covers: as many successive forecasts share a step.

    Returns
    -------
    int
        At least the horizon and the cube root of the cases; at most half the cases.

    Notes
    -----
    The cube root is the rate of Hall, Horowitz and Jing (1995), "On blocking rules for the
    bootstrap with dependent data", Biometrika 82.

    Examples
    --------
    >>> block_length(258, 26), block_length(1000, 1), block_length(10, 26)
    (26, 10, 5)
    """
    root = round(cases ** (1 / 3), 9)
    return max(min(max(horizon, int(np.ceil(root))), cases // 2), 1)


def resampled_means(
    cases: np.ndarray, *, seed: int = SEED, block: int = 1, draws: int = DRAWS
) -> np.ndarray:
    """Draw cases with replacement, again and again, and average each draw.

    Parameters
    ----------
    cases : numpy.ndarray
        Values of each case (cases, measures); in time order where blocks are longer than 1.
    seed : int
        Decides the draws.
    block : int
        Successive cases drawn together, at least 1; the last is followed by the first.
    draws : int
        How often.

    Returns
    -------
    numpy.ndarray
        (draws, measures).

    Notes
    -----
    Efron (1979), Annals of Statistics 7; blocks around a circle: Politis and Romano (1992), "A
    circular block-resampling procedure for stationary data".

    Examples
    --------
    >>> resampled_means(np.ones((5, 1)), draws=2)
    array([[1.],
           [1.]])
    """
    random = np.random.default_rng(seed)
    n = len(cases)
    means = np.empty((draws, cases.shape[1]))
    size = max(MOST_VALUES // cases.size, 1)
    for start in range(0, draws, size):
        count = min(size, draws - start)
        first = random.integers(n, size=(count, -(-n // block), 1))
        rows = (first + np.arange(block)) % n  # (count, blocks, block)
        chosen = cases[rows.reshape(count, -1)[:, :n]]  # (count, cases, measures)
        means[start : start + count] = chosen.mean(axis=1)
    return means


def bootstrap(
    cases: np.ndarray,
    *,
    seed: int = SEED,
    block: int = 1,
    measure: Callable[[np.ndarray], np.ndarray] | None = None,
    draws: int = DRAWS,
) -> list[Interval]:
    """Give the mean of each column of cases with its 95 % percentile interval.

    Parameters
    ----------
    cases, seed, block, draws
        As for `resampled_means`.
    measure : callable, optional
        Turns means (..., columns) into measures (..., measures), such as a root of a mean
        square or a difference of two columns.

    Returns
    -------
    list of Interval
        One a column, or one a measure.

    Examples
    --------
    >>> bootstrap(np.array([[1.0], [1.0]]))
    [Interval(value=1.0, low=1.0, high=1.0)]
    """
    turned = measure or (lambda means: means)
    values = turned(cases.mean(axis=0))
    draw = turned(resampled_means(cases, seed=seed, block=block, draws=draws))
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(draw, [tail, 1 - tail], axis=0)
    return [Interval(*map(float, found)) for found in zip(values, low, high, strict=True)]


def ratio(cases: np.ndarray, *, block: int = 1) -> Interval:
    """Give the sum of values over the sum of weights, with its 95 % percentile interval.

    Parameters
    ----------
    cases : numpy.ndarray
        A value and a weight for each case (cases, 2).
    block : int
        As for `resampled_means`.

    Examples
    --------
    >>> ratio(np.array([[1.0, 1.0], [1.0, 1.0]]))
    Interval(value=1.0, low=1.0, high=1.0)
    """
    (found,) = bootstrap(
        cases, block=block, measure=lambda means: means[..., :1] / means[..., 1:]
    )
    return found
