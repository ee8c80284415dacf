"""What networks of texts give: a probability a class, or of two classes that of the second."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kerasduet.checks import show
from kerasduet.errors import ArgumentType
from kerasduet.tasks.classification import networks

if TYPE_CHECKING:
    import keras

__all__ = ["by_class", "refuse_no_probabilities", "targets"]

LEAST = 1e-7  # as Keras's own cross-entropy has it


def by_class(outputs: np.ndarray) -> np.ndarray:
    """Give a column a class: a single one is the probability of the second of two.

    Examples
    --------
    >>> by_class(np.array([[0.25], [1.0]])).round(3).tolist()
    [[0.75, 0.25], [0.0, 1.0]]
    """
    if outputs.shape[1] > 1:
        return outputs
    second = np.clip(outputs[:, 0], LEAST, 1 - LEAST)
    return np.column_stack([1 - second, second])


def targets(classes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give codes (n,), and outputs that are right, and wrong."""
    codes, right, wrong = networks.targets(classes)
    if classes > 2:
        return codes, right, wrong
    return codes, right[:, 1:], wrong[:, 1:]


def refuse_no_probabilities(network: keras.Model) -> None:
    """Refuse a network whose outputs are no probabilities."""
    outputs = np.asarray(network.predict_on_batch(networks.some_rows(network)), np.float64)
    if outputs.shape[-1] > 1:
        networks.refuse_no_probabilities(network)
    elif outputs.min() < 0 or outputs.max() > 1:
        wrong = outputs.ravel()[np.abs(outputs.ravel() - 0.5).argmax()]
        raise ArgumentType(
            f"model: must give the probability of the second class, 0 to 1; got "
            f'{show(round(float(wrong), 4))}. End it with activation="sigmoid".'
        )
