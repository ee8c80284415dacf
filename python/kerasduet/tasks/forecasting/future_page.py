"""What a page says of the steps after the end of a series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.panel_preprocessing import PanelPreprocessing
from kerasduet.figures.words import moment
from kerasduet.forecasting.levels import columns
from kerasduet.plots import plot_run
from kerasduet.report import words
from kerasduet.report.document import escape
from kerasduet.tasks.forecasting.figure_words import forecast_names
from kerasduet.tasks.forecasting.future_figure import ahead_of_run, has_future
from kerasduet.tasks.forecasting.scores import best_baseline

if TYPE_CHECKING:
    from kerasduet.report.document import Document
    from kerasduet.result import Result

__all__ = ["add_future"]

MOST_STEPS = 12  # in the table


def add_future(page: Document, run: Result) -> None:
    """Show what is forecast after the end of the data."""
    page.heading("What comes next")
    learned: Any = run.preprocessing
    if not has_future(run):
        known = words.listed([escape(name) for name in learned.known_future])
        page.add(
            f"The steps after the end of the data depend on {known}, whose values ahead are not "
            "known here: `forecast(future = )` takes them."
        )
        return
    drawn = plot_run(run, kind="future")
    page.figure("future", "Forecasts of the steps after the end of the data.", drawn)
    page.add(
        "Nobody knows yet how good these are; the errors above are those of the same network on "
        "steps that it had not seen either."
    )
    if isinstance(learned, PanelPreprocessing):
        return
    best, table = best_baseline(run.metrics), ahead_of_run(run)
    steps = np.unique(np.linspace(1, len(table), MOST_STEPS).round().astype(int)) - 1
    ends = [name for name in columns(95.0) if name in table]
    heads = ["Lower end, 95 %", "Upper end, 95 %"] if ends else []
    heads = ["Network", *heads, forecast_names(run)[best].capitalize()]
    page.table(
        "future",
        "Forecasts after the end of the data, and those of the best baseline of the test.",
        [">Step", "Time", *(f">{head}" for head in heads)],
        [
            [
                str(int(row["step"])),
                escape(moment(row["time"])),
                *words.alike([row[name] for name in ("forecast", *ends, best)]),
            ]
            for row in table.iloc[steps].to_dict("records")
        ],
    )
