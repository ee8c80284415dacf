"""What a caller may look into: a network by itself, or that of a run."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.checks import nearest, show, text
from kerasduet.data.files import expanded
from kerasduet.data.pixels import check_images, one_of
from kerasduet.errors import ArgumentType, NonFinite, ShapeError, UnknownName
from kerasduet.experiments import Experiment
from kerasduet.inside.calls import Call, calls_of
from kerasduet.models import build_model
from kerasduet.result import Result
from kerasduet.settings.networks import is_built, is_model

if TYPE_CHECKING:
    import keras

__all__ = ["Subject", "chosen_call", "network_of", "subject_of"]


@dataclass(frozen=True)
class Subject:
    """A network, and what is known of the run that trained it.

    Parameters
    ----------
    model : keras.Model
        The network.
    run : Result, optional
        None of a network by itself.
    """

    model: keras.Model
    run: Result | None

    @property
    def name(self) -> str:
        """What a figure calls it."""
        return self.run.experiment.name if self.run is not None else str(self.model.name)

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes; empty of a network by itself."""
        return self.run.class_names if self.run is not None else ()

    @property
    def input_shape(self) -> tuple[int | None, ...]:
        """Shape of one input."""
        if len(self.model.inputs) != 1:
            raise ArgumentType(
                "run: must have a network with one input; got one with "
                f"{len(self.model.inputs)}."
            )
        return tuple(self.model.inputs[0].shape[1:])

    def inputs(self, given: Any, name: str, *, one: bool = False) -> np.ndarray:
        """Check images, or other inputs of a network by itself, and give what the network takes.

        Parameters
        ----------
        given : array-like
            Images as for `predict`; of a network by itself, what it takes.
        name : str
            Argument named in errors.
        one : bool
            Whether there must be one only, which may come without the axis of rows.

        Returns
        -------
        numpy.ndarray
            (n, ...), float32.
        """
        shape = self.input_shape
        images = (
            _own(given, shape, name, one)
            if self.run is None
            else self._images(given, name, one)
        )
        if one and len(images) != 1:
            raise ShapeError(
                f"{name}: must be one {one_of(images.shape[1:])}; got {len(images)}."
            )
        return images

    def _images(self, given: Any, name: str, one: bool) -> np.ndarray:
        assert self.run is not None
        learned: Any = self.run.preprocessing
        if not hasattr(learned, "input_shape"):
            raise ArgumentType(
                f"run: must be of images; got the run {self.name}, {self.run.task.noun}. Give its "
                "network, run.model, and what that takes."
            )
        task: Any = self.run.task
        files = task.files_of(self.run, given, name) if hasattr(task, "files_of") else None
        if files is not None:
            images = files.take(np.arange(len(files)))
        else:
            flat = self.run.experiment.builder == "dnn"
            if one:
                given = _with_rows(given, learned.input_shape, name, flat)
            images = check_images(given, learned.input_shape, flat=flat, name=name)
        return np.asarray(learned.to_network(images))


def _with_rows(given: Any, shape: tuple[int, ...], name: str, flat: bool) -> Any:
    """Give a single image, or video, an axis of rows."""
    try:
        image = np.asarray(given)
    except (TypeError, ValueError):  # what the check of images refuses in its own words
        return given
    singles = [shape, shape[:-1]] if shape[-1] == 1 else [shape]
    if image.shape in singles:
        return image[None]
    if image.ndim < (2 if flat else min(map(len, singles)) + 1):  # no rows of images either
        wanted = " or ".join(f"({', '.join(map(str, single))})" for single in singles)
        got = show(given) if image.ndim == 0 else show(image.shape)
        raise ShapeError(f"{name}: must be one {one_of(shape)}, of shape {wanted}; got {got}.")
    return image


def _own(given: Any, shape: tuple[int | None, ...], name: str, one: bool) -> np.ndarray:
    """Check the inputs of a network by itself."""
    try:
        values = np.asarray(given)
    except ValueError as error:
        raise ShapeError(f"{name}: must be a rectangular array; {error}.") from None
    if values.dtype.kind not in "buif":
        raise ArgumentType(f"{name}: must hold numbers; got {values.dtype}.")
    rows = (len(shape) + 1, len(shape))
    if (
        one
        and values.ndim == len(shape)
        and (values.ndim != 3 or values.shape[-1] == shape[-1])
    ):
        values = values[None]
    if values.ndim == len(shape) and shape[-1] == 1:
        values = values[..., None]  # grey images without their axis of channels
    if one and values.ndim == len(shape):
        values = values[None]
    fits = values.ndim == rows[0] and all(
        wanted in (None, size) for wanted, size in zip(shape, values.shape[1:], strict=True)
    )
    if not fits or not len(values):
        wanted = ["n", *("?" if size is None else str(size) for size in shape)]
        raise ShapeError(
            f"{name}: must have the shape ({', '.join(wanted)}), which the network takes; got "
            f"{show(np.shape(given))}."
        )
    values = values.astype(np.float32)
    if not np.isfinite(values).all():
        raise NonFinite(f"{name}: must be finite; got NaN or infinity.")
    return values


def _is_folder(given: Any) -> bool:
    try:
        return isinstance(given, str | os.PathLike) and bool(given) and expanded(given).is_dir()
    except (OSError, ValueError):
        return False


def network_of(given: Any) -> keras.Model:
    """Give the network of a model, a run, an experiment or a preset."""
    if isinstance(given, Experiment) or (isinstance(given, str) and not _is_folder(given)):
        return build_model(given)
    return subject_of(given, "model").model


def subject_of(given: Any, name: str = "run") -> Subject:
    """Give a run's network, or a network by itself.

    Raises
    ------
    ArgumentType
        Something else.
    """
    if isinstance(given, Result):
        return Subject(given.model, given)
    if not is_model(given):
        more = (
            ", an experiment or a built Keras model"
            if name == "model"
            else " or a built Keras model"
        )
        got, load = show(given), ""
        if _is_folder(given):
            got, load = f"the folder {str(given)!r}", " Load it with load_run()."
        raise ArgumentType(f"{name}: must be a run{more}; got {got}.{load}")
    if not is_built(given):
        raise ArgumentType(
            f"{name}: must be a functional or sequential network that knows its input; got the "
            f"network {given.name}. Begin it with keras.Input(...)."
        )
    return Subject(given, None)


def chosen_call(
    subject: Subject, layer: Any, suits: Any, what: str, *, last: bool = False
) -> Call:
    """Find a layer by its name, or the first or last one that suits.

    Parameters
    ----------
    subject : Subject
        Its network.
    layer : str or None
        Name; in a nested network with that one's name and a stroke before it, where several
        layers have it.
    suits : callable
        Says of a call whether it may be chosen.
    what : str
        What it must be, in words.
    last : bool
        Whether the last one is chosen where no name is given, else the first.

    Raises
    ------
    UnknownName
        No such layer.
    ArgumentType
        One that does not suit, or none that does.
    """
    calls = calls_of(subject.model)
    fitting = [call for call in calls if suits(call)]
    if layer is None:
        if not fitting:
            raise ArgumentType(
                f"run: must have {what}; got the network {subject.name}, which has none."
            )
        return fitting[-1 if last else 0]
    name = text("layer", layer)
    found = [call for call in calls if call.name == name]
    found = found or [call for call in calls if call.name.rpartition("/")[2] == name]
    if not found:
        raise UnknownName(
            f"layer: {subject.name} has no layer {name}. "
            f"{nearest(name, [call.name for call in calls])}"
        )
    if not suits(found[0]):
        others = ", ".join(dict.fromkeys(call.name for call in fitting))
        has = f"Use {others}." if others and len(fitting) < 12 else ""
        raise ArgumentType(f"layer: must be {what}; got {name}. {has}".rstrip())
    return found[0]
