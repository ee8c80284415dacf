"""Intervals by quantile loss: the network gives five quantiles a step, which cannot cross.

Where validation windows are there they say how far the quantiles are off, in scores on the scale
of the quantiles themselves, as errors do of a network that gives single numbers: Chernozhukov,
Wüthrich and Zhu (2021), Distributional conformal prediction, PNAS 118.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "COLUMNS",
    "QUANTILES",
    "from_scores",
    "median_error",
    "median_of",
    "of_table",
    "pinball_loss",
    "sorted_out",
    "to_scores",
]

QUANTILES = (0.025, 0.1, 0.5, 0.9, 0.975)
MEDIAN = 2
# What the table of test windows calls all but the median.
COLUMNS = {"quantile_0.025": 0, "quantile_0.1": 1, "quantile_0.9": 3, "quantile_0.975": 4}
NARROW, WIDE = (
    1.2815515655446004,
    1.959963984540054,
)  # of the normal distribution, 90 and 97.5 %


def sorted_out(outputs: np.ndarray) -> np.ndarray:
    """Turn what the network gives into quantiles, each at least the one before.

    Parameters
    ----------
    outputs : numpy.ndarray
        (windows, 5 x horizon): of each step the median in the middle and, around it, steps outward
        before softplus.

    Returns
    -------
    numpy.ndarray
        float64 (windows, horizon, 5), scaled.

    Examples
    --------
    >>> sorted_out(np.zeros((1, 5)))[0, 0].round(3)
    array([-1.386, -0.693,  0.   ,  0.693,  1.386])
    """
    raw = outputs.reshape(len(outputs), -1, len(QUANTILES)).astype(np.float64)
    middle = raw[..., MEDIAN]
    wide = np.logaddexp(0, raw)
    low, high = middle - wide[..., 1], middle + wide[..., 3]
    return np.stack([low - wide[..., 0], low, middle, high, high + wide[..., 4]], axis=-1)


def of_table(table: pd.DataFrame) -> np.ndarray:
    """Give the quantiles of each row of a table (rows, 5), in the target's units."""
    found = np.empty((len(table), len(QUANTILES)))
    found[:, MEDIAN] = table["forecast"]
    for name, place in COLUMNS.items():
        found[:, place] = table[name]
    return found


def to_scores(truth: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """Say where truths (...) lie among their quantiles (..., 5): 0 is the median.

    A truth at a quantile has the score that the normal distribution has there; between quantiles
    and beyond the outermost the scale is linear.

    Examples
    --------
    >>> to_scores(np.array([3.0, 1.0]), np.array([[0, 1, 2, 3, 4.0]] * 2)).round(3)
    array([ 1.282, -1.282])
    """
    gap = truth - quantiles[..., MEDIAN]
    inner, outer = _widths(quantiles, gap >= 0)
    far = np.abs(gap)
    score = np.where(
        far <= inner, far / inner * NARROW, NARROW + (far - inner) / outer * (WIDE - NARROW)
    )
    return np.sign(gap) * score


def from_scores(scores: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """Give the values (...) at scores among quantiles (..., 5): what `to_scores` is undone by."""
    inner, outer = _widths(quantiles, scores >= 0)
    far = np.abs(scores)
    gap = np.where(
        far <= NARROW, far / NARROW * inner, inner + (far - NARROW) / (WIDE - NARROW) * outer
    )
    found: np.ndarray = quantiles[..., MEDIAN] + np.sign(scores) * gap
    return found


def _widths(quantiles: np.ndarray, above: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the steps between quantiles, from the median outward, on one side of it."""
    steps = np.diff(quantiles, axis=-1)
    least = 1e-12 * np.maximum(np.abs(quantiles[..., MEDIAN]), 1)  # a step may be rounded away
    inner = np.where(above, steps[..., 2], steps[..., 1])
    outer = np.where(above, steps[..., 3], steps[..., 0])
    return np.maximum(inner, least), np.maximum(outer, least)


def median_of(outputs: np.ndarray) -> np.ndarray:
    """Give the scaled forecast of outputs: all of them, or of quantiles the median."""
    return outputs[..., MEDIAN] if outputs.ndim == 3 else outputs


def _quantiles(outputs: Any) -> Any:
    from keras import ops

    raw = ops.reshape(outputs, (-1, outputs.shape[-1] // len(QUANTILES), len(QUANTILES)))
    middle = raw[..., MEDIAN]
    wide = ops.softplus(raw)
    low, high = middle - wide[..., 1], middle + wide[..., 3]
    return ops.stack([low - wide[..., 0], low, middle, high, high + wide[..., 4]], axis=-1)


def pinball_loss() -> Callable[[Any, Any], Any]:
    """Give the mean pinball loss of the quantiles 2.5, 10, 50, 90 and 97.5 %.

    References
    ----------
    Koenker and Bassett (1978), Regression quantiles, Econometrica 46. Wen et al. (2017), A
    multi-horizon quantile recurrent forecaster, arXiv:1711.11053.
    """

    def pinball(truth: Any, outputs: Any) -> Any:
        from keras import ops

        gaps = ops.cast(truth, outputs.dtype)[..., None] - _quantiles(outputs)
        shares = ops.convert_to_tensor(QUANTILES, dtype=outputs.dtype)
        return ops.mean(ops.maximum(shares * gaps, (shares - 1) * gaps), axis=(1, 2))

    return pinball


def median_error() -> Callable[[Any, Any], Any]:
    """Give the absolute error of the median."""

    def mean_absolute_error(truth: Any, outputs: Any) -> Any:
        from keras import ops

        gaps = ops.cast(truth, outputs.dtype) - _quantiles(outputs)[..., MEDIAN]
        return ops.mean(ops.abs(gaps), axis=1)

    return mean_absolute_error
