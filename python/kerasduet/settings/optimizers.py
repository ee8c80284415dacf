"""An optimizer of the caller's, taken apart into settings that every experiment has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kerasduet.checks import show
from kerasduet.errors import ArgumentType
from kerasduet.settings.objects import is_object, parsed, text_of, usual_config

__all__ = ["NAMED", "SHARED", "optimizer_class", "refuse_rate", "spread"]

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
    if given is None or isinstance(given, str | bool | int | float):
        return dict(settings)
    node = parsed(text_of("optimizer", given, "optimizer"))
    clash = [name for name in ("learning_rate", "schedule", *SHARED) if name in settings]
    if clash:
        raise ArgumentType(
            f"{clash[0]}: excludes an optimizer object, which has its own; got "
            f"{show(settings[clash[0]])} and {node['class_name']}. Set it in the optimizer."
        )
    config = node["config"]
    found: dict[str, Any] = {"schedule": "constant"}
    rate = config.pop("learning_rate", None)
    if isinstance(rate, dict):
        found["schedule"] = json.dumps(rate)
    elif rate is not None:
        found["learning_rate"] = _shortest(rate)
    for name, called in SHARED.items():
        value = config.pop(called, None)
        found[name] = 0.0 if value is None and name in ("momentum", "weight_decay") else value
    usual = usual_config(node)
    if (
        all(config[name] == usual.get(name, config) for name in config if name != "name")
        and node["class_name"].lower() in NAMED
    ):
        return dict(settings) | found | {"optimizer": node["class_name"].lower()}
    return dict(settings) | found | {"optimizer": json.dumps(node)}


NAMED = ("adam", "adamw", "rmsprop", "sgd")


def _shortest(value: float) -> float:
    """Give the shortest number of the same float32, which is what an optimizer keeps."""
    import numpy as np

    return float(str(np.float32(value)))


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
