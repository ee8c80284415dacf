"""Runs that are compared case by case: read, and refused where they have no such difference."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from kerasduet.checks import show
from kerasduet.errors import ArgumentType, ComparisonError
from kerasduet.report.measures import same_test_rows
from kerasduet.run import Run, load_run

__all__ = ["given_runs", "refuse_unpaired"]


def given_runs(name: str, given: Any) -> list[Run]:
    """Give a run, several in a list, or the finished ones of a set, as a list of runs."""
    given = getattr(given, "runs", given)  # of a set
    several = (
        list(given) if isinstance(given, Sequence) and not isinstance(given, str) else [given]
    )
    for one in several or [given]:
        if not isinstance(one, Run | str | os.PathLike):
            raise ArgumentType(
                f"{name}: must be a run, a run folder, or a list of them; got {show(one)}."
            )
    return [one if isinstance(one, Run) else load_run(one) for one in several]


def refuse_unpaired(
    first: Sequence[Run], second: Sequence[Run], names: tuple[str, str] = ("a", "b")
) -> None:
    """Refuse what has no difference case by case; `names` are of the arguments that hold them."""
    if len(first) != len(second):
        raise ComparisonError(
            f"b: must hold as many runs as a; got {len(second)} beside {len(first)}. Pair the "
            "runs, such as those of the same seed."
        )
    for name, runs in zip(names, (first, second), strict=True):
        for run in runs:
            if run.experiment.task != first[0].experiment.task:
                raise ComparisonError(
                    f"{name}: must be of one task; got {run.experiment.task} beside "
                    f"{first[0].experiment.task}. Compare runs of one task."
                )
            if run.diverged:
                raise ComparisonError(
                    f"{name}: must be runs with finite predictions of test rows; got one that "
                    "diverged. Train it with a lower learning rate."
                )
            if not same_test_rows(first[0], run):
                raise ComparisonError(
                    f"{name}: must be tested on the same rows; got other test rows. Give all runs "
                    "the same data and the same splits."
                )
