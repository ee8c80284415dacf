"""Rows on both sides of a split: what they say of the scores."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SPLITS", "among", "among_rows", "repeats_note"]

SPLITS = ("validation", "test")


def among(known: Collection[Any], rows: Collection[Any]) -> int:
    """Count the rows that are also among the known ones.

    Parameters
    ----------
    known, rows : collections
        Of what can be hashed, such as texts.

    Examples
    --------
    >>> among(["a", "b"], ["b", "c", "b"])
    2
    """
    found = set(known)
    return sum(row in found for row in rows)


def among_rows(frame: pd.DataFrame, parts: tuple[np.ndarray, ...]) -> dict[str, int]:
    """Count the validation and test rows of a table whose values are all those of a training row.

    Parameters
    ----------
    frame : pandas.DataFrame
        The columns that count.
    parts : tuple of numpy.ndarray
        Numbers of the training, validation and test rows, from 0.
    """
    import pandas as pd

    try:
        sums = pd.util.hash_pandas_object(frame, index=False).to_numpy()
    except TypeError:  # of values such as lists
        sums = pd.util.hash_pandas_object(frame.astype(str), index=False).to_numpy()
    train, *others = parts
    return {
        name: int(np.isin(sums[rows], sums[train]).sum())
        for name, rows in zip(SPLITS, others, strict=True)
    }


def repeats_note(
    counts: Mapping[str, int], sizes: Mapping[str, int], word: str, *, where: str = ""
) -> str:
    """Say how many held-out rows are also among the training rows; nothing where none is.

    Parameters
    ----------
    counts, sizes : mapping
        By the name of a split: how many are, and of how many.
    word : str
        What the rows are, in the plural.
    where : str
        In what they are the same, where that is not all of them.

    Examples
    --------
    >>> repeats_note({"test": 2}, {"test": 1000}, "texts").partition(". ")[0]
    'Also among the training texts: 2 of 1,000 test texts'
    """
    found = [
        f"{count:,} of {sizes[name]:,} {name} {word}" for name, count in counts.items() if count
    ]
    if not found:
        return ""
    same = f", the same in {where}" if where else ""
    return (
        f"Also among the training {word}{same}: {' and '.join(found)}. Their scores show what was "
        "remembered, not what was learned; remove the duplicates."
    )
