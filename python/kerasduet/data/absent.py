"""Notes on classes that a split leaves without rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["unlearned_note", "untested_note"]

MOST_NAMED = 10


def unlearned_note(train: np.ndarray, names: Sequence[str]) -> str:
    """Name the classes that no training row has; "" where each has one.

    Parameters
    ----------
    train : numpy.ndarray
        Codes of the training rows (n,), from 0.
    names : sequence of str
        The classes, in the order of their codes.

    Examples
    --------
    >>> unlearned_note(np.array([0, 0, 2]), ["cat", "dog", "owl"])
    '1 of 3 classes has no training row and cannot be learned: dog.'
    """
    absent = _absent(train, names)
    if not absent:
        return ""
    return f"{_counted(absent, names, 'training')} and cannot be learned: {_listed(absent)}."


def untested_note(train: np.ndarray, test: np.ndarray, names: Sequence[str]) -> str:
    """Name the classes that are learned and that no test row has; "" where each has one.

    Parameters
    ----------
    train, test : numpy.ndarray
        Codes of the training and the test rows (n,), from 0.
    names : sequence of str
        The classes, in the order of their codes.

    Examples
    --------
    >>> untested_note(np.array([0, 1, 2]), np.array([0, 1]), ["cat", "dog", "owl"])
    '1 of 3 classes has no test row, so no score tells how well it is learned: owl.'
    """
    unlearned = _absent(train, names)
    absent = [name for name in _absent(test, names) if name not in unlearned]
    if not absent:
        return ""
    they_are = "it is" if len(absent) == 1 else "they are"
    return (
        f"{_counted(absent, names, 'test')}, so no score tells how well {they_are} learned: "
        f"{_listed(absent)}."
    )


def _absent(codes: np.ndarray, names: Sequence[str]) -> list[str]:
    counts = np.bincount(codes, minlength=len(names))
    return [name for name, rows in zip(names, counts, strict=False) if not rows]


def _counted(absent: list[str], names: Sequence[str], part: str) -> str:
    has = "has" if len(absent) == 1 else "have"
    return f"{len(absent)} of {len(names)} classes {has} no {part} row"


def _listed(absent: list[str]) -> str:
    return ", ".join(absent[:MOST_NAMED]) + ", ..." * (len(absent) > MOST_NAMED)
