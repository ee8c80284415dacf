"""Kinds of figures that the package does not have, for both suites: every mark, odd names."""

import pandas as pd

from kerasduet.checks import whole
from kerasduet.figures import Facets, Kind, Mark, Panel, Scale, register_figure

NAMES = ["costs $0-$50", "a$\\b$", "a name of sixty letters or so, as labels in a file may be"]


def lines(result, depth=3):
    """Draw curves on a logarithmic axis, a band, points, and rules of all directions."""
    depth = whole("depth", depth, low=1)
    steps = [
        (name, x, 10.0 ** (x + y))
        for y, name in enumerate(NAMES)
        for x in range(whole("depth", depth, low=1))
    ]
    curves = pd.DataFrame(steps, columns=["series", "x", "y"])
    curves["high"] = 2 * curves["y"]
    columns = {"x": "x", "y": "y", "series": "series"}
    key = pd.DataFrame(
        {
            "label": NAMES,
            "colour": ["#0072B2", "#D55E00", "#009E73"],
            "line": ["solid", "dashed", "dotted"],
            "width": [1.0, 2.0, 3.0],
            "shape": ["circle", "triangle", "circle"],
        }
    )
    rules = pd.DataFrame({"x": [0.5], "y": [20.0], "to_x": [1.5], "to_y": [200.0]})
    return Panel(
        kind="strange-lines",
        title="Strange $x$",
        subtitle=f"{result.experiment.name}, $\\depth$ {depth}",
        x="x_1",
        y="y $y$",
        alt=f"{len(NAMES)} strange lines of {depth} points.",
        frames={"curves": curves, "rules": rules, "key": key},
        marks=(
            Mark("band", "curves", {**columns, "to_y": "high"}, {"alpha": 0.2}),
            Mark("line", "curves", columns),
            Mark("point", "curves", columns, {"size": 6}),
            Mark("rule", "rules", {"x": "x"}, {"line": "dashed"}),
            Mark("rule", "rules", {"y": "y"}, {"colour": "#E69F00"}),
            Mark("rule", "rules", {n: n for n in rules.columns}, {"arrow": True}),
        ),
        y_scale=Scale("log"),
    )


def pictures(result):
    """Draw pictures in panes, with boxes and words, and a table of tiles and bars."""
    pixels = pd.DataFrame(
        [
            (pane, x, y, f"#{40 * x:02X}{40 * y:02X}80")
            for pane in "ab"
            for x in range(4)
            for y in range(3)
        ],
        columns=["pane", "x", "y", "colour"],
    )
    boxes = pd.DataFrame(
        {"pane": ["b"], "x": [0.5], "y": [0.5], "to_x": [2.5], "to_y": [1.5], "label": ["$1$"]}
    )
    corners = {name: name for name in ("x", "y", "to_x", "to_y")}
    return Panel(
        kind="strange-pictures",
        title="",
        subtitle="",
        x="",
        y="",
        alt="Two strange pictures, the second with a box.",
        frames={"pixels": pixels, "boxes": boxes},
        marks=(
            Mark("raster", "pixels", {name: name for name in ("x", "y", "colour")}),
            Mark("box", "boxes", corners, {"edge": "#D55E00", "width": 2, "round": True}),
            Mark("text", "boxes", {"x": "x", "y": "y", "label": "label"}, {"align": 0.0}),
        ),
        x_scale=Scale(margin=False),
        y_scale=Scale(margin=False, reverse=True),
        facets=Facets("pane", ("a", "b"), (NAMES[0], "plain"), 2),
        axes="none",
        square=True,
    )


def table(result):
    """Draw bars and tiles of named categories."""
    cells = pd.DataFrame({"name": NAMES, "value": [1.0, 3.0, 2.0], "row": "row"})
    cells["colour"] = ["#0072B2", "#D55E00", "#009E73"]
    return Panel(
        kind="strange-table",
        title="Bars",
        subtitle="",
        x="",
        y="value",
        alt="Three strange bars.",
        frames={"cells": cells},
        marks=(
            Mark(
                "bar",
                "cells",
                {"x": "name", "y": "value", "colour": "colour"},
                {"edge": "#000000"},
            ),
            Mark("tile", "cells", {"x": "name", "y": "value", "colour": "colour"}),
        ),
        x_scale=Scale("category", tuple(NAMES)),
        y_scale=Scale(low=0, ticks=(0, 1.5, 3), labels=("none", "$half$", "all")),
    )


def register():
    """Make the three kinds known."""
    register_figure(Kind("strange-lines", lines, settings=("depth",)))
    register_figure(Kind("strange-pictures", pictures))
    register_figure(Kind("strange-table", table))
