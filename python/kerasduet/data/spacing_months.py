"""Spacings by the month: days, weekdays and working days that come in every n-th one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

__all__ = [
    "by_day",
    "by_weekday",
    "by_working_day",
    "days_of_months",
    "most_common",
    "options_of",
]

# A spacing of the kind "months" or "unknown", as `kerasduet.data.spacing` says them.
Months = tuple[Any, ...]
WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
# First and last working day of a month: Monday to Friday, Sunday to Thursday, Monday to Saturday.
WORKING = ("BME", "BMS", "CBME-1111001", "CBMS-1111001", "CBME-1111110", "CBMS-1111110")


def most_common(values: np.ndarray) -> Any:
    """Give the value that comes most often."""
    found, counts = np.unique(values, return_counts=True)
    return found[counts.argmax()]


def _step(number: np.ndarray) -> tuple[int, int] | None:
    """Give the usual step of months, and how many of them have rows."""
    months = np.unique(number)
    if len(months) < 2:
        return None
    gaps = np.diff(months)
    usual = int(most_common(gaps))
    is_grid = (gaps % usual == 0).all() and (gaps == usual).mean() > 0.5
    return (usual, len(months)) if is_grid else None


def _rules(days: pd.DatetimeIndex, labels: np.ndarray, most: int) -> Months | None:
    """Give the labels of days that come in most months, where all days have one of them."""
    found = _step(_number(days))
    if found is None:
        return None
    step, months = found
    rules, counts = np.unique(labels, return_counts=True)
    # The first month and the last may be cut.
    usual = counts >= 0.6 * max(months - (len(rules) > 1) * 2, 1)
    if len(rules) > most or not usual.all():
        return None
    return ("months", step, tuple(rules.tolist()))


def _number(days: pd.DatetimeIndex) -> np.ndarray:
    return np.asarray(12 * days.year + days.month)


def by_day(days: pd.DatetimeIndex, most: int) -> Months | None:
    """Learn the days of the month; 31 is the last one, as 30 is that of February."""
    labels = np.array(days.day)
    is_end = np.asarray(days.day == days.days_in_month)
    months = len(np.unique(_number(days)))
    if is_end.sum() > 0.8 * months:
        labels[is_end] = 31
    elif labels.max() in {29, 30}:
        labels[is_end & (labels < labels.max()) & (labels >= 28)] = labels.max()
    return _rules(days, labels, most)


def by_weekday(days: pd.DatetimeIndex) -> Months | None:
    """Learn the weekdays of the month, such as the first Monday and the last Friday."""
    nth = (days.day - 1) // 7 + 1
    is_last = np.asarray(days.day + 7 > days.days_in_month)
    names = [WEEKDAYS[day] for day in days.day_of_week]
    counted = np.array([f"WOM-{n}{name}" for n, name in zip(nth, names, strict=True)])
    from_end = np.array([f"LWOM-{name}" for name in names])
    by_count = _rules(days, counted, 4) if nth.max() < 5 else None
    by_end = _rules(days, np.where(is_last, from_end, counted), 4) if is_last.any() else None
    if by_count and by_end:
        return ("unknown", (*options_of(by_count), *options_of(by_end)))
    return by_count or by_end


def options_of(spacing: Months) -> tuple[str, ...]:
    """Give what a user may set frequency to; nothing for several days a month."""
    if spacing[0] == "unknown":
        return spacing[1]
    step, rules = spacing[1:]
    return tuple(f"{step if step > 1 else ''}{rule}" for rule in rules if len(rules) == 1)


def by_working_day(days: pd.DatetimeIndex) -> Months | None:
    """Learn the first or last working day of months, some of them moved by a holiday."""
    number = _number(days)
    found = _step(number)
    if found is None or found[1] != len(days):
        return None
    starts = days - pd.to_timedelta(days.day - 1, unit="D")
    shares = {}
    for rule in WORKING:
        due = pd.DatetimeIndex([days_of_months(rule, start, 1)[0] for start in starts])
        if (np.abs(np.asarray((days - due).days)) <= 5).all():
            shares[rule] = (days == due).mean()
    best = max(shares, key=lambda rule: shares[rule], default=None)
    return ("months", found[0], (best,)) if best and shares[best] >= 0.8 else None


def days_of_months(rule: int | str, month: pd.Timestamp, count: int) -> pd.DatetimeIndex:
    """Give one day of each month from this one, on its first day, on."""
    if isinstance(rule, str):
        return pd.date_range(month, periods=count, freq=_offset(rule))
    months = pd.date_range(month, periods=count, freq="MS")
    return months + pd.to_timedelta(np.minimum(rule, months.days_in_month) - 1, unit="D")


def _offset(rule: str) -> Any:
    name, _, mask = rule.partition("-")
    if name == "CBME":
        return pd.offsets.CustomBusinessMonthEnd(weekmask=mask)
    if name == "CBMS":
        return pd.offsets.CustomBusinessMonthBegin(weekmask=mask)
    return rule
