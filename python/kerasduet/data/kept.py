"""Columns of a CSV file that stay as they are written: texts, and codes such as 007."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from kerasduet.data.prices import renamed

__all__ = [
    "MOST_EXACT",
    "ROWS",
    "Kept",
    "add_lost",
    "in_writing",
    "kept",
    "lost",
    "lost_note",
    "places_of",
]

# By the name of a column what it holds: "texts", "ids" or "classes".
Kept = Mapping[str, str]

CODE = re.compile(r"[-+]?0\d")
WHOLE = re.compile(r"[-+]?\d+")
MOST_EXACT = 2**53  # up to which float64 holds each whole number
MOST_DIGITS = 18
ROWS = 32_768  # read at a time


def places_of(header: Sequence[str], texts: Kept) -> dict[int, str]:
    """Say which columns of a header are kept, and as what.

    Examples
    --------
    >>> places_of(["Shop", "sold"], {"shop": "ids"})
    {0: 'ids'}
    """
    found = renamed(header, texts)
    named = ((place, found.get(name, name)) for place, name in enumerate(header))
    return {place: texts[name] for place, name in named if name in texts}


def kept(column: pd.Series, role: str) -> pd.Series | None:
    """Give a column as it is to be kept: texts, or numbers where those say the same.

    Parameters
    ----------
    column : pandas.Series
        Categories, which are texts without blanks around them.
    role : {"texts", "ids", "classes"}
        Texts stay what they are. Ids and classes that are numbers in writing become numbers, int64
        or float64, unless one begins with a 0 that a number would lose, or is too long for one; of
        ids also if two of them are one number, 1 and 1.0.

    Returns
    -------
    pandas.Series or None
        None of other texts, which are left to the caller.

    Examples
    --------
    >>> kept(pd.Series(["1", "2"], dtype="category"), "ids").tolist()
    [1, 2]
    >>> kept(pd.Series(["01", "1"], dtype="category"), "ids").tolist()
    ['01', '1']
    """
    levels = [str(level) for level in column.cat.categories]
    if not levels:
        return None
    if role == "texts":
        return column
    codes = column.cat.codes.to_numpy()
    absent = codes < 0
    values = _numbers(levels)
    if values is None:
        return None
    if absent.any():
        values = values.astype(np.float64)
    is_code = any(CODE.match(level) for level in levels)
    is_long = values.dtype == np.float64 and any(map(_is_lost, levels))
    alike = role == "ids" and len(np.unique(values)) < len(levels)
    if is_code or is_long or alike:
        return column
    found = values[codes]
    if absent.any():
        found[absent] = np.nan
    return pd.Series(found, column.index, name=column.name)


def in_writing(column: pd.Series) -> pd.Series | None:
    """Give categories that are all numbers in writing as numbers; None where one is too long.

    Examples
    --------
    >>> in_writing(pd.Series(["1", None, "2.5"], dtype="category")).tolist()
    [1.0, nan, 2.5]
    """
    known = column.cat.categories
    if not len(known) or _numbers([str(known[0]), str(known[-1])]) is None:
        return None  # which is seen at once, of however many texts
    levels = [str(level) for level in known]
    values = _numbers(levels)
    if values is None:
        return None
    if values.dtype == np.float64 and any(map(_is_long, levels)):
        return None
    codes = column.cat.codes.to_numpy()
    found = np.array([*values, np.nan])[codes] if (codes < 0).any() else values[codes]
    return pd.Series(found, column.index, name=column.name)


def _numbers(levels: list[str]) -> np.ndarray | None:
    """Read different texts as int64 or float64; None where one is no number."""
    if not all(level.isascii() and "_" not in level for level in levels):
        return None
    for read, kind in ((int, np.int64), (float, np.float64)):
        with contextlib.suppress(OverflowError, ValueError):
            return np.array([read(level) for level in levels], kind)
    return None


def _is_lost(text: Any) -> bool:
    """Say whether a text is a whole number of which float64 does not hold every digit."""
    plain = str(text).strip()
    return len(plain) > 15 and bool(WHOLE.fullmatch(plain)) and _differs(plain)


def _differs(text: str) -> bool:
    try:
        return int(text) != int(float(text))
    except (OverflowError, ValueError):  # more digits than there are numbers
        return True


def _is_long(text: str) -> bool:
    """Say whether a text is a whole number of more digits than 64 bits always hold."""
    return WHOLE.fullmatch(text) is not None and len(text.lstrip("+-0")) > MOST_DIGITS


def lost(frame: pd.DataFrame, file: Path, known: Mapping[str, Any]) -> str:
    """Note columns whose whole numbers lost digits as float64; a file is read again for them alone.

    Parameters
    ----------
    frame : pandas.DataFrame
        The columns of the file, in order.
    file : path
        Where they are written, under a header of one line.
    known : dict
        Arguments of `pandas.read_csv`.
    """
    places = [i for i, (_, column) in enumerate(frame.items()) if _may_lose(column)]
    found: dict[str, str] = {}
    if places:
        own: dict[str, Any] = {"header": None, "skip_blank_lines": False, "skiprows": 1}
        asked: dict[str, Any] = {"usecols": places, "chunksize": ROWS, "dtype": str}
        with pd.read_csv(file, **own | asked | {**known}) as blocks:
            for block in blocks:
                for i in places:
                    add_lost(found, str(frame.columns[i]), block[i])
    return lost_note(found)


def _may_lose(column: pd.Series) -> bool:
    if column.dtype != np.float64:  # to see the values of texts would take a copy of them all
        return False
    values = column.to_numpy()
    most, least = np.fmax.reduce(values, initial=0), np.fmin.reduce(values, initial=0)
    return bool(max(most, -least) >= MOST_EXACT)


def add_lost(found: dict[str, str], name: str, texts: Iterable[Any]) -> None:
    """Add the first whole number of a column that float64 does not hold, if there is one."""
    if name not in found and (first := next(filter(_is_lost, texts), None)) is not None:
        found[name] = str(first).strip()


def lost_note(lost: Mapping[str, str]) -> str:
    """Say that whole numbers of some columns lost digits, each with its first one."""
    if not lost:
        return ""
    listed = ", ".join(f"{name} ({text})" for name, text in list(lost.items())[:3])
    return (
        "Whole numbers above 2^53 beside blanks or decimals, or of more than 18 digits, lost "
        f"digits: they are float64. Columns, with the first such number: {listed}."
    )
