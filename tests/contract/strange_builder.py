"""A stranger's builder, for both suites: outside the package, registered on import."""

from __future__ import annotations

from typing import Annotated

import kerasduet as kd
from kerasduet.models.parts import IMAGES, Parts, image_survives
from kerasduet.settings import Whole, checked
from kerasduet.settings.common import CLASSES, SEED, SHAPE, SIZE


@checked(lambda a: image_survives(a["input_shape"], 0, 1, 1))
def residual(
    *,
    input_shape: Annotated[tuple[int, ...], SHAPE] = (28, 28, 1),
    classes: Annotated[int, CLASSES] = 10,
    width: Annotated[int, SIZE] = 8,
    blocks: Annotated[int, Whole(1, 50)] = 2,
    seed: Annotated[int, SEED] = 0,
):
    """Build a small residual network, after He et al. (2016).

    Parameters
    ----------
    input_shape : tuple of int
        One image (height, width, channels).
    classes : int
        Number of classes, at least 2.
    width : int
        Filters of every convolution, at least 1.
    blocks : int
        Pairs of convolutions with a short cut around them, 1 to 50.
    seed : int
        Decides initial weights, 0 to 2^32 - 1.
    """
    parts = Parts(seed)
    import keras

    looks = {"padding": "same", "activation": "relu", "initializer": "he_normal"}
    inputs = keras.Input(input_shape, name="image")
    x = parts.convolution(width, 3, "stem", **looks)(inputs)
    for i in range(1, blocks + 1):
        inside = parts.convolution(width, 3, f"first_{i}", **looks)(x)
        inside = parts.convolution(width, 3, f"second_{i}", **looks)(inside)
        x = keras.layers.Add(name=f"short_cut_{i}")([x, inside])
    x = keras.layers.GlobalAveragePooling2D(name="average", **IMAGES)(x)
    outputs = parts.dense(classes, "probabilities", activation="softmax")(x)
    return keras.Model(inputs, outputs, name="residual")


kd.register_builder("residual", residual)
