"""Keras objects as text: what goes in comes back the same, and nothing runs but Keras itself.

A network, an optimizer, a schedule, a loss or a metric of the caller's is kept as the configuration
that Keras gives of it. Each class in it must be one of those listed here, or one that this session
registered with Keras; no text can name a module to import or code to run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kerasduet.checks import choice, show
from kerasduet.errors import ArgumentType, UnknownName
from kerasduet.settings.allowed import (
    ALLOWED,
    LOSSES,
    METRICS,
    NETWORKS,
    OPERATIONS,
    OPTIMIZERS,
    SCHEDULES,
    VALUES,
)
from kerasduet.settings.elsewhere import object_hint
from kerasduet.settings.rules import OneOf, Rule

__all__ = [
    "OBJECT_SETTINGS",
    "KerasObject",
    "brief",
    "is_object",
    "nodes",
    "parsed",
    "rebuilt",
    "shown",
    "snake",
    "text_of",
    "usual_config",
]

MOST_NODES = 50_000  # classes in one configuration
MOST_LAYERS = 12  # of a network, as people are told them
# What a metric holds memory for; MeanIoU for its classes squared.
MOST_SIZES = {"num_thresholds": 100_000, "num_classes": 5_000}


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


def is_object(value: Any) -> bool:
    """Say whether a setting is the text of an object."""
    return isinstance(value, str) and value.startswith("{")


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
    _refuse_strangers(name, node, is_text=is_text)
    if node["class_name"] not in known.classes and not _is_registered(node):
        raise _no_kind(name, known, node["class_name"])
    if not known.named:
        node["config"].pop("name", None)
    text = json.dumps(node, sort_keys=True, separators=(",", ":"))
    if kind == "network":
        _refuse_loose(name, node)
        return text
    _refuse_large(name, node)
    if is_text and kind != "optimizer":  # what is left of one lacks the settings of all
        _refuse_unmade(name, node, text)
    return text


def _refuse_loose(name: str, network: dict[str, Any]) -> None:
    """Refuse a network that is no list of layers, or computes before it is given anything."""
    for node in nodes(network):
        if node["class_name"] in NETWORKS and not _has_layers(node.get("config")):
            raise ArgumentType(
                f"{name}: must be a list of layers with their settings; got a "
                f"{node['class_name']} of something else."
            )
        for call in node.get("inbound_nodes") or ():
            if not any(part["class_name"] == "__keras_tensor__" for part in nodes(call)):
                raise ArgumentType(
                    f"{name}: must have layers that follow its input; got "
                    f"{node['class_name']} of constants. Leave it out."
                )


def _has_layers(config: Any) -> bool:
    layers = config.get("layers") if isinstance(config, dict) else None
    return isinstance(layers, list) and all(
        isinstance(x, dict) and isinstance(x.get("config"), dict) for x in layers
    )


def _refuse_large(name: str, node: dict[str, Any]) -> None:
    """Refuse an object that would take more memory than one of use."""
    for size, most in MOST_SIZES.items():
        given = node["config"].get(size)
        if isinstance(given, int | float) and given > most:
            raise ArgumentType(
                f"{name}: must have at most {most} {size}; got {show(given)} in "
                f"{node['class_name']}."
            )


def _refuse_unmade(name: str, node: dict[str, Any], text: str) -> None:
    """Refuse a text that Keras makes nothing of."""
    try:
        rebuilt(text)
    except Exception as error:  # of any class
        raise ArgumentType(
            f"{name}: must be what Keras can make again; got {node['class_name']} "
            f"({type(error).__name__}). Check its arguments."
        ) from None


def parsed(text: str) -> dict[str, Any]:
    """Read the text of an object."""
    node: dict[str, Any] = json.loads(text)
    return node


def rebuilt(text: str, changes: Mapping[str, Any] | None = None) -> Any:
    """Make the object again that a text of `text_of` describes, with some of its values changed."""
    import keras
    from keras.src.saving.serialization_lib import SafeModeScope

    node = parsed(text)
    node["config"] |= changes or {}
    with SafeModeScope(True):  # whatever this session allows
        return keras.saving.deserialize_keras_object(node)


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Go through all objects of a configuration, from the outermost in."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if "class_name" in item:
                yield item
            waiting.extend(reversed(item.values()))
        elif isinstance(item, list):
            waiting.extend(reversed(item))


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


def snake(name: str) -> str:
    """Write a class's name as Keras names its objects."""
    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()


def _no_kind(name: str, known: Kind, value: Any) -> ArgumentType:
    fix = _instead(known, value)
    example = "" if fix else f", such as {known.example}"
    return ArgumentType(f"{name}: must be a {known.noun}{example}; got {show(value)}.{fix}")


def _instead(known: Kind, value: Any) -> str:
    """Say which object a text stands for in other packages, if any."""
    fix = object_hint(value, known.base, known.classes) if isinstance(value, str) else ""
    return f" {fix}" if fix else ""


def _refuse_strangers(name: str, whole: dict[str, Any], *, is_text: bool) -> None:
    """Refuse each class that is neither Keras's own and known here, nor registered."""
    for number, node in enumerate(nodes(whole)):
        kind, module = node["class_name"], node.get("module")
        if number == MOST_NODES:
            raise ArgumentType(f"{name}: must be smaller; got more than {MOST_NODES} parts.")
        if not isinstance(kind, str):
            raise ArgumentType(f"{name}: must name its classes; got {show(kind)}.")
        if kind in VALUES:
            continue
        # "function" and "__lambda__", which Keras takes whatever their module, are no classes.
        if module in OPERATIONS and kind.isidentifier() and kind[0].isupper():
            continue
        if isinstance(module, str) and kind in ALLOWED.get(module, ()):
            continue
        if not kind.startswith("__") and _is_registered(node):
            continue
        called = (node.get("config") or {}) if isinstance(node.get("config"), dict) else {}
        where = f", named {show(called['name'])}" if called.get("name") else ""
        what = {
            "__lambda__": "a lambda",
            "function": f"the function {show(node.get('config'))}",
        }
        registered = node.get("registered_name")
        is_class = kind not in what
        if is_text and is_class and isinstance(registered, str) and ">" in registered:
            raise UnknownName(
                f"{name}: no class {show(registered)} is registered in this session. Register "
                "it with keras.saving.register_keras_serializable()."
            )
        raise ArgumentType(
            f"{name}: must be made of Keras's own classes that hold no code, or of registered "
            f"ones; got {what.get(kind, kind)}{where}. Use Keras's own, or register the class with "
            "keras.saving.register_keras_serializable()."
        )


def _is_registered(node: Mapping[str, Any]) -> bool:
    """Say whether a class or function was registered in this session: code that is here already.

    Keras looks up a function by its `config`, whatever its `registered_name` says.
    """
    of_function = node["class_name"] == "function"
    registered = node.get("config") if of_function else node.get("registered_name")
    if not isinstance(registered, str) or ">" not in registered:
        return False
    import keras

    return registered in keras.saving.get_custom_objects()


def usual_config(node: Mapping[str, Any]) -> dict[str, Any]:
    """Give the configuration of one of Keras's own objects that was made without arguments."""
    import keras

    place: Any = keras
    for part in str(node.get("module", "")).split(".")[1:]:
        place = getattr(place, part, None)
    try:
        found: dict[str, Any] = getattr(place, node["class_name"])().get_config()
    except Exception:  # it has arguments that must be given, or is of another package
        return {}
    return found
