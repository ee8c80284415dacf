"""The loss of YOLO v1: squared errors of cells, weighted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["COORDINATES", "EMPTY", "yolo_loss"]

COORDINATES = 5.0  # weight of places and sizes
EMPTY = 0.5  # weight of the confidence where there is no object


def yolo_loss(grid: int, proposals: int) -> Callable[[Any, Any], Any]:
    """Give the loss of cells as `kerasduet.detection.encode` writes them.

    Of the boxes that a cell proposes the one that overlaps the true box most is responsible for
    it: its centre and the square roots of its sizes are compared with those of the truth, and its
    confidence with that overlap. All other boxes are to have no confidence. Where there is an
    object the scores of the classes are compared as well.

    Parameters
    ----------
    grid, proposals : int
        Cells a side, and boxes a cell.

    Returns
    -------
    callable
        Of targets and outputs (n, grid, grid, 5 * proposals + classes): the losses (n,).

    References
    ----------
    Redmon, Divvala, Girshick and Farhadi (2016), You only look once: unified, real-time object
    detection, CVPR, equation 3.
    """

    def yolo(truth: Any, found: Any) -> Any:
        from keras import ops

        shape = (-1, grid, grid, proposals, 5)
        box = ops.reshape(found[..., : 5 * proposals], shape)
        true = ops.reshape(truth[..., : 5 * proposals], shape)
        has_object = true[..., 4]  # the same for all boxes of a cell
        shares = ops.stop_gradient(_shares(box, true, grid))
        best = ops.argmax(shares, axis=-1)
        responsible = ops.one_hot(best, proposals, dtype=found.dtype) * has_object
        place = ops.sum(ops.square(box[..., :4] - true[..., :4]), axis=-1)
        confidence = ops.square(box[..., 4] - responsible * shares)
        weight = responsible + EMPTY * (1 - responsible)
        by_box = COORDINATES * responsible * place + weight * confidence
        classes = ops.square(found[..., 5 * proposals :] - truth[..., 5 * proposals :])
        by_cell = has_object[..., 0] * ops.sum(classes, axis=-1)
        return ops.sum(by_box, axis=(1, 2, 3)) + ops.sum(by_cell, axis=(1, 2))

    return yolo


def _shares(box: Any, true: Any, grid: int) -> Any:
    """Give the intersection over union of each box with the true one of its cell."""
    from keras import ops

    size, true_size = ops.square(box[..., 2:4]), ops.square(true[..., 2:4])
    middle, true_middle = box[..., :2] / grid, true[..., :2] / grid
    ends = ops.minimum(middle + size / 2, true_middle + true_size / 2)
    begins = ops.maximum(middle - size / 2, true_middle - true_size / 2)
    common = ops.prod(ops.relu(ends - begins), axis=-1)
    union = ops.prod(size, axis=-1) + ops.prod(true_size, axis=-1) - common
    return common / (union + 1e-9)
