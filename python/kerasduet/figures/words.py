"""What several figures share: finite rows, notes, keys of series, ticks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from kerasduet.figures.panels import Panel

__all__ = [
    "Series",
    "count",
    "finite",
    "key",
    "moment",
    "noted",
    "percent",
    "whole_ticks",
]

# Label, colour, line type, width in points.
Series = tuple[str, str, str, float]


def finite(frame: pd.DataFrame, column: str) -> tuple[pd.DataFrame, str]:
    """Keep the rows that can be drawn, with a note on those that a diverged training left."""
    drawn = np.isfinite(frame[column].to_numpy())
    missing = int((~drawn).sum())
    note = f"Not drawn: {count(missing, 'non-finite value')}" if missing else ""
    return frame[drawn].reset_index(drop=True), note


def noted(panel: Panel, note: str) -> Panel:
    """Add a note, if there is one, to what stands above a panel and to its alt text."""
    if not note:
        return panel
    subtitle = f"{panel.subtitle}\n{note}".strip()
    return replace(panel, subtitle=subtitle, alt=f"{panel.alt} {note}.")


def key(rows: Iterable[Series], present: pd.Series) -> pd.DataFrame:
    """Give the looks of the series that are present, in the order of the rows."""
    every = pd.DataFrame(rows, columns=["label", "colour", "line", "width"])
    return every[every["label"].isin(present.unique())].reset_index(drop=True)


def moment(time: Any) -> str:
    """Write a time without what is zero."""
    if not hasattr(time, "strftime"):
        return f"{time:g}"
    return time.strftime("%Y-%m-%d %H:%M:%S").removesuffix(":00").removesuffix(" 00:00")


def whole_ticks(last: int, *, most: int, first: int = 1) -> tuple[int, ...]:
    """Mark the multiples of 1, 2, 5, 10, 20, ... that are at most so many.

    Examples
    --------
    >>> whole_ticks(3, most=8), whole_ticks(30, most=8), whole_ticks(200, most=8, first=183)
    ((1, 2, 3), (5, 10, 15, 20, 25, 30), (185, 190, 195, 200))
    """
    sizes = (size * 10**power for power in range(19) for size in (1, 2, 5))
    step = next(size for size in sizes if last - first < most * size)
    return tuple(range(-(-first // step) * step, last + 1, step))


def count(number: Any, noun: str) -> str:
    """Write a number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def percent(share: Any) -> str:
    """Write a share as whole per cent."""
    return f"{100 * share:.0f} %"
