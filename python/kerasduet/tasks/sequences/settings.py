"""Which sequences, and how they are split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from kerasduet.settings import Number, OneOf, Section, Whole

__all__ = ["SCALES", "SequenceSettings"]

SCALES = ("none", "standard")


@dataclass(frozen=True, kw_only=True)
class SequenceSettings(Section):
    """Sequences of numbers, each with a number to predict.

    Parameters
    ----------
    dataset : {"adding-problem", "sequences"}
        Of sequences: the adding problem, which is generated, or the caller's own.
    steps : int
        Of the adding problem: steps of a sequence, at least 2.
    sequences, test_sequences : int
        Of the adding problem: how many to train and validate on, at least 10, and how many to
        test on, at least 1.
    scale : {"none", "standard"}
        "standard" takes the training sequences' mean off each number of a step and divides by their
        deviation; "none" leaves them.
    validation_split : float
        Fraction of the sequences that are not tested, held out for validation, in [0, 1).
    test_split : float
        Fraction of own sequences held out for the test, in (0, 1).
    """

    dataset: Annotated[str, OneOf(("adding-problem", "sequences"))]
    steps: Annotated[int, Whole(2, 10_000)] = 50
    sequences: Annotated[int, Whole(10, 1_000_000)] = 10_000
    test_sequences: Annotated[int, Whole(1, 1_000_000)] = 1_000
    scale: Annotated[str, OneOf(SCALES)] = "standard"
    validation_split: Annotated[float, Number(low=0, below=1)] = 0.1
    test_split: Annotated[float, Number(above=0, below=1)] = 0.2
