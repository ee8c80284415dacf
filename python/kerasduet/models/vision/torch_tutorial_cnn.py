"""The network of PyTorch's tutorial on CIFAR-10."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from kerasduet.models.parts import IMAGES, Parts, refuse_smaller, scaled
from kerasduet.settings import checked
from kerasduet.settings.common import CLASSES, SEED, SHAPE, WIDTH

if TYPE_CHECKING:
    import keras

__all__ = ["torch_tutorial_cnn"]

SMALLEST = 16
LOOKS: dict[str, Any] = {"activation": "relu", "initializer": "glorot_uniform"}


def _fits(a: Mapping[str, Any]) -> None:
    refuse_smaller(a["input_shape"], SMALLEST)


@checked(_fits)
def torch_tutorial_cnn(
    *,
    input_shape: Annotated[tuple[int, ...], SHAPE] = (32, 32, 3),
    classes: Annotated[int, CLASSES] = 10,
    width: Annotated[float, WIDTH] = 1.0,
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build the network of PyTorch's tutorial: LeNet-5 with relu and the largest of each 2 x 2.

    Parameters
    ----------
    input_shape : tuple of int
        One image (height, width, channels), at least 16 pixels high and wide.
    classes : int
        Number of classes, at least 2.
    width : float
        Factor of the numbers of filters and units, above 0 and at most 8: the tutorial's are 1.
    seed : int
        Decides initial weights, 0 to 2^32 - 1.

    Returns
    -------
    keras.Model
        Input (batch, height, width, channels), output (batch, classes): probabilities.

    Layers
    ------
    With the defaults:

    | Layer | Output | Parameters | In the tutorial |
    |---|---|---|---|
    | convolution_1 | 28 x 28 x 6 | 456 | conv1: 3 to 6 channels, 5 x 5 |
    | pooling_1 | 14 x 14 x 6 | 0 | pool: largest of 2 x 2 |
    | convolution_2 | 10 x 10 x 16 | 2,416 | conv2: 6 to 16 channels, 5 x 5 |
    | pooling_2 | 5 x 5 x 16 | 0 | pool: largest of 2 x 2 |
    | dense_1 | 120 | 48,120 | fc1: 400 to 120 |
    | dense_2 | 84 | 10,164 | fc2: 120 to 84 |
    | probabilities | 10 | 850 | fc3: 84 to 10 |

    Notes
    -----
    62,006 parameters. The tutorial's network gives logits, this one their softmax.

    References
    ----------
    PyTorch tutorials, Training a classifier (CIFAR-10).

    Examples
    --------
    >>> torch_tutorial_cnn().count_params()
    62006
    """
    parts = Parts(seed)
    import keras

    inputs = keras.Input(input_shape, name="image")
    x = inputs  # (batch, height, width, channels)
    for i, number in enumerate((6, 16), start=1):
        x = parts.convolution(scaled(number, width), 5, f"convolution_{i}", **LOOKS)(x)
        x = parts.pooling(2, f"pooling_{i}")(x)
    x = keras.layers.Flatten(name="flatten", **IMAGES)(x)
    for i, units in enumerate((120, 84), start=1):
        x = parts.dense(scaled(units, width), f"dense_{i}", **LOOKS)(x)
    outputs = parts.dense(classes, "probabilities", activation="softmax")(x)
    return keras.Model(inputs, outputs, name="torch_tutorial_cnn")
