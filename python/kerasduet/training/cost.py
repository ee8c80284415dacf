"""What a training will take, before it begins: memory for the network and its rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from kerasduet.data.part import leaves

if TYPE_CHECKING:
    import keras

    from kerasduet.data import Dataset
    from kerasduet.experiments import Experiment

__all__ = ["memory"]

NUMBER = 4  # bytes of a float32


def memory(model: keras.Model, dataset: Dataset, experiment: Experiment) -> int:
    """Estimate the memory of a training in bytes, beside what the backend takes for itself.

    Counted are the network's weights, their gradients, the optimizer's numbers and what a step
    needs beside them, and the copies that resuming and early stopping keep; what the layers give
    for a batch, with its gradients; and the rows that are in memory. The backend's compiled steps
    add to it: some 50 to 120 MB of TensorFlow on a CPU.

    Parameters
    ----------
    model : keras.Model
        Compiled, its optimizer built.
    dataset : Dataset
        Of the training.
    experiment : Experiment
        Batch size and early stopping.
    """
    weights, trained = _numbers(model.weights), _numbers(model.trainable_variables)
    kept = weights + _numbers(model.optimizer.variables)
    copies = 3 if experiment.early_stopping is None else 4  # the last epoch's and this one's
    of_batch = 2 * experiment.batch_size * sum(_given(layer) for layer in model.layers)
    return NUMBER * (copies * kept + 4 * trained + of_batch) + _held(dataset)


def _numbers(variables: Any) -> int:
    return sum(math.prod(variable.shape) for variable in variables)


def _given(layer: Any) -> int:
    """Count the numbers that a layer gives for one row, those of each step of a sequence too."""
    inner = getattr(layer, "layers", None)
    if inner:
        return sum(_given(one) for one in inner)
    shape = _shape(getattr(layer, "output", None))
    cell = getattr(layer, "cell", None)
    if cell is None or isinstance(cell, list):
        return math.prod(size or 1 for size in shape)
    gates = {"SimpleRNNCell": 1, "GRUCell": 3, "LSTMCell": 4}.get(type(cell).__name__, 1)
    steps = (*_shape(getattr(layer, "input", None)), 1)[0] or 1
    return steps * math.prod(size or 1 for size in shape[-1:]) * (gates + 2)


def _shape(tensor: Any) -> tuple[int | None, ...]:
    """Give the shape of a tensor, or of the first of several, without the batch."""
    if isinstance(tensor, dict):
        tensor = list(tensor.values())
    if isinstance(tensor, list | tuple):
        tensor = tensor[0] if tensor else None
    return tuple(tensor.shape[1:]) if tensor is not None else ()


def _held(dataset: Dataset) -> int:
    """Count the bytes of the rows in memory; an array that several parts share counts once."""
    parts = (dataset.train, dataset.validation, dataset.test)
    found = {}
    for part in parts:
        for leaf in leaves((part.inputs, part.targets, part.weights)):
            array = getattr(leaf, "array", leaf)
            while getattr(array, "base", None) is not None and hasattr(array.base, "nbytes"):
                array = array.base
            found[id(array)] = getattr(array, "nbytes", 0)
    return sum(found.values())
