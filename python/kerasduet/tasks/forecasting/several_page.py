"""What only the page of a forecaster of several series has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.plots import plot_run
from kerasduet.report import words
from kerasduet.report.document import escape
from kerasduet.report.intervals import DRAWS, SEED
from kerasduet.report.parts import SPLITS, interval_note
from kerasduet.report.words import count
from kerasduet.tasks.forecasting.figure_words import forecast_names
from kerasduet.tasks.forecasting.several import by_series

if TYPE_CHECKING:
    from kerasduet.data import Dataset
    from kerasduet.report.document import Document
    from kerasduet.report.intervals import Interval
    from kerasduet.result import Result

__all__ = ["add_data", "add_forecasts", "add_gain", "intervals"]

MOST_ROWS = 30  # of the table of series; of more the best and the worst halves of them


def add_data(page: Document, run: Result, dataset: Dataset | None) -> None:
    """Give the windows of every split, and how long the series are."""
    learned: Any = run.preprocessing
    sizes = run.provenance["sizes"]
    horizon, lookback = run.experiment.horizon, run.experiment.lookback
    page.table(
        "data",
        f"Windows of each split, of all series: {count(lookback, 'step')} in, "
        f"{count(horizon, 'step')} out. The scale of each series was learned from its own training "
        "rows alone.",
        ["Split", ">Windows"],
        [[label, f"{sizes[name]:,}"] for name, label in SPLITS.items() if sizes[name]],
    )
    rows = np.array([one.rows for one in learned.each])
    long = (
        f"{rows.min():,}" if rows.min() == rows.max() else f"{rows.min():,} to {rows.max():,}"
    )
    listed = ", ".join(escape(name) for name in learned.ids[:3])
    more = ", ..." if len(learned.ids) > 3 else ""
    page.add(
        f"{len(learned.ids):,} series by the column {escape(learned.id)} "
        f"({listed}{more}), each of {long} rows, and each cut by time at its own rows."
    )


def add_gain(page: Document, run: Result, label: str, better: Interval) -> None:
    """Compare the network with the best baseline, series by series."""
    lead = run.lead
    verdict = (
        "The series are too few to judge by the interval."
        if lead is not None and not lead.is_judged
        else "The interval does not hold 0: the difference is more than the choice of the series "
        "explains."
        if better.excludes_zero
        else "The interval holds 0: on these series neither is clearly better."
    )
    lower = "lower" if better.value >= 0 else "higher"
    page.add(
        f"The MASE of the network is {lower} than that of the best baseline, {label}; the "
        f"difference is {words.value(better)} ({words.interval(better)}). {verdict} The "
        f"network has the lower MAE in {run.metrics['series_won']:,.0f} of "
        f"{run.metrics['series']:,.0f} series.",
        interval_note(run),
    )


def add_forecasts(page: Document, run: Result) -> None:
    """Show forecasts of three series, the error by step ahead, and the scores of each series."""
    page.heading("Forecasts")
    page.figure(
        "forecast",
        "Forecasts of the last test windows beside the truth and the baselines: of the series with "
        "the best, the middle and the worst skill, which is the part of the best baseline's error "
        "that the network saves.",
        plot_run(run, kind="forecast"),
    )
    if run.experiment.horizon > 1:
        page.heading("Error by step ahead", level=3)
        drawn = plot_run(run, kind="horizon")
        page.figure(
            "horizon", "Mean absolute error by step ahead, in units of each series.", drawn
        )
    page.heading("Series", level=3)
    learned: Any = run.preprocessing
    each = by_series(run.table, learned).sort_values("skill", ascending=False, kind="stable")
    half = MOST_ROWS // 2
    shown = each if len(each) <= MOST_ROWS else pd.concat([each.head(half), each.tail(half)])
    which = "" if len(each) <= MOST_ROWS else f" The {half} best and the {half} worst."
    labels = forecast_names(run) | {"seasonal_naive": "seasonal naive"}
    page.table(
        "series",
        "Errors of each series on its own test windows, and of the baseline that is best there. "
        f"Skill is the part of that baseline's MAE that the network saves.{which}",
        ["Series", ">MAE", ">MASE", "Best baseline", ">Its MAE", ">Skill"],
        [
            [
                escape(str(row["id"])),
                f"{row['mae']:,.4g}",
                f"{row['mase']:.3g}",
                labels.get(row["best"], row["best"].replace("_", " ")),
                f"{row[row['best'] + '_mae']:,.4g}",
                f"{100 * row['skill']:.0f} %",
            ]
            for row in shown.to_dict("records")
        ],
    )


def intervals(run: Result) -> str:
    """Say how the intervals were made and what they cover."""
    learned: Any = run.preprocessing
    return (
        f"The 95 % intervals are from a percentile bootstrap over the {len(learned.ids):,} series "
        f"({DRAWS:,} draws, seed {SEED}), each drawn with all its test windows. They cover which "
        "series happened to be there, not which stretch of time was the test, nor what another "
        "seed would give."
    )
