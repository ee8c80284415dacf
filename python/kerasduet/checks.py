"""One check a rule: each returns the cleaned value or raises naming argument, rule and value."""

from __future__ import annotations

import difflib
import math
import numbers
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from kerasduet.errors import ArgumentRange, ArgumentType, KerasduetError, UnknownName

__all__ = [
    "choice",
    "flag",
    "line",
    "nearest",
    "number",
    "optional",
    "several",
    "show",
    "text",
    "whole",
]

Error = type[KerasduetError]


def show(value: Any) -> str:
    """Write a value the same way whichever language sent it: R's 2 and Python's 2.0 are `2`."""
    value = _scalar(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list | tuple):
        return "[" + ", ".join(show(item) for item in value) + "]"
    written = repr(value)
    return written if len(written) <= 80 else written[:77] + "..."


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool) or type(value).__name__ in {"bool_", "bool"}


def _scalar(value: Any) -> Any:
    """Unwrap a NumPy scalar or an array without dimensions."""
    return value.item() if getattr(value, "shape", None) == () else value


def _range_text(low: float | None, high: float | None, low_open: bool, high_open: bool) -> str:
    parts = []
    if low is not None:
        parts.append(f"{'above' if low_open else 'at least'} {show(float(low))}")
    if high is not None:
        parts.append(f"{'below' if high_open else 'at most'} {show(float(high))}")
    return " and ".join(parts)


def number(
    name: str,
    value: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    low_open: bool = False,
    high_open: bool = False,
    fix: str = "",
    error: Error = ArgumentRange,
) -> float:
    """Accept one finite real number within a range."""
    value = _scalar(value)
    if _is_bool(value) or not isinstance(value, numbers.Real):
        raise ArgumentType(f"{name}: must be a number; got {show(value)}.{_tail(fix)}")
    try:
        cleaned = float(value)
    except OverflowError:  # a whole number beyond any float
        cleaned = math.inf
    inside = (
        math.isfinite(cleaned)
        and (low is None or cleaned > low or (cleaned == low and not low_open))
        and (high is None or cleaned < high or (cleaned == high and not high_open))
    )
    if not inside:
        limits = _range_text(low, high, low_open, high_open) or "finite"
        raise error(f"{name}: must be {limits}; got {show(value)}.{_tail(fix)}")
    return cleaned


def whole(
    name: str,
    value: Any,
    *,
    low: int | None = None,
    high: int | None = None,
    fix: str = "",
    error: Error = ArgumentRange,
    type_error: Error = ArgumentType,
    fraction_error: Error | None = None,
) -> int:
    """Accept one whole number; a float such as R's `2` counts when nothing is lost."""
    value = _scalar(value)
    limits = _range_text(low, high, False, False)
    message = (
        f"{name}: must be a whole number{', ' if limits else ''}{limits}; got {show(value)}."
        f"{_tail(fix)}"
    )
    if _is_bool(value) or not isinstance(value, numbers.Real):
        raise type_error(message)
    if isinstance(value, numbers.Integral):
        cleaned = int(value)
    elif float(value).is_integer():
        cleaned = int(float(value))
    else:
        raise (fraction_error or type_error)(message)
    if (low is not None and cleaned < low) or (high is not None and cleaned > high):
        raise error(message)
    return cleaned


def line(name: str, value: Any) -> str:
    """Accept one string, empty or not."""
    if not isinstance(value, str):
        raise ArgumentType(f"{name}: must be a text; got {show(value)}.")
    return value


def text(name: str, value: Any) -> str:
    """Accept one non-empty string."""
    if not isinstance(value, str) or not value:
        raise ArgumentType(f"{name}: must be a non-empty text; got {show(value)}.")
    return value


def flag(name: str, value: Any) -> bool:
    """Accept True or False."""
    if not _is_bool(value):
        raise ArgumentType(f"{name}: must be true or false; got {show(value)}.")
    return bool(value)


def choice(name: str, value: Any, options: Iterable[str]) -> str:
    """Accept one of the named options."""
    known = list(options)
    if not isinstance(value, str):
        raise ArgumentType(f"{name}: must be one of {', '.join(known)}; got {show(value)}.")
    if value not in known:
        raise UnknownName(f"{name}: no option {show(value)}. {nearest(value, known)}")
    return value


def nearest(wrong: str, known: Iterable[str]) -> str:
    """Say which known names come closest to a wrong one, or list them all."""
    names = sorted(known)
    close = difflib.get_close_matches(wrong, names, n=3, cutoff=0.5)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    return f"Known: {', '.join(names)}."


def optional(check: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    """Let None pass, check anything else."""
    return lambda name, value: None if value is None else check(name, value)


def several(
    check: Callable[[str, Any], Any], *, length: int | None = None, empty: bool = False
) -> Callable[[str, Any], tuple[Any, ...]]:
    """Accept one value or a sequence of them; the result is always a tuple."""

    def checked(name: str, value: Any) -> tuple[Any, ...]:
        is_many = isinstance(value, Sequence) and not isinstance(value, str)
        items = tuple(value) if is_many else (value,)
        if (not items and not empty) or (length is not None and len(items) != length):
            wanted = "at least one value" if length is None else f"{length} values"
            raise ArgumentType(f"{name}: must have {wanted}; got {show(list(items))}.")
        return tuple(check(name, item) for item in items)

    return checked


def _tail(fix: str) -> str:
    return f" {fix}" if fix else ""
