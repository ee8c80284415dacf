"""How many different examples of the made pairs there are."""

from __future__ import annotations

import datetime

__all__ = ["FIRST", "LAST", "LETTERS", "most", "most_different"]

FIRST, LAST = datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)
LETTERS = 8  # different ones, of copies


def most_different(dataset: str, digits: int) -> int:
    """Say how many different examples there are."""
    if dataset == "dates":
        return (LAST - FIRST).days + 1
    if dataset == "copies":
        letters: int = LETTERS**digits
        return letters
    numbers: int = 10**digits
    return numbers * (numbers + 1) // 2 if dataset == "additions" else numbers


# Of all additions the last ones would be found by chance alone, and slowly.
MOST = {"additions": 0.5, "copies": 0.5, "counting": 1.0, "dates": 1.0}


def most(dataset: str, digits: int) -> int:
    """Give the most examples that are made of a data set."""
    return int(most_different(dataset, digits) * MOST[dataset])
