"""Numbers and settings as a person writes them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from kerasduet.lead import decimals, decimals_of, places_of, score_text
from kerasduet.report.intervals import Interval

__all__ = [
    "ACCURACY",
    "DIVERGED",
    "FEW",
    "NO_BREAK",
    "accuracy",
    "alike",
    "among",
    "count",
    "gap",
    "decimals",
    "interval",
    "listed",
    "score",
    "scored",
    "setting",
    "share",
    "signed",
    "value",
]

ACCURACY = 2  # decimals of one in per cent, as verdicts have them
FEW = "too few cases"  # where an interval would stand
DIVERGED = "diverged"
MINUS = "\u2212"
NO_BREAK = "\u00a0"


def count(number: int, noun: str) -> str:
    """Write a number with its noun.

    Examples
    --------
    >>> count(1, "mistake"), count(1200, "mistake")
    ('1 mistake', '1,200 mistakes')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def signed(text: str) -> str:
    """Put a true minus sign before a negative number."""
    return text.replace("-", MINUS, 1) if text.startswith("-") else text


def alike(values: Sequence[float]) -> list[str]:
    """Write the numbers of a column with as many decimals each, and four digits of the largest.

    Examples
    --------
    >>> alike([102.5, 63.852]), alike([0.01234, 0.5])
    (['102.5', '63.9'], ['0.0123', '0.5000'])
    """
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    places = min(max(3 - math.floor(math.log10(largest)), 0), 6) if largest else 0
    return [signed(f"{value:,.{places}f}") for value in values]


def value(found: Interval, *, factor: float = 1) -> str:
    """Write a difference with the decimals its interval deserves, or three digits without one."""
    return signed(f"{factor * found.value:,.{_places(found, factor)}f}")


def interval(found: Interval, *, factor: float = 1) -> str:
    """Write the interval of a difference.

    Examples
    --------
    >>> interval(Interval(0.963, 0.951, 0.974)).split()
    ['0.951', 'to', '0.974']
    """
    return _ends(found, factor, _places(found, factor))


def gap(found: Interval) -> str:
    """Write a difference and its interval, if it has one, within a sentence.

    Examples
    --------
    >>> gap(Interval(2.5, 1.4, 6.4)).split()
    ['2.5', '(1.4', 'to', '6.4)']
    """
    ends = interval(found)
    return value(found) if ends == FEW else f"{value(found)} ({ends})"


def _places(found: Interval, factor: float) -> int:
    width = factor * (found.high - found.low)
    return decimals(width) if math.isfinite(width) else decimals_of(factor * found.value)


def _ends(found: Interval, factor: float, places: int) -> str:
    if math.isnan(found.low) or math.isnan(found.high):
        return FEW
    low, high = (f"{factor * end:,.{places}f}" for end in (found.low, found.high))
    return f"{signed(low)}{NO_BREAK}to{NO_BREAK}{signed(high)}"


def score(found: float, *, factor: float = 1, least: int = 1) -> str:
    """Write a score with the decimals that it has in verdicts: see `kerasduet.lead.places_of`."""
    return signed(score_text(found, factor=factor, least=least))


def scored(found: Interval, *, factor: float = 1, least: int = 1) -> str:
    """Write the interval of a score, with the decimals of the score.

    Examples
    --------
    >>> scored(Interval(0.963, 0.951, 0.974), factor=100).split()
    ['95.1', 'to', '97.4']
    """
    return _ends(found, factor, places_of(found.value, factor=factor, least=least))


def accuracy(found: Interval) -> str:
    """Write an accuracy of classes, or a probability of them, in per cent."""
    return score(found.value, factor=100, least=ACCURACY)


def among(found: Interval, *, factor: float = 1, least: int = 1) -> str:
    """Write a score and its interval, if it has one, for the cell of a table.

    Examples
    --------
    >>> among(Interval(0.62, 0.55, 0.71)).split()
    ['0.6200', '(0.5500', 'to', '0.7100)']
    """
    wording: dict[str, Any] = {"factor": factor, "least": least}
    ends = scored(found, **wording)
    told = score(found.value, **wording)
    return told if ends == FEW else f"{told} ({ends})"


def share(part: float) -> str:
    """Write a share as a percentage.

    Examples
    --------
    >>> share(0.123).split()
    ['12.3', '%']
    """
    return f"{100 * part:.1f}{NO_BREAK}%"


def listed(names: Sequence[str], *, most: int = 20) -> str:
    """Join names with commas and "and"; of very many, the first.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a", "b", "c"], most=2)
    ('a, b and c', 'a, b and 1 more')
    """
    shown = list(names)
    if len(shown) > most:
        shown = [*shown[:most], f"{len(names) - most:,} more"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]


def setting(given: Any) -> str:
    """Write a setting's value.

    Examples
    --------
    >>> setting((256, 128)), setting(None), setting(0.001), setting(True), setting("adam")
    ('256, 128', 'none', '0.001', 'yes', 'adam')
    """
    if given is None or given == ():
        return "none"
    if isinstance(given, bool):
        return "yes" if given else "no"
    if isinstance(given, tuple | list):
        return ", ".join(setting(item) for item in given)
    return f"{given:g}" if isinstance(given, float) else str(given)
