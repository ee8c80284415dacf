"""Headline scores of runs on their test rows, with 95 % intervals, and their differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kerasduet.report.intervals import Interval, counted_intervals, ratio

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["comparable", "headline", "same_test_rows"]


def headline(run: Result) -> Interval | None:
    """Give the headline score with its interval; None where the task gives no cases."""
    task, learned = run.task, run.preprocessing
    metric, block = task.metrics_of(run.experiment)[0], task.block(run.table, learned)
    cases = task.cases(run.table, learned).get(metric.name)
    if cases is not None:
        found = ratio(cases, block=block, root=metric.root)
        return found if run.has_intervals else found.alone
    counted = task.counted(run.table, learned).get(metric.name)
    if counted is None:
        return None
    tests = len(run.table) // task.steps(run.preprocessing)
    (found,) = counted_intervals(lambda counts: counted(counts)[:, None], tests, block=block)
    return found if run.has_intervals else found.alone


def same_test_rows(one: Result, other: Result) -> bool:
    """Say whether two runs were tested on the same rows, whatever rows they learned from.

    Rows that the table names, such as the times of a series, are compared there; those that it
    only counts are known by their digest, which earlier versions did not note, or by that of
    all the data.
    """
    task = one.task
    if other.task is not task or len(one.table) != len(other.table):
        return False
    same = all(
        np.array_equal(one.table[name].to_numpy(), other.table[name].to_numpy())
        for name in (*task.key, "truth")
    )
    if task.key != ("row",):
        return same and task.same_rows(one, other)
    digests = [run.provenance.get("test_sha256") for run in (one, other)]
    if None in digests:
        digests = [run.source.sha256 for run in (one, other)]
    return same and digests[0] == digests[1] and task.same_rows(one, other)


def comparable(one: Result, other: Result) -> bool:
    """Say whether two runs' scores are in the same units, so that one can be the better."""
    return same_test_rows(one, other) or one.task.comparable(one, other)
