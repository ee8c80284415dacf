"""How far from a forecast the truth may lie, learned from errors that were made before.

Split conformal prediction, a step ahead and a side at a time: the end of an interval is the
quantile of earlier errors that is right for one more. While forecasts go on, each error joins
the others once its truth is known, and the share of truths beyond an end steers the next one
(adaptive conformal inference), so that intervals follow errors that grow, shrink or are biased.
"""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Sequence

import numpy as np

__all__ = ["offsets", "thinned"]

MOST_ERRORS = 500  # kept of each step; beyond them a quantile gains next to nothing
MOST_LOOKS = 500  # times that the intervals of a series of forecasts are learned anew

# Shares beyond one end of an interval of 80 and of 95 %. They are followed, whatever levels are
# asked for, and other levels lie between them: so a wider level always holds a narrower one.
FOLLOWED = (0.1, 0.025)
RATE = 0.1  # how far one error moves a followed share, as a part of it
LEAST = 0.2  # of the share asked for: a few errors in a row must not empty a tail


def thinned(errors: np.ndarray) -> tuple[tuple[float, ...], ...]:
    """Give the errors of each step in order, as plain numbers that a file keeps.

    Parameters
    ----------
    errors : numpy.ndarray
        Truth minus forecast (windows, horizon), at least one window; of more than 500 windows
        as many, evenly spaced.

    Returns
    -------
    tuple of tuple of float
        (horizon, windows), six digits each.

    Examples
    --------
    >>> thinned(np.array([[2.0, 0.0], [-1.0, 3.0]]))
    ((-1.0, 2.0), (0.0, 3.0))
    """
    count = min(len(errors), MOST_ERRORS)
    kept = errors[np.linspace(0, len(errors) - 1, count).round().astype(int)]
    return tuple(tuple(float(f"{error:.6g}") for error in step) for step in np.sort(kept.T))


def offsets(
    known: Sequence[Sequence[float]], errors: np.ndarray, levels: Sequence[float]
) -> np.ndarray:
    """Learn the ends of intervals around each of a series of forecasts, and of the next one.

    Parameters
    ----------
    known : sequence of sequence of float
        Errors, truth minus forecast, made before the first of these forecasts, of each step
        (horizon, windows); at least one window.
    errors : numpy.ndarray
        Of these forecasts, whose origins follow each other by one step (windows, horizon); NaN
        where the truth is not known.
    levels : sequence of float
        Share of the truths that the intervals are to hold, in per cent, in (0, 100).

    Returns
    -------
    numpy.ndarray
        (windows + 1, horizon, levels, 2): what is added to a forecast to get the lower and
        the upper end. A row uses errors alone whose truth lay at or before its origin; the last
        row uses all.

    Notes
    -----
    Of n errors the upper end is the k-th smallest, k = ceil((n + 1) (1 - share)), which a new
    error of the same kind exceeds with a probability of at most `share`, half of what the level
    leaves: Lei et al. (2018), Distribution-free predictive inference for regression, Journal of
    the American Statistical Association 113; Romano, Patterson and Candès (2019) for one side
    at a time. Where n is too small for that (below 39 at 95 %), it is the end of a normal
    prediction interval with mean 0, Student's t with n degrees of freedom times the root mean
    square times sqrt(1 + 1/n), but at least the largest error.

    Windows that begin close together share steps, and so errors: m of them, h steps ahead, count
    as n = m / sqrt(h), between m, were they independent, and m / h, those that lie apart. The
    square root is what `benchmarks/intervals.py` found to cover best.

    Each share follows its misses with some inertia: Gibbs and Candès (2021), Adaptive conformal
    inference under distribution shift, NeurIPS; with the truth of h steps ahead known h steps
    later: Wang and Hyndman (2024), Online conformal inference for multi-step time series
    forecasting, arXiv:2410.13115. An interval always holds its forecast.

    Examples
    --------
    >>> offsets([[-2.0, 0.0, 1.0]], np.empty((0, 1)), [50])[0, 0]
    array([[-2.,  1.]])
    """
    shares = [round((100 - level) / 200, 12) for level in levels]  # 80 leaves 0.1 exactly
    windows, horizon = errors.shape
    found = np.empty((windows + 1, horizon, len(shares), 2))
    for step in range(horizon):
        for side, sign in enumerate((-1, 1)):
            tail = _Tail([sign * error for error in known[step]], math.sqrt(step + 1))
            ends = _follow(tail, sign * errors[:, step], step + 1, shares)
            found[:, step, :, side] = sign * ends
    return found


def _follow(tail: _Tail, scores: np.ndarray, delay: int, shares: Sequence[float]) -> np.ndarray:
    """Give the end that leaves each share beyond it, before each score and after all."""
    windows, every = len(scores), scores.tolist()
    stride = max(1, -(-windows // MOST_LOOKS))
    found = np.empty((windows + 1, len(shares)))
    promised: dict[int, list[float]] = {}
    asked, learned = {*FOLLOWED, *shares}, 0
    for look in range(0, windows, stride):
        while learned + delay <= look:
            tail.learn(every[learned], promised.pop(learned))
            learned += stride
        ends = {share: tail.end(share) for share in asked}
        promised[look] = [ends[share] for share in FOLLOWED]
        found[look : look + stride] = [ends[share] for share in shares]
    for last in sorted(promised):
        tail.learn(every[last], promised[last])
    found[windows] = [tail.end(share) for share in shares]
    return found


class _Tail:
    """Scores of one step, large ones beyond the end, and the shares that steer it."""

    def __init__(self, scores: Sequence[float], overlap: float) -> None:
        self.scores, self.overlap = sorted(scores), overlap
        self.squares = math.fsum(score * score for score in scores)
        self.steered = list(FOLLOWED)

    def learn(self, score: float, promised: Sequence[float]) -> None:
        """Take a score, and whether it lay beyond the ends that were promised."""
        if math.isnan(score):
            return
        for i, (share, end) in enumerate(zip(FOLLOWED, promised, strict=True)):
            moved = self.steered[i] + RATE * share * (share - (score > end))
            self.steered[i] = min(max(moved, LEAST * share), 0.5)
        self.steered[1] = min(self.steered)
        insort(self.scores, score)
        self.squares += score * score

    def end(self, share: float) -> float:
        """Give the score that a share of new ones is to exceed; at least 0."""
        share, count = self._steer(share), len(self.scores)
        n = max(count / self.overlap, 1.0)
        rank = math.ceil((n + 1) * (1 - share) * count / n - 1e-9)
        if rank <= count:
            return max(self.scores[rank - 1], 0.0)
        from scipy.special import stdtrit

        wide = stdtrit(n, 1 - share) * math.sqrt((1 + 1 / n) * self.squares / count)
        return max(self.scores[-1], float(wide), 0.0)

    def _steer(self, share: float) -> float:
        """Give the share to aim at: between the followed ones on a line of logarithms."""
        if share in FOLLOWED:
            return self.steered[FOLLOWED.index(share)]
        narrow, wide = FOLLOWED
        first, second = self.steered
        if share < wide:
            return second * share / wide
        low, high, start, stop = (
            (wide, narrow, second, first) if share < narrow else (narrow, 0.5, first, 0.5)
        )
        part = math.log(share / low) / math.log(high / low)
        return float(start * (stop / start) ** part)
