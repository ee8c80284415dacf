"""Pairs of texts that are made: dates in words, sums, and numbers that count up."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import numpy as np

from kerasduet.tasks.translation.sizes import FIRST, LAST, LETTERS

__all__ = ["additions", "copies", "counting", "dates", "made"]

SEED = 20_160  # of the pairs: runs of other seeds are trained and scored on the same ones

Pairs = tuple[list[str], list[str]]

ONES = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
    *("tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth"),
    *("seventeenth", "eighteenth", "nineteenth"),
)
ORDINALS = (
    *ONES,
    "twentieth",
    *(f"twenty-{one}" for one in ONES[:9]),
    "thirtieth",
    "thirty-first",
)
# Written out: Python's own names follow the locale of the process, which R sets.
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _ending(day: int) -> str:
    return "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


# As English writes a date; the year is the last in all of them.
STYLES: tuple[Callable[[datetime.date], str], ...] = (
    lambda d: f"{d.day} {MONTHS[d.month - 1]} {d.year}",
    lambda d: f"{MONTHS[d.month - 1]} {d.day}, {d.year}",
    lambda d: f"{d.day}{_ending(d.day)} of {MONTHS[d.month - 1]} {d.year}",
    lambda d: f"{MONTHS[d.month - 1]} {d.day}{_ending(d.day)}, {d.year}",
    lambda d: f"{d.day}-{MONTHS[d.month - 1][:3]}-{d.year}",
    lambda d: f"{DAYS[d.weekday()][:3]}, {d.day} {MONTHS[d.month - 1][:3]} {d.year}",
    lambda d: f"{ORDINALS[d.day - 1]} of {MONTHS[d.month - 1]} {d.year}",
    lambda d: f"{MONTHS[d.month - 1]} the {ORDINALS[d.day - 1]}, {d.year}",
)


def dates(examples: int, random: np.random.Generator) -> Pairs:
    """Write different dates of 1900 to 2099, each in one of eight styles, and as ISO 8601.

    Examples
    --------
    >>> dates(1, np.random.default_rng(6))
    (['4-Jan-1989'], ['1989-01-04'])
    """
    days = random.choice((LAST - FIRST).days + 1, examples, replace=False)
    styles = random.integers(0, len(STYLES), examples)
    found = [FIRST + datetime.timedelta(int(day)) for day in days]
    sources = [STYLES[style](day) for day, style in zip(found, styles, strict=True)]
    return sources, [day.isoformat() for day in found]


def additions(examples: int, digits: int, random: np.random.Generator) -> Pairs:
    """Write different sums of two numbers of up to so many digits; a + b is b + a.

    Each number has one digit as often as two, or more: of numbers drawn evenly nearly all would be
    long.

    Examples
    --------
    >>> additions(2, 3, np.random.default_rng(0))
    (['511+26', '0+0'], ['537', '0'])
    """
    seen: set[tuple[int, int]] = set()
    sources: list[str] = []
    targets: list[str] = []
    while len(sources) < examples:
        lengths = random.integers(1, digits + 1, 2)
        one, other = (int(random.integers(0, 10 ** int(length))) for length in lengths)
        pair = (min(one, other), max(one, other))
        if pair in seen:
            continue
        seen.add(pair)
        sources.append(f"{one}+{other}")
        targets.append(str(one + other))
    return sources, targets


def counting(examples: int, digits: int, steps: int, random: np.random.Generator) -> Pairs:
    """Write different numbers of up to so many digits, and the numbers after each.

    Examples
    --------
    >>> counting(1, 3, 4, np.random.default_rng(0))
    (['850'], ['851 852 853 854'])
    """
    starts = random.choice(10**digits, examples, replace=False)
    after = [" ".join(str(int(s) + step) for step in range(1, steps + 1)) for s in starts]
    return [str(int(s)) for s in starts], after


def copies(examples: int, letters: int, blanks: int, random: np.random.Generator) -> Pairs:
    """Write different runs of letters a to h, then blanks; the target is the letters.

    Examples
    --------
    >>> copies(1, 4, 3, np.random.default_rng(0))
    (['edgg...'], ['edgg'])
    """
    codes = random.choice(LETTERS**letters, examples, replace=False)
    places = LETTERS ** np.arange(letters)
    found = ["".join("abcdefgh"[i] for i in code // places % LETTERS) for code in codes]
    return [one + "." * blanks for one in found], found


def made(dataset: str, examples: int, digits: int, steps: int, blanks: int = 0) -> Pairs:
    """Make the pairs of a data set: the same ones at every call."""
    random = np.random.default_rng(SEED)
    if dataset == "dates":
        return dates(examples, random)
    if dataset == "additions":
        return additions(examples, digits, random)
    if dataset == "copies":
        return copies(examples, digits, blanks, random)
    return counting(examples, digits, steps, random)
