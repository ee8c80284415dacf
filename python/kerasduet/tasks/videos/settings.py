"""Which videos, and how they are split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from kerasduet.checks import show
from kerasduet.errors import ArgumentType
from kerasduet.settings import Number, OneOf, Section, Whole
from kerasduet.settings.common import CLASSES, VIDEO

__all__ = ["DIRECTIONS", "GENERATED", "OWN", "SIDE", "VideoSettings"]

GENERATED, OWN = "moving-digits", "videos"
# Where a digit goes in a frame, right and down: to the four sides, then the four corners.
DIRECTIONS = {
    "right": (1, 0),
    "down": (0, 1),
    "left": (-1, 0),
    "up": (0, -1),
    "down-right": (1, 1),
    "down-left": (-1, 1),
    "up-left": (-1, -1),
    "up-right": (1, -1),
}
SIDE = 14  # pixels of a digit, half of MNIST's
DIGITS = (4, len(DIRECTIONS))


@dataclass(frozen=True, kw_only=True)
class VideoSettings(Section):
    """Videos and their splits.

    Parameters
    ----------
    dataset : {"moving-digits", "videos"}
        Of videos: digits of MNIST's 5,000-image subset that move in one of several directions, or
        the caller's own arrays.
    videos, test_videos : int
        Of moving digits: videos to make for training and validation, and for the test; at least
        10. Those of the test show other digits.
    validation_split : float
        Fraction of the training rows held out for validation, in [0, 1).
    test_split : float
        Fraction of the rows held out for the test, in (0, 1); moving digits bring their own.
    video_shape : tuple of int
        One video (frames, height, width, channels).
    classes : int
        Number of classes, at least 2; of moving digits the directions, 4 or 8.
    """

    dataset: Annotated[str, OneOf((GENERATED, OWN))]
    videos: Annotated[int, Whole(10, 1_000_000)] = 2_000
    test_videos: Annotated[int, Whole(10, 1_000_000)] = 500
    validation_split: Annotated[float, Number(low=0, below=1)] = 0.2
    test_split: Annotated[float, Number(above=0, below=1)] = 0.2
    video_shape: Annotated[tuple[int, ...], VIDEO] = (8, 20, 20, 1)
    classes: Annotated[int, CLASSES] = 8

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Give the shape of one input, as of images."""
        return self.video_shape

    def check_together(self) -> None:
        """Refuse moving digits of other shapes or classes than they can have."""
        if self.dataset != GENERATED:
            return
        if self.classes not in DIGITS:
            raise ArgumentType(
                f"classes: digits move in 4 or 8 directions; got {self.classes}. Set one of them."
            )
        frames, height, width, channels = self.video_shape
        if frames < 2 or min(height, width) < SIDE or channels != 1:
            raise ArgumentType(
                f"video_shape: moving digits need 2 frames or more, of at least {SIDE} x {SIDE} "
                f"pixels and one channel; got {show(self.video_shape)}."
            )
