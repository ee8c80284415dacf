"""Columns of pixels by the numbers in their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from kerasduet.checks import show
from kerasduet.errors import ShapeError

__all__ = ["in_order", "left_over", "surplus"]

# pixel12, px_012, 12; of two numbers row and column: 1x2, r1c2
NUMBERED = re.compile(r"(?P<before>\D*)(?P<first>\d+)(?:(?P<between>\D+)(?P<second>\d+))?")
Place = tuple[int, int]


def in_order(columns: Iterable[Any]) -> list[Any]:
    """Order columns by the numbers in their names, where these are one sequence without gaps.

    Parameters
    ----------
    columns : iterable
        Names, or numbers.

    Returns
    -------
    list
        As they stand where their names have no such numbers.

    Examples
    --------
    >>> in_order(["pixel1", "pixel10", *(f"pixel{i}" for i in range(2, 10))])[-2:]
    ['pixel9', 'pixel10']
    >>> in_order(["2x1", "1x2", "1x1", "2x2"])
    ['1x1', '1x2', '2x1', '2x2']
    >>> in_order(["b", "a"])
    ['b', 'a']
    """
    names = list(columns)
    sequences = _numbered(names)
    if len(sequences) != 1:
        return names
    (places,) = sequences.values()
    return [name for _, name in sorted(places)] if _whole(places, len(names)) else names


def surplus(columns: Iterable[Any], is_wanted: Callable[[int], bool]) -> list[Any]:
    """Give the columns beside one sequence of numbered ones; none where there is no such.

    Parameters
    ----------
    columns : iterable
        Names, or numbers.
    is_wanted : callable
        Says whether the sequence may have so many.

    Examples
    --------
    >>> surplus(["id", *(f"pixel{i}" for i in range(9))], lambda count: count == 9)
    ['id']
    """
    names = list(columns)
    for places in _numbered(names).values():
        if is_wanted(len(places)) and _whole(places, len(places)):
            pixels = {name for _, name in places}
            return [name for name in names if name not in pixels]
    return []


def left_over(name: str, others: list[Any], wanted: str) -> ShapeError:
    """Make the error of columns that are no pixels."""
    return ShapeError(
        f"{name}: a table of images must have {wanted}; got also {show(others[:5])}. "
        f"Leave {'it' if len(others) == 1 else 'them'} out."
    )


def _numbered(names: list[Any]) -> dict[Any, list[tuple[Place, Any]]]:
    """Give the places that names say, by what stands around the numbers."""
    found: dict[Any, list[tuple[Place, Any]]] = {}
    for name in names:
        match = NUMBERED.fullmatch(str(name))
        if match is not None:
            around = (match["before"], match["between"])
            place = (int(match["first"]), int(match["second"] or 0))
            found.setdefault(around, []).append((place, name))
    return found


def _whole(places: list[tuple[Place, Any]], count: int) -> bool:
    """Say whether places are as many as wanted, and all between the least and the greatest."""
    taken = {place for place, _ in places}
    area = 1
    for numbers in zip(*taken, strict=True):
        area *= max(numbers) - min(numbers) + 1
    return len(places) == count == len(taken) == area
