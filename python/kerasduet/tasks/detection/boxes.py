"""A table of true boxes, checked: each box belongs to an image and lies inside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kerasduet.checks import show
from kerasduet.detection.overlap import SIDES
from kerasduet.errors import (
    ArgumentRange,
    ArgumentType,
    EmptyData,
    LabelRange,
    LengthMismatch,
    MissingValue,
    UnknownName,
)
from kerasduet.tasks.detection.learned import MOST_TRUE

__all__ = ["read_boxes", "refuse_bad_boxes", "sorted_boxes"]

Boxes = tuple[np.ndarray, np.ndarray, np.ndarray, tuple[str, ...]]
COLUMNS = ("image", "class", *SIDES)


def read_boxes(table: Any, sizes: np.ndarray, classes: int) -> Boxes:
    """Check a table of boxes beside the images that they lie in.

    Parameters
    ----------
    table : table
        A row a box: image (the row of the image, from 1), class, left, top, right and bottom in
        pixels.
    sizes : numpy.ndarray
        Width and height of each image (n, 2).
    classes : int
        Number of classes.

    Returns
    -------
    boxes, codes, starts, names
        As those of a `Truth`, and the names of the classes.
    """
    columns = _columns(table)
    boxes = np.column_stack([_numbers(columns[side], side) for side in SIDES])
    image = _numbers(columns["image"], "image")
    known = (image == np.floor(image)) & (image >= 1) & (image <= len(sizes))
    if not known.all():
        row = int((~known).argmax())
        raise LabelRange(
            f"boxes: image must be a row of x, from 1 to {len(sizes)}; got {show(image[row])} in "
            f"box {row + 1}. Leave that box out, or give its image."
        )
    rows = image.astype(np.int64) - 1
    names, codes = _classes(columns["class"], classes)
    refuse_bad_boxes(boxes, sizes[rows], [f"image {row + 1}" for row in rows.tolist()])
    return (*sorted_boxes(boxes, codes, rows, len(sizes)), names)


def sorted_boxes(
    boxes: np.ndarray, codes: np.ndarray, rows: np.ndarray, images: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sort boxes by the image that they lie in, and say where each image's begin."""
    counts = np.bincount(rows, minlength=images)
    if counts.max(initial=0) > MOST_TRUE:
        raise ArgumentRange(
            f"boxes: an image may have at most {MOST_TRUE:,}; got {counts.max():,} in image "
            f"{int(counts.argmax()) + 1}. Cut it into parts."
        )
    order = np.argsort(rows, kind="stable")
    return boxes[order], codes[order], np.concatenate([[0], np.cumsum(counts)])


def refuse_bad_boxes(boxes: np.ndarray, sizes: np.ndarray, places: Sequence[str]) -> None:
    """Refuse a box of no size or outside its image, by its place and its number in it.

    Parameters
    ----------
    boxes, sizes : numpy.ndarray
        (n, 4), and width and height of the image of each (n, 2), in pixels.
    places : sequence of str
        What the image of each is called.
    """
    flat = (boxes[:, 2:] <= boxes[:, :2]).any(axis=1)
    outside = (boxes[:, :2] < 0).any(axis=1) | (boxes[:, 2:] > sizes).any(axis=1)
    for wrong, rule, fix in (
        (flat, "must have a width and a height", "Leave it out, or correct it."),
        (outside, "must lie inside its image", "Cut it at the edge of the image."),
    ):
        if not wrong.any():
            continue
        row = int(wrong.argmax())
        number = places[: row + 1].count(places[row])
        width, height = sizes[row]
        within = f" of {width:g} x {height:g} pixels" if wrong is outside else ""
        sides = ", ".join(
            f"{name} {value:g}" for name, value in zip(SIDES, boxes[row], strict=True)
        )
        raise ArgumentRange(
            f"boxes: a box {rule}{within}; got {sides} in box {number} of {places[row]}. {fix}"
        )


def _columns(table: Any) -> dict[str, Any]:
    if not isinstance(table, Mapping) and not hasattr(table, "columns"):
        raise ArgumentType(
            f"boxes: must be a table with a box a row; got {show(table)}. Give a data frame, or "
            "columns by name."
        )
    for name in COLUMNS:
        if name not in table:
            raise UnknownName(
                f"boxes: must have the columns {', '.join(COLUMNS)}; got no {name}, but "
                f"{', '.join(map(str, table)) or 'nothing'}. Rename the columns."
            )
    columns = {name: table[name] for name in COLUMNS}
    sizes = sorted({len(column) for column in columns.values()})
    if len(sizes) > 1:
        raise LengthMismatch(
            f"boxes: columns must have as many rows; got {show(sizes)}. Give each box a value of "
            "each column."
        )
    if sizes == [0]:
        raise EmptyData("boxes: must have a box; got none. Give the boxes of the images.")
    return columns


def _numbers(column: Any, name: str) -> np.ndarray:
    values = np.asarray(column)
    if values.dtype.kind not in "uif":
        raise ArgumentType(
            f"boxes: {name} must be numbers; got {show(values.reshape(-1)[0])} in box 1. Convert "
            "the column first."
        )
    numbers = values.astype(np.float64).reshape(-1)
    if not np.isfinite(numbers).all():
        row = int((~np.isfinite(numbers)).argmax())
        raise MissingValue(
            f"boxes: {name} must be finite; got {show(float(numbers[row]))} in box {row + 1}. "
            "Leave that box out."
        )
    return numbers


def _classes(column: Any, classes: int) -> tuple[tuple[str, ...], np.ndarray]:
    """Give names and codes; whole numbers from 0 are codes, whose names they are."""
    values = getattr(column, "cat", column)
    if hasattr(values, "categories"):
        names = tuple(map(str, values.categories))
        codes = np.asarray(values.codes, np.int64)
        missing = codes < 0
    else:
        given = np.asarray(column)
        if given.dtype.kind in "uif":
            return _coded(given, classes)
        listed = given.reshape(-1).tolist()
        missing = np.array([not isinstance(item, str) or item == "" for item in listed])
        texts = np.array(
            ["" if gone else item for gone, item in zip(missing, listed, strict=True)]
        )
        found, codes = np.unique(texts, return_inverse=True)
        names, codes = tuple(found.tolist()), codes.reshape(-1)
    if missing.any():
        row = int(missing.argmax())
        raise MissingValue(
            f"boxes: class must be given for each box; got none in box {row + 1}. Name its class, "
            "or leave it out."
        )
    if len(names) != classes:
        raise LabelRange(
            f"boxes: class must have as many names as there are classes ({classes}); got "
            f"{len(names)}: {show(names)}. Set classes = {len(names)}, or give whole numbers from "
            "0."
        )
    return names, codes


def _coded(given: np.ndarray, classes: int) -> tuple[tuple[str, ...], np.ndarray]:
    known = (given == np.floor(given)) & (given >= 0) & (given < classes)
    if not known.all():
        row = int((~known).argmax())
        raise LabelRange(
            f"boxes: class must be a whole number from 0 to {classes - 1}, or a name; got "
            f"{show(given[row])} in box {row + 1}. Raise classes, or number the classes anew."
        )
    return tuple(map(str, range(classes))), given.astype(np.int64)
