"""How columns become what a network takes: numbers side by side, and codes to embed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from kerasduet.checks import nearest
from kerasduet.data.frames.kinds import KINDS
from kerasduet.data.frames.reading import Rows, as_dates, as_levels, as_numbers, as_truth
from kerasduet.data.frames.side import Side
from kerasduet.data.preprocessing import Learned
from kerasduet.errors import UnknownName

__all__ = ["DATE_PARTS", "MISSING", "SCALES", "UNKNOWN", "Column", "Encoding"]

SCALES = ("standard", "minmax", "robust", "none")
MISSING = ("error", "indicator")
UNKNOWN = ("error", "other")
DATE_PARTS = ("year", "month sin", "month cos", "weekday sin", "weekday cos")


@dataclass(frozen=True)
class Column:
    """What training rows said of one column.

    Parameters
    ----------
    name : str
        Of the column.
    kind : {"number", "logical", "category", "ordered", "date"}
        What it holds.
    center, scale : float
        Of a number, or of a date's year: it becomes (value - center) / scale.
    fill : float
        What stands in for a missing number, year or logical (true is 1).
    levels : tuple of str
        Of categories, in order: those of the training rows, of an ordered factor all.
    embedded : bool
        Whether the network is given the code of the level, to embed it; else a column of 0 and
        1 a level. Of more ordered levels than get a column each, their place is a number.
    fills : bool
        Whether values may be missing.
    missing : bool
        Whether missing ones have a column, or code, of their own.
    other : bool
        Whether levels may come that the training rows lack: they have no 1 in any column, or a
        code of their own.
    """

    name: str
    kind: str
    center: float = 0.0
    scale: float = 1.0
    fill: float = 0.0
    levels: tuple[str, ...] = ()
    embedded: bool = False
    fills: bool = False
    missing: bool = False
    other: bool = False

    def __post_init__(self) -> None:
        """Refuse what no training could have learned, such as a folder changed by hand."""
        _refuse_other_types(self)
        numbers = (self.center, self.scale, self.fill)
        if not all(math.isfinite(number) for number in numbers) or self.scale <= 0:
            raise ValueError("columns: must have finite centers and scales above 0")
        if self.kind not in KINDS or not self.name:
            raise ValueError("columns: must have a name and a known kind")
        if len(set(self.levels)) != len(self.levels):
            raise ValueError("levels: must differ")
        has_levels = self.kind in ("category", "ordered")
        if has_levels != bool(self.levels) or (self.embedded and self.kind != "category"):
            raise ValueError("levels: are those of categories")
        if (self.other and self.kind != "category") or (self.missing and not self.fills):
            raise ValueError("other, missing: do not go together")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its columns among the numbers, such as "rank[2]"."""
        own = {
            "number": (self.name,),
            "logical": (self.name,),
            "date": tuple(f"{self.name}[{part}]" for part in DATE_PARTS),
            "category": tuple(f"{self.name}[{level}]" for level in self.levels),
            "ordered": self._steps,
        }[self.kind]
        return (
            () if self.embedded else (*own, f"{self.name}[missing]")[: len(own) + self.missing]
        )

    @property
    def _steps(self) -> tuple[str, ...]:
        if self.scale != 1:  # the place of the level, from 0 to 1
            return (self.name,)
        return tuple(f"{self.name}[>={level}]" for level in self.levels[1:])

    @property
    def codes(self) -> int:
        """Codes that an embedding has to know: levels, then missing ones, then other ones."""
        return len(self.levels) + self.missing + self.other


def _refuse_other_types(column: Column) -> None:
    for field in fields(column):
        value = getattr(column, field.name)
        wanted = {"str": str, "float": float, "bool": bool}.get(str(field.type), tuple)
        if type(value) is not wanted:
            raise TypeError(f"{field.name}: must be of type {field.type}")
    if any(type(level) is not str for level in column.levels):
        raise TypeError("levels: must be texts")


@dataclass(frozen=True)
class Encoding(Learned):
    """What training rows said of the columns that a network takes.

    Parameters
    ----------
    columns : tuple of Column
        In the order of the features; those left out are not among them.
    notes : tuple of str
        What was left out or put together, a sentence each.
    """

    kind: ClassVar[str] = "columns"

    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse columns that do not go together."""
        if not isinstance(self.columns, tuple) or not isinstance(self.notes, tuple):
            raise TypeError("columns: must be a list")
        if any(type(column) is not Column for column in self.columns):
            raise TypeError("columns: must be columns")
        if any(type(note) is not str for note in self.notes):
            raise TypeError("notes: must be texts")
        if not self.columns or len(set(self.features)) != len(self.columns):
            raise ValueError("columns: must differ in their names")

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns of `numbers`, such as "rank[2]"."""
        return tuple(name for column in self.columns for name in column.names)

    @property
    def width(self) -> int:
        """Columns of `numbers`."""
        return sum(len(column.names) for column in self.columns)

    @property
    def levels(self) -> dict[str, int]:
        """Codes of each embedded column, by its name."""
        return {column.name: column.codes for column in self.columns if column.embedded}

    def to_plain(self) -> dict[str, Any]:
        """Give plain values for JSON: what differs from the usual alone."""
        usual = Column("name", "number")
        columns = [
            {
                name: list(value) if isinstance(value, tuple) else value
                for name, value in asdict(column).items()
                if name in ("name", "kind") or value != getattr(usual, name)
            }
            for column in self.columns
        ]
        return {"columns": columns, "notes": list(self.notes)}

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild it from its `to_plain()`.

        Raises
        ------
        ValueError, TypeError, KeyError
            It is damaged.
        """
        if not set(values) <= {"kind", "columns", "notes"}:
            raise ValueError("columns: has more than columns and notes")
        given = values["columns"], values["notes"]
        if not all(isinstance(items, list) for items in given):
            raise TypeError("columns, notes: must be lists")
        columns = [
            Column(**{name: _read(name, value) for name, value in dict(column).items()})
            for column in given[0]
        ]
        return cls(tuple(columns), tuple(given[1]))

    def to_dict(self) -> dict[str, Any]:
        """Give plain values for JSON, with its kind."""
        return {"kind": self.kind} | self.to_plain()

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild it from its `to_dict()`."""
        return cls.from_plain(values)

    def encode(
        self, frame: pd.DataFrame, rows: np.ndarray | None = None
    ) -> dict[str, np.ndarray]:
        """Turn rows of a table into what a network takes.

        Parameters
        ----------
        frame : pandas.DataFrame
            As `read_frame` gives it, its columns in any order; others are passed over.
        rows : numpy.ndarray, optional
            Positions of the rows, from 0; all of them by default.

        Returns
        -------
        dict
            `numbers` (rows, width), float32; then `level_1`, `level_2`, ... (rows,), int32, in the
            order of `levels`.

        Raises
        ------
        UnknownName
            A column is not there, or a level that the training rows lack.
        ArgumentType, NonFinite
            A column of another type than in training, or infinite numbers.
        MissingValue
            Missing values that nothing was said of in training.

        Notes
        -----
        One column at a time is copied, so that a large table needs little more memory than what
        comes out.
        """
        return self._encoded(frame, rows, frame.__getitem__)

    def take(
        self, frame: pd.DataFrame, keep: np.ndarray
    ) -> tuple[dict[str, np.ndarray], pd.DataFrame]:
        """Turn all rows of a table into what a network takes, and keep a few as they are.

        As `encode`; the columns go from the table one after the other, so that a large one and
        what comes out never fill the memory together.

        Parameters
        ----------
        frame : pandas.DataFrame
            As for `encode`; it has no columns afterwards.
        keep : numpy.ndarray
            Positions of the rows to keep.

        Returns
        -------
        (dict, pandas.DataFrame)
            What `encode` gives, and `frame.iloc[keep]`.
        """
        names, kept = list(frame.columns), {}

        def gone(name: str) -> pd.Series:
            column = frame.pop(name)
            kept[name] = column.iloc[keep]
            return column

        encoded = self._encoded(frame, None, gone)
        for name in list(frame.columns):
            gone(name)
        return encoded, pd.DataFrame({name: kept[name] for name in names}, copy=False)

    def _encoded(
        self,
        frame: pd.DataFrame,
        rows: np.ndarray | None,
        column_of: Callable[[str], pd.Series],
    ) -> dict[str, np.ndarray]:
        self._refuse_absent(list(frame.columns))
        chosen: Rows = slice(None) if rows is None else rows
        numbers = Side(len(frame) if rows is None else len(rows), self.width)
        codes = []
        for column in self.columns:
            if column.embedded:
                codes.append(_embedded(column, column_of(column.name), chosen))
                continue
            for values in _ENCODERS[column.kind](column, column_of(column.name), chosen):
                numbers.add(values)
        named = {f"level_{i}": items for i, items in enumerate(codes, 1)}
        return {"numbers": numbers.by_side()} | named

    def _refuse_absent(self, names: list[str]) -> None:
        absent = [name for name in self.features if name not in names]
        if absent:
            more = f" {' and '.join(absent[1:])} are lacking too." if absent[1:] else ""
            raise UnknownName(f"{absent[0]}: no such column. {nearest(absent[0], names)}{more}")


def _read(name: str, value: Any) -> Any:
    """Give lists their type, and numbers theirs where JSON has whole ones."""
    if isinstance(value, list):
        return tuple(value)
    whole = name in ("center", "scale", "fill") and type(value) is int
    return float(value) if whole and abs(value) < 2**1023 else value


# Each gives the columns of numbers that one column becomes, one after the other.


def _number(column: Column, given: pd.Series, rows: Rows) -> Iterator[np.ndarray]:
    values, absent = as_numbers(given, column, rows)
    yield _scaled(values, absent, column)
    if column.missing:
        yield absent


def _scaled(values: np.ndarray, absent: np.ndarray, column: Column) -> np.ndarray:
    values[absent] = column.fill
    values -= column.center
    values /= column.scale
    return values


def _logical(column: Column, given: pd.Series, rows: Rows) -> Iterator[np.ndarray]:
    values, absent = as_truth(given, column, rows)
    values[absent] = column.fill
    yield values
    if column.missing:
        yield absent


def _date(column: Column, given: pd.Series, rows: Rows) -> Iterator[np.ndarray]:
    times, absent = as_dates(given, column, rows)
    yield _scaled(times.year.to_numpy(np.float64, copy=True), absent, column)
    for part, period in ((times.month - 1, 12), (times.day_of_week, 7)):
        angle = 2 * np.pi * part.to_numpy(np.float64) / period
        for turn in (np.sin, np.cos):
            yield np.where(absent, 0, turn(angle))
    if column.missing:
        yield absent


def _category(column: Column, given: pd.Series, rows: Rows) -> Iterator[np.ndarray]:
    codes, absent = as_levels(given, column, rows)
    for code in range(len(column.levels)):
        yield codes == code
    if column.missing:
        yield absent


def _ordered(column: Column, given: pd.Series, rows: Rows) -> Iterator[np.ndarray]:
    codes, absent = as_levels(given, column, rows)
    if column.scale != 1:
        yield _scaled(codes.astype(np.float64), absent, column)
    else:
        for code in range(1, len(column.levels)):
            yield codes >= code
    if column.missing:
        yield absent


def _embedded(column: Column, given: pd.Series, rows: Rows) -> np.ndarray:
    codes, absent = as_levels(given, column, rows)
    codes[codes < 0] = column.codes - 1  # other ones
    if column.missing:
        codes[absent] = len(column.levels)
    return codes


_ENCODERS: Mapping[str, Callable[[Column, pd.Series, Rows], Iterator[np.ndarray]]] = {
    "number": _number,
    "logical": _logical,
    "category": _category,
    "ordered": _ordered,
    "date": _date,
}
