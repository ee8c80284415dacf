"""A network beside the best baseline, case by case, with the interval of the difference."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kerasduet.lead import Lead
from kerasduet.report.intervals import (
    DRAWS,
    SEED,
    Interval,
    bootstrap,
    counted_intervals,
    interval_of,
)

__all__ = ["counted_lead", "difference", "mean_lead"]

MOST_KINDS = 1000  # of cases that differ: fewer than cases are drawn as counts of each kind


def difference(cases: np.ndarray) -> Interval:
    """Give the ratio of the sums of two columns with its 95 % percentile interval.

    Parameters
    ----------
    cases : numpy.ndarray
        What the network is better by, and a weight, of each case (cases, 2).
    """
    kinds, counts = np.unique(cases, axis=0, return_counts=True)
    if len(kinds) > min(MOST_KINDS, len(cases) // 2):
        (found,) = bootstrap(cases, measure=lambda means: means[..., :1] / means[..., 1:])
        return found
    drawn = np.random.default_rng(SEED).multinomial(len(cases), counts / len(cases), DRAWS)
    sums = drawn @ kinds  # (draws, 2)
    whole = counts @ kinds
    return interval_of(float(whole[0] / whole[1]), sums[:, 0] / sums[:, 1])


def mean_lead(
    ours: np.ndarray, theirs: np.ndarray, rows: str, weights: np.ndarray | None = None
) -> Lead | None:
    """Compare shares of right ones, in percentage points.

    Parameters
    ----------
    ours, theirs : numpy.ndarray
        Right ones of each case (n,), of the network and of the best baseline.
    rows : str
        What the cases are, in the plural.
    weights : numpy.ndarray, optional
        What each case counts for (n,).
    """
    if len(ours) == 0:
        return None
    ones = np.ones(len(ours)) if weights is None else weights
    gap = 100 * (np.asarray(ours, np.float64) - np.asarray(theirs, np.float64))
    found = difference(np.column_stack([gap, ones]))
    return _lead(found, len(ours), rows, "percentage points")


def counted_lead(
    ours: Callable[[np.ndarray], np.ndarray],
    theirs: Callable[[np.ndarray], np.ndarray],
    cases: int,
    rows: str,
    *,
    factor: float = 1.0,
    unit: str = "",
) -> Lead | None:
    """Compare scores of how often each case counts; a factor below 0 is of those that fall.

    Parameters
    ----------
    ours, theirs : callable
        As `Task.counted` gives them.
    cases : int
        How many there are.
    rows : str
        What they are, in the plural.
    factor : float
        From the difference to its unit.
    unit : str
        Of the difference.
    """

    def measure(counts: np.ndarray) -> np.ndarray:
        return factor * (ours(counts) - theirs(counts))[:, None]

    (found,) = counted_intervals(measure, cases)
    return _lead(found, cases, rows, unit)


def _lead(found: Interval, cases: int, rows: str, unit: str) -> Lead | None:
    if not np.isfinite([found.value, found.low, found.high]).all():
        return None
    return Lead(found.value, found.low, found.high, cases, rows, unit)
