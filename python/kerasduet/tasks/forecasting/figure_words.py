"""How figures of forecasters name the series, its steps and its times, and how they look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from kerasduet.data.panel_preprocessing import PanelPreprocessing
from kerasduet.figures.words import Series, moment
from kerasduet.forecasting.baselines import BASELINES, COPY
from kerasduet.style import OKABE_ITO
from kerasduet.tasks.forecasting.scores import best_baseline

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = [
    "FORECAST_KEY",
    "LONGEST_NAME",
    "forecast_key",
    "forecast_names",
    "step_unit",
    "step_words",
    "strategy_of",
    "target_words",
    "time_words",
]

LONGEST_NAME = 40  # letters of a series in a figure; its alt text has them all

UNITS = {
    "min": "minutes",
    "h": "hours",
    "D": "days",
    "B": "working days",
    "W": "weeks",
    "ME": "months",
    "MS": "months",
    "QE": "quarters",
    "QS": "quarters",
    "YE": "years",
    "YS": "years",
}
GREY = "#8c8c8c"  # of the baselines that are not the best
FORECAST_KEY: tuple[Series, ...] = (
    ("truth", OKABE_ITO["black"], "solid", 1.0),
    ("network", OKABE_ITO["blue"], "solid", 2.2),
    ("naive", OKABE_ITO["orange"], "dotted", 1.6),
    ("seasonal naive", OKABE_ITO["green"], "dashed", 1.4),
    ("drift", OKABE_ITO["purple"], "dotdash", 1.4),
    ("seasonal drift", OKABE_ITO["vermilion"], "longdash", 1.4),
    ("copy", OKABE_ITO["sky"], "dashed", 1.4),
)


def forecast_key(run: Result) -> tuple[Series, ...]:
    """Give the looks of truth, network and best baseline; those of the others are grey."""
    shown = {"truth", "network", best_baseline(run.metrics).replace("_", " ")}
    return tuple(
        (label, colour if label in shown else GREY, line, width if label in shown else 1.0)
        for label, colour, line, width in FORECAST_KEY
    )


def forecast_names(run: Result) -> dict[str, str]:
    """Give the network and its baselines: column of `predictions()` to label.

    Of a season of one step the seasonal baselines are naive, and left out; so is a copy of the
    target itself, and so are those that the run's version did not have.
    """
    learned: Any = run.preprocessing
    each = getattr(learned, "each", (learned,))
    copies = any(getattr(one, "copied", None) not in (None, one.target) for one in each)
    names = [
        name
        for name in (*BASELINES, *((COPY,) if copies else ()))
        if name in run.table and (run.experiment.season > 1 or not name.startswith("seasonal"))
    ]
    return {"forecast": "network"} | {name: name.replace("_", " ") for name in names}


def target_words(run: Result) -> tuple[str, str]:
    """Name and unit of the series."""
    unit = run.task.unit(run.experiment)
    return ("CO2" if unit else getattr(run.preprocessing, "target", "value")), unit


def strategy_of(run: Result) -> str:
    """Say how a network reaches the steps beyond its first."""
    return getattr(run.preprocessing, "strategy", "direct")


def step_unit(run: Result) -> str:
    """Name the steps of the frequency, in the plural."""
    return UNITS.get((run.experiment.frequency or "").partition("-")[0], "steps")


def step_words(run: Result, count: int) -> str:
    """Count steps in the units of the frequency."""
    unit = step_unit(run)
    return f"{count} {unit}" if count > 1 else f"1 {unit.removesuffix('s')}"


def time_words(run: Result, times: pd.Series) -> str:
    """Name the axis of times."""
    if pd.api.types.is_datetime64_any_dtype(times.dtype):
        # Ticks a day or an hour apart do not say their year.
        return f"Time, {moment(times.min())} to {moment(times.max())}"
    learned: Any = run.preprocessing
    learned = learned.each[0] if isinstance(learned, PanelPreprocessing) else learned
    last = str(learned.rows)  # where rows are numbered from 1
    numbered = not learned.tail_times or learned.tail_times[-1] == last
    return run.experiment.time or ("Row" if numbered else "Time")
