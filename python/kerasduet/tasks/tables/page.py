"""What only the page of a run on a table has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.report import words
from kerasduet.report.document import escape
from kerasduet.report.intervals import DRAWS, SEED
from kerasduet.report.own import classes_of
from kerasduet.report.parts import SPLITS, data_of
from kerasduet.task import Writing
from kerasduet.tasks.tables import looks, results
from kerasduet.tasks.tables.baselines import CLASS_BASELINES, NUMBER_BASELINES
from kerasduet.tasks.tables.page_result import (
    MOST_CLASSES,
    add_class_result,
    add_number_result,
    among,
    measured,
)
from kerasduet.tasks.tables.told import WORDS

if TYPE_CHECKING:
    from kerasduet.report.document import Document
    from kerasduet.result import Result

__all__ = ["CLASS_WRITING", "NUMBER_WRITING", "add_comparison"]

# Purpose --------------------------------------------------------------------------------------


def add_class_purpose(page: Document, run: Result) -> None:
    """Say what a classifier of table rows is for and not for."""
    learned: Any = run.preprocessing
    names = looks.names_of(run)
    told = words.listed([escape(name) for name in names])
    confidence = float(run.table["probability"].mean())
    page.add(
        f"**For** rows of a table with the columns {_features(run)}: it names one of "
        f"{len(names):,} classes of {escape(learned.target)}: {told}.",
        f"{_not_for()} Its probabilities were not calibrated: on the test rows it was right in "
        f"{words.share(run.metrics['accuracy'])}, while it gave its answers a mean probability "
        f"of {words.share(confidence)}.",
    )


def add_number_purpose(page: Document, run: Result) -> None:
    """Say what a regression on table rows is for and not for."""
    learned: Any = run.preprocessing
    truth = run.table["truth"]
    low, high = words.alike([truth.min(), truth.max()])
    page.add(
        f"**For** predicting {escape(learned.target)} from the columns {_features(run)} of a row "
        "of a table.",
        f"{_not_for()} It gives single numbers, without an interval around them. In the test "
        f"{escape(learned.target)} lay between {low} and {high}; beyond that nothing was tested.",
    )


def _features(run: Result) -> str:
    learned: Any = run.preprocessing
    return words.listed([escape(name) for name in learned.encoding.features], most=12)


def _not_for() -> str:
    return (
        "**Not for** rows that come about in another way than those named below. What moves "
        "with a column in these data need not be caused by it."
    )


# Data -----------------------------------------------------------------------------------------


def add_class_data(page: Document, run: Result) -> None:
    """Give the columns by type, and the classes of every split."""
    _columns(page, run)
    dataset, _ = data_of(run)
    names, sizes = looks.names_of(run), run.provenance["sizes"]
    if dataset is None:
        counts = classes_of(run)
    else:
        parts = {name: getattr(dataset, name) for name in SPLITS}
        codes = {name: np.asarray(part.targets) for name, part in parts.items() if len(part)}
        counts = {k: np.bincount(v.astype(int), minlength=len(names)) for k, v in codes.items()}
    shown = min(len(names), MOST_CLASSES)
    rows = [
        [escape(name), *(_part(found[i], found.sum()) for found in counts.values())]
        for i, name in enumerate(names[:shown])
    ]
    rows.append(["**all**", *(f"**{found.sum():,}**" for found in counts.values())])
    told = words.listed([f"{size:,} {SPLITS[name]}" for name, size in sizes.items() if size])
    page.table(
        "data",
        f"Rows of each class, and their share of the split. In all {told} rows."
        + (f" The first {shown} of {len(names):,} classes." if shown < len(names) else ""),
        ["Class", *(f">{SPLITS[name].capitalize()}" for name in counts)],
        rows,
    )


def add_number_data(page: Document, run: Result) -> None:
    """Give the columns by type, and the target in every split."""
    _columns(page, run)
    dataset, _ = data_of(run)
    learned: Any = run.preprocessing
    sizes = run.provenance["sizes"]
    rows = []
    for name, label in SPLITS.items():
        values = run.table["truth"].to_numpy(np.float64) if name == "test" else None
        if dataset is not None:
            targets = np.asarray(getattr(dataset, name).targets)
            values = learned.restore(targets.reshape(-1, 1))
        if sizes[name]:
            known = values is not None and len(values)
            told = (
                words.alike([values.mean(), values.min(), values.max()])
                if known and values is not None
                else ["", "", ""]
            )
            rows.append([label, f"{sizes[name]:,}", *told])
    page.table(
        "data",
        f"Rows of each split, and {escape(learned.target)} in them.",
        ["Split", ">Rows", ">Mean", ">Lowest", ">Highest"],
        rows,
    )


def _columns(page: Document, run: Result) -> None:
    """Give every column that the network sees, its type, and how it enters."""
    learned: Any = run.preprocessing
    rows = [
        [escape(column.name), WORDS[column.kind][0], _entry(column, run)]
        for column in learned.encoding.columns
    ]
    width = learned.encoding.width + len(learned.encoding.levels)
    page.table(
        "columns",
        "The columns that the network sees, by type, and how they enter, in all as "
        f"{words.count(width, 'input')}. All of this was learned from the training rows alone.",
        ["Column", "Type", "Enters as"],
        rows,
    )
    page.add(*(escape(note) for note in learned.encoding.notes))


def _entry(column: Any, run: Result) -> str:
    """Say how a column enters the network."""
    scale = {
        "standard": "standardized",
        "minmax": "scaled to 0 to 1",
        "robust": "centred and scaled by quantiles",
    }.get(run.experiment.data.scale, "as it is")
    levels = words.count(len(column.levels), "level")
    told = {
        "number": scale,
        "logical": "0 or 1",
        "date": "year, month and weekday, the latter two as points on a circle",
        "category": f"embedded codes of {levels}"
        if column.embedded
        else f"0 or 1 for {levels}",
        "ordered": f"place among {levels}" if column.scale != 1 else f"steps through {levels}",
    }[column.kind]
    return told + (", missing ones marked" if column.missing else "")


def _part(number: Any, total: Any) -> str:
    return f"{number:,}{words.NO_BREAK}({words.share(number / total)})"


def intervals(run: Result) -> str:
    """Say how the intervals were made and what they cover."""
    return (
        f"The 95 % intervals are from a percentile bootstrap over the {len(run.table):,} test "
        f"rows ({DRAWS:,} draws, seed {SEED}); of the difference it draws the same rows for "
        "both. They cover which rows happened to be in the test, not what other training rows or "
        "another seed would give."
    )


def add_comparison(page: Document, runs: Sequence[Result], names: Sequence[str]) -> None:
    """Give the scores of several runs on tables, and of the best baseline of each."""
    metrics = runs[0].task.metrics
    is_class = bool(looks.names_of(runs[0]))
    baselines = CLASS_BASELINES if is_class else NUMBER_BASELINES
    rows = []
    for name, run in zip(names, runs, strict=True):
        if run.diverged:
            rows.append([escape(name), words.DIVERGED, *[""] * len(metrics)])
            continue
        measure = (
            results.class_measure(run.table, run.preprocessing)
            if is_class
            else results.number_measure(run.table)
        )
        found = measured(run, measure)
        best = results.best_baseline(run.metrics, baselines, metrics[0].name)
        rival = (
            ""
            if best is None
            else f"{words.score(run.metrics[f'{best}_{metrics[0].name}'])} ({best})"
        )
        rows.append([escape(name), *(among(found[m.name], m.factor) for m in metrics), rival])
    page.table(
        "result",
        "Scores on the test rows, with 95 % intervals; beside them the best baseline's "
        f"{metrics[0].label}. Accuracies in per cent."
        if is_class
        else "Scores on the test rows, with 95 % intervals; beside them the best baseline's "
        f"{metrics[0].label}.",
        ["Run", *(f">{metric.title}" for metric in metrics), ">Best baseline"],
        rows,
    )


CLASS_WRITING = Writing(
    add_class_purpose, add_class_data, add_class_result, add_comparison, intervals
)
NUMBER_WRITING = Writing(
    add_number_purpose, add_number_data, add_number_result, add_comparison, intervals
)
