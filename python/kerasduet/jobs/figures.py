"""Figures of a set of runs: box plots of a score, and the curves of all runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kerasduet.checks import choice, show
from kerasduet.errors import ArgumentType, EmptyData
from kerasduet.figures import Facets, Mark, Panel, PlotData, Scale
from kerasduet.figures.words import Series, count, finite, key, noted, whole_ticks
from kerasduet.jobs.plan import shown_names
from kerasduet.registry import TASKS
from kerasduet.style import GREY, OKABE_ITO, blend

if TYPE_CHECKING:
    from kerasduet.jobs.plan import Plan
    from kerasduet.runs.facts import Facts
    from kerasduet.task import Metric

__all__ = ["plot_data"]

KINDS = ("overview", "scores", "curves")  # a backtest has two more
MOST_GROUPS = 24
HALF = 0.3  # of a box, in rows
WHISKER = 1.5  # times the distance of the quartiles, after Tukey (1977)


def plot_data(
    plan: Plan,
    facts: Sequence[Facts | None],
    table: pd.DataFrame,
    settings: Sequence[str],
    kind: str = "overview",
) -> PlotData:
    """Compute what a figure of a set shows.

    Raises
    ------
    EmptyData
        No run has a finite score, or an epoch.
    ArgumentType
        Runs of several tasks.
    """
    choice("kind", kind, (*KINDS, "horizon", "folds") if plan.kind == "backtest" else KINDS)
    tasks = {job.experiment.task for job in plan.jobs}
    if len(tasks) > 1:
        raise ArgumentType(
            f"kind: must be of runs of one task; got {', '.join(sorted(tasks))}. Plot the runs "
            "one by one."
        )
    metric = TASKS[tasks.pop()].metrics_of(plan.jobs[0].experiment)[0]
    panels = []
    if kind != "curves":
        panels.append(_scores(table, settings, metric))
    if kind != "scores":
        panels.append(_curves(plan, facts))
    if len(panels) == 1:
        return PlotData(kind, "", "", tuple(panels), height=panels[0].height)
    names = ", ".join(dict.fromkeys(job.experiment.name for job in plan.jobs))
    heights = tuple(panel.height for panel in panels)
    told = count(len(plan.jobs), plan.kind.removesuffix("s").replace("backtest", "run"))
    height = sum(heights) + 0.6
    return PlotData(kind, names, told, tuple(panels), (1, 1), heights, height=height)


def _scores(table: pd.DataFrame, settings: Sequence[str], metric: Metric) -> Panel:
    if metric.name not in table:
        raise EmptyData("kind: scores need a finished run; got none. Finish the set first.")
    done = table[table["status"] == "finished"].rename(columns={metric.name: "score"})
    done = done.assign(score=metric.factor * done["score"], group=_groups(done, settings))
    done, note = finite(done.reset_index(drop=True), "score")
    if done.empty:
        raise EmptyData("kind: scores need a finite one; got none. Finish the set first.")
    labels = list(dict.fromkeys(done["group"]))
    if len(labels) > MOST_GROUPS:
        better = done.groupby("group", sort=False)["score"].mean()
        order = (better / metric.factor).map(metric.badness).sort_values().index[:MOST_GROUPS]
        note = f"Not drawn: {count(len(labels) - MOST_GROUPS, 'setting')} of worse scores"
        labels = [label for label in labels if label in set(order)]
        done = done[done["group"].isin(labels)].reset_index(drop=True)
    done["place"] = done["group"].map({label: i for i, label in enumerate(labels, start=1)})
    boxes = pd.DataFrame(
        [
            _box(place, done.loc[done["place"] == place, "score"].to_numpy())
            for place in range(1, len(labels) + 1)
        ]
    )
    unit = f" ({metric.unit})" if metric.unit else ""
    told = [
        f"{label}: median {box['middle']:.4g}, {box['least']:.4g} to {box['most']:.4g}"
        for label, box in zip(labels, boxes.to_dict("records"), strict=True)
    ]
    panel = Panel(
        kind="scores",
        title=f"{metric.title} on the test rows",
        subtitle="A point a run; boxes from quartile to quartile, with the median",
        x=f"{metric.title}{unit}",
        y="",
        alt=(
            f"Box plots of the test {metric.label} of {count(len(done), 'run')}. "
            f"{'; '.join(told)}."
        ),
        frames={
            "points": done[["run", "group", "place", "score"]],
            "boxes": boxes,
            "whiskers": _whiskers(boxes),
        },
        marks=(
            Mark(
                "rule",
                "whiskers",
                {"x": "x", "y": "y", "to_x": "to_x", "to_y": "to_y"},
                {"colour": GREY, "width": 1.0},
            ),
            Mark(
                "box",
                "boxes",
                {"x": "low", "y": "below", "to_x": "high", "to_y": "above"},
                {"colour": blend(OKABE_ITO["blue"], 0.25), "edge": GREY, "width": 1.0},
            ),
            # As flat as a line, and in front of the other one.
            Mark(
                "box",
                "boxes",
                {"x": "middle", "y": "below", "to_x": "middle", "to_y": "above"},
                {"edge": OKABE_ITO["blue"], "width": 2.0},
            ),
            Mark(
                "point",
                "points",
                {"x": "score", "y": "place"},
                {"colour": "#000000", "size": 4.0},
            ),
        ),
        y_scale=Scale(
            ticks=tuple(range(1, len(labels) + 1)),
            labels=tuple(labels),
            low=0.5,
            high=len(labels) + 0.5,
            reverse=True,
        ),
        height=max(2.0, 1.2 + 0.35 * len(labels)),
    )
    return noted(panel, note)


def _groups(table: pd.DataFrame, settings: Sequence[str]) -> pd.Series:
    if "name" in table:
        return table["name"]
    if not settings:
        return pd.Series("all runs", index=table.index)
    # The name of a single setting would stand there again and again.
    short = len(settings) == 1
    words = [
        table[name].map(lambda value, name=name: _word(name, value, short)) for name in settings
    ]
    joined = words[0]
    for more in words[1:]:
        joined = joined + ", " + more
    return joined


def _word(name: str, value: object, short: bool) -> str:
    missing = value is None or value != value
    text = "none" if missing else value if isinstance(value, str) else show(value)
    return f"{name} {text}" if short else f"{name[:12]} {text}"


def _box(place: int, scores: np.ndarray) -> dict[str, float]:
    low, middle, high = np.quantile(scores, [0.25, 0.5, 0.75])
    reach = WHISKER * (high - low)
    inside = scores[(scores >= low - reach) & (scores <= high + reach)]
    return {
        "place": place,
        "below": place - HALF,
        "above": place + HALF,
        "low": low,
        "middle": middle,
        "high": high,
        "from": inside.min(),
        "to": inside.max(),
        "least": scores.min(),
        "most": scores.max(),
    }


def _whiskers(boxes: pd.DataFrame) -> pd.DataFrame:
    sides = [
        pd.DataFrame({"x": boxes[outer], "y": boxes["place"], "to_x": boxes[inner]})
        for outer, inner in (("from", "low"), ("to", "high"))
    ]
    lines = pd.concat(sides, ignore_index=True)
    return lines.assign(to_y=lines["y"])


def _curves(plan: Plan, facts: Sequence[Facts | None]) -> Panel:
    held = "held-out fold" if _shows_fold(plan) else "validation"
    parts, ends = [], dict[str, list[float]]()
    for name_of_run, job, one in zip(shown_names(plan.jobs), plan.jobs, facts, strict=True):
        history = one.history if one is not None else []
        curves = TASKS[job.experiment.task].curves(job.experiment)
        for column, (label, factor) in curves.items():
            for series, name in (("training", column), (held, f"val_{column}")):
                if history and name in history[0]:
                    values = [factor * row[name] for row in history]
                    epochs = [int(row["epoch"]) for row in history]
                    line = {"epoch": epochs, "value": values}
                    told = {"run": name_of_run, "measure": label, "series": series}
                    parts.append(pd.DataFrame(line | told))
                    ends.setdefault(f"{label}, {series}", []).append(values[-1])
    if not parts:
        raise EmptyData("kind: curves need an epoch; got none. Finish the set first.")
    lines, note = finite(pd.concat(parts, ignore_index=True), "value")
    if lines.empty:
        raise EmptyData("kind: curves need a finite number; got none. Lower learning_rate.")
    rows: tuple[Series, ...] = (
        ("training", OKABE_ITO["blue"], "solid", 1.0),
        (held, OKABE_ITO["vermilion"], "dashed", 1.0),
    )
    measures = tuple(lines["measure"].unique())
    spans = [f"{name} {min(v):.3g} to {max(v):.3g}" for name, v in ends.items()]
    panel = Panel(
        kind="curves",
        title="Training histories",
        subtitle="A line a run",
        x="Epoch",
        y="",
        alt=(
            f"Line plots of the training histories of {count(lines['run'].nunique(), 'run')}. "
            f"After the last epoch: {'; '.join(spans)}."
        ),
        frames={"lines": lines, "key": key(rows, lines["series"])},
        marks=(
            Mark(
                "line",
                "lines",
                {"x": "epoch", "y": "value", "series": "series", "group": "run"},
                {"alpha": 0.6},
            ),
            Mark(
                "point",
                "lines",
                {"x": "epoch", "y": "value", "series": "series"},
                {"alpha": 0.6, "size": 2.0},
            ),
        ),
        x_scale=Scale(ticks=whole_ticks(int(lines["epoch"].max()), most=8)),
        facets=Facets("measure", measures, measures, len(measures), at="left", free=True),
        height=3.4,
    )
    return noted(panel, note)


def _shows_fold(plan: Plan) -> bool:
    """Say whether the fold stands where validation rows would: there are none."""
    splits = {getattr(job.experiment.data, "validation_split", 1) for job in plan.jobs}
    return plan.kind == "folds" and splits == {0}
