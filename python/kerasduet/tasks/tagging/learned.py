"""What training sentences teach beside weights: tokens, tags, and each token's usual tag."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kerasduet.data.preprocessing import Learned
from kerasduet.data.text import Vocabulary, normalised

__all__ = ["LONGEST", "TagPreprocessing"]

LONGEST = 100  # characters of a token or a tag; a saved table is no larger than they need


@dataclass(frozen=True)
class TagPreprocessing(Learned):
    """Tokens to codes, codes to tags, and the tag that a baseline always gives a token.

    Parameters
    ----------
    length : int
        Tokens of a sentence at most.
    tokens : tuple of str
        The commonest first; code 0 is padding, 1 an unknown one.
    lower : bool
        Whether capital letters are read as small ones.
    tags : tuple of str
        The tag of each code, sorted.
    usual : tuple of int
        The commonest tag of each code of a token; of padding and unknown ones that of all tokens.
    """

    kind = "tags"

    length: int
    tokens: tuple[str, ...]
    lower: bool
    tags: tuple[str, ...]
    usual: tuple[int, ...]

    @property
    def vocabulary(self) -> Vocabulary:
        """The tokens and their codes."""
        return Vocabulary(self.tokens, "word", self.lower)

    @property
    def most_text(self) -> int:
        """Bytes that a sentence takes in a saved table, at most: tokens and three rows of tags."""
        return 4 * self.length * (LONGEST + 1 + 3 * (max(map(len, self.tags)) + 1))

    def encoded(self, sentences: list[list[str]]) -> np.ndarray:
        """Give the codes of tokens (n, length), int32; padding stands behind them."""
        known = self.vocabulary
        codes = np.zeros((len(sentences), self.length), dtype=np.int32)
        for row, tokens in enumerate(sentences):
            clean = (normalised(token, lower=self.lower) for token in tokens)
            codes[row, : len(tokens)] = known.codes(clean)
        return codes

    def to_network(self, codes: np.ndarray) -> np.ndarray:
        """Give codes (n, length), int32."""
        return codes.astype(np.int32, copy=False)
