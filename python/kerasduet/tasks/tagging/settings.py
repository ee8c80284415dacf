"""Which sentences, and how they are split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from kerasduet.errors import ArgumentType
from kerasduet.settings import Flag, Number, OneOf, Optional, PathText, Section, Whole

__all__ = ["TaggingSettings"]


@dataclass(frozen=True, kw_only=True)
class TaggingSettings(Section):
    """Sentences with a tag a token, and their splits.

    Parameters
    ----------
    dataset : {"date-sentences", "tagged"}
        Of sentences: made ones with dates in them, or sentences of yours.
    path : str, optional
        Of sentences: a CSV file with the columns sentence, token and tag, a row a token.
    sentences : int
        Of made sentences: how many, 50 to 100,000.
    length : int
        Of tagged sentences: tokens of one at most, at least 1.
    lower : bool
        Whether capital letters are read as small ones.
    least : int
        Tokens that the training sentences have less often than this are unknown, at least 1.
    validation_split : float
        Fraction of the training rows held out for validation, in [0, 1).
    test_split : float
        Fraction of the rows held out for the test, in (0, 1).
    """

    dataset: Annotated[str, OneOf(("date-sentences", "tagged"))]
    path: Annotated[str | None, Optional(PathText())] = None
    sentences: Annotated[int, Whole(50, 100_000)] = 4_000
    length: Annotated[int, Whole(1, 10_000)] = 32
    lower: Annotated[bool, Flag()] = True
    least: Annotated[int, Whole(1, 1_000_000)] = 1
    validation_split: Annotated[float, Number(low=0, below=1)] = 0.1
    test_split: Annotated[float, Number(above=0, below=1)] = 0.2

    def check_together(self) -> None:
        """Refuse a path where nothing is read from a file."""
        if self.path is not None and self.dataset != "tagged":
            raise ArgumentType(
                f"path: the dataset {self.dataset} is not read from a file; got "
                f'{str(self.path)!r}. Set dataset = "tagged".'
            )
