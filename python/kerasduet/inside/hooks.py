"""Watch or change what layers give while a network runs: its graph stays as it is.

This works for every network, however its layers are nested, which a second network made of some of
its layers does not.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.environment import deterministic

if TYPE_CHECKING:
    import keras

__all__ = ["BATCH", "changed", "watched"]

BATCH = 64  # images at a time: the last bits depend on it
_ONE_AT_A_TIME = threading.RLock()


@contextmanager
def changed(operation: Any, change: Callable[[Any], Any]) -> Iterator[None]:
    """Let an operation give something else for a while.

    Parameters
    ----------
    operation : keras.Operation
        A layer of a network.
    change : callable
        Gives, of the function that computes its outputs, another one.
    """
    own = operation.__dict__.get("call")
    with _ONE_AT_A_TIME:
        # Past Keras's own tracking of attributes.
        object.__setattr__(operation, "call", change(operation.call))
        try:
            yield
        finally:
            object.__delattr__(operation, "call")
            if own is not None:
                object.__setattr__(operation, "call", own)


@deterministic()
def watched(
    model: keras.Model, operations: Sequence[Any], x: np.ndarray, *, inputs: bool = False
) -> list[np.ndarray]:
    """Run a network and give what some of its operations give.

    Parameters
    ----------
    model : keras.Model
        The network.
    operations : sequence of keras.Operation
        Layers of it.
    x : numpy.ndarray or tree
        What it takes (n, ...).
    inputs : bool
        Give what they take instead.

    Returns
    -------
    list of numpy.ndarray
        (n, ...) each, float32; of a layer that is used several times its last use.
    """
    from keras import ops

    from kerasduet.data.part import leaves, taken

    parts: list[list[np.ndarray]] = [[] for _ in operations]
    for start in range(0, len(next(leaves(x))), BATCH):
        seen: dict[int, Any] = {}
        with ExitStack() as stack:
            for place, operation in enumerate(operations):
                stack.enter_context(changed(operation, _noting(seen, place, inputs)))
            model(taken(x, slice(start, start + BATCH)), training=False)
        for place, found in seen.items():
            parts[place].append(np.asarray(ops.convert_to_numpy(found), dtype=np.float32))
    return [np.concatenate(part) for part in parts]


def _noting(seen: dict[int, Any], place: int, inputs: bool) -> Callable[[Any], Any]:
    def change(call: Any) -> Any:
        def noting(*given: Any, **named: Any) -> Any:
            found = call(*given, **named)
            note = given[0] if inputs else found
            seen[place] = note[0] if isinstance(note, tuple | list) else note
            return found

        return noting

    return change
