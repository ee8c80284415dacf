"""Texts of the caller's, in whatever holds them, refused by row where one is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerasduet.checks import show
from kerasduet.errors import ArgumentType, EmptyData, MissingValue

__all__ = ["texts"]


def texts(given: Any, name: str = "x") -> list[str]:
    """Read texts: a list, a tuple, an array, a column of a table, a factor, or one text.

    Parameters
    ----------
    given : str, sequence of str or column
        A text each row.
    name : str
        Argument that errors name; they count rows from 1.

    Returns
    -------
    list of str
        As they were written.

    Raises
    ------
    ArgumentType
        No texts, or something else among them.
    MissingValue
        A missing one.
    EmptyData
        None at all, or one of nothing but white space.

    Examples
    --------
    >>> texts("a fine film")
    ['a fine film']
    >>> import pandas as pd
    >>> texts(pd.Series(["good", "bad"], dtype="category"))
    ['good', 'bad']
    """
    found = [given] if isinstance(given, str) else [_one(x) for x in _items(given, name)]
    if not found:
        raise EmptyData(f"{name}: must have at least one text; got none.")
    for row, item in enumerate(found, start=1):
        if item is None or type(item).__name__ in ("NAType", "NaTType") or item != item:
            raise MissingValue(
                f"{name}: texts must not be missing; got a missing one in row {row}. Leave that "
                "row out."
            )
        if not isinstance(item, str):
            raise ArgumentType(
                f"{name}: must be texts; got {show(item)} in row {row}.{_codes(item)}"
            )
        if not item.strip():
            raise EmptyData(
                f"{name}: texts must not be empty; got {show(str(item))} in row {row}. Leave that "
                "row out."
            )
    return [str(item) for item in found]


def _one(item: Any) -> Any:
    """Take a text out of a list of one, as that of a list of R's comes."""
    is_list = isinstance(item, list) and len(item) == 1
    return item[0] if is_list and isinstance(item[0], str) else item


def _items(given: Any, name: str) -> list[Any]:
    """Give the rows of a column of any library."""
    is_table = isinstance(given, Mapping) or hasattr(given, "columns")
    if is_table or isinstance(given, bytes | bool | int | float) or given is None:
        raise ArgumentType(f"{name}: must be a text, or several; got {_kind(given)}.")
    if getattr(given, "ndim", 1) > 1:
        raise ArgumentType(
            f"{name}: must have one text a row; got values of shape {show(given.shape)}."
            f"{_codes(given)}"
        )
    for method in ("to_pylist", "to_list", "tolist"):  # pyarrow, polars and pandas, NumPy
        if hasattr(given, method):
            listed = getattr(given, method)()
            return listed if isinstance(listed, list) else [listed]
    try:
        return list(given)
    except TypeError:
        raise ArgumentType(f"{name}: must be a text, or several; got {show(given)}.") from None


def _codes(item: Any) -> str:
    """Say what to do with the codes of words, which mean nothing without their list of words."""
    kind = getattr(getattr(item, "dtype", None), "kind", "")
    is_whole = isinstance(item, list | tuple) and all(type(one) is int for one in item)
    if kind not in ("i", "u") and not (is_whole and item):
        return ""
    return " Codes of words say nothing without their list: give the words themselves."


def _kind(given: Any) -> str:
    return "a table" if isinstance(given, Mapping) or hasattr(given, "columns") else show(given)
