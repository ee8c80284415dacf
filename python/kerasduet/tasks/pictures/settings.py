"""Which image files, and how they are made alike and split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from kerasduet.checks import show
from kerasduet.errors import ArgumentType
from kerasduet.settings import Number, OneOf, Optional, PathText, Section, Several, Text, Whole

__all__ = ["PictureSettings"]

MOST_SIDE = 4096  # pixels
OWN, FOLDER = "image-files", "image-folder"


class Size(Several):
    """A height and a width, or one number for both."""

    def __init__(self) -> None:
        super().__init__(Whole(1, MOST_SIDE))

    def __call__(self, name: str, value: Any) -> tuple[Any, ...]:
        """Check one or two numbers, and give two."""
        sides = super().__call__(name, value)
        if len(sides) > 2:
            raise ArgumentType(
                f"{name}: must be a height and a width, or one number for both; got "
                f"{show(sides)}."
            )
        return sides * (3 - len(sides))

    @property
    def text(self) -> str:
        """One or two of them."""
        return f"one or two of: {self.rule.text}"

    def bad(self) -> list[Any]:
        """Give three sides as well."""
        return [*super().bad(), [8, 8, 3]]


@dataclass(frozen=True, kw_only=True)
class PictureSettings(Section):
    """Image files and their splits.

    Parameters
    ----------
    dataset : {"image-files", "image-folder"}
        Of image files: a table of paths and labels, or a folder.
    path : str, optional
        Of image files: a folder that holds a folder a class; or folders train and perhaps
        validation and test, which hold those. Given splits are kept.
    image_size : tuple of int
        Height and width that every image is brought to, in pixels, 1 to 4096; one number for both.
    colour : {"rgb", "grey"}
        Three channels, or one.
    resize : {"stretch", "crop", "pad"}
        How an image of another shape becomes one of `image_size`: stretched, cut at the edges, or
        with black bars.
    corrupt : {"error", "skip"}
        Files that are no images, or damaged ones: refuse them all by name before training, or leave
        them out and say so.
    image_column, label_column : str
        Of a table of image files: the columns of paths and of labels.
    split_column : str, optional
        Of a table of image files: a column of the words train, validation and test.
    validation_split : float
        Fraction of the training rows held out for validation, in [0, 1), where none are given.
    test_split : float
        Fraction of the rows held out for the test, in (0, 1), where none are given.
    """

    dataset: Annotated[str, OneOf((OWN, FOLDER))]
    path: Annotated[str | None, Optional(PathText())] = None
    image_size: Annotated[tuple[int, ...], Size()] = (64, 64)
    colour: Annotated[str, OneOf(("rgb", "grey"))] = "rgb"
    resize: Annotated[str, OneOf(("stretch", "crop", "pad"))] = "stretch"
    corrupt: Annotated[str, OneOf(("error", "skip"))] = "error"
    image_column: Annotated[str, Text()] = "image"
    label_column: Annotated[str, Text()] = "label"
    split_column: Annotated[str | None, Optional(Text())] = None
    validation_split: Annotated[float, Number(low=0, below=1)] = 0.2
    test_split: Annotated[float, Number(above=0, below=1)] = 0.1

    def check_together(self) -> None:
        """Refuse a path where a table names the files, and a column for two things."""
        if self.path is not None and self.dataset != FOLDER:
            raise ArgumentType(
                f"path: the dataset {self.dataset} is a table of paths; got {self.path!r}. "
                f'Set dataset = "{FOLDER}".'
            )
        named = ("image_column", "label_column", "split_column")
        for i, name in enumerate(named):
            value = getattr(self, name)
            if value is not None and value in [getattr(self, other) for other in named[:i]]:
                raise ArgumentType(
                    f"{name}: must be a column of its own; got {show(value)} twice. Name another."
                )
