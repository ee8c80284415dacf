"""Convolutional classifier of the lessons, after LeCun et al. (1998)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasduet import rules
from kerasduet.models.parts import Parts

if TYPE_CHECKING:
    import keras


def cnn(
    *,
    input_shape: tuple[int, ...] = (28, 28, 1),
    classes: int = 10,
    filters: tuple[int, ...] = (32,),
    kernel_size: int = 3,
    pool_size: int = 2,
    dense_units: tuple[int, ...] = (128,),
    dropout: tuple[float, ...] = (0.0,),
    activation: str = "relu",
    kernel_initializer: str = "glorot_uniform",
    seed: int = 0,
) -> keras.Model:
    """Build a convolutional classifier: (convolution, max pooling) a block, dense, softmax.

    Parameters
    ----------
    input_shape : tuple of int
        One image (height, width, channels), without the batch axis.
    classes : int
        Number of classes, at least 2.
    filters : tuple of int
        Filters of each convolution, at least 1. Convolutions are "valid" (no padding).
    kernel_size, pool_size : int
        Height and width of the kernels, in pixels, and of the pooling windows, at least 1.
    dense_units : tuple of int
        Units of each dense hidden layer; may be empty.
    dropout : tuple of float
        Fraction of each dense hidden layer's units dropped in training, in [0, 1); one
        value, or one a layer.
    activation, kernel_initializer : str
        Of convolutions and dense hidden layers, by their Keras names.
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
    With its defaults the lesson's network, 693,962 parameters. LeCun et al. (1998),
    "Gradient-based learning applied to document recognition", Proc. IEEE 86.

    Examples
    --------
    >>> cnn().count_params()
    693962
    """
    a = rules.Arguments(locals())
    rules.image_survives(a.input_shape, len(a.filters), a.kernel_size, a.pool_size)
    rates = rules.one_per_layer("dropout", a.dropout, len(a.dense_units))
    parts = Parts(a.seed)
    import keras

    looks = {"activation": a.activation, "initializer": a.kernel_initializer}

    inputs = keras.Input(a.input_shape, name="image")
    x = inputs  # (batch, height, width, channels)
    for i, number in enumerate(a.filters, start=1):
        x = parts.convolution(number, a.kernel_size, f"convolution_{i}", **looks)(x)
        x = parts.pooling(a.pool_size, f"pooling_{i}")(x)
    x = keras.layers.Flatten(name="flatten")(x)  # (batch, height * width * filters)
    for i, (size, rate) in enumerate(zip(a.dense_units, rates, strict=True), start=1):
        x = parts.dense(size, f"dense_{i}", **looks)(x)
        x = parts.dropout(x, rate, f"dropout_{i}")
    outputs = parts.dense(a.classes, "probabilities", activation="softmax")(x)
    return keras.Model(inputs, outputs, name="cnn")
