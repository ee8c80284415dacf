"""A column as one of the few types that the rest of the code knows."""

from __future__ import annotations

import contextlib
import datetime
import decimal
from typing import Any

import numpy as np
import pandas as pd

from kerasduet.data.columns import DATE
from kerasduet.data.numbers import reads_as_number
from kerasduet.data.times import parse_times
from kerasduet.data.written import readings
from kerasduet.errors import KerasduetError

__all__ = [
    "cleaned",
    "is_date_text",
    "is_number_text",
    "is_text",
    "names_rows",
    "odd_level",
    "of_levels",
]

FEW = 1000  # different texts that say what a column of them holds
MANY_NUMBERS = 10
TRUTH = {"true": True, "false": False}


def cleaned(column: pd.Series) -> pd.Series:
    """Give a column the type that its values have; see `read_table`.

    Examples
    --------
    >>> cleaned(pd.Series([True, None], dtype=object)).dtype.name
    'boolean'
    >>> cleaned(pd.Series(["2024-01-31", None])).dtype.kind
    'M'
    """
    found = _typed(column)
    # One resolution, so that dates have the same bytes whoever wrote them.
    return found.dt.as_unit("us") if found.dtype.kind == "M" else found


def _typed(column: pd.Series) -> pd.Series:
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return column
    if isinstance(dtype, pd.SparseDtype):
        dtype = dtype.subtype
        column = column.astype(dtype)
    if isinstance(dtype, pd.PeriodDtype):
        return column.dt.to_timestamp()
    if pd.api.types.is_object_dtype(dtype):
        return _of_objects(column)
    if pd.api.types.is_bool_dtype(dtype):
        return column.astype("boolean") if column.isna().any() else column.astype(bool)
    if pd.api.types.is_datetime64_any_dtype(dtype) and dtype.kind == "M":
        # Of pyarrow's own types as well.
        return column if isinstance(dtype, np.dtype | pd.DatetimeTZDtype) else _dates(column)
    if pd.api.types.is_numeric_dtype(dtype) and not isinstance(dtype, np.dtype):
        has_gaps = bool(column.isna().any())
        whole = pd.api.types.is_integer_dtype(dtype) and not has_gaps
        kind = np.int64 if whole else np.float64
        return pd.Series(column.to_numpy(kind, na_value=0 if whole else np.nan), column.index)
    if pd.api.types.is_string_dtype(dtype):
        return _of_texts(column)
    return column if isinstance(dtype, np.dtype) else _of_objects(column.astype(object))


def _of_objects(column: pd.Series) -> pd.Series:
    given = column.dropna()
    kinds = {type(item) for item in given}
    if not kinds:
        return pd.Series(np.full(len(column), np.nan), column.index)
    if kinds <= {bool, np.bool_}:
        return column.astype("boolean" if len(given) < len(column) else bool)
    if all(issubclass(kind, str) for kind in kinds):
        return _of_texts(column)
    if all(_is_number(kind) for kind in kinds):
        with contextlib.suppress(OverflowError):
            items = [
                np.nan if missing else item
                for item, missing in zip(column, column.isna(), strict=True)
            ]
            whole = len(given) == len(column) and all(
                issubclass(kind, int | np.integer) for kind in kinds
            )
            return pd.Series(np.array(items, np.int64 if whole else np.float64), column.index)
    if all(issubclass(kind, datetime.date) for kind in kinds):
        with contextlib.suppress(ValueError, TypeError):
            return _dates(column)
    return column


def _is_number(kind: type) -> bool:
    known = (int, float, np.integer, np.floating, decimal.Decimal)
    return issubclass(kind, known) and not issubclass(kind, bool)


def _dates(column: pd.Series) -> pd.Series:
    return pd.Series(pd.to_datetime(column.astype(object)), column.index)


def _of_texts(column: pd.Series) -> pd.Series:
    return of_levels(column.astype("category"))


def of_levels(column: pd.Series) -> pd.Series:
    """Give texts, as categories, the type that they are in writing: true and false, or dates.

    Returns
    -------
    pandas.Series
        The categories as they are where they are names; texts where they seem to be numbers, or
        dates that may be read in two ways.
    """
    levels = column.cat.categories
    texts = [str(level) for level in levels]
    if not texts:
        return pd.Series(np.full(len(column), np.nan), column.index)
    if {text.lower() for text in texts} <= set(TRUTH):
        truth = pd.Series([TRUTH[text.lower()] for text in texts], dtype="boolean")
        return cleaned(_taken(truth, column))
    if is_number_text(texts):
        return column.astype(object).astype("str")
    if not is_date_text(texts):
        return column
    try:
        # Twice, so that no format is preferred because levels, which are sorted, go up by it.
        twice = parse_times(pd.Series(texts * 2, dtype=object), str(column.name), str)
    except KerasduetError:
        return column.astype(object).astype("str")
    return _taken(pd.Series(twice[: len(texts)]), column)


def _taken(values: pd.Series, column: pd.Series) -> pd.Series:
    """Give each row of categories the value of its level, and none where it is missing."""
    taken = values.reindex(column.cat.codes.to_numpy())  # -1 is no label
    return taken.set_axis(column.index)


def is_text(column: pd.Series) -> bool:
    """Say whether a column was left as text, as it seems to hold numbers or dates."""
    return isinstance(column.dtype, pd.StringDtype)


def is_number_text(texts: Any) -> bool:
    """Say whether different texts are numbers in writing, all of them or most of many.

    Examples
    --------
    >>> is_number_text(["380", "1,234"]), is_number_text(["12 %"]), is_number_text(["0", "3+"])
    (True, True, False)
    >>> is_number_text(["1st", "2nd"]), is_number_text(["18-25", "26-40"])
    (False, False)
    >>> is_number_text([*map(str, range(11)), "two"])
    True
    """
    few = list(texts[:FEW])
    count = sum(map(_reads_as_number, few))
    return count > 0 and (count == len(few) or (count > MANY_NUMBERS and 2 * count > len(few)))


def odd_level(column: pd.Series) -> tuple[int, str] | None:
    """Give the first row, and the text, that makes categories of few numbers in writing.

    None of other columns: categories of which two and most are numbers, and not all.

    Examples
    --------
    >>> odd_level(pd.Series(["1", "five", "2"], dtype="category"))
    (1, 'five')
    >>> odd_level(pd.Series(["1", "five", "six"], dtype="category")) is None
    True
    """
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return None
    known = column.cat.categories
    if len(known) > 2 * MANY_NUMBERS:  # of which no more than half are numbers
        return None
    odd = [code for code, text in enumerate(map(str, known)) if not _reads_as_number(text)]
    count = len(known) - len(odd)
    if count < 2 or not 0 < len(odd) < count:
        return None
    rows = np.flatnonzero(np.isin(column.cat.codes.to_numpy(), odd))
    return (int(rows[0]), str(column.iloc[rows[0]])) if len(rows) else None


def _reads_as_number(text: str) -> bool:
    if reads_as_number(text):
        return any(sign.isdigit() for sign in text)
    return not any(sign.isalpha() for sign in text) and bool(readings(text))


def is_date_text(texts: Any) -> bool:
    """Say whether different texts are all written as dates.

    Examples
    --------
    >>> is_date_text(["2024-01-31", "31/01/2024"]), is_date_text(["2024-01-31", "never"])
    (True, False)
    """
    few = list(texts[:FEW])
    return bool(few) and all(DATE.fullmatch(text.strip()) is not None for text in few)


def names_rows(column: pd.Series) -> bool:
    """Say whether a column holds the numbers of its rows, from 0 or 1, or a name of each."""
    if column.dtype.kind not in "iuf":
        return column.is_unique
    numbers = column.to_numpy(dtype=np.float64)
    return numbers[0] in (0, 1) and bool((np.diff(numbers) == 1).all())
