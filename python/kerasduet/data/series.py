"""A series, split by time, differenced, scaled on its training rows, and cut into windows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.checks import show
from kerasduet.data import table as tables
from kerasduet.data.dataset import Dataset, Source, digest_arrays
from kerasduet.data.preprocessing import SeriesPreprocessing
from kerasduet.data.times import SPACING_ROWS, iso_times, zone
from kerasduet.errors import ArgumentType, DatasetError, ScaleError, SeriesTooShort
from kerasduet.forecasting.metrics import seasonal_scale
from kerasduet.forecasting.windows import cut_windows, window_origins

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = ["load", "series_values"]


def load(experiment: Experiment, data: Any = None) -> Dataset:
    """Load a series and cut it into windows.

    Parameters
    ----------
    experiment : Experiment
        Says which series, its columns, splits, differencing and windows.
    data : optional
        The caller's series instead: pandas Series or DataFrame, or columns by name.
    """
    frame, index, source = _frame(experiment, data)
    times, values, target, note = tables.clean(frame, experiment, index)
    if experiment.frequency is not None and isinstance(times, pd.RangeIndex):
        raise ArgumentType(
            f"frequency: needs a column of times; got {show(experiment.frequency)} and none. Set "
            "time to the name of that column, or frequency to none."
        )
    if data is not None:
        labels = np.array([target, *iso_times(times)])
        source = replace(source, sha256=digest_arrays(values, labels))
    return _windows(experiment, times, values, target, replace(source, note=note))


def series_values(experiment: Experiment, data: Any) -> tuple[pd.Index, np.ndarray]:
    """Check a caller's series to forecast from: times and values (rows, columns + target)."""
    frame, index = tables.from_values(data, experiment)
    times, values, _, _ = tables.clean(frame, experiment, index)
    return times, values


def _frame(experiment: Experiment, data: Any) -> tuple[pd.DataFrame, str | None, Source]:
    if data is not None:
        frame, index = tables.from_values(data, experiment)
        return frame, index, Source("the caller's series", "", len(frame), given=True)
    if experiment.dataset == "co2":
        frame, source = tables.embedded_co2()
        return frame, None, source
    if experiment.path is None:
        raise DatasetError(
            f"path: {experiment.name} needs a CSV file, or a table as data; got neither. "
            'Set path = "prices.csv", say.'
        )
    frame, source = tables.read_csv(experiment.path)
    return frame, None, source


def _windows(
    experiment: Experiment, times: pd.Index, values: np.ndarray, target: str, source: Source
) -> Dataset:
    lag, lookback, horizon = experiment.difference, experiment.lookback, experiment.horizon
    rows = len(values)
    if lag >= rows:
        raise SeriesTooShort(
            f"difference: must be less than the rows ({rows}); got {lag}. Give a longer series, "
            "or a smaller difference."
        )
    usable = rows - lag  # differencing uses up the first rows
    test = rows - round(usable * experiment.test_split)
    validation = test - round((test - lag) * experiment.validation_split)
    splits = {
        "training": (lag, validation),
        "validation": (validation, test),
        "test": (test, rows),
    }
    if experiment.validation_split == 0:
        del splits["validation"]

    origins = {
        name: window_origins(
            start,
            stop,
            lookback=lookback,
            horizon=horizon,
            straddle=experiment.straddle and name != "training",
        )
        for name, (start, stop) in splits.items()
    }
    for name, found in origins.items():
        if len(found) == 0:
            start, stop = splits[name]
            may_straddle = name != "training" and not experiment.straddle
            fix = ", or straddle = true" if may_straddle else " or horizon"
            raise SeriesTooShort(
                f"lookback: lookback + horizon must fit into the {name} rows "
                f"({stop - start} of {rows}); got {lookback} + {horizon}. Give a longer series, "
                f"{'' if may_straddle else 'or '}a shorter lookback{fix}."
            )
    if experiment.season >= validation:
        raise SeriesTooShort(
            f"season: must be less than the training rows ({validation} of {rows}), so that "
            f"there is a season to repeat; got {experiment.season}. Give a longer series, or "
            "set season = 1."
        )
    with np.errstate(all="ignore"):  # what is too large is refused by row
        preprocessing = _learn(experiment, times, values, target, validation)
        scaled = np.vstack([np.zeros((lag, values.shape[1])), preprocessing.scaled(values)])
        scaled = scaled.astype(np.float32)
    _refuse_overflow(scaled, values, preprocessing)

    def cut(name: str) -> tuple[np.ndarray, np.ndarray]:
        found = origins.get(name, np.arange(0))
        size = {"lookback": lookback, "horizon": horizon}
        return cut_windows(scaled[:, :-1], scaled[:, -1], found, **size)

    (x, y), (x_val, y_val), (x_test, y_test) = (
        cut(n) for n in ("training", "validation", "test")
    )
    held = origins.get("validation", np.arange(0))
    return Dataset(
        x_train=x,
        y_train=y,
        x_validation=x_val,
        y_validation=y_val,
        x_test=x_test,
        y_test=y_test,
        preprocessing=preprocessing,
        source=source,
        settings=experiment.data_settings(),
        table=tables.Table(times, values, origins["test"], held),
    )


def _refuse_overflow(
    scaled: np.ndarray, values: np.ndarray, learned: SeriesPreprocessing
) -> None:
    wrong = np.argwhere(~np.isfinite(scaled))
    if len(wrong):
        row, column = wrong[0]
        name = (*learned.columns, learned.target)[column]
        raise ScaleError(
            f"{name}: must be a float32 once scaled by the training rows; got "
            f"{values[row, column]:g} in row {row + 1}. Mend that value, or use a larger unit."
        )


def _learn(
    experiment: Experiment, times: pd.Index, values: np.ndarray, target: str, stop: int
) -> SeriesPreprocessing:
    lag = experiment.difference
    training = values[lag:stop] - values[: stop - lag] if lag else values[:stop]
    mean, scale = training.mean(axis=0), training.std(axis=0)
    columns = tables.input_columns(experiment, target)
    for name, size, level in zip((*columns, target), scale, training[0], strict=True):
        if not np.isfinite(size):
            raise ScaleError(
                f"{name}: must have a finite deviation in the training rows; got values as large "
                f"as {abs(values[:stop]).max():g}. Use a larger unit."
            )
        # Rounding leaves a trace of deviation in a constant column.
        if size <= 1e-12 * max(abs(level), 1e-300):
            what = "changes" if lag else "values"
            raise ScaleError(
                f"{name}: {what} must vary in the training rows; got a constant, "
                f"{show(float(level))}."
            )
    # For the network, the baselines and the times that follow.
    tail = max(experiment.lookback + lag, experiment.season + 1, SPACING_ROWS)
    return SeriesPreprocessing(
        columns=columns,
        target=target,
        target_is_input=columns == (target,),
        mean=tuple(map(float, mean)),
        scale=tuple(map(float, scale)),
        difference=lag,
        lookback=experiment.lookback,
        horizon=experiment.horizon,
        season=experiment.season,
        mase_scale=seasonal_scale(values[:stop, -1], season=experiment.season),
        frequency=experiment.frequency,
        first=float(values[0, -1]),
        rows=len(values),
        tail_times=iso_times(times[-tail:]),
        tail=tuple(tuple(map(float, row)) for row in values[-tail:]),
        zone=zone(times),
    )
