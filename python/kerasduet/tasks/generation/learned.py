"""What the training text teaches beside the weights: its characters, and the best n-gram."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kerasduet.data.preprocessing import Learned
from kerasduet.data.text import Vocabulary

__all__ = ["TextPreprocessing"]


@dataclass(frozen=True)
class TextPreprocessing(Learned):
    """Characters to codes, windows, and the order of the n-gram beside the network.

    Parameters
    ----------
    length : int
        Characters that the network sees at once.
    tokens : tuple of str
        The characters, the commonest first; code 0 is padding, 1 an unknown one.
    lower : bool
        Whether capital letters are read as small ones.
    order : int
        Of the n-gram whose perplexity on the validation text is the lowest, 1 to 5.
    """

    kind = "text"

    length: int
    tokens: tuple[str, ...]
    lower: bool
    order: int

    @property
    def vocabulary(self) -> Vocabulary:
        """The characters and their codes."""
        return Vocabulary(self.tokens, "character", self.lower)

    @property
    def scored(self) -> int:
        """Characters of a window that are scored: the second half, which has seen the first."""
        return self.length - self.length // 2

    def to_network(self, codes: np.ndarray) -> np.ndarray:
        """Give codes (n, length), int32."""
        return codes.astype(np.int32, copy=False)

    def written(self, codes: np.ndarray) -> np.ndarray:
        """Give the text of each code, object; an unknown character is U+FFFD, padding nothing."""
        known = np.array(["", "\ufffd", *self.tokens], dtype=object)
        return known[codes]
