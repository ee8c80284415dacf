"""One score of the test rows."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Metric"]


@dataclass(frozen=True)
class Metric:
    """One score of the test rows.

    Parameters
    ----------
    name : str
        In `run.metrics`.
    label : str
        For people, in small letters, such as "accuracy".
    unit : str
        Such as "%", or "nats"; empty where it is that of the data, or none.
    factor : float
        From the score to that unit: 100 for per cent.
    higher : bool
        Whether a higher score is better.
    root : bool
        Whether it is the square root of the mean of its cases.
    nominal : float or None
        What the score is to be near to, such as 0.8 for the coverage of 80 % intervals: neither a
        higher nor a lower one is then better.
    """

    name: str
    label: str
    unit: str = ""
    factor: float = 1.0
    higher: bool = False
    root: bool = False
    nominal: float | None = None

    @property
    def title(self) -> str:
        """The label as the head of a column or a sentence."""
        return self.label[:1].upper() + self.label[1:]

    @property
    def is_share(self) -> bool:
        """Whether no score is below 0 or above 1; more tokens than all can be to change."""
        return self.factor == 100 and (self.higher or self.nominal is not None)

    def badness(self, score: float) -> float:
        """Give what is less the better a score is.

        Examples
        --------
        >>> Metric("coverage_80", "coverage", nominal=0.8).badness(1.0) > 0.1
        True
        >>> Metric("accuracy", "accuracy", higher=True).badness(0.5)
        -0.5
        """
        if self.nominal is not None:
            return abs(score - self.nominal)
        return -score if self.higher else score

    @property
    def step(self) -> str:
        """The unit of a difference of two scores."""
        return "percentage points" if self.unit == "%" else self.unit
