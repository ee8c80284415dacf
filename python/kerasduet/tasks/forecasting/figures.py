"""What a forecaster says beside truth and baselines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.checks import whole
from kerasduet.data.preprocessing import PanelPreprocessing, SeriesPreprocessing
from kerasduet.errors import DatasetError
from kerasduet.figures.marks import Mark
from kerasduet.figures.names import shortened
from kerasduet.figures.panels import Facets, Panel, Scale
from kerasduet.figures.words import (
    Series,
    count,
    finite,
    key,
    moment,
    noted,
    whole_ticks,
)
from kerasduet.forecasting.baselines import BASELINES, COPY
from kerasduet.forecasting.levels import columns
from kerasduet.forecasting.metrics import coverage, mae
from kerasduet.style import OKABE_ITO, PALE
from kerasduet.tasks.forecasting.intervals import tested
from kerasduet.tasks.forecasting.scores import best_baseline, known_truth
from kerasduet.tasks.forecasting.several import by_series, codes_of

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = [
    "chosen_places",
    "forecast_key",
    "forecast_marks",
    "forecast_names",
    "forecast_panel",
    "horizon_panel",
    "step_words",
    "target_words",
    "time_words",
]

SHOWN_SERIES = 3  # of several in one table
SHOWN_STEPS = 52  # forecast steps shown by default, rounded up to whole windows
LONGEST_NAME = 40  # letters of a series in a figure; its alt text has them all

BAND_LEVELS = (95.0, 80.0)  # the wider one lies below
BAND = {"x": "time", "y": "lower", "to_y": "upper", "group": "window"}
BAND_LOOK = {"colour": OKABE_ITO["blue"], "alpha": 0.18}

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


def forecast_panel(run: Result, *, windows: Any = None) -> Panel:
    """Show the last test windows beside truth and baselines.

    Parameters
    ----------
    run : Result
        Of a forecaster.
    windows : int, optional
        Windows to show, the last ones that do not overlap; by default as many as hold 52 steps.
    """
    if isinstance(run.preprocessing, PanelPreprocessing):
        return several_panel(run, windows)
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
        f"{label} {mae(known, scored[column].to_numpy()):.3g}"
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
        subtitle=f"{span.capitalize()}, {_strategy(run)}"
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


def several_panel(run: Result, windows: Any = None) -> Panel:
    """Show the last test windows of three series: of the best, the middle and the worst skill."""
    table, horizon, learned = run.predictions(), run.experiment.horizon, run.preprocessing
    assert isinstance(learned, PanelPreprocessing)
    codes, each = codes_of(table, learned), by_series(table, learned)
    places = chosen_places(run)
    most = min(np.bincount(codes)) // horizon
    most = -(-most // horizon)
    if windows is None:
        count = min(most, -(-SHOWN_STEPS // 2 // horizon))
    else:
        count = whole("windows", windows, low=1, high=most)
    names, pieces, starts = forecast_names(run), [], []
    bands: dict[str, list[pd.DataFrame]] = {}
    labels, told = [], []
    for place in places:
        mine = table[codes == place]
        chosen = np.sort(mine["origin"].drop_duplicates().to_numpy()[::-1][::horizon][:count])
        shown = mine[mine["origin"].isin(chosen)]
        group = shown["origin"].rank(method="dense").astype(np.int64) if horizon > 1 else 1
        end = shown["time"].iloc[-1]
        truth = _observed(
            run, mine, chosen[0], end, steps=max(count * horizon, horizon * 3), place=place
        )
        name = shortened(learned.ids[place], LONGEST_NAME // 2)
        labels.append(f"{name}: {100 * each['skill'][place]:.0f} %")
        told.append(f"{learned.ids[place]} {100 * each['skill'][place]:.0f} %")
        pieces.append(_lines(truth, shown, names, group).assign(pane=labels[-1]))
        for each_band, band in _bands(run, shown.index, group).items():
            bands.setdefault(each_band, []).append(band.assign(pane=labels[-1]))
        at = chosen if horizon > 1 else chosen[:0]
        starts.append(pd.DataFrame({"time": at, "pane": labels[-1]}))
    lines, note = finite(pd.concat(pieces, ignore_index=True), "value")
    columns = {"x": "time", "y": "value", "series": "series"}
    name, unit = target_words(run)
    total = len(learned.ids)
    order = "Best, middle and worst" if len(places) == 3 else "Best and worst"
    which = f"{order} of {total:,} series by skill" if total > 1 else "The only series"
    what = "the last test window" if count == 1 else f"the last {count} test windows"
    dates = pd.api.types.is_datetime64_any_dtype(lines["time"].dtype)
    span = f"{moment(lines['time'].min())} to {moment(lines['time'].max())}"
    panel = Panel(
        kind="forecast",
        title="Forecasts beside truth and baselines",
        subtitle=f"{which}, {_strategy(run)}, {span}"
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
        facets=Facets("pane", tuple(labels), tuple(labels), len(labels), free=True),
    )
    return noted(panel, note)


def chosen_places(run: Result) -> list[int]:
    """Give the places of the series with the best, the middle and the worst skill."""
    learned: Any = run.preprocessing
    skill = by_series(run.predictions(), learned)["skill"].fillna(-np.inf)
    ranked = skill.sort_values(ascending=False, kind="stable").index
    chosen = np.unique(np.linspace(0, len(ranked) - 1, SHOWN_SERIES).round().astype(int))
    return [int(place) for place in ranked[chosen]]


def forecast_marks(bands: Iterable[str], line: Mapping[str, str]) -> tuple[Mark, ...]:
    """Give the marks of forecasts: where each begins, its bands, and lines over them."""
    return (
        Mark("rule", "origins", {"x": "time"}, {"colour": PALE, "width": 0.8}),
        *(Mark("band", band, BAND, BAND_LOOK) for band in bands),
        Mark("line", "lines", line),
    )


def forecast_key(run: Result) -> tuple[Series, ...]:
    """Give the looks of truth, network and best baseline; those of the others are grey."""
    shown = {"truth", "network", best_baseline(run.metrics).replace("_", " ")}
    return tuple(
        (label, colour if label in shown else GREY, line, width if label in shown else 1.0)
        for label, colour, line, width in FORECAST_KEY
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


def horizon_panel(run: Result) -> Panel:
    """Show the mean absolute error by step ahead, beside the baselines."""
    table, names = run.predictions(), forecast_names(run)
    steps = np.arange(1, run.experiment.horizon + 1)
    error = table[list(names)].sub(table["truth"], axis=0).abs()[known_truth(table)]
    learned, measure = run.preprocessing, "MAE"
    if isinstance(learned, PanelPreprocessing):  # of series of different sizes
        error = error.div(learned.sizes[codes_of(table, learned)][error.index], axis=0)
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
        f"{label} {' to '.join(f'{by_step[column].iloc[end]:.3g}' for end in ends)}"
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
        subtitle=f"Mean over {count(windows, 'test window')}, {_strategy(run)}",
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


def _strategy(run: Result) -> str:
    return getattr(run.preprocessing, "strategy", "direct")


def _step_unit(run: Result) -> str:
    return UNITS.get((run.experiment.frequency or "").partition("-")[0], "steps")


def _error_label(measure: str, name: str, unit: str) -> str:
    if measure == "MASE":
        return measure
    return f"MAE ({unit})" if unit else f"MAE (units of {shortened(name, LONGEST_NAME)})"


def step_words(run: Result, count: int) -> str:
    """Count steps in the units of the frequency."""
    unit = _step_unit(run)
    return f"{count} {unit}" if count > 1 else f"1 {unit.removesuffix('s')}"


def _step_label(run: Result) -> str:
    if run.experiment.horizon == 1:
        return ""  # the axis then names the series
    unit = _step_unit(run)
    return "Step ahead" if unit == "steps" else f"Step ahead ({unit})"


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
