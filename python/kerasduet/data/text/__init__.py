"""Texts: read and refused by row, cut into tokens, and encoded by a vocabulary that was learned."""

from __future__ import annotations

from kerasduet.data.text.files import read_lines, read_text
from kerasduet.data.text.reading import texts
from kerasduet.data.text.tokens import UNITS, normalised, tokens
from kerasduet.data.text.vectors import word_vectors
from kerasduet.data.text.vocabulary import PADDING, UNKNOWN, Vocabulary

__all__ = [
    "PADDING",
    "UNITS",
    "UNKNOWN",
    "Vocabulary",
    "normalised",
    "read_lines",
    "read_text",
    "texts",
    "tokens",
    "word_vectors",
]
