"""Forecasts of R's forecast package, as the table that a run's own forecast is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from kerasduet import checks
from kerasduet.boundary import warn
from kerasduet.data.columns import time_column
from kerasduet.data.numbers import numbers
from kerasduet.data.times import following, parse_times, spacing_of
from kerasduet.errors import (
    ArgumentType,
    EmptyData,
    ForecastError,
    MissingValue,
)
from kerasduet.forecasting.levels import check_levels, columns
from kerasduet.rlang import process

__all__ = ["METHODS", "r_forecast"]

METHODS = ("auto.arima", "ets", "snaive", "tbats")
# How times follow each other -> values in a season, as R users set the frequency of a ts.
HOUR = 3_600_000_000_000
SEASONS = {
    ("months", 1): 12,
    ("months", 3): 4,
    ("days", 7): 52,
    ("days", 1): 7,
    ("gap", HOUR): 24,
}


def r_forecast(
    series: Any,
    horizon: int,
    method: str = "auto.arima",
    *,
    level: float | Sequence[float] = (80, 95),
    season: int | None = None,
) -> pd.DataFrame:
    """Forecast a series with R's forecast package.

    Parameters
    ----------
    series : pandas.Series, pandas.DataFrame or array
        A series with times as its index, a table of a column of times and one of numbers, such as
        `dataset()` gives, or numbers alone, (rows,).
    horizon : int
        Steps ahead, at least 1.
    method : {"auto.arima", "ets", "snaive", "tbats"}
        R's function.
    level : float or sequence of float
        Of the intervals, in per cent.
    season : int, optional
        Values in a season, which R calls the frequency of a `ts`; by default 12 of months, 4 of
        quarters, 52 of weeks, 7 of days, 24 of hours, and 1.

    Returns
    -------
    pandas.DataFrame
        As `run.forecast`: time, step, forecast, and lower_80, upper_80 and so on. The figures are
        R's own, bit for bit; `attrs["method"]` says which model was chosen, such as
        "ARIMA(2,1,1)(0,1,0)[12]".

    Raises
    ------
    ArgumentType, ArgumentRange, UnknownName, MissingValue
        No series, a value missing, no such method.
    ForecastError
        R's function fails.
    MissingPackage
        R, rpy2 or R's package forecast is not installed.
    ChildError
        R hosts this Python, or does not start.

    Warns
    -----
    KerasduetWarning
        What R warns of, such as a season that `ets` cannot take.

    Notes
    -----
    Hyndman and Khandakar (2008), "Automatic time series forecasting: the forecast package for R",
    J. Statistical Software 27(3).

    Examples
    --------
    >>> from kerasduet.rlang import dataset
    >>> r_forecast(dataset("AirPassengers"), 2, "ets")[["time", "step"]]
            time  step
    0 1961-01-01     1
    1 1961-02-01     2
    """
    checks.whole("horizon", horizon, low=1)
    checks.choice("method", method, METHODS)
    levels = sorted(check_levels(level))
    times, values = _series(series)
    if season is None:
        season = _season(times)
    checks.whole("season", season, low=1)
    process.refuse_in_r("Use R's forecast package itself.")
    process.require("forecast")
    try:
        found, warned = process.ask(
            "one_forecast",
            values=values,
            season=season,
            method=method,
            horizon=horizon,
            level=np.asarray(levels, dtype=np.float64),
        )
    except ValueError as error:
        raise ForecastError(f"{method}: {error}") from None
    for text in warned:
        warn(f"{method}: {text}")
    ends = {
        name: found[side].reshape(len(levels), horizon)[number]
        for number, one in enumerate(levels)
        for side, name in zip(("lower", "upper"), columns(one), strict=True)
    }
    ahead = {"time": following(times, horizon), "step": np.arange(1, horizon + 1)}
    table = pd.DataFrame({**ahead, "forecast": found["forecast"], **ends})
    table.attrs["method"] = found["method"][0]
    return table


def _series(given: Any) -> tuple[pd.Index, np.ndarray]:
    """Give times, or counted rows, and values as float64."""
    if isinstance(given, pd.DataFrame):
        time, _ = time_column(given, None)
        rest = [column for column in given.columns if column != time]
        if len(rest) != 1:
            raise ArgumentType(
                "series: must be a table of a time and one column of numbers; got "
                f"{', '.join(map(str, given.columns))}. Choose two of them."
            )
        column, name = given[rest[0]], str(rest[0])
        index = _counted(len(column)) if time is None else pd.Index(given[time])
        if not pd.api.types.is_numeric_dtype(index.dtype):
            index = parse_times(given[time], str(time), _place)
    elif isinstance(given, pd.Series):
        index, column, name = given.index, given, str(given.name or "value")
        if isinstance(index, pd.PeriodIndex):
            index = index.to_timestamp()
    else:
        array = np.asarray(given)
        if array.ndim != 1 or array.dtype.kind not in "iufb":
            raise ArgumentType(
                "series: must be a pandas Series, a table of times and numbers, or numbers of "
                f"shape (rows,); got {checks.show(given)}."
            )
        index, column, name = _counted(len(array)), pd.Series(array), "value"
    if len(column) < 2:
        raise EmptyData(f"series: must have at least 2 values; got {len(column)}.")
    values = np.asarray(numbers(column.reset_index(drop=True), name, _place), dtype=np.float64)
    if not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values))[0])
        raise MissingValue(
            f"series: must have a value in every row; got {values[row]} in row {row + 1}. Fill "
            "it in."
        )
    return index, values


def _counted(rows: int) -> pd.Index:
    return pd.RangeIndex(1, rows + 1)


def _place(row: int) -> str:
    return f"row {row + 1}"


def _season(times: pd.Index) -> int:
    found = spacing_of(times) or ()
    return SEASONS.get(found[:2], 1)
