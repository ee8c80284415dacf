"""One rule an argument, whichever way it arrives: experiment, builder, R or JSON."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from kerasduet import checks
from kerasduet.errors import (
    ArgumentRange,
    ArgumentType,
    HorizonError,
    SeedError,
    ShapeError,
    UnknownName,
)

__all__ = [
    "DATASETS",
    "RULES",
    "Arguments",
    "check_all",
    "image_survives",
    "known_names",
    "one_per_layer",
]

DATASETS = ("co2", "images", "mnist", "mnist-subset", "series")
OPTIMIZERS = ("adam", "adamw", "rmsprop", "sgd")
INITIALIZERS = ("glorot_normal", "glorot_uniform", "he_normal", "he_uniform")
ACTIVATIONS = ("elu", "gelu", "linear", "relu", "sigmoid", "softmax", "swish", "tanh")
MAX_SEED = 2**32 - 1
# R's integers end here, and so do the counters of some backends.
MAX_COUNT = 2**31 - 1
# The weights of a wider layer fill a machine's memory long before training starts.
MAX_WIDTH = 1_000_000

Check = Callable[[str, Any], Any]


def _whole(low: int, most: int = MAX_COUNT, **settings: Any) -> Check:
    # Apart from the lower limit, so that a message names the one that was broken.
    return lambda name, value: checks.whole(
        name, checks.whole(name, value, low=low, **settings), high=most
    )


def _number(**limits: Any) -> Check:
    return lambda name, value: checks.number(name, value, **limits)


def _choice(options: tuple[str, ...]) -> Check:
    return lambda name, value: checks.choice(name, value, options)


def _path(name: str, value: Any) -> str:
    return checks.text(name, os.fspath(value) if isinstance(value, os.PathLike) else value)


def _seed(name: str, value: Any) -> int:
    return checks.whole(
        name, value, low=0, high=MAX_SEED, error=SeedError, type_error=SeedError
    )


def _horizon(name: str, value: Any) -> int:
    steps = checks.whole(
        name,
        value,
        low=1,
        error=HorizonError,
        type_error=HorizonError,
        fix="A forecast lies at least one step ahead.",
    )
    return checks.whole(name, steps, high=MAX_WIDTH, error=HorizonError)


_rate = _number(low=0, high=1, high_open=True, fix="It is a fraction of the units dropped.")
_size = _whole(1, MAX_WIDTH, fraction_error=ArgumentRange)
_positive = _number(low=0, low_open=True)
_not_negative = _number(low=0)

# One rule an argument, whichever way it arrives: experiment, builder, R or JSON.
RULES: Mapping[str, Check] = MappingProxyType(
    {
        "name": checks.text,
        "description": checks.line,
        "dataset": _choice(DATASETS),
        "path": checks.optional(_path),
        "time": checks.optional(checks.text),
        "time_format": checks.optional(checks.text),
        "target": checks.optional(checks.text),
        "features": checks.several(checks.text, empty=True),
        "own_past": checks.flag,
        "frequency": checks.optional(checks.text),
        "missing": _choice(("error", "interpolate")),
        "season": _whole(1),
        "difference": _whole(0),
        "straddle": checks.flag,
        "lookback": _whole(1),
        "n_features": _whole(1, MAX_WIDTH),
        "horizon": _horizon,
        "validation_split": _number(low=0, high=1, high_open=True),
        "test_split": _number(low=0, high=1, low_open=True, high_open=True),
        "optimizer": _choice(OPTIMIZERS),
        "learning_rate": _positive,
        "momentum": _number(low=0, high=1, high_open=True),
        "weight_decay": _not_negative,
        "clip_norm": checks.optional(_positive),
        "clip_value": checks.optional(_positive),
        "epochs": _whole(1),
        "batch_size": _whole(1),
        "seed": _seed,
        "early_stopping": checks.optional(_whole(1)),
        "input_shape": checks.several(_size),
        "classes": _whole(2, MAX_WIDTH),
        "filters": checks.several(_size),
        "kernel_size": _size,
        "pool_size": _size,
        "units": checks.several(_size),
        "dense_units": checks.several(_size, empty=True),
        "dropout": checks.several(_rate),
        "l1": _not_negative,
        "l2": _not_negative,
        "activation": _choice(ACTIVATIONS),
        "dense_activation": _choice(ACTIVATIONS),
        "output_activation": _choice(ACTIVATIONS),
        "kernel_initializer": _choice(INITIALIZERS),
        "kind": _choice(("gru", "lstm", "rnn")),
    }
)


def check_all(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Apply the rule of every argument.

    Examples
    --------
    >>> check_all({"epochs": 2.0, "dropout": 0.4})
    {'epochs': 2, 'dropout': (0.4,)}
    """
    return {name: RULES[name](name, value) for name, value in arguments.items()}


class Arguments:
    """A builder's arguments after their rules: `Arguments(locals()).units`."""

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        self.__dict__.update(check_all(arguments))

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


def known_names(given: Iterable[str], known: Iterable[str], *, where: str) -> None:
    """Refuse names that `where` does not have, offering the nearest."""
    names = list(known)
    for name in given:
        if name not in names:
            raise UnknownName(
                f"{name}: {where} has no such setting. {checks.nearest(str(name), names)}"
            )


def one_per_layer(name: str, values: tuple[Any, ...], layers: int) -> tuple[Any, ...]:
    """Repeat a single value for every layer, or insist on one a layer."""
    if len(values) == 1:
        return values * layers
    if len(values) != layers:
        raise ArgumentType(
            f"{name}: must have one value, or one a layer ({layers}); got "
            f"{checks.show(values)}."
        )
    return values


def image_survives(input_shape: tuple[int, ...], blocks: int, kernel: int, pool: int) -> None:
    """Refuse an image that convolution and pooling would shrink to nothing."""
    if len(input_shape) != 3:
        raise ShapeError(
            f"input_shape: must be (height, width, channels); got {checks.show(input_shape)}."
        )
    size = min(input_shape[:2])
    for block in range(1, blocks + 1):
        size = (size - kernel + 1) // pool
        if size < 1:
            raise ShapeError(
                f"input_shape: must leave at least one pixel after {blocks} blocks; got "
                f"{checks.show(input_shape)}, used up in block {block}. Use fewer filters "
                "entries, a smaller kernel_size or a smaller pool_size."
            )
