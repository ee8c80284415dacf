"""Figures of a backtest: the error of each model by step ahead, and by fold along the series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from kerasduet.errors import EmptyData
from kerasduet.figures import Mark, Panel, PlotData, Scale
from kerasduet.figures.drawing import draw
from kerasduet.figures.words import count, whole_ticks
from kerasduet.jobs.pieces import NETWORK, Piece
from kerasduet.jobs.scores import headline, scored, verdict, written
from kerasduet.registry import TASKS
from kerasduet.report.methods import Methods
from kerasduet.style import OKABE_ITO, TOL

if TYPE_CHECKING:
    from kerasduet.jobs.plan import Plan

__all__ = ["backtest_plot_data", "methods"]

# Of the methods beside the network; a colour that comes again has another line and shape.
COLOURS = (
    *(OKABE_ITO[name] for name in ("orange", "green", "purple", "vermilion", "sky", "black")),
    *TOL.values(),
)
IN_A_ROW = 4  # names in a row of the key
LEGEND_ROW = 0.22  # inches
SEEDS = "Of the network the mean over its seeds"
LINES = ("dashed", "dotted", "dotdash", "longdash")
SHAPES = ("triangle", "square", "diamond", "cross")
POINT = {"size": 5.2}  # in points: large enough to tell shapes apart


def backtest_plot_data(pieces: Sequence[Piece], plan: Plan, kind: str) -> PlotData:
    """Compute what a figure of a backtest shows: "horizon", "folds", or both.

    Raises
    ------
    EmptyData
        No run is finished.
    """
    table = scored(pieces)
    if not (table["model"] == NETWORK).any():
        raise EmptyData("kind: scores need a finished run; got none. Finish the set first.")
    table["model"] = table["model"].map(written)
    styles = _styles(list(dict.fromkeys(table["model"])))
    panels = []
    if kind != "folds":
        panels.append(_horizon(table, styles))
    if kind != "horizon":
        panels.append(_folds(table, styles, pieces))
    chosen = plan.jobs[0].experiment
    if headline(table) == "mase":
        panels = [
            replace(panel, y="MASE", alt=panel.alt.replace("Mean absolute error", "MASE", 1))
            for panel in panels
        ]
    unit = TASKS[chosen.task].unit(chosen)
    if unit:
        panels = [replace(panel, y=f"{panel.y} ({unit})") for panel in panels]
    if len(panels) == 1:
        return PlotData(kind, "", "", tuple(panels), height=panels[0].height)
    names = ", ".join(dict.fromkeys(job.experiment.name for job in plan.jobs))
    told = f"{count(plan.settings['folds'], 'fold')}, {count(len(plan.jobs), 'run')}"
    told = f"{told}; {SEEDS[0].lower()}{SEEDS[1:]}"
    first, last = (replace(panel, subtitle="") for panel in panels)
    if first.frames["key"].equals(last.frames["key"]):
        saved = LEGEND_ROW * _legend_rows(styles)  # one legend names the lines of both
        first = replace(first, legend=False, height=first.height - saved)
    heights = (first.height, last.height)
    return PlotData(
        kind, names, told, (first, last), (1, 1), heights, height=sum(heights) + 0.6
    )


def methods(pieces: Sequence[Piece], plan: Plan, compared: pd.DataFrame) -> Methods:
    """Give what the page of a backtest says of its networks beside other methods."""
    captions = {
        "horizon": "Error of each method by step ahead.",
        "folds": "Error of each method by fold along the series.",
    }
    figures = {
        kind: (caption, draw(backtest_plot_data(pieces, plan, kind)))
        for kind, caption in captions.items()
    }
    named = compared.assign(model=compared["model"].map(written))
    return Methods(verdict(compared), named, figures)


def _styles(models: Sequence[str]) -> pd.DataFrame:
    """Give each model a colour, a line and a shape: a key of figures; the network stands out."""
    rows = [(NETWORK, OKABE_ITO["blue"], "solid", 2.2, "circle")]
    for place, model in enumerate(model for model in models if model != NETWORK):
        colour, line = COLOURS[place % len(COLOURS)], LINES[place % len(LINES)]
        rows.append((model, colour, line, 1.3, SHAPES[place % len(SHAPES)]))
    return pd.DataFrame(rows, columns=["label", "colour", "line", "width", "shape"])


def _legend_rows(styles: pd.DataFrame) -> int:
    return 1 + (len(styles) - 1) // IN_A_ROW


def _mean(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """Average the error that counts by windows: a row a model and step, or fold."""
    error = headline(table)
    counted = table[(table["windows"] > 0) & table[error].notna()]
    sums = (
        counted.assign(total=counted[error] * counted["windows"])
        .groupby(["model", by], sort=False)[["total", "windows"]]
        .sum()
    )
    mean = (sums["total"] / sums["windows"]).rename("mae")
    return mean.reset_index().rename(columns={"model": "series"})


def _panel(kind: str, lines: pd.DataFrame, styles: pd.DataFrame, title: str, alt: str) -> Panel:
    columns = {"x": "step" if kind == "horizon" else "fold", "y": "mae", "series": "series"}
    return Panel(
        kind=kind,
        title=title,
        subtitle=SEEDS,
        x="Step ahead",
        y="Mean absolute error",
        alt=alt,
        frames={
            "lines": lines,
            "key": styles[styles["label"].isin(lines["series"])].reset_index(drop=True),
        },
        marks=(Mark("line", "lines", columns), Mark("point", "lines", columns, POINT)),
        y_scale=Scale(low=0),
        height=3.18 + LEGEND_ROW * _legend_rows(styles),
    )


def _horizon(table: pd.DataFrame, styles: pd.DataFrame) -> Panel:
    lines = _mean(table, "step")
    last = int(lines["step"].max())
    told = [
        f"{series} {' to '.join(f'{value:.3g}' for value in own['mae'])}"
        for series, own in lines[lines["step"].isin([1, last])].groupby("series", sort=False)
    ]
    alt = (
        f"Mean absolute error of each model by step ahead, from step 1 to step {last}: "
        f"{', '.join(told)}."
    )
    panel = _panel("horizon", lines, styles, "Error by step ahead", alt)
    return replace(panel, x_scale=Scale(ticks=whole_ticks(last, most=10)))


def _folds(table: pd.DataFrame, styles: pd.DataFrame, pieces: Sequence[Piece]) -> Panel:
    lines = _mean(table, "fold")
    folds = sorted({int(fold) for fold in lines["fold"]})
    told = [
        f"{series} {own['mae'].min():.3g} to {own['mae'].max():.3g}"
        for series, own in lines.groupby("series", sort=False)
    ]
    alt = (
        f"Mean absolute error of each model in {count(len(folds), 'fold')} along the series, least "
        f"to most: {', '.join(told)}."
    )
    found = {(piece.fold, piece.origin.partition("T")[0]) for piece in pieces if piece.origin}
    starts = dict(found) if len(found) <= len(folds) else {}  # several series may differ
    labels = tuple(starts.get(fold, str(fold)) for fold in folds)
    panel = _panel("folds", lines, styles, "Error by fold along the series", alt)
    x = "Last known time before the fold" if starts else "Fold"
    return replace(panel, x=x, x_scale=Scale(ticks=tuple(folds), labels=labels))
