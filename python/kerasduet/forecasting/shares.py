"""Intervals whose shares of misses are followed, a step and a side at a time.

Runs of earlier versions have them, so that their forecasts and scores stay as they were; see
`kerasduet.forecasting.widths` for those of today.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from kerasduet.forecasting.tails import FOLLOWED, MOST_LOOKS, Tail

__all__ = ["follow"]

RATE = 0.1  # how far one error moves a followed share, as a part of it
LEAST = 0.2  # of the share asked for: a few errors in a row must not empty a tail


def follow(
    known: Sequence[Sequence[float]], errors: np.ndarray, shares: Sequence[float]
) -> np.ndarray:
    """Give offsets (windows + 1, horizon, shares, 2) as `conformal.offsets` does.

    Notes
    -----
    Gibbs and Candès (2021), Adaptive conformal inference under distribution shift, NeurIPS.
    """
    windows, horizon = errors.shape
    found = np.empty((windows + 1, horizon, len(shares), 2))
    for step in range(horizon):
        for side, sign in enumerate((-1, 1)):
            tail = _Steered([sign * error for error in known[step]], math.sqrt(step + 1))
            ends = _follow(tail, sign * errors[:, step], step + 1, shares)
            found[:, step, :, side] = sign * ends
    return found


def _follow(
    tail: _Steered, scores: np.ndarray, delay: int, shares: Sequence[float]
) -> np.ndarray:
    """Give the end that leaves each share beyond it, before each score and after all."""
    windows, every = len(scores), scores.tolist()
    stride = max(1, -(-windows // MOST_LOOKS))
    found = np.empty((windows + 1, len(shares)))
    promised: dict[int, list[float]] = {}
    asked, learned = {*FOLLOWED, *shares}, 0
    for look in range(0, windows, stride):
        while learned + delay <= look:
            tail.follow(every[learned], promised.pop(learned))
            learned += stride
        ends = {share: tail.end_of(share) for share in asked}
        promised[look] = [ends[share] for share in FOLLOWED]
        found[look : look + stride] = [ends[share] for share in shares]
    for last in sorted(promised):
        tail.follow(every[last], promised[last])
    found[windows] = [tail.end_of(share) for share in shares]
    return found


class _Steered(Tail):
    """A tail, and the shares that steer it."""

    def __init__(self, scores: Sequence[float], overlap: float) -> None:
        super().__init__(scores, overlap, between=False)
        self.steered = list(FOLLOWED)

    def follow(self, score: float, promised: Sequence[float]) -> None:
        """Take a score, and whether it lay beyond the ends that were promised."""
        if math.isnan(score):
            return
        for i, (share, end) in enumerate(zip(FOLLOWED, promised, strict=True)):
            moved = self.steered[i] + RATE * share * (share - (score > end))
            self.steered[i] = min(max(moved, LEAST * share), 0.5)
        self.steered[1] = min(self.steered)
        self.learn(score)

    def end_of(self, share: float) -> float:
        """Give the score that a share of new ones is to exceed, as steered."""
        return self.end(self._steer(share))

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
