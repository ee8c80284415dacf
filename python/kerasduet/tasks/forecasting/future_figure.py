"""The steps after the end of a series: network, best baseline and intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.data.panel_preprocessing import PanelPreprocessing
from kerasduet.data.times import read_times
from kerasduet.figures.names import shortened, shortened_all
from kerasduet.figures.panels import Facets, Panel, PlotData, Scale
from kerasduet.figures.words import key, moment, whole_ticks
from kerasduet.forecasting.levels import columns
from kerasduet.lead import brief_text
from kerasduet.settings.common import HORIZON
from kerasduet.tasks.forecasting import panels
from kerasduet.tasks.forecasting.chosen_series import (
    IN_A_ROW,
    chosen_places,
    height_of,
    refuse_single,
    which_words,
)
from kerasduet.tasks.forecasting.figure_words import (
    LONGEST_NAME,
    forecast_key,
    step_words,
    target_words,
    time_words,
)
from kerasduet.tasks.forecasting.figures import BAND_LEVELS, forecast_marks
from kerasduet.tasks.forecasting.scores import best_baseline
from kerasduet.tasks.forecasting.verbs import Start, forecast, given_start

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["ahead_of_run", "drawn_forecast", "future_panel", "has_future"]

LEAST_SHOWN = 20  # values before the end


def has_future(run: Result) -> bool:
    """Say whether the steps after the end follow from the series alone."""
    learned: Any = run.preprocessing
    return not learned.known_future


def ahead_of_run(
    run: Result, horizon: Any = None, level: Any = None, future: Any = None
) -> pd.DataFrame:
    """Forecast, by default the trained horizon with 80 and 95 % intervals.

    Without a level there are none where the run cannot give them.
    """
    _ = run.table  # an interrupted run is scored, and calibrated, here
    if level is None and _has_intervals(run, horizon):
        level = BAND_LEVELS
    return forecast(run, horizon, level, future)


def _has_intervals(run: Result, horizon: Any) -> bool:
    learned: Any = run.preprocessing
    steps = learned.horizon if horizon is None else HORIZON("horizon", horizon)
    known = learned.errors is not None or learned.intervals == "quantile"
    return bool(known and steps <= learned.horizon)


def future_panel(
    run: Result,
    horizon: Any = None,
    level: Any = None,
    future: Any = None,
    series: Any = None,
) -> Panel:
    """Show the end of the series, and what is forecast after it.

    Of several series those asked for, by default those of the best, the middle and the worst skill.
    """
    learned: Any = run.preprocessing
    if isinstance(learned, PanelPreprocessing):
        places = chosen_places(run, series)
        which = which_words(run, places, series)
        pasts = {place: _past(learned.each[place]) for place in places}
    else:
        refuse_single(run, series)
        which, pasts = "", {0: _past(learned)}
    ahead = ahead_of_run(run, horizon, level, future)
    return _panel(run, ahead, pasts, which, _band_words(run, _levels(ahead)))


def drawn_forecast(run: Result, ahead: pd.DataFrame, x: Any = None) -> PlotData:
    """Draw a table that `forecast()` or, of other rows x, `predict()` has given.

    Of several series those of the best, the middle and the worst skill among those in the table.
    """
    learned: Any = run.preprocessing
    _ = run.table  # an interrupted run is scored here
    which = ""
    pasts: dict[int, pd.Series] = {}
    if not isinstance(learned, PanelPreprocessing):
        pasts[0] = _past(learned) if x is None else _past_of(given_start(run, x))
    else:
        starts = None if x is None else panels.starts_of(run, learned, x)
        among = None if starts is None else [learned.ids.index(name) for name in starts]
        places = chosen_places(run, among=among)
        for place in places:
            pasts[place] = (
                _past(learned.each[place])
                if starts is None
                else _past_of(starts[learned.ids[place]])
            )
        which = which_words(run, places)
    levels = _levels(ahead)
    panel = _panel(run, ahead, pasts, which, _band_words(run, levels) if levels else "")
    return PlotData("future", "", "", (panel,), height=panel.height)


def _levels(ahead: pd.DataFrame) -> list[float]:
    """Give the levels of a table's intervals, the widest, which lies below, first."""
    ends = (str(name) for name in ahead)
    return sorted(
        (float(name.removeprefix("lower_")) for name in ends if name.startswith("lower_")),
        reverse=True,
    )


def _panel(
    run: Result, ahead: pd.DataFrame, pasts: dict[int, pd.Series], which: str, bands_told: str
) -> Panel:
    """Draw forecasts after the last values of some series, by their places."""
    learned: Any = run.preprocessing
    best, levels = best_baseline(run.metrics), _levels(ahead)
    name, unit = target_words(run)
    is_panel = isinstance(learned, PanelPreprocessing)
    if is_panel:
        names = learned.names
        short = shortened_all([learned.ids[place] for place in pasts], LONGEST_NAME // 2)
        pieces = [
            (label, past, ahead[ahead["id"].to_numpy() == names[place]])
            for label, (place, past) in zip(short, pasts.items(), strict=True)
        ]
    else:
        pieces = [(name, pasts[0], ahead)]
    lines, starts, told = [], [], []
    bands: dict[str, list[pd.DataFrame]] = {}
    for label, past, table in pieces:
        past = past.iloc[-max(3 * len(table), run.experiment.season + 1, LEAST_SHOWN) :]
        lines.append(_lines(past, table, best).assign(pane=label))
        starts.append(pd.DataFrame({"time": past.index[-1:], "pane": label}))
        told.append(_told(label if is_panel else "", table, levels))
        for wide in levels:
            band = _band(past, table, wide).assign(pane=label)
            bands.setdefault(f"band_{wide:g}", []).append(band)
    every = pd.concat(lines, ignore_index=True)
    labels = [label for label, _, _ in pieces]
    dates = pd.api.types.is_datetime64_any_dtype(every["time"].dtype)
    ends = [moment(ahead["time"].min()), moment(ahead["time"].max())]
    span = " to ".join(dict.fromkeys(ends))
    ticks: tuple[int, ...] = ()
    if pd.api.types.is_integer_dtype(every["time"].dtype):
        ticks = whole_ticks(every["time"].max(), most=8, first=every["time"].min())
    steps = step_words(run, int(ahead["step"].max()))
    drawn = {"x": "time", "y": "value", "series": "series"}
    return Panel(
        kind="future",
        title="What comes next",
        subtitle=f"{which}, {steps} after the end of the data, {span}{bands_told}".removeprefix(
            ", "
        ),
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
        facets=Facets(
            "pane", tuple(labels), tuple(labels), min(len(labels), IN_A_ROW), free=True
        )
        if is_panel
        else None,
        height=height_of(len(labels)),
    )


def _past(learned: Any) -> pd.Series:
    """Give the last values of a series by their times, as a run keeps them."""
    values = np.array(learned.tail)[:, -1]
    texts = learned.tail_times or map(
        str, range(learned.rows - len(values) + 1, learned.rows + 1)
    )
    return pd.Series(values, read_times(texts, learned.zone))


def _past_of(start: Start) -> pd.Series:
    """Give the values of other rows of a series by their times."""
    return pd.Series(start.values[:, -1], start.times)


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


def _band_words(run: Result, levels: list[float]) -> str:
    """Say which intervals are drawn, or why none."""
    if levels:
        named = [f"{level:g}" for level in levels[::-1]]
        first = f"{', '.join(named[:-1])} and " if len(named) > 1 else ""
        return f"; band{'s' * (len(named) > 1)}: {first}{named[-1]} %"
    if _has_intervals(run, None):
        return f"; no intervals beyond the {run.experiment.horizon} trained steps"
    return "; no intervals: no validation windows"


def _told(name: str, ahead: pd.DataFrame, levels: list[float]) -> str:
    """Say the last step's forecast, and its interval."""
    last = ahead.iloc[-1]
    text = (
        f"{f'Of {name} the' if name else 'The'} last step's forecast is "
        f"{brief_text(last['forecast'], 4)}"
    )
    if levels:
        low, high = columns(levels[0])
        text += f", {levels[0]:g} % interval {brief_text(last[low], 4)} to "
        text += brief_text(last[high], 4)
    return f"{text}."
