"""What no configuration may hold: code, classes of strangers, sizes that fill the memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerasduet.checks import show
from kerasduet.errors import ArgumentType, UnknownName
from kerasduet.settings.allowed import ALLOWED, NETWORKS, OPERATIONS, VALUES
from kerasduet.settings.configurations import nodes, rebuilt

__all__ = ["is_registered", "refuse_large", "refuse_loose", "refuse_strangers", "refuse_unmade"]

MOST_NODES = 50_000  # classes in one configuration

# What a metric holds memory for; MeanIoU for its classes squared.
MOST_SIZES = {"num_thresholds": 100_000, "num_classes": 5_000}


def refuse_loose(name: str, network: dict[str, Any]) -> None:
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


def refuse_large(name: str, node: dict[str, Any]) -> None:
    """Refuse an object that would take more memory than one of use."""
    for size, most in MOST_SIZES.items():
        given = node["config"].get(size)
        if isinstance(given, int | float) and given > most:
            raise ArgumentType(
                f"{name}: must have at most {most} {size}; got {show(given)} in "
                f"{node['class_name']}."
            )


def refuse_unmade(name: str, node: dict[str, Any], text: str) -> None:
    """Refuse a text that Keras makes nothing of."""
    try:
        rebuilt(text)
    except Exception as error:  # of any class
        raise ArgumentType(
            f"{name}: must be what Keras can make again; got {node['class_name']} "
            f"({type(error).__name__}). Check its arguments."
        ) from None


def refuse_strangers(name: str, whole: dict[str, Any], *, is_text: bool) -> None:
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
        if not kind.startswith("__") and is_registered(node):
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


def is_registered(node: Mapping[str, Any]) -> bool:
    """Say whether a class or function was registered in this session: code that is here already.

    Keras looks up a function by its `config`, whatever its `registered_name` says.
    """
    of_function = node["class_name"] == "function"
    registered = node.get("config") if of_function else node.get("registered_name")
    if not isinstance(registered, str) or ">" not in registered:
        return False
    import keras

    return registered in keras.saving.get_custom_objects()
