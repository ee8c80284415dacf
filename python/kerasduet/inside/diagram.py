"""A network as a diagram of boxes and arrows, from the input at the top to the output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from kerasduet.figures import Mark, Panel, PlotData, Scale
from kerasduet.figures.names import shortened
from kerasduet.figures.words import count
from kerasduet.inside.boxes import ARROW, Box, boxes_of
from kerasduet.inside.layers import Layer, layers_of
from kerasduet.inside.networks import network_of
from kerasduet.settings.named import answers
from kerasduet.style import GREY, WIDTH, blend

if TYPE_CHECKING:
    from kerasduet.figures.canvas import RunFigure

__all__ = ["network_data", "plot_network"]

WIDEST, NARROW = 4.4, 2.9  # inches of a column; below NARROW words take more lines
LANE = 0.12  # of a column, for an arrow that passes a box
GAP = 0.2  # inches between rows
LETTERS = 15  # an inch


@answers()
def plot_network(model: Any) -> RunFigure:
    """Draw a network as a diagram: a box a layer, an arrow for what it takes.

    Parameters
    ----------
    model : keras.Model, Run, Experiment or str
        As for `describe`.

    Returns
    -------
    matplotlib.figure.Figure
        From the input at the top to the output, branches side by side. Of a large network small
        layers share the box of the one before, blocks and repeats are one box each.

    Raises
    ------
    ArgumentType
        As for `describe`.

    Examples
    --------
    >>> plot_network("mnist-cnn").alt_text[:44]
    'Diagram of a network of 6 layers, from the i'
    """
    from kerasduet.figures.drawing import draw

    return draw(network_data(model))


def network_data(model: Any) -> PlotData:
    """Compute what the diagram of a network shows; see `plot_network`."""
    layers = layers_of(network_of(model))
    boxes = boxes_of(layers)
    rows = _rows(boxes)
    places, column, passing = _places(boxes, rows)
    narrow = column < NARROW
    height = 0.66 if narrow else 0.38  # inches of a box
    step = height + GAP
    words = _word_frame(boxes, rows, places, column, (height, step))
    frames = {
        "boxes": _box_frame(boxes, rows, places, column, (height, step)),
        "titles": words[words["bold"]],
        "words": words[~words["bold"]],
    } | _arrow_frames(boxes, rows, places, passing, (height, step))
    corners = {side: side for side in ("x", "y", "to_x", "to_y")}
    written = {"x": "x", "y": "y", "label": "label", "colour": "colour"}
    size = 7.5 if narrow else 10.0
    total = step * (max(rows) + 1)
    ends = [abs(x) + column / 2 for x in places]
    ends += [abs(x) + LANE * column for lane in passing.values() for x in lane]
    width = min(WIDTH, 2 * max(ends) + 0.2)
    panel = Panel(
        kind="network",
        title="",
        subtitle="",
        x="",
        y="",
        alt=_alt(layers, boxes),
        frames=frames,
        marks=(
            Mark("line", "lines", {"x": "x", "y": "y", "group": "edge"}, {"colour": ARROW}),
            Mark("rule", "arrows", corners, {"colour": ARROW, "arrow": True}),
            Mark("box", "boxes", corners | {"colour": "fill", "edge": "edge"}, {"round": True}),
            Mark("text", "titles", written, {"size": size, "bold": True}),
            Mark("text", "words", written, {"size": size}),
        ),
        x_scale=Scale(low=-width / 2, high=width / 2),
        y_scale=Scale(low=-0.05, high=total, reverse=True),
        axes="none",
        legend=False,
        height=total + 0.1,
    )
    return PlotData("network", "", "", (panel,), width=width, height=panel.height)


# Places ----------------------------------------------------------------------------------------


def _rows(boxes: Sequence[Box]) -> list[int]:
    """Put each box below all whose outputs it takes."""
    rows: list[int] = []
    for box in boxes:
        rows.append(max((rows[i] + 1 for i in box.sources), default=0))
    return rows


def _places(
    boxes: Sequence[Box], rows: Sequence[int]
) -> tuple[list[float], float, dict[tuple[int, int], list[float]]]:
    """Place boxes, and arrows beside the boxes that they pass, from left to right.

    Returns
    -------
    tuple
        Middles of the boxes in inches, the width of a column, and by arrow (from, to) where it
        passes each row between.
    """
    # A box stands for itself, an arrow (from, to) for its place in a row that it passes.
    items: list[list[Any]] = [[] for _ in range(max(rows) + 1)]
    for i, box in enumerate(boxes):
        items[rows[i]].append(i)
        for source in box.sources:
            for row in range(rows[source] + 1, rows[i]):
                items[row].append((source, i))
    at: dict[tuple[Any, int], float] = {}
    for row, some in enumerate(items):
        order = sorted(some, key=lambda item: (_above(item, boxes, rows, row, at), str(item)))
        at |= {(item, row): x for item, x in zip(order, _packed(order), strict=True)}
    ends = [abs(x) + (0.5 if isinstance(item, int) else LANE) for (item, _), x in at.items()]
    column = min(WIDEST, (WIDTH - 0.1) / (2 * max(ends)))
    passing: dict[tuple[int, int], list[float]] = {}
    for (item, _), x in at.items():
        if isinstance(item, tuple):
            passing.setdefault(item, []).append(x * column)
    return [at[i, rows[i]] * column for i in range(len(boxes))], column, passing


def _above(item: Any, boxes: Sequence[Box], rows: Sequence[int], row: int, at: Any) -> float:
    """Give the mean place, in the row above, of what leads to a box or an arrow."""
    if isinstance(item, tuple):
        before = (item, row - 1)
        # What passes a box begins right of what does not.
        return at[before] if before in at else at[item[0], row - 1] + 0.25
    known = [
        at[(source, item), row - 1] if rows[source] < row - 1 else at[source, row - 1]
        for source in boxes[item].sources
    ]
    return sum(known) / len(known) if known else 0.0


def _packed(order: Sequence[Any]) -> list[float]:
    """Give middles in columns, those of the boxes around 0."""
    widths = [1.0 if isinstance(item, int) else LANE for item in order]
    middles = [sum(widths[:i]) + width / 2 for i, width in enumerate(widths)]
    own = [x for item, x in zip(order, middles, strict=True) if isinstance(item, int)]
    centre = (own[0] + own[-1]) / 2
    return [x - centre for x in middles]


# Frames ----------------------------------------------------------------------------------------


def _box_frame(
    boxes: Sequence[Box], rows: Any, places: Any, column: float, sizes: tuple[float, float]
) -> pd.DataFrame:
    height, step = sizes
    half = 0.46 * column
    found = [
        (
            x - half,
            row * step,
            x + half,
            row * step + height,
            blend(box.colour, 0.25),
            box.colour,
        )
        for box, row, x in zip(boxes, rows, places, strict=True)
    ]
    return pd.DataFrame(found, columns=["x", "y", "to_x", "to_y", "fill", "edge"])


def _word_frame(
    boxes: Sequence[Box], rows: Any, places: Any, column: float, sizes: tuple[float, float]
) -> pd.DataFrame:
    height, step = sizes
    most = int(0.92 * column * LETTERS * (1.15 if column < NARROW else 1))
    found: list[tuple[float, float, str, str, bool]] = []
    for box, row, x in zip(boxes, rows, places, strict=True):
        top = row * step
        if column >= NARROW:
            title, told = shortened(box.title, most), _fitted(box, most)
            found += [
                (x, top + 0.3 * height, title, "#000000", True),
                (x, top + 0.72 * height, told, GREY, False),
            ]
            continue
        kind, _, detail = box.title.partition(" (")
        lines = [box.name, detail.removesuffix(")"), box.shape]
        told = "\n".join(shortened(line, most) for line in lines if line)
        found += [
            (x, top + 0.16 * height, shortened(kind, most), "#000000", True),
            (x, top + 0.62 * height, told, GREY, False),
        ]
    return pd.DataFrame(found, columns=["x", "y", "label", "colour", "bold"])


def _fitted(box: Box, most: int) -> str:
    """Write a box's second line, its name shortened where there is no room."""
    rest = len(box.told) - len(box.name)
    return replace(box, name=shortened(box.name, max(most - rest, 9))).told


def _arrow_frames(
    boxes: Sequence[Box],
    rows: Sequence[int],
    places: Sequence[float],
    passing: dict[tuple[int, int], list[float]],
    sizes: tuple[float, float],
) -> dict[str, pd.DataFrame]:
    height, step = sizes
    lines, arrows = [], []
    for i, box in enumerate(boxes):
        for source in box.sources:
            path = [(places[source], rows[source] * step + height)]
            for row, x in enumerate(passing.get((source, i), []), start=rows[source] + 1):
                path += [(x, row * step), (x, row * step + height)]
            lines += [(f"{source} {i}", *point) for point in path] if len(path) > 1 else []
            arrows.append((*path[-1], places[i], rows[i] * step))
    return {
        "lines": pd.DataFrame(lines, columns=["edge", "x", "y"]),
        "arrows": pd.DataFrame(arrows, columns=["x", "y", "to_x", "to_y"]),
    }


def _alt(layers: Sequence[Layer], boxes: Sequence[Box]) -> str:
    told = []
    for i, box in enumerate(boxes):
        takes = (
            ""
            if box.sources in ((), (i - 1,))
            else " and ".join(boxes[j].name for j in box.sources)
        )
        told.append(
            f"{box.name}, {box.title}, output {box.shape}"
            + (f", from {takes}" if takes else "")
        )
    return (
        f"Diagram of a network of {count(len(layers), 'layer')}, from the input at the top to the "
        f"output: {'; '.join(told)}."
    )
