"""A table of times and numbers: read, checked, and refused by row when something is off."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.checks import nearest, show
from kerasduet.data.dataset import Source, digest_arrays
from kerasduet.errors import (
    ArgumentType,
    CsvError,
    DatasetError,
    EmptyData,
    LengthMismatch,
    MissingValue,
    NonFinite,
    TimeIndexError,
    UnknownName,
)

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = ["Table", "embedded_co2", "from_values", "read_csv"]

CO2_SHA256 = "ee5afa98318c2069baa753b7b8a327b96b0217017cf94aa8407e914d3cbfaa35"
MISSING = {"", "na", "nan", "null"}


@dataclass(frozen=True)
class Table:
    """A series in time order.

    Parameters
    ----------
    times : pandas.Index
        Times, or row numbers from 1 where the series has none.
    values : numpy.ndarray
        float64 (rows, columns + 1): the input variables, then the target.
    test_origins, validation_origins : numpy.ndarray
        Row of the last input step of each window.
    """

    times: pd.Index
    values: np.ndarray
    test_origins: np.ndarray
    validation_origins: np.ndarray


def input_columns(experiment: Experiment, target: str) -> tuple[str, ...]:
    """Give the input variables: the features, or the target alone."""
    return experiment.features or (target,)


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
    import hashlib

    if hashlib.sha256(values.data).hexdigest() != CO2_SHA256:
        raise DatasetError(
            "dataset: statsmodels' CO2 series must have the known sha256; got other bytes. "
            "Install statsmodels again."
        )
    table = pd.DataFrame({"time": frame.index, "co2": values})
    source = Source(
        name="statsmodels CO2 (Mauna Loa, Keeling and Whorf)",
        sha256=digest_arrays(values),
        rows=len(values),
    )
    return table, source


def read_csv(path: str) -> tuple[pd.DataFrame, Source]:
    """Read a CSV file as text columns; the delimiter is a comma, a semicolon or a tab.

    Raises
    ------
    DatasetError
        No such file.
    CsvError
        Not UTF-8, empty, header only, or ragged, with the line.
    """
    file = Path(path).expanduser()
    if not file.is_file():
        state = "is not a file" if file.exists() else "does not exist"
        raise DatasetError(f"path: must be a CSV file; got {str(path)!r}, which {state}.")
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise CsvError(
            f"path: must be UTF-8 text; got another byte in line {line} of {file.name}. "
            "Save it as UTF-8."
        ) from None
    lines = text.rstrip().splitlines()
    if not lines or not lines[0].strip():
        raise CsvError(f"path: must have a header and rows; got an empty file, {file.name}.")
    delimiter = next(
        (mark for mark in (";", "\t") if mark in lines[0] and "," not in lines[0]), ","
    )
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        header, *rows = list(reader)
    except csv.Error as error:
        raise CsvError(
            f"path: must be a CSV file; got line {reader.line_num} of {file.name}: {error}."
        ) from None
    header = [name.strip() for name in header]
    for line, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise CsvError(
                f"path: every line must have {len(header)} fields; got {len(row)} in line "
                f"{line} of {file.name}."
            )
    if not rows:
        raise CsvError(f"path: must have rows; got a header only in {file.name}.")
    import hashlib

    source = Source(
        name=f"the file {file.name}",
        sha256=hashlib.sha256(raw).hexdigest(),
        rows=len(rows),
        path=str(file),
    )
    return pd.DataFrame(rows, columns=header, dtype=object), source


def from_values(data: Any, target: str | None) -> pd.DataFrame:
    """Give the caller's series as a DataFrame; its time index, if any, becomes a column."""
    if isinstance(data, pd.Series):
        frame = data.to_frame(name=data.name or target or "value")
    elif isinstance(data, pd.DataFrame):
        frame = data.set_axis([str(name) for name in data.columns], axis="columns")
    elif isinstance(data, Mapping):
        lengths = {name: len(column) for name, column in data.items()}
        if len(set(lengths.values())) > 1:
            raise LengthMismatch(f"data: columns must have one length; got {lengths}.")
        frame = pd.DataFrame(dict(data))
    else:
        raise ArgumentType(
            f"data: must be a pandas Series or DataFrame, or columns by name; got a "
            f"{type(data).__name__}."
        )
    if len(frame) == 0:
        raise EmptyData("data: must have rows; got none.")
    index = frame.index
    if isinstance(index, pd.DatetimeIndex | pd.PeriodIndex) or index.name == "time":
        times = index.to_timestamp() if isinstance(index, pd.PeriodIndex) else index
        frame = frame.assign(**{str(index.name or "time"): times}).reset_index(drop=True)
    return frame


def clean(
    frame: pd.DataFrame, experiment: Experiment, *, first_line: int | None = None
) -> tuple[pd.Index, np.ndarray, str, str]:
    """Check times and numbers and give them in order.

    Parameters
    ----------
    frame : pandas.DataFrame
        Of a CSV file (text) or of the caller's.
    experiment : Experiment
        Names the columns, the frequency and what to do with missing values.
    first_line : int, optional
        Line of the file that holds the first row: errors then name lines.

    Returns
    -------
    (pandas.Index, numpy.ndarray, str, str)
        Times, values (rows, columns + 1) with the target last, the target's name, and a
        note on what was filled.
    """
    names = [str(name) for name in frame.columns]
    target = experiment.target or _only_number(frame, experiment.time or "time")
    wanted = (*input_columns(experiment, target), target)
    error = CsvError if first_line else UnknownName
    for name in wanted:
        if name not in names:
            raise error(f"{name}: no such column. {nearest(name, names)}")
    for name in {*wanted, experiment.time or "time"}:
        if names.count(name) > 1:
            raise error(f"{name}: must name one column; got {names.count(name)} of that name.")
    times = _times(frame, experiment, error, first_line)
    place = _Places(first_line)
    columns = {name: _numbers(frame[name], name, place) for name in dict.fromkeys(wanted)}
    note = ""
    if experiment.missing == "interpolate":
        columns, note = _interpolated(columns, times)
    for name, column in columns.items():
        _refuse_missing(column, name, place)
    return times, np.column_stack([columns[name] for name in wanted]), target, note


@dataclass(frozen=True)
class _Places:
    first_line: int | None

    def __call__(self, index: int) -> str:
        if self.first_line is None:
            return f"row {index + 1}"
        return f"line {index + self.first_line}"


def _only_number(frame: pd.DataFrame, time: str) -> str:
    others = [name for name in map(str, frame.columns) if name != time]
    numeric = [name for name in others if pd.api.types.is_numeric_dtype(frame[name])]
    if len(numeric) == 1:
        return numeric[0]
    raise ArgumentType(
        f"target: must name the column to forecast; got nothing, and the table has "
        f"{', '.join(map(str, frame.columns))}."
    )


def _numbers(column: pd.Series, name: str, place: _Places) -> np.ndarray:
    if pd.api.types.is_complex_dtype(column.dtype):
        raise ArgumentType(f"{name}: must be real numbers; got complex ones.")
    if pd.api.types.is_bool_dtype(column.dtype):
        raise ArgumentType(f"{name}: must be numbers; got true or false values.")
    if pd.api.types.is_numeric_dtype(column.dtype):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    elif place.first_line is None:
        values = np.array([_number(item, name, i) for i, item in enumerate(column)])
    else:
        values = np.array([_parsed(item, name, place(i)) for i, item in enumerate(column)])
    infinite = np.nonzero(np.isinf(values))[0]
    if len(infinite):
        raise NonFinite(f"{name}: must be finite; got infinity in {place(infinite[0])}.")
    return values


def _number(item: Any, name: str, index: int) -> float:
    if item is None or item is pd.NA or item != item:
        return float("nan")
    if isinstance(item, bool | str) or not isinstance(item, int | float | np.number):
        raise ArgumentType(f"{name}: must be numbers; got {show(item)} in row {index + 1}.")
    return float(item)


def _parsed(item: str, name: str, where: str) -> float:
    text = item.strip()
    if text.lower() in MISSING:
        return float("nan")
    try:
        if "_" in text:  # Python reads 1_000 as a number, no CSV means it
            raise ValueError
        return float(text)
    except ValueError:
        comma = re.fullmatch(r"[+-]?\d+,\d+", text)
        hint = " Write the decimal mark as a point." if comma else ""
        raise CsvError(f"{name}: must be numbers; got {text!r} in {where}.{hint}") from None


def _interpolated(
    columns: Mapping[str, np.ndarray], times: pd.Index
) -> tuple[dict[str, np.ndarray], str]:
    filled, missing = {}, 0
    for name, column in columns.items():
        missing = max(missing, int(np.isnan(column).sum()))
        filled[name] = pd.Series(column).interpolate(limit_area="inside").to_numpy()
    if not missing:
        return filled, ""
    note = (
        f"{missing} of {len(times):,} values were missing and were filled by linear "
        "interpolation between their neighbours."
    )
    return filled, note


def _refuse_missing(column: np.ndarray, name: str, place: _Places) -> None:
    missing = np.nonzero(np.isnan(column))[0]
    if len(missing):
        raise MissingValue(
            f"{name}: values must not be missing; got a missing one in {place(missing[0])}. "
            'Fill it, or set missing = "interpolate" for gaps between values.'
        )


def _times(
    frame: pd.DataFrame, experiment: Experiment, error: type[ValueError], first: int | None
) -> pd.Index:
    names = [str(name) for name in frame.columns]
    column = experiment.time
    if column is None and "time" in names:
        column = "time"
    if column is None:
        return pd.RangeIndex(1, len(frame) + 1)
    if column not in names:
        raise error(f"{column}: no such column of times. {nearest(column, names)}")
    times = _parsed_times(frame[column], column, _Places(first))
    _check_order(times, column, _Places(first))
    if experiment.frequency is not None:
        _check_spacing(times, column, experiment.frequency, _Places(first))
    return times


def _parsed_times(column: pd.Series, name: str, place: _Places) -> pd.Index:
    if pd.api.types.is_datetime64_any_dtype(column.dtype) or pd.api.types.is_numeric_dtype(
        column.dtype
    ):
        times = pd.Series(column)
    else:
        times = pd.to_datetime(column, format="ISO8601", errors="coerce")
    wrong = np.nonzero(times.isna().to_numpy())[0]
    if len(wrong):
        item = column.iloc[wrong[0]]
        got = "a missing one" if pd.isna(item) else show(item)
        raise TimeIndexError(
            f"{name}: must be times such as 2024-01-31; got {got} in {place(wrong[0])}."
        )
    return pd.Index(times)


def _check_order(times: pd.Index, name: str, place: _Places) -> None:
    steps = times[1:] <= times[:-1]
    wrong = np.nonzero(np.asarray(steps))[0]
    if len(wrong) == 0:
        return
    row = int(wrong[0]) + 1
    same = times[row] == times[row - 1]
    rule = "must not repeat" if same else "must be in order"
    fix = "Keep one row a time." if same else "Sort the rows by time."
    raise TimeIndexError(f"{name}: times {rule}; got {_iso(times[row])} in {place(row)}. {fix}")


def _check_spacing(times: pd.Index, name: str, frequency: str, place: _Places) -> None:
    try:
        expected = pd.date_range(times[0], periods=len(times), freq=frequency)
    except (ValueError, TypeError) as problem:
        raise ArgumentType(
            f"frequency: must be a pandas offset such as D, W-SAT or MS, for a column of dates; "
            f"got {frequency!r} ({problem})."
        ) from None
    wrong = np.nonzero(np.asarray(times != expected))[0]
    if len(wrong):
        row = int(wrong[0])
        raise TimeIndexError(
            f"{name}: times must follow the frequency {frequency}; got {_iso(times[row])} in "
            f"{place(row)}, where {_iso(expected[row])} was due. Add the missing rows, or set "
            "frequency to none to check the order alone."
        )


def _iso(time: Any) -> str:
    return (
        time.isoformat().removesuffix("T00:00:00") if hasattr(time, "isoformat") else show(time)
    )


def iso_times(times: Iterable[Any]) -> tuple[str, ...]:
    """Write times as ISO 8601 text; row numbers as text."""
    return tuple(_iso(time) for time in times)
