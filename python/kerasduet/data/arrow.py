"""Texts in Arrow's memory, where pandas keeps them if pyarrow is installed."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["codes_in_arrow", "give_back", "in_arrow", "texts_in_arrow"]


def texts_in_arrow() -> bool:
    """Say whether pandas keeps texts there: it is installed, and no option says otherwise."""
    return in_arrow(pd.Series([""]))


def in_arrow(column: pd.Series) -> bool:
    """Say whether the texts of a column are there."""
    return getattr(column.dtype, "storage", None) == "pyarrow"


def codes_in_arrow(column: pd.Series) -> tuple[np.ndarray, list[Any]]:
    """Give codes of texts that are there (rows,), -1 where one is missing, and the texts."""
    import pyarrow

    texts = pyarrow.array(column.array)
    if isinstance(texts, pyarrow.ChunkedArray):
        texts = texts.combine_chunks()
    found = texts.dictionary_encode()
    codes = found.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return codes, found.dictionary.to_pylist()


def give_back() -> None:
    """Give memory that Arrow keeps, but does not use, back to the system."""
    if (pyarrow := sys.modules.get("pyarrow")) is not None:
        pyarrow.default_memory_pool().release_unused()
