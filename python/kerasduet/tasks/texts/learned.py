"""What the training texts teach beside the weights: the vocabulary, and the classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from kerasduet.data.preprocessing import LABEL_TYPES, Learned, as_tuples
from kerasduet.data.text import Vocabulary

__all__ = ["TextPreprocessing"]


@dataclass(frozen=True)
class TextPreprocessing(Learned):
    """Texts to codes of tokens, class codes to names.

    Parameters
    ----------
    vocabulary : Vocabulary
        Tokens of the training texts.
    length : int
        Tokens of a text as the network sees it.
    pad, cut : {"start", "end"}
        Where shorter texts are filled up, and where longer ones lose tokens.
    class_names : tuple of str
        Name of each class code.
    label_type : {"str", "int", "float", "bool"}
        What the names were before they became texts.
    ordered : bool
        Whether the factor that they came from has an order.
    commonest : int
        Code of the commonest class among the training rows.
    """

    kind = "texts"

    vocabulary: Vocabulary
    length: int
    pad: str
    cut: str
    class_names: tuple[str, ...]
    label_type: str
    ordered: bool
    commonest: int

    named = True  # as the labels of images may be

    @cached_property
    def labels(self) -> np.ndarray:
        """Each code's label as the caller gave it: (classes,), int64, float64, bool or str."""
        read, dtype = LABEL_TYPES[self.label_type]
        return np.array([read(name) for name in self.class_names], dtype=dtype)

    def encoded(self, texts: Sequence[str]) -> np.ndarray:
        """Give codes (n, length), int32."""
        return self.vocabulary.encoded(texts, self.length, pad=self.pad, cut=self.cut)

    def to_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return super().to_dict() | {"vocabulary": self.vocabulary.to_plain()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild it from its `to_dict()`."""
        own = {name: as_tuples(item) for name, item in values.items() if name != "kind"}
        return cls(**own | {"vocabulary": Vocabulary.from_plain(values["vocabulary"])})
