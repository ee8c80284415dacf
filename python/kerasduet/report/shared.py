"""The test windows that several runs on the same data have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from kerasduet.report.measures import same_test_rows

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.result import Result

    Tested = TypeVar("Tested", bound=Result)

__all__ = ["on_shared_rows", "told_shared"]


def on_shared_rows(runs: Sequence[Tested]) -> list[Tested] | None:
    """Give runs with the test rows that all of them have.

    Runs tested on the same rows are given as they are. Settings such as `difference` take rows
    from the front of a series, so that the same splits leave other windows: these are paired by
    the time of their origin.

    Parameters
    ----------
    runs : sequence of Result
        At least one.

    Returns
    -------
    list of Result or None
        None where there are no such rows: of other data, or of windows of other lengths.
    """
    if all(same_test_rows(runs[0], run) for run in runs[1:]):
        return list(runs)
    task, steps = runs[0].task, runs[0].task.steps(runs[0].preprocessing)
    if (
        task.key == ("row",)
        or any(run.task is not task for run in runs)
        or any(task.steps(run.preprocessing) != steps for run in runs)
        or len({run.source.sha256 for run in runs}) > 1
        or len({"id" in run.table for run in runs}) > 1
    ):
        return None
    windows = [_windows(run.table, steps) for run in runs]
    shared = windows[0]
    for other in windows[1:]:
        shared = shared[shared.isin(other)]
    if not len(shared):
        return None
    cut = [
        replace(run, table=run.table[own.isin(shared).repeat(steps)].reset_index(drop=True))
        for run, own in zip(runs, windows, strict=True)
    ]
    return cut if all(same_test_rows(cut[0], run) for run in cut[1:]) else None


def _windows(table: pd.DataFrame, steps: int) -> pd.Index:
    """Name each window by its origin, of several series by its series too."""
    import pandas as pd

    first = table.iloc[::steps]
    if "id" in table:
        return pd.MultiIndex.from_frame(first[["id", "origin"]])
    return pd.Index(first["origin"])


def told_shared(given: Sequence[Result], cut: Sequence[Result]) -> str:
    """Say how many windows were compared, where not all were; otherwise an empty text."""
    steps = given[0].task.steps(given[0].preprocessing)
    every = [len(run.table) // steps for run in given]
    both = len(cut[0].table) // steps
    if set(every) == {both}:
        return ""
    counts = " and ".join(f"{count:,}" for count in dict.fromkeys(every))
    who = "both" if len(given) == 2 else "all"
    return f"Compared on the {both:,} test windows that {who} have, of {counts}."
