"""All that training depends on, taken from a network and put back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.dataset import digest_arrays

if TYPE_CHECKING:
    import keras

__all__ = ["State", "best_epoch", "capture", "restore", "weights_digest"]


@dataclass
class State:
    """All that training depends on after an epoch: an exact resume starts from it.

    Parameters
    ----------
    epoch : int
        Epochs finished.
    history : list of dict
        One row an epoch.
    seconds : list of float
        Wall time of each epoch.
    variables : list of numpy.ndarray
        Weights, seed-generator states and optimizer variables, in Keras's order.
    best : list of numpy.ndarray
        The same of the best epoch so far, when early stopping is on.
    callbacks : list of dict
        Of each callback of the caller's, its class and its plain values, such as how many epochs
        it has waited.
    stopped : bool
        Whether one of them ended the training.
    """

    epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    variables: list[np.ndarray] = field(default_factory=list)
    best: list[np.ndarray] = field(default_factory=list)
    callbacks: list[dict[str, Any]] = field(default_factory=list)
    stopped: bool = False

    def ended_early(self, patience: int | None) -> bool:
        """Say whether a callback ended the training, or early stopping after so many epochs."""
        if self.stopped or patience is None or not self.history:
            return self.stopped
        return self.epoch - 1 - best_epoch(self.history) >= patience


def best_epoch(history: list[dict[str, float]]) -> int:
    """Give the epoch of the least validation loss, from 0."""
    losses = [row["val_loss"] for row in history]
    losses = [loss if loss == loss else np.inf for loss in losses]  # NaN is never the best
    return losses.index(min(losses))


def weights_digest(model: keras.Model) -> str:
    """Digest the weights: sha256 over each one's dtype, shape and bytes, in order."""
    return digest_arrays(*(np.asarray(weight) for weight in model.get_weights()))


def capture(model: keras.Model) -> list[np.ndarray]:
    """Copy every variable that training depends on."""
    return [np.array(variable.numpy()) for variable in _variables(model)]


def restore(model: keras.Model, values: list[np.ndarray]) -> None:
    """Put captured values back."""
    for variable, value in zip(_variables(model), values, strict=True):
        variable.assign(value)


def _variables(model: keras.Model) -> list[Any]:
    return [*model.variables, *model.optimizer.variables]
