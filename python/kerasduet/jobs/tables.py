"""The table of a set of runs, and its summary over seeds or folds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.folds import Fold, Origin
from kerasduet.errors import ArgumentType, EmptyData
from kerasduet.means import mean_of
from kerasduet.registry import TASKS
from kerasduet.settings.objects import shown

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.experiments import Experiment
    from kerasduet.jobs.plan import Job
    from kerasduet.runs.facts import Facts

__all__ = [
    "best_of",
    "bounds_of",
    "differing",
    "scores_of",
    "summarised",
    "tabulated",
]

APART = ("name", "description", "task", "seed")  # of the settings, what is no column of its own


def differing(experiments: Sequence[Experiment]) -> dict[str, list[Any]]:
    """Give the settings in which experiments differ, but for the seed: a value each.

    Lists of one number are that number, other lists are text, such as "256, 128".
    """
    flat = [experiment.flat() for experiment in experiments]
    names = list(dict.fromkeys(name for one in flat for name in one if name not in APART))
    found: dict[str, list[Any]] = {}
    presets = [one["name"] for one in flat]
    if len(set(presets)) > 1:
        found["preset"] = presets
    for name in names:
        values = [one.get(name) for one in flat]
        if any(value != values[0] for value in values):
            # A score has that name too.
            found["loss_setting" if name == "loss" else name] = _written(name, values)
    return found


def _written(name: str, values: list[Any]) -> list[Any]:
    if all(isinstance(value, tuple) and len(value) == 1 for value in values):
        values = [value[0] for value in values]
    plain = (int, float, bool, type(None))
    if all(isinstance(value, plain) for value in values):
        return values
    return [None if value is None else _text(shown(name, value)) for value in values]


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_text, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def scores_of(jobs: Sequence[Job], facts: Sequence[Facts | None]) -> list[str]:
    """Name the scores that the runs have: those of their tasks first, in their order."""
    own = (TASKS[job.experiment.task].metrics_of(job.experiment) for job in jobs)
    first = [metric.name for metrics in own for metric in metrics]
    every = [name for one in facts if one is not None for name in one.metrics]
    return list(dict.fromkeys([name for name in first if name in every] + every))


def bounds_of(jobs: Sequence[Job], scores: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Give the lowest and highest value that scores can have, a baseline's as the network's."""
    metrics = {
        metric.name: metric
        for job in jobs
        for metric in TASKS[job.experiment.task].metrics_of(job.experiment)
    }
    found = {}
    for score in scores:
        named = [name for name in metrics if score == name or score.endswith(f"_{name}")]
        if named:
            found[score] = metrics[max(named, key=len)].bounds
    return found


def tabulated(
    jobs: Sequence[Job], facts: Sequence[Facts | None], failures: Mapping[str, str]
) -> pd.DataFrame:
    """Lay the runs of a set below each other.

    Returns
    -------
    pandas.DataFrame
        run (its folder), name where the caller gave some, repeat and fold where there are some,
        the settings that differ, seed, status, epochs, the headline score on the validation rows
        (`val_...`), then the scores on the test rows. Nothing depends on how long it took or where.
    """
    import pandas as pd

    columns: dict[str, Any] = {"run": [job.name for job in jobs]}
    if any(job.label for job in jobs):
        columns["name"] = [job.label for job in jobs]
    folds = [job.fold for job in jobs if isinstance(job.fold, Fold)]
    origins = [job.fold.origin for job in jobs if isinstance(job.fold, Origin)]
    if len(origins) == len(jobs) and all(origins):
        columns["fold"] = origins
    elif len(folds) == len(jobs):
        if any(fold.repeats > 1 for fold in folds):
            columns["repeat"] = [(fold.number - 1) // fold.folds + 1 for fold in folds]
        columns["fold"] = [(fold.number - 1) % fold.folds + 1 for fold in folds]
    columns |= differing([job.experiment for job in jobs])
    columns["seed"] = [job.experiment.seed for job in jobs]
    columns["status"] = [
        _status(job, one, failures) for job, one in zip(jobs, facts, strict=True)
    ]
    columns["epochs_done"] = [len(one.history) if one is not None else 0 for one in facts]
    held = [_held_out(job, one) for job, one in zip(jobs, facts, strict=True)]
    for name in dict.fromkeys(found[0] for found in held if found is not None):
        columns[name] = [f[1] if f is not None and f[0] == name else np.nan for f in held]
    for name in scores_of(jobs, facts):
        columns[name] = [
            one.metrics.get(name, np.nan) if one is not None else np.nan for one in facts
        ]
    return pd.DataFrame(columns)


def _held_out(job: Job, facts: Facts | None) -> tuple[str, float] | None:
    """Give the score on validation rows, unless the fold stands in their place."""
    instead = isinstance(job.fold, Fold)  # of validation rows
    if facts is None or (instead and not getattr(job.experiment.data, "validation_split", 1)):
        return None
    return facts.held_out()


def _status(job: Job, facts: Facts | None, failures: Mapping[str, str]) -> str:
    if job.name in failures:
        return "failed"
    if facts is None:
        return "waiting"
    return "interrupted" if facts.status == "running" else facts.status


def best_of(jobs: Sequence[Job], table: pd.DataFrame) -> tuple[str, str]:
    """Name the best finished run of a table, and the rows it was chosen by.

    Those are "validation" where there are some, else "test".
    """
    tasks = {job.experiment.task for job in jobs}
    if len(tasks) > 1:
        raise ArgumentType(
            f"best: must be of runs of one task; got {', '.join(sorted(tasks))}. Choose a run "
            "from the table."
        )
    metric = TASKS[tasks.pop()].metrics_of(jobs[0].experiment)[0]
    done = table[table["status"] == "finished"]
    for name in (f"val_{metric.name}", "val_loss", metric.name):
        values = done[name].dropna() if name in done else done["seed"][:0]
        if len(values):
            costs = values if name == "val_loss" else values.map(metric.badness)
            place = int(costs.to_numpy().argmin())
            chosen = str(done["run"].loc[values.index].iloc[place])
            return chosen, "test" if name == metric.name else "validation"
    raise EmptyData(
        "best: must be of finished runs with finite scores; got none. Finish the set first."
    )


def summarised(
    table: pd.DataFrame,
    settings: Sequence[str],
    scores: Sequence[str],
    folds: int = 0,
    bounds: Mapping[str, tuple[float, float]] | None = None,
) -> pd.DataFrame:
    """Give mean, spread and interval of each score over the seeds, or folds, of each setting.

    Parameters
    ----------
    table : pandas.DataFrame
        From `tabulated`.
    settings, scores : sequence of str
        Columns that tell the groups apart, and those to sum up.
    folds : int
        Folds that the rows were cut into; 0 where runs differ in seeds.
    bounds : mapping, optional
        From `bounds_of`: no interval goes beyond them.

    Returns
    -------
    pandas.DataFrame
        A row a group and score: the settings, score, runs (finished ones), mean, sd (of the
        sample, n - 1), low and high (95 % interval of the mean, cut off at what the score can be;
        missing for a single run).
    """
    import pandas as pd

    done = table[table["status"] == "finished"]
    by = list(settings)
    groups = done.groupby(by, sort=False, dropna=False) if by else [((), done)]
    rows = []
    # The ends of an interval over a run's own test rows have no mean that says anything.
    ends = {f"{name}_{end}" for name in scores for end in ("low", "high")}
    for key, group in groups:
        labels = dict(zip(by, key if isinstance(key, tuple) else (key,), strict=True))
        for score in (score for score in scores if score not in ends):
            values = group[score].to_numpy(dtype=np.float64)
            values = values[~np.isnan(values)]
            if len(values):
                within = (bounds or {}).get(score, (-math.inf, math.inf))
                rows.append({**labels, "score": score, **mean_of(values, folds, within)})
    names = [*by, "score", "runs", "mean", "sd", "low", "high"]
    return pd.DataFrame(rows, columns=names)
