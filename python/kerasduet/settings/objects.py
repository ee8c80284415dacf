"""Keras objects as text: what goes in comes back the same, and nothing runs but Keras itself.

A network, an optimizer, a schedule, a loss or a metric of the caller's is kept as the configuration
that Keras gives of it. Each class in it must be one of those listed here, or one that this session
registered with Keras; no text can name a module to import or code to run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kerasduet.checks import choice, show
from kerasduet.errors import ArgumentType, UnknownName
from kerasduet.settings.allowed import LOSSES, METRICS, NETWORKS, OPTIMIZERS, SCHEDULES
from kerasduet.settings.configurations import is_object, parsed, snake, usual_config
from kerasduet.settings.elsewhere import object_hint
from kerasduet.settings.rules import OneOf, Rule
from kerasduet.settings.safety import (
    is_registered,
    refuse_large,
    refuse_loose,
    refuse_strangers,
    refuse_unmade,
)

__all__ = ["OBJECT_SETTINGS", "KerasObject", "brief", "shown", "text_of"]

MOST_LAYERS = 12  # of a network, as people are told them


@dataclass(frozen=True)
class Kind:
    """A kind of Keras object.

    Parameters
    ----------
    noun, example : str
        For messages.
    base : str
        Where its class is found in Keras, such as "optimizers.Optimizer".
    classes : set of str
        Which of Keras's own classes it may be.
    named : bool
        Whether its name decides something, such as a column of the history.
    """

    noun: str
    example: str
    base: str
    classes: set[str]
    named: bool = False


KINDS = {
    "network": Kind(
        "Keras model", "keras.Sequential([...])", "models.Model", NETWORKS, named=True
    ),
    "optimizer": Kind(
        "Keras optimizer", "keras.optimizers.Adam()", "optimizers.Optimizer", OPTIMIZERS
    ),
    "schedule": Kind(
        "Keras learning-rate schedule",
        "keras.optimizers.schedules.ExponentialDecay(0.1, 100, 0.9)",
        "optimizers.schedules.LearningRateSchedule",
        SCHEDULES,
    ),
    "loss": Kind("Keras loss", "keras.losses.Huber()", "losses.Loss", LOSSES),
    "metric": Kind(
        "Keras metric",
        "keras.metrics.SparseTopKCategoricalAccuracy(k=3)",
        "metrics.Metric",
        METRICS,
        named=True,
    ),
}


@dataclass(frozen=True)
class KerasObject(Rule):
    """A Keras object, kept as the text of its configuration; or one of some names.

    Parameters
    ----------
    kind : str
        A key of `KINDS`.
    options : tuple of str
        Names that stand for themselves.
    """

    kind: str
    options: tuple[str, ...] = ()

    def __call__(self, name: str, value: Any) -> str:
        """Check one value."""
        # As before there were objects, where it can only be a name.
        plain = value is None or isinstance(value, bool | int | float)
        if self.options and (plain or (isinstance(value, str) and not is_object(value))):
            known = str(value).lower() in self.options
            fix = "" if known else _instead(KINDS[self.kind], value)
            if fix:
                raise UnknownName(f"{name}: no option {show(value)}.{fix}")
            return choice(name, value, self.options)
        return text_of(name, value, self.kind)

    @property
    def text(self) -> str:
        """The names, and the kind of object."""
        noun = f"a {KINDS[self.kind].noun}"
        if not self.options:
            return noun
        return "one of " + ", ".join(f'"{option}"' for option in self.options) + f", or {noun}"

    @property
    def hint(self) -> str:
        """The names, and the class."""
        own = "keras." + KINDS[self.kind].base
        return f"{OneOf(self.options).hint} | {own}" if self.options else own

    @property
    def off(self) -> str:
        """The name that stands for none."""
        return OneOf(self.options).off

    def bad(self) -> list[Any]:
        """Give a name with a slip, what is no object, and what holds code."""
        slip = [self.options[0] + "x"] if self.options else ["x"]
        lambdas = '{"module": "keras.layers", "class_name": "Lambda", "config": {}}'
        return [*slip, "", 1, True, float("nan"), lambdas, "{"]

    def read(self, typed: str) -> str:
        """Take it as it is."""
        return typed


# Settings that may be Keras objects; others may be texts that only look like one.
OBJECT_SETTINGS = frozenset(
    {"architecture", "base", "loss", "metrics", "optimizer", "schedule"}
)


def shown(name: str, value: Any) -> Any:
    """Give a setting for people: a Keras object briefly, anything else as it is."""
    return brief(value) if name in OBJECT_SETTINGS else value


def brief(value: Any) -> Any:
    """Give a setting for people: of an object its class, or the layers of a network.

    Examples
    --------
    >>> nadam = '{"module": "keras.optimizers", "class_name": "Nadam", "config": {"beta_1": 0.8}}'
    >>> brief(nadam)
    'Nadam(beta_1 = 0.8)'
    >>> brief("adam"), brief(3)
    ('adam', 3)
    """
    if isinstance(value, tuple):
        return tuple(brief(item) for item in value)
    if not is_object(value):
        return value
    node = parsed(value)
    inside = node["config"]
    if "layers" in inside:
        kinds = [layer["class_name"] for layer in inside["layers"]]
        kinds = [kind for kind in kinds if kind != "InputLayer"]
        if len(kinds) > MOST_LAYERS:
            kinds[MOST_LAYERS - 1 :] = [f"{len(kinds) - MOST_LAYERS + 1} more layers"]
        return ", ".join(kinds)
    usual = usual_config(node)
    told = [
        f"{name} = {show(item)}"
        for name, item in inside.items()
        if not isinstance(item, dict) and name not in ("name", "dtype")
        if item != usual.get(name)
    ]
    return f"{node['class_name']}({', '.join(told)})"


def text_of(name: str, value: Any, kind: str) -> str:
    """Give the text of a Keras object, or of a configuration that was read.

    Raises
    ------
    ArgumentType
        It is no such object, or holds a class that is not allowed.
    UnknownName
        A text names a registered class that this session does not know.
    """
    known = KINDS[kind]
    if isinstance(value, str | Mapping):
        node = _read(name, value, known)
        is_text = True
    else:
        node = _described(name, value, known)
        is_text = False
    refuse_strangers(name, node, is_text=is_text)
    if node["class_name"] not in known.classes and not is_registered(node):
        raise _no_kind(name, known, node["class_name"])
    if not known.named:
        node["config"].pop("name", None)
    text = json.dumps(node, sort_keys=True, separators=(",", ":"))
    if kind == "network":
        refuse_loose(name, node)
        return text
    refuse_large(name, node)
    if is_text and kind != "optimizer":  # what is left of one lacks the settings of all
        refuse_unmade(name, node, text)
    return text


def _read(name: str, value: Any, known: Kind) -> dict[str, Any]:
    try:
        node = json.loads(value if isinstance(value, str) else json.dumps(value))
        if isinstance(node["class_name"], str) and isinstance(node["config"], dict):
            return {key: node[key] for key in node if key != "compile_config"}
    except (ValueError, TypeError, KeyError, RecursionError):
        pass
    raise _no_kind(name, known, value)


def _described(name: str, value: Any, known: Kind) -> dict[str, Any]:
    import sys

    if "keras" not in sys.modules:  # then nothing is of it
        raise _no_kind(name, known, value)
    import keras

    base: Any = keras
    for part in known.base.split("."):
        base = getattr(base, part)
    if not isinstance(value, base):
        raise _no_kind(name, known, value)
    try:
        node = keras.saving.serialize_keras_object(value)
        node.pop("compile_config", None)
        node = json.loads(json.dumps(node))
        _make_public(node)
        assert isinstance(node["config"], dict)
    except Exception as error:  # of a class of anyone's
        raise ArgumentType(
            f"{name}: must be what Keras can describe in JSON; got {type(value).__name__} "
            f"({type(error).__name__}). Build it of Keras's own parts, or give its classes "
            "get_config()."
        ) from None
    prefix = snake(node["class_name"])
    if known is KINDS["metric"] and re.fullmatch(rf"{prefix}_\d+", node["config"]["name"]):
        node["config"]["name"] = prefix  # of the second of its kind in a session
    found: dict[str, Any] = node
    return found


def _make_public(node: dict[str, Any]) -> None:
    """Name an optimizer as every backend knows it: torch has classes of its own for them."""
    import keras

    of_backend = str(node["module"]).startswith("keras.src.backend.")
    if of_backend and hasattr(keras.optimizers, node["class_name"]):
        node.update(module="keras.optimizers", registered_name=None)


def _no_kind(name: str, known: Kind, value: Any) -> ArgumentType:
    fix = _instead(known, value)
    example = "" if fix else f", such as {known.example}"
    return ArgumentType(f"{name}: must be a {known.noun}{example}; got {show(value)}.{fix}")


def _instead(known: Kind, value: Any) -> str:
    """Say which object a text stands for in other packages, if any."""
    fix = object_hint(value, known.base, known.classes) if isinstance(value, str) else ""
    return f" {fix}" if fix else ""
