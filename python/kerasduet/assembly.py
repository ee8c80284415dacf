"""From settings by their flat names to the checked parts of an experiment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerasduet import checks
from kerasduet.changes import own_network
from kerasduet.errors import ArgumentRange, ArgumentType
from kerasduet.names import (
    OWN,
    having,
    names_of,
    network_arguments,
    refuse_misfit,
    section,
    taken_apart,
    task_of,
)
from kerasduet.registry import BUILDERS, TASKS
from kerasduet.settings import networks, optimizers
from kerasduet.settings.arguments import arguments_of, check_all, check_together, known_names
from kerasduet.settings.configurations import is_object
from kerasduet.settings.sections import Network

__all__ = ["parts_of", "refuse_misfits"]


def parts_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Sort the settings into their sections, each of which checks its own."""
    flat = optimizers.spread(taken_apart(settings))
    for name in ("name", "dataset", "builder"):
        if name not in flat:
            raise ArgumentType(f"{name}: must be given; got nothing.")
    task = task_of(flat["dataset"])
    if "task" in flat and TASKS.look_up("task", flat["task"]).name != task.name:
        raise ArgumentType(
            f"task: must fit the dataset {flat['dataset']}; got {checks.show(flat['task'])}. "
            f'Set task = "{task.name}".'
        )
    builder = BUILDERS.look_up("builder", flat["builder"])
    refuse_misfit(task, flat["builder"], flat["dataset"])
    arguments = network_arguments(flat["builder"], task)
    known_names(flat, names_of(task, flat["builder"]), where="an experiment", having=having)
    parts = {"task": task.name, "data": section(task.Settings, flat)}
    if isinstance(flat.get("loss"), str) and not is_object(flat["loss"]):
        TASKS[task.name].check_loss_name(parts["data"], flat["loss"])
    parts["training"] = section(task.Training, flat)
    for name, rule in OWN.items():
        parts[name] = rule(name, flat.get(name, {"description": "", "seed": 0}.get(name)))
    if flat["builder"] == networks.OWN_NETWORK:
        flat |= own_network(flat.get("architecture"), task, parts)
    usual = {name: item.default for name, item in arguments.items() if not item.required}
    given = {name: flat[name] for name in arguments if name in flat}
    parts["network"] = Network(flat["builder"], usual | check_all(builder, given))
    return parts


def refuse_misfits(experiment: Any) -> None:
    """Refuse settings of which each alone is allowed, but not together."""
    if (
        experiment.training.early_stopping is not None
        and getattr(experiment.data, "validation_split", 1) == 0
    ):
        raise ArgumentRange(
            "early_stopping: needs validation rows; got validation_split 0. "
            "Set validation_split = 0.2, say."
        )
    if experiment.training.loss is not None or experiment.training.metrics:
        TASKS[experiment.task].check_objects(experiment)
    TASKS[experiment.task].check_together(experiment)
    builder = BUILDERS[experiment.builder]
    usual = {name: item.default for name, item in arguments_of(builder).items()}
    check_together(builder, usual | experiment.builder_arguments())
