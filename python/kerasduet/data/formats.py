"""How dates are written: one format for all rows, or the choice is the caller's."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kerasduet.checks import show
from kerasduet.errors import ArgumentType, TimeIndexError

__all__ = ["is_iso", "odd_one", "of_digits", "of_texts"]

MARKS = ("/", ".", "-", " ")
ORDERS = ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y", "%d{0}%m{0}%y", "%m{0}%d{0}%y", "%y{0}%m{0}%d")
YEAR_LAST = (".", " ")  # nobody writes two digits of a year before these
NAMED = ("%b %d %Y", "%b %d, %Y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %Y", "%b-%Y", "%Y %b")
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
YEARS = (1800, 2199)  # of whole numbers that are meant as dates
FEW = 50  # rows that a format is tried on first


def of_digits(numbers: np.ndarray) -> pd.DatetimeIndex | None:
    """Read whole numbers that are all dates 20240131 or all months 202401; None for others.

    Examples
    --------
    >>> of_digits(np.array([202312, 202401])).strftime("%Y-%m-%d").tolist()
    ['2023-12-01', '2024-01-01']
    >>> of_digits(np.array([202312, 202313])) is None
    True
    """
    for size, written in ((100, "%Y%m"), (10_000, "%Y%m%d")):
        years = numbers // size
        if len(numbers) and ((years >= YEARS[0]) & (years <= YEARS[1])).all():
            texts = pd.Series(numbers.astype(np.int64).astype(str), dtype=object)
            dates = pd.to_datetime(texts, format=written, errors="coerce")
            if dates.notna().all():
                return pd.DatetimeIndex(dates)
    return None


def of_texts(texts: pd.Series, name: str, wanted: str | None) -> pd.Series | None:
    """Read texts by the only format that fits all of them; None where none does.

    Parameters
    ----------
    texts : pandas.Series
        Without missing ones.
    name : str
        Column named in errors.
    wanted : str, optional
        The format, as the caller says.

    Raises
    ------
    TimeIndexError
        Days and months may be exchanged, or the year stands at either end.
    """
    if wanted is not None:
        try:
            return pd.to_datetime(texts, format=wanted, errors="coerce")
        except ValueError as problem:
            raise ArgumentType(
                f"time_format: must be a format of dates such as %d/%m/%Y; got {show(wanted)} "
                f"({problem})."
            ) from None
    texts = texts.str.strip()
    if texts.str.fullmatch(r"\d{6}").all():
        months = of_digits(texts.astype(np.int64).to_numpy())
        return None if months is None else pd.Series(months)
    found = {written: _read(texts, written) for written in _formats() if _fits(texts, written)}
    found = {written: dates for written, dates in found.items() if dates.notna().all()}
    if len(found) > 1:
        in_order = {k: v for k, v in found.items() if v.is_monotonic_increasing}
        found = in_order or found
    readings = {tuple(dates): dates for dates in found.values()}
    if len(readings) > 1:
        choice = " or ".join(found)
        raise TimeIndexError(
            f"{name}: times must be written in one way that is sure; got {show(texts.iloc[0])}, "
            f'which may be {choice}. Set time_format = "{next(iter(found))}", say.'
        )
    return next(iter(readings.values()), None)


def is_iso(text: str) -> bool:
    """Say whether a text is a date of ISO 8601, such as 2024-01-31."""
    return not pd.isna(pd.to_datetime(text, format="ISO8601", errors="coerce"))


def odd_one(texts: pd.Series) -> int | None:
    """Find the first text that is not written as most are; None where no one way is that of most.

    Examples
    --------
    >>> odd_one(pd.Series(["2024-01-01", "2024-01-02", "2024-13-01"]))
    2
    >>> odd_one(pd.Series(["01/02/2024", "03/04/2024"])) is None
    True
    """
    texts = texts.str.strip()
    few = texts[:FEW]
    written = [
        "ISO8601",
        *(one for one in _formats() if 2 * _read(few, one).count() >= len(few)),
    ]
    read = [_read(texts, one).notna().to_numpy() for one in written]
    most = max(int(good.sum()) for good in read)
    odd = {int(good.argmin()) for good in read if good.sum() == most}
    is_clear = len(texts) > most > len(texts) / 2 and len(odd) == 1
    return odd.pop() if is_clear else None


def _formats() -> list[str]:
    named = [*NAMED, *(text.replace("%b", "%B") for text in NAMED)]
    orders = [
        order.format(mark)
        for mark in MARKS
        for order in ORDERS
        if not (mark in YEAR_LAST and order.startswith("%y"))
    ]
    days = [*orders, *named]
    return [day + clock for day in days for clock in CLOCKS]


def _fits(texts: pd.Series, written: str) -> bool:
    return bool(_read(texts[:FEW], written).notna().all())


def _read(texts: pd.Series, written: str) -> pd.Series:
    return pd.to_datetime(texts, format=written, errors="coerce")
