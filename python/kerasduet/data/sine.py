"""A wave whose period changes slowly: a made-up series of which the truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kerasduet.data.dataset import Source, digest_arrays

__all__ = ["NOISE", "made"]

STEPS, SEED = 1500, 36
PERIOD, CHANGE, CYCLE = 30, 8, 400  # steps: of the wave, of its change, and of that change
NOISE = 0.05  # standard deviation of what nobody can foresee


def made() -> tuple[pd.DataFrame, Source]:
    """Make a sine of 1,500 steps.

    Returns
    -------
    (pandas.DataFrame, Source)
        Columns step (from 1) and wave.

    Notes
    -----
    The wave goes from -1 to 1 in periods that change between 22 and 38 steps and back within 400,
    so that no fixed season fits it: what the period is, the last steps have to tell. The noise is
    normal, with a standard deviation of 0.05, and independent, so that no forecast has an expected
    absolute error below 0.05 * sqrt(2 / pi) = 0.040.

    Examples
    --------
    >>> frame, source = made()
    >>> frame.shape, bool(abs(frame["wave"]).max() < 1.2)
    ((1500, 2), True)
    """
    random = np.random.Generator(np.random.PCG64(SEED))
    steps = np.arange(1, STEPS + 1)
    period = PERIOD + CHANGE * np.sin(2 * np.pi * steps / CYCLE)
    wave = np.sin(2 * np.pi * np.cumsum(1 / period)) + NOISE * random.standard_normal(STEPS)
    wave = np.round(wave, 4)
    rows = pd.RangeIndex(1, STEPS + 1, name="row")
    frame = pd.DataFrame({"step": steps, "wave": wave}, rows)
    source = Source("a sine of changing period (generated)", digest_arrays(wave), len(frame))
    return frame, source
