"""The times of a series: read, checked by row, continued."""

from __future__ import annotations

import contextlib
import datetime
import re
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from kerasduet.checks import show
from kerasduet.data import formats
from kerasduet.data import spacing as calendars
from kerasduet.errors import ArgumentType, TimeIndexError

__all__ = [
    "check_order",
    "check_spacing",
    "following",
    "irregular",
    "iso_times",
    "parse_times",
    "read_times",
    "spacing_note",
    "spacing_of",
    "zone",
]

Place = Callable[[int], str]
SPACING_ROWS = 20  # so many of the last times say how a series goes on


def parse_times(
    column: pd.Series, name: str, place: Place, time_format: str | None = None
) -> pd.Index:
    """Read a column of dates, times or numbers; times keep their zone, numbers stay numbers.

    Parameters
    ----------
    column : pandas.Series
        Times, periods, numbers, or text: ISO 8601, or another format that fits all rows. Whole
        numbers such as 20240131 or 202401 are dates.
    name : str
        Column named in errors.
    place : callable
        Names the row of a position.
    time_format : str, optional
        How texts are written, such as "%d/%m/%Y".

    Raises
    ------
    TimeIndexError
        Something else, or text with several offsets from UTC, with the row.
    """
    column = column.infer_objects()
    if isinstance(column.dtype, pd.PeriodDtype):
        column = column.dt.to_timestamp()
    kind = column.dtype.kind
    if kind in "iuf":
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
        wrong = ~np.isfinite(numbers)
        # R has 1990 and Python 1990.0 where the other has a whole number.
        limit = 2**53 if kind == "f" else 2**63
        whole = not wrong.any() and ((numbers % 1 == 0) & (abs(numbers) < limit)).all()
        times = pd.Index(column.to_numpy(dtype=np.int64) if whole else numbers)
        dates = formats.of_digits(times.to_numpy()) if whole else None
        times = times if dates is None else _canonical(dates)
    else:
        found = column if kind == "M" else _from_texts(column, name, place, time_format)
        wrong = found.isna().to_numpy()
        times = _canonical(pd.DatetimeIndex(found))
    if wrong.any():
        row = int(wrong.argmax())
        item = column.iloc[row]
        is_missing = pd.api.types.is_scalar(item) and pd.isna(item)
        refused = TimeIndexError(
            f"{name}: must be times such as 2024-01-31; got "
            f"{'a missing one' if is_missing else show(item)} in {place(row)}."
        )
        refused.of_missing = bool(is_missing)
        raise refused
    return times


def _from_texts(
    column: pd.Series, name: str, place: Place, time_format: str | None
) -> pd.Series:
    are_texts = len(column) > 0 and all(isinstance(item, str) for item in column)
    if are_texts and (time_format or not formats.is_iso(column.iloc[0])):
        read = formats.of_texts(pd.Series(list(column), dtype=object), name, time_format)
        if read is not None:
            return read
    items = [item if isinstance(item, str | datetime.date) else None for item in column]
    texts = pd.Series(items, dtype=object)
    try:
        return pd.to_datetime(texts, format="ISO8601", errors="coerce")
    except ValueError:  # pandas reads one offset a column
        offsets = texts.map(_offset).dropna()
    row = int(offsets.index[offsets != offsets.iloc[0]][0])
    raise TimeIndexError(
        f"{name}: times must have one offset from UTC; got another, "
        f"{show(str(texts[row]))}, in {place(row)}. Write them all in UTC, such as "
        "2024-01-31T12:00Z."
    ) from None


def _offset(item: Any) -> str | None:
    time = pd.to_datetime(item, format="ISO8601", errors="coerce")
    return None if pd.isna(time) else str(time.utcoffset())


def _canonical(times: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Give times the resolution and the kind of zone that they have when read from a file."""
    micro = times.as_unit("us")
    times = micro if (micro == times).all() else times
    if times.tz is None:
        return times
    try:
        return times.tz_convert(str(times.tz))
    except Exception:  # a zone without a name; pandas' versions have no common error
        return times.tz_convert("UTC")


def zone(times: pd.Index) -> str | None:
    """Name the zone of times; None where they have none.

    Examples
    --------
    >>> zone(pd.DatetimeIndex(["2024-01-31"], tz="Europe/Berlin"))
    'Europe/Berlin'
    """
    if not isinstance(times, pd.DatetimeIndex) or times.tz is None:
        return None
    return str(times.tz)


def check_order(times: pd.Index, name: str, place: Place) -> None:
    """Refuse times that repeat or go back, by row."""
    wrong = np.nonzero(np.asarray(times[1:] <= times[:-1]))[0]
    if len(wrong) == 0:
        return
    row = int(wrong[0]) + 1
    same = times[row] == times[row - 1]
    rule = "must not repeat" if same else "must be in order"
    fix = "Keep one row a time." if same else "Sort the rows by time."
    first = int((times == times[row]).argmax())
    if first < row - 1:  # sorting would not help
        raise TimeIndexError(
            f"{name}: times must not repeat; got {_iso(times[row])} in {place(first)} and again in "
            f"{place(row)}. Keep one row a time; of several series, name each row's in a column "
            "and set id."
        )
    raise TimeIndexError(f"{name}: times {rule}; got {_iso(times[row])} in {place(row)}. {fix}")


def check_spacing(times: pd.Index, name: str, frequency: str, place: Place) -> None:
    """Refuse times that do not follow a frequency, by row."""
    if not isinstance(times, pd.DatetimeIndex):
        raise ArgumentType(
            f"frequency: needs dates; got {frequency!r}, and numbers in the column {name}. Set "
            "frequency to None."
        )
    try:
        expected = calendars.date_range(times, len(times), frequency)
    except (ValueError, TypeError) as problem:
        raise ArgumentType(
            f"frequency: must be a spacing such as D, W-SAT or MS, for a column of dates; "
            f"got {frequency!r} ({problem})."
        ) from None
    # Of a time that comes twice, either will do.
    clock = calendars.clock_of(times)
    is_wrong = (times != expected) & (clock != calendars.clock_of(expected))
    wrong = np.nonzero(np.asarray(is_wrong))[0]
    if len(wrong):
        row = int(wrong[0])
        raise TimeIndexError(
            f"{name}: times must follow the frequency {frequency}; got {_iso(times[row])} in "
            f"{place(row)}, where {_iso(expected[row])} was due. Add the missing rows, or set "
            "frequency to None to check the order alone."
        )


def irregular(times: pd.Index) -> np.ndarray:
    """Find the times that are not where they were due in an otherwise regular series.

    Parameters
    ----------
    times : pandas.Index
        In order: dates, times or numbers.

    Returns
    -------
    numpy.ndarray
        Positions of those that come at least half a step late or early, by the clock or by
        the calendar. None where that holds for more than a tenth of them: working days have
        weekends. Nor where every such step leads from one day to another: shops close.

    Examples
    --------
    >>> irregular(pd.Index([*range(1990, 2005), *range(2007, 2030)]))
    array([15])
    >>> irregular(pd.DatetimeIndex(["2024-01-31", "2024-02-29", "2024-03-31"]))
    array([], dtype=int64)
    """
    if not isinstance(times, pd.DatetimeIndex):
        return _odd(np.asarray(times))
    clock = times.tz_localize(None)
    months = _months(clock)
    if months is not None:
        return _odd(months)
    odd = _odd(times.asi8)
    new_day = np.diff(clock.normalize().asi8) > 0
    return odd[:0] if new_day[odd - 1].all() and not new_day.all() else odd


def _months(clock: pd.DatetimeIndex) -> np.ndarray | None:
    """Count the months of times on one day of the month or on its last; None for others."""
    months = np.asarray(12 * clock.year + clock.month)
    same_day = (clock.day == clock.day[0]).all() or (clock.day == clock.days_in_month).all()
    return months if same_day and (np.diff(months) > 0).all() else None


def _odd(positions: np.ndarray) -> np.ndarray:
    """Find what follows a step of another size, where few do."""
    steps = np.diff(positions)
    usual = np.median(steps) if len(steps) else 0
    odd = np.nonzero(np.abs(steps - usual) >= usual / 2)[0] + 1
    return odd if len(odd) <= len(steps) / 10 else odd[:0]


def following(
    times: pd.Index,
    steps: int,
    frequency: str | None = None,
    spacing: calendars.Spacing | None = None,
) -> pd.Index:
    """Give the times after the last one.

    Parameters
    ----------
    times : pandas.Index
        Times or numbers of the series, or of its end.
    steps : int
        How many to give.
    frequency : str, optional
        Spacing of dates as a pandas offset. Days and months go by the clock of the zone.
    spacing : tuple, optional
        What `spacing.learn()` found in all of the series. It is learned from these times where
        they are spaced otherwise, or where there is none, as in runs of earlier versions.

    Raises
    ------
    TimeIndexError
        The spacing cannot be told from the times.

    Examples
    --------
    >>> following(pd.DatetimeIndex(["2024-01-01", "2024-01-02", "2024-01-03"]), 1)
    DatetimeIndex(['2024-01-04'], dtype='datetime64[us]', freq='D')
    >>> following(pd.DatetimeIndex(["2023-10-31", "2023-11-30", "2023-12-31"]), 2).day.tolist()
    [31, 29]
    >>> following(pd.Index([1990, 1995, 2000]), 2)
    Index([2005, 2010], dtype='int64')
    """
    if not isinstance(times, pd.DatetimeIndex):
        times = times[-SPACING_ROWS:]
        return pd.Index(times[-1] + _numeric_step(times) * np.arange(1, steps + 1))
    if frequency is not None:
        ahead = calendars.date_range(times[-SPACING_ROWS:], SPACING_ROWS + steps, frequency)
        return ahead[ahead > times[-1]][:steps]
    if spacing is not None and calendars.fits(spacing, times):
        return calendars.after(spacing, times, steps)
    found = calendars.learn(times)
    if spacing is None and found[0] == "unknown" and len(times) > 1:
        gap = pd.Series(times).diff().median()  # as earlier versions did
        if gap == pd.Timedelta(days=1) and (times.day_of_week < 5).all():
            return pd.date_range(times[-1], periods=steps + 1, freq="B")[1:]
        return pd.DatetimeIndex([times[-1] + gap * step for step in range(1, steps + 1)])
    return calendars.after(found, times, steps)


def spacing_of(times: pd.Index) -> calendars.Spacing | None:
    """Learn how dates go on; None for numbers."""
    return calendars.learn(times) if isinstance(times, pd.DatetimeIndex) else None


def spacing_note(times: pd.Index) -> str:
    """Say that a forecast will ask for the frequency, where it will."""
    return calendars.note(spacing_of(times))


def _numeric_step(times: pd.Index) -> float:
    steps = np.diff(np.asarray(times))
    if len(steps) == 0:
        return 1
    # Written as 1990.08, 1990.17 and 1990.25, months have uneven steps but a good mean.
    step = steps.mean() if steps.max() < 1.5 * steps.min() else np.median(steps)
    return int(step) if step % 1 == 0 and times.dtype.kind in "iu" else float(step)


def iso_times(times: Iterable[Any]) -> tuple[str, ...]:
    """Write times as ISO 8601 text; numbers as text."""
    return tuple(_iso(time) for time in times)


def _iso(time: Any) -> str:
    return (
        time.isoformat().removesuffix("T00:00:00") if hasattr(time, "isoformat") else show(time)
    )


def read_times(texts: Iterable[str], zone: str | None = None) -> pd.Index:
    """Read times that were written as numbers or ISO 8601, and put them into their zone.

    Examples
    --------
    >>> read_times(["2024-03-31", "2024-03-31T12:00:00"]).hour.tolist()
    [0, 12]
    >>> read_times(["2024-03-30 12:00:00+01:00", "2024-03-31 12:00:00+02:00"]).hour.tolist()
    [11, 10]
    >>> read_times(["2024-03-30 12:00:00+01:00"], "Europe/Berlin").hour.tolist()
    [12]
    >>> read_times(["1990", "1991"]).tolist()
    [1990, 1991]
    """
    written = list(texts)
    for number in (np.int64, np.float64):
        with contextlib.suppress(OverflowError, ValueError):
            return pd.Index(np.array(written, dtype=number))
    # A zone with summer time has two offsets, which only UTC brings together.
    has_offset = any(re.search(r":\d\d.*[+-]\d\d:\d\d$", text) for text in written)
    times = pd.DatetimeIndex(pd.to_datetime(written, format="ISO8601", utc=has_offset))
    return times.tz_convert(zone) if zone else times
