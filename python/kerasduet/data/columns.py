"""The columns of a table: which one holds the times, which one is forecast."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.data.written import readings
from kerasduet.errors import ArgumentType

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = [
    "DATE",
    "are_dates",
    "is_missing",
    "is_number",
    "all_named",
    "only_number",
    "time_column",
]

# What a field of a file says where a value is missing, in any case: what pandas and Python take
# for no number, so that all readers mean the same.
MISSING = {
    *("", "#n/a", "#n/a n/a", "#na", "-1.#ind", "-1.#qnan", "-nan", "1.#ind", "1.#qnan"),
    *("+nan", "<na>", "n/a", "na", "nan", "none", "null"),
}
# Names that pandas, R and readr give a column of row numbers that has none.
ROW_NUMBERS = re.compile(
    r"Unnamed: \d+|X(\.\d+)?|\.\.\.\d+|V1|index|rownames|row", re.IGNORECASE
)
# How a text begins that means a date: years first or last, a month, a quarter, a month's name.
DATE = re.compile(
    r"(\d{4}([-/.])\d\d?\2\d\d?|\d\d?([-/.])\d\d?\3\d{4})(\D.*)?|\d{4}[-/]\d\d?|\d{4}-?Q[1-4]"
    r"|\d\d?([-/.])\d\d?\5\d\d(\s.*)?"
    r"|([A-Za-z]{3,9} \d\d?,?|\d\d?[- ][A-Za-z]{3,9})[- ](\d{4}|\d\d)(\s.*)?"
)


def all_named(names: Iterable[Any]) -> list[str]:
    """Give columns without a name one, as pandas does."""
    return [str(name) or f"Unnamed: {place}" for place, name in enumerate(names)]


def is_missing(item: Any) -> bool:
    """Say whether a field of a file means a missing value.

    Examples
    --------
    >>> [is_missing(word) for word in ("NA", " NONE ", "-nan", "nothing", None)]
    [True, True, True, False, False]
    """
    return isinstance(item, str) and item.strip().lower() in MISSING


def are_dates(values: pd.Index | pd.Series) -> bool:
    """Say whether values are dates, by their type or by how the first one is written."""
    if isinstance(values.dtype, pd.PeriodDtype) or values.dtype.kind in "mM":
        return True
    if values.dtype.kind in "iufb":
        return False
    first = next((item for item in values.dropna() if not is_missing(item)), None)
    if isinstance(first, str):
        return DATE.fullmatch(first.strip()) is not None
    return isinstance(first, datetime.date)


def time_column(frame: pd.DataFrame, named: str | None) -> tuple[str | None, str]:
    """Find the column of times, and note it where nobody named it."""
    if named is not None or "time" in frame:
        return named or "time", ""
    dates = [name for i, name in enumerate(frame.columns) if are_dates(frame.iloc[:, i])]
    if len(dates) > 1:
        raise ArgumentType(
            f"time: must name the column of times; got nothing, and {', '.join(dates)} hold "
            f'dates. Set time = "{dates[0]}", say.'
        )
    return (dates[0], f"Times were read from the column {dates[0]}.") if dates else (None, "")


def only_number(frame: pd.DataFrame, time: str | None, experiment: Experiment) -> str:
    """Find the one column of numbers that can be the target, or ask for its name."""
    places = {name: i for i, name in enumerate(frame.columns) if name != time}
    numeric = [
        name
        for name, i in places.items()
        if is_number(frame.iloc[:, i]) and not _counts_rows(name, frame.iloc[:, i])
    ]
    # Before features were added to the target, they could name the only column of numbers.
    if experiment.own_past or len(numeric) > 1:
        seen = (*experiment.features, *experiment.known_future)
        numeric = [name for name in numeric if name not in seen]
    if len(numeric) == 1:
        return numeric[0]
    others = [name for name in places if name not in experiment.features]
    likely = numeric or [n for n in others if _seems_number(frame.iloc[:, places[n]])]
    if not numeric and len(likely) == 1:
        return likely[0]  # refused where its cells are read, with the first one named
    none = " None of the others holds numbers." if experiment.features else ""
    none = none or " None of them holds numbers."
    fix = f' Set target = "{likely[0]}", say.' if likely else none
    refused = ArgumentType(
        f"target: must name the column to forecast; got nothing, and the table has "
        f"{', '.join(frame.columns)}.{fix}"
    )
    refused.of_missing = any(bool(frame.iloc[:, i].isna().all()) for i in places.values())
    raise refused


def _counts_rows(name: str, column: pd.Series) -> bool:
    """Say whether a column is what a writer of tables adds: the numbers of its rows."""
    if ROW_NUMBERS.fullmatch(name) is None or not pd.api.types.is_numeric_dtype(column.dtype):
        return False
    numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return numbers[0] in (0, 1) and bool((np.diff(numbers) == 1).all())


def _seems_number(column: pd.Series) -> bool:
    first = next((item for item in column.dropna() if isinstance(item, str)), "")
    return bool(readings(first))


def is_number(column: pd.Series) -> bool:
    """Say whether a column holds real numbers, and not true and false."""
    kind = column.infer_objects().dtype
    other = pd.api.types.is_bool_dtype(kind) or pd.api.types.is_complex_dtype(kind)
    return pd.api.types.is_numeric_dtype(kind) and not other
