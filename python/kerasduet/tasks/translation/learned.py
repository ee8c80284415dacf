"""What the training pairs teach beside the weights: two vocabularies, and how long texts are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np

from kerasduet.data.preprocessing import Learned
from kerasduet.data.text import Vocabulary

__all__ = ["END", "MARKS", "MOST_LETTERS", "START", "PairPreprocessing"]

START, END = 2, 3  # codes of the marks of a target
MARKS = ("[start]", "[end]")
MOST_LETTERS = 20_000  # of a text; longer ones are no sentences, and fill the table of a run


@dataclass(frozen=True)
class PairPreprocessing(Learned):
    """Texts to codes and back.

    Parameters
    ----------
    source, target : Vocabulary
        Of the training sources and targets.
    source_length, target_length : int
        Tokens of each at most; a target's mark of its end is not counted.
    reverse : {"both", "none", "source", "target"}
        What is read or written from its end.
    beam : int
        Partial texts that are followed at once when the test rows are written.
    """

    kind = "pairs"

    source: Vocabulary
    target: Vocabulary
    source_length: int
    target_length: int
    reverse: str = "none"
    beam: int = 1

    # Four texts a row of the saved table, four bytes a letter, quotes doubled.
    most_text: ClassVar[int] = 4 * 4 * 2 * MOST_LETTERS

    @property
    def steps(self) -> int:
        """Steps of the decoder: the tokens and the mark of the end."""
        return self.target_length + 1

    def read(self, texts: Sequence[str]) -> np.ndarray:
        """Give the codes of sources, padded before them: (n, source_length), int32."""
        found = np.zeros((len(texts), self.source_length), np.int32)
        for row, text in enumerate(texts):
            codes = self.source.codes(self.source.split(text))[: self.source_length]
            found[row, self.source_length - len(codes) :] = self._source_order(codes)
        return found

    def written(self, texts: Sequence[str]) -> np.ndarray:
        """Give the codes of targets, each with the mark of its end: (n, steps), int32."""
        found = np.zeros((len(texts), self.steps), np.int32)
        for row, text in enumerate(texts):
            codes = self.target.codes(self.target.split(text))[: self.target_length]
            found[row, : len(codes) + 1] = [*self._target_order(codes), END]
        return found

    def shifted(self, targets: np.ndarray) -> np.ndarray:
        """Give what the decoder sees: the mark of the start, then the token before each."""
        start = np.full((len(targets), 1), START, np.int32)
        return np.concatenate([start, targets[:, :-1]], axis=1)

    def texts(self, codes: np.ndarray) -> np.ndarray:
        """Give the texts of targets' codes (n, steps): (n,), object."""
        found = np.empty(len(codes), dtype=object)
        for row, own in enumerate(codes.tolist()):
            own = own[: own.index(END)] if END in own else own
            text = self.target.decoded(self._target_order([c for c in own if c]))
            found[row] = text[:MOST_LETTERS]
        return found

    def source_tokens(self, codes: Sequence[int]) -> list[str]:
        """Give the tokens of a source as it is read by people, without padding."""
        known = self.source.all
        return [known[code] for code in self._source_order([int(c) for c in codes if c])]

    def _source_order(self, codes: list[int]) -> list[int]:
        return codes[::-1] if self.reverse in ("both", "source") else codes

    def _target_order(self, codes: list[int]) -> list[int]:
        return codes[::-1] if self.reverse in ("both", "target") else codes

    def to_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        own = {part.name: getattr(self, part.name) for part in fields(self)}
        sides = {name: own[name].to_plain() for name in ("source", "target")}
        return {"kind": self.kind} | own | sides

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild it from its `to_dict()`."""
        own = {name: item for name, item in values.items() if name != "kind"}
        sides = {name: Vocabulary.from_plain(values[name]) for name in ("source", "target")}
        return cls(**own | sides)
