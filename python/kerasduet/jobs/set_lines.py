"""What a set of runs prints: what it is, how it did, and what to do next."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kerasduet.errors import EmptyData
from kerasduet.jobs import outside
from kerasduet.jobs.plan import Plan, outside_jobs, shown_names
from kerasduet.jobs.tables import best_of, differing
from kerasduet.lead import score_text
from kerasduet.means import told_mean
from kerasduet.registry import TASKS

if TYPE_CHECKING:
    from kerasduet.jobs.sets import RunSet

__all__ = ["lines_of"]


def lines_of(runs: RunSet, path: Path, plan: Plan) -> list[str]:
    """Give the lines of a set that lies in a folder."""
    counts = runs.table["status"].value_counts(sort=False)
    told = ", ".join(f"{count} {status}" for status, count in counts.items())
    where = f"kept in {runs.folder}" if runs.folder else "not saved: save(folder)"
    names = list(dict.fromkeys(job.experiment.name for job in plan.jobs))
    noun = "runs of a backtest " if runs.kind == "backtest" else f"{runs.kind} "
    lines = [f"<kerasduet run set> {len(runs)} {noun}of {', '.join(names)}: {told}, {where}"]
    settings = list(differing([job.experiment for job in plan.jobs]))
    if settings:
        lines.append(f"  differ   {', '.join(settings)}")
    lines += [f"  {name:<8} {text}" for name, text in _results(runs, plan)]
    shown = _shown(plan)
    lines += [
        f"  failed   {shown.get(name, name)}: {text}" for name, text in runs.failures.items()
    ]
    if runs.kind == "backtest":
        lines += [f"  failed   {text}" for text in _failed_methods(path, plan)]
        return [*lines, "  next     scores(), summary(), plot(), table, runs"]
    best = "" if runs.kind == "folds" else " best,"
    return [*lines, f"  next     table, summary(), plot(),{best} runs"]


def _shown(plan: Plan) -> dict[str, str]:
    """Give the names of runs by their folders."""
    return dict(zip((job.name for job in plan.jobs), shown_names(plan.jobs), strict=True))


def _failed_methods(path: Path, plan: Plan) -> list[str]:
    """Say once which methods from outside failed, and in how many folds."""
    found: dict[str, int] = {}
    for job in outside_jobs(plan):
        kept = outside.read(path / job.name)
        for text in kept[0]["failures"].values() if kept else ():
            found[text] = found.get(text, 0) + 1
    return [text if n == 1 else f"{text} ({n} folds)" for text, n in found.items()]


def _results(runs: RunSet, plan: Plan) -> Iterator[tuple[str, str]]:
    if runs.kind == "backtest":
        if runs.verdict:
            yield "result", runs.verdict
        return
    tasks = {job.experiment.task for job in plan.jobs}
    summary = runs.summary()
    if len(tasks) > 1 or summary.empty:
        return
    metric = TASKS[tasks.pop()].metrics_of(plan.jobs[0].experiment)[0]
    own = summary[summary["score"] == metric.name]
    unit = f" {metric.unit}" if metric.unit else ""
    if len(own) == 1:
        told = told_mean(metric, own.iloc[0])
        if runs.kind == "folds" and own.iloc[0]["runs"] > 1:
            told += ", widened as folds share training rows"
        yield "result", told
    if runs.kind == "folds":
        return  # a fold is easier than another, not better
    with contextlib.suppress(EmptyData):
        name, by = best_of(plan.jobs, runs.table)
        score = runs.table[runs.table["run"] == name].to_dict("records")[0]
        told = score_text(score[metric.name], factor=metric.factor)
        yield "best", f"{_shown(plan)[name]} by its {by} rows: test {metric.label} {told}{unit}"
