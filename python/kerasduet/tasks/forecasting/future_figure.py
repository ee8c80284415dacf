"""The steps after the end of a series: network, best baseline and intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.data.panel_preprocessing import PanelPreprocessing
from kerasduet.data.times import read_times
from kerasduet.errors import ArgumentType
from kerasduet.figures.names import shortened
from kerasduet.figures.panels import Facets, Panel, Scale
from kerasduet.figures.words import key, moment, whole_ticks
from kerasduet.forecasting.levels import columns
from kerasduet.lead import brief_text
from kerasduet.tasks.forecasting.figure_words import (
    LONGEST_NAME,
    forecast_key,
    step_words,
    target_words,
    time_words,
)
from kerasduet.tasks.forecasting.figures import BAND_LEVELS, chosen_places, forecast_marks
from kerasduet.tasks.forecasting.scores import best_baseline
from kerasduet.tasks.forecasting.verbs import forecast

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["ahead_of_run", "future_panel", "has_future"]

LEAST_SHOWN = 20  # values before the end


def has_future(run: Result) -> bool:
    """Say whether the steps after the end follow from the series alone."""
    learned: Any = run.preprocessing
    return not learned.known_future


def ahead_of_run(run: Result) -> pd.DataFrame:
    """Forecast the trained horizon, with 80 and 95 % intervals where the run can give them."""
    _ = run.table  # an interrupted run is scored, and calibrated, here
    learned: Any = run.preprocessing
    has_intervals = learned.errors is not None or learned.intervals == "quantile"
    return forecast(run, None, BAND_LEVELS if has_intervals else None)


def future_panel(run: Result) -> Panel:
    """Show the end of the series, and what is forecast after it.

    Of several series those of the best, the middle and the worst skill.
    """
    learned: Any = run.preprocessing
    if not has_future(run):
        known = " and ".join(learned.known_future)
        raise ArgumentType(
            f"kind: the future of this run depends on {known}, whose values ahead are not known; "
            "got future. Fill the table that future_frame() gives, and ask forecast()."
        )
    best = best_baseline(run.metrics)
    ahead = ahead_of_run(run)
    has_intervals = columns(95.0)[0] in ahead
    name, unit = target_words(run)
    pieces: list[tuple[str, Any, pd.DataFrame]] = [(name, learned, ahead)]
    is_panel = isinstance(learned, PanelPreprocessing)
    if is_panel:
        names = learned.names
        pieces = [
            (
                shortened(learned.ids[place], LONGEST_NAME // 2),
                learned.each[place],
                ahead[ahead["id"].to_numpy() == names[place]],
            )
            for place in chosen_places(run)
        ]
    lines, starts, told = [], [], []
    bands: dict[str, list[pd.DataFrame]] = {}
    for label, one, table in pieces:
        past = _past(one, len(table), run.experiment.season)
        lines.append(_lines(past, table, best).assign(pane=label))
        starts.append(pd.DataFrame({"time": past.index[-1:], "pane": label}))
        told.append(_told(label if is_panel else "", table))
        for level in BAND_LEVELS if has_intervals else ():
            band = _band(past, table, level).assign(pane=label)
            bands.setdefault(f"band_{level:g}", []).append(band)
    every = pd.concat(lines, ignore_index=True)
    labels = [label for label, _, _ in pieces]
    dates = pd.api.types.is_datetime64_any_dtype(every["time"].dtype)
    ends = [moment(ahead["time"].min()), moment(ahead["time"].max())]
    span = " to ".join(dict.fromkeys(ends))
    ticks: tuple[int, ...] = ()
    if pd.api.types.is_integer_dtype(every["time"].dtype):
        ticks = whole_ticks(every["time"].max(), most=8, first=every["time"].min())
    steps = step_words(run, run.experiment.horizon)
    which = f"{len(labels)} of {len(learned.ids):,} series, " if is_panel else ""
    drawn = {"x": "time", "y": "value", "series": "series"}
    return Panel(
        kind="future",
        title="What comes next",
        subtitle=f"{which}{steps} after the end of the data, {span}"
        + ("; bands: 80 and 95 %" if bands else "; no intervals: no validation windows"),
        x="" if dates and is_panel else time_words(run, every["time"]),
        y=f"{name} ({unit})" if unit else shortened(name, LONGEST_NAME),
        alt=(
            f"Line plot of {name}: the end of the data, then {steps} of forecasts, {span}, by the "
            f"network and by the best baseline of the test, {best.replace('_', ' ')}. "
            f"{' '.join(told)}"
        ),
        frames={
            "lines": every,
            "origins": pd.concat(starts, ignore_index=True),
            "key": key(forecast_key(run), every["series"]),
            **{band: pd.concat(found, ignore_index=True) for band, found in bands.items()},
        },
        marks=forecast_marks(bands, drawn),
        x_scale=Scale(ticks=ticks),
        facets=Facets("pane", tuple(labels), tuple(labels), len(labels), free=True)
        if is_panel
        else None,
    )


def _past(learned: Any, steps: int, season: int) -> pd.Series:
    """Give the last values of a series by their times, as a run keeps them."""
    values = np.array(learned.tail)[:, -1]
    texts = learned.tail_times or map(
        str, range(learned.rows - len(values) + 1, learned.rows + 1)
    )
    shown = max(3 * steps, season + 1, LEAST_SHOWN)
    return pd.Series(values, read_times(texts, learned.zone))[-shown:]


def _lines(past: pd.Series, ahead: pd.DataFrame, best: str) -> pd.DataFrame:
    """Give the truth, and both forecasts from its end on: time, series and value."""
    pieces = [pd.DataFrame({"time": past.index, "series": "truth", "value": past.to_numpy()})]
    for column, label in (("forecast", "network"), (best, best.replace("_", " "))):
        pieces.append(
            pd.DataFrame(
                {
                    "time": past.index[-1:].append(pd.Index(ahead["time"])),
                    "series": label,
                    "value": np.append(past.to_numpy()[-1], ahead[column].to_numpy()),
                }
            )
        )
    return pd.concat(pieces, ignore_index=True)


def _band(past: pd.Series, ahead: pd.DataFrame, level: float) -> pd.DataFrame:
    """Give an interval, which opens at the last known value."""
    last = past.to_numpy()[-1]
    low, high = columns(level)
    return pd.DataFrame(
        {
            "time": past.index[-1:].append(pd.Index(ahead["time"])),
            "lower": np.append(last, ahead[low].to_numpy()),
            "upper": np.append(last, ahead[high].to_numpy()),
            "window": 1,
        }
    )


def _told(name: str, ahead: pd.DataFrame) -> str:
    """Say the last step's forecast, and its interval."""
    last = ahead.iloc[-1]
    text = (
        f"{f'Of {name} the' if name else 'The'} last step's forecast is "
        f"{brief_text(last['forecast'], 4)}"
    )
    low, high = columns(95.0)
    if low in ahead:
        text += f", 95 % interval {brief_text(last[low], 4)} to {brief_text(last[high], 4)}"
    return f"{text}."
