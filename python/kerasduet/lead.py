"""How sure it is that a network is better than the best baseline, said within its verdict."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FEW", "TOO_FEW", "Lead"]

# Of cases that know nothing of each other:
FEW = 20  # fewer make a rough interval
TOO_FEW = 5  # fewer make none
ONE = {"series": "series"}  # of rows whose singular is not theirs without an s


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
    is_said : bool
        Whether the verdict says the interval by itself.
    """

    value: float
    low: float
    high: float
    cases: int
    rows: str
    unit: str = ""
    apart: int | None = None
    is_said: bool = False

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

    def within(self, verdict: str) -> str:
        """Put the interval and what it is over at the end of a verdict.

        Examples
        --------
        >>> Lead(0.5, -0.2, 1.2, 15, "windows", apart=8).within("Test MAE 1.5: 25 % less.")
        'Test MAE 1.5: 25 % less, not clearly better (difference 0.5, rough 95 % interval -0.2 to
        1.2 over 15 test windows, 8 of them apart).'
        >>> Lead(0.5, 0.5, 0.5, 1, "images").within("Test accuracy 100 %.")
        'Test accuracy 100 % (difference 0.5 over 1 test image: too few to judge).'
        """
        one = ONE.get(self.rows, self.rows.removesuffix("s"))
        over = f"over {self.cases:,} test {one if self.cases == 1 else self.rows}"
        if self.is_said:
            return f"{verdict.removesuffix('.')}, {over}."
        unit = f" {self.unit}" if self.unit else ""
        apart = "" if self.apart is None else f", {self.apart:,} of them apart"
        if not self.is_judged:
            return (
                f"{verdict.removesuffix('.')} (difference {self.value:.3g}{unit} {over}{apart}: "
                "too few to judge)."
            )
        judged = ""
        if not self.is_clear:
            judged = ", not clearly better" if self.value > 0 else ", nor is it clearly worse"
        rough = "rough " if self.independent < FEW else ""
        return (
            f"{verdict.removesuffix('.')}{judged} (difference {self.value:.3g}{unit}, {rough}95 % "
            f"interval {self.low:.3g} to {self.high:.3g} {over}{apart})."
        )
