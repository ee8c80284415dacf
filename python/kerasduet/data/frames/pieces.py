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
        self.parts: list[np.ndarray] = []
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
            self.parts.append(self._coded(column.array))
        elif is_plain(column):
            self.parts.append(column.to_numpy(copy=True))
            self.is_whole &= len({part.dtype.kind == "b" for part in self.parts[-2:]}) == 1
        else:
            self.is_whole = False

    def _coded(self, column: Any) -> np.ndarray:
        texts = [str(text).strip() for text in column.categories]
        known = [
            -1 if is_missing(text) else self.codes.setdefault(text, len(self.codes))
            for text in texts
        ]
        return np.array([*known, -1], np.int32)[column.codes]

    def joined(self) -> np.ndarray | pd.Categorical:
        """Give numbers (rows,), or categories in the order of their texts; this uses it up."""
        values = self.parts[0] if len(self.parts) == 1 else np.concatenate(self.parts)
        self.parts.clear()
        if not self.is_text:
            return values
        texts = sorted(self.codes)
        order = np.full(len(texts) + 1, -1, np.int32)
        order[[self.codes[text] for text in texts]] = np.arange(len(texts))
        return pd.Categorical.from_codes(order[values], categories=pd.Index(texts, dtype="str"))
