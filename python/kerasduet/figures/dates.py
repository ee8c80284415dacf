"""Marks of times along an axis."""

from __future__ import annotations

import warnings
from typing import Any

from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, num2date

__all__ = ["BriefDateFormatter", "QuietDateLocator"]


class QuietDateLocator(AutoDateLocator):
    """Marks at the widest interval that matplotlib knows where few are asked for, without a word.

    Some spans, such as 18 months with at most three marks, fit none of its intervals.
    """

    def get_locator(self, dmin: Any, dmax: Any) -> Any:
        """Choose the marks of a span."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "AutoDateLocator was unable")
            return super().get_locator(dmin, dmax)


class BriefDateFormatter(ConciseDateFormatter):
    """Brief texts of marks; that of a single day is its date, not the hour at which it begins."""

    def format_ticks(self, values: Any) -> list[str]:
        """Write all marks of an axis."""
        if len(values) == 1:
            only = num2date(values[0], self._tz)
            if only.hour == only.minute == only.second == 0:
                return [f"{only:%b %d}"]
        found: list[str] = super().format_ticks(values)
        return found
