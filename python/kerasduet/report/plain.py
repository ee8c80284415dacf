"""What a report says where a task has no words of its own: its scores, in plain tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kerasduet.plots import plot_run
from kerasduet.report import words
from kerasduet.report.document import escape
from kerasduet.report.measures import headline
from kerasduet.report.parts import SPLITS, interval_note
from kerasduet.task import Writing

if TYPE_CHECKING:
    from kerasduet.report.document import Document
    from kerasduet.result import Result
    from kerasduet.task import Metric

__all__ = ["compare", "write"]


def write(page: Document, run: Result, part: str) -> None:
    """Write "purpose", "data" or "result", as the task does or in plain words."""
    getattr(run.task.writing() or PLAIN, part)(page, run)


def _purpose(page: Document, run: Result) -> None:
    page.add(
        f"It is {escape(run.task.noun)}, of the task {escape(run.task.name)}, trained on the "
        "data named below. **Not for** data of another kind: none were tested."
    )


def _data(page: Document, run: Result) -> None:
    sizes = run.provenance["sizes"]
    rows = [[label, f"{sizes[name]:,}"] for name, label in SPLITS.items() if sizes[name]]
    page.table("data", "Rows of each split.", ["Split", ">Rows"], rows)


def _result(page: Document, run: Result) -> None:
    page.heading("Result")
    found, first = headline(run), run.task.metrics_of(run.experiment)[0]
    rows = []
    for name, score in run.metrics.items():
        metric = next((m for m in run.task.metrics if m.name == name), None)
        of_first = found is not None and metric is first
        rows.append(
            [
                escape(_title(metric) if metric else name.replace("_", " ").capitalize()),
                words.score(score, factor=metric.factor if metric else 1),
                words.scored(found, factor=first.factor) if of_first and found else "",
            ]
        )
    page.table(
        "result",
        f"Scores on the test {escape(run.task.cases_word)}.",
        ["Score", ">Value", "95 % interval"],
        rows,
    )
    if found is not None:
        page.add(interval_note(run))
    for kind in run.task.panels:
        drawn = plot_run(run, kind=kind.name)
        page.figure(kind.name, f"{escape(kind.name.capitalize())}.", drawn)


def compare(page: Document, runs: Sequence[Result], names: Sequence[str]) -> None:
    """Write the table of scores of several runs, as the task does or a plain one."""
    writing = runs[0].task.writing() or PLAIN
    (writing.comparison or _add_comparison)(page, runs, names)


def _add_comparison(page: Document, runs: Sequence[Result], names: Sequence[str]) -> None:
    task = runs[0].task
    rows = [
        [escape(name), *(_score(run, metric) for metric in task.metrics), f"{len(run.table):,}"]
        for name, run in zip(names, runs, strict=True)
    ]
    page.table(
        "result",
        f"Scores on the test {escape(task.cases_word)}, with 95 % intervals where they can be had.",
        ["Run", *(f">{escape(_title(metric))}" for metric in task.metrics), ">Test rows"],
        rows,
    )


def _score(run: Result, metric: Metric) -> str:
    is_first = metric is run.task.metrics_of(run.experiment)[0]
    if run.diverged:
        return words.DIVERGED if is_first else ""
    found = headline(run) if is_first else None
    if found is not None:
        return words.among(found, factor=metric.factor)
    return words.score(run.metrics[metric.name], factor=metric.factor)


def _title(metric: Metric) -> str:
    return metric.title + (f" ({metric.unit})" if metric.unit else "")


PLAIN = Writing(_purpose, _data, _result)
