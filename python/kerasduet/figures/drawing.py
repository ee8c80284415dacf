"""Draw a figure's panels with matplotlib: titles, panes, axes, legend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib
import pandas as pd
from matplotlib.transforms import ScaledTranslation

from kerasduet.checks import show
from kerasduet.errors import ArgumentType
from kerasduet.figures.canvas import RunFigure
from kerasduet.figures.contrast import made_visible
from kerasduet.figures.drawn_marks import DRAW, Rows, legend_handles
from kerasduet.figures.panels import Panel, PlotData, Scale
from kerasduet.style import GREY, own_look

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase, SubFigure
    from matplotlib.text import Text
    from matplotlib.transforms import Transform

__all__ = ["draw"]

MARGIN = 0.07  # inches left of titles
# Ticks by their distance, from years to seconds, and where the next longer one begins.
DATES: Any = {
    "formats": ["%Y", "%b", "%b %d", "%H:%M", "%H:%M", "%S.%f"],
    "zero_formats": ["", "%Y", "%b %d", "%b %d", "%H:%M", "%H:%M"],
}


def draw(data: PlotData) -> RunFigure:
    """Draw a figure.

    Parameters
    ----------
    data : PlotData
        What it shows.

    Returns
    -------
    RunFigure
        As large as the data say, outside pyplot, with its alt text.
    """
    with own_look():
        figure = RunFigure(alt_text=data.alt, figsize=(data.width, data.height))
        if not data.title:
            (body,) = _split(figure)
        else:
            height = 0.32 + 0.16 * (1 + data.subtitle.count("\n"))  # inches
            heading, body = _split(figure, 2, height_ratios=[height, data.height - height])
            left = MARGIN / data.width
            title = _plain(
                heading.text(left, 0.95, data.title, size=12, weight="bold", va="top")
            )
            _plain(heading.text(left, 1, data.subtitle, va="top", transform=_below(title, 22)))
        _draw_panels(body, data)
    return figure


def draw_on(axes: Axes, data: PlotData) -> Axes:
    """Draw a figure of one pane into axes of the caller's, in their style.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where.
    data : PlotData
        What it shows: one panel without facets.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Raises
    ------
    ArgumentType
        A figure of several panes.
    """
    panel = data.panels[0]
    if len(data.panels) > 1 or panel.facets is not None:
        raise ArgumentType(
            f"ax: must be of a figure of one pane; the kind {data.kind} has several. Leave ax "
            "out, or take another kind, such as confusion."
        )
    if not hasattr(axes, "transAxes"):
        raise ArgumentType(f"ax: must be axes of matplotlib; got {show(axes)}.")
    before = set(axes.get_children())
    for mark in panel.marks:
        frame = panel.frames[mark.frame]
        if len(frame):
            DRAW[mark.kind](axes, Rows(frame, mark, panel))
    has_cells = any(mark.kind in ("tile", "raster") for mark in panel.marks)
    new = [artist for artist in axes.get_children() if artist not in before]
    made_visible(axes, [a for a in new if a in axes.lines or not has_cells])
    _finish_pane(axes, panel, first=True)
    _plain(axes.set_title(panel.title, loc="left", weight="bold"))
    if panel.legend_columns(_width(axes)):
        handles, labels = legend_handles(panel)
        made_visible(axes, handles)
        axes.legend(handles, labels)
    return axes


def _draw_panels(body: SubFigure, data: PlotData) -> None:
    if len(data.panels) == 1:
        # The figure's own place, not one within it.
        _draw_panel(body, data.panels[0])
        return
    left = list(data.panels)
    places = _split(body, len(data.layout), height_ratios=[part for _, part in data.layout])
    for place, (several, _) in zip(places, data.layout, strict=True):
        for part in _split(place, 1, several) if several > 1 else [place]:
            _draw_panel(part, left.pop(0))


def _split(
    place: FigureBase, rows: int = 1, columns: int = 1, **ratios: Any
) -> list[SubFigure]:
    return place.subfigures(rows, columns, squeeze=False, **ratios).ravel().tolist()


def _draw_panel(place: SubFigure, panel: Panel) -> None:
    if panel.title:
        _write_title(place, panel)
    facets = panel.facets
    values = facets.values if facets else (None,)
    rows = -(-len(values) // panel.columns)
    shared = facets is not None and not facets.free
    panes = place.subplots(rows, panel.columns, squeeze=False, sharey=shared).ravel()
    for axes in panes[len(values) :]:
        axes.set_axis_off()
    for number, (axes, value) in enumerate(zip(panes, values, strict=False)):
        for mark in panel.marks:
            frame = panel.frames[mark.frame]
            if facets and facets.by in frame:
                frame = frame[frame[facets.by] == value]
            if len(frame):
                DRAW[mark.kind](axes, Rows(frame, mark, panel))
        _finish_pane(axes, panel, first=number % panel.columns == 0)
        if facets and facets.at == "top":
            _plain(axes.set_title(facets.labels[number], pad=3))
        elif facets:
            # From the top down: longer than a low pane, it has space below, and a title above.
            _plain(axes.set_ylabel(facets.labels[number], loc="top"))
    _write_legend(place, panel)


def _write_title(place: SubFigure, panel: Panel) -> None:
    # Empty lines of the title keep room for those of the subtitle below it.
    text = panel.title + "\n" * len(panel.subtitle.splitlines())
    x = MARGIN / _width(place)
    title = place.suptitle(text, x=x, ha="left", size=11, weight="bold", linespacing=1.4)
    _plain(title)
    below = _below(title, 18)
    _plain(place.text(x, 1, panel.subtitle, transform=below, va="top", color=GREY))


def _plain(text: Text) -> Text:
    """Take every character as it is: a name with a dollar sign is no formula."""
    text.set_parse_math(False)
    return text


def _below(title: Text, points: float) -> Transform:
    """Give coordinates of the title's subfigure, moved down by some points."""
    place = title.get_figure()
    assert place is not None
    down = ScaledTranslation(0, -points / 72, place.get_figure(root=True).dpi_scale_trans)
    return place.transSubfigure + down


def _width(place: Any) -> float:
    """Width in inches, of a figure or a part of one."""
    return place.bbox.width / place.get_figure(root=True).dpi


def _finish_pane(axes: Axes, panel: Panel, *, first: bool) -> None:
    if panel.x:
        _plain(axes.set_xlabel(panel.x))
    if panel.y and first:
        _plain(axes.set_ylabel(panel.y))
    _set_scale(axes, "x", panel.x_scale, _times(panel))
    _set_scale(axes, "y", panel.y_scale, None)
    if panel.square:
        axes.set_aspect("equal")
    if panel.axes != "open":
        axes.grid(False)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(panel.axes == "box")
    if panel.axes == "none":
        axes.set(xticks=[], yticks=[])


def _times(panel: Panel) -> pd.Series | None:
    """Give the times of the x axis, if it has times."""
    for mark in panel.marks:
        if "x" in mark.of:
            column = panel.frames[mark.frame][mark.of["x"]]
            if column.dtype.kind == "M" and len(column):
                return column
    return None


def _set_scale(axes: Axes, side: str, scale: Scale, times: pd.Series | None) -> None:
    axis = axes.xaxis if side == "x" else axes.yaxis
    set_limits = axes.set_xlim if side == "x" else axes.set_ylim
    interval = "intervalx" if side == "x" else "intervaly"
    if scale.kind == "log":
        # Plain numbers, as in R: matplotlib's own are formulas.
        getattr(axes, f"set_{side}scale")("log")
        axis.set_major_formatter(lambda value, _: f"{value:g}")
        axis.set_minor_formatter(matplotlib.ticker.NullFormatter())
    if scale.kind == "category":
        labels = scale.words
        axis.set_ticks(range(len(labels)), labels)
        for text in axis.get_ticklabels():
            _plain(text)
        if side == "x" and scale.upright(_width(axes.get_figure())):
            axis.set_tick_params(rotation=90)
        axis.set_tick_params(labelsize=scale.size)
        space = 0.5 if not scale.margin else 0.6
        set_limits(-space, len(labels) - 1 + space)
    elif scale.ticks:
        axis.set_ticks(scale.ticks, scale.words if scale.labels else None)
        for text in axis.get_ticklabels() if scale.labels else ():
            _plain(text)
    elif times is not None:
        _mark_times(axes, times)
    if scale.kind != "category" and (
        not scale.margin or scale.low is not None or scale.high is not None
    ):
        least, most = getattr(axes.dataLim, interval)
        low = least if scale.low is None else scale.low
        high = most if scale.high is None else scale.high
        space = 0.05 * (high - low) * scale.margin
        set_limits(
            low - (space if scale.low is None else 0),
            high + (space if scale.high is None else 0),
        )
    if scale.reverse:
        axis.set_inverted(True)


def _mark_times(axes: Axes, times: pd.Series) -> None:
    from kerasduet.figures.dates import BriefDateFormatter, QuietDateLocator

    zone, place = times.dt.tz, axes.get_subplotspec()
    panes = place.get_gridspec().ncols if place else 1
    most = max(8 // panes, 3)  # of more, labels would touch
    locator = QuietDateLocator(zone, minticks=min(5, most - 1), maxticks=most)
    formatter = BriefDateFormatter(locator, zone, **DATES, show_offset=False)
    axes.xaxis.set(major_locator=locator, major_formatter=formatter)


def _write_legend(place: SubFigure, panel: Panel) -> None:
    columns = panel.legend_columns(_width(place))
    if not columns:
        return
    handles, labels = legend_handles(panel)
    look: Any = {"loc": "outside lower center", "ncols": columns, "handlelength": 2.5}
    for text in place.legend(handles, labels, **look).get_texts():
        _plain(text)
