"""ZF-Net of Zeiler and Fergus (2014): AlexNet with a finer first layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from kerasduet.models.parts import IMAGES, Parts, refuse_smaller, scaled
from kerasduet.settings import checked
from kerasduet.settings.common import CLASSES, DROPPED, SEED, SHAPE, WIDTH

if TYPE_CHECKING:
    import keras

__all__ = ["zfnet"]

SMALLEST = 53
HE: dict[str, Any] = {"activation": "relu", "initializer": "he_normal"}
SAME: dict[str, Any] = HE | {"padding": "same"}


def _fits(a: Mapping[str, Any]) -> None:
    refuse_smaller(a["input_shape"], SMALLEST)


@checked(_fits)
def zfnet(
    *,
    input_shape: Annotated[tuple[int, ...], SHAPE] = (224, 224, 3),
    classes: Annotated[int, CLASSES] = 1000,
    width: Annotated[float, WIDTH] = 1.0,
    dropout: Annotated[float, DROPPED] = 0.5,
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build ZF-Net: AlexNet with smaller first kernels, found by looking at its feature maps.

    Parameters
    ----------
    input_shape : tuple of int
        One image (height, width, channels), at least 53 pixels high and wide.
    classes : int
        As in `alexnet`.
    width, dropout : float
        As in `alexnet`.
    seed : int
        As in `alexnet`.

    Returns
    -------
    keras.Model
        Input (batch, height, width, channels), output (batch, classes): probabilities.

    Layers
    ------
    With the defaults:

    | Layer | Output | Parameters | In the paper |
    |---|---|---|---|
    | convolution_1 | 110 x 110 x 96 | 14,208 | 96 kernels 7 x 7 x 3, every 2nd pixel |
    | pooling_1 | 55 x 55 x 96 | 0 | largest of 3 x 3, every 2nd pixel |
    | convolution_2 | 26 x 26 x 256 | 614,656 | 256 kernels 5 x 5 x 96, every 2nd pixel |
    | pooling_2 | 13 x 13 x 256 | 0 | largest of 3 x 3, every 2nd pixel |
    | convolution_3 | 13 x 13 x 384 | 885,120 | 384 kernels 3 x 3 x 256 |
    | convolution_4 | 13 x 13 x 384 | 1,327,488 | 384 kernels 3 x 3 x 384 |
    | convolution_5 | 13 x 13 x 256 | 884,992 | 256 kernels 3 x 3 x 384 |
    | pooling_5 | 6 x 6 x 256 | 0 | largest of 3 x 3, every 2nd pixel |
    | dense_6 | 4096 | 37,752,832 | 4096 units, dropout 0.5 |
    | dense_7 | 4096 | 16,781,312 | 4096 units, dropout 0.5 |
    | probabilities | 1000 | 4,097,000 | 1000 classes |

    Notes
    -----
    62,357,608 parameters, of the network in the paper's figure 3. Its contrast normalisation, which
    has no weights, is left out, as in `alexnet`.

    References
    ----------
    Zeiler and Fergus (2014), Visualizing and understanding convolutional networks, ECCV.

    Examples
    --------
    >>> zfnet(input_shape=(53, 53, 1), classes=10, width=0.05).output_shape
    (None, 10)
    """
    parts = Parts(seed)
    import keras

    units = scaled(4096, width)

    inputs = keras.Input(input_shape, name="image")
    x = keras.layers.ZeroPadding2D(1, name="padding", **IMAGES)(inputs)
    x = parts.convolution(scaled(96, width), 7, "convolution_1", strides=2, **HE)(x)
    x = parts.pooling(3, "pooling_1", strides=2, padding="same")(x)
    x = parts.convolution(scaled(256, width), 5, "convolution_2", strides=2, **HE)(x)
    x = parts.pooling(3, "pooling_2", strides=2, padding="same")(x)
    for i, number in ((3, 384), (4, 384), (5, 256)):
        x = parts.convolution(scaled(number, width), 3, f"convolution_{i}", **SAME)(x)
    x = parts.pooling(3, "pooling_5", strides=2)(x)
    x = keras.layers.Flatten(name="flatten", **IMAGES)(x)
    for i in (6, 7):
        x = parts.dense(units, f"dense_{i}", **HE)(x)
        x = parts.dropout(x, dropout, f"dropout_{i}")
    outputs = parts.dense(classes, "probabilities", activation="softmax")(x)
    return keras.Model(inputs, outputs, name="zfnet")
