"""Runs that are compared case by case: paired, and refused where they have no such difference."""

from __future__ import annotations

from collections.abc import Sequence

from kerasduet.errors import ComparisonError
from kerasduet.report.held_out import are_folds, are_origins
from kerasduet.report.shared import on_shared_rows
from kerasduet.run import Run

__all__ = ["paired"]


def paired(
    first: Sequence[Run], second: Sequence[Run], names: tuple[str, str] = ("a", "b")
) -> tuple[list[Run], list[Run]]:
    """Give both sides on the test rows that all runs have, or refuse what has no difference.

    Parameters
    ----------
    first, second : sequence of Run
        The sides.
    names : tuple of str
        Of the arguments that hold them.

    Raises
    ------
    ComparisonError
        Sides of different length; runs of different tasks, that diverged, or tested on rows of
        which they share none.
    """
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
    for name, runs in zip(names, (first, second), strict=True):
        for run in runs:
            if on_shared_rows([first[0], run]) is None:
                raise ComparisonError(
                    f"{name}: must be tested on the same rows; got {_why_other(first[0], run)}."
                )
    shared = on_shared_rows([*first, *second])
    if shared is None:
        raise ComparisonError(
            "b: must be tested on the same rows; got runs with no test window that all have. Give "
            "all runs the same splits."
        )
    return shared[: len(first)], shared[len(first) :]


def _why_other(one: Run, other: Run) -> str:
    """Say how the test rows of two runs differ, and what to do."""
    if are_folds([one, other]) or are_origins([one, other]):
        what = "a backtest" if are_origins([one, other]) else "a cross-validation"
        return (
            f"folds of {what}, each of which has rows of its own. See summary() of the set, or "
            "compare the same fold of two sets"
        )
    steps = [run.task.steps(run.preprocessing) for run in (one, other)]
    if one.task.key != ("row",) and steps[0] != steps[1]:
        return f"windows of {steps[1]} steps beside {steps[0]}. Give all runs the same horizon"
    if one.source.sha256 != other.source.sha256:
        return "other test rows, of other data. Give all runs the same data and splits"
    return "other test rows. Give all runs the same data and the same splits"
