"""Which text, and how it is cut into windows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from kerasduet.errors import ArgumentType
from kerasduet.settings import Flag, Number, OneOf, Optional, PathText, Section, Text, Whole

__all__ = ["RunningTextSettings"]


@dataclass(frozen=True, kw_only=True)
class RunningTextSettings(Section):
    """A text to go on with: its characters, and how they are split.

    Parameters
    ----------
    dataset : {"python-help", "text"}
        Of a text: the sentences of Python's own reference, or a text of yours.
    path : str, optional
        Of a text: a file of it.
    encoding : str
        Of that file, such as "utf-8" or "latin-1".
    length : int
        Of a text that goes on: characters that the network sees at once, 8 to 10,000.
    stride : int
        Characters from the start of one training window to that of the next, at least 1.
    lower : bool
        Whether capital letters are read as small ones.
    least : int
        Characters that the training text has less often than this are unknown, at least 1.
    validation_split : float
        Fraction of the text before the test that is held out for validation, its end, in (0, 1).
    test_split : float
        Fraction of the text held out for the test, its end, in (0, 1).
    """

    dataset: Annotated[str, OneOf(("python-help", "text"))]
    path: Annotated[str | None, Optional(PathText())] = None
    encoding: Annotated[str, Text()] = "utf-8"
    length: Annotated[int, Whole(8, 10_000)] = 64
    stride: Annotated[int, Whole(1, 10_000)] = 32
    lower: Annotated[bool, Flag()] = False
    least: Annotated[int, Whole(1, 1_000_000)] = 5
    validation_split: Annotated[float, Number(above=0, below=1)] = 0.1
    test_split: Annotated[float, Number(above=0, below=1)] = 0.1

    @property
    def scored(self) -> int:
        """Characters of a window that are scored: the second half, which has seen the first."""
        return self.length - self.length // 2

    def check_together(self) -> None:
        """Refuse a path where nothing is read from a file, and characters that are skipped."""
        if self.path is not None and self.dataset != "text":
            raise ArgumentType(
                f"path: the dataset {self.dataset} is not read from a file; got "
                f'{str(self.path)!r}. Set dataset = "text".'
            )
        if self.stride > self.length:
            raise ArgumentType(
                f"stride: must be at most length ({self.length}), so that each character is "
                f"learned; got {self.stride}. Lower it."
            )
