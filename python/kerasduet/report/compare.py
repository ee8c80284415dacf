"""Runs, or two ways of training over several seeds, compared on the same test rows."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.errors import ArgumentType
from kerasduet.report import words
from kerasduet.report.intervals import (
    SEED,
    Interval,
    interval_of,
    resampled,
    resampled_means,
)
from kerasduet.report.pairs import given_runs, refuse_unpaired
from kerasduet.report.run_names import run_names
from kerasduet.run import Run
from kerasduet.settings.named import answers

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.result import Result
    from kerasduet.task import Metric, Task

    RunLike = Run | str | os.PathLike[str]

__all__ = ["Comparison", "Difference", "compare_runs", "paired_differences"]

SAME = "same predictions"
UNCLEAR = "no clear difference"
FEW = "too few test rows"


@dataclass(frozen=True)
class Difference:
    """One measure of two sides.

    Parameters
    ----------
    metric : Metric
        What is compared, as in `run.metrics`: accuracy (0..1) and loss (nats), or mae and rmse
        in the units of the series.
    first, second : float
        The measure of each side, a mean over its runs.
    interval : Interval
        First minus second, with its 95 % interval.
    """

    metric: Metric
    first: float
    second: float
    interval: Interval

    @property
    def verdict(self) -> str:
        """The better side, where the interval leaves out 0."""
        if not np.isfinite(self.interval.low):
            return FEW
        if not self.interval.excludes_zero:
            return UNCLEAR
        nominal, higher = self.metric.nominal, self.metric.higher
        if nominal is not None:
            higher = self.first < nominal
            if higher != (self.second < nominal):
                return UNCLEAR  # on both sides of it: the interval does not say which is nearer
        first = (self.interval.low > 0) == higher
        return "first better" if first else "second better"


@dataclass(frozen=True)
class Comparison:
    """What `compare_runs` found.

    Parameters
    ----------
    table : pandas.DataFrame
        A row a measure, of three runs or more a row a run and measure, run being the name of the
        second: measure, first, second, difference (first minus second), low, high,
        verdict ("first better", "second better", "no clear difference", "too few test rows" to
        judge, without low and high, or "same predictions").
    summary : str
        A sentence on each measure.
    pairs : int
        Runs on each side.
    """

    table: pd.DataFrame
    summary: str
    pairs: int

    def __str__(self) -> str:
        """Show the table, and the sentences below it."""
        return f"{self.table.to_string(index=False)}\n\n{self.summary}"

    __repr__ = __str__


@answers(a=("runs",))
def compare_runs(
    a: RunLike | Sequence[RunLike],
    b: RunLike | Sequence[RunLike] | None = None,
    *more: Any,
) -> Comparison:
    """Compare two runs, several runs, or two ways of training with several seeds each.

    Parameters
    ----------
    a, b : Run, path, RunSet, or several runs in a list
        A run or the folder of one. Lists, and the finished runs of sets, have equal
        length: the first of `a` is paired with the first of `b`, and so on, such as runs of the
        same seed. Of a list or set alone, without `b`, the first run is compared with each other
        one.
    *more
        Refused: more than two runs are given in a list.

    Returns
    -------
    Comparison
        `table`, `summary` and `pairs`.

    Raises
    ------
    ArgumentType
        What is no run, or one run alone.
    ComparisonError
        Runs of different tasks, tested on different rows or that diverged; lists of different
        length.

    Notes
    -----
    The bootstrap draws the same test rows for both sides, so what makes a row hard for every
    network cancels out. Of several pairs it draws the pairs as well: Owen (2007), "The
    pigeonhole bootstrap", Annals of Applied Statistics 1. Reports that compare runs use the
    same intervals. Each interval is of one comparison: the more runs are compared, the likelier
    it is that one of them looks better by chance.

    Examples
    --------
    >>> from kerasduet.workflow import run_experiment
    >>> few = {"dataset": "mnist-subset", "epochs": 1, "progress": False}
    >>> small = run_experiment("mnist-dense", units=2, **few)
    >>> large = run_experiment("mnist-dense", units=64, **few)
    >>> compare_runs(small, large).table["verdict"].tolist()
    ['second better', 'second better']
    >>> compare_runs([small, large]).table["measure"].tolist()
    ['accuracy', 'loss']
    """
    if more:
        raise ArgumentType(
            f"b: must be the other of two sides; got {len(more) + 1} of them. Give all runs in "
            "one list, or lists as a and b for several seeds of each."
        )
    first = given_runs("a", a)
    if b is not None:
        second = given_runs("b", b)
        refuse_unpaired(first, second)
        table, summary = _compared(first, second)
        return Comparison(table, summary, len(first))
    if len(first) < 2:
        raise ArgumentType(
            "b: must be given, unless a is a list of two runs or more; got one run. Give the "
            "other one."
        )
    refuse_unpaired(first[:1] * len(first[1:]), first[1:], ("a", "a"))
    if len(first) > 2:
        return _beside_first(first)
    return Comparison(*_compared(first[:1], first[1:]), 1)


def _beside_first(runs: Sequence[Run]) -> Comparison:
    """Compare the first of three runs or more with each other one, by the names of reports."""
    import pandas as pd

    names = run_names(runs)
    tables, told = [], []
    for name, run in zip(names[1:], runs[1:], strict=True):
        table, summary = _compared(runs[:1], [run])
        table.insert(0, "run", name)
        tables.append(table)
        told.append(f"{names[0]} (first) against {name} (second). {summary}")
    told.append(
        "Each interval is of one comparison: of many, some look clear by chance. The first run of "
        "the list is the one that the others are compared with."
    )
    return Comparison(pd.concat(tables, ignore_index=True), " ".join(told), 1)


def _compared(first: Sequence[Run], second: Sequence[Run]) -> tuple[pd.DataFrame, str]:
    """Give a row and a sentence a measure."""
    import pandas as pd

    found = paired_differences(first, second)
    same = all(
        one.digests["predictions"] == other.digests["predictions"]
        for one, other in zip(first, second, strict=True)
    )
    rows = [
        (d.metric.name, d.first, d.second, d.interval.value, d.interval.low, d.interval.high)
        for d in found
    ]
    names = ["measure", "first", "second", "difference", "low", "high"]
    table = pd.DataFrame(rows, columns=names)
    table["verdict"] = [SAME if same else d.verdict for d in found]
    if same:
        return table, "The predictions are the same, bit for bit."
    return table, " ".join(_sentence(d, len(first)) for d in found)


def paired_differences(first: Sequence[Result], second: Sequence[Result]) -> list[Difference]:
    """Give every measure of two sides, and their difference case by case.

    Parameters
    ----------
    first, second : sequence of Result
        As many on each side, all tested on the same rows.

    Returns
    -------
    list of Difference
        The task's headline first; empty where it gives no cases.
    """
    task, block = first[0].task, first[0].task.block(first[0].table, first[0].preprocessing)
    sides = [[(run.table, run.preprocessing) for run in side] for side in (first, second)]
    means = _means([[task.cases(*one) for one in side] for side in sides], task, block)
    counted = _counted(
        [[task.counted(*one) for one in side] for side in sides],
        task,
        block,
        len(first[0].table) // task.steps(first[0].preprocessing),
    )
    found, pairs = means | counted, len(first)
    ordered = task.metrics_of(first[0].experiment)
    metrics = [metric for metric in ordered if metric.name in found]
    if not metrics:
        return []
    value = np.stack([found[metric.name][0] for metric in metrics], axis=-1).mean(axis=0)
    draws = np.stack([found[metric.name][1] for metric in metrics], axis=-1)
    # Pairs are drawn as well as rows.
    weights = np.random.default_rng(SEED).multinomial(
        pairs, np.full(pairs, 1 / pairs), len(draws)
    )
    drawn = np.einsum("dp,dpsm->dsm", weights / pairs, draws)
    gaps, drawn_gaps = value[0] - value[1], drawn[:, 0] - drawn[:, 1]
    intervals = [interval_of(gaps[i], drawn_gaps[:, i]) for i in range(len(metrics))]
    if not first[0].has_intervals:
        intervals = [one.alone for one in intervals]
    return [
        Difference(metric, float(value[0, i]), float(value[1, i]), intervals[i])
        for i, metric in enumerate(metrics)
    ]


# The scores of each pair and side, (pairs, 2), and those of each draw, (draws, pairs, 2).
Scores = tuple[np.ndarray, np.ndarray]


def _means(
    sides: Sequence[Sequence[Mapping[str, np.ndarray]]], task: Task, block: int
) -> dict[str, Scores]:
    """Give the scores that are means of cases, each draw of cases being the same everywhere."""
    pairs = len(sides[0])
    metrics = [metric for metric in task.metrics if metric.name in sides[0][0]]
    if not metrics:
        return {}
    cases = np.stack(
        [
            np.hstack([sides[side][pair][metric.name] for metric in metrics])
            for pair in range(pairs)
            for side in (0, 1)
        ]
    )  # (pairs * 2, cases, 2 * metrics)

    def measured(means: np.ndarray) -> np.ndarray:
        """Turn means (..., pairs * 2 * 2 * metrics) into scores (..., pairs, 2, metrics)."""
        parts = means.reshape(*means.shape[:-1], pairs, 2, len(metrics), 2)
        scores = parts[..., 0] / parts[..., 1]
        return np.where([metric.root for metric in metrics], np.sqrt(np.abs(scores)), scores)

    flat = np.moveaxis(cases, 1, 0).reshape(cases.shape[1], -1)
    values, draws = measured(flat.mean(axis=0)), measured(resampled_means(flat, block=block))
    return {m.name: (values[..., i], draws[..., i]) for i, m in enumerate(metrics)}


def _counted(
    sides: Sequence[Sequence[Mapping[str, Callable[[np.ndarray], np.ndarray]]]],
    task: Task,
    block: int,
    n: int,
) -> dict[str, Scores]:
    """Give the scores that are no means of cases, of the same draws."""
    names = [metric.name for metric in task.metrics if metric.name in sides[0][0]]
    if not names:
        return {}
    measures = [
        sides[side][pair][name]
        for name in names
        for pair in range(len(sides[0]))
        for side in (0, 1)
    ]

    def measured(counts: np.ndarray) -> np.ndarray:
        """Turn counts (draws, cases) into scores (draws, names, pairs, 2)."""
        scores = np.stack([measure(counts) for measure in measures], axis=-1)
        return scores.reshape(len(counts), len(names), -1, 2)

    values, draws = measured(np.ones((1, n)))[0], resampled(measured, n, block=block)
    return {name: (values[i], draws[:, i]) for i, name in enumerate(names)}


def _sentence(found: Difference, pairs: int) -> str:
    """Say which side is better, and by how much."""
    metric = found.metric
    share, factor = metric.unit == "%", metric.factor
    unit = f" {metric.step}".rstrip()
    width = factor * (found.interval.high - found.interval.low)
    if not np.isfinite(width):
        sides = [words.score(side, factor=factor) for side in (found.first, found.second)]
        return (
            f"{metric.title}: {sides[0]} against {sides[1]}{' per cent' if share else ''}; the "
            "test rows are too few to judge."
        )
    if width == 0 == found.interval.value:
        side = words.score(found.first, factor=factor)
        return f"{metric.title}: {side}{' per cent' if share else ''} both; no difference."
    places = max(words.decimals(width), int(share))
    sides = [f"{factor * side:,.{places}f}" for side in (found.first, found.second)]
    why = "the choice of the test rows" + (" and of the runs" if pairs > 1 else "")
    verdict = (
        f"no clear difference: it may be due to {why}"
        if found.verdict == UNCLEAR
        else f"the {found.verdict.split()[0]} is better, by more than {why} explains"
    )
    return (
        f"{metric.title}: {sides[0]} against {sides[1]}{' per cent' if share else ''}, a "
        f"difference of {words.value(found.interval, factor=factor)}{unit} (95 % interval "
        f"{words.interval(found.interval, factor=factor)}); {verdict}."
    ).replace(words.NO_BREAK, " ")
