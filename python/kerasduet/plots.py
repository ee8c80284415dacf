"""Figures of a run: what they show, as tables, and drawn with matplotlib.

R draws the same tables and marks with ggplot2.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kerasduet import figures
from kerasduet.boundary import public_names
from kerasduet.figures import Panel, PlotData, check_settings

if TYPE_CHECKING:
    from kerasduet.figures.canvas import RunFigure
    from kerasduet.result import Result

__all__ = ["Panel", "PlotData", "check_settings", "plot_data", "plot_run"]


def plot_data(
    run: Result,
    kind: str = "overview",
    *,
    rows: Sequence[int] | None = None,
    windows: int | None = None,
    **settings: Any,
) -> PlotData:
    """Compute what a figure of a run shows.

    Parameters
    ----------
    run : Run
        The run.
    kind : str
        "overview": history, confusion and digits of a classifier; history and scenes of a
        detector; forecast, history and horizon of a forecaster; history, confusion or
        residuals, and importance of a table.
        "history": loss and metric by epoch. "digits": test images with prediction and truth.
        "confusion": counts of truth (rows) by prediction. "scenes": test images with the boxes
        of a detector. "perplexity": n-grams beside a network that learned a text;
        "characters": a passage, by how little each character was expected. "tags": test sentences
        of a tagger.
        "forecast": the last test windows beside truth and baselines. "horizon": mean absolute
        error by step. "future": the steps after the end of the series, by the network and the best
        baseline, with intervals. Of tables: "reliability", how often probabilities came true;
        "roc", hits by false alarms; "residuals" against fitted values; "importance" of the columns;
        "dependence" on a `column`; "regions" of classes over two `columns` of numbers. Or a
        kind of your own; see `kerasduet.figures.register_figure`.
    rows : sequence of int, optional
        Test images to show, by their `row` in `predictions()` (from 1), at most 60. By
        default up to six mistakes, the most confident first, and right ones up to twelve;
        of a detector the first nine.
    windows : int, optional
        Test windows to show, the last ones that do not overlap; by default as many as hold
        52 steps. Of a season of one step, the seasonal baselines are naive and not shown.
    **settings
        `begin` of "characters", by default 1; `column` of "dependence" and `columns` of "regions",
        by default the most important; `horizon`, `level` and `future` of "future", as for
        `run.forecast`, by default the trained horizon with 80 and 95 % intervals; `series` of
        "forecast" and "future" of a run of several series: one name or up to 12, by default those
        of the best, the middle and the worst skill; and those of a kind of your own.

    Returns
    -------
    PlotData
        Frames, marks, titles, axis labels, alt text.

    Raises
    ------
    UnknownName
        No such kind, setting or series.
    ArgumentType
        A kind that does not fit the run, or a setting that does not fit the kind.
    ArgumentRange
        Rows or windows that the test does not have, or more than 12 series.
    DatasetError
        Images that are not available (kind "digits").
    EmptyData
        A history without a finite number: interrupted before the first epoch ended, or
        diverged in it.
    """
    from kerasduet.result import check_run

    check_run(run)
    return figures.plot_data(run, kind, rows=rows, windows=windows, **settings)


def plot_run(
    run: Result,
    *,
    kind: str = "overview",
    rows: Sequence[int] | None = None,
    windows: int | None = None,
    **settings: Any,
) -> RunFigure:
    """Draw a run.

    Parameters
    ----------
    run : Run
        The run.
    kind : str
        What to draw, such as "overview" or "history"; see `plot_data`.
    rows : sequence of int, optional
        Test images to show, by their `row` in `predictions()` (from 1).
    windows : int, optional
        Number of test windows to show in a forecast.
    **settings
        Others, such as `column`; see `plot_data`.

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
    from kerasduet.figures.drawing import draw

    return draw(plot_data(run, kind, rows=rows, windows=windows, **settings))


public_names(sys.modules[__name__])
