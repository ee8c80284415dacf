"""A vocabulary that is given instead of learned: tokens, a file of them, or Keras's own layer."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kerasduet.checks import show, text
from kerasduet.data.text import UNKNOWN_TEXT, Vocabulary, read_text, tokens
from kerasduet.errors import ArgumentType, EmptyData
from kerasduet.settings import Rule

if TYPE_CHECKING:
    from kerasduet.tasks.texts.settings import TextSettings

__all__ = ["Tokens", "given_tokens", "given_vocabulary", "with_tokens"]


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
        return _checked(name, value)

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


def given_tokens(data: TextSettings) -> tuple[str, ...]:
    """Give the tokens that are given, of a file those of its lines; none where they are learned."""
    given = data.vocabulary
    if not isinstance(given, str):
        return given or ()
    lines = read_text(given, name="vocabulary").split("\n")
    return _checked("vocabulary", lines[:-1] if lines[-1] == "" else lines)


def with_tokens(digest: str, given: Sequence[str]) -> str:
    """Give a digest of data and given tokens."""
    both = "\0".join((digest, *given)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(both).hexdigest() if given else digest


def given_vocabulary(
    given: Sequence[str], texts: Sequence[str], data: TextSettings
) -> tuple[Vocabulary, str]:
    """Make a vocabulary of given tokens, and note how much of the training texts it knows."""
    known = Vocabulary(tuple(given), data.unit, data.lower)
    codes = [code for one in texts for code in known.codes(known.split(one))]
    seen = sum(code > 1 for code in codes)
    if not seen:
        raise EmptyData(
            f"vocabulary: must have a token of the training texts; got {len(given):,}, such as "
            f"{show(given[0])}, none of which is in them. Give their own, or set unit or lower."
        )
    others = sum(tokens(token, data.unit) != [token] for token in given)
    note = (
        f"The vocabulary was given: it has {seen / len(codes):.1%} of the tokens of the training "
        "texts."
    )
    if others:
        note += (
            f" {others:,} of its {len(given):,} tokens are none that texts are cut into, and "
            "never seen."
        )
    return known, note


def _checked(name: str, value: Sequence[Any]) -> tuple[str, ...]:
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
