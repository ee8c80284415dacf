"""Tokens as a setting: a list, a file of them, or a layer of Keras that has them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kerasduet.checks import show, text
from kerasduet.errors import ArgumentType, EmptyData
from kerasduet.settings.rules import Rule

__all__ = ["UNKNOWN_TEXT", "Tokens", "checked_tokens"]

UNKNOWN_TEXT = "[UNK]"  # how Keras writes it


@dataclass(frozen=True)
class Tokens(Rule):
    """Tokens in the order of their codes, a file of them, or a layer of Keras that has them."""

    def __call__(self, name: str, value: Any) -> str | tuple[str, ...]:
        """Check the tokens; padding and [UNK] before them go, as every vocabulary here has them."""
        if isinstance(value, str | os.PathLike):
            return text(name, os.fspath(value))
        if hasattr(value, "get_vocabulary"):  # of TextVectorization
            value = value.get_vocabulary()
        if not isinstance(value, str) and hasattr(value, "tolist"):
            value = value.tolist()
        if not isinstance(value, list | tuple):
            raise ArgumentType(
                f"{name}: must be tokens, a file of them or a TextVectorization layer; got "
                f"{show(value)}."
            )
        return checked_tokens(name, value)

    @property
    def text(self) -> str:
        """A path, or tokens."""
        return "path, or tokens"

    def bad(self) -> list[Any]:
        """No tokens, and none that can be told apart."""
        return [3, True, float("nan"), "", [], [3], ["", "[UNK]"], ["a", "a"], ["a", ""]]

    def read(self, typed: str) -> str:
        """Take it for a path."""
        return typed


def checked_tokens(name: str, value: Sequence[Any]) -> tuple[str, ...]:
    """Refuse what is no list of tokens; give them without padding and [UNK] before them."""
    for place, token in enumerate(value, start=1):
        if not isinstance(token, str):
            raise ArgumentType(
                f"{name}: tokens must be texts; got {show(token)} as number {place}."
            )
    found = [str(token) for token in value]
    for special in ("", UNKNOWN_TEXT):  # as Keras gives them, before the others
        if found and found[0] == special:
            found = found[1:]
    if not found:
        raise EmptyData(f"{name}: must hold tokens; got none but padding and {UNKNOWN_TEXT}.")
    seen = {"", UNKNOWN_TEXT}
    for place, token in enumerate(found, start=len(value) - len(found) + 1):
        if token in seen:
            raise ArgumentType(
                f"{name}: must hold each token once, with padding ('') and {UNKNOWN_TEXT} before "
                f"all others; got {show(token)} as number {place}. Leave it out."
            )
        seen.add(token)
    return tuple(found)
