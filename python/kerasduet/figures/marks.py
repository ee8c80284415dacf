"""Marks: the layers that figures are made of, as plain data over tidy frames.

A mark names a frame of its panel, columns of it, and what is the same for all rows. matplotlib
(`kerasduet.figures.drawing`) and ggplot2 (the R package) draw each kind of mark once, so that a
new figure needs no drawing code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kerasduet.checks import choice, nearest
from kerasduet.errors import ArgumentType, UnknownName

__all__ = ["DEFAULTS", "MARKS", "Mark", "default"]

# Kinds of marks: what each needs, and what else it may have.
MARKS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "line": (("x", "y"), ("series", "group", "colour", "line", "width", "alpha")),
    "band": (("x", "y", "to_y"), ("series", "group", "colour", "alpha")),
    "point": (("x", "y"), ("series", "colour", "size", "shape", "edge", "alpha")),
    "bar": (("x", "y"), ("series", "colour", "edge", "thickness", "alpha")),
    "rule": ((), ("x", "y", "to_x", "to_y", "colour", "line", "width", "arrow")),
    "tile": (("x", "y", "colour"), ()),
    "raster": (("x", "y"), ("colour", "red", "green", "blue", "alpha")),
    "box": (("x", "y", "to_x", "to_y"), ("colour", "edge", "width", "round")),
    "text": (("x", "y", "label"), ("colour", "size", "bold", "align", "angle")),
}
RULES = ({"x"}, {"y"}, {"x", "y", "to_x", "to_y"})  # what a rule may lie between

DEFAULTS: dict[str, Any] = {
    "colour": "#000000",  # inside a box: none
    "edge": "",  # none
    "line": "solid",  # dashed, dotted, dotdash, longdash
    "width": 1.0,  # of lines, in points
    "size": 3.0,  # of points, in points; letters have 8.5
    "shape": "circle",  # triangle, square, diamond, cross
    "alpha": 1.0,
    "thickness": 0.8,  # of bars, in units of x
    "label": "",
    "align": 0.5,  # of text at x: 0 begins there, 1 ends there
    "angle": 0.0,
    "bold": False,
    "arrow": False,
    "round": False,
}
OWN_DEFAULTS = {("text", "size"): 8.5, ("box", "colour"): ""}


def default(kind: str, part: str) -> Any:
    """Give what a part of a mark is where the mark does not say."""
    return OWN_DEFAULTS.get((kind, part), DEFAULTS.get(part))


@dataclass(frozen=True)
class Mark:
    """One layer of a panel.

    Parameters
    ----------
    kind : {"line", "band", "point", "bar", "rule", "tile", "raster", "box", "text"}
        line: joins its rows in their order. band: between y and to_y. bar: from 0 to y.
        rule: through the whole panel at x or at y, or from (x, y) to (to_x, to_y). tile: a
        cell around (x, y), one unit wide. raster: pixels, one at each pair of evenly spaced x
        and y. box: a rectangle with corners (x, y) and (to_x, to_y).
    frame : str
        Name of a frame of the panel; a row is a point, a bar, a corner of a line, ...
    of : mapping of str to str
        Columns by what they decide, such as {"x": "epoch", "y": "value", "series": "series"}.
        `series` takes colour, line type and width from the panel's frame "key", and gives
        the legend its entries; `group` cuts lines.
    look : mapping of str to value
        What is the same for all rows, such as {"colour": "#4D4D4D", "width": 0.8}; see DEFAULTS.

    Raises
    ------
    UnknownName, ArgumentType
        A kind, or something decided, that marks do not have; or something that is lacking.

    Examples
    --------
    >>> Mark("rule", "kept", {"x": "epoch"}, {"colr": "#4D4D4D"})
    Traceback (most recent call last):
    kerasduet.errors.UnknownName: look: a rule has no colr. Did you mean colour?
    """

    kind: str
    frame: str
    of: Mapping[str, str]
    look: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        choice("kind", self.kind, MARKS)
        needed, more = MARKS[self.kind]
        for name, given in (("of", self.of), ("look", self.look)):
            for part in given:
                if part not in needed + more:
                    raise UnknownName(
                        f"{name}: a {self.kind} has no {part}. {nearest(part, needed + more)}"
                    )
        lacking = [part for part in needed if part not in self.of and part not in self.look]
        if lacking:
            raise ArgumentType(f"of: a {self.kind} needs {', '.join(lacking)}; got none.")
        places = {"x", "y", "to_x", "to_y"} & {*self.of, *self.look}
        if self.kind == "rule" and places not in RULES:
            raise ArgumentType("of: a rule needs x, or y, or x, y, to_x and to_y.")
