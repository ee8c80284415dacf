"""Labels that stand beside what they are of: in a table's column, a pair or a container."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerasduet.data.containers import named
from kerasduet.data.dataset import Dataset
from kerasduet.data.files import as_path
from kerasduet.errors import ArgumentType

__all__ = ["apart"]


def apart(given: Any, column: str | None) -> tuple[Any, Any]:
    """Give rows and their labels.

    Parameters
    ----------
    given : object
        A table with the column of labels; a Dataset, of which the test rows are meant; or images
        and labels in one container, as a training takes them.
    column : str, optional
        Name of the column of labels, where the run has one.

    Returns
    -------
    (object, object)
        The rows as they were given, and the labels.

    Raises
    ------
    ArgumentType
        No labels beside them.

    Examples
    --------
    >>> apart({"age": [20, 30], "kind": ["a", "b"]}, "kind")[1].tolist()
    ['a', 'b']
    """
    if isinstance(given, Dataset):
        return given, given
    if column is None:
        found = named(given)
        if isinstance(found, Mapping) and {"x", "y"} <= set(found):
            return found["x"], found["y"]
        raise ArgumentType(
            "y: must be given, unless x has labels beside images, as a training takes them; got "
            "nothing. Give the labels as y."
        )
    if isinstance(given, Mapping) or hasattr(given, "columns") or as_path(given, "x"):
        from kerasduet.data.frames.read import as_frame

        frame = as_frame(given, "x")
        if column in frame:
            return given, frame[column]
    raise ArgumentType(
        f"y: must be given, unless x is a table with the column {column} of the training; got "
        "nothing. Give the true values as y."
    )
