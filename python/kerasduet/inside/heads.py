"""What a network says of a class: one number for each input, before the last squeeze."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerasduet.checks import choice, nearest, show, whole
from kerasduet.errors import ArgumentType, UnknownName
from kerasduet.inside.calls import functional
from kerasduet.inside.hooks import changed
from kerasduet.inside.networks import Subject

__all__ = ["Head", "head_of", "last_operation"]

SQUEEZES = ("softmax", "sigmoid")


@dataclass(frozen=True)
class Head:
    """One output of a network.

    Parameters
    ----------
    subject : Subject
        Whose network.
    place : int
        Among its outputs.
    name : str
        Of the layer that gives it.
    units : int
        Numbers that it gives for an input.
    """

    subject: Subject
    place: int
    name: str
    units: int

    @property
    def operation(self) -> Any:
        """What gives it."""
        return last_operation(self.subject.model, self.place)

    @contextmanager
    def plain(self) -> Iterator[None]:
        """Leave out softmax or sigmoid for a while, so that no probability near 1 hides a slope."""
        operation = self.operation
        activation = getattr(operation, "activation", None)
        if getattr(activation, "__name__", "") in SQUEEZES:
            # Past Keras's own tracking of attributes.
            object.__setattr__(operation, "activation", lambda x: x)
            try:
                yield
            finally:
                object.__setattr__(operation, "activation", activation)
        elif type(operation).__name__.lower() in SQUEEZES:
            with changed(operation, lambda call: lambda x, *more, **named: x):
                yield
        else:
            yield

    def scores(self, x: Any, codes: np.ndarray) -> Any:
        """Give what the network says of a class of each input: a tensor (n,)."""
        from keras import ops, tree

        output = tree.flatten(self.subject.model(x, training=False))[self.place]
        if self.units == 1:
            # Of two classes the one number speaks for the second, and against the first.
            signs = np.where(codes == 0, -1.0, 1.0).astype(np.float32)
            return output[:, 0] * ops.convert_to_tensor(signs)
        chosen = np.eye(self.units, dtype=np.float32)[codes]
        return ops.sum(output * ops.convert_to_tensor(chosen), axis=-1)

    def codes(self, x: np.ndarray, label: Any) -> np.ndarray:
        """Give the class that each input is asked about: the one named, or the one predicted."""
        if label is not None:
            return np.full(len(x), self._code(label))
        from keras import ops, tree

        with self.plain():
            output = tree.flatten(self.subject.model(x, training=False))[self.place]
        values = np.asarray(ops.convert_to_numpy(output))
        if self.units == 1:
            return (values[:, 0] > 0).astype(np.int64)
        return values.argmax(axis=-1)

    def called(self, code: int) -> str:
        """Name a class in a figure."""
        names = self._names
        return names[code] if names else str(code)

    @property
    def _names(self) -> Sequence[str]:
        names = self.subject.class_names
        return names if len(names) in (self.units, self.units + (self.units == 1)) else ()

    def _code(self, label: Any) -> int:
        names = self._names
        if not names:
            return whole("label", label, low=0, high=max(self.units, 2) - 1)
        given = show(label)
        if given not in names:
            raise UnknownName(f"label: no class {given}. {nearest(given, names)}")
        return list(names).index(given)


def head_of(subject: Subject, head: Any) -> Head:
    """Find an output of a network by the name of its layer; the first where none is named.

    Raises
    ------
    UnknownName
        No such output.
    ArgumentType
        One that gives more than a row of numbers.
    """
    outputs = subject.model.outputs
    names = [last_operation(subject.model, place).name for place in range(len(outputs))]
    place = 0 if head is None else names.index(choice("head", head, names))
    shape = tuple(outputs[place].shape[1:])
    if len(shape) != 1 or shape[0] is None:
        raise ArgumentType(
            f"head: must give one row of numbers for an image; got {names[place]}, which gives the "
            f"shape {show(shape)}."
        )
    return Head(subject, place, names[place], shape[0])


def last_operation(model: Any, place: int = 0) -> Any:
    """Give the operation behind an output, in a nested network too."""
    tensor = functional(model).outputs[place]
    history = tensor._keras_history
    operation = history.operation
    if hasattr(functional(operation), "_nodes_by_depth"):
        return last_operation(operation, history.tensor_index)
    return operation
