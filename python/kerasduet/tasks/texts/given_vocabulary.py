"""A vocabulary that is given instead of learned."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kerasduet.checks import show
from kerasduet.data.text import Vocabulary, read_text, tokens
from kerasduet.errors import EmptyData
from kerasduet.settings.tokens import checked_tokens

if TYPE_CHECKING:
    from kerasduet.tasks.texts.settings import TextSettings

__all__ = ["given_tokens", "given_vocabulary", "with_tokens"]


def given_tokens(data: TextSettings) -> tuple[str, ...]:
    """Give the tokens that are given, of a file those of its lines; none where they are learned."""
    given = data.vocabulary
    if not isinstance(given, str):
        return given or ()
    lines = read_text(given, name="vocabulary").split("\n")
    return checked_tokens("vocabulary", lines[:-1] if lines[-1] == "" else lines)


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
        f"The vocabulary was given: it has {100 * seen / len(codes):.1f} % of the tokens of the "
        "training texts."
    )
    if others:
        note += (
            f" {others:,} of its {len(given):,} tokens are none that texts are cut into, and "
            "never seen."
        )
    return known, note
