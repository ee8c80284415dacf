"""How sure it is that a network is better than the best baseline, said within its verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = [
    "FEW",
    "TOO_FEW",
    "Lead",
    "brief_text",
    "chance_text",
    "decimals",
    "decimals_of",
    "places_of",
    "score_text",
]

# Of cases that know nothing of each other:
FEW = 20  # fewer make a rough interval
TOO_FEW = 5  # fewer make none
MOST = 9  # decimals
LEAST_P = 0.001  # of smaller p-values only that they are
ONE = {"series": "series"}  # of rows whose singular is not theirs without an s


def decimals(width: float, *, most: int = 6) -> int:
    """Choose the decimals that an interval of some width deserves: two of its digits.

    Examples
    --------
    >>> decimals(2.3), decimals(0.04), decimals(500.0)
    (1, 3, 0)
    """
    if width <= 0:
        return min(4, most)
    return min(max(1 - math.floor(math.log10(width)), 0), most)


def decimals_of(number: float) -> int:
    """Choose those of a number without an interval: three of its digits.

    Examples
    --------
    >>> decimals_of(-33.33), decimals_of(0.0373), decimals_of(0.0)
    (1, 4, 0)
    """
    return decimals(abs(number) / 10, most=MOST) if number else 0


def places_of(score: float, *, factor: float = 1.0, least: int = 1) -> int:
    """Choose the decimals of a score, the same in a sentence, a table and a report.

    Parameters
    ----------
    score : float
        As in `run.metrics`.
    factor : float
        From the score to its unit; 100 for per cent.
    least : int
        Decimals of one in per cent. Others have four digits.

    Examples
    --------
    >>> places_of(24.7213), places_of(0.0373), places_of(51234.0), places_of(0.9, factor=100)
    (2, 5, 0, 1)
    """
    if factor == 100:
        return least
    if not math.isfinite(score) or score == 0:
        return 3
    return decimals(abs(factor * score) / 100, most=MOST)


def score_text(score: float, *, factor: float = 1.0, least: int = 1) -> str:
    """Write a score, with the decimals that it has everywhere.

    Examples
    --------
    >>> score_text(24.7213), score_text(51234.5), score_text(0.9341, factor=100)
    ('24.72', '51,234', '93.4')
    """
    places = places_of(score, factor=factor, least=least)
    return f"{factor * score:,.{places}f}"


def chance_text(p_value: float) -> str:
    """Write a p-value after its letter, such as p = 0.012; a tiny one as a limit.

    Examples
    --------
    >>> chance_text(0.0123), chance_text(1e-7)
    ('= 0.012', '< 0.001')
    """
    return f"< {LEAST_P}" if p_value < LEAST_P else f"= {p_value:.2g}"


def brief_text(number: float, digits: int = 3) -> str:
    """Write a number with a few digits, a large one in full.

    Examples
    --------
    >>> brief_text(0.03731), brief_text(33.0), brief_text(-51234.5)
    ('0.0373', '33', '-51,234')
    """
    return f"{number:,.0f}" if abs(number) >= 10**digits else f"{number:.{digits}g}"


@dataclass(frozen=True)
class Lead:
    """By how much a network is better than the best baseline on the test, and how sure that is.

    Parameters
    ----------
    value, low, high : float
        The difference and its 95 % interval; above 0 the network is better.
    cases : int
        Test cases that it is over.
    rows : str
        What they are, in the plural, such as "windows".
    unit : str
        Of the difference; empty where it is that of the data, or none.
    apart : int, optional
        Of cases that overlap those that do not; None where none overlap.
    """

    value: float
    low: float
    high: float
    cases: int
    rows: str
    unit: str = ""
    apart: int | None = None

    @property
    def independent(self) -> int:
        """Cases that know nothing of each other."""
        return self.cases if self.apart is None else self.apart

    @property
    def is_judged(self) -> bool:
        """Whether the cases are enough for an interval: a few that are all alike are not."""
        least = FEW if self.low == self.high else TOO_FEW
        return self.independent >= least

    @property
    def is_clear(self) -> bool:
        """Whether there is an interval, and it does not hold 0."""
        return self.is_judged and (self.low > 0 or self.high < 0)

    @property
    def is_better(self) -> bool:
        """Whether the network is clearly better."""
        return self.is_clear and self.low > 0

    @property
    def over(self) -> str:
        """The test cases, and how many of them know nothing of each other."""
        one = ONE.get(self.rows, self.rows.removesuffix("s"))
        apart = "" if self.apart is None else f", {self.apart:,} of them apart"
        return f"{self.cases:,} test {one if self.cases == 1 else self.rows}{apart}"

    def within(self, verdict: str) -> str:
        """Put the interval and what it is over at the end of a verdict.

        Examples
        --------
        >>> Lead(0.5, -0.2, 1.2, 15, "windows", apart=8).within("Test MAE 1.5: 25 % less.")
        'Test MAE 1.5: 25 % less, but the network is not clearly better (difference 0.5, rough 95 %
        interval -0.2 to 1.2 over 15 test windows, 8 of them apart).'
        >>> Lead(0.5, 0.5, 0.5, 1, "images").within("Test accuracy 100 %.")
        'Test accuracy 100 % (difference 0.500 over 1 test image: too few to judge).'
        """
        over = f"over {self.over}"
        unit = f" {self.unit}" if self.unit else ""
        ends = [self.value, self.low, self.high] if self.is_judged else [self.value]
        value, *found = _alike(ends, self.high - self.low)
        said = f"{verdict.removesuffix('.')}{self._judged(verdict)} (difference {value}{unit}"
        if not self.is_judged:
            return f"{said} {over}: too few to judge)."
        rough = "rough " if self.independent < FEW else ""
        return f"{said}, {rough}95 % interval {' to '.join(found)} {over})."

    def _judged(self, verdict: str) -> str:
        """Say of the network, after a verdict, what its interval does not."""
        if self.is_clear or not self.is_judged:
            return ""
        if "does not beat" in verdict:
            return ", nor is it clearly worse"
        return ", but the network is not clearly better"


def _alike(numbers: list[float], width: float) -> list[str]:
    """Write numbers with the decimals of their interval; an end that is not 0 never as 0."""
    wide = width > 0 and len(numbers) > 1
    places = decimals(width, most=MOST) if wide else decimals_of(numbers[0])
    while places < MOST and any(number and not round(number, places) for number in numbers[1:]):
        places += 1
    return [f"{round(number, places) + 0.0:,.{places}f}" for number in numbers]
