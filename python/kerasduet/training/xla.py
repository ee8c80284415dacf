"""Steps of recurrent networks that XLA compiles on TensorFlow, where that pays.

A step of a small recurrent network on a CPU is thousands of small operations, and TensorFlow takes
longer to start them than to do them. XLA makes one of them all. Compiling takes about as long as
some 30,000 of the network's time steps are faster for it, so only a training with many of them in
an epoch gains, and only small layers do: `benchmarks/README.md` has the figures.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kerasduet.data.part import leaves, mapped
from kerasduet.environment import backend_name, device_info
from kerasduet.settings.configurations import is_object

if TYPE_CHECKING:
    import keras

    from kerasduet.experiments import Experiment

__all__ = ["compiled", "pays"]

BUILDERS = {"recurrent", "token_tagger"}
TIME_STEPS = 5000  # in an epoch, of all layers: five or six such epochs pay for compiling
UNITS = 64  # of a layer, at most: of 256 a step takes five times as long


def pays(model: keras.Model, experiment: Experiment, rows: int) -> bool:
    """Say whether XLA is to compile the steps of a training.

    The network, the batch size and the training rows decide, not the number of epochs: a run
    that is trained on has the bits of all its epochs at once.

    Parameters
    ----------
    model : keras.Model
        The experiment's network.
    experiment : Experiment
        What is trained; losses, metrics and optimizers of the caller's are not compiled.
    rows : int
        Training rows.
    """
    if (
        backend_name() != "tensorflow"
        or device_info()["kind"] != "cpu"
        or experiment.builder not in BUILDERS
        or experiment.devices > 1
        or experiment.loss is not None
        or experiment.metrics
        or is_object(experiment.optimizer)
        or is_object(experiment.schedule)
    ):
        return False
    found = [_cells(layer) for layer in model.layers]
    cells = [cell for of_layer in found for cell in of_layer]
    batches = math.ceil(rows / experiment.batch_size)
    return (
        bool(cells)
        and max(units for _, units in cells) <= UNITS
        and batches * sum(steps for steps, _ in cells) >= TIME_STEPS
    )


def _cells(layer: Any) -> list[tuple[int, int]]:
    """Give the time steps and the units of a recurrent layer, of both its ways if it has two."""
    ways = [
        getattr(layer, name)
        for name in ("forward_layer", "backward_layer")
        if hasattr(layer, name)
    ] or [layer]
    if not hasattr(ways[0], "cell"):
        return []
    given = layer.input[0] if isinstance(layer.input, list) else layer.input  # with a mask
    return [(given.shape[1] or 0, way.units) for way in ways]


def compiled(step: Callable[[Any], Any], rows: Any, size: int) -> Callable[[Any], None]:
    """Give a loop over whole batches whose step XLA compiles; a last, smaller batch goes without.

    Parameters
    ----------
    step : callable
        Keras's own `train_step`.
    rows : tree of numpy.ndarray
        As the loop is given them.
    size : int
        Rows of a batch.
    """
    import tensorflow as tf

    whole_step = tf.function(
        lambda batch: _done(step, batch), autograph=False, jit_compile=True
    )

    def looped(rows: Any) -> None:
        count = tf.shape(next(leaves(rows)))[0]
        whole = count // size * size

        def cut(leaf: Any, start: Any) -> Any:
            return tf.ensure_shape(leaf[start : start + size], (size, *leaf.shape[1:]))

        def body(start: Any) -> tuple[Any]:
            whole_step(mapped(lambda leaf: cut(leaf, start), rows))
            return (start + size,)

        (end,) = tf.while_loop(
            lambda start: start < whole, body, (tf.constant(0),), parallel_iterations=1
        )

        def last() -> int:
            return _done(step, mapped(lambda leaf: leaf[end:], rows))

        tf.cond(end < count, last, lambda: 0)

    shapes = mapped(lambda leaf: tf.TensorSpec((None, *leaf.shape[1:]), leaf.dtype), rows)
    return tf.function(looped, input_signature=(shapes,), autograph=False)


def _done(step: Callable[[Any], Any], batch: Any) -> int:
    """Do a step; what it finds is in the metrics."""
    step(batch)
    return 0
