"""What a forecaster says beside truth and baselines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.checks import whole
from kerasduet.data.panel_preprocessing import PanelPreprocessing
from kerasduet.data.preprocessing import SeriesPreprocessing
from kerasduet.errors import DatasetError
from kerasduet.figures.marks import Mark
from kerasduet.figures.names import shortened, shortened_all
from kerasduet.figures.panels import Facets, Panel, Scale
from kerasduet.figures.words import finite, key, moment, noted, whole_ticks
from kerasduet.forecasting.levels import columns
from kerasduet.forecasting.metrics import coverage, mae
from kerasduet.lead import brief_text
from kerasduet.style import OKABE_ITO, PALE
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
    forecast_names,
    step_words,
    strategy_of,
    target_words,
    time_words,
)
from kerasduet.tasks.forecasting.intervals import tested
from kerasduet.tasks.forecasting.scores import known_truth
from kerasduet.tasks.forecasting.several import by_series, codes_of

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["forecast_marks", "forecast_panel"]

SHOWN_STEPS = 52  # forecast steps shown by default, rounded up to whole windows

BAND_LEVELS = (95.0, 80.0)  # the wider one lies below
BAND = {"x": "time", "y": "lower", "to_y": "upper", "group": "window"}
BAND_LOOK = {"colour": OKABE_ITO["blue"], "alpha": 0.18}


def forecast_panel(run: Result, *, windows: Any = None, series: Any = None) -> Panel:
    """Show the last test windows beside truth and baselines.

    Parameters
    ----------
    run : Result
        Of a forecaster.
    windows : int, optional
        Windows to show, the last ones that do not overlap; by default as many as hold 52 steps.
    series : str, int or sequence, optional
        Of several series: the names of those to show; by default those of the best, the middle
        and the worst skill.
    """
    if isinstance(run.preprocessing, PanelPreprocessing):
        return several_panel(run, windows, series)
    refuse_single(run, series)
    table, horizon = run.predictions(), run.experiment.horizon
    origins = table["origin"].drop_duplicates().to_numpy()
    apart = origins[::-1][::horizon]  # the last windows that do not overlap
    if windows is None:
        count = min(len(apart), -(-SHOWN_STEPS // horizon))
    else:
        count = whole("windows", windows, low=1, high=len(apart))
    chosen = np.sort(apart[:count])
    shown = table[table["origin"].isin(chosen)]
    # One-step forecasts are joined to one line; longer ones are a line a window.
    group = shown["origin"].rank(method="dense").astype(np.int64) if horizon > 1 else 1
    names = forecast_names(run)
    truth = _observed(run, table, chosen[0], shown["time"].iloc[-1], steps=count * horizon)
    lines, note = finite(_lines(truth, shown, names, group), "value")
    scored = shown[known_truth(shown)]
    known = scored["truth"].to_numpy()
    errors = [
        f"{label} {brief_text(mae(known, scored[column].to_numpy()))}"
        for column, label in names.items()
        if len(scored)
    ]
    name, unit = target_words(run)
    what = "the last test window" if count == 1 else f"the last {count} test windows"
    span = f"{what} of {step_words(run, horizon)}"
    ticks: tuple[int, ...] = ()
    if pd.api.types.is_integer_dtype(lines["time"].dtype):
        ticks = whole_ticks(lines["time"].max(), most=8, first=lines["time"].min())
    columns = {"x": "time", "y": "value", "series": "series"}
    bands = _bands(run, shown.index, group)
    marks = [*forecast_marks(bands, columns | {"group": "window"})]
    if (lines["series"] == "network").sum() == 1:
        marks.append(Mark("point", "lines", columns))  # a line needs two
    panel = Panel(
        kind="forecast",
        title="Forecast beside truth and baselines",
        subtitle=f"{span.capitalize()}, {strategy_of(run)}"
        + ("; vertical lines: where each begins" if horizon > 1 else "")
        + ("; bands: 80 and 95 %" if bands else ""),
        x=time_words(run, lines["time"]),
        y=f"{name} ({unit})" if unit else shortened(name, LONGEST_NAME),
        alt=(
            f"Line plot of {name} from {moment(lines['time'].min())} to "
            f"{moment(lines['time'].max())}: truth, the network's forecast and the baselines "
            f"over {span}. Mean absolute error there{f' in {unit}' if unit else ''}: "
            f"{', '.join(errors) or 'none, as every truth was missing and filled'}."
            f"{_held(bands, known, known_truth(shown))}"
        ),
        frames={
            "lines": lines,
            "origins": pd.DataFrame({"time": chosen if horizon > 1 else chosen[:0]}),
            "key": key(forecast_key(run), lines["series"]),
            **bands,
        },
        marks=tuple(marks),
        x_scale=Scale(ticks=ticks),
    )
    return noted(panel, note)


def several_panel(run: Result, windows: Any = None, series: Any = None) -> Panel:
    """Show the last test windows of some series, by default of the best, middle and worst skill."""
    table, horizon, learned = run.predictions(), run.experiment.horizon, run.preprocessing
    assert isinstance(learned, PanelPreprocessing)
    codes, each = codes_of(table, learned), by_series(table, learned)
    places = chosen_places(run, series)
    most = min(np.bincount(codes, minlength=len(each))[places]) // horizon
    most = -(-most // horizon)
    if windows is None:
        count = min(most, -(-SHOWN_STEPS // 2 // horizon))
    else:
        count = whole("windows", windows, low=1, high=most)
    names, pieces, starts = forecast_names(run), [], []
    bands: dict[str, list[pd.DataFrame]] = {}
    labels, told = [], []
    short = shortened_all([learned.ids[place] for place in places], LONGEST_NAME // 2)
    for place, name in zip(places, short, strict=True):
        mine = table[codes == place]
        chosen = np.sort(mine["origin"].drop_duplicates().to_numpy()[::-1][::horizon][:count])
        shown = mine[mine["origin"].isin(chosen)]
        group = shown["origin"].rank(method="dense").astype(np.int64) if horizon > 1 else 1
        end = shown["time"].iloc[-1]
        truth = _observed(
            run, mine, chosen[0], end, steps=max(count * horizon, horizon * 3), place=place
        )
        labels.append(f"{name}\nskill {100 * each['skill'][place]:.0f} %")
        told.append(f"{learned.ids[place]} {100 * each['skill'][place]:.0f} %")
        pieces.append(_lines(truth, shown, names, group).assign(pane=name))
        for each_band, band in _bands(run, shown.index, group).items():
            bands.setdefault(each_band, []).append(band.assign(pane=name))
        at = chosen if horizon > 1 else chosen[:0]
        starts.append(pd.DataFrame({"time": at, "pane": name}))
    lines, note = finite(pd.concat(pieces, ignore_index=True), "value")
    columns = {"x": "time", "y": "value", "series": "series"}
    name, unit = target_words(run)
    which = which_words(run, places, series, ranked=True)
    what = "the last test window" if count == 1 else f"the last {count} test windows"
    dates = pd.api.types.is_datetime64_any_dtype(lines["time"].dtype)
    span = f"{moment(lines['time'].min())} to {moment(lines['time'].max())}"
    panel = Panel(
        kind="forecast",
        title="Forecasts beside truth and baselines",
        subtitle=f"{which}, {strategy_of(run)}, {span}"
        + ("; bands: 80 and 95 %" if bands else ""),
        x="" if dates else time_words(run, lines["time"]),
        y=f"{name} ({unit})" if unit else shortened(name, LONGEST_NAME),
        alt=(
            f"Line plots of {name}, one a series: truth, the network's forecast and the "
            f"baselines over {what} of {step_words(run, horizon)}, {span}. {which}. Skill, the "
            f"part of the best baseline's error that the network saves: {', '.join(told)}."
        ),
        frames={
            "lines": lines,
            "origins": pd.concat(starts, ignore_index=True),
            "key": key(forecast_key(run), lines["series"]),
            **{band: pd.concat(found, ignore_index=True) for band, found in bands.items()},
        },
        marks=forecast_marks(bands, columns | {"group": "window"}),
        facets=Facets(
            "pane", tuple(short), tuple(labels), min(len(labels), IN_A_ROW), free=True
        ),
        height=height_of(len(labels)),
    )
    return noted(panel, note)


def forecast_marks(bands: Iterable[str], line: Mapping[str, str]) -> tuple[Mark, ...]:
    """Give the marks of forecasts: where each begins, its bands, and lines over them."""
    return (
        Mark("rule", "origins", {"x": "time"}, {"colour": PALE, "width": 0.8}),
        *(Mark("band", band, BAND, BAND_LOOK) for band in bands),
        Mark("line", "lines", line),
    )


def _lines(truth: pd.Series, shown: pd.DataFrame, names: Any, group: Any) -> pd.DataFrame:
    """Give truth and forecasts as one long table: time, series, window and value."""
    forecasts = [
        pd.DataFrame(
            {
                "time": shown["time"],
                "series": label,
                "window": group,
                "value": shown[column],
            }
        )
        for column, label in names.items()
    ]
    first = pd.DataFrame({"time": truth.index, "series": "truth", "window": 0, "value": truth})
    return pd.concat([first, *forecasts], ignore_index=True)


def _bands(run: Result, rows: pd.Index, group: Any) -> dict[str, pd.DataFrame]:
    """Give the intervals of some rows of `predictions()`, the widest first."""
    table, learned = run.predictions(), run.preprocessing
    assert isinstance(learned, SeriesPreprocessing | PanelPreprocessing)
    found = tested(table, learned, BAND_LEVELS)
    if not found or len(rows) == 1:  # an area needs two
        return {}
    every = table.assign(**found).loc[rows]
    return {
        f"band_{level:g}": pd.DataFrame(
            {"time": every["time"], "lower": every[low], "upper": every[high], "window": group}
        )
        for level in BAND_LEVELS
        for low, high in [columns(level)]
    }


def _held(bands: dict[str, pd.DataFrame], truth: np.ndarray, known: np.ndarray) -> str:
    """Say how many of the truths each band holds."""
    if not bands or len(truth) == 0:
        return ""
    told = []
    for name, band in bands.items():
        lower, upper = (band[end].to_numpy()[known] for end in ("lower", "upper"))
        share = 100 * coverage(truth, lower, upper)
        told.append(f"the {name.removeprefix('band_')} % intervals hold {share:.0f} %")
    return f" Of the truths {' and '.join(told)}."


def _observed(
    run: Result,
    table: pd.DataFrame,
    origin: Any,
    end: Any,
    *,
    steps: int,
    place: int | None = None,
) -> pd.Series:
    """Give the target by time: some steps up to the first origin, and on to the end.

    Of several series that of one `place`, whose rows of `predictions()` the table holds.
    """
    try:
        found = run.dataset.table if place is None else run.dataset.panel[place]
        assert found is not None
        values = pd.Series(found.values[:, -1], index=found.times)
    except DatasetError:
        # What the test windows themselves tell; the naive forecast is the value at the origin.
        at_origin = pd.Series(table["naive"].to_numpy(), index=pd.Index(table["origin"]))
        after = pd.Series(table["truth"].to_numpy(), index=pd.Index(table["time"]))
        values = pd.concat([at_origin, after])
        values = values[~values.index.duplicated()].sort_index()
    before = max(steps, min(run.experiment.season, 3 * steps))
    start, stop = values.index.get_indexer(pd.Index([origin, end])) + 1
    return values.iloc[max(start - before, 0) : stop]
