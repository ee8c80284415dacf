"""A table of times and numbers: read from wherever it is, its columns found by name."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.checks import nearest, show
from kerasduet.data.columns import all_named, are_dates, only_number, time_column
from kerasduet.data.dataset import Source, digest_arrays
from kerasduet.data.files import as_path
from kerasduet.data.prices import renamed
from kerasduet.data.single import check_single
from kerasduet.errors import (
    ArgumentType,
    CsvError,
    DatasetError,
    EmptyData,
    LengthMismatch,
    UnknownName,
)

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = ["Table", "as_wanted", "columns_of", "embedded_co2", "from_columns", "from_values"]

CO2_SHA256 = "ee5afa98318c2069baa753b7b8a327b96b0217017cf94aa8407e914d3cbfaa35"
NAMED = "Give the values a name, as a column or a Series."


@dataclass(frozen=True)
class Table:
    """A series in time order.

    Parameters
    ----------
    times : pandas.Index
        Times or numbers; row numbers from 1 where the series has none.
    values : numpy.ndarray
        float64 (rows, columns + 1): the input variables, then the target; gaps are filled.
    missing : numpy.ndarray
        bool (rows, columns + 1): which of the values were missing.
    test_origins, validation_origins : numpy.ndarray
        Row of the last input step of each window.
    known : numpy.ndarray
        float64 (rows, known columns): those whose values are known ahead of time.
    """

    times: pd.Index
    values: np.ndarray
    missing: np.ndarray
    test_origins: np.ndarray
    validation_origins: np.ndarray
    known: np.ndarray


def embedded_co2() -> tuple[pd.DataFrame, Source]:
    """Load statsmodels' weekly CO2 at Mauna Loa, 1958 to 2001, in ppm.

    Returns
    -------
    (pandas.DataFrame, Source)
        Columns time and co2, 2,284 weeks, 59 of them missing.
    """
    from statsmodels.datasets import co2

    frame = co2.load_pandas().data
    values = np.ascontiguousarray(frame["co2"].to_numpy(), dtype="<f8")
    if hashlib.sha256(values.data).hexdigest() != CO2_SHA256:
        raise DatasetError(
            "dataset: statsmodels' CO2 series must have the known sha256; got other bytes. "
            "Install statsmodels again."
        )
    rows = pd.RangeIndex(1, len(values) + 1, name="row")
    table = pd.DataFrame({"time": frame.index, "co2": values}, rows)
    source = Source(
        name="statsmodels CO2 (Mauna Loa, Keeling and Whorf)",
        sha256=digest_arrays(values),
        rows=len(values),
    )
    return table, source


def from_values(
    data: Any, experiment: Experiment, target: str | None = None, *, name: str = "data"
) -> tuple[pd.DataFrame, str | None]:
    """Give the caller's series as a table, and the column that its index of times became.

    A series without a name is the target's: of the run, of the experiment, or "value". Errors name
    the argument that the series was given as.

    Examples
    --------
    >>> from kerasduet.experiments import experiment
    >>> days = pd.date_range("2024-01-01", periods=2, name="day")
    >>> frame, index = from_values(pd.Series([1.5, 2], days), experiment("lstm-series"))
    >>> frame.columns.tolist(), index
    (['value', 'day'], 'day')
    """
    if isinstance(data, pd.Series):
        unnamed = target or experiment.target or "value"
        frame = data.to_frame(name=unnamed if data.name is None else str(data.name))
    elif isinstance(data, pd.DataFrame):
        frame = data.set_axis(all_named(data.columns), axis="columns")
    elif isinstance(data, Mapping):
        frame = from_columns(data, name)
    elif (found := _of_library(data, name)) is not None:
        frame = found
    else:
        raise ArgumentType(
            f"{name}: must be a time series, or a table whose columns have names; got "
            f"{show(data)}. {as_path(data, name) or NAMED}"
        )
    if len(frame) == 0:
        raise EmptyData(f"{name}: must have rows; got none.")
    "".join(map(str, frame.columns)).encode()  # halves of characters are refused; see `faced`
    frame = as_wanted(frame, experiment, target)
    index, rows = frame.index, pd.RangeIndex(1, len(frame) + 1, name="row")
    if isinstance(index, pd.MultiIndex):
        raise ArgumentType(
            f"{name}: must have an index of one level; got {index.nlevels} levels. Give one "
            "series alone, its times as its index or as a column."
        )
    named = index.name is not None and str(index.name) in {experiment.time, "time"}
    if not named and not are_dates(index):
        return frame.set_axis(rows), None
    free = experiment.time if experiment.time not in frame else None
    column = str(index.name or free or "time")
    if column in frame:
        raise UnknownName(
            f"{column}: must name one column; got the index of the table and a column of that "
            "name. Rename one, or drop the index."
        )
    return frame.assign(**{column: index}).set_axis(rows), column


def as_wanted(
    frame: pd.DataFrame, experiment: Experiment, target: str | None = None
) -> pd.DataFrame:
    """Give columns that are found whatever their case the names by which they are asked for."""
    asked = (experiment.time, experiment.id, experiment.target, target)
    wanted = (*asked, *experiment.features, *experiment.known_future)
    names = [str(name) for name in frame.columns]
    found = renamed(names, wanted)
    if found:
        frame = frame.set_axis([found.get(name, name) for name in names], axis="columns")
    index = frame.index.name
    if not isinstance(index, str):
        return frame
    other = renamed([index], [experiment.time])
    return frame.rename_axis(index=other[index]) if other else frame


def _of_library(data: Any, name: str) -> pd.DataFrame | None:
    """Read a table of polars, pyarrow, or another library that narwhals knows."""
    import narwhals as nw

    from kerasduet.data.frames.read import as_frame

    try:
        nw.from_native(data)
    except TypeError:
        return None
    return as_frame(data, name)


def from_columns(columns: Mapping[Any, Any], argument: str = "data") -> pd.DataFrame:
    """Make a table of columns by their names, all of one length."""
    for name, column in columns.items():
        if isinstance(column, str | Mapping | Set) or not hasattr(column, "__len__"):
            raise ArgumentType(f"{name}: must be a column of values; got {show(column)}.")
        if getattr(column, "ndim", 1) != 1:
            raise ArgumentType(
                f"{name}: must be one column; got an array of shape {show(column.shape)}. Give "
                "each of its columns a name."
            )
    lengths = {str(name): len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise LengthMismatch(f"{argument}: columns must have one length; got {show(lengths)}.")
    return pd.DataFrame(dict(columns)).rename(columns=str)


def columns_of(
    frame: pd.DataFrame,
    experiment: Experiment,
    index: str | None = None,
    trained: tuple[str, ...] = (),
) -> tuple[str | None, tuple[str, ...], str, str]:
    """Find the columns of a table that an experiment needs, as `clean` takes it.

    Returns
    -------
    (str or None, tuple of str, str, str)
        That of times; those known ahead of time, the inputs and the target; the target; and
        what was found where nobody named it.
    """
    names = [str(name) for name in frame.columns]
    _refuse_without(names, (*trained, experiment.time) if trained else ())
    time, note = time_column(frame, experiment.time or index)
    if trained:
        wanted, target = trained, trained[-1]
    else:
        target = experiment.target or _target(frame, time, experiment)
        wanted = (*experiment.data.input_columns(target), target)
    wanted = (*experiment.known_future, *wanted)
    twice = [name for name in experiment.features if experiment.features.count(name) > 1]
    if twice:
        raise ArgumentType(
            f"features: must name a column once; got {twice[0]} {len(twice)} times."
        )
    error = CsvError if frame.index.name == "line" else UnknownName
    if time is not None and time not in names:
        raise error(f"{time}: no such column of times. {nearest(time, names)}")
    for name in wanted:
        if name not in names:
            raise error(f"{name}: no such column. {nearest(name, names)}")
    for name in filter(None, (*wanted, time)):
        if names.count(name) > 1:
            raise error(f"{name}: must name one column; got {names.count(name)} of that name.")
    return time, wanted, target, note


def _target(frame: pd.DataFrame, time: str | None, experiment: Experiment) -> str:
    """Find the column to forecast, or say first that the table holds several series."""
    try:
        return only_number(frame, time, experiment)
    except ArgumentType:
        if experiment.id is None and [*frame.columns].count(time) == 1:
            check_single(pd.Index(frame[time]), frame, str(time), None)
        raise


def _refuse_without(names: list[str], needed: tuple[str | None, ...]) -> None:
    wanted = list(dict.fromkeys(filter(None, needed)))
    absent = [name for name in wanted if name not in names]
    if absent:
        raise UnknownName(
            f"x: must have the columns of the training, {', '.join(wanted)}; got "
            f"{', '.join(names)}, without {' and '.join(absent)}. Add what is missing, or rename "
            "it."
        )
