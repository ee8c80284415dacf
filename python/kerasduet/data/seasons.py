"""A season that stands out in the autocorrelation of training rows: offered, never taken."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["found", "offer"]

MOST_ROWS = 20_000  # the last ones
LONGEST = 400  # steps of a season
SEASONS = 3  # so many are needed to see one
LEAST = 0.3  # autocorrelation at a season
SIGMA = 3.5  # times the deviation that it has in white noise
NEAR = 0.8  # of the largest: the shortest season that is as clear is the one


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
        f"Season {other} stands out in the autocorrelation of the training rows; set season = "
        f"{other} to try it (now {season})."
    )


def found(series: Sequence[np.ndarray]) -> int:
    """Find the season of series: a peak of the autocorrelation of their changes; 0 is none.

    Changes from row to row have no trend, and those of a random walk no autocorrelation. Where
    there is a season its multiple is a peak too.

    Examples
    --------
    >>> wave = np.sin(2 * np.pi * np.arange(120) / 12)
    >>> found([wave]), found([np.arange(120.0) ** 2])
    (12, 0)
    """
    usable = [values for values in series if len(values) > 8 and np.ptp(np.diff(values)) > 0]
    if not usable:
        return 0
    shortest = min(min(map(len, usable)), MOST_ROWS) - 1
    most = min(shortest // SEASONS, LONGEST)
    if most < 2:
        return 0
    lags = 2 * most + 1
    each = [_autocorrelation(np.diff(values[-MOST_ROWS:]), lags) for values in usable]
    mean = np.mean(each, axis=0)  # from lag 0
    limit = max(LEAST, SIGMA / np.sqrt(shortest * len(usable)))
    peaks = [
        lag
        for lag in range(2, most + 1)
        if mean[lag] >= limit
        and mean[lag] > max(mean[lag - 1], mean[lag + 1])
        and mean[2 * lag - 1 : 2 * lag + 2].max() >= limit / 2
        and mean[2 * lag - 1 : 2 * lag + 2].max() > mean[lag + lag // 2]
    ]
    if not peaks:
        return 0
    largest = max(mean[lag] for lag in peaks)
    return next(lag for lag in peaks if mean[lag] >= NEAR * largest)


def _autocorrelation(values: np.ndarray, lags: int) -> np.ndarray:
    """Give the autocorrelation at lags from 0 on, as many as asked for; 0 beyond the rows."""
    centred = values - values.mean()
    size = 1 << (2 * len(centred) - 1).bit_length()
    power = np.abs(np.fft.rfft(centred, size)) ** 2
    sums = np.fft.irfft(power, size)[: len(centred)]
    every = np.zeros(lags + 1)
    count = min(lags + 1, len(sums))
    every[:count] = sums[:count] / sums[0]
    return every
