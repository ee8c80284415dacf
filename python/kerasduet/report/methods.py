"""What a backtest says of its networks beside other methods: a table of all folds, and figures."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.forecasting.accuracy import FEWEST, FEWEST_PER_STEP, is_untested
from kerasduet.lead import chance_text
from kerasduet.report import words
from kerasduet.report.document import escape

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.figures.canvas import RunFigure
    from kerasduet.report.document import Document

__all__ = ["Methods", "add_methods"]

ERRORS = {"mae": "MAE", "rmse": "RMSE", "mase": "MASE"}
COVERAGE = "coverage_"
CHANCE = 0.05  # p-values below it are no chance
SPACE = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Methods:
    """The networks of a backtest beside other methods.

    Parameters
    ----------
    verdict : str
        Whether the networks earn their keep; empty where nothing says so.
    summary : pandas.DataFrame
        As `RunSet.summary` gives it, but `model` as people write it; the networks come first.
    figures : mapping
        By the name of its file, a caption and what is drawn.
    """

    verdict: str
    summary: pd.DataFrame
    figures: Mapping[str, tuple[str, RunFigure]] = field(default_factory=dict)


def add_methods(page: Document, methods: Methods) -> None:
    """Write the table of all methods over all folds, and show their errors."""
    summary = methods.summary
    covered = [name for name in map(str, summary) if name.startswith(COVERAGE)]
    found = summary.to_dict("records")
    rows = [
        [
            escape(str(one["model"])).replace(" ", SPACE),
            *(_number(one[name]) for name in ERRORS),
            *(_percent(one[name]) for name in covered),
            _skill(one),
            _p_value(one["p_value"]),
        ]
        for one in ({str(name): value for name, value in row.items()} for row in found)
    ]
    levels = [f">Coverage {name.removeprefix(COVERAGE)}{SPACE}%" for name in covered]
    page.table(
        "methods",
        "Errors over all folds, their test windows and all steps; MAE and RMSE are in the units "
        "of the series."
        + (
            " Coverage: share of the truths within the intervals of a level (%)."
            if covered
            else ""
        )
        + " Skill of the network: 100 (1 - its error / the method's), with its 95 % interval over "
        "folds and seeds; p: test of Diebold and Mariano.",
        [
            "Method",
            *(f">{title}" for title in ERRORS.values()),
            *levels,
            ">Skill (%)",
            ">p",
        ],
        rows,
    )
    page.add(*_two_answers(found, several="series" in summary))
    for name, (caption, drawn) in methods.figures.items():
        page.figure(name, caption, drawn)


def _number(error: float) -> str:
    return "" if np.isnan(error) else words.score(error)


def _percent(share: float) -> str:
    return "" if np.isnan(share) else f"{100 * share:.1f}"


def _p_value(found: float) -> str:
    if np.isnan(found):
        return ""
    return chance_text(found).removeprefix("= ").replace(" ", SPACE)


def _skill(one: Mapping[str, float]) -> str:
    if np.isnan(one["skill"]):
        return ""
    value, low, high = (f"{100 * one[name]:.0f}" for name in ("skill", "low", "high"))
    ends = f"({words.signed(low)} to {words.signed(high)})"
    return f"{words.signed(value)} {ends}".replace(" ", SPACE)


def _two_answers(rows: Sequence[Mapping[Hashable, Any]], *, several: bool) -> list[str]:
    """Say what the interval tells and what the test does, and why they may not agree."""
    tested = [
        one for one in rows if not np.isnan(one["skill"]) and not np.isnan(one["p_value"])
    ]
    few = []
    if any(is_untested(one["skill"], one["p_value"]) for one in rows):
        few = [
            "Where p is empty there are too few windows for the Diebold-Mariano test: it needs at "
            f"least {FEWEST}, and {FEWEST_PER_STEP} for each step of the horizon."
        ]
    if not tested:
        return few
    drawn = "folds, seeds and series" if several else "folds and seeds"
    text = (
        f"The verdict goes by the interval of the skill: it draws {drawn} anew, and asks whether "
        "the network would be ahead in other stretches and with other seeds. The test asks "
        "whether the errors in these windows, the seeds averaged, differ by more than chance."
    )
    best = tested[0]
    clear = best["low"] > 0 or best["high"] < 0
    if clear == (best["p_value"] < CHANCE):
        return [text, *few]
    name = escape(str(best["model"]))
    why = (
        f"the interval leaves out 0, but errors of neighbouring windows go together, and of {name} "
        "they do not differ by more than that explains"
        if clear
        else f"in these windows the errors differ from those of {name}, but which is ahead, and by "
        f"how much, hangs on the {drawn.replace(' and ', ' or ')}"
    )
    return [f"{text} Here they do not agree: {why}.", *few]
