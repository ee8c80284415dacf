"""Tasks of other packages and scripts: checked once, then known like those built in."""

from __future__ import annotations

from typing import Any

from kerasduet.checks import show
from kerasduet.data.preprocessing import Learned
from kerasduet.errors import ArgumentType
from kerasduet.names import OWN, SECTIONS
from kerasduet.registry import TASKS
from kerasduet.settings import arguments_of
from kerasduet.settings.named import answers
from kerasduet.settings.rules import OneOf
from kerasduet.settings.sections import Section, Training
from kerasduet.task import Metric, Task

__all__ = ["fault_of", "register_task"]


@answers()
def register_task(task: Task) -> None:
    """Make a task of your own known by its name, for this session.

    Experiments, run folders, figures, reports and R then know it like those built in. A session
    that loads its runs registers it as well; do it in a module that both can import.

    Parameters
    ----------
    task : Task
        An object of a class built on `kerasduet.task.Task`. `kerasduet.testing.check_task` tries
        all that is asked of one.

    Raises
    ------
    ArgumentType
        The name is taken, or the object is no task.

    Examples
    --------
    >>> register_task("points")
    Traceback (most recent call last):
        ...
    kerasduet.errors.ArgumentType: task: must be an object of a class built on \
kerasduet.task.Task; got 'points'.
    """
    fault = fault_of(task)
    if fault is not None:
        raise ArgumentType(f"task: {fault}")
    TASKS.refuse_taken(task.name)
    taken = {name: other for other in TASKS.values() for name in _datasets(other)}
    for name in _datasets(task):
        if name in taken:
            raise ArgumentType(
                f"task: must name its own data sets; got {show(name)}, which is one of "
                f"{taken[name].name}. Rename it."
            )
    TASKS.register(task.name, task)


def fault_of(task: Any) -> str | None:
    """Say in a sentence what keeps an object from being a task."""
    if not isinstance(task, Task):
        return f"must be an object of a class built on kerasduet.task.Task; got {show(task)}."
    kind = type(task).__name__
    for name, wanted, what in (
        ("name", str, "a text"),
        ("noun", str, "a text such as 'a classifier'"),
        ("Settings", type, "a class built on kerasduet.settings.Section"),
        ("own_data", str, "the data set that is the caller's"),
        ("file_data", str, "the data set that is read from a file"),
        ("learned", tuple, "a tuple of classes built on Learned"),
        ("metrics", tuple, "a tuple of Metric, the headline first"),
        ("needed", tuple, "a tuple of names of scores"),
    ):
        if not isinstance(getattr(task, name, None), wanted):
            return f"must have {name}, {what}; got {kind} without it."
    if not issubclass(task.Settings, Section) or "dataset" not in task.Settings.names():
        return f"must have Settings, a Section with the field dataset; got {kind} without it."
    settings: Any = task.Settings
    if not isinstance(arguments_of(settings)["dataset"].rule, OneOf):
        return f"must have Settings whose dataset is OneOf some names; got {kind} without it."
    if task.own_data not in _datasets(task) or task.file_data not in _datasets(task):
        return f"must have own_data and file_data among its data sets; got {kind} with others."
    if not task.learned or not all(issubclass(one, Learned) for one in task.learned):
        return f"must have learned, classes built on Learned; got {kind} with others."
    if not task.metrics or not all(isinstance(one, Metric) for one in task.metrics):
        return f"must have metrics, objects of the class Metric; got {kind} with others."
    fields = set(task.Settings.names())
    clash = sorted(fields & {*OWN, *SECTIONS, "task", "builder", "model", *Training.names()})
    if clash:
        return f"must name its settings unlike others; got {kind} with {clash[0]}. Rename it."
    return None


def _datasets(task: Any) -> tuple[str, ...]:
    rule: Any = arguments_of(task.Settings)["dataset"].rule
    return tuple(rule.options)
