"""A season that stands out in training rows: offered, never taken."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial

import numpy as np

__all__ = ["found", "offer", "other_difference"]

MOST_ROWS = 4000  # the last ones
MOST_SERIES = 50  # of several, evenly spaced
LONGEST = 400  # steps of a season
SEASONS = 3  # so many are needed to see one
WAVES = (1, 2, 3, 4, 6)  # of a seasonal profile: that season, its half, its third, ...
TRIED = 12  # seasons that look best, of which the best is refined
MARGIN = 20.0  # of twice the log-likelihood, beyond what its parameters cost
LEAST = 0.85  # of the squared error without a season, at most
SHORTER = 0.8  # of that gain: a half, a third, ... of the season is the season
MOST_PARTS = 12  # of which so many are tried
FLOOR = 1e-9  # of a squared error in units of the variance: less is rounding
HELD = 1 / 3  # of the rows, the last ones: judged by what the ones before them gave


def offer(series: Sequence[np.ndarray], season: int) -> str:
    """Say which other season stands out in the training rows of one series, or of several.

    Parameters
    ----------
    series : sequence of numpy.ndarray
        Training values of each (rows,), without gaps.
    season : int
        The one that is set. Nothing is offered where it is a multiple of what stands out, or the
        other way round.
    """
    other = found(series)
    if other == 0 or season % other == 0 or (season > 1 and other % season == 0):
        return ""
    return (
        f"Season {other} stands out in the training rows; set season = {other} to try it (now "
        f"{season})."
    )


def other_difference(season: int, difference: int) -> str:
    """Say that the network sees changes over other steps than the season, and no part of it.

    Examples
    --------
    >>> other_difference(7, 12).partition(";")[0]
    'The network sees changes over 12 steps, but the season is 7'
    >>> other_difference(12, 12), other_difference(7, 1), other_difference(6, 2)
    ('', '', '')
    """
    if min(season, difference) < 2 or difference % season == 0 or season % difference == 0:
        return ""
    return (
        f"The network sees changes over {difference} steps, but the season is {season}; set "
        f"difference = {season} for those over a season."
    )


def found(series: Sequence[np.ndarray]) -> int:
    """Find the season of series by what it adds to their last value and a line; 0 is none.

    The next value is regressed on a line, on the value before it and on up to six waves of a
    season: a random walk, or values that alternate by chance, need none. The season with the least
    BIC stands out where BIC is clearly lower than without it, and where it also lowers the error
    of later rows that the regression has not seen. Of 9.5 steps the nearer whole number is given.

    Examples
    --------
    >>> wave = np.sin(2 * np.pi * np.arange(120) / 12)
    >>> found([wave]), found([np.arange(120.0) ** 2])
    (12, 0)
    """
    usable = [values for values in series if len(values) > 8 and _bends(values)]
    if not usable:
        return 0
    chosen = np.unique(np.linspace(0, len(usable) - 1, MOST_SERIES).round().astype(int))
    parts = [_standard(usable[i][-MOST_ROWS:]) for i in chosen]
    most = min(min(map(len, parts)) // SEASONS, LONGEST)
    if most < 2:
        return 0
    seasons = np.arange(2, most + 1)
    near = sum(_roughly(values, seasons) for values in parts)
    gain = cache(partial(_gain, parts))
    best = max(seasons[np.argsort(-near, kind="stable")[:TRIED]].tolist(), key=gain)
    while best != (better := max(range(max(best - 3, 2), min(best + 3, most) + 1), key=gain)):
        best = better
    clear, waves, ratio = gain(best)
    if clear < MARGIN or ratio > LEAST or _held(parts, best, waves) > LEAST:
        return 0
    shorter = (best / part for part in range(min(best // 2, MOST_PARTS), 1, -1))
    basic = next((one for one in shorter if gain(one)[0] >= SHORTER * clear), best)
    return int(max((np.floor(basic), np.ceil(basic)), key=gain))


def _bends(values: np.ndarray) -> bool:
    """Say whether the steps of values differ; of many, the last ones nearly always do."""
    return any(np.ptp(np.diff(some)) > 0 for some in (values[-MOST_ROWS:], values))


def _standard(values: np.ndarray) -> np.ndarray:
    values = values.astype(np.float64)
    return (values - values.mean()) / values.std()


def _design(values: np.ndarray, season: float = 0, waves: int = 0) -> np.ndarray:
    """Give the columns that the values from the second on are regressed on."""
    steps = np.arange(1, len(values))
    columns = [np.ones(len(steps)), steps / len(values), values[:-1]]
    for wave in range(1, waves + 1):
        angle = 2 * np.pi * (wave * steps % season) / season
        columns.append(np.cos(angle))
        if 2 * wave < season:  # the sine of an alternation is 0
            columns.append(np.sin(angle))
    return np.stack(columns, axis=1)


def _gain(parts: Sequence[np.ndarray], season: float) -> tuple[float, int, float]:
    """Give by how much BIC is lower with a season, its waves, and the ratio of squared errors."""
    options = [waves for waves in WAVES if 2 * waves <= season]
    ends = np.array([3 + 2 * waves - (2 * waves == season) for waves in options])
    total, ratio = np.zeros(len(options)), np.zeros(len(options))
    for values in parts:
        rows = len(values) - 1
        basis = np.linalg.qr(_design(values, season, options[-1])[:, : rows // 2])[0]
        left = (values[1:] ** 2).sum() - np.cumsum((basis.T @ values[1:]) ** 2)
        left = np.maximum(left, FLOOR * rows)
        lower = np.log(left[2] / left[np.minimum(ends, len(left)) - 1])
        total += np.where(ends > len(left), -np.inf, rows * lower - (ends - 3) * np.log(rows))
        ratio += lower / len(parts)
    best = int(np.argmax(total))
    return float(total[best]), options[best], float(np.exp(-ratio[best]))


def _held(parts: Sequence[np.ndarray], season: float, waves: int) -> float:
    """Give the ratio of squared errors of later rows with and without a season."""
    ratio = 0.0
    for values in parts:
        start = len(values) - 1 - max(int(HELD * len(values)), 1)
        errors = []
        for columns in (_design(values, season, waves), _design(values)):
            weights = np.linalg.lstsq(columns[:start], values[1 : start + 1], rcond=None)[0]
            missed = values[start + 1 :] - columns[start:] @ weights
            errors.append(max(np.mean(missed**2), FLOOR))
        ratio += np.log(errors[0] / errors[1]) / len(parts)
    return float(np.exp(ratio))


def _roughly(values: np.ndarray, seasons: np.ndarray) -> np.ndarray:
    """Give what each season adds, as if its waves were orthogonal: by one transform for all."""
    rows = len(values) - 1
    line = _design(values)[:, :2]
    sides = np.stack([values[1:], values[:-1]], axis=1)
    sides = sides - line @ np.linalg.lstsq(line, sides, rcond=None)[0]
    size = 1 << (8 * rows).bit_length()
    later, before = np.fft.rfft(sides, size, axis=0).T
    sums = [(sides[:, 0] ** 2).sum(), (sides[:, 1] ** 2).sum(), sides.prod(axis=1).sum()]
    none = max(sums[0] - sums[2] ** 2 / sums[1], FLOOR * rows)
    best = np.full(len(seasons), -np.inf)
    taken = [np.zeros(len(seasons)) for _ in range(3)]
    for wave in range(1, WAVES[-1] + 1):
        is_wave = 2 * wave <= seasons
        place = np.minimum(np.round(size * wave / seasons).astype(int), size // 2)
        scale = np.where(2 * wave < seasons, 2, 1) * is_wave / rows
        products = (
            np.abs(later[place]) ** 2,
            np.abs(before[place]) ** 2,
            (later[place] * before[place].conj()).real,
        )
        for one, product in zip(taken, products, strict=True):
            one += scale * product
        left = [np.maximum(sums[i] - taken[i], FLOOR * rows) for i in (0, 1)]
        left_over = np.maximum(left[0] - (sums[2] - taken[2]) ** 2 / left[1], FLOOR * rows)
        cost = np.minimum(2 * wave, seasons - 1) * np.log(rows)
        best = np.maximum(best, np.where(is_wave, rows * np.log(none / left_over) - cost, best))
    return best
