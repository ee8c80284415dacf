"""Which pairs of texts, how they are cut into tokens, and how they are split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from kerasduet.checks import show
from kerasduet.errors import ArgumentRange, ArgumentType
from kerasduet.settings import Flag, Number, OneOf, Optional, PathText, Section, Text, Whole
from kerasduet.tasks.translation.sizes import most

__all__ = ["BEAM", "GENERATED", "OWN", "TranslationSettings"]

OWN = "pairs"
GENERATED = ("additions", "copies", "counting", "dates")
UNIT = OneOf(("character", "word"))
BEAM = Whole(1, 100)
LONGEST = Whole(1, 10_000)


@dataclass(frozen=True, kw_only=True)
class TranslationSettings(Section):
    """Pairs of texts, their tokens, and their splits.

    Parameters
    ----------
    dataset : {"additions", "copies", "counting", "dates", "pairs"}
        Sums such as "535+61" and what they come to, letters to keep in mind past many blanks,
        numbers and those after them, English dates and the same as ISO 8601, all four generated;
        or a table of the caller's.
    path : str, optional
        Of pairs: a CSV or Parquet file.
    source_column, target_column : str
        Of pairs: the columns of the texts to read and of those to write.
    examples : int
        Generated pairs, training, validation and test together; at least 10.
    digits : int
        Of additions and counting: digits of a number at most, 1 to 9; of copies: letters.
    count : int
        Of counting: how many numbers come after the first, at least 1.
    blanks : int
        Of copies: blanks after the letters, 0 to 1,000.
    source_unit, target_unit : {"character", "word"}
        What a token is.
    lower : bool
        Whether capital letters are read as small ones.
    most_tokens : int, optional
        Tokens of a vocabulary at most, the commonest ones, at least 1; others are unknown. None
        keeps all.
    source_length, target_length : int, optional
        Tokens of a source and of a target at most; None takes the longest of the training rows.
    reverse : {"both", "none", "source", "target"}
        What the network reads or writes from its end, as a sum is easier from its last digit.
    beam : int
        Partial texts that are followed at once when the test rows are written, at least 1: the
        best whole one is kept. 1 always takes the likeliest next token.
    validation_split : float
        Fraction of the training rows held out for validation, in [0, 1).
    test_split : float
        Fraction of the rows held out for the test, in (0, 1). Equal sources, and sums of the same
        numbers, are on one side.
    """

    dataset: Annotated[str, OneOf((*GENERATED, OWN))]
    path: Annotated[str | None, Optional(PathText())] = None
    source_column: Annotated[str, Text()] = "source"
    target_column: Annotated[str, Text()] = "target"
    examples: Annotated[int, Whole(10, 1_000_000)] = 10_000
    digits: Annotated[int, Whole(1, 9)] = 3
    count: Annotated[int, Whole(1, 100)] = 5
    blanks: Annotated[int, Whole(0, 1_000)] = 20
    source_unit: Annotated[str, UNIT] = "character"
    target_unit: Annotated[str, UNIT] = "character"
    lower: Annotated[bool, Flag()] = True
    most_tokens: Annotated[int | None, Optional(Whole(1, 1_000_000))] = None
    source_length: Annotated[int | None, Optional(LONGEST)] = None
    target_length: Annotated[int | None, Optional(LONGEST)] = None
    reverse: Annotated[str, OneOf(("both", "none", "source", "target"))] = "none"
    beam: Annotated[int, BEAM] = 1
    validation_split: Annotated[float, Number(low=0, below=1)] = 0.1
    test_split: Annotated[float, Number(above=0, below=1)] = 0.2

    @property
    def kept(self) -> dict[str, str]:
        """Name the columns that stay as a CSV file writes them; see `data.kept.kept`."""
        return {self.source_column: "texts", self.target_column: "texts"}

    def check_together(self) -> None:
        """Refuse a path where nothing is read, and more examples than there are."""
        if self.dataset == OWN:
            return
        if self.path is not None:
            raise ArgumentType(
                f"path: the dataset {self.dataset} is not read from a file; got "
                f'{str(self.path)!r}. Set dataset = "{OWN}".'
            )
        there = most(self.dataset, self.digits)
        if self.examples > there:
            things = "letters" if self.dataset == "copies" else "digits"
            of = "" if self.dataset == "dates" else f" of {self.digits} {things}"
            fix = "" if self.dataset == "dates" else ", or raise digits"
            raise ArgumentRange(
                f"examples: must be at most {there:,} of the dataset {self.dataset}{of}, as each "
                f"is another one; got {show(self.examples)}. Lower it{fix}."
            )
