"""Convolutional classifier of the lessons, after LeCun et al. (1998)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

from kerasduet.models.parts import Parts, image_survives
from kerasduet.settings import OneOf, Several, Whole, checked
from kerasduet.settings.arguments import one_per_layer
from kerasduet.settings.common import ACTIVATION, CLASSES, INITIALIZER, RATES, SEED, SHAPE, SIZE

if TYPE_CHECKING:
    import keras

__all__ = ["cnn"]


def _fits(a: Mapping[str, Any]) -> None:
    lost = 0 if a["padding"] == "same" else a["convolutions"] * (a["kernel_size"] - 1)
    image_survives(a["input_shape"], len(a["filters"]), lost + 1, a["pool_size"])
    one_per_layer("dropout", a["dropout"], len(a["dense_units"]))


@checked(_fits)
def cnn(
    *,
    input_shape: Annotated[tuple[int, ...], SHAPE] = (28, 28, 1),
    classes: Annotated[int, CLASSES] = 10,
    filters: Annotated[tuple[int, ...], Several(SIZE)] = (32,),
    kernel_size: Annotated[int, SIZE] = 3,
    pool_size: Annotated[int, SIZE] = 2,
    dense_units: Annotated[tuple[int, ...], Several(SIZE, empty=True)] = (128,),
    dropout: Annotated[tuple[float, ...], RATES] = (0.0,),
    activation: Annotated[str, ACTIVATION] = "relu",
    kernel_initializer: Annotated[str, INITIALIZER] = "glorot_uniform",
    convolutions: Annotated[int, Whole(1, 16)] = 1,
    padding: Annotated[str, OneOf(("valid", "same"))] = "valid",
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build a convolutional classifier: (convolutions, max pooling) a block, dense, softmax.

    Parameters
    ----------
    input_shape : tuple of int
        One image (height, width, channels), without the batch axis.
    classes : int
        Number of classes, at least 2.
    filters : tuple of int
        Filters of the convolutions of each block, at least 1.
    kernel_size, pool_size : int
        Height and width of the kernels, in pixels, and of the pooling windows, at least 1.
    dense_units : tuple of int
        Units of each dense hidden layer; may be empty.
    dropout : tuple of float
        Fraction of each dense hidden layer's units dropped in training, in [0, 1); one
        value, or one a layer.
    activation, kernel_initializer : str
        Of convolutions and dense hidden layers, by their Keras names.
    convolutions : int
        Convolutions of each block, one after the other, 1 to 16.
    padding : {"valid", "same"}
        Without padding each convolution takes `kernel_size` - 1 from height and width; with "same"
        it keeps them.
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
    With its defaults the lesson's network, 693,962 parameters.

    References
    ----------
    LeCun et al. (1998), Gradient-based learning applied to document recognition, Proceedings of
    the IEEE 86.

    Examples
    --------
    >>> cnn().count_params()
    693962
    """
    rates = one_per_layer("dropout", dropout, len(dense_units))
    parts = Parts(seed)
    import keras

    looks: Any = {"activation": activation, "initializer": kernel_initializer}

    inputs = keras.Input(input_shape, name="image")
    x = inputs  # (batch, height, width, channels)
    names = (f"convolution_{i}" for i in range(1, len(filters) * convolutions + 1))
    for i, number in enumerate(filters, start=1):
        for name in islice(names, convolutions):
            x = parts.convolution(number, kernel_size, name, padding=padding, **looks)(x)
        x = parts.pooling(pool_size, f"pooling_{i}")(x)
    x = keras.layers.Flatten(name="flatten")(x)  # (batch, height * width * filters)
    for i, (size, rate) in enumerate(zip(dense_units, rates, strict=True), start=1):
        x = parts.dense(size, f"dense_{i}", **looks)(x)
        x = parts.dropout(x, rate, f"dropout_{i}")
    outputs = parts.dense(classes, "probabilities", activation="softmax")(x)
    return keras.Model(inputs, outputs, name="cnn")
