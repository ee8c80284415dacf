"""Parameters of a network, counted without making its weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kerasduet.models.parts import COUNTING

if TYPE_CHECKING:
    import keras

__all__ = ["Counted", "counted"]

_FOUND: ContextVar[dict[str, int] | None] = ContextVar("weights by layer", default=None)


@dataclass(frozen=True)
class Counted:
    """A layer of a network.

    Parameters
    ----------
    name, kind : str
        As in the network, and its class in Keras.
    output : tuple of int
        Shape of what it gives, without the batch axis.
    parameters : int
        All its weights, those that are not trained included.
    """

    name: str
    kind: str
    output: tuple[int, ...]
    parameters: int


def counted(build: Callable[[], keras.Model]) -> list[Counted]:
    """Give the layers of a functional network, in order; its weights take no memory.

    Parameters
    ----------
    build : callable
        Makes the network, which is good for nothing else.

    Examples
    --------
    >>> from kerasduet.models.vision.vgg import vgg16
    >>> sum(layer.parameters for layer in counted(vgg16))
    138357544
    """
    found: dict[str, int] = {}
    token = _FOUND.set(found)
    try:
        with _without_weights():
            network = build()
    finally:
        _FOUND.reset(token)
    return [
        Counted(
            layer.name,
            type(layer).__name__,
            tuple(layer.output.shape[1:]),
            found.get(layer.name, 0),
        )
        for layer in network.layers
    ]


@contextmanager
def _without_weights() -> Iterator[None]:
    """Have the layers of this thread note the shapes of their weights and make single numbers."""
    import keras

    with COUNTING:
        made = keras.layers.Layer.add_weight

        def noted(layer: Any, *arguments: Any, **named: Any) -> Any:
            found = _FOUND.get()
            if found is None:  # another thread's
                return made(layer, *arguments, **named)
            shape = named.get("shape", arguments[0] if arguments else ())
            found[layer.name] = found.get(layer.name, 0) + math.prod(shape or ())
            return made(layer, shape=(), initializer="zeros")

        keras.layers.Layer.add_weight = noted
        try:
            yield
        finally:
            keras.layers.Layer.add_weight = made
