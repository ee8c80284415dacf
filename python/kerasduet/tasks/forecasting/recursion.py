"""Further steps of a network that gives one: it is fed its own forecasts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.part import taken
from kerasduet.tasks.forecasting.quantiles import sorted_out

if TYPE_CHECKING:
    from kerasduet.data.preprocessing import SeriesPreprocessing

__all__ = ["outputs"]

WINDOWS_AT_A_TIME = 2**12


def outputs(
    predict: Callable[[Any], Any],
    learned: SeriesPreprocessing,
    inputs: Any,
    rows: np.ndarray | None = None,
) -> np.ndarray:
    """Give the scaled steps of each window, all at once or one after the other.

    Parameters
    ----------
    predict : callable
        Gives the network's outputs for windows (n, lookback, features).
    learned : SeriesPreprocessing
        Says which of the two. Recursion works in scaled values, which are the network's inputs
        and its outputs alike.
    inputs : array
        Windows, or what gives them by `take`; with `later`, if anything is known ahead of time.
    rows : numpy.ndarray, optional
        Which of the windows; all by default.

    Returns
    -------
    numpy.ndarray
        (n, horizon), float32; or quantiles (n, horizon, 5).
    """
    if learned.strategy == "direct":
        found: np.ndarray = predict(inputs if rows is None else taken(inputs, rows))
        return sorted_out(found) if learned.intervals == "quantile" else found
    rows = np.arange(len(inputs)) if rows is None else rows
    later = getattr(inputs, "later", None)
    return np.concatenate(
        [
            _one_by_one(
                predict,
                taken(inputs, some),
                learned,
                None if later is None else later.take(some),
            )
            for some in np.split(rows, range(WINDOWS_AT_A_TIME, len(rows), WINDOWS_AT_A_TIME))
        ]
    )


def _one_by_one(
    predict: Callable[[Any], Any],
    windows: np.ndarray,
    learned: SeriesPreprocessing,
    later: np.ndarray | None,
) -> np.ndarray:
    """Feed a network its own steps, and what is known of `later` rows (n, horizon - 1, columns)."""
    steps: list[np.ndarray] = []
    for step in range(learned.horizon):
        steps.append(predict(windows))  # (n, 1)
        if step == learned.horizon - 1:
            break
        row = steps[-1] if learned.columns else steps[-1][:, :0]
        if later is not None:
            row = np.concatenate([row, later[:, step]], axis=1)
        windows = np.concatenate([windows[:, 1:], row[:, None]], axis=1)
    return np.concatenate(steps, axis=1)
