"""A table of times and numbers: read, checked, and refused by row when something is off."""

from __future__ import annotations

import contextlib
import csv
import datetime
import hashlib
import io
import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.checks import nearest, show
from kerasduet.data import gaps
from kerasduet.data.dataset import Source, digest_arrays
from kerasduet.data.files import expanded, problem
from kerasduet.data.times import (
    Place,
    check_order,
    check_single,
    check_spacing,
    irregular,
    iso_times,
    numbered_note,
    parse_times,
    spacing_note,
)
from kerasduet.data.written import advice, hides_thousands, readings
from kerasduet.errors import (
    ArgumentType,
    CsvError,
    DatasetError,
    EmptyData,
    LengthMismatch,
    MissingValue,
    NonFinite,
    UnknownName,
)

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = ["Cleaned", "Table", "clean", "embedded_co2", "from_values", "read_csv"]

CO2_SHA256 = "ee5afa98318c2069baa753b7b8a327b96b0217017cf94aa8407e914d3cbfaa35"
MISSING = {"", "#n/a", "<na>", "n/a", "na", "nan", "none", "null"}
# Names that pandas, R and readr give a column of row numbers that has none.
ROW_NUMBERS = re.compile(
    r"Unnamed: \d+|X(\.\d+)?|\.\.\.\d+|V1|index|rownames|row", re.IGNORECASE
)
# How a text begins that means a date: years first or last, a month, a quarter, a month's name.
DATE = re.compile(
    r"(\d{4}([-/.])\d\d?\2\d\d?|\d\d?([-/.])\d\d?\3\d{4})(\D.*)?|\d{4}[-/]\d\d?|\d{4}-?Q[1-4]"
    r"|\d\d?([-/.])\d\d?\5\d\d(\s.*)?"
    r"|([A-Za-z]{3,9} \d\d?,?|\d\d?[- ][A-Za-z]{3,9})[- ](\d{4}|\d\d)(\s.*)?"
)


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
    """

    times: pd.Index
    values: np.ndarray
    missing: np.ndarray
    test_origins: np.ndarray
    validation_origins: np.ndarray


@dataclass(frozen=True)
class Cleaned:
    """A series that was checked.

    Parameters
    ----------
    times : pandas.Index
        In order.
    values : numpy.ndarray
        float64 (rows, columns + 1), the target last; gaps are filled as all rows know them.
    missing : numpy.ndarray
        bool (rows, columns + 1): which of the values were missing.
    target : str
        Name of the target.
    note : str
        What was found and filled.
    """

    times: pd.Index
    values: np.ndarray
    missing: np.ndarray
    target: str
    note: str


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


def read_csv(path: str) -> tuple[pd.DataFrame, Source]:
    """Read a CSV file; the delimiter is a comma, a semicolon or a tab.

    Returns
    -------
    (pandas.DataFrame, Source)
        The index says the lines. A column whose items are all numbers holds numbers, any other
        its texts; NaN or None is where one is missing.

    Raises
    ------
    DatasetError
        No such file.
    CsvError
        Not UTF-8, empty, without a header, header only, or ragged, with the line.

    Notes
    -----
    A first column of row names may have no name, or no place in the header: it is called
    "Unnamed: 0", as pandas does.
    """
    file = expanded(path)
    if why := problem(file):
        raise DatasetError(f"path: must be a CSV file; got {str(path)!r}, which {why}.")
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = len(re.findall(rb"\r\n?|\n", raw[: error.start])) + 1
        raise CsvError(
            f"path: must be UTF-8 text; got another byte in line {line} of {file.name}. "
            "Save it as UTF-8."
        ) from None
    lines, rows = _csv_rows(text, file.name)
    if not rows or not "".join(rows[0]).strip():
        raise CsvError(f"path: must have a header and rows; got an empty file, {file.name}.")
    header = [name.strip() for name in rows[0]]
    if _has_row_names(text, rows):
        header = ["", *header]
    if all(_is_value(name) for name in header):
        raise CsvError(
            f"path: must have a header; got values alone in line 1 of {file.name}, "
            f"{show(header[0])} first. Write the names of the columns above them."
        )
    header = _named(header)
    for line, row in zip(lines[1:], rows[1:], strict=True):
        if len(row) != len(header):
            raise CsvError(
                f"path: every line must have {len(header)} fields; got {len(row)} in line "
                f"{line} of {file.name}."
            )
    if len(rows) == 1:
        raise CsvError(f"path: must have rows; got a header only in {file.name}.")
    source = Source(
        name=f"the file {file.name}",
        sha256=hashlib.sha256(raw).hexdigest(),
        rows=len(rows) - 1,
        path=str(file),
    )
    columns = dict(enumerate(map(_typed, zip(*rows[1:], strict=True))))
    frame = pd.DataFrame(columns).set_axis(header, axis="columns")
    return frame.set_axis(pd.Index(lines[1:], name="line")), source


def _has_row_names(text: str, rows: list[list[str]]) -> bool:
    """Say whether R's write.table() wrote a file: row numbers in quotes, not in the header.

    Nothing less will do: with decimal commas every line has a field too many as well.
    """
    quoted = re.match(r'[^\r\n]*(\r\n?|\n)"', text) is not None
    counted = [row[:1] for row in rows[1:]] == [[str(i)] for i in range(1, len(rows))]
    return quoted and counted and {len(row) for row in rows[1:]} == {len(rows[0]) + 1}


def _named(names: Iterable[Any]) -> list[str]:
    """Give columns without a name one, as pandas does."""
    return [str(name) or f"Unnamed: {place}" for place, name in enumerate(names)]


def _is_value(name: str) -> bool:
    if DATE.fullmatch(name) is not None:
        return True
    return (
        not _is_missing(name) and re.fullmatch(r"[-+]?\d*\.?\d+(e[-+]?\d+)?", name) is not None
    )


def _typed(texts: Iterable[str]) -> pd.Series:
    items = [None if _is_missing(text) else text.strip() for text in texts]
    column = pd.Series(items, dtype=object)
    given = column.dropna()
    if given.empty or any("_" in item for item in given):
        return column  # Python reads 1_000 as a number, no CSV means it
    for kind in ("int64", "float64"):
        with contextlib.suppress(OverflowError, TypeError, ValueError):
            return column.astype(kind)
    return column


def _is_missing(item: Any) -> bool:
    return isinstance(item, str) and item.strip().lower() in MISSING


def _csv_rows(text: str, name: str) -> tuple[list[int], list[list[str]]]:
    """Split a file into rows of fields, each with the line it begins in; blank ends go."""
    header = re.split(r"[\r\n]", text, maxsplit=1)[0]
    delimiter = next(
        (mark for mark in (";", "\t") if mark in header and "," not in header), ","
    )
    # A quoted field may hold ends of lines, and a text more of them than a CSV file has.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    lines, rows = [1], []
    try:
        for row in reader:
            rows.append(row)
            lines.append(reader.line_num + 1)
    except csv.Error as error:
        raise CsvError(
            f"path: must be a CSV file; got line {reader.line_num} of {name}: {error}."
        ) from None
    while rows and len(rows[-1]) < 2 and not "".join(rows[-1]).strip():
        rows.pop()
    return lines[: len(rows)], rows


def from_values(
    data: Any, experiment: Experiment, target: str | None = None
) -> tuple[pd.DataFrame, str | None]:
    """Give the caller's series as a table, and the column that its index of times became.

    A series without a name is the target's: of the run, of the experiment, or "value".

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
        name = unnamed if data.name is None else str(data.name)
        frame = data.to_frame(name=name)
    elif isinstance(data, pd.DataFrame):
        frame = data.set_axis(_named(data.columns), axis="columns")
    elif isinstance(data, Mapping):
        frame = _from_columns(data)
    else:
        raise ArgumentType(
            f"data: must be a time series, or a table whose columns have names; got {show(data)}."
        )
    if len(frame) == 0:
        raise EmptyData("data: must have rows; got none.")
    index, rows = frame.index, pd.RangeIndex(1, len(frame) + 1, name="row")
    if isinstance(index, pd.MultiIndex):
        raise ArgumentType(
            f"data: must have an index of one level; got {index.nlevels} levels. Give one "
            "series alone, its times as its index or as a column."
        )
    named = index.name is not None and str(index.name) in {experiment.time, "time"}
    if not named and not _are_dates(index):
        return frame.set_axis(rows), None
    free = experiment.time if experiment.time not in frame else None
    name = str(index.name or free or "time")
    if name in frame:
        raise UnknownName(
            f"{name}: must name one column; got the index of the table and a column of that "
            "name. Rename one, or drop the index."
        )
    return frame.assign(**{name: index}).set_axis(rows), name


def _from_columns(columns: Mapping[Any, Any]) -> pd.DataFrame:
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
        raise LengthMismatch(f"data: columns must have one length; got {show(lengths)}.")
    return pd.DataFrame(dict(columns)).rename(columns=str)


def _are_dates(values: pd.Index | pd.Series) -> bool:
    """Say whether values are dates, by their type or by how the first one is written."""
    if isinstance(values.dtype, pd.PeriodDtype) or values.dtype.kind in "mM":
        return True
    first = next((item for item in values.dropna() if not _is_missing(item)), None)
    if isinstance(first, str):
        return DATE.fullmatch(first.strip()) is not None
    return isinstance(first, datetime.date)


def clean(
    frame: pd.DataFrame,
    experiment: Experiment,
    index: str | None = None,
    trained: tuple[str, ...] = (),
) -> Cleaned:
    """Check times and numbers and give them in order.

    Parameters
    ----------
    frame : pandas.DataFrame
        Of a CSV file or of the caller's; its index says the lines or the rows.
    experiment : Experiment
        Names the columns, the frequency and what to do with missing values.
    index : str, optional
        Column that was the index of a table: its times, unless the experiment names others.
    trained : tuple of str
        Columns of a run that is to predict, the target last: they must be there by name.
    """
    names = [str(name) for name in frame.columns]
    _refuse_without(names, (*trained, experiment.time) if trained else ())
    time, note = _time_column(frame, experiment.time or index)
    if trained:
        wanted, target = trained, trained[-1]
    else:
        target = experiment.target or _only_number(frame, time, experiment)
        wanted = (*experiment.data.input_columns(target), target)
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

    def place(row: int) -> str:
        return f"{frame.index.name} {frame.index[row]}"

    notes = [note]
    times: pd.Index = pd.RangeIndex(1, len(frame) + 1)
    if time is not None:
        times = parse_times(frame[time], time, place, experiment.time_format)
        check_single(times, frame, time)
        check_order(times, time, place)
        if experiment.frequency is not None:
            check_spacing(times, time, experiment.frequency, place)
        else:
            notes += [_gaps(times, place), spacing_note(times)]
    elif any(
        name not in wanted and not _is_number(frame.iloc[:, i]) for i, name in enumerate(names)
    ):
        notes.append(numbered_note(frame))
    columns = {name: _numbers(frame[name], name, place) for name in dict.fromkeys(wanted)}
    missing = {name: np.isnan(column) for name, column in columns.items()}
    if experiment.missing == "interpolate":
        gaps.refuse_ends(missing, target, place)
        notes.append(gaps.describe_gaps(missing))
    else:
        _refuse_missing(missing, place)
    absent = np.column_stack([missing[name] for name in wanted])
    values = gaps.fill_gaps(np.column_stack([columns[name] for name in wanted]), absent)
    return Cleaned(times, values, absent, target, " ".join(filter(None, notes)))


def _refuse_without(names: list[str], needed: tuple[str | None, ...]) -> None:
    wanted = list(dict.fromkeys(filter(None, needed)))
    absent = [name for name in wanted if name not in names]
    if absent:
        raise UnknownName(
            f"x: must have the columns of the training, {', '.join(wanted)}; got "
            f"{', '.join(names)}, without {' and '.join(absent)}. Add what is missing, or rename "
            "it."
        )


def _time_column(frame: pd.DataFrame, named: str | None) -> tuple[str | None, str]:
    """Find the column of times, and note it where nobody named it."""
    if named is not None or "time" in frame:
        return named or "time", ""
    dates = [name for i, name in enumerate(frame.columns) if _are_dates(frame.iloc[:, i])]
    if len(dates) > 1:
        raise ArgumentType(
            f"time: must name the column of times; got nothing, and {', '.join(dates)} hold "
            f'dates. Set time = "{dates[0]}", say.'
        )
    return (dates[0], f"Times were read from the column {dates[0]}.") if dates else (None, "")


def _gaps(times: pd.Index, place: Place) -> str:
    odd = irregular(times)
    if len(odd) == 0:
        return ""
    first = int(odd[0])
    return (
        f"Times are regular but for {len(odd)} of {len(times) - 1:,} steps, the first of them "
        f"to {iso_times(times[[first]])[0]} in {place(first)}: rows may be missing."
    )


def _only_number(frame: pd.DataFrame, time: str | None, experiment: Experiment) -> str:
    places = {name: i for i, name in enumerate(frame.columns) if name != time}
    numeric = [
        name
        for name, i in places.items()
        if _is_number(frame.iloc[:, i]) and not _counts_rows(name, frame.iloc[:, i])
    ]
    # Before features were added to the target, they could name the only column of numbers.
    if experiment.own_past or len(numeric) > 1:
        numeric = [name for name in numeric if name not in experiment.features]
    if len(numeric) == 1:
        return numeric[0]
    others = [name for name in places if name not in experiment.features]
    likely = numeric or [n for n in others if _seems_number(frame.iloc[:, places[n]])]
    none = " None of the others holds numbers." if experiment.features else ""
    none = none or " None of them holds numbers."
    fix = f' Set target = "{likely[0]}", say.' if likely else none
    raise ArgumentType(
        f"target: must name the column to forecast; got nothing, and the table has "
        f"{', '.join(frame.columns)}.{fix}"
    )


def _counts_rows(name: str, column: pd.Series) -> bool:
    """Say whether a column is what a writer of tables adds: the numbers of its rows."""
    if ROW_NUMBERS.fullmatch(name) is None or not pd.api.types.is_numeric_dtype(column.dtype):
        return False
    numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return numbers[0] in (0, 1) and bool((np.diff(numbers) == 1).all())


def _seems_number(column: pd.Series) -> bool:
    first = next((item for item in column.dropna() if isinstance(item, str)), "")
    return bool(readings(first))


def _is_number(column: pd.Series) -> bool:
    kind = column.infer_objects().dtype
    return pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)


def _numbers(column: pd.Series, name: str, place: Place) -> np.ndarray:
    if pd.api.types.is_complex_dtype(column.dtype):
        raise ArgumentType(f"{name}: must be real numbers; got complex ones.")
    if pd.api.types.is_bool_dtype(column.dtype):
        raise ArgumentType(f"{name}: must be numbers; got true or false values.")
    if pd.api.types.is_numeric_dtype(column.dtype):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        read = _parsed if column.index.name == "line" else _number
        values = np.array([read(item, name, place, i, column) for i, item in enumerate(column)])
    infinite = np.nonzero(np.isinf(values))[0]
    if len(infinite):
        raise NonFinite(f"{name}: must be finite; got infinity in {place(infinite[0])}.")
    return values


def _number(item: Any, name: str, place: Place, row: int, column: pd.Series) -> float:
    if pd.api.types.is_scalar(item) and pd.isna(item):
        return float("nan")
    if isinstance(item, bool | str) or not isinstance(item, int | float | np.number):
        hint = _advice(item, place, column) if isinstance(item, str) else ""
        raise ArgumentType(f"{name}: must be numbers; got {show(item)} in {place(row)}.{hint}")
    return float(item)


def _parsed(text: str | None, name: str, place: Place, row: int, column: pd.Series) -> float:
    if text is None:
        return float("nan")
    try:
        if "_" in text:
            raise ValueError
        return float(text)
    except ValueError:
        hint = _advice(text, place, column)
        raise CsvError(
            f"{name}: must be numbers; got {show(text)} in {place(row)}.{hint}"
        ) from None


def _advice(text: str, place: Place, column: pd.Series) -> str:
    """Say what to write, and what the same way of writing makes of the column's other items."""
    told = advice(text)
    if told and "," in text and any("." in number for number in readings(text)):
        for row, item in enumerate(column):
            if isinstance(item, str) and hides_thousands(item):
                whole = readings(item)[0]
                told += f" With decimal commas, {show(item)} in {place(row)} is {whole}."
                break
    return f" {told}" if told else ""


def _refuse_missing(missing: Mapping[str, np.ndarray], place: Place) -> None:
    for name, found in missing.items():
        if found.any():
            raise MissingValue(
                f"{name}: values must not be missing; got a missing one in "
                f'{place(int(found.argmax()))}. Fill it, or set missing = "interpolate" for gaps '
                "between values."
            )
