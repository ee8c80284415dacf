"""95 % intervals of means over test cases, by the bootstrap."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

__all__ = [
    "DRAWS",
    "SEED",
    "Counted",
    "Interval",
    "block_length",
    "bootstrap",
    "counted_intervals",
    "drawn_counts",
    "interval_of",
    "ratio",
    "resampled",
    "resampled_means",
]

# Measures of how often each case counts: from (draws, cases) to (draws, measures).
Counted = Callable[[np.ndarray], np.ndarray]

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
    def alone(self) -> Interval:
        """The estimate without an interval, where there are too few cases for one."""
        return Interval(self.value, float("nan"), float("nan"))

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
    size = max(MOST_VALUES // cases.size, 1)
    drawn = _drawn_rows(len(cases), size=size, seed=seed, block=block, draws=draws)
    return np.concatenate([cases[rows].mean(axis=1) for rows in drawn])


def _drawn_rows(
    n: int, *, size: int, seed: int, block: int, draws: int
) -> Iterator[np.ndarray]:
    """Give the cases of each draw (some draws, n), so many draws at a time."""
    random = np.random.default_rng(seed)
    for start in range(0, draws, size):
        count = min(size, draws - start)
        first = random.integers(n, size=(count, -(-n // block), 1))
        rows = (first + np.arange(block)) % n  # (count, blocks, block)
        yield rows.reshape(count, -1)[:, :n]


def drawn_counts(
    n: int, *, seed: int = SEED, block: int = 1, draws: int = DRAWS
) -> Iterator[np.ndarray]:
    """Draw cases with replacement, and say how often each was drawn.

    Parameters
    ----------
    n : int
        Cases.
    seed, block, draws
        As for `resampled_means`, which draws the same cases.

    Yields
    ------
    numpy.ndarray
        (some draws, n), float64.

    Examples
    --------
    >>> [counts.sum(axis=1).tolist() for counts in drawn_counts(5, draws=2)]
    [[5.0, 5.0]]
    """
    size = max(MOST_VALUES // n, 1)
    for rows in _drawn_rows(n, size=size, seed=seed, block=block, draws=draws):
        places = rows + n * np.arange(len(rows))[:, None]
        counts = np.bincount(places.ravel(), minlength=rows.size)
        yield counts.reshape(rows.shape).astype(np.float64)


def resampled(
    measure: Counted, n: int, *, seed: int = SEED, block: int = 1, draws: int = DRAWS
) -> np.ndarray:
    """Measure draws of n cases, such as areas under curves, which are no means of cases.

    Returns
    -------
    numpy.ndarray
        (draws, measures).
    """
    drawn = drawn_counts(n, seed=seed, block=block, draws=draws)
    return np.concatenate([measure(counts) for counts in drawn])


def counted_intervals(
    measure: Counted, n: int, *, seed: int = SEED, block: int = 1, draws: int = DRAWS
) -> list[Interval]:
    """Give measures of n cases with their 95 % percentile intervals.

    Parameters
    ----------
    measure : callable
        Turns how often each case counts, (draws, cases), into measures, (draws, measures).
    n : int
        Cases.
    seed, block, draws
        As for `resampled_means`.

    Returns
    -------
    list of Interval
        One a measure. Draws in which it is not defined, such as those without a case of some
        class, are left out of its interval.

    Examples
    --------
    >>> counted_intervals(lambda counts: counts @ np.ones((2, 1)) / 2, 2)
    [Interval(value=1.0, low=1.0, high=1.0)]
    """
    values = measure(np.ones((1, n)))[0]
    draw = resampled(measure, n, seed=seed, block=block, draws=draws)
    return [interval_of(values[i], draw[:, i]) for i in range(len(values))]


def interval_of(value: float, draws: np.ndarray) -> Interval:
    """Give an estimate and the 95 % percentile interval of its draws (draws,)."""
    known = draws[np.isfinite(draws)]
    tail = (1 - LEVEL) / 2
    ends = np.quantile(known, [tail, 1 - tail]) if len(known) else [np.nan, np.nan]
    return Interval(float(value), float(ends[0]), float(ends[1]))


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


def ratio(cases: np.ndarray, *, block: int = 1, root: bool = False) -> Interval:
    """Give the sum of values over the sum of weights, with its 95 % percentile interval.

    Parameters
    ----------
    cases : numpy.ndarray
        A value and a weight for each case (cases, 2).
    block : int
        As for `resampled_means`.
    root : bool
        Whether the square root of that is meant.

    Examples
    --------
    >>> ratio(np.array([[1.0, 1.0], [1.0, 1.0]]))
    Interval(value=1.0, low=1.0, high=1.0)
    """

    def measure(means: np.ndarray) -> np.ndarray:
        found: np.ndarray = means[..., :1] / means[..., 1:]
        return np.sqrt(found) if root else found

    (found,) = bootstrap(cases, block=block, measure=measure)
    return found
