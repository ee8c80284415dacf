"""Notebooks: whether this is one, and figures that show at the end of their cell."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["announce", "seen", "shell"]

_waiting: list[Any] = []
_kernels: list[Any] = []  # those that tell us when a cell ends


def announce(figure: Any) -> None:
    """Have a figure shown when the cell ends, unless it is drawn before, to be shown or saved.

    As those of pyplot do: so it shows in a loop as well, behind a semicolon, and when it is kept
    by a name.
    """
    kernel = shell()
    if kernel is None:
        return
    if kernel not in _kernels:
        kernel.events.register("post_execute", _show)
        _kernels.append(kernel)
    _waiting.append(figure)


def seen(figure: Any) -> None:
    """Note that a figure was drawn."""
    _waiting[:] = [other for other in _waiting if other is not figure]


def _show() -> None:
    from IPython.display import display

    for figure in list(_waiting):
        display(figure)
    _waiting.clear()


def shell() -> Any:
    """Give the shell of a notebook; None in a terminal, a script or R.

    Examples
    --------
    >>> shell() is None
    True
    """
    found = sys.modules.get("IPython")
    running = found.get_ipython() if found is not None else None
    return running if hasattr(running, "kernel") else None
