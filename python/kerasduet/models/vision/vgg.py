"""VGG of Simonyan and Zisserman (2015): nothing but 3 x 3 convolutions, 16 or 19 layers deep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from kerasduet.models.parts import IMAGES, Parts, refuse_smaller, scaled
from kerasduet.settings import checked
from kerasduet.settings.common import CLASSES, DROPPED, SEED, SHAPE, WIDTH

if TYPE_CHECKING:
    import keras

__all__ = ["vgg16", "vgg19"]

SMALLEST = 32
FILTERS = (64, 128, 256, 512, 512)
HE: dict[str, Any] = {"activation": "relu", "initializer": "he_normal"}


def _fits(a: Mapping[str, Any]) -> None:
    refuse_smaller(a["input_shape"], SMALLEST)


@checked(_fits)
def vgg16(
    *,
    input_shape: Annotated[tuple[int, ...], SHAPE] = (224, 224, 3),
    classes: Annotated[int, CLASSES] = 1000,
    width: Annotated[float, WIDTH] = 1.0,
    dropout: Annotated[float, DROPPED] = 0.5,
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build VGG-16: thirteen 3 x 3 convolutions in five blocks, and three dense layers.

    Parameters
    ----------
    input_shape : tuple of int
        One image (height, width, channels), at least 32 pixels high and wide.
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

    | Layer | Output | Parameters | In the paper, D |
    |---|---|---|---|
    | block1 | 112 x 112 x 64 | 38,720 | conv3-64 twice, maxpool |
    | block2 | 56 x 56 x 128 | 221,440 | conv3-128 twice, maxpool |
    | block3 | 28 x 28 x 256 | 1,475,328 | conv3-256 three times, maxpool |
    | block4 | 14 x 14 x 512 | 5,899,776 | conv3-512 three times, maxpool |
    | block5 | 7 x 7 x 512 | 7,079,424 | conv3-512 three times, maxpool |
    | dense_1 | 4096 | 102,764,544 | FC-4096, dropout 0.5 |
    | dense_2 | 4096 | 16,781,312 | FC-4096, dropout 0.5 |
    | probabilities | 1000 | 4,097,000 | FC-1000, soft-max |

    Notes
    -----
    138,357,544 parameters, the paper's 138 million. With weights of Keras Applications' VGG16 it
    gives the same probabilities to the last bit.

    References
    ----------
    Simonyan and Zisserman (2015), Very deep convolutional networks for large-scale image
    recognition, ICLR.

    Examples
    --------
    >>> vgg16(input_shape=(32, 32, 1), classes=10, width=0.1).output_shape
    (None, 10)
    """
    return _vgg("vgg16", (2, 2, 3, 3, 3), input_shape, classes, width, dropout, seed)


@checked(_fits)
def vgg19(
    *,
    input_shape: Annotated[tuple[int, ...], SHAPE] = (224, 224, 3),
    classes: Annotated[int, CLASSES] = 1000,
    width: Annotated[float, WIDTH] = 1.0,
    dropout: Annotated[float, DROPPED] = 0.5,
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build VGG-19: sixteen 3 x 3 convolutions in five blocks, and three dense layers.

    Parameters
    ----------
    input_shape : tuple of int
        One image (height, width, channels), at least 32 pixels high and wide.
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

    | Layer | Output | Parameters | In the paper, E |
    |---|---|---|---|
    | block1 | 112 x 112 x 64 | 38,720 | conv3-64 twice, maxpool |
    | block2 | 56 x 56 x 128 | 221,440 | conv3-128 twice, maxpool |
    | block3 | 28 x 28 x 256 | 2,065,408 | conv3-256 four times, maxpool |
    | block4 | 14 x 14 x 512 | 8,259,584 | conv3-512 four times, maxpool |
    | block5 | 7 x 7 x 512 | 9,439,232 | conv3-512 four times, maxpool |
    | dense_1 | 4096 | 102,764,544 | FC-4096, dropout 0.5 |
    | dense_2 | 4096 | 16,781,312 | FC-4096, dropout 0.5 |
    | probabilities | 1000 | 4,097,000 | FC-1000, soft-max |

    Notes
    -----
    143,667,240 parameters, the paper's 144 million. With weights of Keras Applications' VGG19 it
    gives the same probabilities to the last bit.

    References
    ----------
    Simonyan and Zisserman (2015), as in `vgg16`.

    Examples
    --------
    >>> vgg19(input_shape=(32, 32, 1), classes=10, width=0.1).output_shape
    (None, 10)
    """
    return _vgg("vgg19", (2, 2, 4, 4, 4), input_shape, classes, width, dropout, seed)


def _vgg(
    name: str,
    blocks: Sequence[int],
    input_shape: tuple[int, ...],
    classes: int,
    width: float,
    dropout: float,
    seed: int,
) -> keras.Model:
    """Build one of the family, with so many convolutions in each block."""
    parts = Parts(seed)
    import keras

    inputs = keras.Input(input_shape, name="image")
    x = inputs  # (batch, height, width, channels)
    for block, (number, filters) in enumerate(zip(blocks, FILTERS, strict=True), start=1):
        for i in range(1, number + 1):
            layer = parts.convolution(
                scaled(filters, width), 3, f"block{block}_convolution_{i}", padding="same", **HE
            )
            x = layer(x)
        x = parts.pooling(2, f"block{block}_pooling")(x)
    x = keras.layers.Flatten(name="flatten", **IMAGES)(x)
    for i in (1, 2):
        x = parts.dense(scaled(4096, width), f"dense_{i}", **HE)(x)
        x = parts.dropout(x, dropout, f"dropout_{i}")
    outputs = parts.dense(classes, "probabilities", activation="softmax")(x)
    return keras.Model(inputs, outputs, name=name)
