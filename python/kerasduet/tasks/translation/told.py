"""What a printed translator says of its texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasduet.figures.words import count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kerasduet.tasks.translation.learned import PairPreprocessing

__all__ = ["facts"]


def facts(learned: PairPreprocessing) -> Mapping[str, str]:
    """Give the lengths and vocabularies of both sides, a line each."""
    sides = (
        ("reads", learned.source, learned.source_length),
        ("writes", learned.target, learned.target_length),
    )
    return {
        word: f"at most {count(length, known.unit)}, of {len(known.tokens):,} different ones"
        for word, known, length in sides
    }
