"""A small detector of convolutions alone, for images of a few dozen pixels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from kerasduet.checks import show
from kerasduet.errors import ShapeError
from kerasduet.models.parts import IMAGES, Parts
from kerasduet.settings import Several, checked
from kerasduet.settings.common import BOXES, CLASSES, GRID, SEED, SHAPE, SIZE

if TYPE_CHECKING:
    import keras

__all__ = ["yolo_small"]

SLOPE = 0.1  # of the leaky ReLU below 0
KEPT = 0.9  # of a running mean, at each step: short trainings need a short memory


def _fits(a: Mapping[str, Any]) -> None:
    shape, grid, halvings = a["input_shape"], a["grid"], len(a["filters"])
    side = grid * 2**halvings
    if len(shape) != 3 or shape[:2] != (side, side):
        raise ShapeError(
            f"input_shape: must be ({side}, {side}, channels), a grid of {grid} doubled once for "
            f"each of the {halvings} filters; got {show(shape)}. Change grid, or the number of "
            "filters."
        )


@checked(_fits)
def yolo_small(
    *,
    input_shape: Annotated[tuple[int, ...], SHAPE] = (64, 64, 1),
    classes: Annotated[int, CLASSES] = 10,
    grid: Annotated[int, GRID] = 8,
    boxes: Annotated[int, BOXES] = 2,
    filters: Annotated[tuple[int, ...], Several(SIZE)] = (16, 32, 64),
    cell_filters: Annotated[tuple[int, ...], Several(SIZE)] = (64, 64, 64),
    seed: Annotated[int, SEED] = 0,
) -> keras.Model:
    """Build a small detector: convolutions that halve the image, then some on the grid.

    Parameters
    ----------
    input_shape : tuple of int
        One image (height, width, channels), square: the grid doubled once for each of `filters`.
    classes : int
        Number of classes, at least 2.
    grid : int
        Cells along each side of the image, at least 1.
    boxes : int
        Boxes that each cell proposes, at least 1.
    filters : tuple of int
        Filters of each convolution that halves the image, by its stride of 2; at least 1.
    cell_filters : tuple of int
        Filters of each convolution on the grid, at least 1: they see what lies around a cell.
    seed : int
        Decides initial weights, 0 to 2^32 - 1.

    Returns
    -------
    keras.Model
        Input (batch, height, width, channels), output (batch, grid, grid, 5 * boxes + classes):
        for each box its centre within the cell (across, down), the square roots of its width and
        height as shares of the image, and its confidence; then the scores of the classes. Each is
        a sigmoid's, so that it lies between 0 and 1 as its target does.

    Raises
    ------
    ShapeError
        An image that is not halved to the grid.

    Notes
    -----
    Targets and loss are those of YOLO v1. Each 3 x 3 convolution is followed by batch
    normalisation and a leaky ReLU; a 1 x 1 convolution gives the numbers of a cell.

    References
    ----------
    Redmon, Divvala, Girshick and Farhadi (2016), You only look once: unified, real-time object
    detection, CVPR. Redmon and Farhadi (2017), YOLO9000: better, faster, stronger, CVPR, for
    batch normalisation and the grid without dense layers.

    Examples
    --------
    >>> yolo_small().output_shape
    (None, 8, 8, 20)
    """
    parts = Parts(seed)
    import keras

    def block(x: Any, number: int, name: str, stride: int = 1) -> Any:
        looks: Any = {"padding": "same", "use_bias": False, "initializer": "he_normal"}
        x = parts.convolution(number, 3, f"convolution_{name}", strides=stride, **looks)(x)
        x = keras.layers.BatchNormalization(momentum=KEPT, name=f"normalised_{name}")(x)
        return keras.layers.LeakyReLU(SLOPE, name=f"leaky_{name}")(x)

    inputs = keras.Input(input_shape, name="image")
    x = inputs  # (batch, height, width, channels)
    for i, number in enumerate(filters, start=1):
        x = block(x, number, str(i), stride=2)
    for i, number in enumerate(cell_filters, start=1):
        x = block(x, number, f"cell_{i}")  # (batch, grid, grid, filters)
    kernel = parts.initializer("glorot_uniform")
    looks: Any = {"activation": "sigmoid", "kernel_initializer": kernel}
    outputs = keras.layers.Conv2D(5 * boxes + classes, 1, name="cells", **looks, **IMAGES)(x)
    return keras.Model(inputs, outputs, name="yolo_small")
