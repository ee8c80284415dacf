"""Levels of intervals, in per cent, and the columns that hold their ends."""

from __future__ import annotations

from typing import Any

from kerasduet.checks import show
from kerasduet.errors import ArgumentRange
from kerasduet.settings import Number, Several

__all__ = ["check_levels", "columns"]

LEVELS = Several(Number(above=0, below=100, fix="It is in per cent, such as 80."))


def check_levels(level: Any) -> tuple[float, ...]:
    """Give levels as numbers, or refuse what is none or comes twice."""
    levels: tuple[float, ...] = LEVELS("level", level)
    if max(levels) < 1:
        raise ArgumentRange(
            f"level: must be in per cent; got {show(levels[0])}. Set level = "
            f"{100 * levels[0]:g} for {100 * levels[0]:g} %."
        )
    if len(set(levels)) < len(levels):
        raise ArgumentRange(
            f"level: must name each level once; got {show(list(levels))}. Drop one of those that "
            "are equal."
        )
    return levels


def columns(level: float) -> tuple[str, str]:
    """Name the columns of an interval.

    Examples
    --------
    >>> columns(80.0), columns(97.5)
    (('lower_80', 'upper_80'), ('lower_97.5', 'upper_97.5'))
    """
    return f"lower_{level:g}", f"upper_{level:g}"
