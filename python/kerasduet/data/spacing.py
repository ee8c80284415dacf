"""The spacing of times: learned from all rows of a series, kept with its run, continued."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from pandas.tseries.frequencies import to_offset

from kerasduet.data.spacing_months import (
    by_day,
    by_weekday,
    by_working_day,
    days_of_months,
    most_common,
    options_of,
)
from kerasduet.errors import TimeIndexError

__all__ = ["Spacing", "after", "clock_of", "date_range", "fits", "learn", "note"]

# Plain values for JSON, the first of which says the kind:
#   ("gap", nanoseconds)     the same time between rows, whatever the clock of the zone does
#   ("days", n)              every n days, by the clock of the zone
#   ("week", microseconds)   these times of every week, counted from Monday's midnight
#   ("months", n, rules)     days of every n-th month: 1 to 31, or the last of a shorter month;
#                            or pandas offsets such as LWOM-FRI
#   ("unknown", options)     pandas offsets between which the rows do not decide, if any
Spacing = tuple[Any, ...]

UNKNOWN: Spacing = ("unknown", ())
SHORTEST = 40  # rows; fewer must follow one spacing as a whole
MICRO_DAY = 86_400_000_000
MICRO_WEEK = 7 * MICRO_DAY


def learn(times: pd.DatetimeIndex) -> Spacing:
    """Learn the spacing from all times, or from the last half, quarter, ... where it changed.

    Parameters
    ----------
    times : pandas.DatetimeIndex
        In order.

    Returns
    -------
    tuple
        Plain values, for `after()`.

    Examples
    --------
    >>> learn(pd.date_range("2024-01-01", periods=30, freq="LWOM-FRI"))
    ('months', 1, ('LWOM-FRI',))
    >>> learn(pd.date_range("2024-01-01", periods=30, freq="SMS-15"))
    ('months', 1, (1, 15))
    >>> learn(pd.DatetimeIndex(["2024-01-01", "2024-01-02", "2024-01-09"]))
    ('unknown', ())
    """
    rows = len(times)
    found = _learned(times)
    while found == UNKNOWN and rows >= 2 * SHORTEST:
        rows //= 2
        found = _learned(times[-rows:])
    return found


def note(spacing: Spacing | None) -> str:
    """Say before training what a forecast will refuse."""
    if spacing is None or spacing[0] != "unknown":
        return ""
    return f"Times to come cannot be told from the rows: {_fix(spacing)}"


def _fix(spacing: Spacing) -> str:
    if spacing[1]:
        several = " or ".join(f'"{option}"' for option in spacing[1])
        return f"to forecast, set frequency = {several}."
    return (
        "to forecast, add the missing rows and set frequency, or leave the column of times out, "
        "so that rows are numbered."
    )


def after(spacing: Spacing, times: pd.DatetimeIndex, steps: int) -> pd.DatetimeIndex:
    """Give the times after the last one.

    Raises
    ------
    TimeIndexError
        The spacing is not known.

    Examples
    --------
    >>> fridays = pd.DatetimeIndex(["2024-02-23"])
    >>> after(("months", 1, ("LWOM-FRI",)), fridays, 2).strftime("%m-%d").tolist()
    ['03-29', '04-26']
    """
    kind, *rule = spacing
    if kind == "gap":
        passed = pd.to_timedelta(rule[0] * np.arange(1, steps + 1), unit="ns")
        return pd.DatetimeIndex(times[-1] + passed)
    if kind not in {"days", "week", "months"}:
        raise TimeIndexError(
            "frequency: must be known to continue these times; got none, and rows that fit "
            f"{'several' if spacing[1] else 'no calendar'}. T{_fix(spacing)[1:]}"
        )
    last = clock_of(times)[-1]
    more = steps + 2  # two times of the clock may be one where it goes forward
    if kind == "days":
        clock = pd.date_range(last, periods=more + 1, freq=f"{rule[0]}D")[1:]
    elif kind == "week":
        clock = _later_in_week(np.array(rule, dtype=np.int64), last, more)
    else:
        clock = _later_in_months(rule[0], rule[1], last, more)
    found = _in_zone(clock, times.tz).unique()
    return found[found > times[-1]][:steps]


def fits(spacing: Spacing, times: pd.DatetimeIndex) -> bool:
    """Say whether times are spaced like that, but for a few."""
    if len(times) < 2:
        return spacing[0] != "unknown"
    if spacing[0] == "unknown":
        return False
    if spacing[0] == "gap":
        gap = np.median(np.diff(times.as_unit("ns").asi8))
        return bool(abs(gap - spacing[1]) < spacing[1] / 2)
    due = after(spacing, times[:1], 2 * len(times))
    return bool(due[-1] >= times[-1] and times[1:].isin(due).mean() >= 0.8)


def clock_of(times: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Give the times of the zone's clock, of days without a midnight that midnight.

    Examples
    --------
    >>> days = date_range(pd.DatetimeIndex(["2024-09-07"], tz="America/Santiago"), 2, "D")
    >>> days.hour.tolist(), clock_of(days).hour.tolist()
    ([0, 1], [0, 0])
    >>> in_r = pd.DatetimeIndex(["2024-09-06", "2024-09-07", "2024-09-07 23:00"], tz=days.tz)
    >>> clock_of(in_r).day.tolist()
    [6, 7, 8]
    """
    clock = times.tz_localize(None)
    if times.tz is None:
        return clock
    time = clock - clock.normalize()
    usual = time[[0]] if len(time) == 1 else pd.Series(time).mode()[:1]
    if 2 * (time == usual[0]).sum() < len(times):
        return clock
    due = clock.normalize() + usual[0]
    skipped = (clock != due) & (_in_zone(due, times.tz) == times)
    # R puts such a midnight an hour before the change, not after it.
    ahead = due + pd.Timedelta(days=1)
    moved = _in_zone(ahead, times.tz)
    gap = moved.tz_localize(None) - ahead
    early = (gap > pd.Timedelta(0)) & (times + gap == moved)
    return clock.where(~skipped, due).where(~early, ahead)


def _in_zone(clock: pd.DatetimeIndex, zone: Any) -> pd.DatetimeIndex:
    """Put times of the clock into a zone: the first of two, the next where there is none."""
    if zone is None:
        return clock
    first = np.full(len(clock), fill_value=True)
    return clock.tz_localize(zone, ambiguous=first, nonexistent="shift_forward")


def date_range(times: pd.DatetimeIndex, periods: int, frequency: str) -> pd.DatetimeIndex:
    """Give times from the first of these on, as pandas does, in zones with summer time too.

    Raises
    ------
    ValueError, TypeError
        No offset of pandas, as it says.
    """
    offset = to_offset(frequency)
    if isinstance(offset, pd.tseries.offsets.Tick) and not isinstance(offset, pd.offsets.Day):
        return pd.date_range(times[0], periods=periods, freq=offset)
    clock = pd.date_range(clock_of(times)[0], periods=periods, freq=offset)
    return _in_zone(clock, times.tz)


# Learning -----------------------------------------------------------------------------------


def _learned(times: pd.DatetimeIndex) -> Spacing:
    if len(times) < 2:
        return UNKNOWN
    clock = clock_of(times)
    days = clock.normalize()
    if (clock - days).nunique() > 1:
        return _of_hours(times, clock)
    monthly = by_day(days, most=1)
    if monthly is not None:
        return monthly
    gaps = np.diff(days.as_unit("us").asi8) // MICRO_DAY
    usual = int(most_common(gaps))
    if (gaps == usual).all():
        found = by_weekday(days) if usual >= 28 and len(days) < 6 else None
        return ("unknown", (f"{usual}D", *options_of(found))) if found else ("days", usual)
    found = _week(clock) or by_weekday(days) or by_working_day(days) or by_day(days, most=10)
    if found is not None:
        return found
    is_grid = (gaps % usual == 0).all() and (gaps == usual).mean() > 0.5
    return ("days", usual) if is_grid and _no_weekday_is_left_out(days) else UNKNOWN


def _no_weekday_is_left_out(days: pd.DatetimeIndex) -> bool:
    """Say whether gaps may come on any day: none where too few days say so."""
    return len(days.day_of_week.unique()) in {1, 7}


def _of_hours(times: pd.DatetimeIndex, clock: pd.DatetimeIndex) -> Spacing:
    """Learn the spacing of times that have several times of day."""
    gaps = np.diff(times.as_unit("ns").asi8)
    usual = int(most_common(gaps))
    if (gaps == usual).all():
        return ("gap", usual)
    week = _week(clock)
    if week is not None:
        steps = np.diff([*week[1:], week[1] + MICRO_WEEK])
        is_grid = (gaps % usual == 0).all()
        is_even = (1000 * steps == usual).all()
        # In less than three weeks, chance may leave out one time of the week each time.
        weeks = (times[-1] - times[0]) / pd.Timedelta(weeks=1)
        is_full = weeks < 3 and len(times) > 0.9 * (1 + gaps.sum() / usual)
        return ("gap", usual) if is_grid and (is_even or is_full) else week
    median = np.median(gaps)
    odd = abs(gaps - median) >= median / 2
    is_new_day = np.diff(clock.normalize().asi8) > 0
    nights = is_new_day.sum()
    is_closed_at_night = odd.any() and is_new_day[odd].all() and 2 * odd.sum() >= nights
    if odd.mean() > 0.1 or is_closed_at_night:
        return UNKNOWN
    on_grid = (gaps % usual == 0).all()
    return ("gap", usual if on_grid else int(median))


def _week(clock: pd.DatetimeIndex) -> Spacing | None:
    """Learn which times of a week have rows; None where some come only now and then."""
    monday = clock.normalize() - pd.to_timedelta(clock.day_of_week, unit="D")
    place = (clock - monday).as_unit("us").asi8
    times = np.unique(place % MICRO_DAY)
    days = clock.normalize().nunique()
    span = (clock[-1] - clock[0]) // pd.Timedelta(microseconds=1)
    if 3 * len(clock) < len(times) * min(days, len(clock)) and len(times) > 1:
        return None  # times of day that do not come again
    places = (MICRO_DAY * np.arange(7)[:, None] + times).ravel()  # of a week: (7 * times,)
    wait = (places - place[0]) % MICRO_WEEK
    due = np.where(wait <= span, (span - wait) // MICRO_WEEK + 1, 0)
    found, counts = np.unique(place, return_counts=True)
    seen = np.zeros(len(places))
    seen[np.searchsorted(places, found)] = counts
    rate = seen / np.maximum(due, 1)
    is_open, is_closed = rate >= 0.6, rate <= 0.1
    if not (is_open | is_closed).all() or not is_open.any():
        return None
    if (due == 0).any() and set(clock.day_of_week) != {0, 1, 2, 3, 4}:
        return None  # less than a week tells only the usual one
    if not np.isin(place[-10:], places[is_open]).mean() > 0.7:
        return None  # the week has changed
    return ("week", *map(int, places[is_open]))


# Going on -----------------------------------------------------------------------------------


def _later_in_week(places: np.ndarray, last: pd.Timestamp, steps: int) -> pd.DatetimeIndex:
    monday = last.normalize() - pd.Timedelta(days=last.day_of_week)
    weeks = MICRO_WEEK * np.arange(steps // len(places) + 2)
    passed = pd.to_timedelta((weeks[:, None] + places).ravel(), unit="us")
    later = pd.DatetimeIndex([monday]).repeat(len(passed)) + passed
    return later[later > last][:steps]


def _later_in_months(
    step: int, rules: tuple[int | str, ...], last: pd.Timestamp, steps: int
) -> pd.DatetimeIndex:
    month = last.normalize().replace(day=1)
    count = step * (steps // len(rules) + 1) + 1
    found = [days_of_months(rule, month, count)[::step] for rule in rules]
    if len(rules) == 1:
        # A holiday may have moved the last day to before its due one.
        found = [found[0][1:]]
    days = pd.DatetimeIndex(found[0].append(found[1:])).sort_values()
    later = days + (last - last.normalize())
    return later[later > last][:steps]
