"""The differences of two sides, measure by measure, with intervals over test rows and pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kerasduet.report.intervals import (
    SEED,
    Interval,
    interval_of,
    resampled,
    resampled_means,
)

if TYPE_CHECKING:
    from kerasduet.result import Result
    from kerasduet.task import Metric, Task

__all__ = ["UNCLEAR", "Difference", "paired_differences"]

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
