"""How TensorFlow goes through a graph: by a pool of threads, or by one without a queue.

A step of a small recurrent network is thousands of tiny operations, and handing each to a pool
takes longer than doing it: without one, `lstm-co2` and `price-lstm` train in two thirds of the
time (benchmarks/epochs.py). From some 100 units on, and with convolutions, the pool is faster. The
last bits are other ones than the pool's; so the network alone decides, not how long it is trained.
"""

from __future__ import annotations

import contextlib
import math
from typing import TYPE_CHECKING

from kerasduet.environment import parallel
from kerasduet.environment.devices import kind_in_use

if TYPE_CHECKING:
    import keras

__all__ = ["executor", "is_small_and_recurrent"]

MOST_WEIGHTS = 2**15  # in one array; those of an LSTM with 90 units


def executor(model: keras.Model) -> contextlib.AbstractContextManager[None]:
    """Give the context in which TensorFlow is to go through the steps of a network."""
    pool = contextlib.nullcontext()
    if not is_small_and_recurrent(model) or parallel.strategy() is not None:
        return pool
    if kind_in_use("tensorflow") != "cpu":
        return pool
    try:
        from tensorflow.python.eager.context import function_executor_type
    except ImportError:  # it is not public
        return pool
    alone: contextlib.AbstractContextManager[None] = function_executor_type(
        "SINGLE_THREADED_EXECUTOR"
    )
    return alone


def is_small_and_recurrent(model: keras.Model) -> bool:
    """Say whether small recurrent layers are there, and no convolutions or layers of others."""
    import keras

    layers = list(model._flatten_layers(include_self=False))
    places = [type(layer).__module__ for layer in layers]
    return (
        any(isinstance(layer, keras.layers.RNN) for layer in layers)
        and not any(isinstance(layer, keras.layers.Lambda) for layer in layers)
        and all(place.startswith("keras.") for place in places)
        and not any(".convolutional." in place for place in places)
        and max(math.prod(weight.shape) for weight in model.weights) <= MOST_WEIGHTS
    )
