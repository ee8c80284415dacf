"""What the training sequences teach beside the weights: scales."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kerasduet.data.preprocessing import Learned
from kerasduet.runs import learned as saved
from kerasduet.settings.rules import MAX_WIDTH

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = ["SequencePreprocessing", "check"]


@dataclass(frozen=True)
class SequencePreprocessing(Learned):
    """Scales of the inputs and of the target.

    Parameters
    ----------
    shape : tuple of int
        One sequence (steps, features).
    means, scales : tuple of float
        Taken off each number of a step, and what is left is divided by.
    target_mean, target_scale : float
        Of the training targets.
    """

    kind = "sequences"

    shape: tuple[int, int]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    target_mean: float
    target_scale: float

    # What figures call the number that is predicted.
    target = "value"

    def to_network(self, x: np.ndarray) -> np.ndarray:
        """Scale sequences (n, steps, features) to float32."""
        return ((x - np.array(self.means)) / np.array(self.scales)).astype(np.float32)

    def restore(self, outputs: np.ndarray) -> np.ndarray:
        """Give outputs (n, 1) in the target's units, float64 (n,)."""
        return outputs[:, 0].astype(np.float64) * self.target_scale + self.target_mean


def check(learned: SequencePreprocessing, experiment: Experiment) -> None:
    """Refuse what no training for an experiment could have learned."""
    data, shape = experiment.data, learned.shape
    if not isinstance(shape, tuple) or len(shape) != 2:
        raise ValueError("shape: must be two sizes")
    for size in shape:
        saved.code("shape", size - 1, MAX_WIDTH)
    if data.dataset == "adding-problem":
        saved.hold("shape", shape, (data.steps, 2))
    for values in (learned.means, learned.scales):
        saved.hold("scales", len(values), shape[1])
    saved.finite((*learned.means, *learned.scales, learned.target_mean, learned.target_scale))
    if not all(scale > 0 for scale in (*learned.scales, learned.target_scale)):
        raise ValueError("scales: must be above 0")
    if data.scale == "none" and {*learned.means, *learned.scales} - {0.0, 1.0}:
        raise ValueError("scales: of another experiment")
