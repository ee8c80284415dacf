"""Marks of times along an axis."""

from __future__ import annotations

import warnings
from typing import Any

from matplotlib.dates import AutoDateLocator

__all__ = ["QuietDateLocator"]


class QuietDateLocator(AutoDateLocator):
    """Marks at the widest interval that matplotlib knows where few are asked for, without a word.

    Some spans, such as 18 months with at most three marks, fit none of its intervals.
    """

    def get_locator(self, dmin: Any, dmax: Any) -> Any:
        """Choose the marks of a span."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "AutoDateLocator was unable")
            return super().get_locator(dmin, dmax)
