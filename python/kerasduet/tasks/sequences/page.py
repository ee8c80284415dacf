"""What only the page of a regression on sequences has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.figures.panels import Panel
from kerasduet.plots import plot_run
from kerasduet.report import words
from kerasduet.report.parts import SPLITS, data_of
from kerasduet.task import Writing
from kerasduet.tasks.tables import panels, results
from kerasduet.tasks.tables.baselines import NUMBER_BASELINES
from kerasduet.tasks.tables.page import add_comparison
from kerasduet.tasks.tables.page_result import add_scores

if TYPE_CHECKING:
    from kerasduet.report.document import Document
    from kerasduet.result import Result

__all__ = ["WRITING", "residuals_panel"]


def residuals_panel(run: Result) -> Panel:
    """Draw what the network leaves of the truth, by what it predicts."""
    truth, fitted = (run.table[n].to_numpy(np.float64) for n in ("truth", "prediction"))
    return panels.residuals_figure(truth, fitted, target="value")


def add_purpose(page: Document, run: Result) -> None:
    """Say what such a network is for and not for."""
    learned: Any = run.preprocessing
    steps, features = learned.shape
    low, high = words.alike([run.table["truth"].min(), run.table["truth"].max()])
    page.add(
        f"**For** sequences of {steps:,} steps of {features:,} numbers like those named below: it "
        "gives one number for each.",
        "**Not for** sequences of another length or origin. It gives single numbers, without an "
        f"interval around them. In the test the truth lay between {low} and {high}; beyond that "
        "nothing was tested.",
    )


def add_data(page: Document, run: Result) -> None:
    """Give the sequences and the target of every split."""
    dataset, _ = data_of(run)
    learned: Any = run.preprocessing
    rows = []
    for name, size in run.provenance["sizes"].items():
        if dataset is None or not size:
            told = ["\u2013", "\u2013"]
        else:
            values = learned.restore(np.asarray(getattr(dataset, name).targets))
            told = words.alike([values.mean(), values.std()])
        rows.append([SPLITS[name].capitalize(), f"{size:,}", *told])
    page.table(
        "data",
        "Sequences of each split, with mean and standard deviation of what is predicted.",
        ["Split", ">Sequences", ">Mean", ">Deviation"],
        rows,
    )


def add_result(page: Document, run: Result) -> None:
    """Give scores beside the baselines, and residuals."""
    add_scores(
        page,
        run,
        NUMBER_BASELINES,
        lambda who: results.number_measure(run.table, who or "prediction"),
        "RMSE and MAE are in the target's units.",
    )
    page.heading("Residuals", level=3)
    drawn = plot_run(run, kind="residuals")
    page.figure("residuals", "What is left of the truth, by what was predicted.", drawn)


WRITING = Writing(add_purpose, add_data, add_result, add_comparison)
