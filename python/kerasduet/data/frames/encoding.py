"""How columns become what a network takes: numbers side by side, and codes to embed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from kerasduet.checks import nearest
from kerasduet.data.frames.column import Column
from kerasduet.data.frames.encoders import ENCODERS, embedded
from kerasduet.data.frames.kinds import place_in
from kerasduet.data.frames.reading import Rows
from kerasduet.data.frames.side import Side
from kerasduet.data.preprocessing import Learned
from kerasduet.data.threads import in_order, threads_for
from kerasduet.errors import UnknownName

__all__ = ["Encoding"]


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
        count = len(frame) if rows is None else len(rows)
        numbers = Side(count, self.width)
        widths = [len(column.names) for column in self.columns]
        ends = list(accumulate(widths))

        def lay(item: tuple[Column, int, pd.Series]) -> np.ndarray | None:
            column, end, given = item
            if column.embedded:
                return embedded(column, given, chosen)
            start = end - len(column.names)
            for place, values in enumerate(ENCODERS[column.kind](column, given, chosen), start):
                numbers.put(place, values)
            return None

        items = (
            (column, end, column_of(column.name))
            for column, end in zip(self.columns, ends, strict=True)
        )
        codes = [one for one in in_order(lay, items, threads_for(count)) if one is not None]
        named = {f"level_{i}": one for i, one in enumerate(codes, 1)}
        return {"numbers": numbers.by_side()} | named

    def gaps_note(self, frame: pd.DataFrame) -> str:
        """Say which columns lack values that training had in every row; empty where none do."""
        lacking = {}
        for column in self.columns:
            if column.fills and not column.missing and column.name in frame:
                absent = frame[column.name].isna().to_numpy()
                if absent.any():
                    lacking[column] = absent
        if not lacking:
            return ""
        (column, absent), *more = lacking.items()
        others = "".join(f", {int(one.sum()):,} in {other.name}" for other, one in more)
        return (
            f"{column.name}: was never missing in training; got {int(absent.sum()):,} missing, the "
            f"first in {place_in(frame)(int(absent.argmax()))}{others}. A missing value counts as "
            f"{column.stand_in}. Fill it yourself if you know better."
        )

    def _refuse_absent(self, names: list[str]) -> None:
        absent = [name for name in self.features if name not in names]
        if absent:
            verb = "is" if len(absent) == 2 else "are"
            more = f" {' and '.join(absent[1:])} {verb} missing too." if absent[1:] else ""
            raise UnknownName(f"{absent[0]}: no such column. {nearest(absent[0], names)}{more}")


def _read(name: str, value: Any) -> Any:
    """Give lists their type, and numbers theirs where JSON has whole ones."""
    if isinstance(value, list):
        return tuple(value)
    whole = name in ("center", "scale", "fill") and type(value) is int
    return float(value) if whole and abs(value) < 2**1023 else value
