"""The pieces of a column that a file was read in, put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from kerasduet.data.arrow import codes_in_arrow, in_arrow
from kerasduet.data.columns import is_missing
from kerasduet.data.memory import empty

__all__ = ["Matrix", "Pieces", "is_plain", "with_column_again"]


def is_plain(column: pd.Series | pd.Index) -> bool:
    """Say whether a column holds numbers, or true and false alone, and no texts."""
    return column.dtype.kind in "iufb"


class Pieces:
    """A column as it is read: numbers as they are, texts as codes of what was seen so far.

    Parameters
    ----------
    rows : int
        How many there may be; more will do.
    is_text : bool
        Whether it is read as texts: objects, or categories of each piece.

    Attributes
    ----------
    is_whole : bool
        Whether all pieces go together; if not, the column has to be read again as texts.
    """

    def __init__(self, rows: int, *, is_text: bool = False) -> None:
        self.count = 0
        self.room = rows
        self.memory: np.ndarray = np.empty(0, np.bool_)
        self.codes: dict[str, int] = {}
        self.known: dict[Any, int] = {}  # by the texts as they are written
        self.is_text = is_text
        self.is_whole = True

    def add(self, column: pd.Series) -> None:
        """Add the next rows."""
        if self.is_text:
            self._append(self._coded(column))
        elif is_plain(column) and self.is_whole:
            truth = {column.dtype.kind == "b", self.memory.dtype.kind == "b"}
            self.is_whole = self.count == 0 or len(truth) == 1
            self._append(column.to_numpy())
        else:
            self.is_whole = False

    def _append(self, more: np.ndarray) -> None:
        end = self.count + len(more)
        kind = np.result_type(self.memory, more) if self.count else more.dtype
        if kind != self.memory.dtype or end > len(self.memory):
            if end > self.room:
                self.room = end + end // 8
            room = empty(self.room, kind)
            room[: self.count] = self.memory[: self.count]
            self.memory = room
        self.memory[self.count : end] = more
        self.count = end

    def _coded(self, column: pd.Series) -> np.ndarray:
        places, written = _codes(column)
        codes = [*map(self.known.get, written)]
        if None in codes:
            for text in written:
                if text not in self.known:
                    plain = str(text).strip()
                    free = len(self.codes)
                    code = -1 if is_missing(plain) else self.codes.setdefault(plain, free)
                    self.known[text] = code
            codes = [*map(self.known.get, written)]
        kind = np.min_scalar_type(-len(self.codes) - 1)
        coded: np.ndarray = np.array([*codes, -1], kind)[places]
        return coded

    def joined(self) -> np.ndarray | pd.Categorical:
        """Give numbers (rows,), or categories in the order of their texts."""
        values = self.memory[: self.count]
        if not self.is_text:
            return values
        texts = sorted(self.codes)
        if texts != [*self.codes]:
            order = np.full(len(texts) + 1, -1, values.dtype)
            order[[self.codes[text] for text in texts]] = np.arange(len(texts))
            values = order[values]
        return pd.Categorical.from_codes(values, categories=pd.Index(texts, dtype="str"))


def _codes(column: pd.Series) -> tuple[np.ndarray, list[Any]]:
    """Give codes of texts (rows,), -1 where one is missing, and the texts."""
    if in_arrow(column):
        return codes_in_arrow(column)
    if column.dtype == object:
        codes, texts = pd.factorize(column.to_numpy())
        return codes, [*texts]
    found: Any = column.array
    return found.codes, np.asarray(found.categories, object).tolist()


class Matrix:
    """Rows of numbers as they are read, float64, side by side.

    Behind each row is room for one of its columns again: a series stands both among the inputs of a
    network and in the place of its target.

    Parameters
    ----------
    rows : int
        How many there may be; more will do.
    """

    def __init__(self, rows: int) -> None:
        self.count, self.rows = 0, rows
        self.memory = np.empty((0, 1))

    def add(self, columns: Sequence[np.ndarray]) -> None:
        """Add the next rows, as their columns (rows,)."""
        end = self.count + len(columns[0])
        if end > len(self.memory):
            if end > self.rows:
                self.rows = end + end // 8
            more = empty((self.rows, len(columns) + 1), np.float64)
            if self.count:
                more[: self.count] = self.memory[: self.count]
            self.memory = more
        for i, column in enumerate(columns):
            self.memory[self.count : end, i] = column
        self.count = end

    def joined(self) -> np.ndarray:
        """Give all rows (rows, width)."""
        self.memory[0, -1] = np.nan  # until the room behind them is taken
        return self.memory[: self.count, :-1]


def with_column_again(values: np.ndarray, place: int) -> np.ndarray | None:
    """Put a column once more behind the rows of a `Matrix`: (rows, width + 1), not a copy.

    None where the values are not all those of a `Matrix`, or the room behind them is taken.

    Examples
    --------
    >>> matrix = Matrix(2)
    >>> matrix.add([np.array([1.0, 3.0]), np.array([2.0, 4.0])])
    >>> with_column_again(matrix.joined(), 0).tolist()
    [[1.0, 2.0, 1.0], [3.0, 4.0, 3.0]]
    """
    memory, width = values.base, values.shape[1] + 1
    if not isinstance(memory, np.ndarray) or memory.size % width:
        return None
    whole = memory.reshape(-1, width)[: len(values)]
    same = whole.__array_interface__["data"][0] == values.__array_interface__["data"][0]
    if not same or values.strides != whole.strides or not np.isnan(whole[0, -1]):
        return None
    whole[:, -1] = whole[:, place]
    return whole
