"""The pieces of a column that a file was read in, put together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from kerasduet.data.columns import is_missing
from kerasduet.data.csv_file import Digested

__all__ = ["Counted", "Pieces", "is_plain"]


class Counted(Digested):
    """A file that is digested, and its lines counted, as it is read."""

    lines = 0
    last = b"\n"

    def readinto(self, place: Any) -> int:
        """Read the next bytes."""
        count = super().readinto(place)
        if count:
            read = bytes(memoryview(place)[:count])
            self.lines += read.count(b"\n")
            self.last = read[-1:]
        return count


def is_plain(column: pd.Series | pd.Index) -> bool:
    """Say whether a column holds numbers, or true and false alone, and no texts."""
    return column.dtype.kind in "iufb"


class Pieces:
    """A column as it is read: numbers as they are, texts as codes of what was seen so far.

    Attributes
    ----------
    is_whole : bool
        Whether all pieces go together; if not, the column has to be read again as texts.
    """

    def __init__(self) -> None:
        self.values = np.empty(0, np.int64)
        self.codes: dict[str, int] = {}
        self.is_text = False
        self.is_whole = True

    def add(self, column: pd.Series) -> None:
        """Add the next rows."""
        if isinstance(column.dtype, pd.StringDtype):
            column = column.astype("category")
        self.is_text = isinstance(column.dtype, pd.CategoricalDtype)
        if self.is_text:
            # pandas gives categories that are all numbers a number's type: 1 for "01".
            self.is_whole &= not is_plain(column.cat.categories)
            self._append(self._coded(column.array))
        elif is_plain(column):
            truth = {column.dtype.kind == "b", self.values.dtype.kind == "b"}
            self.is_whole &= len(self.values) == 0 or len(truth) == 1
            self._append(column.to_numpy())
        else:
            self.is_whole = False

    def _append(self, more: np.ndarray) -> None:
        count = len(self.values)
        kind = np.result_type(self.values, more) if count else more.dtype
        if kind != self.values.dtype:
            self.values = self.values.astype(kind)
        # In place: pieces to be joined at the end would take the memory twice.
        self.values.resize(count + len(more), refcheck=False)
        self.values[count:] = more

    def _coded(self, column: Any) -> np.ndarray:
        texts = [str(text).strip() for text in column.categories]
        known = [
            -1 if is_missing(text) else self.codes.setdefault(text, len(self.codes))
            for text in texts
        ]
        kind = np.min_scalar_type(-len(self.codes) - 1)
        return np.array([*known, -1], kind)[column.codes]

    def joined(self) -> np.ndarray | pd.Categorical:
        """Give numbers (rows,), or categories in the order of their texts."""
        if not self.is_text:
            return self.values
        texts = sorted(self.codes)
        order = np.full(len(texts) + 1, -1, self.values.dtype)
        order[[self.codes[text] for text in texts]] = np.arange(len(texts))
        return pd.Categorical.from_codes(
            order[self.values], categories=pd.Index(texts, dtype="str")
        )
