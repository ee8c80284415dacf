"""An optimizer of the caller's, taken apart into settings that every experiment has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kerasduet.checks import show
from kerasduet.errors import ArgumentType
from kerasduet.settings.configurations import is_object, parsed, usual_config
from kerasduet.settings.objects import text_of

__all__ = ["NAMED", "SHARED", "optimizer_class", "refuse_rate", "spread"]

NAMED = ("adam", "adamw", "rmsprop", "sgd")  # what an experiment calls by a name
# A setting of an experiment, and what it is called in the configuration of an optimizer.
SHARED = {
    "momentum": "momentum",
    "weight_decay": "weight_decay",
    "clip_norm": "clipnorm",
    "clip_value": "clipvalue",
}


def spread(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Take an optimizer apart: settings that every experiment has, and what is its own.

    `optimizer=keras.optimizers.SGD(0.1, momentum=0.9)` is the same as `optimizer="sgd",
    learning_rate=0.1, momentum=0.9`; its learning-rate schedule becomes the setting `schedule`.

    Raises
    ------
    ArgumentType
        One of these settings is given beside it.
    """
    given = settings.get("optimizer")
    is_name = isinstance(given, str) and not is_object(given)
    if given is None or is_name or isinstance(given, bool | int | float):
        return dict(settings)
    _refuse_exclusions(given)
    node = parsed(text_of("optimizer", given, "optimizer"))
    config: dict[str, Any] = node["config"]
    found: dict[str, Any] = {}
    if "learning_rate" in config:
        rate = config.pop("learning_rate")
        is_schedule = isinstance(rate, dict)
        found["schedule"] = json.dumps(rate) if is_schedule else "constant"
        if not is_schedule:
            found["learning_rate"] = _shortest(rate)
    has_momentum = node["class_name"] in ("RMSprop", "SGD")
    for name, called in SHARED.items():
        if called in config and (has_momentum or name != "momentum"):
            value = config.pop(called)
            is_number = name in ("momentum", "weight_decay")
            found[name] = 0.0 if value is None and is_number else value
    brought = {*found, "learning_rate"} if found else set()
    clash = [name for name in settings if name in brought]
    if clash:
        raise ArgumentType(
            f"{clash[0]}: excludes an optimizer object, which has its own; got "
            f"{show(settings[clash[0]])} and {node['class_name']}. Set it in the optimizer."
        )
    usual = usual_config(node)
    is_usual = all(
        name in usual and config[name] == usual[name] for name in config if name != "name"
    )
    if found and is_usual and node["class_name"].lower() in NAMED:
        return dict(settings) | found | {"optimizer": node["class_name"].lower()}
    return dict(settings) | found | {"optimizer": json.dumps(node)}


def _refuse_exclusions(optimizer: Any) -> None:
    """Refuse an optimizer that leaves variables out of its decay: no description can say so."""
    kept = ("_exclude_from_weight_decay", "_exclude_from_weight_decay_pattern")
    if any(getattr(optimizer, name, None) for name in kept):
        raise ArgumentType(
            "optimizer: must decay all weights, as its description holds no exclusions; got "
            f"{type(optimizer).__name__} with some. Leave exclude_from_weight_decay() out."
        )


def optimizer_class(setting: str) -> str:
    """Give the class of an optimizer setting in small letters.

    Examples
    --------
    >>> optimizer_class("sgd"), optimizer_class('{"class_name": "SGD", "config": {}}')
    ('sgd', 'sgd')
    """
    return str(parsed(setting)["class_name"]).lower() if is_object(setting) else setting


def refuse_rate(settings: Mapping[str, Any], schedule: Any) -> None:
    """Refuse a learning rate beside a schedule object, which has its own."""
    is_name = schedule is None or (isinstance(schedule, str) and not is_object(schedule))
    if "learning_rate" in settings and not is_name:
        raise ArgumentType(
            "learning_rate: excludes a schedule object, which has its own; got "
            f'{show(settings["learning_rate"])}. Leave it out, or set schedule = "constant".'
        )


def _shortest(value: Any) -> Any:
    """Give the shortest number of the same float32, which is what an optimizer keeps."""
    if not isinstance(value, int | float):
        return value  # the setting's own rule refuses it
    import numpy as np

    return float(str(np.float32(value)))
