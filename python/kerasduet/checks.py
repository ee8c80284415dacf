"""One check a rule: each returns the cleaned value or raises naming argument, rule and value."""

from __future__ import annotations

import difflib
import math
import numbers
from collections.abc import Callable, Iterable, Mapping
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
    "some_of",
    "text",
    "whole",
]

Error = type[KerasduetError]

MOST_SHOWN = 10  # values of a list in an error
MOST_OPTIONS = 16  # names where one of them is asked for


def show(value: Any) -> str:
    """Write a value in the words of no language: R's 2 and Python's 2.0 are both `2`.

    Examples
    --------
    >>> print(show([2.0, None, True, float("nan")]), show({"units": 8}), show(print))
    [2, nothing, true, NaN] {units: 8} builtin_function_or_method
    """
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if getattr(value, "shape", ()) != ():
        few = math.prod(value.shape) <= MOST_SHOWN and hasattr(value, "tolist")
        return show(value.tolist()) if few else f"values of shape {show(value.shape)}"
    value = _scalar(value)
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _show_float(value)
    if isinstance(value, list | tuple):
        items = [show(item) for item in value[:MOST_SHOWN]]
        written = ", ".join(items + ["..."] * (len(value) > MOST_SHOWN))
        texts = value and all(isinstance(item, str) for item in value)
        return written if texts else f"[{written}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {show(item)}" for name, item in value.items()) + "}"
    try:
        written = repr(value)
    except ValueError:  # a whole number of more digits than Python writes
        return "thousands of digits"
    if written.startswith("<"):  # what cannot be written, such as a function
        return type(value).__name__
    return written if len(written) <= 80 else written[:77] + "..."


def _show_float(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "infinity" if value > 0 else "-infinity"
    is_whole = value.is_integer() and abs(value) < 1e16  # beyond, Python writes 1e+16
    return str(int(value)) if is_whole else repr(value)


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
    value = _scalar(value)
    if not isinstance(value, str):
        raise ArgumentType(f"{name}: must be a text; got {show(value)}.")
    return value


def text(name: str, value: Any) -> str:
    """Accept one non-empty string."""
    value = _scalar(value)
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
    known, value = list(options), _scalar(value)
    if not isinstance(value, str):
        raise ArgumentType(f"{name}: must be one of {some_of(known)}; got {show(value)}.")
    if value not in known:
        raise UnknownName(f"{name}: no option {show(value)}. {nearest(value, known)}")
    return value


def some_of(names: Iterable[str]) -> str:
    """List names, the first ones of many.

    Examples
    --------
    >>> some_of(["one", "two"])
    'one, two'
    """
    known = list(names)
    return ", ".join(known[:MOST_OPTIONS] + ["..."] * (len(known) > MOST_OPTIONS))


def nearest(wrong: str, known: Iterable[str], *, cutoff: float = 0.5) -> str:
    """Say which known names come closest to a wrong one, or list them all."""
    names = sorted(known)
    same = [name for name in names if name.lower() == wrong.lower()]
    close = same or difflib.get_close_matches(wrong, names, n=3, cutoff=cutoff)
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
        if getattr(value, "ndim", 0) == 1:
            value = list(value)
        # Text and bytes are sequences too, but one value each.
        items = tuple(value) if isinstance(value, list | tuple | range) else (value,)
        if (not items and not empty) or (length is not None and len(items) != length):
            wanted = "at least one value" if length is None else f"{length} values"
            raise ArgumentType(f"{name}: must have {wanted}; got {show(list(items))}.")
        return tuple(check(name, item) for item in items)

    return checked


def _tail(fix: str) -> str:
    return f" {fix}" if fix else ""
