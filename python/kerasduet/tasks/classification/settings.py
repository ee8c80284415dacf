"""Which images, and how they are split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from kerasduet.checks import show
from kerasduet.errors import ArgumentRange, ArgumentType
from kerasduet.settings import Number, OneOf, Optional, PathText, Section, Several, Whole
from kerasduet.settings.common import CLASSES, SHAPE
from kerasduet.settings.sections import Training

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = [
    "COLOURED",
    "ImageSettings",
    "ImageTraining",
    "refuse_fine_tuning",
    "refuse_other_classes",
]

# In the size of CIFAR-10, with its ten classes.
COLOURED = ("cifar10", "coloured-shapes")
FLIPS = ("horizontal", "vertical", "both")


@dataclass(frozen=True, kw_only=True)
class ImageSettings(Section):
    """Images and their splits.

    Parameters
    ----------
    dataset : {"mnist", "mnist-subset", "cifar10", "coloured-shapes", "images"}
        Of images: MNIST, always its 5,000-image subset, CIFAR-10, generated images of shapes in its
        size, or the caller's own.
    path : str, optional
        MNIST file (.npz); of CIFAR-10 its folder of batches, the .tar.gz of it or an .npz file;
        None looks in the usual places.
    validation_split : float
        Fraction of the training rows held out for validation, in [0, 1).
    test_split : float
        Fraction of the rows held out for the test, in (0, 1); MNIST and CIFAR-10 bring their own.
    input_shape : tuple of int
        One image (height, width, channels).
    classes : int
        Number of classes, at least 2.
    """

    dataset: Annotated[str, OneOf(("images", "mnist", "mnist-subset", *COLOURED))]
    path: Annotated[str | None, Optional(PathText())] = None
    validation_split: Annotated[float, Number(low=0, below=1)] = 0.2
    test_split: Annotated[float, Number(above=0, below=1)] = 0.1
    input_shape: Annotated[tuple[int, ...], SHAPE] = (28, 28, 1)
    classes: Annotated[int, CLASSES] = 10

    def check_together(self) -> None:
        """Refuse a path where nothing is read from a file."""
        if self.path is not None and self.dataset not in ("mnist", "cifar10"):
            other = "cifar10" if self.dataset in COLOURED else "mnist"
            raise ArgumentType(
                f"path: the dataset {self.dataset} is not read from a file; got "
                f'{show(self.path)}. Set dataset = "{other}".'
            )


class ClassWeights(Several):
    """One weight a class; a mapping must have the codes from 0, each once."""

    def __init__(self) -> None:
        super().__init__(Number(low=0))

    def __call__(self, name: str, value: Any) -> tuple[Any, ...]:
        """Check every weight."""
        if isinstance(value, Mapping):
            if not value:
                raise ArgumentType(f"{name}: must have at least one value; got {show(value)}.")
            by_code = {_code(key): weight for key, weight in value.items()}
            if named := [key for key in by_code if isinstance(key, str)]:
                raise ArgumentType(
                    f"{name}: must be weights in the order of the classes, or by code from 0; got "
                    f"the name {show(named[0])}. Give the weights alone, in the order of the "
                    "columns of predicted probabilities."
                )
            if set(by_code) != set(range(len(value))):
                raise ArgumentType(
                    f"{name}: must name every class by its code, from 0; got codes "
                    f"{show(list(by_code))}."
                )
            value = [by_code[code] for code in range(len(value))]
        if isinstance(value, str):
            raise ArgumentType(
                f"{name}: must be one weight a class, in their order; got {show(value)}. Give "
                'numbers, such as n / (classes x rows of the class); only tables take "balanced".'
            )
        return super().__call__(name, value)

    @property
    def hint(self) -> str:
        """Weights in the order of the classes, or by code."""
        return f"{super().hint} | Mapping[int, float]"


def _code(key: Any) -> Any:
    """Give a code as a number, which R writes as a name."""
    is_written = isinstance(key, str) and key.isascii() and key.isdecimal()
    return int(key) if is_written else key


@dataclass(frozen=True, kw_only=True)
class ImageTraining(Training):
    """How a network of images learns: its training images may move, anew in each epoch.

    Parameters
    ----------
    shift : float
        Training images move by up to this fraction of their height up or down and of their
        width left or right, in [0, 1).
    rotate : float
        Training images turn by up to so many degrees either way, in [0, 180].
    zoom : float
        Training images grow or shrink by up to this fraction, in [0, 1).
    flip : {"horizontal", "vertical", "both"}, optional
        "horizontal" mirrors half of the training images left to right, "vertical" half of them
        top to bottom, "both" does each; None does neither.
    fine_tune_epochs : int, optional
        Of transfer: after `epochs` of the head alone, train so many more of it and of the base's
        layers from `trainable_from` on; None trains those from the start.
    fine_tune_rate : float
        Learning rate of these epochs, above 0; it stays the same.
    class_weight : tuple of float, optional
        Weight of each class in the loss of the training images, in code order, at least 0; None
        weighs all the same. A mapping from codes, as Keras takes it, is taken as well.
    """

    shift: Annotated[float, Number(low=0, below=1)] = 0.0
    rotate: Annotated[float, Number(low=0, high=180)] = 0.0
    zoom: Annotated[float, Number(low=0, below=1)] = 0.0
    flip: Annotated[str | None, Optional(OneOf(FLIPS))] = None
    fine_tune_epochs: Annotated[int | None, Optional(Whole(1))] = None
    fine_tune_rate: Annotated[float, Number(above=0)] = 1e-5
    class_weight: Annotated[tuple[float, ...] | None, Optional(ClassWeights())] = None


def refuse_fine_tuning(experiment: Experiment) -> None:
    """Refuse a second stage of a network that has none, or that another setting forbids."""
    count = experiment.fine_tune_epochs
    if count is None:
        return
    if experiment.model.get("trainable_from") is None:
        raise ArgumentType(
            f"fine_tune_epochs: needs trainable_from, a layer of the builder transfer's base; got "
            f"{count} without it. Set both."
        )
    if experiment.early_stopping is not None:
        raise ArgumentType(
            "fine_tune_epochs: excludes early_stopping, as each stage has its own epochs; got "
            f"{count} and {experiment.early_stopping}. Set early_stopping to None."
        )


def refuse_other_classes(weights: tuple[float, ...] | None, classes: int) -> None:
    """Refuse weights of another number of classes, and weights of 0 alone."""
    if weights is None:
        return
    if len(weights) != classes:
        raise ArgumentType(
            f"class_weight: must have one weight a class ({classes}); got {len(weights)}."
        )
    if not any(weights):
        raise ArgumentRange(
            "class_weight: must have a weight above 0; got 0 for every class, so that nothing "
            "would be learned."
        )
