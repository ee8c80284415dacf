"""Which images with boxes, and how they are split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from kerasduet.checks import show
from kerasduet.errors import ArgumentType
from kerasduet.settings import Number, OneOf, Optional, PathText, Section, Whole
from kerasduet.settings.common import BOXES, GRID, OBJECTS, SHAPE

__all__ = ["DetectionSettings"]

GENERATED = ("digit-scenes", "digit-scenes-subset")


@dataclass(frozen=True, kw_only=True)
class DetectionSettings(Section):
    """Images with boxes, and their splits.

    Parameters
    ----------
    dataset : {"annotated-images", "boxed-images", "digit-scenes", "digit-scenes-subset"}
        Of images with boxes: a folder with annotations, the caller's own arrays, or scenes that
        are made of MNIST digits, or of those of its 5,000-image subset.
    path : str, optional
        Of annotated images: their folder. Of scenes: the MNIST file (.npz).
    annotations : str, optional
        COCO file (.json), or folder of Pascal VOC files (.xml); None looks for them in `path`. An
        image that carries an orientation tag is turned upright with its boxes. These are taken to
        be in the pixels as they are stored, as pycocotools and torchvision read them; or in those
        of the upright image, where the width and height beside them are its own.
    scenes, test_scenes : int
        Scenes to make for training and validation, and for the test; at least 10.
    most_digits : int
        Digits a scene at most, 1 to 9; each scene has at least one.
    validation_split : float
        Fraction of the training rows held out for validation, in [0, 1).
    test_split : float
        Fraction of the rows held out for the test, in (0, 1); MNIST brings its own.
    input_shape : tuple of int
        One image (height, width, channels).
    classes : int
        Of objects: number of classes, at least 1.
    grid : int
        Cells along each side of an image, at least 1: each names the object whose centre lies in
        it.
    boxes : int
        Boxes that each cell proposes, at least 1.
    """

    dataset: Annotated[str, OneOf(("annotated-images", "boxed-images", *GENERATED))]
    path: Annotated[str | None, Optional(PathText())] = None
    annotations: Annotated[str | None, Optional(PathText())] = None
    scenes: Annotated[int, Whole(10, 1_000_000)] = 10_000
    test_scenes: Annotated[int, Whole(10, 1_000_000)] = 1_000
    most_digits: Annotated[int, Whole(1, 9)] = 4
    validation_split: Annotated[float, Number(low=0, below=1)] = 0.1
    test_split: Annotated[float, Number(above=0, below=1)] = 0.2
    input_shape: Annotated[tuple[int, ...], SHAPE] = (64, 64, 1)
    classes: Annotated[int, OBJECTS] = 10
    grid: Annotated[int, GRID] = 8
    boxes: Annotated[int, BOXES] = 2

    def check_together(self) -> None:
        """Refuse a path where nothing is read, and scenes that are no grey squares of digits."""
        if self.path is not None and self.dataset in ("boxed-images", "digit-scenes-subset"):
            raise ArgumentType(
                f"path: the dataset {self.dataset} is not read from a file; got "
                f'{show(self.path)}. Set dataset = "annotated-images" or "digit-scenes".'
            )
        if self.annotations is not None and self.dataset != "annotated-images":
            raise ArgumentType(
                f"annotations: only annotated images have them; got {show(self.annotations)} "
                f'with {self.dataset}. Set dataset = "annotated-images".'
            )
        if self.dataset in GENERATED:
            self._check_scenes()
        shape = self.input_shape
        if self.dataset == "annotated-images" and shape[2:] not in ((1,), (3,)):
            raise ArgumentType(
                "input_shape: annotated images are grey or in colour, (height, width, 1) or "
                f"(height, width, 3); got {show(shape)}. Set the last number to 1 or 3."
            )

    def _check_scenes(self) -> None:
        shape = self.input_shape
        if len(shape) != 3 or shape[2] != 1 or min(shape[:2]) < 32:
            raise ArgumentType(
                "input_shape: scenes of digits are grey and at least 32 pixels high and wide, "
                f"(height, width, 1); got {show(shape)}. Set input_shape = (64, 64, 1), say."
            )
        if self.classes != 10:
            raise ArgumentType(
                f"classes: scenes of digits have 10; got {show(self.classes)}. Leave it out."
            )
