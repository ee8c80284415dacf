"""Figures of a run, with matplotlib.

What they show is computed in `kerasduet.plotdata`; R draws the same frames with ggplot2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.plotdata import Panel, PlotData, check_settings, plot_data
from kerasduet.style import OKABE_ITO, RC, WIDTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase, SubFigure
    from matplotlib.text import Text
    from matplotlib.transforms import Transform

    from kerasduet.figures import RunFigure
    from kerasduet.run import Run

__all__ = ["Panel", "PlotData", "check_settings", "plot_data", "plot_run"]

HEIGHTS = {"history": 2.8, "digits": 3.4, "confusion": 6.0, "forecast": 3.8, "horizon": 3.8}
MARGIN = 0.07  # inches left of titles
# Ticks by their distance, from years to seconds, and where the next longer one begins.
DATES: Any = {
    "formats": ["%Y", "%b", "%b %d", "%H:%M", "%H:%M", "%S.%f"],
    "zero_formats": ["", "%Y", "%b %d", "%b %d", "%H:%M", "%H:%M"],
}
LINES: Any = {
    "solid": "-",
    "dashed": "--",
    "dotted": ":",
    "dotdash": "-.",
    "longdash": (0, (8, 2)),
}


def plot_run(
    run: Run,
    *,
    kind: str = "overview",
    rows: Sequence[int] | None = None,
    windows: int | None = None,
) -> RunFigure:
    """Draw a run.

    Parameters
    ----------
    run : Run
        The run.
    kind : {"overview", "history", "digits", "confusion", "forecast", "horizon"}
        What to draw; see `plot_data`.
    rows : sequence of int, optional
        Test images to show, by their `row` in `predictions()` (from 1).
    windows : int, optional
        Number of test windows to show in a forecast.

    Returns
    -------
    matplotlib.figure.Figure
        7.5 inches wide, outside pyplot; `savefig(file)` writes it, its `alt_text` says in
        words what it shows.

    Raises
    ------
    UnknownName, ArgumentType, ArgumentRange, DatasetError, EmptyData
        As for `plot_data`.

    Examples
    --------
    >>> from kerasduet.workflow import run_experiment
    >>> run = run_experiment("mnist-dense", dataset="mnist-subset", epochs=1, progress=False)
    >>> figure = plot_run(run, kind="history")
    >>> [axes.get_ylabel() for axes in figure.axes]
    ['Loss (cross-entropy, nats)', 'Accuracy (%)']
    """
    import matplotlib

    from kerasduet.figures import RunFigure

    data = plot_data(run, kind, rows=rows, windows=windows)
    with matplotlib.rc_context(RC):
        if kind != "overview":
            (panel,) = data.panels
            height = _digits_height(panel) if kind == "digits" else HEIGHTS[kind]
            figure = RunFigure(alt_text=data.alt, figsize=(WIDTH, height))
            _draw(_split(figure)[0], panel)
        else:
            figure = RunFigure(alt_text=data.alt, figsize=(WIDTH, 8))
            _draw_overview(figure, data)
    return figure


def _draw_overview(figure: RunFigure, data: PlotData) -> None:
    lines = 1 + data.subtitle.count("\n")
    height = 0.32 + 0.16 * lines  # inches
    heading, body = _split(figure, 2, height_ratios=[height, 8 - height])
    title = heading.text(MARGIN / WIDTH, 0.95, data.title, size=12, weight="bold", va="top")
    heading.text(MARGIN / WIDTH, 1, data.subtitle, va="top", transform=_below(title, 22))
    _draw_all(body, data.panels)


def _draw_all(body: SubFigure, panels: Sequence[Panel]) -> None:
    if len(panels) < 3:
        places = _split(body, len(panels))
    else:
        top, bottom = _split(body, 2, height_ratios=[1, 1.5])
        left, right = _split(bottom, 1, 2, width_ratios=[1, 1])
        places = [top, left, right]
    for place, panel in zip(places, panels, strict=True):
        _draw(place, panel)


def _split(
    place: FigureBase, rows: int = 1, columns: int = 1, **ratios: Any
) -> list[SubFigure]:
    return place.subfigures(rows, columns, squeeze=False, **ratios).ravel().tolist()


def _draw(place: SubFigure, panel: Panel) -> None:
    draw = {
        "history": _draw_history,
        "digits": _draw_digits,
        "confusion": _draw_confusion,
        "forecast": _draw_forecast,
        "horizon": _draw_horizon,
    }
    _write_title(place, panel)
    draw[panel.kind](place, panel)


def _write_title(place: SubFigure, panel: Panel) -> None:
    # Empty lines of the title keep room for those of the subtitle below it.
    text = panel.title + "\n" * len(panel.subtitle.splitlines())
    x = MARGIN / _width(place)
    title = place.suptitle(text, x=x, ha="left", size=10, weight="bold", linespacing=1.4)
    place.text(x, 1, panel.subtitle, transform=_below(title, 18), va="top", color="#4D4D4D")


def _below(title: Text, points: float) -> Transform:
    """Give coordinates of the title's subfigure, moved down by some points."""
    from matplotlib.transforms import ScaledTranslation

    place = title.get_figure()
    assert place is not None
    down = ScaledTranslation(0, -points / 72, place.get_figure(root=True).dpi_scale_trans)
    return place.transSubfigure + down


def _width(place: SubFigure) -> float:
    """Width in inches."""
    return place.bbox.width / place.get_figure(root=True).dpi


def _draw_history(place: SubFigure, panel: Panel) -> None:
    lines = panel.frames["lines"]
    panes = place.subplots(1, panel.columns, squeeze=False)[0]
    for axes, (measure, part) in zip(panes, lines.groupby("measure", sort=False), strict=True):
        for epoch in panel.frames["kept"]["epoch"]:
            axes.axvline(epoch, color="#4D4D4D", linestyle=":", linewidth=1)
        _draw_lines(axes, panel, part, "epoch", "value", marker="o")
        axes.set(xlabel=panel.x, ylabel=measure, xticks=panel.ticks)
    _write_legend(place, panes[0])


def _draw_forecast(place: SubFigure, panel: Panel) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    axes = place.subplots()
    for time in panel.frames["origins"]["time"]:
        axes.axvline(time, color="#B3B3B3", linewidth=0.8)
    lines = panel.frames["lines"]
    alone = (lines["series"] == "network").sum() == 1
    marker = "o" if alone else ""
    _draw_lines(axes, panel, lines, "time", "value", group="window", marker=marker)
    axes.set(xlabel=panel.x, ylabel=panel.y)
    if panel.ticks:
        axes.set_xticks(panel.ticks)
    if lines["time"].dtype.kind == "M":
        zone = lines["time"].dt.tz
        locator = AutoDateLocator(zone, maxticks=8)  # of more, labels would touch
        formatter = ConciseDateFormatter(locator, zone, **DATES, show_offset=False)
        axes.xaxis.set(major_locator=locator, major_formatter=formatter)
    _write_legend(place, axes)


def _draw_horizon(place: SubFigure, panel: Panel) -> None:
    axes, lines = place.subplots(), panel.frames["lines"]
    if lines["step"].nunique() > 1:
        _draw_lines(axes, panel, lines, "step", "mae", marker="o")
        axes.set_xticks(panel.ticks)
        _write_legend(place, axes)
    else:
        axes.bar(lines["series"], lines["mae"], width=0.6, color=panel.frames["key"]["colour"])
    axes.set(xlabel=panel.x, ylabel=panel.y, ylim=(0, 1.05 * lines["mae"].max()))


def _draw_lines(
    axes: Axes,
    panel: Panel,
    frame: Any,
    x: str,
    y: str,
    *,
    group: str | None = None,
    marker: str = "",
) -> None:
    for series in panel.frames["key"].itertuples():
        part = frame[frame["series"] == series.label]
        pieces = [part] if group is None else [piece for _, piece in part.groupby(group)]
        for number, piece in enumerate(pieces):
            axes.plot(
                piece[x],
                piece[y],
                color=series.colour,
                linestyle=LINES[str(series.line)],
                linewidth=series.width,
                marker=marker,
                markersize=3,
                # One entry in the legend for all pieces.
                label=series.label if number == 0 else None,
            )


def _write_legend(place: SubFigure, axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    columns = len(labels) if _width(place) > 5 else 2
    place.legend(handles, labels, loc="outside lower center", ncols=columns, handlelength=2.5)


def _draw_confusion(place: SubFigure, panel: Panel) -> None:
    from matplotlib.colors import to_rgb

    cells = panel.frames["cells"]
    names = cells["truth"].unique().tolist()
    size = len(names)
    axes = place.subplots()
    colours = np.array([to_rgb(fill) for fill in cells["fill"]]).reshape(size, size, 3)
    axes.imshow(colours)
    for index, cell in enumerate(cells.itertuples()):
        if cell.label:
            axes.text(
                index % size,
                index // size,
                str(cell.label),
                color=cell.ink,
                ha="center",
                va="center",
                size=min(8.0, 90 / size),
            )
    long = max(map(len, names)) > 3
    axes.set_xticks(range(size), names, rotation=90 if long else 0)
    axes.set_yticks(range(size), names)
    axes.set(xlabel=panel.x, ylabel=panel.y)
    axes.grid(False)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(True)


def _draw_digits(place: SubFigure, panel: Panel) -> None:
    tiles, pixels = panel.frames["tiles"], panel.frames["pixels"]
    panes = place.subplots(_grid_rows(panel), panel.columns, squeeze=False).ravel()
    for axes in panes[len(tiles) :]:
        axes.set_axis_off()
    for axes, tile in zip(panes, tiles.itertuples(), strict=False):
        part = pixels[pixels["tile"] == tile.tile]
        image = part[["red", "green", "blue"]].to_numpy()
        axes.imshow(image.reshape(part["y"].max(), part["x"].max(), 3))
        axes.set_title(tile.label, size=7.5, pad=3)
        axes.set(xticks=[], yticks=[])
        axes.grid(False)
        axes.spines[:].set(
            visible=True,
            color="#B3B3B3" if tile.correct else OKABE_ITO["vermilion"],
            linewidth=0.6 if tile.correct else 2.5,
        )


def _grid_rows(panel: Panel) -> int:
    return -(-len(panel.frames["tiles"]) // panel.columns)


def _digits_height(panel: Panel) -> float:
    return 0.6 + 1.45 * _grid_rows(panel)
