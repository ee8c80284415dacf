"""Annotations of images in the formats of COCO and Pascal VOC, read as what they are: data."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from kerasduet.checks import show
from kerasduet.errors import DatasetError

__all__ = ["Annotated", "read_coco", "read_voc"]

MOST_BYTES = 2**30


@dataclass(frozen=True)
class Annotated:
    """One image with its boxes.

    Parameters
    ----------
    file : str
        Its name, below the folder of the images.
    boxes : list of list of float
        left, top, right and bottom in pixels.
    names : list of str
        Class of each.
    source : str
        The file that says so.
    size : tuple of float, optional
        Width and height of the image, where it says them.
    """

    file: str
    boxes: list[list[float]]
    names: list[str]
    source: str
    size: tuple[float, ...] | None = None


def read_coco(file: Path) -> tuple[list[Annotated], int]:
    """Read a COCO file (.json): its images in order, and how many crowds were left out."""
    where = file.name
    try:
        content = json.loads(_bytes(file))
    except (ValueError, RecursionError) as error:
        raise DatasetError(
            f"annotations: must be a COCO file, JSON with images, annotations and categories; got "
            f"{where}, which is no JSON ({type(error).__name__}). Write it again."
        ) from None
    parts = {
        name: content.get(name) if isinstance(content, dict) else None
        for name in ("images", "annotations", "categories")
    }
    for name, part in parts.items():
        if not isinstance(part, list) or not all(isinstance(item, dict) for item in part):
            raise DatasetError(
                f"annotations: must have {name}, a list of objects; got {where} without it. Write "
                "it as COCO does."
            )
    names = _categories(parts["categories"] or [], where)
    images: dict[Any, Annotated] = {}
    for image in parts["images"] or []:
        number, name = image.get("id"), image.get("file_name")
        if not isinstance(name, str) or not name or not isinstance(number, int | str):
            raise DatasetError(
                f"annotations: each image must have an id and a file_name; got {show(image)} in "
                f"{where}. Complete it."
            )
        size = _size(image.get("width"), image.get("height"))
        images[number] = Annotated(name, [], [], where, size)
    crowds = 0
    for count, one in enumerate(parts["annotations"] or [], start=1):
        place = f"annotation {count} of {where}"
        if one.get("image_id") not in images:
            raise DatasetError(
                f"annotations: must be of images that are listed; got image_id "
                f"{show(one.get('image_id'))} in {place}, which no image has. Leave it out, or "
                "list the image."
            )
        if one.get("iscrowd"):
            crowds += 1
            continue
        if one.get("category_id") not in names:
            raise DatasetError(
                f"annotations: each box must have a category with a name; got category_id "
                f"{show(one.get('category_id'))} in {place}, which has none. Add it to categories."
            )
        left, top, width, height = _numbers(one.get("bbox"), 4, place)
        image = images[one["image_id"]]
        image.boxes.append([left, top, left + width, top + height])
        image.names.append(names[one["category_id"]])
    return list(images.values()), crowds


def _categories(listed: list[Mapping[str, Any]], where: str) -> dict[Any, str]:
    names: dict[Any, str] = {}
    for one in listed:
        name, number = one.get("name"), one.get("id")
        if not isinstance(name, str) or not name or not isinstance(number, int | str):
            raise DatasetError(
                f"annotations: each category must have an id and a name; got {show(one)} in "
                f"{where}. Name it."
            )
        if name in names.values():
            raise DatasetError(
                f"annotations: categories must have names that differ; got {show(name)} twice in "
                f"{where}. Rename one."
            )
        names[number] = name
    return names


def read_voc(file: Path) -> Annotated:
    """Read a Pascal VOC file (.xml) of one image.

    Its pixels are counted from 1, and a box holds the last ones as well.
    """
    where = file.name
    root = _tree(file)
    name = (root.findtext("filename") or "").strip()
    if root.tag != "annotation" or not name:
        raise DatasetError(
            f"annotations: must be a Pascal VOC file, an annotation with a filename; got {where} "
            "without it. Write it as VOC does."
        )
    boxes, names = [], []
    for count, one in enumerate(root.findall("object"), start=1):
        place = f"box {count} of {where}"
        kind = (one.findtext("name") or "").strip()
        if not kind:
            raise DatasetError(
                f"annotations: each box must have the name of its class; got none in {place}. "
                "Name it."
            )
        texts = [one.findtext(f"bndbox/{side}") for side in ("xmin", "ymin", "xmax", "ymax")]
        left, top, right, bottom = _numbers(texts, 4, place)
        boxes.append([left - 1, top - 1, right, bottom])
        names.append(kind)
    size = _size(root.findtext("size/width"), root.findtext("size/height"))
    return Annotated(name, boxes, names, where, size)


def _size(*sides: Any) -> tuple[float, ...] | None:
    """Read width and height; None where they are lacking, or 0, as some programs write."""
    try:
        size = tuple(float(side) for side in sides)
    except (TypeError, ValueError):
        return None
    return size if all(0 < side < 1e9 for side in size) else None


def _numbers(values: Any, count: int, place: str) -> list[float]:
    try:
        numbers = [float(value) for value in values]
        if len(numbers) == count and all(abs(number) < 1e9 for number in numbers):
            return numbers
    except (TypeError, ValueError):
        pass
    raise DatasetError(
        f"annotations: a box must have four numbers; got {show(values)} in {place}. Correct it."
    )


def _bytes(file: Path) -> bytes:
    if file.stat().st_size > MOST_BYTES:
        raise DatasetError(
            f"annotations: must be at most a gigabyte; got {file.name}. Cut it into parts."
        )
    return file.read_bytes()


def _tree(file: Path) -> Element:
    """Read XML without a document type: entities, which may grow without end, need one."""
    builder = TreeBuilder()
    parser = expat.ParserCreate()
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = _refused(file)
    try:
        parser.Parse(_bytes(file), True)
        return builder.close()
    except expat.ExpatError as error:
        raise DatasetError(
            f"annotations: must be XML; got {file.name}, which is not ({error}). Write it again."
        ) from None


def _refused(file: Path) -> Callable[..., None]:
    def refuse(*_: Any) -> None:
        raise DatasetError(
            f"annotations: must have no document type, which could hold entities; got one in "
            f"{file.name}. Remove the line that begins with <!DOCTYPE."
        )

    return refuse
