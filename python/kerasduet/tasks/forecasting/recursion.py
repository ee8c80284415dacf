"""Further steps of a network that gives one: it is fed its own forecasts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.part import taken

if TYPE_CHECKING:
    from kerasduet.data.preprocessing import SeriesPreprocessing

__all__ = ["outputs"]

WINDOWS_AT_A_TIME = 2**12


def outputs(
    predict: Callable[[Any], Any], learned: SeriesPreprocessing, inputs: Any
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
        Windows, or what gives them by `take`.

    Returns
    -------
    numpy.ndarray
        (n, horizon), float32.
    """
    if learned.strategy == "direct":
        found: np.ndarray = predict(inputs)
        return found
    return np.concatenate(
        [
            _one_by_one(
                predict, taken(inputs, slice(start, start + WINDOWS_AT_A_TIME)), learned
            )
            for start in range(0, len(inputs), WINDOWS_AT_A_TIME)
        ]
    )


def _one_by_one(
    predict: Callable[[Any], Any], windows: np.ndarray, learned: SeriesPreprocessing
) -> np.ndarray:
    steps: list[np.ndarray] = []
    for _ in range(learned.horizon):
        steps.append(predict(windows))  # (n, 1)
        windows = np.concatenate([windows[:, 1:], steps[-1][:, :, None]], axis=1)
    return np.concatenate(steps, axis=1)
