"""A folder of images with their annotations: found, checked, and read when a batch asks."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.dataset import Source
from kerasduet.data.files import expanded
from kerasduet.errors import DatasetError, EmptyData, LabelRange
from kerasduet.tasks.detection.annotations import Annotated, read_coco, read_voc
from kerasduet.tasks.detection.boxes import refuse_bad_boxes, sorted_boxes
from kerasduet.tasks.detection.images import Images
from kerasduet.tasks.detection.truth import Truth

if TYPE_CHECKING:
    from kerasduet.tasks.detection.settings import DetectionSettings

__all__ = ["ImageFiles", "load", "read_image"]

# Where images and annotations usually lie, below the folder.
IMAGES = ("", "images", "JPEGImages")
XML = ("", "Annotations", "annotations")


@dataclass(frozen=True)
class ImageFiles:
    """Images on the disk, read and resized when a batch asks for them.

    Parameters
    ----------
    files : tuple of Path
        One an image.
    shape : tuple of int
        (height, width, channels) that they get.
    """

    files: tuple[Path, ...]
    shape: tuple[int, ...]

    def __len__(self) -> int:
        """Count the images."""
        return len(self.files)

    def only(self, rows: np.ndarray) -> ImageFiles:
        """Give some of them, in that order."""
        return ImageFiles(tuple(self.files[row] for row in rows.tolist()), self.shape)

    def take(self, rows: np.ndarray) -> np.ndarray:
        """Read some images (n, height, width, channels), uint8."""
        images = [
            read_image(self.files[row], self.shape)[0] for row in np.asarray(rows).tolist()
        ]
        return np.stack(images) if images else np.zeros((0, *self.shape), np.uint8)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """Read all of them."""
        return self.take(np.arange(len(self))).astype(dtype or np.uint8, copy=False)


def read_image(file: Path, shape: tuple[int, ...]) -> tuple[np.ndarray, tuple[int, int]]:
    """Read an image and resize it.

    Returns
    -------
    image, size
        (height, width, channels), uint8; width and height that it had. An orientation tag is left
        alone: boxes are given in the pixels as they are stored.
    """
    from PIL import Image

    height, width, channels = shape
    try:
        with Image.open(file) as opened:
            size = opened.size
            mode = {1: "L", 3: "RGB"}.get(channels, "RGBA")
            resized = opened.convert(mode).resize((width, height), Image.Resampling.BILINEAR)
    except FileNotFoundError:
        raise DatasetError(
            f"path: each annotated image must be there; got no file {file.name!r}. Add it, or "
            "leave its annotations out."
        ) from None
    except Exception as error:  # a damaged image raises errors of every kind
        raise DatasetError(
            f"path: must hold images; got {file.name!r}, which is none, or damaged "
            f"({type(error).__name__}). Leave it out, or write it again."
        ) from None
    return np.asarray(resized, np.uint8).reshape(shape), size


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
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    sizes = []
    for place in places:
        _, size = read_image(place, data.input_shape)  # all of it: a damaged one is named now
        sizes.append(size)
        digest.update(place.name.encode("utf-8", "surrogatepass"))
        digest.update(place.read_bytes())
    names, truth = _truth(read, np.array(sizes), data)
    note = f"{crowds:,} annotations of crowds were left out." if crowds else ""
    source = Source(
        name=f"annotated images in {folder.name}",
        sha256=digest.hexdigest(),
        rows=len(read),
        path=str(folder),
        note=note,
    )
    return Images(ImageFiles(tuple(places), data.input_shape), truth), names, source


def _truth(
    read: list[Annotated], sizes: np.ndarray, data: DetectionSettings
) -> tuple[tuple[str, ...], Truth]:
    rows = np.repeat(np.arange(len(read)), [len(one.boxes) for one in read])
    boxes = np.array([box for one in read for box in one.boxes], np.float64).reshape(-1, 4)
    if not len(boxes):
        raise EmptyData(
            "annotations: must have a box; got none in all files. Give the boxes of the images."
        )
    refuse_bad_boxes(boxes, sizes[rows], [read[row].file for row in rows.tolist()])
    found = [name for one in read for name in one.names]
    names, codes = np.unique(np.array(found), return_inverse=True)
    if len(names) != data.classes:
        raise LabelRange(
            f"classes: must be the number of classes in the annotations, {len(names)}; got "
            f"{data.classes}. Set classes = {len(names)}."
        )
    sorted_ = sorted_boxes(boxes, codes.reshape(-1), rows, len(read))
    truth = Truth(*sorted_, sizes, data.grid, data.boxes, data.classes)
    return tuple(names.tolist()), truth


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
    if not any(folder.iterdir()):
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


def _found(folder: Path, name: str) -> Path:
    """Find an image by the name that the annotations have; none outside the folder."""
    root = os.path.realpath(folder)
    for below in IMAGES:
        place = Path(os.path.normpath(folder / below / name))
        inside = os.path.realpath(place).startswith(root + os.sep)
        if inside and place.is_file():
            return place
    raise DatasetError(
        f"path: each annotated image must be there; got no file {name!r} in {str(folder)!r}. Add "
        "it, or leave its annotations out."
    )
