"""What an experiment becomes when some of its settings change."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from kerasduet import checks, environment
from kerasduet.errors import ArgumentType
from kerasduet.names import (
    Kind,
    having,
    is_own_network,
    names_of,
    network_arguments,
    refuse_misfit,
    taken_apart,
    task_of,
)
from kerasduet.registry import BUILDERS, TASKS
from kerasduet.settings import networks, optimizers
from kerasduet.settings.arguments import known_names

__all__ = ["made", "own_network", "replaced", "told"]


def replaced(before: Any, changes: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """Say what an experiment becomes.

    Parameters
    ----------
    before : Experiment
        As it was.
    changes : mapping
        Settings, as `Experiment.replace` takes them.

    Returns
    -------
    (dict, dict, dict)
        By flat names: defaults of the builder's arguments, settings that stay, settings given.
    """
    task, builder = TASKS[before.task], before.builder
    settings: dict[str, Any] = optimizers.spread(changes)
    optimizers.refuse_rate(settings, settings.get("schedule", before.schedule))
    if "dataset" in settings:
        task = task_of(settings["dataset"])
    if is_own_network(settings.get("model")):
        _refuse_builder(before, settings)
        settings = _sized(task, settings)
        builder = networks.OWN_NETWORK
    elif "builder" in settings:
        builder = settings["builder"]
        if callable(builder):
            raise ArgumentType(
                "builder: must be a name, such as 'lenet5'; got a function. Give one that "
                "makes a network as model."
            )
        BUILDERS.look_up("builder", builder)
        refuse_misfit(task, builder, settings.get("dataset", before.dataset))
    names = names_of(task, builder)
    where = f"the experiment {before.name}"
    if builder not in (before.builder, networks.OWN_NETWORK):
        where += f" with the builder {builder}"
    known_names(settings, [*names, "model"], where=where, having=having)
    if isinstance(settings.get("model"), Mapping):
        own = network_arguments(builder, task)
        known_names(settings["model"], own, where=f"the builder {builder}")
    kept = before.flat()
    if builder != before.builder:
        # A setting of two builders is not the same one: each has its own defaults.
        kept = {name: value for name, value in kept.items() if name not in before.model}
    kept = {name: value for name, value in kept.items() if name in names}
    if task.name != before.task:
        kept["description"] = ""  # it was of other data
    given = taken_apart(settings)
    usual = {name: item.default for name, item in network_arguments(builder, task).items()}
    return usual, kept | {"task": task.name, "builder": builder}, given


def _refuse_builder(before: Any, settings: Mapping[str, Any]) -> None:
    """Refuse a builder or its arguments beside a network of the caller's."""
    clash = [name for name in settings if name == "builder" or name in before.model]
    if clash:
        raise ArgumentType(
            f"{clash[0]}: excludes a model of your own; got "
            f"{checks.show(settings[clash[0]])} and a model. Give one of them."
        )


def made(given: Any, arguments: Mapping[str, Any]) -> Any:
    """Give a network of the caller's as it is, or call the function that makes it.

    Parameters
    ----------
    given : keras.Model, callable or text
        A function is called by name with those arguments that it has.
    arguments : mapping
        What the task's data decide, and the seed.
    """
    if not networks.is_function(given):
        return given
    taken = networks.taken(given, arguments)
    environment.settle_backend(networks.OWN_NETWORK)
    environment.start_backend()  # as asked for, and in half the time of an import in the function
    return networks.made(given, taken)


def own_network(given: Any, task: Kind, parts: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a network of the caller's that fits the data."""
    if given is None:
        raise ArgumentType("model: must be given; got nothing. Give a Keras model.")
    data = parts["data"]
    if task.decided and networks.is_function(given):
        raise ArgumentType(
            f"model: a function is called with {', '.join(task.decided)}, which follow from the "
            "data; got a function without data. Give both to run_experiment()."
        )
    network = made(given, task.shapes(data) | {"seed": parts["seed"]})
    text = networks.network_text(network, task.sides(data))
    if not isinstance(network, str | Mapping):
        task.check_network(network)
    return {"architecture": text}


def _sized(task: Kind, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Take data settings from a network that decides them, where they are not given."""
    network = settings["model"]
    sides = networks.sides(network) if networks.is_built(network) else None
    return dict(task.sized(*sides) if sides else {}) | dict(settings)


def told(flat: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, str]:
    """Show the settings that differ from those of a preset, if there is one, cut short."""
    changed = {
        name: value for name, value in flat.items() if name not in usual or usual[name] != value
    }
    if flat["builder"] == networks.OWN_NETWORK:
        changed["model"] = changed.pop("architecture", None)
    return {
        name: textwrap.shorten(repr(value), 60, placeholder=" ...")
        for name, value in changed.items()
        if name not in ("name", "task") and not (usual and name == "description")
    }
