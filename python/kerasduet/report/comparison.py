"""The page of several runs, beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kerasduet.errors import ReportError
from kerasduet.report import plain, words
from kerasduet.report.differences import paired_differences
from kerasduet.report.document import escape
from kerasduet.report.drawing import MOST_CURVES, draw_curves
from kerasduet.report.held_out import (
    APART,
    add_means,
    are_folds,
    are_origins,
    told_folds,
    told_origins,
)
from kerasduet.report.measures import comparable
from kerasduet.report.methods import Methods, add_methods
from kerasduet.report.parts import (
    add_footer,
    add_repeat,
    interval_note,
    provenance,
    warn_unfinished,
)
from kerasduet.report.repeat import flat_settings
from kerasduet.report.run_names import run_names
from kerasduet.report.shared import on_shared_rows
from kerasduet.settings.objects import shown

if TYPE_CHECKING:
    from kerasduet.report.document import Document
    from kerasduet.result import Result

__all__ = ["Choice", "check_comparable", "write_comparison"]


def check_comparable(runs: Sequence[Result]) -> None:
    """Refuse runs that no table can hold side by side.

    Raises
    ------
    ReportError
        Classifiers and forecasters together.
    """
    if len({run.experiment.task for run in runs}) > 1:
        names = words.listed([run.experiment.name for run in runs])
        raise ReportError(
            f"run: must be all classifiers or all forecasters to be compared; got {names}. "
            "Make a page for each kind."
        )


def _column(runs: Sequence[Result], name: str) -> str:
    """Give a run's name above a column: its letter, and its preset where presets differ."""
    alike = len({run.experiment.name for run in runs}) == 1
    return escape(name.partition(":")[0] if alike else name.partition(",")[0])


class Choice(NamedTuple):
    """The best of several runs, as a set of them chose it: its place, and by which rows."""

    place: int
    rows: str  # "validation" or "test"


def write_comparison(
    page: Document,
    runs: Sequence[Result],
    *,
    stem: str,
    methods: Methods | None = None,
    choice: Choice | None = None,
    names: Sequence[str] | None = None,
) -> None:
    """Write what distinguishes several runs.

    Parameters
    ----------
    page : Document
        An empty page.
    runs : sequence of Result
        At least two, all classifiers or all forecasters.
    stem : str
        Name of the page's files without their endings.
    methods : Methods, optional
        What a backtest says of them, beside other methods.
    choice : Choice, optional
        Which is the best; by default the one with the best score on the test rows.
    names : sequence of str, optional
        What the runs are called, each below 40 characters; by default what differs.
    """
    names = run_names(runs, names)
    best, rows = choice or (_best(runs), "test")
    units = all(comparable(runs[0], run) for run in runs)
    tested = are_origins(runs)
    folds = are_folds(runs) or tested
    verdict = methods.verdict if methods else ""
    if verdict or folds:
        page.headline(verdict or (told_origins(runs) if tested else told_folds(runs)))
    elif not units:
        page.headline(
            f"{len(runs)} runs on series that differ: their errors are not in the same units, so "
            "none is called the best. MASE, and the baselines of each, say how they did."
        )
    elif best is None:
        page.headline(f"All {len(runs)} runs diverged: their networks give no finite numbers.")
    else:
        name = names[best].rstrip(".")  # of one that was cut off
        page.headline(
            f"Best of {len(runs)} runs by the {rows} rows is {name}. {runs[best].summary}"
        )
    for name, run in zip(names, runs, strict=True):
        warn_unfinished(page, run, name)
    page.heading("Result")
    if methods:
        add_methods(page, methods)
    if folds and not tested:
        add_means(page, runs)
    plain.compare(page, runs, names)
    if best is not None and not units:
        page.add(*(f"{escape(n)}. {r.summary}" for n, r in zip(names, runs, strict=True)))
    elif best is not None:
        page.add(*([] if methods else [interval_note(runs[best])]), *[APART] * folds)
    ranked = best is not None and units and not folds
    if best is not None and ranked:
        _differences(page, runs, names, Choice(best, rows))
    _training(page, runs, names, best if ranked else None)
    _settings(page, runs, names)
    add_repeat(
        page,
        {
            f"run_{name.partition(':')[0].lower()}": run
            for name, run in zip(names, runs, strict=True)
        },
    )
    _provenance(page, runs, names)
    add_footer(page, stem)


def _best(runs: Sequence[Result]) -> int | None:
    sound = [i for i, run in enumerate(runs) if not run.diverged]
    metric = runs[0].task.metrics_of(runs[0].experiment)[0]
    return min(sound, key=lambda i: metric.badness(runs[i].metrics[metric.name]), default=None)


def _differences(
    page: Document, runs: Sequence[Result], names: Sequence[str], choice: Choice
) -> None:
    page.heading("Differences")
    best = choice.place
    metric = runs[0].task.metrics_of(runs[0].experiment)[0]
    rows = []
    for i, (name, run) in enumerate(zip(names, runs, strict=True)):
        if i == best:
            continue
        if run.diverged:
            rows.append([escape(name), "", "", "not compared: it diverged"])
            continue
        shared = on_shared_rows([run, runs[best]])
        if shared is None:
            rows.append([escape(name), "", "", "not compared: other test rows"])
            continue
        found = next((d.interval for d in paired_differences(shared[:1], shared[1:])), None)
        if found is None:
            rows.append([escape(name), "", "", "no interval for this score"])
            continue
        if run.digests["predictions"] == runs[best].digests["predictions"]:
            verdict = "the same predictions, bit for bit"
        else:
            verdict = (
                "too few test rows to judge"
                if not np.isfinite(found.low)
                else "more than the choice of the test rows explains"
                if found.excludes_zero
                else "no clear difference"
            )
        if len(shared[0].table) < max(len(run.table), len(runs[best].table)):
            steps = run.task.steps(run.preprocessing)
            verdict += f" (on the {len(shared[0].table) // steps:,} windows that both have)"
        rows.append(
            [
                escape(name),
                words.value(found, factor=metric.factor),
                words.interval(found, factor=metric.factor),
                verdict,
            ]
        )
    what = metric.label + (f" in {metric.step}" if metric.step else "")
    page.add(
        f"Each run beside the best, {escape(names[best])}, on the same test rows: the bootstrap "
        "draws the same rows for both, so what makes a row hard for every network cancels out. "
        + (
            "The best was chosen on these rows too, which flatters it a little."
            if choice.rows == "test"
            else "The best was chosen by the validation rows."
        )
    )
    page.table(
        "differences",
        f"Difference to the best run: {what}, with 95 % intervals (paired bootstrap).",
        ["Result", ">Difference", "95 % interval", "Verdict"],
        rows,
    )


def _training(
    page: Document, runs: Sequence[Result], names: Sequence[str], best: int | None
) -> None:
    page.heading("Training")
    rows = [
        [
            escape(name),
            f"{run.model.count_params():,}",
            f"{len(run.history):,}",
            f"{run.provenance['seconds']['training']:,.1f}",
        ]
        for name, run in zip(names, runs, strict=True)
    ]
    page.table(
        "effort",
        "What each run took.",
        ["Result", ">Parameters", ">Epochs", ">Training (s)"],
        rows,
    )
    places = [
        i
        for i, run in enumerate(runs)
        if "loss" in run.history and np.isfinite(run.history["loss"]).any()
    ]
    if not places:
        page.add("No run finished an epoch with a finite loss, so there are no curves.")
        return
    labels = {run.task.curves(run.experiment)["loss"][0] for run in runs}
    shown, which = _shown(runs, places, best)
    histories = {names[i]: runs[i].history for i in shown}
    drawn = draw_curves(histories, loss=labels.pop() if len(labels) == 1 else "Loss")
    page.figure("curves", f"Loss by epoch{which}.", drawn)


def _shown(
    runs: Sequence[Result], places: Sequence[int], best: int | None
) -> tuple[Sequence[int], str]:
    """Choose the runs whose curves are drawn, and say which they are where not all are."""
    if len(places) <= MOST_CURVES:
        return places, ""
    if best is None:
        return places[:MOST_CURVES], f" of the first {MOST_CURVES} of {len(places)} runs"
    metric = runs[0].task.metrics_of(runs[0].experiment)[0]
    costs = {i: metric.badness(runs[i].metrics[metric.name]) for i in places}
    order = sorted(places, key=lambda i: (i != best, bool(np.isnan(costs[i])), costs[i], i))
    told = f" of {MOST_CURVES} of {len(places)} runs, those with the best test {metric.label}"
    return sorted(order[:MOST_CURVES]), told


def _settings(page: Document, runs: Sequence[Result], names: Sequence[str]) -> None:
    page.heading("Settings")
    settings = [flat_settings(run.experiment) for run in runs]
    every = list(dict.fromkeys(key for mine in settings for key in mine))
    absent = object()
    differ = [
        key
        for key in every
        if any(s.get(key, absent) != settings[0].get(key, absent) for s in settings)
    ]
    if len({run.source.sha256 for run in runs}) > 1:
        page.add("The runs learned from different data: the digests of their data differ.")
    if not differ:
        page.add("All settings are the same.")
        return
    rows = [
        [
            escape(key.replace("_", " ").capitalize()),
            *(escape(words.setting(shown(key, s[key]))) if key in s else "" for s in settings),
        ]
        for key in differ
    ]
    page.table(
        "settings",
        f"Settings that differ; the other {len(every) - len(differ)} are the same.",
        ["Setting", *(_column(runs, name) for name in names)],
        rows,
    )


def _provenance(page: Document, runs: Sequence[Result], names: Sequence[str]) -> None:
    page.heading("Provenance")
    facts = [provenance(run) for run in runs]
    every = list(dict.fromkeys(key for fact in facts for key in fact))
    rows = [
        [escape(key), *(_shortened(key, fact.get(key, "")) for fact in facts)] for key in every
    ]
    page.table(
        "provenance",
        "What the results depend on; of a sha256 the first 16 digits.",
        ["Fact", *(_column(runs, name) for name in names)],
        rows,
    )


def _shortened(key: str, text: str) -> str:
    short = key.startswith("sha256") and text.startswith("`")
    return f"{text[:17]}`" if short else text
