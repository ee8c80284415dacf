"""Images and labels in the containers that people have them in, by name."""

from __future__ import annotations

import math
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from kerasduet.checks import show
from kerasduet.data.pixel_names import in_order, left_over, surplus
from kerasduet.errors import ArgumentType, DatasetError, ShapeError
from kerasduet.settings import known_names

__all__ = ["follow", "images_alone", "named"]

KERAS_NAMES = {"x_train": "x", "y_train": "y"}
LABEL_COLUMNS = ("label", "labels", "class", "target", "y")  # but for their case
CHANNELS = (1, 3)
PARTS = ("x", "y", "x_test", "y_test")


def named(data: Any) -> Any:
    """Give images and labels by the names x, y, x_test and y_test.

    Parameters
    ----------
    data : object
        A mapping of these names, or of Keras's x_train and y_train, or of train and test; a pair
        (x, y), or two of them; an .npz file or what `numpy.load` gives of it; a table of a label
        and of pixels, a row an image, in the order of the numbers in their names (`pixel0`,
        `pixel1`; `1x1`, `1x2`) or else as they stand; a tf.data dataset, torch's datasets and
        loaders, which are read once.

    Returns
    -------
    dict or object
        Anything else is given back as it is.

    Raises
    ------
    DatasetError
        A file that cannot be read.
    ShapeError
        A table whose pixels make no square.

    Examples
    --------
    >>> sorted(named(((np.zeros((2, 4, 4)), [0, 1]), (np.zeros((1, 4, 4)), [1]))))
    ['x', 'x_test', 'y', 'y_test']
    """
    if isinstance(data, str | os.PathLike) and str(data).lower().endswith(".npz"):
        data = _read(data)
    columns = _columns(data)
    if columns is not None:
        return _from_table(data, columns)
    if isinstance(data, Mapping):
        return _stacked(_by_name(data))
    if _is_pair(data):
        first, second = data
        if _is_pair(first) and _is_pair(second):
            return _stacked(dict(zip(PARTS, (*first, *second), strict=True)))
        return _stacked({"x": first, "y": second})
    if _is_stream(data):
        return _collected(data)
    return data


def images_alone(data: Any, input_shape: tuple[int, ...], name: str = "x") -> Any:
    """Give the images of a container, without the labels that may stand beside them.

    Parameters
    ----------
    data : object
        A table of pixels, a row an image, with a label or without; a column of images; names as
        for `named`, pixels in the same order; a tf.data dataset, torch's datasets and loaders, of
        images or of pairs.
    input_shape : tuple of int
        One image, as the network takes it.
    name : str
        Argument named in errors.

    Returns
    -------
    array or object
        Anything else is given back as it is.

    Raises
    ------
    ShapeError
        A table with another number of pixels.

    Examples
    --------
    >>> table = {"label": [1], **{f"pixel{i}": [i] for i in range(9)}}
    >>> images_alone(table, (3, 3, 1)).shape
    (1, 3, 3, 1)
    """
    columns = _columns(data)
    if columns is not None and input_shape[-1] == 1:
        wanted = math.prod(input_shape)
        pixels = [c for c in columns if str(c).lower() not in LABEL_COLUMNS]
        if len(columns) != wanted != len(pixels):
            if others := surplus(pixels, lambda count: count == wanted):
                raise left_over(name, others, f"{wanted} pixels a row, and a label if you like")
            raise ShapeError(
                f"{name}: a table of images must have {wanted} pixels a row, and a label if you "
                f"like; got {len(columns)} columns. Resize the images as those of the training."
            )
        chosen = columns if len(columns) == wanted else pixels
        return _pixels(data, chosen).reshape(-1, *input_shape)
    if isinstance(data, Mapping) and "x" in data and columns is None:
        return _images(data["x"], name)
    if _is_stream(data):
        return _streamed(data, input_shape)
    return _images(data, name) if hasattr(data, "to_list") else data


def follow(data: Any, input_shape: tuple[int, ...], classes: int) -> dict[str, Any]:
    """Say which settings images and labels need instead of those that there are.

    Parameters
    ----------
    data : mapping
        From `named`.
    input_shape : tuple of int
        One image, as set.
    classes : int
        As set.

    Returns
    -------
    dict
        `input_shape` and `classes`, as far as others fit; what is wrong in the data is left to
        their checks.

    Examples
    --------
    >>> follow({"x": np.zeros((3, 8, 8)), "y": [0, 2, 1]}, (28, 28, 1), 10)
    {'input_shape': (8, 8, 1), 'classes': 3}
    """
    found: dict[str, Any] = {}
    shape = np.shape(data.get("x", ()))[1:]
    if len(shape) == 1 and shape[0] != math.prod(input_shape):
        side = math.isqrt(shape[0])
        shape = (side, side) if side * side == shape[0] else ()
    if len(shape) == 2:
        shape = (*shape, 1)
    if len(shape) == 3 and shape != input_shape and min(shape) > 0:
        found["input_shape"] = shape
    count = max(_classes(data.get(name)) for name in ("y", "y_test"))
    if count > 1 and count != classes:
        found["classes"] = count
    return found


def _read(path: Any) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return dict(file)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        why = getattr(error, "strerror", None) or "damaged, or another file"
        raise DatasetError(
            f"data: must be an .npz file of arrays; got {str(path)!r}: {why}. Write one with "
            "numpy.savez(path, x=x, y=y)."
        ) from None


def _by_name(data: Mapping[str, Any]) -> Mapping[str, Any]:
    if set(data) == {"train", "test"} and not any(hasattr(x, "shape") for x in data.values()):
        parts = [_part(name, data[name]) for name in ("train", "test")]
        return dict(zip(PARTS, (*parts[0], *parts[1]), strict=True))
    if set(KERAS_NAMES) <= set(data) and not {"x", "y"} & set(data):
        return {KERAS_NAMES.get(name, name): part for name, part in data.items()}
    return data


def _part(name: str, part: Any) -> tuple[Any, Any]:
    if not isinstance(part, Mapping):
        part = dict(zip(("x", "y"), part, strict=True)) if _is_pair(part) else {"x": part}
    known_names(part, ("x", "y"), where=f"the part {name} of a set of images")
    for inner in ("x", "y"):
        if inner not in part:
            raise ArgumentType(f"{inner}: must be given in {name}; got nothing.")
    return part["x"], part["y"]


def _is_pair(data: Any) -> bool:
    """Say whether something is (x, y), or two of them, and no list of two images."""
    if not isinstance(data, tuple | list) or len(data) != 2:
        return False
    first, second = data
    if isinstance(data, tuple) or (_is_pair(first) and _is_pair(second)):
        return True
    return np.ndim(first) > 1 and np.ndim(second) == 1 and len(first) == len(second)


def _stacked(data: Mapping[str, Any]) -> dict[str, Any]:
    """Make one array of the images of a list or a column, and name one of another shape."""
    return {
        name: _images(part, name) if name in ("x", "x_test") else part
        for name, part in data.items()
    }


def _images(images: Any, name: str) -> Any:
    if hasattr(images, "to_list") and not hasattr(images, "columns"):
        images = images.to_list()  # a column of pandas or polars
    if isinstance(images, np.ndarray) and images.dtype == object and images.ndim == 1:
        images = list(images)
    if not isinstance(images, list | tuple) or not images or not hasattr(images[0], "size"):
        return images
    arrays = [np.asarray(image) for image in images]
    for place, array in enumerate(arrays):
        if array.shape != arrays[0].shape:
            raise ShapeError(
                f"{name}: rows must have one shape, {show(arrays[0].shape)} as the first; got "
                f"{show(array.shape)} in row {place + 1}. Resize them, or take the preset "
                "image-folder for files."
            )
    return np.stack(arrays)


def _columns(data: Any) -> list[str] | None:
    """Give the names of a table's columns; None where it is no table.

    A table of R's arrives as its columns by name.
    """
    if isinstance(data, Mapping):
        return list(data) if len(data) > len(PARTS) and not set(PARTS) & set(data) else None
    names = getattr(data, "column_names", None) or getattr(data, "columns", None)
    return None if names is None else list(names)


def _from_table(data: Any, columns: list[str]) -> Any:
    labels = [name for name in columns if str(name).lower() in LABEL_COLUMNS]
    side = math.isqrt(len(columns) - 1)
    if len(labels) != 1 or side < 2:
        return data
    if side * side != len(columns) - 1:
        pixels = [name for name in columns if name != labels[0]]
        if others := surplus(
            pixels, lambda count: count > 3 and math.isqrt(count) ** 2 == count
        ):
            raise left_over("data", others, "a label and a square number of pixels a row")
        raise ShapeError(
            f"data: a table of images must have a label and a square number of pixels a row; got "
            f"{len(columns) - 1} columns beside {labels[0]!r}. Give x and y as arrays."
        )
    x = _pixels(data, [name for name in columns if name != labels[0]])
    y = data[labels[0]]
    if hasattr(data, "to_pydict"):
        y = y.to_numpy(zero_copy_only=False)
    elif type(y).__module__.startswith("polars"):
        y = y.to_numpy()
    return {"x": x.reshape(-1, side, side), "y": y}


def _pixels(data: Any, columns: list[str]) -> np.ndarray:
    """Give columns of a table as an array (rows, columns), in the order of their numbers."""
    columns = in_order(columns)
    if isinstance(data, Mapping):
        return np.stack([np.asarray(data[name]) for name in columns], axis=1)
    if hasattr(data, "to_pydict"):  # pyarrow, whose columns come out one by one
        parts = [data[name].to_numpy(zero_copy_only=False) for name in columns]
        return np.stack(parts, axis=1)
    found: np.ndarray = data[columns].to_numpy()
    return found


def _is_stream(data: Any) -> bool:
    """Say whether something gives rows of images and labels one after the other."""
    if isinstance(data, str | bytes | os.PathLike) or hasattr(data, "shape"):
        return False
    module = type(data).__module__.split(".")[0]
    bases = {base.__module__.split(".")[0] for base in type(data).__mro__}
    return module in ("tensorflow", "torch") or "torch" in bases


def _collected(data: Any) -> dict[str, Any]:
    """Read a dataset once: of pairs of an image and a label, or of batches of them."""
    cardinality = getattr(data, "cardinality", None)
    if cardinality is not None and int(cardinality()) == -1:
        raise ArgumentType(
            "data: must end; got a dataset that is repeated without end. Leave out repeat()."
        )
    x: list[np.ndarray] = []
    y: list[np.ndarray] = []
    for row in _rows(data):
        if not isinstance(row, tuple | list) or len(row) != 2:
            raise ArgumentType(
                "data: must give pairs of images and labels; got a value of type "
                f"{type(row).__name__}. Map it to pairs."
            )
        image, label = (np.asarray(part) for part in row)
        if label.ndim > 0 and image.ndim > 2 and len(image) == len(label):
            x.extend(image)
            y.extend(label)
        else:
            x.append(image)
            y.append(label)
    images: np.ndarray = _images(x, "x") if x else np.empty(0)
    if type(data).__module__.split(".")[0] == "torch" and images.ndim == 4:
        _, first, _, last = images.shape
        if first in CHANNELS and last not in CHANNELS:  # as torch's own transforms lay them
            images = np.moveaxis(images, 1, -1)
    labels = np.stack(y) if y else np.empty(0)
    return {"x": images, "y": labels.reshape(-1) if labels.size == len(labels) else labels}


def _streamed(data: Any, input_shape: tuple[int, ...]) -> np.ndarray:
    """Read the images of a dataset once, one by one or in batches, with labels or without."""
    first = (input_shape[-1], *input_shape[:-1])  # as torch lays channels
    grey = input_shape[-1] == 1
    single = {input_shape, input_shape[:-1] if grey else first}
    found: list[np.ndarray] = []
    for row in _rows(data):
        image = np.asarray(row[0] if isinstance(row, tuple | list) else row)
        for one in [image] if image.shape in single else image:
            if one.shape == first and not grey and first != input_shape:
                one = np.moveaxis(one, 0, -1)
            found.append(one.reshape(input_shape) if one.shape == first and grey else one)
    return np.stack(found) if found else np.empty(0)


def _rows(data: Any) -> Iterator[Any]:
    if isinstance(data, Iterable) and hasattr(type(data), "__iter__"):
        yield from data
    else:  # torch's datasets end by an IndexError, or have a length
        yield from (data[place] for place in range(len(data)))


def _classes(y: Any) -> int:
    """Count the classes of labels; 0 where their checks have something to say first."""
    if y is None:
        return 0
    categories = getattr(getattr(y, "cat", y), "categories", None)
    if categories is not None:
        return len(categories)
    labels = np.asarray(y).reshape(-1)
    if labels.dtype.kind in "OU":
        return len(set(labels)) if all(isinstance(item, str) for item in labels) else 0
    if labels.dtype.kind not in "uif" or not len(labels) or not np.isfinite(labels).all():
        return 0
    low, high = labels.min(), labels.max()
    return int(high) + 1 if low >= 0 and high < len(labels) else 0
