"""Configurations of Keras objects as text: read, looked through, and made again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["is_object", "nodes", "parsed", "rebuilt", "snake", "usual_config"]


def is_object(value: Any) -> bool:
    """Say whether a setting is the text of an object."""
    return isinstance(value, str) and value.startswith("{")


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


def snake(name: str) -> str:
    """Write a class's name as Keras names its objects."""
    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()


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
