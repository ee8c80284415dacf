"""The first single-pass detector: 24 convolutions and two dense layers, Redmon et al. (2016)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from kerasduet.checks import show
from kerasduet.errors import ShapeError
from kerasduet.models.parts import Parts
from kerasduet.settings import Number, checked
from kerasduet.settings.common import BOXES, CLASSES, GRID, SEED, SHAPE

if TYPE_CHECKING:
    import keras

__all__ = ["yolo_v1"]

# The paper's figure 3: filters and size of each convolution, and its stride; "pool" halves.
POOL = "pool"
LAYERS: tuple[Any, ...] = (
    (64, 7, 2),
    POOL,
    (192, 3, 1),
    POOL,
    *((128, 1, 1), (256, 3, 1), (256, 1, 1), (512, 3, 1)),
    POOL,
    *((256, 1, 1), (512, 3, 1)) * 4,
    *((512, 1, 1), (1024, 3, 1)),
    POOL,
    *((512, 1, 1), (1024, 3, 1)) * 2,
    *((1024, 3, 1), (1024, 3, 2)),
    *((1024, 3, 1), (1024, 3, 1)),
)
DENSE = 4096
SLOPE = 0.1  # of the leaky ReLU below 0
DROPPED = 0.5  # of the first dense layer
SMALLEST = 31  # pixels, of which one is left after six halvings


def _fits(a: Mapping[str, Any]) -> None:
    shape = a["input_shape"]
    if len(shape) != 3 or min(shape[:2]) < SMALLEST:
        raise ShapeError(
            f"input_shape: must be (height, width, channels), at least {SMALLEST} pixels high and "
            f"wide, which this network halves six times; got {show(shape)}. Use larger images, or "
            "the builder yolo_small."
        )


@checked(_fits)
def yolo_v1(
    *,
    input_shape: Annotated[tuple[int, ...], SHAPE] = (448, 448, 3),
    classes: Annotated[int, CLASSES] = 20,
    grid: Annotated[int, GRID] = 7,
    boxes: Annotated[int, BOXES] = 2,
    width: Annotated[float, Number(above=0, high=4)] = 1.0,
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build YOLO v1: objects of an image in a single pass, a few boxes for each cell of a grid.

    Parameters
    ----------
    input_shape : tuple of int
        One image (height, width, channels), at least 31 pixels high and wide.
    classes : int
        Number of classes, at least 2.
    grid : int
        Cells along each side of the image, at least 1.
    boxes : int
        Boxes that each cell proposes, at least 1.
    width : float
        Filters and units as a multiple of the paper's, above 0 and at most 4.
    seed : int
        Decides initial weights and dropout, 0 to 2^32 - 1.

    Returns
    -------
    keras.Model
        Input (batch, height, width, channels), output (batch, grid, grid, 5 * boxes + classes):
        for each box its centre within the cell (across, down), the square roots of its width and
        height as shares of the image, and its confidence; then the scores of the classes. None of
        them passes an activation.

    Raises
    ------
    ShapeError
        An image that is too small.

    Notes
    -----
    With its defaults the paper's network of 24 convolutions and 2 dense layers, 271,703,550
    parameters. Its table: 7 x 7 x 64 stride 2, pool; 3 x 3 x 192, pool; 1 x 1 x 128, 3 x 3 x 256,
    1 x 1 x 256, 3 x 3 x 512, pool; four times 1 x 1 x 256 and 3 x 3 x 512, then 1 x 1 x 512 and
    3 x 3 x 1024, pool; twice 1 x 1 x 512 and 3 x 3 x 1024, then 3 x 3 x 1024 and 3 x 3 x 1024
    stride 2; twice 3 x 3 x 1024; dense 4096; dense 7 * 7 * 30. The paper trained the first 20
    convolutions on ImageNet before.

    References
    ----------
    Redmon, Divvala, Girshick and Farhadi (2016), You only look once: unified, real-time object
    detection, CVPR.

    Examples
    --------
    >>> yolo_v1(width=1 / 16).output_shape
    (None, 7, 7, 30)
    """
    parts = Parts(seed)
    import keras

    def scaled(size: int) -> int:
        return max(1, round(size * width))

    inputs = keras.Input(input_shape, name="image")
    x = inputs  # (batch, height, width, channels)
    convolutions = poolings = 0
    for layer in LAYERS:
        if layer == POOL:
            poolings += 1
            x = parts.pooling(2, f"pooling_{poolings}")(x)
            continue
        filters, size, stride = layer
        convolutions += 1
        name = f"convolution_{convolutions}"
        looks: Any = {"strides": stride, "padding": "same", "initializer": "he_normal"}
        x = parts.convolution(scaled(filters), size, name, **looks)(x)
        x = keras.layers.LeakyReLU(SLOPE, name=f"leaky_{convolutions}")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    x = parts.dense(scaled(DENSE), "dense", initializer="he_normal")(x)
    x = keras.layers.LeakyReLU(SLOPE, name="leaky_dense")(x)
    x = parts.dropout(x, DROPPED, "dropout")
    depth = 5 * boxes + classes
    x = parts.dense(grid * grid * depth, "numbers")(x)
    outputs = keras.layers.Reshape((grid, grid, depth), name="cells")(x)
    return keras.Model(inputs, outputs, name="yolo_v1")
