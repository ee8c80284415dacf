"""Each kind of mark, drawn once with matplotlib."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.collections import PatchCollection
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Patch, Rectangle

from kerasduet.figures.marks import Mark, default
from kerasduet.figures.panels import Panel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["DRAW", "Rows", "legend_handles"]

LINES: Any = {
    "solid": "-",
    "dashed": "--",
    "dotted": ":",
    "dotdash": "-.",
    "longdash": (0, (8, 2)),
}
SHAPES = {"circle": "o", "triangle": "^", "square": "s", "diamond": "D", "cross": "X"}
CROSS = 2.5  # times the area of other shapes: its arms are thin
PLACES = {0.0: "left", 0.5: "center", 1.0: "right"}


class Rows:
    """The rows of a frame as a mark reads them.

    Parameters
    ----------
    frame : DataFrame
        Rows of one pane.
    mark : Mark
        What they become.
    panel : Panel
        Its key and its scales.
    """

    def __init__(self, frame: pd.DataFrame, mark: Mark, panel: Panel) -> None:
        self.frame, self.mark, self.panel = frame, mark, panel
        self.series = panel.frames["key"].set_index("label") if "series" in mark.of else None

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.frame)

    def all(self, name: str) -> pd.Series:
        """Give what a mark's part is in every row."""
        value = self._find(name)
        scale = {"x": self.panel.x_scale, "y": self.panel.y_scale}.get(name[-1:])
        if name in ("x", "y", "to_x", "to_y") and scale and scale.kind == "category":
            places = {category: place for place, category in enumerate(scale.ticks)}
            return value.map(places)
        return value

    def _find(self, name: str) -> pd.Series:
        mark, index = self.mark, self.frame.index
        if name in mark.of:
            return self.frame[mark.of[name]]
        if name not in mark.look and self.series is not None and name in self.series:
            return self.frame[mark.of["series"]].map(self.series[name])
        return pd.Series(mark.look.get(name, default(mark.kind, name)), index)

    def one(self, name: str) -> Any:
        """Give what a mark's part is in the first row."""
        return self.all(name).iloc[0]

    def has(self, name: str) -> bool:
        """Whether the mark itself decides a part."""
        return name in self.mark.of or name in self.mark.look

    def pieces(self) -> Iterator[Rows]:
        """Cut the rows into lines: by series and by group, in the order of the rows."""
        names = [self.mark.of[part] for part in ("series", "group") if part in self.mark.of]
        if not names:
            yield self
            return
        for _, piece in self.frame.groupby(names, sort=False):
            yield Rows(piece, self.mark, self.panel)


def _draw_line(axes: Axes, rows: Rows) -> None:
    for piece in rows.pieces():
        axes.plot(
            piece.all("x"),
            piece.all("y"),
            color=piece.one("colour"),
            linestyle=LINES[piece.one("line")],
            linewidth=piece.one("width"),
            alpha=piece.one("alpha"),
        )


def _draw_band(axes: Axes, rows: Rows) -> None:
    for piece in rows.pieces():
        axes.fill_between(
            piece.all("x"),
            piece.all("y").to_numpy(),
            piece.all("to_y").to_numpy(),
            color=piece.one("colour"),
            alpha=piece.one("alpha"),
            linewidth=0,
        )


def _draw_point(axes: Axes, rows: Rows) -> None:
    shapes = rows.all("shape")
    for shape in pd.unique(shapes):
        part = Rows(rows.frame[(shapes == shape).to_numpy()], rows.mark, rows.panel)
        edges = [
            edge or colour
            for edge, colour in zip(part.all("edge"), part.all("colour"), strict=True)
        ]
        axes.scatter(
            part.all("x"),
            part.all("y"),
            s=(CROSS if shape == "cross" else 1) * part.all("size").to_numpy(dtype=float) ** 2,
            c=[
                to_rgba(c, a)
                for c, a in zip(part.all("colour"), part.all("alpha"), strict=True)
            ],
            edgecolors="none" if shape == "cross" else edges,  # edges would fill its corners
            marker=SHAPES[shape],
            zorder=2.5,
        )


def _draw_bar(axes: Axes, rows: Rows) -> None:
    edges = list(rows.all("edge"))
    axes.bar(
        rows.all("x"),
        rows.all("y"),
        width=rows.all("thickness"),
        color=list(rows.all("colour")),
        edgecolor=[edge or "none" for edge in edges],
        linewidth=1.0 if any(edges) else 0.0,
        alpha=rows.one("alpha"),
    )


def _draw_rule(axes: Axes, rows: Rows) -> None:
    look = ["colour", "line", "width", "arrow"]
    parts = ["x", "y", "to_x", "to_y"]
    given = [part for part in parts if rows.has(part)]
    columns = zip(*(rows.all(part) for part in given + look), strict=True)
    for *place, colour, line, width, arrow in columns:
        style = {"color": colour, "linestyle": LINES[line], "linewidth": width}
        if given == ["x"]:
            axes.axvline(place[0], **style)
        elif given == ["y"]:
            axes.axhline(place[0], **style)
        elif arrow:
            head = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, **style}
            axes.annotate("", xytext=tuple(place[:2]), xy=tuple(place[2:]), arrowprops=head)
        else:
            axes.plot(place[::2], place[1::2], **style)


def _draw_tile(axes: Axes, rows: Rows) -> None:
    tiles = [
        Rectangle((x - 0.5, y - 0.5), 1, 1)
        for x, y in zip(rows.all("x"), rows.all("y"), strict=True)
    ]
    colours = list(rows.all("colour"))
    # Smoothed edges would leave light seams between tiles.
    axes.add_collection(PatchCollection(tiles, facecolor=colours, lw=0, antialiased=False))
    axes.update_datalim([(tile.get_x(), tile.get_y()) for tile in tiles])
    axes.update_datalim([(tile.get_x() + 1, tile.get_y() + 1) for tile in tiles])


def _draw_raster(axes: Axes, rows: Rows) -> None:
    xs, column = np.unique(rows.all("x"), return_inverse=True)
    ys, row = np.unique(rows.all("y"), return_inverse=True)
    pixels = np.zeros((len(ys), len(xs), 4))
    if rows.has("red"):
        colours = np.ones((len(rows), 4))
        for channel, name in enumerate(("red", "green", "blue")):
            colours[:, channel] = rows.all(name).to_numpy() / 255
    else:
        known = {colour: to_rgba(colour) for colour in rows.all("colour").unique()}
        colours = np.array([known[colour] for colour in rows.all("colour")])
    pixels[row, column] = colours
    half_x, half_y = _half_step(xs), _half_step(ys)
    ends = (xs[0] - half_x, xs[-1] + half_x, ys[0] - half_y, ys[-1] + half_y)
    axes.imshow(
        pixels, extent=ends, origin="lower", aspect="auto", alpha=rows.one("alpha"), zorder=0.5
    )


def _half_step(places: np.ndarray) -> float:
    return float(places[1] - places[0]) / 2 if len(places) > 1 else 0.5


def _draw_box(axes: Axes, rows: Rows) -> None:
    parts = ("x", "y", "to_x", "to_y", "colour", "edge", "width", "round")
    for x, y, to_x, to_y, colour, edge, width, is_round in zip(
        *(rows.all(part) for part in parts), strict=True
    ):
        look = {
            "facecolor": colour or "none",
            "edgecolor": edge or "none",
            "linewidth": width,
            "clip_on": False,
            "zorder": 2.2,
        }
        place = ((x, y), to_x - x, to_y - y)
        axes.add_patch(
            FancyBboxPatch(*place, boxstyle="round,pad=0,rounding_size=0.06", **look)
            if is_round
            else Rectangle(*place, **look)
        )


def _draw_text(axes: Axes, rows: Rows) -> None:
    parts = ("x", "y", "label", "colour", "size", "align", "angle", "bold")
    for x, y, label, colour, size, align, angle, bold in zip(
        *(rows.all(part) for part in parts), strict=True
    ):
        if not label:
            continue
        text = axes.text(x, y, str(label), color=colour, size=size, rotation=angle, va="center")
        text.set(ha=PLACES[align], weight="bold" if bold else "normal", linespacing=1.3)
        text.set_parse_math(False)


DRAW: dict[str, Callable[[Axes, Rows], None]] = {
    "line": _draw_line,
    "band": _draw_band,
    "point": _draw_point,
    "bar": _draw_bar,
    "rule": _draw_rule,
    "tile": _draw_tile,
    "raster": _draw_raster,
    "box": _draw_box,
    "text": _draw_text,
}


def legend_handles(panel: Panel) -> tuple[list[Any], list[str]]:
    """Give the legend's entries: a line, a point or a patch for each series of the key."""
    marks = {mark.kind: mark for mark in panel.marks if "series" in mark.of}
    if not marks:
        return [], []
    handles: list[Any] = []
    series: Any
    for series in panel.frames["key"].itertuples():
        if not {"line", "point"} & set(marks):
            handles.append(Patch(facecolor=series.colour))
            continue
        shape = getattr(series, "shape", "circle")
        handles.append(
            Line2D(
                [],
                [],
                color=series.colour,
                linestyle=LINES[series.line] if "line" in marks else "none",
                linewidth=series.width,
                marker=SHAPES[shape] if "point" in marks else "",
                markersize=_size(marks, shape) if "point" in marks else 0,
                markeredgewidth=0 if shape == "cross" else None,
            )
        )
    return handles, [str(label) for label in panel.frames["key"]["label"]]


def _size(marks: Mapping[str, Any], shape: str) -> float:
    """Give the size of a point in the legend, in points."""
    size = float(marks["point"].look.get("size", 3))
    return size * CROSS**0.5 if shape == "cross" else size
