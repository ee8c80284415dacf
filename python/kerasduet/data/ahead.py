"""What is known ahead of time: columns of the calendar, and of the caller's plans."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kerasduet.checks import show
from kerasduet.errors import ArgumentType, MissingPackage, ScaleError, UnknownName

if TYPE_CHECKING:
    from kerasduet.data.preprocessing import SeriesPreprocessing

__all__ = ["calendar_columns", "holiday_columns", "known_scales", "seen"]

HOLIDAYS = 'pip install "holidays>=0.50"'


def calendar_columns(times: pd.Index, parts: tuple[str, ...]) -> np.ndarray:
    """Give the place of times in their day, week, month or year, on a circle.

    Parameters
    ----------
    times : pandas.Index
        Dates, by the clock of their zone.
    parts : tuple of {"hour", "weekday", "monthday", "month", "yearday"}
        Which of them.

    Returns
    -------
    numpy.ndarray
        Sine and cosine of each part (rows, 2 * parts), so that December lies beside January.

    Raises
    ------
    ArgumentType
        The times are no dates.

    Examples
    --------
    >>> noon = pd.DatetimeIndex(["2024-01-01 06:00", "2024-01-01 12:00"])
    >>> calendar_columns(noon, ("hour",)).round(6).tolist()
    [[1.0, 0.0], [0.0, -1.0]]
    """
    if not parts:
        return np.empty((len(times), 0))
    times = _dates("calendar", parts, times)
    hours = times.hour + times.minute / 60 + times.second / 3600
    year = np.where(times.is_leap_year, 366, 365)
    shares = {
        "hour": hours / 24,
        "weekday": times.day_of_week / 7,
        "monthday": (times.day - 1) / times.days_in_month,
        "month": (times.month - 1) / 12,
        "yearday": (times.day_of_year - 1) / year,
    }
    turns = 2 * np.pi * np.column_stack([np.asarray(shares[part]) for part in parts])
    return np.stack([np.sin(turns), np.cos(turns)], axis=-1).reshape(len(times), -1)


def _dates(name: str, given: tuple[str, ...], times: pd.Index) -> pd.DatetimeIndex:
    """Give times on, unless they are no dates."""
    if not isinstance(times, pd.DatetimeIndex):
        raise ArgumentType(
            f"{name}: needs a column of dates; got {show(list(given))}, and times that are "
            f"numbers. Set time to the name of that column, or leave {name} out."
        )
    return times


def holiday_columns(times: pd.Index, countries: tuple[str, ...]) -> np.ndarray:
    """Say which days are public holidays.

    Parameters
    ----------
    times : pandas.Index
        Dates, by the clock of their zone.
    countries : tuple of str
        By their codes (ISO 3166), such as "DE", or with a region, "DE-BY".

    Returns
    -------
    numpy.ndarray
        1 on a holiday, else 0 (rows, countries).

    Raises
    ------
    MissingPackage
        The package holidays is not installed.
    UnknownName
        A country or region that it does not know.
    ArgumentType
        The times are no dates.
    """
    if not countries:
        return np.empty((len(times), 0))
    times = _dates("holidays", countries, times)
    try:
        import holidays
    except ImportError:
        raise MissingPackage(
            f'holidays: needs the package holidays; got "holidays", which this Python '
            f"({sys.prefix}) lacks. Run: {HOLIDAYS}"
        ) from None
    days = times.tz_localize(None).normalize()
    years = range(int(days.year.min()), int(days.year.max()) + 1)
    columns = []
    for name in countries:
        country, _, region = name.partition("-")
        try:
            found = holidays.country_holidays(country, subdiv=region or None, years=years)
        except NotImplementedError:  # how holidays refuses a country
            raise UnknownName(
                f"holidays: must name countries that the package holidays knows; got {show(name)}. "
                'Write their codes, such as "DE", or with a region "DE-BY".'
            ) from None
        columns.append(days.isin(pd.DatetimeIndex([*found])))
    return np.column_stack(columns).astype(np.float64)


def known_scales(
    names: tuple[str, ...], training: np.ndarray
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Learn mean and deviation of known columns (rows, columns) from the training rows."""
    mean, scale = training.mean(axis=0), training.std(axis=0)
    for name, size, first in zip(names, scale, training[0], strict=True):
        if not size > 1e-12 * max(abs(first), 1e-300):
            raise ScaleError(
                f"{name}: values must vary in the training rows; got a constant, "
                f"{show(float(first))}."
            )
    return tuple(map(float, mean)), tuple(map(float, scale))


def seen(learned: SeriesPreprocessing, known: np.ndarray, times: pd.Index) -> np.ndarray:
    """Give what the network sees of known columns in each row: there, and some rows ahead.

    With the rows of one window, whose length is the lookback, that covers all steps that the
    network gives at once.

    Parameters
    ----------
    learned : SeriesPreprocessing
        Scales, parts of the calendar, countries, and `leads`: how many rows ahead.
    known : numpy.ndarray
        In the caller's units (rows, known columns).
    times : pandas.Index
        Of the rows.

    Returns
    -------
    numpy.ndarray
        float32 (rows, columns * (1 + leads)); 0 where a lead lies behind the last row.
    """
    scaled = (known - np.asarray(learned.known_mean)) / np.asarray(learned.known_scale)
    calendar = calendar_columns(times, learned.calendar)
    columns = np.hstack([scaled, calendar, holiday_columns(times, learned.holidays)])
    found = np.zeros((len(columns), 1 + len(learned.leads), columns.shape[1]), np.float32)
    for place, lead in enumerate((0, *learned.leads)):
        found[: max(len(columns) - lead, 0), place] = columns[lead:]
    return found.reshape(len(columns), -1)
