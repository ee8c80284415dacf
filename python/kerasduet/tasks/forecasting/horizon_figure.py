"""The error by step ahead, beside the baselines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kerasduet.data.panel_preprocessing import PanelPreprocessing
from kerasduet.figures.marks import Mark
from kerasduet.figures.names import shortened
from kerasduet.figures.panels import Panel, Scale
from kerasduet.figures.words import count, finite, key, noted, whole_ticks
from kerasduet.lead import brief_text
from kerasduet.tasks.forecasting.figure_words import (
    FORECAST_KEY,
    LONGEST_NAME,
    forecast_names,
    step_unit,
    strategy_of,
    target_words,
)
from kerasduet.tasks.forecasting.scores import known_truth
from kerasduet.tasks.forecasting.several import codes_of

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["horizon_panel"]


def horizon_panel(run: Result) -> Panel:
    """Show the mean absolute error by step ahead, beside the baselines."""
    table, names = run.predictions(), forecast_names(run)
    steps = np.arange(1, run.experiment.horizon + 1)
    error = table[list(names)].sub(table["truth"], axis=0).abs()[known_truth(table)]
    learned, measure = run.preprocessing, "MAE"
    # Of series of different sizes, but for those without a unit.
    if isinstance(learned, PanelPreprocessing) and np.isfinite(learned.units).any():
        error = error.div(learned.units[codes_of(table, learned)][error.index], axis=0)
        measure = "MASE"
    by_step = error.groupby(table["step"]).mean().reindex(steps)
    every = pd.concat(
        [
            pd.DataFrame({"step": steps, "series": label, "mae": by_step[column].to_numpy()})
            for column, label in names.items()
        ],
        ignore_index=True,
    )
    lines, note = finite(every, "mae")
    rivals = by_step.drop(columns="forecast").min(axis=1)
    wins = int((by_step["forecast"] < rivals).sum())
    ends = sorted({0, len(steps) - 1})
    span = f"From step 1 to step {len(steps)}" if len(ends) > 1 else "At step 1"
    told = [
        f"{label} {' to '.join(brief_text(by_step[column].iloc[end]) for end in ends)}"
        for column, label in names.items()
    ]
    name, unit = target_words(run)
    windows = len(table) // len(steps)
    styles = key(FORECAST_KEY, lines["series"])
    columns = {"y": "mae", "series": "series"}
    if len(steps) > 1:
        columns["x"] = "step"
        marks: tuple[Mark, ...] = (
            Mark("line", "lines", columns),
            Mark("point", "lines", columns),
        )
        x_scale = Scale(ticks=whole_ticks(len(steps), most=7))
    else:
        columns["x"] = "series"
        marks = (Mark("bar", "lines", columns, {"thickness": 0.6}),)
        x_scale = Scale("category", tuple(styles["label"]))
    panel = Panel(
        kind="horizon",
        title="Error by step ahead" if len(steps) > 1 else "Error one step ahead",
        subtitle=f"Mean over {count(windows, 'test window')}, {strategy_of(run)}",
        x=_step_label(run),
        y=_error_label(measure, name, unit),
        alt=(
            f"Mean absolute {'scaled ' if measure == 'MASE' else ''}error"
            f"{f' in {unit}' if unit else ''} by step ahead, over "
            f"{count(windows, 'test window')}. {span}: {', '.join(told)}. The network is below "
            f"every baseline at {wins} of {count(len(steps), 'step')}."
        ),
        frames={"lines": lines, "key": styles},
        marks=marks,
        x_scale=x_scale,
        y_scale=Scale(low=0),
        legend=len(steps) > 1,
    )
    return noted(panel, note)


def _error_label(measure: str, name: str, unit: str) -> str:
    if measure == "MASE":
        return measure
    return f"MAE ({unit})" if unit else f"MAE (units of {shortened(name, LONGEST_NAME)})"


def _step_label(run: Result) -> str:
    if run.experiment.horizon == 1:
        return ""  # the axis then names the series
    unit = step_unit(run)
    return "Step ahead" if unit == "steps" else f"Step ahead ({unit})"
