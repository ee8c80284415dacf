"""Sixty shops that were never there: made-up series of which the truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kerasduet.data.dataset import Source, digest_arrays

__all__ = ["NOISE", "made"]

SHOPS, MONTHS, SEED = 60, 96, 11
NOISE = 0.08  # standard deviation of what nobody can foresee, as a part of a shop's level


def made() -> tuple[pd.DataFrame, Source]:
    """Make the sales of 60 shops over 96 months.

    Returns
    -------
    (pandas.DataFrame, Source)
        Columns shop, time and sold, a row a shop and month.

    Notes
    -----
    Every shop sells `level * (1 + size * shape(month - shift) + noise)`: the shape of a year is
    the same in all, a steep rise and a slow decline; level, size and the month in which it begins
    are each shop's own. The noise is normal, with a standard deviation of 0.08, and independent,
    so that no forecast has an expected absolute error below 0.08 * sqrt(2 / pi) = 0.064 times the
    level. The mean of the same month over all earlier years of a shop has a MASE of 0.77 on the
    test windows of the preset `lstm-panel`; the truth itself would have some 0.7.

    Examples
    --------
    >>> frame, source = made()
    >>> frame.shape, frame["shop"].nunique()
    ((5760, 3), 60)
    """
    random = np.random.Generator(np.random.PCG64(SEED))
    months = np.arange(MONTHS)
    level = random.uniform(50, 500, SHOPS)[:, None]
    size = random.uniform(0.3, 0.6, SHOPS)[:, None]
    shift = random.integers(12, size=SHOPS)[:, None]
    place = (months - shift) % 12
    shape = np.where(place < 3, place / 3, 1 - (place - 3) / 9)
    noise = NOISE * random.standard_normal((SHOPS, MONTHS))
    sold = np.round(level * (1 + size * shape + noise), 1)
    times = pd.date_range("2016-01-01", periods=MONTHS, freq="MS")
    names = [f"shop {number:02d}" for number in range(1, SHOPS + 1)]
    rows = pd.RangeIndex(1, SHOPS * MONTHS + 1, name="row")
    frame = pd.DataFrame(
        {
            "shop": np.repeat(names, MONTHS),
            "time": np.tile(times, SHOPS),
            "sold": sold.ravel(),
        },
        rows,
    )
    digest = digest_arrays(sold)
    return frame, Source("60 made-up shops (a generated panel)", digest, len(frame))
