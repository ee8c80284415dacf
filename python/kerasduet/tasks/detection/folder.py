"""A folder of images with their annotations: found, checked, and laid upright."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kerasduet.data.dataset import Source
from kerasduet.data.files import expanded
from kerasduet.data.pictures import QUARTER_TURNS, ImageFiles, Look, scanned
from kerasduet.errors import DatasetError, EmptyData, LabelRange
from kerasduet.tasks.detection.annotations import Annotated, read_coco, read_voc
from kerasduet.tasks.detection.boxes import refuse_bad_boxes, sorted_boxes
from kerasduet.tasks.detection.images import Images
from kerasduet.tasks.detection.truth import Truth

if TYPE_CHECKING:
    from kerasduet.tasks.detection.settings import DetectionSettings

__all__ = ["load", "look_of", "upright"]

# Where images and annotations usually lie, below the folder.
IMAGES = ("", "images", "JPEGImages")
XML = ("", "Annotations", "annotations")


def look_of(shape: tuple[int, ...]) -> Look | None:
    """Say how files become images of a shape; None where no file has so many channels."""
    height, width, channels = shape
    colour = {1: "grey", 3: "rgb"}.get(channels)
    return None if colour is None else Look(height, width, colour)


def load(data: DetectionSettings) -> tuple[Images, tuple[str, ...], Source]:
    """Find and check the images of a folder and their boxes.

    Returns
    -------
    images, names, source
        In the order of the annotations, or of their files' names; the classes; and the source.

    Raises
    ------
    DatasetError, EmptyData, ArgumentRange, LabelRange
        By the file and the box that is wrong.
    """
    folder = _folder(data.path)
    read, files, crowds = _annotated(folder, data.annotations)
    places = [_found(folder, one.file) for one in read]
    look = look_of(data.input_shape)
    assert look is not None  # the settings refuse other shapes
    fix = "Replace them, or leave their annotations out."
    images, _, _ = scanned(places, [one.file for one in read], look, argument="path", fix=fix)
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    for one, content in zip(read, images.digests, strict=True):
        digest.update(one.file.encode("utf-8", "surrogatepass") + content.tobytes())
    names, truth = _truth(read, images, data)
    note = f"{crowds:,} annotations of crowds were left out." if crowds else ""
    source = Source(
        name=f"annotated images in {folder.name}",
        sha256=digest.hexdigest(),
        rows=len(read),
        path=str(folder),
        note=note,
    )
    return Images(images, truth), names, source


def _truth(
    read: list[Annotated], images: ImageFiles, data: DetectionSettings
) -> tuple[tuple[str, ...], Truth]:
    rows = np.repeat(np.arange(len(read)), [len(one.boxes) for one in read])
    boxes = np.array([box for one in read for box in one.boxes], np.float64).reshape(-1, 4)
    if not len(boxes):
        raise EmptyData(
            "annotations: must have a box; got none in all files. Give the boxes of the images."
        )
    sizes, turns = _annotated_sizes(read, images)
    refuse_bad_boxes(boxes, sizes[rows], [read[row].file for row in rows.tolist()])
    boxes = upright(boxes, sizes[rows], turns[rows])
    found = [name for one in read for name in one.names]
    names, codes = np.unique(np.array(found), return_inverse=True)
    if len(names) != data.classes:
        raise LabelRange(
            f"classes: must be the number of classes in the annotations, {len(names)}; got "
            f"{data.classes}. Set classes = {len(names)}."
        )
    sorted_ = sorted_boxes(boxes, codes.reshape(-1), rows, len(read))
    truth = Truth(*sorted_, images.sizes, data.grid, data.boxes, data.classes)
    return tuple(names.tolist()), truth


def _annotated_sizes(
    read: list[Annotated], images: ImageFiles
) -> tuple[np.ndarray, np.ndarray]:
    """Find in which pixels the boxes of each image are given, as stored or upright.

    Annotations speak of the pixels as they are stored, as pycocotools and torchvision take them,
    unless the width and height that they give are those of the image turned upright.

    Returns
    -------
    sizes, turns : numpy.ndarray
        Width and height of those pixels (n, 2), and the orientation that turns them upright (n,).
    """
    sizes, turns = images.sizes.copy(), images.orientations.copy()
    for row, one in enumerate(read):
        shown = tuple(sizes[row].tolist())
        stored = shown[::-1] if turns[row] in QUARTER_TURNS else shown
        if one.size is None or one.size == stored:
            sizes[row] = stored
        elif one.size == shown:
            turns[row] = 1
        else:
            width, height = one.size
            raise DatasetError(
                f"annotations: width and height must be those of the image; got {width:g} x "
                f"{height:g} in {one.source} for {one.file!r}, which has {stored[0]} x "
                f"{stored[1]} pixels. Put the image there that was annotated."
            )
    return sizes, turns


def upright(boxes: np.ndarray, sizes: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """Turn boxes with their images, as an orientation tag says.

    Parameters
    ----------
    boxes, sizes : numpy.ndarray
        Boxes (n, 4), and width and height of the image of each as it is stored (n, 2).
    turns : numpy.ndarray
        Orientation tag of the image of each (n,), 1 to 8.

    Returns
    -------
    numpy.ndarray
        (n, 4), in the pixels of the image as it is shown.
    """
    x, y = boxes[:, [0, 2]].T, boxes[:, [1, 3]].T
    width, height = sizes.T
    # Of a tag: whether x counts from the right, y from the bottom, and whether they swap then.
    from_right, from_bottom = np.isin(turns, (2, 3, 7, 8)), np.isin(turns, (3, 4, 6, 7))
    x = np.where(from_right, width - x[::-1], x)
    y = np.where(from_bottom, height - y[::-1], y)
    swapped = np.isin(turns, QUARTER_TURNS)
    across, down = np.where(swapped, y, x), np.where(swapped, x, y)
    return np.stack([across[0], down[0], across[1], down[1]], axis=1)


def _folder(path: str | None) -> Path:
    if path is None:
        raise DatasetError(
            "path: must name the folder of the annotated images; got nothing. Set path."
        )
    folder = expanded(path)
    if not folder.is_dir():
        raise DatasetError(
            f"path: must be a folder of images with annotations; got {str(folder)!r}, which is "
            "none. Correct it."
        )
    if not any(file.is_file() for file in folder.rglob("*")):
        raise EmptyData(
            f"path: must hold images with annotations; got an empty folder, {str(folder)!r}. "
            "Choose another."
        )
    return folder


def _annotated(folder: Path, given: str | None) -> tuple[list[Annotated], list[Path], int]:
    """Read the annotations: those of the files, the files themselves, and crowds left out."""
    place = folder if given is None else expanded(given)
    if given is not None and not place.exists():
        place = folder / given
    if place.is_file():
        return _coco(place)
    if not place.is_dir():
        raise DatasetError(
            f"annotations: must be a COCO file (.json) or a folder of Pascal VOC files (.xml); got "
            f"{given!r}, which is not there. Correct it."
        )
    for below in XML:
        files = sorted((place / below).glob("*.xml"))
        if files:
            return [read_voc(file) for file in files], files, 0
    listed = sorted({f for below in XML for f in (place / below).glob("*.json")})
    if len(listed) == 1:
        return _coco(listed[0])
    what = f"{len(listed)} of them" if listed else "neither"
    raise DatasetError(
        f"annotations: must be one COCO file (.json) or Pascal VOC files (.xml); got {what} in "
        f"{str(place)!r}. Name them with annotations."
    )


def _coco(file: Path) -> tuple[list[Annotated], list[Path], int]:
    read, crowds = read_coco(file)
    return read, [file], crowds


def _found(folder: Path, name: str) -> str:
    """Find an image by the name that the annotations have; none outside the folder."""
    root = os.path.realpath(folder)
    for below in IMAGES:
        place = Path(os.path.normpath(folder / below / name))
        real = os.path.realpath(place)
        if real.startswith(root + os.sep) and os.path.isfile(real):
            return real
    raise DatasetError(
        f"path: each annotated image must be there; got no file {name!r} in {str(folder)!r}. Add "
        "it, or leave its annotations out."
    )
