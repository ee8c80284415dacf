"""Which forecasters can be compared, and the table that does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from kerasduet.report import words
from kerasduet.report.document import escape
from kerasduet.report.measures import same_test_rows
from kerasduet.tasks.forecasting.figure_words import forecast_names
from kerasduet.tasks.forecasting.measures import SERIES_MEASURES, series_measures

if TYPE_CHECKING:
    from kerasduet.report.document import Document
    from kerasduet.result import Result

__all__ = ["add_comparison", "comparable", "same_rows"]


def add_comparison(page: Document, runs: Sequence[Result], names: Sequence[str]) -> None:
    """Give the errors of several forecasters and of their baselines."""
    rows = []
    for i, (name, run) in enumerate(zip(names, runs, strict=True)):
        found = series_measures(run)
        if run.diverged:
            measured = [words.DIVERGED] + [""] * (len(SERIES_MEASURES) - 1)
        else:
            measured = [words.among(found["forecast"][m]) for m in SERIES_MEASURES]
        rows.append([escape(name), *measured])
        following = runs[i + 1] if i + 1 < len(runs) else None
        if following is None or not same_test_rows(run, following):
            rows += [
                [f"*{label}*", *(words.among(found[column][m]) for m in SERIES_MEASURES)]
                for column, label in forecast_names(run).items()
                if column != "forecast"
            ]
    intervals = ", with 95 % intervals" if any(run.has_intervals for run in runs) else ""
    page.table(
        "result",
        f"Errors on the test windows, all steps together{intervals}. MAE and RMSE are "
        "in the units of the series, sMAPE in per cent. In italics the baselines on the same "
        "test windows.",
        ["Run", ">MAE", ">RMSE", ">sMAPE", ">MASE"],
        rows,
    )


def same_rows(one: Result, other: Result) -> bool:
    """Say whether two forecasters of the same times forecast the same column."""
    if _target(one) != _target(other) or ("id" in one.table) != ("id" in other.table):
        return False
    return "id" not in one.table or one.table["id"].equals(other.table["id"])


def comparable(one: Result, other: Result) -> bool:
    """Say whether two forecasters' errors are in the same units.

    They are in those of the target, which the test values tell where they overlap in time.
    """
    if _target(one) != _target(other):
        return False
    if one.source.sha256 == other.source.sha256:
        return True
    if "id" in one.table or "id" in other.table:
        return False
    truths = [run.table.groupby("time")["truth"].first() for run in (one, other)]
    try:
        shared = truths[0].index.intersection(truths[1].index)
        return len(shared) > 0 and np.array_equal(truths[0][shared], truths[1][shared])
    except TypeError:  # dates beside numbers, or times with and without a zone
        return False


def _target(run: Result) -> str:
    return str(getattr(run.preprocessing, "target", ""))
