"""What a column of a table is to a network: a number, a level, true or false, a date."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from kerasduet.checks import show
from kerasduet.data.formats import is_iso, odd_one
from kerasduet.data.frames.cleaning import is_number_text, is_text, odd_level
from kerasduet.data.numbers import advice_for, reads_as_number
from kerasduet.errors import ArgumentType, CsvError

__all__ = [
    "KINDS",
    "kind_of",
    "level_texts",
    "odd_notes",
    "place_in",
    "reason_against",
    "refuse_text",
]

KINDS = ("number", "logical", "category", "ordered", "date")
MOST_LEVELS = 100_000
MOST_DIGITS = 18  # of whole numbers of 64 bits
FEW = 100  # rows to look at first
MOST_NOTES = 3


def place_in(frame: pd.DataFrame | pd.Series) -> Callable[[int], str]:
    """Name rows of a table, counted from 0, as a person finds them: "row 1", "line 2"."""
    if frame.index.name == "line":
        return lambda row: f"line {row + 2}"  # the header stands above
    return lambda row: f"row {row + 1}"


def kind_of(column: pd.Series) -> str | None:
    """Give the kind of a column that was read by `read_frame`; None is of no use.

    Examples
    --------
    >>> kind_of(pd.Series([1.5, 2])), kind_of(pd.Series(pd.Categorical(["a", "b"])))
    ('number', 'category')
    >>> kind_of(pd.Series([[1], [2]])) is None
    True
    """
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return "ordered" if dtype.ordered else "category"
    if pd.api.types.is_bool_dtype(dtype):
        return "logical"
    if dtype.kind in "iuf":
        return "number"
    return "date" if dtype.kind == "M" else None


def refuse_text(column: pd.Series, name: str) -> None:
    """Refuse a column that was left as text, by the first cell that shows why."""
    if not is_text(column):
        return
    place = place_in(column)
    error = CsvError if column.index.name == "line" else ArgumentType
    items = list(column.astype(object))
    given = [(row, item) for row, item in enumerate(items) if isinstance(item, str)]
    if not is_number_text(list(dict.fromkeys(item for _, item in given))):
        odd_row = odd_one(pd.Series([text for _, text in given], dtype=object))
        if odd_row is not None:
            usual, shown = given[0 if odd_row else 1]
            row, item = given[odd_row]
            raise error(
                f"{name}: dates must be written in one way, such as {show(shown)} in "
                f"{place(usual)}; got {show(item)} in {place(row)}. Correct that one."
            )
        row, item = next((one for one in given if not is_iso(one[1])), given[0])
        raise error(
            f"{name}: dates must be written in one way that is sure; got {show(item)} in "
            f"{place(row)}. Write them as 2024-01-31."
        )
    odd = next(((row, item) for row, item in given if not reads_as_number(item)), None)
    long = next(((row, item) for row, item in given if _is_long(item)), None)
    row, item = odd or long or given[0]
    fix = " Convert the column to numbers."
    if odd or long:
        fix = advice_for(item, place, column) if odd else " Write it in fewer digits."
    raise error(
        f"{name}: must be numbers, not text; got {show(item)} in {place(row)}.{fix} If it holds "
        "names, make it a factor (categories)."
    )


def odd_notes(frame: pd.DataFrame, names: Iterable[str]) -> str:
    """Name in a sentence each the columns that are categories for a text among their numbers.

    Examples
    --------
    >>> rated = pd.DataFrame({"stars": pd.Categorical(["1", "five", "2"])})
    >>> odd_notes(rated, ["stars"])
    "stars is a category, not numbers: it says 'five' in row 2."
    """
    odd = {name: found for name in names if (found := odd_level(frame[name])) is not None}
    told = [
        f"{name} is a category, not numbers: it says {show(text)} in {place_in(frame)(row)}."
        for name, (row, text) in islice(odd.items(), MOST_NOTES)
    ]
    if (more := len(odd) - MOST_NOTES) > 0:
        told.append(f"So {'are' if more > 1 else 'is'} {more} more.")
    return " ".join(told)


def _is_long(text: str) -> bool:
    """Say whether a whole number has more digits than 64 bits hold."""
    return len(text.strip().lstrip("+-0")) > MOST_DIGITS and text.strip("+- ").isdigit()


def level_texts(levels: Any) -> list[str]:
    """Give levels as texts; a whole number is the same however it is written, 3 or 3.0.

    Examples
    --------
    >>> level_texts([3.0, 3.5, "b", True])
    ['3', '3.5', 'b', 'True']
    """
    return [
        str(int(level)) if isinstance(level, float) and level.is_integer() else str(level)
        for level in np.asarray(levels, dtype=object).tolist()
    ]


def reason_against(
    column: pd.Series, rows: np.ndarray | slice, one_hot: int
) -> tuple[str, str] | None:
    """Say why nothing can be learned from a column: the rule that it breaks, and how.

    Parameters
    ----------
    column : pandas.Series
        As `read_frame` gives it.
    rows : array or slice
        Training rows.
    one_hot : int
        Most levels that get a column each.
    """
    kind = kind_of(column)
    if kind is None:
        rule = "must be numbers, true or false, a factor, text or dates"
        return rule, _type_of(column)
    if kind in ("category", "ordered"):
        codes = column.cat.codes.to_numpy()[rows]
        counts = np.bincount(codes[codes >= 0], minlength=1)
        different, given = int((counts > 0).sum()), int(counts.sum())
    else:
        different, given = _different(column, rows), 0
    if different == 0:
        return "must have values in the training rows", "missing ones alone"
    if different == 1:
        one = column.iloc[rows].dropna().iloc[0]
        shown = str(one) if kind == "date" else show(one)
        found = f"{shown} alone{_beside(column, rows)}"
        return "must have more than one value in the training rows", found
    if kind not in ("category", "ordered"):
        return None
    shown = f"{different:,} different ones in {given:,} rows{_beside(column, rows)}"
    if different == given or (different > one_hot and 2 * different > given):
        return "must have levels that come again in the training rows", shown
    if different > MOST_LEVELS:
        return f"must have at most {MOST_LEVELS:,} levels", shown
    return None


def _beside(column: pd.Series, rows: np.ndarray | slice) -> str:
    """Count the values that are missing beside those that are there."""
    count = int(column.iloc[rows].isna().sum())
    return f", and {count:,} missing" if count else ""


def _different(column: pd.Series, rows: np.ndarray | slice) -> int:
    """Count the different values of some rows: 0, 1, or 2 for more."""
    few = slice(FEW) if isinstance(rows, slice) else rows[:FEW]
    for some in (few, rows):  # a few rows nearly always do, in however many
        values = column.iloc[some].dropna()
        found = 0 if len(values) == 0 else 1 + bool((values != values.iloc[0]).any())
        if found == 2:
            break
    return found


def _type_of(column: pd.Series) -> str:
    if column.dtype != object:
        return f"values of type {column.dtype}"
    given = column.dropna()
    kinds = list(dict.fromkeys(type(item) for item in given))
    if len(kinds) > 1:
        places = [
            next(i for i, item in enumerate(column) if type(item) is kind) for kind in kinds
        ]
        place = place_in(column)
        return " and ".join(f"{show(column.iloc[i])} in {place(i)}" for i in places[:2])
    return show(given.iloc[0])
