"""Rules made of another rule: nothing as well, or several values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kerasduet import checks
from kerasduet.settings.rules import Rule

__all__ = ["Optional", "Several"]


@dataclass(frozen=True)
class Optional(Rule):
    """Nothing, or what another rule allows."""

    rule: Rule

    def __call__(self, name: str, value: Any) -> Any:
        """Check one value."""
        return None if value is None else self.rule(name, value)

    @property
    def text(self) -> str:
        """The other rule's, or nothing."""
        return f"{self.rule.text}, or nothing"

    @property
    def hint(self) -> str:
        """The other rule's, or None."""
        return f"{self.rule.hint} | None"

    def bad(self) -> list[Any]:
        """Give the other rule's, without nothing."""
        return [value for value in self.rule.bad() if value is not None]

    def read(self, typed: str) -> Any:
        """Read `none` as nothing."""
        return None if typed.lower() in ("none", "null") else self.rule.read(typed)


@dataclass(frozen=True)
class Several(Rule):
    """One value or a sequence of them; the result is always a tuple.

    Parameters
    ----------
    rule : Rule
        Of each value.
    length : int, optional
        How many there must be.
    empty : bool
        Whether there may be none, written as an empty sequence or as nothing.
    """

    rule: Rule
    length: int | None = None
    empty: bool = False

    def __call__(self, name: str, value: Any) -> tuple[Any, ...]:
        """Check every value."""
        if value is None and self.empty:
            return ()
        return checks.several(self.rule, length=self.length, empty=self.empty)(name, value)

    @property
    def text(self) -> str:
        """How many, and what each is."""
        many = "one or more of" if self.length is None else f"{self.length} of"
        return f"{'any number of' if self.empty else many}: {self.rule.text}"

    @property
    def hint(self) -> str:
        """One value or a sequence of them; nothing, where there may be none."""
        none = " | None" if self.empty else ""
        return f"{self.rule.hint} | Sequence[{self.rule.hint}]{none}"

    @property
    def off(self) -> str:
        """That of one value."""
        return self.rule.off

    def bad(self) -> list[Any]:
        """Give a bad value alone and in a list, and a list without values."""
        values = [value for value in self.rule.bad() if value is not None]
        return [*values, *([value] for value in values), *([] if self.empty else [[]])]

    def read(self, typed: str) -> list[Any]:
        """Read values that commas separate, in brackets or not."""
        inside = typed.removeprefix("[").removesuffix("]") if typed.startswith("[") else typed
        return [self.rule.read(item.strip()) for item in inside.split(",") if item.strip()]
