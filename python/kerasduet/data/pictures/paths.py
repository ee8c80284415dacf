"""New image files that a run is asked about: the path of one, several, or a table of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from kerasduet.data.files import expanded
from kerasduet.data.frames.read import as_frame
from kerasduet.data.pictures.files import ImageFiles, scanned
from kerasduet.data.pictures.look import Look
from kerasduet.data.pictures.table import path_texts
from kerasduet.errors import EmptyData, UnknownName

__all__ = ["files_of"]


def files_of(x: Any, look: Look, column: str, name: str = "x") -> ImageFiles | None:
    """Give the images of paths, or of a table of them; None where it is something else.

    Parameters
    ----------
    x : path, sequence of paths or table
        A table has the column `column`.
    look : Look
        How images are made alike.
    column : str
        Of a table, that of the paths.
    name : str
        What errors call it.
    """
    if isinstance(x, str | os.PathLike):
        paths: Any = [x]
    elif isinstance(x, Mapping) or hasattr(x, "columns"):
        frame = as_frame(x, name)
        if column not in frame.columns:
            raise UnknownName(
                f"{name}: must have the column {column}, which names image files; got "
                f"{', '.join(map(str, frame.columns))}."
            )
        paths = frame[column]
    elif _holds_paths(x):
        paths = x
    else:
        return None
    if len(paths) == 0:
        raise EmptyData(f"{name}: must have at least one image; got none.")
    names = path_texts(list(paths), name)
    places = [str(expanded(one)) for one in names]
    return scanned(places, names, look, argument=name)[0]


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
