"""Rules: each says what one argument may be, cleans it, describes itself and knows bad values."""

from __future__ import annotations

import contextlib
import os
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from kerasduet import checks
from kerasduet.errors import ArgumentRange, ArgumentType, KerasduetError

__all__ = [
    "MAX_COUNT",
    "MAX_WIDTH",
    "Flag",
    "Line",
    "Number",
    "OneOf",
    "PathText",
    "Rule",
    "Text",
    "Whole",
]

# R's integers end here, and so do the counters of some backends.
MAX_COUNT = 2**31 - 1
# The weights of a wider layer fill a machine's memory long before training starts.
MAX_WIDTH = 1_000_000

# Options that stand for none: of a transform, an activation, a schedule.
OFF = ("none", "linear", "constant")

Error = type[KerasduetError]


class Rule(ABC):
    """What one argument may be.

    Put on the argument itself: `epochs: Annotated[int, Whole(1)] = 10`. The checks, the help of
    both languages, the options of the shell and the bad values of the tests all follow from it.
    """

    @abstractmethod
    def __call__(self, name: str, value: Any) -> Any:
        """Give the cleaned value, or raise an error that names the argument and the value."""

    @property
    @abstractmethod
    def text(self) -> str:
        """What is allowed, as the help says it."""

    @abstractmethod
    def bad(self) -> list[Any]:
        """Values that the rule must refuse, for tests."""

    @property
    def hint(self) -> str:
        """The type that editors and type checkers are told, as source."""
        return "Any"

    @property
    def off(self) -> str:
        """What is written for none of it, such as 0; empty where there is no such value."""
        return ""

    def read(self, typed: str) -> Any:
        """Read what was typed in a shell; the rule itself then checks it."""
        return _scalar(typed)


@dataclass(frozen=True)
class Whole(Rule):
    """A whole number; a float such as R's `2` counts when nothing is lost.

    Parameters
    ----------
    low, high : int
        Limits, both allowed.
    error, type_error : type
        Raised for a number outside the limits, and for what is no whole number.
    fraction_error : type, optional
        Raised for a number with a fraction; `type_error` by default.
    fix : str
        A sentence that says what to do.
    none : int, optional
        The number that stands for none of it, where that is not 0.
    """

    low: int = 0
    high: int = MAX_COUNT
    error: Error = ArgumentRange
    type_error: Error = ArgumentType
    fraction_error: Error | None = None
    fix: str = ""
    none: int | None = None

    def __call__(self, name: str, value: Any) -> int:
        """Check one value; the message names the limit that was broken."""
        number = checks.whole(
            name,
            value,
            low=self.low,
            fix=self.fix,
            error=self.error,
            type_error=self.type_error,
            fraction_error=self.fraction_error,
        )
        return checks.whole(name, number, high=self.high, error=self.error)

    @property
    def text(self) -> str:
        """Such as "whole number, at least 1"."""
        most = "" if self.high in (MAX_COUNT, MAX_WIDTH) else f", at most {self.high}"
        return f"whole number, at least {self.low}{most}"

    @property
    def hint(self) -> str:
        """A whole number."""
        return "int"

    @property
    def off(self) -> str:
        """Such as 0, where that is allowed."""
        return "0" if self.low == 0 else "" if self.none is None else str(self.none)

    def bad(self) -> list[Any]:
        """Below, above, between, and no number."""
        return [self.low - 1, self.high + 1, self.low + 0.5, "2", True, None, float("nan")]


@dataclass(frozen=True)
class Number(Rule):
    """A finite real number.

    Parameters
    ----------
    low, high : float, optional
        Limits; none by default.
    above, below : float, optional
        Limits that are not allowed themselves.
    fix : str
        A sentence that says what to do.
    """

    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    fix: str = ""

    def __call__(self, name: str, value: Any) -> float:
        """Check one value."""
        return checks.number(
            name,
            value,
            low=self.low if self.above is None else self.above,
            high=self.high if self.below is None else self.below,
            low_open=self.above is not None,
            high_open=self.below is not None,
            fix=self.fix,
        )

    @property
    def text(self) -> str:
        """Such as "number, at least 0 and below 1"."""
        parts = [
            f"{word} {limit:g}"
            for word, limit in (
                ("at least", self.low),
                ("above", self.above),
                ("at most", self.high),
                ("below", self.below),
            )
            if limit is not None
        ]
        return f"number, {' and '.join(parts)}" if parts else "number"

    @property
    def hint(self) -> str:
        """A number; type checkers take a whole one for it."""
        return "float"

    @property
    def off(self) -> str:
        """Such as 0, where that is allowed."""
        return "0" if self.low == 0 else ""

    def bad(self) -> list[Any]:
        """Outside each limit, and no number."""
        outside = [limit for limit in (self.above, self.below) if limit is not None]
        outside += [] if self.low is None else [self.low - 1e-9]
        outside += [] if self.high is None else [self.high + 1e-9]
        return [*outside, "1", True, None, float("nan"), float("inf")]


@dataclass(frozen=True)
class OneOf(Rule):
    """One of some names.

    Parameters
    ----------
    options : tuple of str
        All of them.
    """

    options: tuple[str, ...]

    def __call__(self, name: str, value: Any) -> str:
        """Check one value; the nearest names are offered."""
        return checks.choice(name, value, self.options)

    @property
    def text(self) -> str:
        """The names."""
        return "one of " + ", ".join(f'"{option}"' for option in self.options)

    @property
    def hint(self) -> str:
        """The names."""
        return 'Literal["' + '", "'.join(self.options) + '"]'

    @property
    def off(self) -> str:
        """The name that stands for none."""
        return next((f'"{name}"' for name in OFF if name in self.options), "")

    def bad(self) -> list[Any]:
        """Give a name with a slip, and what is no name."""
        return [self.options[0] + "x", "", 1, True, None, float("nan")]

    def read(self, typed: str) -> str:
        """Take it as it is."""
        return typed


@dataclass(frozen=True)
class Flag(Rule):
    """True or false."""

    def __call__(self, name: str, value: Any) -> bool:
        """Check one value."""
        return checks.flag(name, value)

    @property
    def text(self) -> str:
        """In no language's words."""
        return "true or false"

    @property
    def hint(self) -> str:
        """True or False."""
        return "bool"

    def bad(self) -> list[Any]:
        """Numbers and texts that other programs take for one."""
        return [0, 1, "true", None, float("nan")]


@dataclass(frozen=True)
class Line(Rule):
    """A text, empty or not."""

    def __call__(self, name: str, value: Any) -> str:
        """Check one value."""
        return checks.line(name, value)

    @property
    def text(self) -> str:
        """Any text."""
        return "text"

    @property
    def hint(self) -> str:
        """A text."""
        return "str"

    def bad(self) -> list[Any]:
        """No texts."""
        return [3, True, None, float("nan")]

    def read(self, typed: str) -> str:
        """Take it as it is."""
        return typed


@dataclass(frozen=True)
class Text(Line):
    """A text that is not empty."""

    def __call__(self, name: str, value: Any) -> str:
        """Check one value."""
        return checks.text(name, value)

    def bad(self) -> list[Any]:
        """No texts, and the empty one."""
        return ["", *super().bad()]


@dataclass(frozen=True)
class PathText(Text):
    """A path, kept as a text."""

    def __call__(self, name: str, value: Any) -> str:
        """Check one value; `pathlib.Path` and the like count."""
        return super().__call__(name, os.fspath(value) if _is_path(value) else value)

    @property
    def text(self) -> str:
        """A path."""
        return "path"

    @property
    def hint(self) -> str:
        """A text, or what stands for a path."""
        return "str | os.PathLike[str]"


def _is_path(value: Any) -> bool:
    return isinstance(value, os.PathLike)


def _scalar(typed: str) -> Any:
    if typed.lower() in ("true", "false"):
        return typed.lower() == "true"
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(typed)
    return typed
