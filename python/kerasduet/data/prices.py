"""Prices of a day: open, high, low and close, whatever they are called in a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from kerasduet.checks import show
from kerasduet.data.times import Place
from kerasduet.errors import ArgumentRange, CsvError

__all__ = ["check_prices", "renamed", "uncrossed"]

PRICES = ("open", "high", "low", "close")


def _folded(name: str) -> str:
    return re.sub(r"[\s._-]+", " ", name.strip()).casefold()


def renamed(names: Sequence[str], wanted: Iterable[str | None]) -> dict[str, str]:
    """Find columns that are wanted by another case, or with other marks between their words.

    Returns
    -------
    dict
        From the name in the table to the one that is wanted; empty where all are there, or where
        more than one column could be meant.

    Examples
    --------
    >>> renamed(["Date", "Adj.Close", "Close"], ["date", "adj close"])
    {'Date': 'date', 'Adj.Close': 'adj close'}
    >>> renamed(["Close", "CLOSE"], ["close"])
    {}
    """
    found = {}
    asked = list(dict.fromkeys(filter(None, wanted)))
    for name in asked:
        if name in names:
            continue
        alike = [other for other in names if _folded(other) == _folded(name)]
        if len(alike) == 1 and alike[0] not in asked:
            found[alike[0]] = name
    return found


def _prices(names: Iterable[str]) -> dict[str, str]:
    """Give the names of open, high, low and close in a table; none where they are not all there."""
    known = {_folded(name): name for name in names}
    return {price: known[price] for price in PRICES} if set(PRICES) <= set(known) else {}


def check_prices(frame: pd.DataFrame, columns: Mapping[str, np.ndarray], place: Place) -> None:
    """Refuse prices of a day that cannot be, by row; do nothing where they are not all there.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table, whose index says lines of a file or rows.
    columns : dict
        float64 (rows,) by name; NaN where a value is missing.
    place : callable
        Says a row.

    Examples
    --------
    >>> rows = pd.DataFrame(index=pd.RangeIndex(1, 3, name="row"))
    >>> day = {"open": [9.0, 9], "High": [10.0, 8], "low": [8.0, 9], "close": [9.0, 9]}
    >>> day = {name: np.array(values) for name, values in day.items()}
    >>> check_prices(rows, day, lambda row: f"row {row + 1}")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    kerasduet.errors.ArgumentRange: High: must not be below low; got 8 and 9 in row 2. Fix ...
    """
    known = _prices(columns)
    if not known:
        return
    error = CsvError if frame.index.name == "line" else ArgumentRange
    for price in PRICES:
        name = known[price]
        below = columns[name] <= 0
        if below.any():
            row = int(below.argmax())
            raise error(
                f"{name}: a price must be above 0; got {show(float(columns[name][row]))} in "
                f"{place(row)}. Fix that row, or leave it out."
            )
    high, low = known["high"], known["low"]
    crossed = columns[high] < columns[low]
    if crossed.any():
        row = int(crossed.argmax())
        got = f"{show(float(columns[high][row]))} and {show(float(columns[low][row]))}"
        raise error(
            f"{high}: must not be below {low}; got {got} in {place(row)}. Fix that row, or leave "
            "it out."
        )


def uncrossed(frame: pd.DataFrame) -> pd.DataFrame:
    """Give a table of prices with high and low swapped where they were crossed.

    Examples
    --------
    >>> day = pd.DataFrame({"open": [9.0], "high": [8.0], "low": [9.5], "close": [9.0]})
    >>> uncrossed(day).iloc[0].tolist()
    [9.0, 9.5, 8.0, 9.0]
    """
    known = _prices(map(str, frame.columns))
    if not known:
        return frame
    both = frame[[known["low"], known["high"]]].to_numpy(np.float64)
    low, high = both.min(axis=1), both.max(axis=1)
    return frame.assign(**{known["low"]: low, known["high"]: high})
