"""Keras callbacks of the caller's: checked, and resumed with the counts that they had."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kerasduet.checks import show
from kerasduet.errors import ArgumentType, RunFolderError

if TYPE_CHECKING:
    import keras

__all__ = [
    "checked",
    "each_step",
    "given",
    "go_on",
    "names",
    "noted",
    "refuse_others",
    "refuse_two_rates",
    "restore",
    "settle",
]

STEPS = ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end")
# What an experiment does by itself, so that it also resumes.
INSTEAD = {
    "EarlyStopping": "Set early_stopping, which keeps the best weights and resumes.",
    "BackupAndRestore": "Name a folder in out, which resumes to the same bits.",
}

# They set the learning rate, which a schedule sets at each step.
SETTERS = {"LearningRateScheduler", "ReduceLROnPlateau"}
LOGGER = "CSVLogger"


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


def given(callbacks: Sequence[Any]) -> list[dict[str, Any]]:
    """Give the plain arguments that each was made with, as far as it keeps them by their names."""
    return [
        {
            name: _plain(vars(item)[name])
            for name in inspect.signature(type(item).__init__).parameters
            if name in vars(item) and _is_plain(vars(item)[name])
        }
        for item in callbacks
    ]


def _values(callbacks: Sequence[Any]) -> list[dict[str, Any]]:
    """Give the plain values of each, which are all that is kept of it."""
    return [
        {
            name: _plain(value)
            for name, value in vars(item).items()
            if not name.startswith("__") and _is_plain(value)
        }
        for item in callbacks
    ]


def noted(
    callbacks: Sequence[Any], made_with: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Give what a checkpoint keeps of them."""
    return [
        {"class": type(item).__name__, "given": dict(arguments), "values": found}
        for item, arguments, found in zip(callbacks, made_with, _values(callbacks), strict=True)
    ]


def _plain(value: Any) -> Any:
    """Give a number of NumPy's as Python's own, and a tuple as a list."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.item() if getattr(value, "shape", None) == () else value


def _is_plain(value: Any) -> bool:
    """Say whether JSON can hold a value."""
    value = _plain(value)
    if isinstance(value, dict):
        return all(isinstance(name, str) and _is_plain(item) for name, item in value.items())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return isinstance(value, bool | int | float | str | None)


def go_on(callbacks: Sequence[Any]) -> None:
    """Tell those that write a file that it goes on."""
    for item in callbacks:
        if type(item).__name__ == LOGGER:
            item.append = True


def restore(callbacks: Sequence[Any], kept: Sequence[Mapping[str, Any]]) -> None:
    """Put back plain values that `noted` gave, where a callback has them."""
    for item, note in zip(callbacks, kept, strict=False):
        if type(item).__name__ == LOGGER:
            continue  # it has looked at its file
        for name, value in note["values"].items():
            before = vars(item).get(name, item)
            if _is_plain(before):
                setattr(item, name, tuple(value) if isinstance(before, tuple) else value)


def settle(callbacks: Sequence[Any], kept: Sequence[Mapping[str, Any]]) -> None:
    """Put back what Keras forgets at the end of a first epoch, when it chooses how to compare."""
    for item, note in zip(callbacks, kept, strict=False):
        if hasattr(item, "_set_monitor_op") and item.monitor_op is None:
            item._set_monitor_op()
            restore([item], [note])


def refuse_others(
    callbacks: Sequence[Any], kept: Sequence[Mapping[str, Any]], *, epochs: int
) -> None:
    """Refuse to go on with other callbacks than a training of some epochs began with."""
    began = [note["class"] for note in kept]
    if epochs and names(callbacks) != began:
        raise RunFolderError(
            "callbacks: must be those that the training began with, "
            f"{', '.join(began) or 'none'}; got {', '.join(names(callbacks)) or 'none'}. Give "
            "the same again, or start over with overwrite = True."
        )
    for name, ours, note in zip(began, given(callbacks), kept, strict=False):
        for argument, value in ours.items():
            if note["given"].get(argument, value) != value:
                raise RunFolderError(
                    f"callbacks: must be those that the training began with, {name} with "
                    f"{argument} = {show(note['given'][argument])}; got {show(value)}. Give the "
                    "same again, or start over with overwrite = True."
                )


def refuse_two_rates(callbacks: Sequence[Any], schedule: str) -> None:
    """Refuse a callback that sets the learning rate beside a schedule."""
    for name in names(callbacks):
        if name in SETTERS and schedule != "constant":
            raise ArgumentType(
                f"callbacks: excludes {name} with a schedule, which sets the learning rate at "
                'each step; got both. Set schedule = "constant", or leave it out.'
            )
