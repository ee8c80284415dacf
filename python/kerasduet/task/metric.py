"""One score of the test rows."""

from __future__ import annotations

import math
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
    range : tuple of float, optional
        The lowest and highest score there can be. None: 0 and 1 of a share, and of another score
        where less is better at least 0.
    """

    name: str
    label: str
    unit: str = ""
    factor: float = 1.0
    higher: bool = False
    root: bool = False
    nominal: float | None = None
    range: tuple[float, float] | None = None

    @property
    def title(self) -> str:
        """The label as the head of a column or a sentence."""
        return self.label[:1].upper() + self.label[1:]

    @property
    def is_share(self) -> bool:
        """Whether no score is below 0 or above 1; more tokens than all can be to change."""
        return self.factor == 100 and (self.higher or self.nominal is not None)

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest score there can be.

        Examples
        --------
        >>> Metric("mae", "mean absolute error").bounds
        (0.0, inf)
        """
        if self.range is not None:
            return self.range
        if self.is_share:
            return 0.0, 1.0
        return -math.inf if self.higher else 0.0, math.inf

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
