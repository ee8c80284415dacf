"""Rows on both sides of a split: what they say of the scores."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SPLITS", "among", "among_rows", "repeats_note", "surprising"]

SPLITS = ("validation", "test")
FEW = 2  # columns of numbers to look at first
FIX = "Their scores show what was remembered, not what was learned; remove the duplicates."


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
    numbers = [i for i, dtype in enumerate(frame.dtypes) if dtype == "float64"][:FEW]
    if len(numbers) == FEW:  # which hardly ever agree, and are hashed in no time
        quick = _among(_sums(frame.iloc[:, numbers]), parts)
        if not any(quick.values()):
            return quick
    return _among(_sums(frame), parts)


def _sums(frame: pd.DataFrame) -> np.ndarray:
    """Sum up each row in one number, uint64 (rows,)."""
    import pandas as pd

    try:
        return pd.util.hash_pandas_object(frame, index=False).to_numpy()
    except TypeError:  # of values such as lists
        return pd.util.hash_pandas_object(frame.astype(str), index=False).to_numpy()


def _among(sums: np.ndarray, parts: tuple[np.ndarray, ...]) -> dict[str, int]:
    """Count the validation and test rows whose number is also that of a training row."""
    train, *others = parts
    known = np.sort(sums[train])  # in a hundredth of the time that np.isin takes
    return {
        name: _among_sorted(known, np.sort(sums[rows]))
        for name, rows in zip(SPLITS, others, strict=True)
    }


def _among_sorted(known: np.ndarray, rows: np.ndarray) -> int:
    """Count numbers that are also among the known ones; both go up."""
    if len(known) == 0:
        return 0
    return int((known.take(np.searchsorted(known, rows), mode="clip") == rows).sum())


def surprising(
    frame: pd.DataFrame, parts: tuple[np.ndarray, ...], features: Collection[str]
) -> dict[str, int]:
    """Count as `among_rows` does, or nothing where different cases may well have equal values.

    Many people are of one sex, age group and class. Rows that repeat are told where they are more
    than after each column is shuffled by itself, and a feature of numbers has a third as many
    values as there are rows. Otherwise columns of few values may agree because they go together,
    so that rows are told where they are half of those held out, and five times as many as
    shuffled.

    Parameters
    ----------
    frame : pandas.DataFrame
        The columns that count.
    parts : tuple of numpy.ndarray
        Numbers of the training, validation and test rows, from 0.
    features : collection of str
        Those to predict from.
    """
    counts = among_rows(frame, parts)
    if not any(counts.values()):
        return counts
    rng = np.random.default_rng(0)
    shuffled = frame.copy(deep=False)
    for name in frame.columns:
        shuffled[name] = frame[name].to_numpy()[rng.permutation(len(frame))]
    by_chance = sum(among_rows(shuffled, parts).values())
    count, held = sum(counts.values()), sum(map(len, parts[1:]))
    numbers = [frame[name].nunique() for name in features if frame[name].dtype.kind in "iuf"]
    measured = 3 * max(numbers, default=0) >= len(frame) and count > by_chance
    told = measured or (2 * count >= held and count >= 5 * by_chance)
    return counts if told else dict.fromkeys(counts, 0)


def repeats_note(
    counts: Mapping[str, int],
    sizes: Mapping[str, int],
    word: str,
    *,
    where: str = "",
    fix: str = FIX,
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
    fix : str
        What follows from it.

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
    return f"Also among the training {word}{same}: {' and '.join(found)}. {fix}"
