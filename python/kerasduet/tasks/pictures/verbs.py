"""What a classifier of image files is asked: files, arrays of images, or its own test rows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kerasduet.data.dataset import Dataset
from kerasduet.data.files import expanded
from kerasduet.data.frames.read import as_frame
from kerasduet.data.pictures import scanned
from kerasduet.data.pictures.table import path_texts
from kerasduet.errors import EmptyData, UnknownName
from kerasduet.tasks.pictures.loading import look_of

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["files_of"]


def files_of(run: Result, x: Any, name: str = "x") -> Any:
    """Give the images of paths, or of a table of them; None where it is something else.

    Parameters
    ----------
    run : Result
        Says how images are made alike.
    x : path, sequence of paths, table or Dataset
        A table has the column `image_column`.
    name : str
        Argument named in errors.
    """
    data = run.experiment.data
    if isinstance(x, Dataset):
        return x.test.inputs
    if isinstance(x, str | os.PathLike):
        paths = [x]
    elif isinstance(x, Mapping) or hasattr(x, "columns"):
        frame = as_frame(x, name)
        if data.image_column not in frame.columns:
            raise UnknownName(
                f"{name}: must have the column {data.image_column}, which names image files; got "
                f"{', '.join(map(str, frame.columns))}."
            )
        paths = frame[data.image_column]
    elif _holds_paths(x):
        paths = x
    else:
        return None
    if len(paths) == 0:
        raise EmptyData(f"{name}: must have at least one image; got none.")
    names = path_texts(list(paths), name)
    found, _, _ = scanned(
        [str(expanded(name)) for name in names], names, look_of(data), argument=name, skip=False
    )
    return found


def _holds_paths(x: Any) -> bool:
    kind = getattr(getattr(x, "dtype", None), "kind", "O")
    if kind in "biufc" or isinstance(x, bytes):
        return False
    try:
        items = list(x)
    except TypeError:
        return False
    return not items or any(
        isinstance(item, str | os.PathLike) or item is None for item in items
    )
