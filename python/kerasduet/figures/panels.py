"""A figure as plain data: panels of marks, with axes, panes, legend, alt text and a layout."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from kerasduet.checks import choice, nearest
from kerasduet.errors import ArgumentType, UnknownName
from kerasduet.figures.marks import DEFAULTS, MARKS, Mark, default
from kerasduet.figures.names import shortened_all

__all__ = ["Facets", "Panel", "PlotData", "Scale"]

LETTERS_PER_INCH = 14
LEGEND_LETTERS = 12  # an inch, of a legend, whose letters are larger
SAMPLE = 9  # letters that a line takes before its name
MOST_LETTERS = 24  # beside an axis
FEW_LETTERS = 3  # always fit below an axis


@dataclass(frozen=True)
class Scale:
    """One axis.

    Parameters
    ----------
    kind : {"number", "log", "category"}
        Times are found by the type of their column.
    ticks : tuple
        Where it is marked, or the categories in their order; empty leaves numbers and times to
        the plotting package.
    labels : tuple of str
        What is written there, where that is something else.
    low, high : float, optional
        Its ends; None is what the data need, and a margin.
    reverse : bool
        From right to left, or from top to bottom.
    margin : bool
        Whether there is space around the data.
    size : float
        Of what is written, in points.
    """

    kind: str = "number"
    ticks: tuple = ()
    labels: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    reverse: bool = False
    margin: bool = True
    size: float = 10.0

    def __post_init__(self) -> None:
        choice("kind", self.kind, ("number", "log", "category"))

    @property
    def words(self) -> tuple[str, ...]:
        """What is written at the categories or ticks, in at most 24 letters."""
        return shortened_all(self.labels or tuple(map(str, self.ticks)), MOST_LETTERS)

    def to_dict(self) -> dict[str, Any]:
        """Give it as plain values."""
        has_words = self.kind == "category" or self.labels
        return asdict(self) | {"labels": list(self.words) if has_words else []}

    def upright(self, width: float) -> bool:
        """Say whether categories below a panel of some inches must be written upwards."""
        if self.kind != "category" or max(map(len, self.words)) <= FEW_LETTERS:
            return False
        # A label has at most as much room as there is from one category to the next.
        return max(map(len, self.words)) + 2 > 0.7 * LETTERS_PER_INCH * width / len(self.words)


@dataclass(frozen=True)
class Facets:
    """Panes side by side, one for each value of a column; a frame without it is in all of them.

    Parameters
    ----------
    by : str
        The column.
    values : tuple
        Its values, a pane each.
    labels : tuple of str
        What is written at each pane.
    columns : int
        Panes in a row.
    at : {"top", "left"}
        Above each pane, or as the label of its y axis.
    free : bool
        Whether each pane has a y axis of its own.
    """

    by: str
    values: tuple
    labels: tuple[str, ...]
    columns: int
    at: str = "top"
    free: bool = False


@dataclass(frozen=True)
class Panel:
    """One plot: what to draw and what to write beside it.

    Parameters
    ----------
    kind : str
        What it shows, such as "history".
    title, subtitle : str
        Above it.
    x, y : str
        Axis labels, with units; empty where an axis has none or each pane its own.
    alt : str
        Alt text: the same in words and numbers.
    frames : dict of DataFrame
        What the marks draw, and "key" with a row a series: label, colour, line, width.
    marks : tuple of Mark
        From the back to the front.
    x_scale, y_scale : Scale
        The axes.
    facets : Facets, optional
        Panes of one kind.
    axes : {"open", "box", "none"}
        Two axes and a grid; a box, as around a matrix; nothing, as around a picture.
    square : bool
        Whether a unit of x is as long as a unit of y.
    legend : bool
        Whether the series are named below it.
    height : float
        Inches, where it stands alone.
    """

    kind: str
    title: str
    subtitle: str
    x: str
    y: str
    alt: str
    frames: dict[str, pd.DataFrame] = field(repr=False)
    marks: tuple[Mark, ...] = ()
    x_scale: Scale = Scale()
    y_scale: Scale = Scale()
    facets: Facets | None = None
    axes: str = "open"
    square: bool = False
    legend: bool = True
    height: float = 3.8

    def __post_init__(self) -> None:
        choice("axes", self.axes, ("open", "box", "none"))
        if not self.alt.strip():
            raise ArgumentType("alt: must say what the figure shows; got nothing.")
        for mark in self.marks:
            for frame in (mark.frame, *(("key",) if "series" in mark.of else ())):
                if frame not in self.frames:
                    raise UnknownName(
                        f"marks: the panel {self.kind} has no frame {frame}. "
                        f"{nearest(frame, self.frames)}"
                    )
            columns = [str(name) for name in self.frames[mark.frame].columns]
            for column in mark.of.values():
                if column not in columns:
                    raise UnknownName(
                        f"marks: the frame {mark.frame} has no column {column}. "
                        f"{nearest(column, columns)}"
                    )

    @property
    def ticks(self) -> tuple:
        """Where the x axis is marked; empty leaves it to the plotting package."""
        return self.x_scale.ticks if self.x_scale.kind != "category" else ()

    @property
    def columns(self) -> int:
        """Panes side by side."""
        return self.facets.columns if self.facets else 1

    def legend_columns(self, width: float) -> int:
        """Say how many names of series fit beside each other.

        Parameters
        ----------
        width : float
            Of the panel, in inches.

        Returns
        -------
        int
            0 where there is no legend.
        """
        if not self.legend or not any("series" in mark.of for mark in self.marks):
            return 0
        letters = [len(str(label)) + SAMPLE for label in self.frames["key"]["label"]]
        for columns in range(len(letters), 1, -1):
            rows = -(-len(letters) // columns)
            if -(-len(letters) // rows) < columns:
                continue  # as many rows fit into fewer columns
            # ggplot2 fills one column after the other, matplotlib makes them as even as it can.
            filled = [letters[i : i + rows] for i in range(0, len(letters), rows)]
            even = [part.tolist() for part in np.array_split(letters, columns)]
            if all(sum(map(max, split)) <= LEGEND_LETTERS * width for split in (filled, even)):
                return columns
        return 1

    def to_dict(self, width: float = 7.5) -> dict[str, Any]:
        """Give all but the frames as plain values, for another language.

        Parameters
        ----------
        width : float
            That the panel will have, in inches.
        """
        texts = {
            name: getattr(self, name) for name in ("kind", "title", "subtitle", "x", "y", "alt")
        }
        return texts | {
            "ticks": list(self.ticks),
            "columns": self.columns,
            "marks": [
                {
                    "kind": mark.kind,
                    "frame": mark.frame,
                    "of": dict(mark.of),
                    "look": self._look(mark),
                }
                for mark in self.marks
            ],
            "x_scale": self.x_scale.to_dict() | {"upright": self.x_scale.upright(width)},
            "y_scale": self.y_scale.to_dict(),
            "facets": asdict(self.facets) if self.facets else None,
            "axes": self.axes,
            "square": self.square,
            "legend_columns": self.legend_columns(width),
            "pane_legend_columns": self.legend_columns(width / self.columns),
            "height": self.height,
        }

    def _look(self, mark: Mark) -> dict[str, Any]:
        """Complete what a mark looks like with what it leaves open."""
        given = {*mark.of, *(self.frames["key"].columns if "series" in mark.of else ())}
        more = [part for part in MARKS[mark.kind][1] if part in DEFAULTS and part not in given]
        return {part: default(mark.kind, part) for part in more} | dict(mark.look)


@dataclass(frozen=True)
class PlotData:
    """All that one figure shows.

    Parameters
    ----------
    kind : str
        As asked for.
    title, subtitle : str
        Of the figure as a whole; empty where it is a single panel, which has its own.
    panels : tuple of Panel
        In reading order.
    rows : tuple of int
        Panels in each row, from the top; empty is one below the other.
    heights : tuple of float
        Of the rows, relative to each other; empty is the same.
    width, height : float
        Of the whole, in inches.
    """

    kind: str
    title: str
    subtitle: str
    panels: tuple[Panel, ...]
    rows: tuple[int, ...] = ()
    heights: tuple[float, ...] = ()
    width: float = 7.5
    height: float = 8.0

    @property
    def alt(self) -> str:
        """Alt text of the whole figure."""
        parts = [" ".join(f"{self.title}. {self.subtitle}".split())] if self.title else []
        return " ".join([*parts, *(panel.alt for panel in self.panels)])

    @property
    def layout(self) -> tuple[tuple[int, float], ...]:
        """Panels and relative height of each row."""
        rows = self.rows or (1,) * len(self.panels)
        return tuple(zip(rows, self.heights or (1.0,) * len(rows), strict=True))
