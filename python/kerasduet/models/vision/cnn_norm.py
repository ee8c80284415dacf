"""Convolutional classifier with batch normalisation, after Ioffe and Szegedy (2015)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from kerasduet.models.parts import IMAGES, Parts, image_survives
from kerasduet.settings import Several, Whole, checked
from kerasduet.settings.arguments import one_per_layer
from kerasduet.settings.common import CLASSES, RATES, SEED, SHAPE, SIZE

if TYPE_CHECKING:
    import keras

__all__ = ["cnn_norm"]

# Means of a short training would lag behind Keras's own 0.99.
MOMENTUM = 0.9


def _fits(a: Mapping[str, Any]) -> None:
    one_per_layer("dropout", a["dropout"], len(a["dense_units"]))
    sides = _sides(a["filters"], a["kernel_size"], a["strides"], a["pool_size"])
    image_survives(
        a["input_shape"],
        len(a["filters"]),
        sides["kernel_size"],
        sides["pool_size"],
        strides=sides["strides"],
        crop=a["crop"],
        fix="or smaller kernels, strides, pools or crop",
    )


def _sides(
    filters: tuple[int, ...], kernels: tuple[int, ...], steps: tuple[int, ...], pools: Any
) -> dict[str, tuple[int, ...]]:
    """Give the sides of kernels, steps and pooling windows, one a block."""
    given = {"kernel_size": kernels, "strides": steps, "pool_size": pools}
    return {name: one_per_layer(name, some, len(filters)) for name, some in given.items()}


@checked(_fits)
def cnn_norm(
    *,
    input_shape: Annotated[tuple[int, ...], SHAPE] = (28, 28, 1),
    classes: Annotated[int, CLASSES] = 10,
    crop: Annotated[int, Whole(0, 1000)] = 0,
    filters: Annotated[tuple[int, ...], Several(SIZE)] = (32, 64),
    kernel_size: Annotated[tuple[int, ...], Several(SIZE)] = (3,),
    strides: Annotated[tuple[int, ...], Several(SIZE)] = (1,),
    pool_size: Annotated[tuple[int, ...], Several(SIZE)] = (2,),
    dense_units: Annotated[tuple[int, ...], Several(SIZE, empty=True)] = (128,),
    dropout: Annotated[tuple[float, ...], RATES] = (0.0,),
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build a convolutional classifier whose hidden layers are normalised over the batch.

    A block is a convolution without bias, max pooling, batch normalisation and relu; a dense
    hidden layer is without bias too, and followed by batch normalisation, relu and dropout.

    Parameters
    ----------
    input_shape : tuple of int
        One image (height, width, channels), without the batch axis.
    classes : int
        Number of classes, at least 2.
    crop : int
        Pixels cut off each side of the image first, at least 0.
    filters : tuple of int
        Filters of each convolution, at least 1. Convolutions are "valid" (no padding).
    kernel_size, strides, pool_size : tuple of int
        Height and width of the kernels, pixels that a kernel moves on, height and width of the
        pooling windows (1: no pooling); at least 1; one value, or one a convolution.
    dense_units : tuple of int
        Units of each dense hidden layer; may be empty.
    dropout : tuple of float
        Fraction of each dense hidden layer's units dropped in training, in [0, 1); one
        value, or one a layer.
    seed : int
        Decides initial weights and dropout, 0 to 2^32 - 1.

    Returns
    -------
    keras.Model
        Input (batch, height, width, channels), output (batch, classes): probabilities.

    Raises
    ------
    KerasduetError
        An argument outside its rule, by the subclass of that rule; `ShapeError` when the
        image is used up before the last block.

    Notes
    -----
    Normalisation comes after the pooling, where it has fewer numbers to do; its factor would be
    one with that of the next layer's weights and is left out. Initial weights are those of He et
    al. (2015), made for relu.

    References
    ----------
    Ioffe and Szegedy (2015), Batch normalization: accelerating deep network training by reducing
    internal covariate shift, ICML.

    Examples
    --------
    >>> cnn_norm(filters=(16, 24), dense_units=64).output_shape
    (None, 10)
    """
    sides = _sides(filters, kernel_size, strides, pool_size)
    blocks = zip(filters, *sides.values(), strict=True)
    rates = one_per_layer("dropout", dropout, len(dense_units))
    parts = Parts(seed)
    import keras

    plain: Any = {"initializer": "he_normal", "use_bias": False}

    def normed(x: Any, name: str) -> Any:
        norm = keras.layers.BatchNormalization(
            momentum=MOMENTUM, scale=False, name=f"normalisation_{name}"
        )
        return keras.layers.Activation("relu", name=f"relu_{name}")(norm(x))

    inputs = keras.Input(input_shape, name="image")
    x = inputs  # (batch, height, width, channels)
    if crop:
        x = keras.layers.Cropping2D(crop, name="crop", **IMAGES)(x)
    for i, (number, kernel, step, pool) in enumerate(blocks, start=1):
        name = f"convolution_{i}"
        x = parts.convolution(number, kernel, name, strides=step, **plain)(x)
        if pool > 1:
            x = parts.pooling(pool, f"pooling_{i}")(x)
        x = normed(x, str(i))
    x = keras.layers.Flatten(name="flatten", **IMAGES)(x)  # (batch, height * width * filters)
    for i, (size, rate) in enumerate(zip(dense_units, rates, strict=True), start=1):
        x = normed(parts.dense(size, f"dense_{i}", **plain)(x), f"dense_{i}")
        x = parts.dropout(x, rate, f"dropout_{i}")
    outputs = parts.dense(classes, "probabilities", activation="softmax")(x)
    return keras.Model(inputs, outputs, name="cnn_norm")
