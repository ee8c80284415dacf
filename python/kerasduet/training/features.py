"""What a base that is not trained says of each image, computed once and kept for all epochs."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.part import Part, taken
from kerasduet.models.vision.transfer import FEATURES

if TYPE_CHECKING:
    import keras

    from kerasduet.experiments import Experiment

__all__ = ["MOST_BYTES", "features_of", "has_fixed_features", "head_of"]

MOST_BYTES = 2**30  # of features kept in memory


def has_fixed_features(model: keras.Model, experiment: Experiment, rows: int) -> bool:
    """Say whether a network's features are the same in every epoch, and fit into the memory.

    They are where no layer before the head is trained and nothing moves the images; experiment and
    data alone decide it, so that the same experiment always goes the same way.
    """
    if experiment.builder != "transfer":
        return False
    place = [layer.name for layer in model.layers].index(FEATURES)
    if any(layer.trainable_weights for layer in model.layers[:place]):
        return False
    return 4 * rows * math.prod(model.layers[place].output.shape[1:]) <= MOST_BYTES


def features_of(
    model: keras.Model,
    part: Part,
    prepare: Callable[[Any], Any],
    batch_size: int,
    check: Callable[[], None],
) -> Part:
    """Compute the features of a part, in memory: inputs (n, numbers), float32.

    Parameters
    ----------
    model : keras.Model
        From the builder `transfer`.
    part : Part
        Its rows.
    prepare : callable
        Turns rows into what the network takes.
    batch_size : int
        Rows at a time.
    check : callable
        Called after each batch, to raise what should stop it.
    """
    import keras

    trunk = keras.Model(model.input, model.get_layer(FEATURES).output)
    found = np.empty((len(part), trunk.output.shape[1]), np.float32)
    for start in range(0, len(part), batch_size):
        rows = slice(start, start + batch_size)
        found[rows] = trunk.predict_on_batch(prepare(taken(part.inputs, rows)))
        check()
    return Part(found, part.targets, part.weights)


def head_of(model: keras.Model) -> keras.Model:
    """Give the layers after the features as a network of their own, of the same weights."""
    import keras

    names = [layer.name for layer in model.layers]
    x = inputs = keras.Input(model.get_layer(FEATURES).output.shape[1:])
    for layer in model.layers[names.index(FEATURES) + 1 :]:
        x = layer(x)
    return keras.Model(inputs, x)
