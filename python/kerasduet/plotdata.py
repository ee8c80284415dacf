"""What the figures of a run show: tidy frames, titles, labels and alt text.

Computed once, here; matplotlib (`kerasduet.plots`) and ggplot2 (the R package) only draw it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.checks import choice, nearest, several, show, whole
from kerasduet.data.preprocessing import SeriesPreprocessing
from kerasduet.errors import (
    ArgumentRange,
    ArgumentType,
    DatasetError,
    EmptyData,
    UnknownName,
)
from kerasduet.evaluation import known_truth
from kerasduet.forecasting.baselines import BASELINES
from kerasduet.forecasting.metrics import mae
from kerasduet.style import OKABE_ITO, blend

if TYPE_CHECKING:
    from kerasduet.run import Run

__all__ = ["KINDS", "Panel", "PlotData", "check_settings", "forecast_names", "plot_data"]

KINDS = {
    "overview": ("classification", "forecasting"),
    "history": ("classification", "forecasting"),
    "digits": ("classification",),
    "confusion": ("classification",),
    "forecast": ("forecasting",),
    "horizon": ("forecasting",),
}
OVERVIEW = {
    "classification": ("history", "confusion", "digits"),
    "forecasting": ("forecast", "history", "horizon"),
}
SETTINGS = {"rows": "digits", "windows": "forecast"}  # and the kind that has it

TILES = 12  # images shown by default
MOST_TILES = 60
CROSS = "\u00d7 "  # marks a mistake without colour
SHOWN_STEPS = 52  # forecast steps shown by default, rounded up to whole windows

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

# Series: label, colour, line type, width in points.
HISTORY_KEY = (
    ("training", OKABE_ITO["blue"], "solid", 1.4),
    ("validation", OKABE_ITO["vermilion"], "dashed", 1.4),
)
FORECAST_KEY = (
    ("truth", OKABE_ITO["black"], "solid", 1.0),
    ("network", OKABE_ITO["blue"], "solid", 2.2),
    ("naive", OKABE_ITO["orange"], "dotted", 1.6),
    ("seasonal naive", OKABE_ITO["green"], "dashed", 1.4),
    ("drift", OKABE_ITO["purple"], "dotdash", 1.4),
    ("seasonal drift", OKABE_ITO["vermilion"], "longdash", 1.4),
)


@dataclass(frozen=True)
class Panel:
    """One plot: what to draw and what to write beside it.

    Parameters
    ----------
    kind : {"history", "digits", "confusion", "forecast", "horizon"}
        What it shows.
    title, subtitle : str
        Above it.
    x, y : str
        Axis labels, with units; empty where an axis has none or each pane its own.
    alt : str
        Alt text: the same in words and numbers.
    frames : dict of DataFrame
        history: lines (epoch, measure, series, value), kept (epoch), key. digits: tiles (tile,
        row, truth, prediction, probability, correct, label), pixels (tile, x, y, red, green,
        blue).
        confusion: cells (truth, prediction, count, share, correct, fill, ink, label).
        forecast: lines (time, series, window, value), origins (time), key. horizon: lines
        (step, series, mae), key. A key has a row a series: label, colour, line, width.
    ticks : tuple of int
        Where the x axis is marked; empty leaves it to the plotting package.
    columns : int
        Panes side by side.
    """

    kind: str
    title: str
    subtitle: str
    x: str
    y: str
    alt: str
    frames: dict[str, pd.DataFrame] = field(repr=False)
    ticks: tuple[int, ...] = ()
    columns: int = 1


@dataclass(frozen=True)
class PlotData:
    """All that one figure shows.

    Parameters
    ----------
    kind : str
        As asked for.
    title, subtitle : str
        Of the figure as a whole; empty where it is a single panel, which has its own.
    panels : tuple of Panel
        In reading order.
    """

    kind: str
    title: str
    subtitle: str
    panels: tuple[Panel, ...]

    @property
    def alt(self) -> str:
        """Alt text of the whole figure."""
        parts = [" ".join(f"{self.title}. {self.subtitle}".split())] if self.title else []
        return " ".join([*parts, *(panel.alt for panel in self.panels)])


def plot_data(
    run: Run,
    kind: str = "overview",
    *,
    rows: Sequence[int] | None = None,
    windows: int | None = None,
) -> PlotData:
    """Compute what a figure of a run shows.

    Parameters
    ----------
    run : Run
        The run.
    kind : str
        "overview": history, confusion and digits of a classifier; forecast, history and
        horizon of a forecaster. "history": loss and metric by epoch. "digits": test images
        with prediction and truth. "confusion": counts of truth (rows) by prediction.
        "forecast": the last test windows beside truth and baselines. "horizon": mean absolute
        error by step.
    rows : sequence of int, optional
        Test images to show, by their `row` in `predictions()` (from 1), at most 60. By
        default up to six mistakes, the most confident first, and right ones up to twelve.
    windows : int, optional
        Test windows to show, the last ones that do not overlap; by default as many as hold
        52 steps. Of a season of one step, the seasonal baselines are naive and not shown.

    Returns
    -------
    PlotData
        Frames, titles, axis labels, alt text.

    Raises
    ------
    UnknownName
        No such kind.
    ArgumentType
        A kind that does not fit the run, or a setting that does not fit the kind.
    ArgumentRange
        Rows or windows that the test does not have.
    DatasetError
        Images that are not available (kind "digits").
    EmptyData
        A history without a finite number: interrupted before the first epoch ended, or
        diverged in it.
    """
    choice("kind", kind, KINDS)
    _check_fit(run, kind, rows, windows)
    if kind != "overview":
        return PlotData(kind, "", "", (_panel(run, kind, rows, windows),))
    panels, notes = [], [run.summary]
    for part in OVERVIEW[run.experiment.task]:
        try:
            panels.append(_panel(run, part, rows, windows, width=0.5))
        except (DatasetError, EmptyData) as problem:
            reason = str(problem).partition(": ")[2]
            notes.append(f"The {part} panel is left out: {reason}")
    title = run.experiment.name
    if run.status != "finished":
        title += f", {run.status} after {len(run.history)} of {run.experiment.epochs} epochs"
    subtitle = "\n".join(textwrap.fill(note, 100) for note in notes)
    return PlotData(kind, title, subtitle, tuple(panels))


def check_settings(names: Iterable[str]) -> None:
    """Refuse settings that no plot has.

    Raises
    ------
    UnknownName
        The first such name, with the nearest ones.

    Examples
    --------
    >>> check_settings(["rws"])
    Traceback (most recent call last):
    kerasduet.errors.UnknownName: rws: a plot has no such setting. Did you mean rows?
    """
    for name in names:
        if name not in SETTINGS:
            raise UnknownName(f"{name}: a plot has no such setting. {nearest(name, SETTINGS)}")


def _check_fit(run: Run, kind: str, rows: Any, windows: Any) -> None:
    task = run.experiment.task
    if task not in KINDS[kind]:
        known = ", ".join(name for name, tasks in KINDS.items() if task in tasks)
        raise ArgumentType(
            f"kind: {kind} is for {KINDS[kind][0]}; got the run {run.experiment.name}, of "
            f"{task}. Use one of {known}."
        )
    for (name, part), value in zip(SETTINGS.items(), (rows, windows), strict=True):
        if value is not None and part not in (
            kind,
            *(OVERVIEW[task] if kind == "overview" else ()),
        ):
            raise ArgumentType(
                f"{name}: only {part} has this setting; got {show(value)} with the kind {kind} "
                f"of the run {run.experiment.name}."
            )


def _panel(run: Run, kind: str, rows: Any, windows: Any, *, width: float = 1.0) -> Panel:
    if kind == "history":
        return _history(run)
    if kind == "confusion":
        return _confusion(run)
    if kind == "digits":
        return _digits(run, rows, width)
    if kind == "forecast":
        return _forecast(run, windows)
    return _horizon(run)


def _history(run: Run) -> Panel:
    history = run.history
    if history.empty:
        raise EmptyData(
            f"kind: a history needs an epoch; got the run {run.experiment.name}, interrupted "
            "before its first one ended. Resume it."
        )
    parts, changes = [], []
    for name, (label, factor) in _measures(run).items():
        told = []
        for series, column in (("training", name), ("validation", f"val_{name}")):
            if column in history:
                values = factor * history[column].to_numpy(dtype=np.float64)
                line = {"epoch": history["epoch"].to_numpy(dtype=np.int64), "measure": label}
                parts.append(pd.DataFrame(line | {"series": series, "value": values}))
                told.append(f"{series} {values[0]:.3g} to {values[-1]:.3g}")
        changes.append(f"{label}: {', '.join(told)}")
    lines, note = _finite(pd.concat(parts, ignore_index=True), "value")
    if lines.empty:
        raise EmptyData(
            f"kind: a history needs a finite number; got the run {run.experiment.name}, whose "
            "training diverged. Lower learning_rate."
        )
    kept, subtitle, told_kept = _kept_epoch(run), "", ""
    if len(kept):
        epoch = kept["epoch"].item()
        subtitle = f"Dotted: epoch {epoch}, whose weights were kept"
        told_kept = f" The weights of epoch {epoch} were kept."
    epochs = len(history)
    panel = Panel(
        kind="history",
        title="Training history",
        subtitle=subtitle,
        x="Epoch",
        y="",
        alt=(
            f"Line plots of the training history of {run.experiment.name} over "
            f"{_count(epochs, 'epoch')}. From the first epoch to the last, "
            f"{'; '.join(changes)}.{told_kept}"
        ),
        frames={
            "lines": lines,
            "kept": kept,
            "key": _key(HISTORY_KEY, lines["series"]),
        },
        ticks=_whole_ticks(epochs, most=8),
        columns=lines["measure"].nunique(),
    )
    return _noted(panel, note)


def _measures(run: Run) -> dict[str, tuple[str, float]]:
    """Label and factor of each column of the history, loss first."""
    if run.experiment.task == "forecasting":
        return {
            "loss": ("Loss (MSE, standardized)", 1.0),
            "mean_absolute_error": ("MAE (standardized)", 1.0),
        }
    penalty = any(run.experiment.model.get(name) for name in ("l1", "l2"))
    loss = "Loss (nats, with penalty)" if penalty else "Loss (cross-entropy, nats)"
    return {"loss": (loss, 1.0), "accuracy": ("Accuracy (%)", 100.0)}


def _kept_epoch(run: Run) -> pd.DataFrame:
    kept = run.history.iloc[:0]
    if run.experiment.early_stopping is not None:
        finite, _ = _finite(run.history, "val_loss")
        kept = finite.nsmallest(1, "val_loss")
    return pd.DataFrame({"epoch": kept["epoch"].to_numpy(dtype=np.int64)})


def _confusion(run: Run) -> Panel:
    table, names = run.predictions(), run.class_names
    codes = {name: code for code, name in enumerate(names)}
    counts = np.zeros((len(names), len(names)), dtype=np.int64)
    truth, guess = (table[name].astype(str).map(codes) for name in ("truth", "prediction"))
    np.add.at(counts, (truth, guess), 1)
    totals = counts.sum(axis=1, keepdims=True)
    share = (counts / np.maximum(totals, 1)).ravel()
    right = np.eye(len(names), dtype=bool).ravel()
    # The square root keeps rare mistakes visible beside a full diagonal.
    strength = np.sqrt(share)
    hues = np.where(right, OKABE_ITO["blue"], OKABE_ITO["vermilion"])
    cells = pd.DataFrame(
        {
            "truth": np.repeat(np.array(names, dtype=object), len(names)),
            "prediction": np.tile(np.array(names, dtype=object), len(names)),
            "count": counts.ravel(),
            "share": share,
            "correct": right,
            "fill": [blend(hue, part) for hue, part in zip(hues, strength, strict=True)],
            "ink": np.where(strength > 0.7, "#FFFFFF", "#000000"),
            "label": [f"{count:,}" if count else "" for count in counts.ravel()],
        }
    )
    errors = int(cells.loc[~cells["correct"], "count"].sum())
    alt = (
        f"Confusion matrix of {len(table):,} test images, truth in rows and prediction in "
        f"columns: {len(table) - errors:,} right, on the diagonal, and "
        f"{_count(errors, 'mistake')}."
    )
    if errors:
        wrong = cells[~cells["correct"]]
        worst = wrong.iloc[wrong["count"].to_numpy().argmax()]
        alt += (
            f" The commonest mistake, {worst['truth']} taken for {worst['prediction']}, "
            f"occurs {_count(worst['count'], 'time')}."
        )
    panel = Panel(
        kind="confusion",
        title=f"{_count(errors, 'mistake')} in {len(table):,} test images",
        subtitle="Blue: right. Orange: wrong. Darker: more of the row",
        x="Predicted class",
        y="True class",
        alt=alt,
        frames={"cells": cells},
    )
    return _noted(panel, _no_probability(table))


def _digits(run: Run, rows: Any, width: float) -> Panel:
    table = run.predictions().astype({"truth": str, "prediction": str})
    table["correct"] = table["truth"] == table["prediction"]
    # Labels side by side must not touch: some 90 letters fit the whole width.
    letters = max(map(len, run.class_names)) + len(f"{CROSS} (100 %)")
    columns = min(6, max(int(width * 90 / letters), 1))
    if rows is None:
        chosen = _telling_rows(table, min(TILES, 3 * columns))
    else:
        chosen = _checked_rows(rows, len(table))
    images = run.preprocessing.to_network(run.dataset.x_test[np.array(chosen) - 1])
    tiles = table.iloc[np.array(chosen) - 1].reset_index(drop=True)
    tiles.insert(0, "tile", np.arange(1, len(tiles) + 1))
    tiles["label"] = [
        f"{'' if tile.correct else CROSS}{tile.prediction} ({_percent(tile.probability)})"
        f"\ntruth {tile.truth}"
        for tile in tiles.itertuples()
    ]
    wrong = tiles[~tiles["correct"]]
    noun = "digit" if run.experiment.dataset.startswith("mnist") else "image"
    told = [
        f"truth {tile.truth} predicted as {tile.prediction} with {_percent(tile.probability)}"
        for tile in wrong.itertuples()
    ]
    alt = (
        f"Grid of {_count(len(tiles), f'test {noun}')} with prediction and truth: "
        f"{len(tiles) - len(wrong)} right, {len(wrong)} wrong."
    )
    if told:
        alt += f" Wrong: {'; '.join(told)}."
    pick = ["tile", "row", "truth", "prediction", "probability", "correct", "label"]
    panel = Panel(
        kind="digits",
        title=f"Test {noun}s",
        subtitle="Prediction (its probability), truth. Framed, \u00d7: wrong",
        x="",
        y="",
        alt=alt,
        frames={
            "tiles": tiles[pick].astype({"probability": np.float64}),
            "pixels": _pixels(images, invert=noun == "digit"),
        },
        columns=min(columns, len(tiles)),
    )
    return _noted(panel, _no_probability(tiles))


def _telling_rows(table: pd.DataFrame, most: int) -> list[int]:
    wrong = table[~table["correct"]].sort_values("probability", ascending=False, kind="stable")
    right = table[table["correct"]]
    # One of each class first, then the others in test order.
    repeated = right.duplicated("truth")
    right = pd.concat([right[~repeated], right[repeated]])
    mistakes = wrong["row"].head(max(most // 2, most - len(right))).tolist()
    return mistakes + right["row"].head(most - len(mistakes)).tolist()


def _checked_rows(rows: Any, tests: int) -> list[int]:
    given = rows.tolist() if hasattr(rows, "tolist") else rows

    def one(name: str, value: Any) -> int:
        return whole(name, value, low=1, high=tests)

    chosen = several(one)("rows", given)
    if len(chosen) > MOST_TILES:
        raise ArgumentRange(f"rows: must be at most {MOST_TILES}; got {len(chosen)}.")
    return list(chosen)


def _pixels(images: np.ndarray, *, invert: bool) -> pd.DataFrame:
    """Give a row a pixel: tile, x from the left and y from the top (from 1), colour 0..255."""
    if images.dtype != np.uint8:
        images = np.round(255 * images).astype(np.uint8)
    if images.shape[-1] != 3:
        grey = np.round(images.mean(axis=-1, keepdims=True)).astype(np.uint8)
        images = np.repeat(255 - grey if invert else grey, 3, axis=-1)
    tile, y, x = np.indices(images.shape[:-1]) + 1
    red, green, blue = np.moveaxis(images, -1, 0)
    columns = {"tile": tile, "x": x, "y": y, "red": red, "green": green, "blue": blue}
    return pd.DataFrame({name: column.ravel() for name, column in columns.items()})


def _forecast(run: Run, windows: Any) -> Panel:
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
    truth = _observed(run, chosen[0], shown["time"].iloc[-1], steps=count * horizon)
    every = pd.concat(
        [
            pd.DataFrame({"time": truth.index, "series": "truth", "window": 0, "value": truth}),
            *(
                pd.DataFrame(
                    {
                        "time": shown["time"],
                        "series": label,
                        "window": group,
                        "value": shown[column],
                    }
                )
                for column, label in names.items()
            ),
        ],
        ignore_index=True,
    )
    lines, note = _finite(every, "value")
    scored = shown[known_truth(shown)]
    known = scored["truth"].to_numpy()
    errors = [
        f"{label} {mae(known, scored[column].to_numpy()):.3g}"
        for column, label in names.items()
        if len(scored)
    ]
    name, unit = _target(run)
    what = "the last test window" if count == 1 else f"the last {count} test windows"
    span = f"{what} of {_steps(run, horizon)}"
    panel = Panel(
        kind="forecast",
        title="Forecast beside truth and baselines",
        subtitle=f"{span.capitalize()}" + ("; grey: where each begins" if horizon > 1 else ""),
        x=_time_label(run, lines["time"]),
        y=f"{name} ({unit})" if unit else name,
        alt=(
            f"Line plot of {name} from {_moment(lines['time'].min())} to "
            f"{_moment(lines['time'].max())}: truth, the network's forecast and the baselines "
            f"over {span}. Mean absolute error there{f' in {unit}' if unit else ''}: "
            f"{', '.join(errors) or 'none, as every truth was missing and filled'}."
        ),
        frames={
            "lines": lines,
            "origins": pd.DataFrame({"time": chosen if horizon > 1 else chosen[:0]}),
            "key": _key(FORECAST_KEY, lines["series"]),
        },
        ticks=_whole_ticks(lines["time"].max(), most=8, first=lines["time"].min())
        if pd.api.types.is_integer_dtype(lines["time"].dtype)
        else (),
    )
    return _noted(panel, note)


def _observed(run: Run, origin: Any, end: Any, *, steps: int) -> pd.Series:
    """Give the target by time: some steps up to the first origin, and on to the end."""
    try:
        found = run.dataset.table
        assert found is not None
        values = pd.Series(found.values[:, -1], index=found.times)
    except DatasetError:
        # What the test windows themselves tell; the naive forecast is the value at the origin.
        table = run.predictions()
        at_origin = pd.Series(table["naive"].to_numpy(), index=pd.Index(table["origin"]))
        after = pd.Series(table["truth"].to_numpy(), index=pd.Index(table["time"]))
        values = pd.concat([at_origin, after])
        values = values[~values.index.duplicated()].sort_index()
    before = max(steps, min(run.experiment.season, 3 * steps))
    start, stop = values.index.get_indexer(pd.Index([origin, end])) + 1
    return values.iloc[max(start - before, 0) : stop]


def _horizon(run: Run) -> Panel:
    table, names = run.predictions(), forecast_names(run)
    steps = np.arange(1, run.experiment.horizon + 1)
    error = table[list(names)].sub(table["truth"], axis=0).abs()[known_truth(table)]
    by_step = error.groupby(table["step"]).mean().reindex(steps)
    every = pd.concat(
        [
            pd.DataFrame({"step": steps, "series": label, "mae": by_step[column].to_numpy()})
            for column, label in names.items()
        ],
        ignore_index=True,
    )
    lines, note = _finite(every, "mae")
    rivals = by_step.drop(columns="forecast").min(axis=1)
    wins = int((by_step["forecast"] < rivals).sum())
    ends = sorted({0, len(steps) - 1})
    span = f"From step 1 to step {len(steps)}" if len(ends) > 1 else "At step 1"
    told = [
        f"{label} {' to '.join(f'{by_step[column].iloc[end]:.3g}' for end in ends)}"
        for column, label in names.items()
    ]
    name, unit = _target(run)
    windows = len(table) // len(steps)
    panel = Panel(
        kind="horizon",
        title="Error by step ahead" if len(steps) > 1 else "Error one step ahead",
        subtitle=f"Mean over {_count(windows, 'test window')}",
        x=_step_label(run),
        y=f"MAE ({unit})" if unit else f"MAE (units of {name})",
        alt=(
            f"Mean absolute error{f' in {unit}' if unit else ''} by step ahead, over "
            f"{_count(windows, 'test window')}. {span}: {', '.join(told)}. The network is below "
            f"every baseline at {wins} of {_count(len(steps), 'step')}."
        ),
        frames={"lines": lines, "key": _key(FORECAST_KEY, lines["series"])},
        ticks=_whole_ticks(len(steps), most=7),
    )
    return _noted(panel, note)


def forecast_names(run: Run) -> dict[str, str]:
    """Give the network and its baselines: column of `predictions()` to label.

    Of a season of one step the seasonal baselines are naive, and left out; so are those that
    the run's version did not have.
    """
    names = [
        name
        for name in BASELINES
        if name in run.table and (run.experiment.season > 1 or not name.startswith("seasonal"))
    ]
    return {"forecast": "network"} | {name: name.replace("_", " ") for name in names}


def _finite(frame: pd.DataFrame, column: str) -> tuple[pd.DataFrame, str]:
    """Keep the rows that can be drawn, with a note on those that a diverged training left."""
    finite = np.isfinite(frame[column].to_numpy())
    missing = int((~finite).sum())
    note = f"Not drawn: {_count(missing, 'non-finite value')}" if missing else ""
    return frame[finite].reset_index(drop=True), note


def _no_probability(table: pd.DataFrame) -> str:
    missing = int((~np.isfinite(table["probability"])).sum())
    return f"No finite probability: {_count(missing, 'prediction')}" if missing else ""


def _noted(panel: Panel, note: str) -> Panel:
    """Add a note, if there is one, to what stands above a panel and to its alt text."""
    if not note:
        return panel
    subtitle = f"{panel.subtitle}\n{note}".strip()
    return replace(panel, subtitle=subtitle, alt=f"{panel.alt} {note}.")


def _key(rows: Iterable[tuple[str, str, str, float]], present: pd.Series) -> pd.DataFrame:
    key = pd.DataFrame(rows, columns=["label", "colour", "line", "width"])
    return key[key["label"].isin(present.unique())].reset_index(drop=True)


def _target(run: Run) -> tuple[str, str]:
    """Name and unit of the series; only the embedded series has a known unit."""
    if run.experiment.dataset == "co2":
        return "CO2", "ppm"
    return getattr(run.preprocessing, "target", "value"), ""


def _step_unit(run: Run) -> str:
    return UNITS.get((run.experiment.frequency or "").partition("-")[0], "steps")


def _steps(run: Run, count: int) -> str:
    unit = _step_unit(run)
    return f"{count} {unit}" if count > 1 else f"1 {unit.removesuffix('s')}"


def _step_label(run: Run) -> str:
    if run.experiment.horizon == 1:
        return ""  # the axis then names the series
    unit = _step_unit(run)
    return "Step ahead" if unit == "steps" else f"Step ahead ({unit})"


def _time_label(run: Run, times: pd.Series) -> str:
    if pd.api.types.is_datetime64_any_dtype(times.dtype):
        # Ticks a day or an hour apart do not say their year.
        return f"Time, {_moment(times.min())} to {_moment(times.max())}"
    learned = run.preprocessing
    assert isinstance(learned, SeriesPreprocessing)
    last = str(learned.rows)  # where rows are numbered from 1
    numbered = not learned.tail_times or learned.tail_times[-1] == last
    return run.experiment.time or ("Row" if numbered else "Time")


def _moment(time: Any) -> str:
    if not hasattr(time, "strftime"):
        return f"{time:g}"
    return time.strftime("%Y-%m-%d %H:%M:%S").removesuffix(":00").removesuffix(" 00:00")


def _whole_ticks(last: int, *, most: int, first: int = 1) -> tuple[int, ...]:
    """Mark the multiples of 1, 2, 5, 10, 20, ... that are at most so many.

    Examples
    --------
    >>> _whole_ticks(3, most=8), _whole_ticks(30, most=8), _whole_ticks(200, most=8, first=183)
    ((1, 2, 3), (5, 10, 15, 20, 25, 30), (185, 190, 195, 200))
    """
    sizes = (size * 10**power for power in range(19) for size in (1, 2, 5))
    step = next(size for size in sizes if last - first < most * size)
    return tuple(range(-(-first // step) * step, last + 1, step))


def _count(number: Any, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _percent(share: Any) -> str:
    return f"{100 * share:.0f} %"
