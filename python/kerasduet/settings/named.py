"""An argument that a function does not have, answered with the name that it has."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from kerasduet import checks
from kerasduet.errors import UnknownName

__all__ = ["answers"]

Given = ParamSpec("Given")
Made = TypeVar("Made")


def answers(
    **elsewhere: tuple[str, ...],
) -> Callable[[Callable[Given, Made]], Callable[Given, Made]]:
    """Refuse an argument by a name that a function does not know, and offer its own.

    Parameters
    ----------
    **elsewhere
        By an argument of the function, what it is called in other packages.

    Examples
    --------
    >>> @answers(horizon=("n", "h"))
    ... def forecast(horizon: int = 1) -> int:
    ...     return horizon
    >>> forecast(n=3)
    Traceback (most recent call last):
    kerasduet.errors.UnknownName: n: forecast() has no such argument. It is called horizon here.
    """

    def decorate(function: Callable[Given, Made]) -> Callable[Given, Made]:
        known = [name for name in inspect.signature(function).parameters if name != "self"]

        @functools.wraps(function)
        def call(*args: Given.args, **given: Given.kwargs) -> Made:
            for name in given:
                if name not in known:
                    own = next((own for own, all_ in elsewhere.items() if name in all_), None)
                    hint = f"It is called {own} here." if own else checks.nearest(name, known)
                    raise UnknownName(
                        f"{name}: {function.__name__}() has no such argument. {hint}"
                    )
            return function(*args, **given)

        return call

    return decorate
