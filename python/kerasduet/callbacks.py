"""Keras callbacks of the caller's: checked, and resumed with the counts that they had."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kerasduet.checks import show
from kerasduet.errors import ArgumentType, RunFolderError

if TYPE_CHECKING:
    import keras

__all__ = ["checked", "each_step", "names", "refuse_others", "restore", "settle", "values"]

STEPS = ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end")
# What an experiment does by itself, so that it also resumes.
INSTEAD = {
    "EarlyStopping": "Set early_stopping, which keeps the best weights and resumes.",
    "BackupAndRestore": "Name a folder in out, which resumes from the last epoch.",
}
PLAIN = (bool, int, float, str, type(None))


def checked(given: Any) -> list[keras.callbacks.Callback]:
    """Give callbacks as a list, or refuse what is none.

    Raises
    ------
    ArgumentType
        It is no Keras callback, or one in whose place there is a setting.
    """
    if given is None:
        return []
    items = list(given) if isinstance(given, list | tuple) else [given]
    keras = sys.modules.get("keras")
    for item in items:
        if keras is None or not isinstance(item, keras.callbacks.Callback):
            raise ArgumentType(
                "callbacks: must be Keras callbacks, such as "
                f"[keras.callbacks.ReduceLROnPlateau()]; got {show(item)}."
            )
        instead = INSTEAD.get(type(item).__name__)
        if instead is not None:
            raise ArgumentType(f"callbacks: excludes {type(item).__name__}. {instead}")
    return items


def each_step(callbacks: Sequence[Any]) -> bool:
    """Say whether one of them asks to be called after each step, not only after several."""
    if not callbacks:
        return False
    from keras.callbacks import Callback

    return any(
        name in vars(item) or getattr(type(item), name) is not getattr(Callback, name)
        for item in callbacks
        for name in STEPS
    )


def names(callbacks: Sequence[Any]) -> list[str]:
    """Name their classes, in order."""
    return [type(item).__name__ for item in callbacks]


def values(callbacks: Sequence[Any]) -> list[dict[str, Any]]:
    """Give the class of each and its plain values, which are all that is kept of it."""
    return [
        {
            "class": type(item).__name__,
            "values": {
                name: _plain(value)
                for name, value in vars(item).items()
                if not name.startswith("__") and isinstance(_plain(value), PLAIN)
            },
        }
        for item in callbacks
    ]


def _plain(value: Any) -> Any:
    """Give a number of NumPy's as Python's own."""
    return value.item() if getattr(value, "shape", None) == () else value


def restore(callbacks: Sequence[Any], kept: Sequence[Mapping[str, Any]]) -> None:
    """Put back plain values that `values` gave, where a callback has them."""
    for item, noted in zip(callbacks, kept, strict=False):
        for name, value in noted["values"].items():
            if isinstance(_plain(vars(item).get(name, item)), PLAIN):
                setattr(item, name, value)


def settle(callbacks: Sequence[Any], kept: Sequence[Mapping[str, Any]]) -> None:
    """Put back what Keras forgets at the end of a first epoch, when it chooses how to compare."""
    for item, noted in zip(callbacks, kept, strict=False):
        if hasattr(item, "_set_monitor_op") and item.monitor_op is None:
            item._set_monitor_op()
            restore([item], [noted])


def refuse_others(
    callbacks: Sequence[Any], kept: Sequence[Mapping[str, Any]], *, epochs: int
) -> None:
    """Refuse to go on with other callbacks than a training of some epochs began with."""
    began = [noted["class"] for noted in kept]
    if epochs and names(callbacks) != began:
        raise RunFolderError(
            "callbacks: must be those that the training began with, "
            f"{', '.join(began) or 'none'}; got {', '.join(names(callbacks)) or 'none'}. Give "
            "the same again, or start over with overwrite = true."
        )
