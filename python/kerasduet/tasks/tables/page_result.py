"""The results on the page of a run on a table: scores, probabilities, looks inside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.plots import plot_run
from kerasduet.report import words
from kerasduet.report.document import escape
from kerasduet.report.intervals import Interval
from kerasduet.report.parts import data_of, interval_note
from kerasduet.tasks.tables import looks, results, scores
from kerasduet.tasks.tables.baselines import CLASS_BASELINES, NUMBER_BASELINES
from kerasduet.tasks.tables.figures import telling_pair
from kerasduet.tasks.tables.scores import Measure

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.report.document import Document
    from kerasduet.result import Result

__all__ = [
    "MOST_CLASSES",
    "add_class_result",
    "add_number_result",
    "add_scores",
    "among",
    "measured",
]

MOST_TERMS = 40  # of a regression, in its table
MOST_CLASSES = 30  # of the table by class
SHOWN_CURVES = 2  # columns whose partial dependence is shown


def add_class_result(page: Document, run: Result) -> None:
    """Give scores beside the baselines, classes, probabilities, and looks inside."""
    learned, table = run.preprocessing, run.table
    add_scores(
        page,
        run,
        CLASS_BASELINES,
        lambda who: results.class_measure(table, learned, who),
        "Log loss in nats, accuracies in per cent.",
    )
    page.heading("By class", level=3)
    drawn = plot_run(run, kind="confusion")
    few = len(looks.names_of(run)) < 5
    page.figure("confusion", "Confusion matrix of the test rows.", drawn, small=few)
    _classes(page, run)
    page.heading("Probabilities", level=3)
    drawn = plot_run(run, kind="reliability")
    page.figure("reliability", "How often probabilities came true.", drawn, small=True)
    if np.isfinite(run.metrics["auc"]):
        drawn = plot_run(run, kind="roc")
        page.figure("roc", "Hits by false alarms as the threshold falls.", drawn, small=True)
    _inside(page, run)


def add_number_result(page: Document, run: Result) -> None:
    """Give scores beside the baselines, residuals, and looks inside."""
    learned: Any = run.preprocessing
    add_scores(
        page,
        run,
        NUMBER_BASELINES,
        lambda who: results.number_measure(run.table, who or "prediction"),
        f"RMSE and MAE are in the units of {escape(learned.target)}.",
    )
    page.heading("Residuals", level=3)
    drawn = plot_run(run, kind="residuals")
    page.figure("residuals", "What is left of the truth, by what was predicted.", drawn)
    _inside(page, run)


def add_scores(
    page: Document,
    run: Result,
    baselines: Mapping[str, str],
    measure: Callable[[str], Measure],
    units: str,
) -> None:
    """Give every score of the network and of each baseline, and their difference."""
    page.heading("Result")
    metrics = run.task.metrics
    there = [name for name in baselines if f"{name}_{metrics[0].name}" in run.metrics]
    found = [measured(run, measure(who)) for who in ("", *there)]
    rows = [
        [metric.title, *(among(each[metric.name], metric.factor) for each in found)]
        for metric in metrics
    ]
    heads = [baselines[name].removeprefix("the ").capitalize() for name in there]
    page.table(
        "result",
        f"Scores on the test rows{_with_intervals(run)}. {units}",
        ["Score", ">Network", *(f">{head}" for head in heads)],
        rows,
    )
    page.add(_gain(run, baselines), interval_note(run))


def measured(run: Result, measure: Measure) -> dict[str, Interval]:
    """Give scores with their intervals, or alone where there are too few test rows for any."""
    found = scores.with_intervals(measure)
    if run.has_intervals:
        return found
    return {name: one.alone for name, one in found.items()}


def _with_intervals(run: Result) -> str:
    return ", with 95 % intervals" if run.has_intervals else ""


def among(found: Interval, factor: float = 1.0) -> str:
    """Write a score with its interval, but for one that is the same in every draw."""
    if not np.isfinite(found.value):
        return "\u2013"
    if found.high - found.low <= 1e-9 * max(abs(found.value), 1):
        return words.score(found.value, factor=factor)
    return words.among(found, factor=factor)


def _gain(run: Result, baselines: Mapping[str, str]) -> str:
    """Say by how much the network beats the best baseline, or does not."""
    first, metrics = run.task.metrics[0], run.metrics
    best = results.best_baseline(metrics, baselines, first.name)
    if best is None or "gain" not in metrics:
        return ""
    gain = Interval(*(metrics[f"gain{end}"] for end in ("", "_low", "_high")))
    gain = gain if run.has_intervals else gain.alone
    which = "lower" if gain.value >= 0 else "higher"
    told = gain if gain.value >= 0 else Interval(-gain.value, -gain.high, -gain.low)
    lead = run.lead
    verdict = (
        "The test rows are too few to judge."
        if lead is not None and not lead.is_judged
        else "The interval holds 0: the network does not earn its keep on these rows."
        if not gain.excludes_zero
        else "The interval does not hold 0: the difference is more than the choice of the test "
        "rows explains."
        if gain.value > 0
        else "The interval does not hold 0: the network does not earn its keep."
    )
    return (
        f"Row by row, the {first.label} of the network is {which} than that of the best "
        f"baseline, {baselines[best]}, by {words.gap(told)}. {verdict} "
        "The best baseline was chosen on these rows too, which flatters it a little."
    )


def _classes(page: Document, run: Result) -> None:
    """Give precision, recall and F1 of each class."""
    found = measured(run, results.class_rates(run.table, run.preprocessing))
    names, truth = looks.names_of(run), run.table["truth"].astype(str)
    shown = min(len(names), MOST_CLASSES)
    rows = [
        [
            escape(name),
            *(among(found[f"{rate}_{code}"], 100) for rate in scores.RATES),
            f"{int((truth == name).sum()):,}",
        ]
        for code, name in enumerate(names[:shown])
    ]
    page.table(
        "classes",
        "Precision: share of the answers of this class that are right. Recall: share of this "
        "class's rows found. F1: their harmonic mean. In per "
        f"cent{_with_intervals(run)}; support "
        "is the number of test rows."
        + (f" The first {shown} of {len(names):,} classes." if shown < len(names) else ""),
        ["Class", ">Precision", ">Recall", ">F1", ">Support"],
        rows,
    )


# Inside ---------------------------------------------------------------------------------------


def _inside(page: Document, run: Result) -> None:
    """Show which columns count and what they do, and the regression's coefficients."""
    page.heading("What the network makes of the columns")
    dataset, _ = data_of(run)
    if dataset is None:
        page.add("That needs the test rows as they were read, which cannot be had now.")
        return
    found = looks.importance(run)
    page.add(
        "Each column was shuffled over the test rows, the others left as they were: what the "
        f"network then loses is its importance, see @fig-importance. {_told(found)} Of columns "
        "that say the same, either may seem of little use."
    )
    drawn = plot_run(run, kind="importance")
    page.figure("importance", "By how much the score gets worse without a column.", drawn)
    for i, name in enumerate(found["column"].head(SHOWN_CURVES), 1):
        drawn = plot_run(run, kind="dependence", column=name)
        page.figure(
            f"dependence-{i}",
            f"What is predicted as {escape(name)} takes other values, all else as it is.",
            drawn,
        )
    if looks.names_of(run) and (pair := telling_pair(run, found)):
        drawn = plot_run(run, kind="regions", columns=pair)
        page.figure("regions", "The class named over the two most important numbers.", drawn)
    _coefficients(page, run)


def _told(found: pd.DataFrame) -> str:
    """Say which columns the network uses for certain."""
    clear = [escape(name) for name in found["column"][found["low"] > 0]]
    if not clear:
        return "The interval of every column holds 0: none is shown to be of use."
    return (
        f"Above 0 with its whole interval: {words.listed(clear, most=8)}; "
        f"{len(clear)} of {words.count(len(found), 'column')}."
    )


def _coefficients(page: Document, run: Result) -> None:
    """Give the coefficients of the regression beside."""
    page.heading("The regression beside", level=3)
    table = looks.baseline_coefficients(run)
    names = looks.names_of(run)
    kind = "Logistic" if names else "Linear"
    page.add(*(escape(note) for note in table.attrs["notes"]))
    if table.empty:
        return
    shown = table.head(MOST_TERMS)
    errors, gap = bool(table["std_error"].notna().any()), f"{words.NO_BREAK}to{words.NO_BREAK}"
    rows = [
        [
            escape(row["term"]),
            *([escape(row["class"])] if "class" in table else []),
            *(_number(row[name]) for name in ("estimate", "std_error")[: 1 + errors]),
            *([f"{_number(row['low'])}{gap}{_number(row['high'])}"] if errors else []),
        ]
        for row in shown.to_dict("records")
    ]
    unit = "in the units of the target"
    if names:
        other = f"of {escape(names[1])}" if len(names) == 2 else f"beside {escape(names[0])}"
        unit = f"log odds {other}"
    more = (
        f" The first {MOST_TERMS} of {len(table):,}; `baseline_coefficients()` gives all."
        if len(table) > MOST_TERMS
        else ""
    )
    page.table(
        "coefficients",
        f"{kind} regression on the same columns: {unit}, per unit of the column as it stands in "
        f"the table{', with standard errors and 95 % intervals' if errors else ''}.{more}",
        [
            "Term",
            *(["Class"] if "class" in table else []),
            *(">Estimate", ">Std. error", "95 % interval")[: 3 if errors else 1],
        ],
        rows,
    )


def _number(value: float) -> str:
    if not np.isfinite(value):
        return "\u2013"
    return words.signed(f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:,.4g}")
