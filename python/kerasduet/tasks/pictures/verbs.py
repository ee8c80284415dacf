"""What a classifier of image files is asked: files, arrays of images, or its own test rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kerasduet.data import pictures
from kerasduet.data.dataset import Dataset
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
        What errors call it.
    """
    if isinstance(x, Dataset):
        return x.test.inputs
    data = run.experiment.data
    return pictures.files_of(x, look_of(data), data.image_column, name)
