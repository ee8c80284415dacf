"""A vocabulary: what training texts taught of tokens, and the codes that a network takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from kerasduet.data.text.tokens import UNITS, joined, normalised, tokens
from kerasduet.errors import EmptyData
from kerasduet.settings.tokens import UNKNOWN_TEXT

__all__ = ["END", "PADDING", "UNKNOWN", "Vocabulary"]

PADDING, UNKNOWN = 0, 1
END = "[end]"


@dataclass(frozen=True)
class Vocabulary:
    """Tokens by their code: 0 is padding, 1 unknown, then marks, then tokens.

    Parameters
    ----------
    tokens : tuple of str
        The commonest of the training texts first; equally common ones by their text.
    unit : {"word", "character"}
        What a token is.
    lower : bool
        Whether texts are brought to lower case.
    marks : tuple of str
        Such as "[start]" and "[end]", which no text holds.

    Notes
    -----
    The first two codes are those of Keras's TextVectorization.
    """

    tokens: tuple[str, ...]
    unit: str
    lower: bool
    marks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no training could have learned, such as a folder changed by hand."""
        for name in ("tokens", "marks"):
            values = getattr(self, name)
            if type(values) is not tuple or any(type(item) is not str for item in values):
                raise TypeError(f"{name}: must be texts")
        if self.unit not in UNITS or type(self.lower) is not bool:
            raise ValueError("unit, lower: must be a unit, and true or false")
        every = (*self.marks, *self.tokens)
        if not self.tokens or len(set(every)) != len(every) or "" in every:
            raise ValueError("tokens: must be texts that differ")

    @classmethod
    def learned(
        cls,
        texts: Iterable[str],
        *,
        unit: str = "word",
        lower: bool = True,
        size: int | None = None,
        least: int = 1,
        marks: Sequence[str] = (),
        name: str = "x",
    ) -> Self:
        """Learn the tokens of training texts.

        Parameters
        ----------
        texts : iterable of str
            Training texts alone.
        unit, lower, marks
            As those of the vocabulary.
        size : int, optional
            Most codes, with padding, unknown and marks; the commonest tokens get them. None keeps
            all.
        least : int
            Tokens that occur less often are unknown, at least 1.
        name : str
            Argument that errors name.

        Raises
        ------
        EmptyData
            No token is left.

        Examples
        --------
        >>> Vocabulary.learned(["a good film", "a bad film"], size=4).tokens
        ('a', 'film')
        """
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(tokens(normalised(text, lower=lower), unit))
        common = sorted(
            (token for token, count in counts.items() if count >= least),
            key=lambda token: (-counts[token], token),
        )
        kept = common if size is None else common[: max(size - 2 - len(marks), 0)]
        if not kept:
            raise EmptyData(
                f"{name}: must leave a vocabulary; got none of the {len(counts):,} tokens of the "
                "training texts. Give more or other texts, or a larger vocabulary."
            )
        return cls(tuple(kept), unit, lower, tuple(marks))

    @property
    def all(self) -> tuple[str, ...]:
        """The token of each code; padding is the empty text."""
        return ("", UNKNOWN_TEXT, *self.marks, *self.tokens)

    @cached_property
    def _code_of(self) -> dict[str, int]:
        return {token: code for code, token in enumerate((*self.marks, *self.tokens), start=2)}

    def __len__(self) -> int:
        """Count the codes, padding and unknown among them."""
        return 2 + len(self.marks) + len(self.tokens)

    def split(self, text: str) -> list[str]:
        """Cut a text into tokens, as the training texts were cut."""
        return tokens(normalised(text, lower=self.lower), self.unit)

    def codes(self, tokens: Iterable[str]) -> list[int]:
        """Give the code of each token or mark; unknown ones are 1.

        Examples
        --------
        >>> Vocabulary(("good", "film"), "word", True).codes(["a", "good", "film"])
        [1, 2, 3]
        """
        known = self._code_of
        return [known.get(token, UNKNOWN) for token in tokens]

    def encoded(
        self, texts: Sequence[str], length: int, *, pad: str = "start", cut: str = "start"
    ) -> np.ndarray:
        """Encode texts to a length.

        Parameters
        ----------
        texts : sequence of str
            Any.
        length : int
            Tokens of each, at least 1.
        pad : {"start", "end"}
            Where padding goes in shorter ones.
        cut : {"start", "end"}
            Where longer ones lose their tokens.

        Returns
        -------
        numpy.ndarray
            Codes (n, length), int32.

        Examples
        --------
        >>> Vocabulary(("good", "film"), "word", True).encoded(["Good film", "bad"], 3)
        array([[0, 2, 3], [0, 0, 1]], dtype=int32)
        """
        found = np.zeros((len(texts), length), dtype=np.int32)
        for row, text in enumerate(texts):
            lay(found[row], self.codes(self.split(text)), pad=pad, cut=cut)
        return found

    def decoded(self, codes: Iterable[int]) -> str:
        """Give the text of codes: it stops at "[end]", and leaves padding and marks out.

        Examples
        --------
        >>> known = Vocabulary(("good", "film"), "word", True, ("[start]", "[end]"))
        >>> known.decoded([2, 4, 5, 3, 4])
        'good film'
        """
        words, parts = self.all, []
        for code in codes:
            word = words[int(code)]
            if word == END and END in self.marks:
                break
            if word and word not in self.marks:
                parts.append(word)
        return joined(parts, self.unit)

    def to_plain(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild it from its `to_plain()`."""
        return cls(
            tokens=tuple(values["tokens"]),
            unit=values["unit"],
            lower=values["lower"],
            marks=tuple(values["marks"]),
        )


def lay(row: np.ndarray, codes: Sequence[int], *, pad: str, cut: str) -> None:
    """Write codes into a row of padding, cut and padded where it is said."""
    length = len(row)
    kept = codes[:length] if cut == "end" else codes[max(len(codes) - length, 0) :]
    if pad == "end":
        row[: len(kept)] = kept
    else:
        row[length - len(kept) :] = kept
