"""GoogLeNet of Szegedy et al. (2015): inception modules, and two heads on the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from kerasduet.models.parts import IMAGES, Parts, refuse_smaller, scaled
from kerasduet.settings import Flag, checked
from kerasduet.settings.common import CLASSES, DROPPED, SEED, SHAPE, WIDTH

if TYPE_CHECKING:
    import keras

__all__ = ["googlenet"]

SMALLEST = 65  # its auxiliary heads look at 5 x 5 pixels of a 16th of the size
HE: dict[str, Any] = {"activation": "relu", "initializer": "he_normal", "padding": "same"}
# Filters of 1 x 1; before 3 x 3, 3 x 3; before 5 x 5, 5 x 5; after pooling.
MODULES = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
POOLED = ("3b", "4e")
HEADS = {"4a": "auxiliary_1", "4d": "auxiliary_2"}


def _fits(a: Mapping[str, Any]) -> None:
    # Only the auxiliary heads need pixels of their own.
    fix = "Give larger images, or set auxiliary to False."
    refuse_smaller(a["input_shape"], SMALLEST if a["auxiliary"] else 1, fix)


@checked(_fits)
def googlenet(
    *,
    input_shape: Annotated[tuple[int, ...], SHAPE] = (224, 224, 3),
    classes: Annotated[int, CLASSES] = 1000,
    width: Annotated[float, WIDTH] = 1.0,
    auxiliary: Annotated[bool, Flag()] = True,
    dropout: Annotated[float, DROPPED] = 0.4,
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build GoogLeNet: nine inception modules, and two auxiliary heads for the training.

    Parameters
    ----------
    input_shape : tuple of int
        One image (height, width, channels), at least 65 pixels high and wide; without auxiliary
        heads of any size.
    classes : int
        As in `alexnet`.
    width : float
        As in `alexnet`.
    auxiliary : bool
        True gives two more heads, which learn the classes as well, from modules 4a and 4d; each
        counts 0.3 of the last head's loss.
    dropout : float
        Fraction of the values before the last layer dropped in training, in [0, 1); of the
        auxiliary heads it is 0.7.
    seed : int
        As in `alexnet`.

    Returns
    -------
    keras.Model
        Input (batch, height, width, channels), output (batch, classes): probabilities; with
        auxiliary heads three of them by name, `probabilities`, `auxiliary_1`, `auxiliary_2`.

    Layers
    ------
    With the defaults:

    | Layer | Output | Parameters | In the paper |
    |---|---|---|---|
    | convolution_1 | 112 x 112 x 64 | 9,472 | 7 x 7, every 2nd pixel: 2.7K |
    | convolution_2 | 56 x 56 x 192 | 114,944 | 1 x 1 to 64, 3 x 3: 112K |
    | inception_3a | 28 x 28 x 256 | 163,696 | 64, 96 128, 16 32, 32: 159K |
    | inception_3b | 28 x 28 x 480 | 388,736 | 128, 128 192, 32 96, 64: 380K |
    | inception_4a | 14 x 14 x 512 | 376,176 | 192, 96 208, 16 48, 64: 364K |
    | inception_4b | 14 x 14 x 512 | 449,160 | 160, 112 224, 24 64, 64: 437K |
    | inception_4c | 14 x 14 x 512 | 510,104 | 128, 128 256, 24 64, 64: 463K |
    | inception_4d | 14 x 14 x 528 | 605,376 | 112, 144 288, 32 64, 64: 580K |
    | inception_4e | 14 x 14 x 832 | 868,352 | 256, 160 320, 32 128, 128: 840K |
    | inception_5a | 7 x 7 x 832 | 1,043,456 | 256, 160 320, 32 128, 128: 1072K |
    | inception_5b | 7 x 7 x 1024 | 1,444,080 | 384, 192 384, 48 128, 128: 1388K |
    | probabilities | 1000 | 1,025,000 | average pool, dropout 0.4, linear, softmax: 1000K |
    | auxiliary_1 | 1000 | 3,188,840 | average pool, 1 x 1 to 128, 1024 units, dropout 0.7 |
    | auxiliary_2 | 1000 | 3,190,888 | the same, from module 4d |

    Notes
    -----
    13,378,280 parameters, 6,998,552 without the auxiliary heads. (The paper's own table adds up to
    about 6.8 million, counted in thousands of 1,024 and without biases.) Its local
    response normalisation is left out, as in `alexnet`. After the training only `probabilities` is
    asked.

    References
    ----------
    Szegedy et al. (2015), Going deeper with convolutions, CVPR.

    Examples
    --------
    >>> googlenet(input_shape=(32, 32, 1), classes=10, width=0.1, auxiliary=False).output_shape
    (None, 10)
    """
    parts = Parts(seed)
    import keras

    inputs = keras.Input(input_shape, name="image")
    x = parts.convolution(scaled(64, width), 7, "convolution_1", strides=2, **HE)(inputs)
    x = parts.pooling(3, "pooling_1", strides=2, padding="same")(x)
    x = parts.convolution(scaled(64, width), 1, "convolution_2_before", **HE)(x)
    x = parts.convolution(scaled(192, width), 3, "convolution_2", **HE)(x)
    x = parts.pooling(3, "pooling_2", strides=2, padding="same")(x)
    heads = {}
    for module, filters in MODULES.items():
        few = [scaled(number, width) for number in filters]
        x = _inception(parts, x, few, f"inception_{module}")
        if auxiliary and module in HEADS:
            heads[HEADS[module]] = _auxiliary(parts, x, classes, width, HEADS[module])
        if module in POOLED:
            x = parts.pooling(3, f"pooling_{module[0]}", strides=2, padding="same")(x)
    x = keras.layers.GlobalAveragePooling2D(name="mean", **IMAGES)(x)
    x = parts.dropout(x, dropout, "dropout")
    outputs = parts.dense(classes, "probabilities", activation="softmax")(x)
    given = {"probabilities": outputs} | heads if heads else outputs
    return keras.Model(inputs, given, name="googlenet")


def _inception(parts: Parts, x: Any, filters: list[int], name: str) -> Any:
    """Look at the maps in four ways at once, and lay what is found side by side."""
    import keras

    one, few_3, three, few_5, five, pooled = filters
    a = parts.convolution(one, 1, f"{name}_1x1", **HE)(x)
    b = parts.convolution(few_3, 1, f"{name}_3x3_before", **HE)(x)
    b = parts.convolution(three, 3, f"{name}_3x3", **HE)(b)
    c = parts.convolution(few_5, 1, f"{name}_5x5_before", **HE)(x)
    c = parts.convolution(five, 5, f"{name}_5x5", **HE)(c)
    d = parts.pooling(3, f"{name}_pooling", strides=1, padding="same")(x)
    d = parts.convolution(pooled, 1, f"{name}_pooled", **HE)(d)
    return keras.layers.Concatenate(name=name)([a, b, c, d])


def _auxiliary(parts: Parts, x: Any, classes: int, width: float, name: str) -> Any:
    """Tell the classes from the maps in the midst of the network."""
    import keras

    x = parts.pooling(5, f"{name}_pooling", "average", strides=3)(x)
    x = parts.convolution(scaled(128, width), 1, f"{name}_convolution", **HE)(x)
    x = keras.layers.Flatten(name=f"{name}_flatten", **IMAGES)(x)
    x = parts.dense(
        scaled(1024, width), f"{name}_dense", activation="relu", initializer="he_normal"
    )(x)
    x = parts.dropout(x, 0.7, f"{name}_dropout")
    return parts.dense(classes, name, activation="softmax")(x)
