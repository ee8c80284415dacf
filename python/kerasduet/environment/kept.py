"""Warnings of this package, kept for a caller that has a manner of its own to give them."""

from __future__ import annotations

import warnings
from typing import Any

from kerasduet.errors import KerasduetWarning

__all__ = ["keep_warnings", "kept_warnings"]

_kept: list[str] = []


def keep_warnings() -> None:
    """Keep the texts of this package's warnings from now on, each time anew, and print none."""
    show = warnings.showwarning

    def keep(message: Any, category: type[Warning], *more: Any, **named: Any) -> None:
        if issubclass(category, KerasduetWarning):
            _kept.append(str(message))
        else:
            show(message, category, *more, **named)

    warnings.showwarning = keep
    warnings.filterwarnings("always", category=KerasduetWarning)


def kept_warnings() -> list[str]:
    """Give what was kept since this was last asked, and forget it."""
    found = list(_kept)
    _kept.clear()
    return found
