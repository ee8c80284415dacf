"""Folds of a cross-validation or a backtest: scores on rows that differ, so none is the best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from kerasduet.lead import decimals, score_text
from kerasduet.means import mean_of
from kerasduet.report import words
from kerasduet.report.document import escape
from kerasduet.report.repeat import flat_settings

if TYPE_CHECKING:
    from kerasduet.report.document import Document
    from kerasduet.result import Result
    from kerasduet.task import Metric

__all__ = [
    "APART",
    "add_means",
    "are_folds",
    "are_origins",
    "fold_names",
    "told_folds",
    "told_origins",
]

APART = (
    "Every fold was scored on rows of its own, so that folds are not compared: one is easier than "
    "another, not better."
)

SHARED = (
    "The interval is Student's t over the folds. Folds share most of their training rows, so their "
    "scores are not independent; the interval is widened for it, after Nadeau and Bengio (2003), "
    "Machine Learning 52. That is an approximation: how far the scores of one cross-validation "
    "depend on each other cannot be told from them."
)


def are_folds(runs: Sequence[Result]) -> bool:
    """Say whether all runs are folds of one cross-validation."""
    cuts = [run.provenance.get("fold") or {} for run in runs]
    first = flat_settings(runs[0].experiment), runs[0].source.sha256, cuts[0].get("folds")
    return all("number" in cut for cut in cuts) and all(
        (flat_settings(run.experiment), run.source.sha256, cut["folds"]) == first
        for run, cut in zip(runs, cuts, strict=True)
    )


def are_origins(runs: Sequence[Result]) -> bool:
    """Say whether all runs are of folds of one backtest, of one seed or several."""
    cuts = [run.provenance.get("fold") or {} for run in runs]
    settings = [flat_settings(run.experiment) | {"seed": 0} for run in runs]
    first = settings[0], runs[0].source.sha256, cuts[0].get("origins")
    return len({cut.get("origin") for cut in cuts}) > 1 and all(
        "origin" in cut and (mine, run.source.sha256, cut["origins"]) == first
        for run, mine, cut in zip(runs, settings, cuts, strict=True)
    )


def fold_names(runs: Sequence[Result]) -> list[str]:
    """Name each run by its fold, and by its seed where seeds differ."""
    several = len({run.experiment.seed for run in runs}) > 1
    names = []
    for run in runs:
        cut = run.provenance["fold"]
        seed = f", seed {run.experiment.seed}" if several else ""
        names.append(f"fold {cut.get('number', cut.get('origin'))}{seed}")
    return names


def told_origins(runs: Sequence[Result]) -> str:
    """Say the mean over runs of a backtest."""
    sound = [run for run in runs if not run.diverged]
    metric = runs[0].task.metrics_of(runs[0].experiment)[0]
    folds = len({run.provenance["fold"]["origin"] for run in runs})
    name = f"a backtest of {runs[0].experiment.name}"
    if not sound:
        return f"All {len(runs)} runs of {name} diverged."
    mean = float(np.mean([run.metrics[metric.name] for run in sound]))
    return (
        f"{len(sound)} runs of {name}, in {folds} folds: test {metric.label} "
        f"{score_text(mean, factor=metric.factor)} on average."
    )


def told_folds(runs: Sequence[Result]) -> str:
    """Say the mean and the spread over folds, and how many of them beat the best baseline."""
    sound = [run for run in runs if not run.diverged]
    metric = runs[0].task.metrics_of(runs[0].experiment)[0]
    scores = [run.metrics[metric.name] for run in sound]
    name = runs[0].experiment.name
    if not len(scores):
        return f"All {len(runs)} folds of {name} diverged."
    found = _over_folds(sound, metric)
    sd = found["sd"] if len(scores) > 1 else 0.0
    places = decimals(sd) if sd > 0 else 2
    unit = f" {metric.unit}" if metric.unit else ""
    text = (
        f"{len(scores)} folds of {name}: mean test {metric.label} {found['mean']:,.{places}f}"
        f"{unit}, standard deviation {sd:,.{places}f}"
    )
    ends = f"{found['low']:,.{places}f} to {found['high']:,.{places}f}"
    text += f", 95 % interval of the mean {ends}." if len(scores) > 1 else "."
    gains = [run.metrics["gain"] for run in sound if "gain" in run.metrics]
    if gains:
        won = sum(gain > 0 for gain in gains)
        text += (
            f" The network scores better than the best baseline in {won} of {len(gains)} folds."
        )
    return text


def _over_folds(runs: Sequence[Result], metric: Metric) -> dict[str, float]:
    """Sum up a score over folds, in the units that people read."""
    folds: int = runs[0].provenance["fold"]["folds"]
    scores = np.array([run.metrics[metric.name] for run in runs], np.float64)
    found = mean_of(scores[~np.isnan(scores)], folds, metric.bounds)
    return {
        name: value if name == "runs" else metric.factor * value
        for name, value in found.items()
    }


def add_means(page: Document, runs: Sequence[Result]) -> None:
    """Give mean, spread and interval of each score over the folds."""
    sound = [run for run in runs if not run.diverged]
    rows = []
    for metric in runs[0].task.metrics_of(runs[0].experiment):
        if len(sound) < 2 or any(metric.name not in run.metrics for run in sound):
            continue
        found = _over_folds(sound, metric)
        if found["runs"] < 2:
            continue
        places = decimals(found["sd"]) if found["sd"] > 0 else 2
        mean, sd, low, high = (
            words.signed(f"{found[name]:,.{places}f}") for name in ("mean", "sd", "low", "high")
        )
        title = metric.title + (f" ({metric.unit})" if metric.unit else "")
        rows.append([escape(title), mean, sd, f"{low} to {high}"])
    if not rows:
        return
    page.table(
        "means",
        f"Test scores over {len(sound)} folds.",
        ["Score", ">Mean", ">Standard deviation", "95 % interval of the mean"],
        rows,
    )
    page.add(SHARED)
