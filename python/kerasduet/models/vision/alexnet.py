"""AlexNet of Krizhevsky et al. (2012), in its two halves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from kerasduet.models.parts import IMAGES, Parts, refuse_smaller, scaled
from kerasduet.settings import checked
from kerasduet.settings.common import CLASSES, DROPPED, SEED, SHAPE, WIDTH

if TYPE_CHECKING:
    import keras

__all__ = ["alexnet"]

SMALLEST = 67
HE: dict[str, Any] = {"activation": "relu", "initializer": "he_normal"}
SAME: dict[str, Any] = HE | {"padding": "same"}


def _fits(a: Mapping[str, Any]) -> None:
    refuse_smaller(a["input_shape"], SMALLEST)


@checked(_fits)
def alexnet(
    *,
    input_shape: Annotated[tuple[int, ...], SHAPE] = (227, 227, 3),
    classes: Annotated[int, CLASSES] = 1000,
    width: Annotated[float, WIDTH] = 1.0,
    dropout: Annotated[float, DROPPED] = 0.5,
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build AlexNet: five convolutions and three dense layers, in two halves as on its two GPUs.

    Parameters
    ----------
    input_shape : tuple of int
        One image (height, width, channels), at least 67 pixels high and wide.
    classes : int
        Number of classes, at least 2.
    width : float
        Factor of the numbers of filters and units, above 0 and at most 8: the paper's are 1.
    dropout : float
        Fraction of the units of both dense hidden layers dropped in training, in [0, 1).
    seed : int
        Decides initial weights and dropout, 0 to 2^32 - 1.

    Returns
    -------
    keras.Model
        Input (batch, height, width, channels), output (batch, classes): probabilities.

    Layers
    ------
    With the defaults:

    | Layer | Output | Parameters | In the paper |
    |---|---|---|---|
    | convolution_1 | 55 x 55 x 48, twice | 34,944 | 96 kernels 11 x 11 x 3, every 4th pixel |
    | pooling_1 | 27 x 27 x 48, twice | 0 | largest of 3 x 3, every 2nd pixel |
    | convolution_2 | 27 x 27 x 128, twice | 307,456 | 256 kernels 5 x 5 x 48 |
    | pooling_2 | 13 x 13 x 128, twice | 0 | largest of 3 x 3, every 2nd pixel |
    | convolution_3 | 13 x 13 x 192, twice | 885,120 | 384 kernels 3 x 3 x 256 |
    | convolution_4 | 13 x 13 x 192, twice | 663,936 | 384 kernels 3 x 3 x 192 |
    | convolution_5 | 13 x 13 x 128, twice | 442,624 | 256 kernels 3 x 3 x 192 |
    | pooling_5 | 6 x 6 x 128, twice | 0 | largest of 3 x 3, every 2nd pixel |
    | dense_6 | 4096 | 37,752,832 | 4096 units, dropout 0.5 |
    | dense_7 | 4096 | 16,781,312 | 4096 units, dropout 0.5 |
    | probabilities | 1000 | 4,097,000 | 1000 classes |

    Notes
    -----
    60,965,224 parameters. Layers 2, 4 and 5 read the maps of their own half alone, layer 3 and
    the dense ones those of both. The paper says images of 224 pixels; its 55 x 55 maps need 227.
    Local response normalisation, which has no weights, is left out: Simonyan and Zisserman
    (2015) found no use in it. Initial weights are those of He et al. (2015), made for relu.

    References
    ----------
    Krizhevsky, Sutskever and Hinton (2012), ImageNet classification with deep convolutional neural
    networks, NeurIPS.

    Examples
    --------
    >>> alexnet(input_shape=(67, 67, 1), classes=10, width=0.05).output_shape
    (None, 10)
    """
    parts = Parts(seed)
    import keras

    few = {number: scaled(number, width) for number in (48, 128, 192)}
    units = scaled(4096, width)

    inputs = keras.Input(input_shape, name="image")
    halves = {}
    for half in ("a", "b"):
        x = parts.convolution(few[48], 11, f"convolution_1_{half}", strides=4, **HE)(inputs)
        x = parts.pooling(3, f"pooling_1_{half}", strides=2)(x)
        x = parts.convolution(few[128], 5, f"convolution_2_{half}", **SAME)(x)
        halves[half] = parts.pooling(3, f"pooling_2_{half}", strides=2)(x)
    both = keras.layers.Concatenate(name="both_2")(list(halves.values()))
    for half in halves:
        x = parts.convolution(few[192], 3, f"convolution_3_{half}", **SAME)(both)
        x = parts.convolution(few[192], 3, f"convolution_4_{half}", **SAME)(x)
        x = parts.convolution(few[128], 3, f"convolution_5_{half}", **SAME)(x)
        halves[half] = parts.pooling(3, f"pooling_5_{half}", strides=2)(x)
    x = keras.layers.Concatenate(name="both_5")(list(halves.values()))
    x = keras.layers.Flatten(name="flatten", **IMAGES)(x)
    for i in (6, 7):
        x = parts.dense(units, f"dense_{i}", **HE)(x)
        x = parts.dropout(x, dropout, f"dropout_{i}")
    outputs = parts.dense(classes, "probabilities", activation="softmax")(x)
    return keras.Model(inputs, outputs, name="alexnet")
