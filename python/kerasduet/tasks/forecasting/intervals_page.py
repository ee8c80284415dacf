"""Intervals in the report of a forecaster: those of its forecasts, and those of its scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.panel_preprocessing import PanelPreprocessing
from kerasduet.data.preprocessing import SeriesPreprocessing
from kerasduet.forecasting.levels import columns
from kerasduet.lead import FEW, TOO_FEW
from kerasduet.report import words
from kerasduet.report.document import escape
from kerasduet.report.intervals import DRAWS, SEED
from kerasduet.report.words import count
from kerasduet.tasks.forecasting import several_page
from kerasduet.tasks.forecasting.intervals import SCORED, tested
from kerasduet.tasks.forecasting.measures import test_block, windows_apart
from kerasduet.tasks.forecasting.scores import known_truth

if TYPE_CHECKING:
    from kerasduet.report.document import Document
    from kerasduet.result import Result

__all__ = ["add_intervals", "intervals"]


def add_intervals(page: Document, run: Result) -> None:
    """Say how many truths the intervals held, and how wide they were."""
    table, learned = run.predictions(), run.preprocessing
    assert isinstance(learned, SeriesPreprocessing | PanelPreprocessing)
    ends = tested(table, learned, SCORED)
    if not ends:
        return
    page.heading("Intervals")
    known = known_truth(table)
    wide = []
    for level in SCORED:
        lower, upper = (ends[name][known] for name in columns(level))
        wide.append(float(np.mean(upper - lower)))
    scores = [run.metrics[f"winkler_{level:g}"] for level in SCORED]
    told = words.alike([*wide, *scores])  # in one unit, to be compared
    rows = [
        [
            f"{level:g} %",
            f"{100 * run.metrics[f'coverage_{level:g}']:.1f} %",
            told[place],
            told[place + len(SCORED)],
        ]
        for place, level in enumerate(SCORED)
    ]
    page.table(
        "intervals",
        "Intervals of the test windows, all steps together. Coverage should be near the level. The "
        "Winkler score is the width and a penalty for each truth outside: less is better. Width "
        f"and score are in the units of {escape(learned.target)}.",
        ["Level", ">Coverage", ">Mean width", ">Winkler score"],
        rows,
    )
    if learned.intervals == "quantile":
        on = f", moved by where the truths of {_windows(learned)} lay among them"
        page.add(
            "They are quantiles that the network learned by pinball loss: 2.5, 10, 50, 90 and 97.5 "
            f"% a step{on if learned.errors else ', without a calibration'}. They cannot cross. "
            f"Their mean pinball loss is {words.score(run.metrics['pinball'])}."
        )
        return
    windows = _windows(learned)
    if isinstance(learned, PanelPreprocessing):
        page.add(
            f"Split conformal intervals, a step ahead and a side at a time: quantiles of the "
            f"errors on {windows} of all series, each in units of its own series. They cover so "
            "many truths of all series together; of a single one it may be more or fewer."
        )
        return
    page.add(
        f"Split conformal intervals, a step ahead and a side at a time: quantiles of the errors on "
        f"{windows}, and on those test windows whose truth was known at the time; truths beyond "
        f"the ends widened the next intervals, truths within narrowed them. The mean pinball loss "
        f"of the quantiles 2.5, 10, 50, 90 and 97.5 % is "
        f"{words.score(run.metrics['pinball'])}."
    )


def _windows(learned: Any) -> str:
    """Count the validation windows that intervals are calibrated on."""
    return count(len(learned.errors[0]) if learned.errors else 0, "validation window")


def intervals(run: Result) -> str:
    """Say how the intervals were made and what they cover."""
    if isinstance(run.preprocessing, PanelPreprocessing):
        return several_page.intervals(run)
    windows = len(run.table) // run.experiment.horizon
    block = test_block(run.table, run.preprocessing)
    apart = windows_apart(windows, run.experiment.horizon)
    text = (
        f"The 95 % intervals are from a percentile bootstrap over the {windows:,} test windows "
        f"({DRAWS:,} draws, seed {SEED}). Windows that begin close together share steps and "
        f"errors, so they were drawn in blocks of {block} successive ones (circular block "
        f"bootstrap). The test holds {count(apart, 'window')} without a step in common"
    )
    rough = "."
    if apart < FEW:
        rough = ", few for an interval: take it as rough."
    if apart < TOO_FEW:
        rough = ", too few for an interval: do not judge by it."
    return (
        text
        + rough
        + " The intervals cover which stretch of time happened to be the test, not "
        "what another seed would give."
    )
