"""What the lessons' pictures are made of: colors, number grids, sliding windows, cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.concepts.arrays import Array
from kerasduet.style import OKABE_ITO as COLORS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from kerasduet.figures.canvas import RunFigure

__all__ = [
    "COLORS",
    "WIDTH",
    "described",
    "draw_cells",
    "draw_window",
    "new_figure",
    "short",
    "tidy",
]

WIDTH = 7.5  # inches
LARGEST_WITH_NUMBERS = 12
MOST_CELLS = 8
LONGEST_VECTOR = 3
BOX = (0.66, 0.56)  # width and height, where time steps and levels are 1 apart
CELL_ROWS = (("x", "input x", "sky"), ("h", "state h", "orange"), ("o", "output o", "green"))


def new_figure(width: float, height: float) -> RunFigure:
    """Make a figure in inches that no global state knows about."""
    from kerasduet.figures.canvas import RunFigure

    return RunFigure(alt_text="", look={}, figsize=(width, height))


def described(figure: RunFigure, about: str) -> RunFigure:
    """Give a figure its alt text: what it is, its panels, its arithmetic."""
    titles = ", ".join(title for axes in figure.axes if (title := axes.get_title()))
    text = f"{about}: {titles}" if titles else about
    figure.alt_text = " ".join(f"{text}. {figure.get_supxlabel()}".split())
    return figure


def short(value: float) -> str:
    """Write a number with at most three digits after the point, a true minus sign."""
    written = f"{value:.3f}".rstrip("0").rstrip(".") if abs(value) < 1e5 else f"{value:.3g}"
    written = "0" if written == "-0" else written
    return written.replace("-", "\N{MINUS SIGN}")


def tidy(axes: Axes, *, title: str = "", x: str = "", y: str = "") -> None:
    """Give axes a title, labels and no box."""
    axes.set_title(title, fontsize=11)
    axes.set_xlabel(x, fontsize=10)
    axes.set_ylabel(y, fontsize=10)
    axes.tick_params(labelsize=10)
    axes.spines[["top", "right"]].set_visible(False)


def draw_grid(axes: Axes, values: Array, title: str, *, cell: float, known: Any = True) -> None:
    """Show a matrix as gray cells of `cell` points with their numbers, where they are known."""
    rows, columns = values.shape
    known = np.broadcast_to(known, values.shape)
    low, high = float(values.min()), float(values.max())
    # Dark grays are left out, so that black numbers stay readable on every cell.
    darkest = low - 1.4 * ((high - low) or 1.0)
    axes.imshow(np.where(known, values, np.nan), cmap="gray", vmin=darkest, vmax=high)
    axes.set_xticks(np.arange(columns + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="0.75", linewidth=0.6)
    axes.tick_params(which="both", length=0)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title(title, fontsize=11)
    if max(rows, columns) > LARGEST_WITH_NUMBERS:
        return
    longest = max(len(short(value)) for value in values.flat)
    size = min(11.0, 0.93 * cell / (0.65 * longest))
    for i, j in np.argwhere(known):
        text = short(values[i, j])
        axes.text(j, i, text, ha="center", va="center", fontsize=size)


def draw_frame(
    axes: Axes, top: float, left: float, height: int, width: int, color: str
) -> None:
    """Put a colored frame around cells."""
    from matplotlib.patches import Rectangle

    corner = (left - 0.5, top - 0.5)
    axes.add_patch(
        Rectangle(
            corner,
            width,
            height,
            fill=False,
            edgecolor=color,
            linewidth=3,
            zorder=3,
            clip_on=False,
        )
    )


def draw_window(
    figure: Figure,
    grids: list[tuple[str, Array]],
    window: tuple[int, int, int, int],
    cell: tuple[int, int],
    formula: str,
    *,
    ahead: bool = True,
) -> None:
    """Show input, perhaps kernel, and output with one window, its cell and its arithmetic.

    Parameters
    ----------
    figure : Figure
        Where; its content is replaced.
    grids : list of (title, matrix)
        Input first, output last.
    window : top, left, height, width of the window in the input
    cell : row and column of the output cell it gives
    formula : str
        Written below.
    ahead : bool
        Whether the outputs after the cell are shown.
    """
    figure.clear()
    figure.get_layout_engine().set(w_pad=0.15)  # type: ignore[union-attr, call-arg]
    widths = [max(values.shape[1], 2.5) for _, values in grids]  # a small grid is not tiny
    panels = figure.subplots(1, len(grids), width_ratios=widths)
    output = grids[-1][1]
    numbers = np.arange(output.size).reshape(output.shape)
    done = numbers <= cell[0] * output.shape[1] + cell[1]
    points = 72 * figure.get_size_inches()
    for axes, (title, values), width in zip(panels, grids, widths, strict=True):
        across = 0.85 * points[0] * width / sum(widths) / values.shape[1]
        room = min(across, 0.65 * points[1] / values.shape[0])
        known = True if ahead or values is not output else done
        draw_grid(axes, values, title, cell=room, known=known)
    draw_frame(panels[0], *window, COLORS["vermilion"])
    draw_frame(panels[-1], *cell, 1, 1, COLORS["blue"])
    figure.supxlabel(formula, fontsize=11)


def draw_cells(figure: Figure, rows: dict[str, Array], *, upto: int | None = None) -> None:
    """Draw a recurrent network unrolled: one column of boxes a time step.

    Parameters
    ----------
    figure : Figure
        Where; its content is replaced.
    rows : dict
        "x", "h" and "o": arrays (time, values).
    upto : int, optional
        The last step that is computed; later boxes are empty.
    """
    figure.clear()
    axes = figure.subplots()
    time = len(rows["h"])
    shown = min(time, MOST_CELLS)
    last = shown - 1 if upto is None else upto
    for level, (name, label, color) in enumerate(CELL_ROWS):
        axes.text(-0.55, level, label, ha="right", va="center", fontsize=11)
        for t in range(shown):
            known = t <= last or name == "x"
            text = _values_text(rows[name][t]) if known else ""
            _draw_box(axes, (t, level), text, (COLORS[color], 0.6 if known else 0.0))
    for t in range(shown):
        _draw_arrow(axes, (t, BOX[1] / 2), (t, 1 - BOX[1] / 2), "U")
        _draw_arrow(axes, (t, 1 + BOX[1] / 2), (t, 2 - BOX[1] / 2), "V")
        if t + 1 < shown:
            _draw_arrow(axes, (t + BOX[0] / 2, 1), (t + 1 - BOX[0] / 2, 1), "W")
        axes.text(t, -0.42, f"t = {t + 1}", ha="center", va="center", fontsize=10)
    axes.set_title("" if shown == time else f"the first {shown} of {time} steps", fontsize=10)
    axes.set_xlim(-1.25, shown - 0.5)
    axes.set_ylim(-0.55, 2.4)
    axes.axis("off")


def _draw_box(
    axes: Axes, center: tuple[float, float], text: str, color: tuple[str, float]
) -> None:
    from matplotlib.patches import FancyBboxPatch

    corner = (center[0] - BOX[0] / 2, center[1] - BOX[1] / 2)
    style = "round,pad=0,rounding_size=0.06"
    axes.add_patch(
        FancyBboxPatch(corner, *BOX, boxstyle=style, facecolor=color, edgecolor="0.3")
    )
    size = 10 if "\n" in text else 11
    axes.text(*center, text, ha="center", va="center", fontsize=size)


def _draw_arrow(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], name: str
) -> None:
    style = {"arrowstyle": "-|>", "color": "0.25", "linewidth": 1.3, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", end, start, arrowprops=style)
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    if start[1] == end[1]:
        axes.text(x, y + 0.05, name, fontsize=10, ha="center", va="bottom")
    else:
        axes.text(x + 0.06, y, name, fontsize=10, ha="left", va="center")


def _values_text(values: Array) -> str:
    cut = len(values) > LONGEST_VECTOR
    lines = [short(float(f"{v:.3g}")) for v in values[: LONGEST_VECTOR - cut]]
    return "\n".join(lines + ["\N{VERTICAL ELLIPSIS}"] * cut)
