"""Intervals whose widths follow the misses of all steps."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from kerasduet.forecasting.tails import FOLLOWED, MOST_LOOKS, Tail

__all__ = ["follow"]

RATE = 0.2  # how far misses of every step move the logarithm of a width, on their side
ACROSS = 0.5  # of that on the other side
FEW = 40  # errors a step; of more the rate falls, as the quantile of more errors is surer
MOST = math.log(4)  # wider or narrower than the errors say, at most

SIGNS = (-1, 1)


def follow(
    known: Sequence[Sequence[float]],
    errors: np.ndarray,
    shares: Sequence[float],
    spread: float,
) -> np.ndarray:
    """Give offsets (windows + 1, horizon, shares, 2) as `conformal.offsets` does."""
    windows, horizon = errors.shape
    tails = [
        [_tail(step, place, sign=sign, spread=spread) for sign in SIGNS]
        for place, step in enumerate(known)
    ]
    grown = np.zeros((len(SIGNS), len(FOLLOWED)))  # logarithms of what multiplies the ends
    stride = max(1, -(-windows // MOST_LOOKS))
    found = np.empty((windows + 1, horizon, len(shares), 2))
    # Ends before they were multiplied: a truth that comes late is held against today's factors,
    # or the misses of narrow intervals would widen those that are wide by now.
    before: dict[int, np.ndarray] = {}
    learned = [0] * horizon
    for look in range(0, windows + horizon + stride, stride):
        misses: tuple[list[np.ndarray], ...] = ([], [])
        factors = np.exp(grown)
        for step in range(horizon):
            while learned[step] < windows and learned[step] + step + 1 <= look:
                window, learned[step] = learned[step], learned[step] + stride
                for side, sign in enumerate(SIGNS):
                    score = sign * float(errors[window, step])
                    if not math.isnan(score):
                        tails[step][side].learn(score)
                        misses[side].append(score > before[window][step, side] * factors[side])
        if misses[0]:
            beyond = np.array([np.mean(side, axis=0) for side in misses]) - FOLLOWED
            slower = math.sqrt(min(1.0, FEW / len(tails[0][0].scores)))
            moved = grown + RATE * slower * (beyond + ACROSS * beyond[::-1])
            grown = np.clip(moved, -MOST, MOST)
        if look < windows:
            every = [
                [[tail.end(share) for share in FOLLOWED] for tail in both] for both in tails
            ]
            before[look] = np.array(every)  # (horizon, sides, followed)
            found[look : look + stride] = _signed(_ends(tails, grown, shares))
    found[windows] = _signed(_ends(tails, grown, shares))
    return found


def _tail(known: Sequence[float], place: int, *, sign: int, spread: float) -> Tail:
    scores = [sign * error for error in known]
    return Tail(scores, math.sqrt(place + 1), between=True, spread=spread)


def _signed(ends: np.ndarray) -> np.ndarray:
    """Give ends (horizon, sides, shares) as offsets (horizon, shares, sides)."""
    return np.moveaxis(ends, 1, 2) * np.array(SIGNS, dtype=float)


def _ends(
    tails: Sequence[Sequence[Tail]], grown: np.ndarray, shares: Sequence[float]
) -> np.ndarray:
    every = [
        [_stretched(tail, growth, shares) for tail, growth in zip(both, grown, strict=True)]
        for both in tails
    ]
    return np.array(every)


def _stretched(tail: Tail, grown: np.ndarray, shares: Sequence[float]) -> list[float]:
    """Give the end of each share: those of 80 and 95 % grown, the others on lines between."""
    first, second = (math.exp(growth) for growth in grown.tolist())
    narrow, wide = (tail.end(share) for share in FOLLOWED)
    inner = narrow * first
    outer = max(wide * second, inner)
    found = []
    for share in shares:
        end = tail.end(share)
        if share >= FOLLOWED[0]:
            found.append(end * first)
        elif share > FOLLOWED[1]:
            part = (end - narrow) / (wide - narrow) if wide > narrow else 0.0
            found.append(min(inner + part * (outer - inner), outer))
        elif share == FOLLOWED[1]:
            found.append(outer)
        else:
            found.append(max(end * outer / wide if wide else end, outer))
    return found
