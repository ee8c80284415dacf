"""ResNet of He et al. (2016): blocks whose input is added to what their layers give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from kerasduet.models.parts import IMAGES, Parts, refuse_smaller, scaled
from kerasduet.settings import checked
from kerasduet.settings.common import CLASSES, SEED, SHAPE, WIDTH

if TYPE_CHECKING:
    import keras

__all__ = ["resnet18", "resnet34", "resnet50", "resnet152"]

SMALLEST = 1
FILTERS = (64, 128, 256, 512)


def _fits(a: Mapping[str, Any]) -> None:
    refuse_smaller(a["input_shape"], SMALLEST)


@checked(_fits)
def resnet18(
    *,
    input_shape: Annotated[tuple[int, ...], SHAPE] = (224, 224, 3),
    classes: Annotated[int, CLASSES] = 1000,
    width: Annotated[float, WIDTH] = 1.0,
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build ResNet-18: eight residual blocks of two 3 x 3 convolutions.

    Parameters
    ----------
    input_shape : tuple of int
        One image (height, width, channels) of any size.
    classes : int
        As in `alexnet`.
    width : float
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

    | Layer | Output | Parameters | In the paper, 18-layer |
    |---|---|---|---|
    | stage1 | 56 x 56 x 64 | 9,664 | conv1: 64 kernels 7 x 7; max pool 3 x 3 |
    | stage2 | 56 x 56 x 64 | 148,480 | conv2_x: 2 blocks of 3 x 3, 64 |
    | stage3 | 28 x 28 x 128 | 526,848 | conv3_x: 2 blocks of 3 x 3, 128 |
    | stage4 | 14 x 14 x 256 | 2,102,272 | conv4_x: 2 blocks of 3 x 3, 256 |
    | stage5 | 7 x 7 x 512 | 8,398,848 | conv5_x: 2 blocks of 3 x 3, 512 |
    | probabilities | 1000 | 513,000 | average pool, 1000-d fc, softmax |

    Notes
    -----
    11,689,512 parameters are trained; 9,600 more are the means and variances of its batch
    normalisation. Where the number of maps changes, a 1 x 1 convolution leads around the block (the
    paper's option B).

    References
    ----------
    He, Zhang, Ren and Sun (2016), Deep residual learning for image recognition, CVPR.

    Examples
    --------
    >>> resnet18(input_shape=(32, 32, 1), classes=10, width=0.1).output_shape
    (None, 10)
    """
    return _resnet("resnet18", (2, 2, 2, 2), _basic, input_shape, classes, width, seed)


@checked(_fits)
def resnet34(
    *,
    input_shape: Annotated[tuple[int, ...], SHAPE] = (224, 224, 3),
    classes: Annotated[int, CLASSES] = 1000,
    width: Annotated[float, WIDTH] = 1.0,
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build ResNet-34: sixteen residual blocks of two 3 x 3 convolutions.

    Parameters
    ----------
    input_shape : tuple of int
        As in `resnet18`.
    classes : int
        As in `alexnet`.
    width : float
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

    | Layer | Output | Parameters | In the paper, 34-layer |
    |---|---|---|---|
    | stage1 | 56 x 56 x 64 | 9,664 | conv1: 64 kernels 7 x 7; max pool 3 x 3 |
    | stage2 | 56 x 56 x 64 | 222,720 | conv2_x: 3 blocks of 3 x 3, 64 |
    | stage3 | 28 x 28 x 128 | 1,118,720 | conv3_x: 4 blocks of 3 x 3, 128 |
    | stage4 | 14 x 14 x 256 | 6,829,056 | conv4_x: 6 blocks of 3 x 3, 256 |
    | stage5 | 7 x 7 x 512 | 13,121,536 | conv5_x: 3 blocks of 3 x 3, 512 |
    | probabilities | 1000 | 513,000 | average pool, 1000-d fc, softmax |

    Notes
    -----
    21,797,672 parameters are trained; 17,024 more are the means and variances of its batch
    normalisation.

    References
    ----------
    He, Zhang, Ren and Sun (2016), as in `resnet18`.

    Examples
    --------
    >>> resnet34(input_shape=(32, 32, 1), classes=10, width=0.1).output_shape
    (None, 10)
    """
    return _resnet("resnet34", (3, 4, 6, 3), _basic, input_shape, classes, width, seed)


@checked(_fits)
def resnet50(
    *,
    input_shape: Annotated[tuple[int, ...], SHAPE] = (224, 224, 3),
    classes: Annotated[int, CLASSES] = 1000,
    width: Annotated[float, WIDTH] = 1.0,
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build ResNet-50: sixteen residual blocks of a 1 x 1, a 3 x 3 and a 1 x 1 convolution.

    Parameters
    ----------
    input_shape : tuple of int
        As in `resnet18`.
    classes : int
        As in `alexnet`.
    width : float
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

    | Layer | Output | Parameters | In the paper, 50-layer |
    |---|---|---|---|
    | stage1 | 56 x 56 x 64 | 9,728 | conv1: 64 kernels 7 x 7; max pool 3 x 3 |
    | stage2 | 56 x 56 x 256 | 220,032 | conv2_x: 3 blocks of 64, 64, 256 |
    | stage3 | 28 x 28 x 512 | 1,230,336 | conv3_x: 4 blocks of 128, 128, 512 |
    | stage4 | 14 x 14 x 1024 | 7,129,088 | conv4_x: 6 blocks of 256, 256, 1024 |
    | stage5 | 7 x 7 x 2048 | 14,998,528 | conv5_x: 3 blocks of 512, 512, 2048 |
    | probabilities | 1000 | 2,049,000 | average pool, 1000-d fc, softmax |

    Notes
    -----
    25,636,712 parameters, 53,120 of them means and variances of its batch normalisation. With
    weights of Keras Applications' ResNet50 it gives the same probabilities to the last bit; as
    there, convolutions have biases, and a stage's first 1 x 1 convolution takes every second pixel.

    References
    ----------
    He, Zhang, Ren and Sun (2016), as in `resnet18`.

    Examples
    --------
    >>> resnet50(input_shape=(32, 32, 1), classes=10, width=0.05).output_shape
    (None, 10)
    """
    return _resnet("resnet50", (3, 4, 6, 3), _bottleneck, input_shape, classes, width, seed)


@checked(_fits)
def resnet152(
    *,
    input_shape: Annotated[tuple[int, ...], SHAPE] = (224, 224, 3),
    classes: Annotated[int, CLASSES] = 1000,
    width: Annotated[float, WIDTH] = 1.0,
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build ResNet-152: fifty residual blocks of a 1 x 1, a 3 x 3 and a 1 x 1 convolution.

    Parameters
    ----------
    input_shape : tuple of int
        As in `resnet18`.
    classes : int
        As in `alexnet`.
    width : float
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

    | Layer | Output | Parameters | In the paper, 152-layer |
    |---|---|---|---|
    | stage1 | 56 x 56 x 64 | 9,728 | conv1: 64 kernels 7 x 7; max pool 3 x 3 |
    | stage2 | 56 x 56 x 256 | 220,032 | conv2_x: 3 blocks of 64, 64, 256 |
    | stage3 | 28 x 28 x 512 | 2,359,808 | conv3_x: 8 blocks of 128, 128, 512 |
    | stage4 | 14 x 14 x 1024 | 40,782,848 | conv4_x: 36 blocks of 256, 256, 1024 |
    | stage5 | 7 x 7 x 2048 | 14,998,528 | conv5_x: 3 blocks of 512, 512, 2048 |
    | probabilities | 1000 | 2,049,000 | average pool, 1000-d fc, softmax |

    Notes
    -----
    60,419,944 parameters, 151,424 of them means and variances of its batch normalisation. With
    weights of Keras Applications' ResNet152 it gives the same probabilities to the last bit.

    References
    ----------
    He, Zhang, Ren and Sun (2016), as in `resnet18`.

    Examples
    --------
    >>> resnet152(input_shape=(32, 32, 1), classes=10, width=0.02).output_shape
    (None, 10)
    """
    return _resnet("resnet152", (3, 8, 36, 3), _bottleneck, input_shape, classes, width, seed)


def _resnet(
    name: str,
    blocks: Sequence[int],
    block: Any,
    input_shape: tuple[int, ...],
    classes: int,
    width: float,
    seed: int,
) -> keras.Model:
    """Build one of the family, with so many blocks in each stage."""
    parts = _Parts(seed, biases=block is _bottleneck)
    import keras

    inputs = keras.Input(input_shape, name="image")
    x = parts.padded(3, inputs, "stage1_padding_1")
    x = parts.normal(x, scaled(64, width), 7, "stage1_1", strides=2)
    x = parts.relu(x, "stage1_1_relu")
    x = parts.padded(1, x, "stage1_padding_2")
    x = parts.pooling(3, "stage1_pooling", strides=2)(x)
    for stage, (number, filters) in enumerate(zip(blocks, FILTERS, strict=True), start=2):
        for i in range(1, number + 1):
            strides = 2 if stage > 2 and i == 1 else 1
            here = f"stage{stage}_block{i}"
            x = block(parts, x, scaled(filters, width), strides, here, is_first=i == 1)
    x = keras.layers.GlobalAveragePooling2D(name="mean", **IMAGES)(x)
    outputs = parts.dense(classes, "probabilities", activation="softmax")(x)
    return keras.Model(inputs, outputs, name=name)


def _basic(
    parts: _Parts, x: Any, filters: int, strides: int, name: str, *, is_first: bool
) -> Any:
    """Two 3 x 3 convolutions, and the input, led around them, added."""
    around = x
    if strides > 1:
        around = parts.normal(x, filters, 1, f"{name}_0", strides=strides)
    x = parts.normal(x, filters, 3, f"{name}_1", strides=strides, padding="same")
    x = parts.relu(x, f"{name}_1_relu")
    x = parts.normal(x, filters, 3, f"{name}_2", padding="same")
    return parts.joined(around, x, name)


def _bottleneck(
    parts: _Parts, x: Any, filters: int, strides: int, name: str, *, is_first: bool
) -> Any:
    """Fewer maps by 1 x 1, a 3 x 3 convolution on them, four times as many by 1 x 1."""
    around = x
    if is_first:
        around = parts.normal(x, 4 * filters, 1, f"{name}_0", strides=strides)
    x = parts.normal(x, filters, 1, f"{name}_1", strides=strides)
    x = parts.relu(x, f"{name}_1_relu")
    x = parts.normal(x, filters, 3, f"{name}_2", padding="same")
    x = parts.relu(x, f"{name}_2_relu")
    x = parts.normal(x, 4 * filters, 1, f"{name}_3")
    return parts.joined(around, x, name)


class _Parts(Parts):
    """Pieces of a residual network, applied at once."""

    def __init__(self, seed: int, *, biases: bool) -> None:
        super().__init__(seed)
        self.biases = biases

    def normal(self, x: Any, filters: int, size: int, name: str, **settings: Any) -> Any:
        """Apply a convolution and batch normalisation."""
        import keras

        settings |= {"initializer": "he_normal", "use_bias": self.biases}
        x = self.convolution(filters, size, f"{name}_convolution", **settings)(x)
        return keras.layers.BatchNormalization(epsilon=1.001e-5, name=f"{name}_norm")(x)

    def relu(self, x: Any, name: str) -> Any:
        """Apply max(0, x)."""
        import keras

        return keras.layers.Activation("relu", name=name)(x)

    def padded(self, pixels: int, x: Any, name: str) -> Any:
        """Put zeros around the maps."""
        import keras

        return keras.layers.ZeroPadding2D(pixels, name=name, **IMAGES)(x)

    def joined(self, around: Any, x: Any, name: str) -> Any:
        """Add what was led around a block."""
        import keras

        return self.relu(keras.layers.Add(name=f"{name}_sum")([around, x]), f"{name}_relu")
