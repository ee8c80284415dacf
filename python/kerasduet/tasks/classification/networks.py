"""Networks of the caller's: what they give must be probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.checks import show
from kerasduet.errors import ArgumentType

if TYPE_CHECKING:
    import keras

__all__ = ["refuse_no_probabilities", "some_rows", "targets"]


def refuse_no_probabilities(network: keras.Model) -> None:
    """Refuse a network whose outputs do not add up to 1: they would be read as probabilities."""
    outputs = np.asarray(network.predict_on_batch(some_rows(network)), np.float64)
    sums = outputs.sum(axis=-1)
    if outputs.min() < 0 or abs(sums - 1).max() > 1e-3:
        wrong = sums[abs(sums - 1).argmax()]
        what = f"a sum of {show(round(float(wrong), 4))}"
        if outputs.min() < 0:
            what = f"{show(round(float(outputs.min()), 4))}"
        raise ArgumentType(
            f"model: must give probabilities, at least 0 and of sum 1; got {what}. End it with "
            'activation="softmax".'
        )


def some_rows(network: keras.Model) -> Any:
    """Give four random rows, and codes of 0 where a network takes codes."""
    random = np.random.default_rng(0)

    def some(tensor: Any) -> np.ndarray:
        shape = [size or 8 for size in tensor.shape[1:]]
        values: np.ndarray = random.uniform(size=(4, *shape)).astype(tensor.dtype)
        return values

    inputs = network.inputs if type(network).__name__ == "Sequential" else network.input
    if isinstance(inputs, dict):
        return {name: some(tensor) for name, tensor in inputs.items()}
    several = [some(tensor) for tensor in network.inputs]
    return several if len(several) > 1 else several[0]


def targets(classes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give codes (n,), and probabilities (n, classes) that are right, and wrong.

    There are never as many rows as classes, which would hide a mistaken axis.
    """
    few = np.unique([0, 1, classes // 2, classes - 1]).astype(np.int32)
    rows = 2 * len(few) + 1
    codes = np.resize(few, rows + (rows == classes))
    each = np.arange(len(codes))
    right = np.full((len(codes), classes), 0.1 / (classes - 1), np.float32)
    right[each, codes] = 0.9
    wrong = np.full_like(right, 0.1 / (classes - 1))
    wrong[each, (codes + 1) % classes] = 0.9
    wrong[each, codes] = 1e-4
    return codes, right, wrong / wrong.sum(axis=1, keepdims=True)
