"""Boxes as the numbers of a grid of cells, as YOLO v1 writes them, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasduet import checks
from kerasduet.checks import show
from kerasduet.detection.overlap import check_boxes, survivors
from kerasduet.errors import ArgumentRange, LabelRange, LengthMismatch, ShapeError

__all__ = ["decode", "encode", "written"]

MOST = 100  # boxes of an image that are kept


def encode(
    boxes: Any,
    codes: Any,
    size: Any,
    *,
    grid: int = 7,
    proposals: int = 2,
    classes: int = 20,
) -> np.ndarray:
    """Write the boxes of an image as the numbers that a network is to give.

    Parameters
    ----------
    boxes : array-like
        True boxes (n, 4) in pixels: left, top, right and bottom.
    codes : array-like
        Class of each box (n,), a whole number from 0 to below `classes`.
    size : pair of int
        Width and height of the image, in pixels.
    grid : int
        Cells along each side, at least 1.
    proposals : int
        Boxes that each cell proposes, at least 1.
    classes : int
        Number of classes, at least 1.

    Returns
    -------
    numpy.ndarray
        float32 (grid, grid, 5 * proposals + classes), rows of cells from the top. The cell in which
        the centre of a box lies has in each proposal: the centre within the cell, across and down
        (0 to 1), the square roots of width and height as shares of the image, and a confidence of
        1; then 1 at its class. All else is 0.

    Raises
    ------
    ArgumentRange, LabelRange, LengthMismatch, ShapeError
        A box outside the image or of no size, a code outside the classes.

    Notes
    -----
    A cell holds one object: of several whose centres lie in it the first.

    Examples
    --------
    >>> cells = encode([[8, 0, 24, 16]], [1], (32, 32), grid=2, proposals=1, classes=2)
    >>> [round(float(number), 4) for number in cells[0, 1]]
    [0.0, 0.5, 0.7071, 0.7071, 1.0, 0.0, 1.0]
    """
    grid = checks.whole("grid", grid, low=1)
    proposals = checks.whole("proposals", proposals, low=1)
    classes = checks.whole("classes", classes, low=1)
    width, height = _size(size)
    found = check_boxes("boxes", boxes)
    numbers = np.atleast_1d(np.asarray(codes))
    if len(numbers) != len(found):
        raise LengthMismatch(
            f"codes: must have one a box ({len(found)}); got {len(numbers)}. Give boxes and "
            "codes in the same order."
        )
    outside = (found[:, :2] < 0).any(axis=1) | (found[:, 2:] > (width, height)).any(axis=1)
    if outside.any():
        row = int(outside.argmax())
        raise ArgumentRange(
            f"boxes: must lie inside the image of {width:g} x {height:g} pixels; got "
            f"{show(found[row].tolist())} in box {row + 1}. Cut it at the edge of the image."
        )
    wrong = [c for c in numbers.tolist() if c != int(c) or not 0 <= c < classes]
    if wrong:
        raise LabelRange(
            f"codes: must be whole numbers from 0 to {classes - 1}; got {show(wrong[0])}. Raise "
            "classes, or number the classes anew."
        )
    shares = found / (width, height, width, height)
    rows = np.zeros(len(found), int)
    return written(shares, numbers.astype(int), rows, 1, grid, proposals, classes)[0]


def written(
    shares: np.ndarray,
    codes: np.ndarray,
    rows: np.ndarray,
    count: int,
    grid: int,
    proposals: int,
    classes: int,
) -> np.ndarray:
    """Write the boxes of several images, which are known to be sound; see `encode`.

    Parameters
    ----------
    shares : numpy.ndarray
        Boxes (n, 4) as shares of their image.
    codes, rows : numpy.ndarray
        Class and image of each box (n,).
    count, grid, proposals, classes : int
        Images, cells a side, boxes a cell, classes.

    Returns
    -------
    numpy.ndarray
        float32 (count, grid, grid, 5 * proposals + classes).
    """
    cells = np.zeros((count, grid, grid, 5 * proposals + classes), np.float32)
    centre = (shares[:, :2] + shares[:, 2:]) / 2 * grid
    place = np.minimum(centre.astype(int), grid - 1)
    # The first box of a cell is written last, and stays.
    order = np.arange(len(shares))[::-1]
    at = (rows[order], place[order, 1], place[order, 0])
    extent = np.sqrt(shares[:, 2:] - shares[:, :2])
    one = np.column_stack([centre - place, extent, np.ones(len(shares))])[order]
    whole = np.zeros((len(shares), cells.shape[-1]), np.float32)
    whole[:, : 5 * proposals] = np.tile(one, proposals)
    whole[np.arange(len(shares)), 5 * proposals + codes[order]] = 1
    cells[at] = whole
    return cells


def decode(
    cells: Any,
    size: Any,
    *,
    proposals: int = 2,
    least_score: float = 0.25,
    overlap: float = 0.5,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Read boxes from the numbers that a network gives for an image.

    Parameters
    ----------
    cells : array-like
        (grid, grid, 5 * proposals + classes), as `encode` writes them.
    size : pair of int
        Width and height of the image, in pixels.
    proposals : int
        Boxes that each cell proposes, at least 1.
    least_score : float
        A box below this score is left out, in [0, 1]. The score is the confidence of the box times
        the score of the class.
    overlap : float
        As in `nms`: of boxes of one class that overlap by more the best is kept.

    Returns
    -------
    boxes, codes, scores : numpy.ndarray
        (n, 4) in pixels, cut at the edges of the image; classes (n,), counted from 0; and scores
        (n,), which fall. At most 100.

    Raises
    ------
    ShapeError, ArgumentRange
        Numbers of another shape; a share outside 0 to 1.

    Examples
    --------
    >>> cells = encode([[8, 0, 24, 16]], [1], (32, 32), grid=2, proposals=1, classes=2)
    >>> boxes, codes, scores = decode(cells, (32, 32), proposals=1)
    >>> boxes.round(3).tolist(), codes.tolist(), scores.tolist()
    ([[8.0, 0.0, 24.0, 16.0]], [1], [1.0])
    """
    numbers = np.asarray(cells, np.float64)
    proposals = checks.whole("proposals", proposals, low=1)
    least = checks.number("least_score", least_score, low=0, high=1)
    limit = checks.number("overlap", overlap, low=0, high=1)
    is_grid = numbers.ndim == 3 and numbers.shape[0] == numbers.shape[1]
    if not is_grid or numbers.shape[2] <= 5 * proposals:
        raise ShapeError(
            f"cells: must have shape (grid, grid, {5 * proposals} + classes); got "
            f"{show(numbers.shape)}. Give the numbers of one image, and its proposals."
        )
    grid = numbers.shape[0]
    parts = numbers[..., : 5 * proposals].reshape(grid, grid, proposals, 5)
    scores = np.clip(parts[..., 4:] * numbers[..., None, 5 * proposals :], 0, 1)
    *place, code = np.nonzero(scores >= max(least, np.finfo(float).tiny))
    down, across, _ = place
    chosen = parts[tuple(place)]
    centre = (chosen[:, :2] + np.column_stack([across, down])) / grid
    half = np.square(chosen[:, 2:4]) / 2
    shares = np.clip(np.column_stack([centre - half, centre + half]), 0, 1)
    boxes = shares * np.tile(_size(size), 2)
    sure = scores[(*place, code)]
    seen = (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
    boxes, code, sure = boxes[seen], code[seen], sure[seen]
    kept = np.zeros(len(boxes), dtype=bool)
    for one in np.unique(code):
        rows = np.flatnonzero(code == one)
        kept[rows] = survivors(boxes[rows], sure[rows], limit)
    boxes, code, sure = boxes[kept], code[kept], sure[kept]
    order = np.argsort(-sure, kind="stable")[:MOST]
    return boxes[order], code[order], sure[order]


def _size(size: Any) -> tuple[float, float]:
    values = np.asarray(size, dtype=object).reshape(-1).tolist()
    if len(values) != 2:
        raise ShapeError(
            f"size: must be width and height of the image; got {show(size)}. Give two numbers."
        )
    width, height = (checks.number("size", value, low=0, low_open=True) for value in values)
    return width, height
