"""Flat names: which settings an experiment has, and in which section each belongs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from kerasduet import checks
from kerasduet.errors import ArgumentType, UnknownName
from kerasduet.registry import BUILDERS, TASKS
from kerasduet.settings import networks
from kerasduet.settings.arguments import (
    Argument,
    arguments_of,
)
from kerasduet.settings.rules import Line, Text
from kerasduet.settings.sections import SEED, Network, Section, Training

__all__ = [
    "OWN",
    "SECTIONS",
    "Kind",
    "datasets",
    "fits",
    "having",
    "is_own_network",
    "names_of",
    "network_arguments",
    "refuse_misfit",
    "section",
    "shape_names",
    "taken_apart",
    "task_of",
]

OWN = {"name": Text(), "description": Line(), "seed": SEED}


SECTIONS = ("data", "network", "training")


SPREAD = (*SECTIONS, "model")  # names of several settings


class Kind(Protocol):
    """What an experiment asks of its task; see `kerasduet.task.Task`."""

    name: ClassVar[str]
    Settings: ClassVar[type[Section]]
    Training: ClassVar[type[Training]]
    own_data: ClassVar[str]
    decided: ClassVar[tuple[str, ...]]

    def shapes(self, data: Any) -> dict[str, Any]:
        """Give the builder's arguments that the data settings decide."""

    def sides(self, data: Any) -> networks.Shapes | None:
        """Give the shapes of one input and one output."""

    def sized(self, inputs: tuple[Any, ...], outputs: tuple[Any, ...]) -> Mapping[str, Any]:
        """Give the data settings that a network of these sides decides."""

    def check_network(self, network: Any) -> None:
        """Refuse a network of the caller's that gives no outputs of this kind."""

    def check_objects(self, experiment: Any) -> None:
        """Refuse a loss or metrics that do not fit the targets."""

    def check_together(self, experiment: Any) -> None:
        """Refuse settings of several sections that do not go together."""


def taken_apart(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Take the sections apart; `model` stands for arguments of the builder."""
    flat: dict[str, Any] = {}
    # What is given beside a section changes it: first `model`, then flat names.
    rank = {name: i for i, name in enumerate(SPREAD)}
    for name, value in sorted(settings.items(), key=lambda item: rank.get(item[0], len(rank))):
        inside: Mapping[Any, Any]
        if name == "model" and is_own_network(value):
            inside = {"builder": networks.OWN_NETWORK, "architecture": value}
        elif name in SPREAD:
            if isinstance(value, Section | Network):
                value = value.values()
            if not isinstance(value, Mapping):
                raise ArgumentType(f"{name}: must be named settings; got {checks.show(value)}.")
            inside = value
            if name == "network" and isinstance(value.get("arguments"), Mapping):
                # As dataclasses.asdict() gives it.
                inside = {**value, **value["arguments"]}
                del inside["arguments"]
        else:
            inside = {name: value}
        for key, item in inside.items():
            if not isinstance(key, str):
                raise UnknownName(f"{key}: an experiment has no such setting. Names are texts.")
            flat[key] = item
    return flat


def is_own_network(model: Any) -> bool:
    """Say whether `model` is a network or what makes one, not arguments of a builder by name."""
    return model is not None and not isinstance(model, Mapping | Section | Network)


def task_of(dataset: Any) -> Kind:
    """Find the task that knows a data set."""
    options = {name: task for task in TASKS.values() for name in datasets(task)}
    task: Kind = options[checks.choice("dataset", dataset, sorted(options))]
    return task


def datasets(task: Kind) -> tuple[str, ...]:
    """Name the data sets that a task knows."""
    settings: Any = task.Settings
    rule = arguments_of(settings)["dataset"].rule
    return tuple(rule.options)  # type: ignore[attr-defined]


def refuse_misfit(task: Kind, builder: str, dataset: str) -> None:
    """Refuse a builder that lacks an argument that the task's data decide."""
    if builder == networks.OWN_NETWORK:
        return  # its shapes are compared with those of the data
    if not fits(task, BUILDERS[builder]):
        raise ArgumentType(
            f"builder: {builder} does not fit the dataset {dataset}; got "
            f"{checks.show(builder)}. Use one for {task.name}."
        )


def fits(task: Kind, builder: Any) -> bool:
    """Say whether a builder makes networks for a task: it takes all that the task's data decide.

    One that takes as well what the data of another task decide, such as the cells of a detector,
    makes networks for that task alone.
    """
    taken, own = set(arguments_of(builder)), shape_names(task)
    if not own <= taken:
        return False
    return not any(own < names <= taken for names in map(shape_names, TASKS.values()))


def shape_names(task: Kind) -> frozenset[str]:
    """Name the builder's arguments that a task's data decide, by settings or by what they teach."""
    shapes = task.shapes(section(task.Settings, {"dataset": datasets(task)[0]}))
    return frozenset({*shapes, *task.decided})


def network_arguments(builder: str, task: Kind) -> dict[str, Argument]:
    """Give a builder's arguments that a person sets as part of the network."""
    decided = shape_names(task) | {"seed"}
    arguments = arguments_of(BUILDERS[builder])
    return {name: item for name, item in arguments.items() if name not in decided}


def names_of(task: Kind, builder: str) -> list[str]:
    """List the flat names of all settings of a task with a builder."""
    return [
        *OWN,
        "task",
        *task.Settings.names(),
        "builder",
        *network_arguments(builder, task),
        *task.Training.names(),
    ]


def having(name: str) -> str:
    """Say which tasks or builders have a setting; "" where none has.

    Examples
    --------
    >>> having("lookback"), having("lookbak")
    ('a setting of the task forecasting', '')
    """
    tasks = [one for one in TASKS if name in TASKS[one].Settings.names()]
    tasks = tasks or [one for one in TASKS if name in TASKS[one].Training.names()]
    if tasks:
        return f"a setting of the task{_listed(tasks)}"
    builders = [one for one in BUILDERS if name in arguments_of(BUILDERS[one])]
    return f"a setting of the builder{_listed(builders)}" if builders else ""


def _listed(names: list[str]) -> str:
    """List a few names, the first of many; sorted, as a registry's order may change."""
    names = sorted(names)
    if len(names) == 1:
        return f" {names[0]}"
    most = 3
    shown, last = names[: most - 1], names[most - 1] if len(names) == most else "others"
    if len(names) < most:
        shown, last = names[:1], names[1]
    return f"s {', '.join(shown)} and {last}"


def section(kind: Any, flat: Mapping[str, Any]) -> Any:
    """Make a section of those flat settings that belong to it."""
    return kind(**{name: flat[name] for name in kind.names() if name in flat})
