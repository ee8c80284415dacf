"""Builders of other packages and scripts: checked once, then chosen by name like those built in."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from kerasduet.checks import show
from kerasduet.errors import ArgumentType
from kerasduet.names import OWN, SECTIONS, fits, shape_names
from kerasduet.registry import BUILDERS, TASKS
from kerasduet.settings import arguments_of
from kerasduet.settings.named import answers

__all__ = ["fitting_task", "register_builder"]

# What else is given by name beside an experiment's settings, in either language.
TAKEN = {*OWN, *SECTIONS, "task", "builder", "model", "preset", "out", "overwrite", "progress"}


@answers()
def register_builder(name: str, function: Callable[..., Any]) -> None:
    """Make a builder of your own known by a name, for this session.

    Experiments, run folders, reports and R then know it like those built in. A session that
    loads its runs registers it as well; do it in a module that both can import.

    Parameters
    ----------
    name : str
        A new name: letters, digits and _.
    function : callable
        A function of keyword-only arguments, each with a rule and a default, among them those
        that a task's data decide (of images `input_shape` and `classes`; of series
        `lookback`, `n_features` and `horizon`; of tables `width`, `levels` and `outputs`) and
        `seed`. It gives a plain functional Keras
        model. `kerasduet.testing.check_builder` tries all that is asked of one.

    Raises
    ------
    ArgumentType
        The name is taken, or the function is no builder.

    Examples
    --------
    >>> register_builder("dnn", lambda: None)
    Traceback (most recent call last):
        ...
    kerasduet.errors.ArgumentType: name: must be new; got 'dnn', which is a registered builder. \
Choose another.
    """
    BUILDERS.refuse_taken(name)
    fault = fault_of(function)
    if fault is not None:
        raise ArgumentType(f"function: {fault}")
    BUILDERS.register(name, function)


def fault_of(function: Any) -> str | None:
    """Say in a sentence what keeps a function from being a builder."""
    if not callable(function) or inspect.isclass(function):
        return f"must be a function that builds a network; got {show(function)}."
    name = getattr(function, "__name__", type(function).__name__)
    kinds = {p.name: p.kind for p in inspect.signature(function).parameters.values()}
    other = [k for k, kind in kinds.items() if kind is not inspect.Parameter.KEYWORD_ONLY]
    if other or not kinds:
        what = f"{name}() with {other[0]}" if other else f"{name}() without arguments"
        return f"must have keyword-only arguments; got {what}. Begin its arguments with a *."
    try:
        arguments = arguments_of(function)
    except (TypeError, NameError) as error:
        what = str(error).replace(": ", "(), where ", 1)
        return f"must have a rule on each argument; got {what}."
    required = [argument.name for argument in arguments.values() if argument.required]
    if required:
        lacking = f"{name}() with {required[0]} without one"
        return f"must have a default for each argument; got {lacking}."
    if "seed" not in arguments:
        return f"must have an argument seed, for the initial weights; got {name}() without it."
    task = fitting_task(function)
    if task is None:
        known = "; or ".join(
            f"{', '.join(sorted(shape_names(kind)))} ({kind.name})" for kind in TASKS.values()
        )
        return f"must take what a task's data decide: {known}; got {name}({', '.join(kinds)})."
    own = set(arguments) - shape_names(task) - {"seed"}
    clash = sorted(own & (TAKEN | {*task.Settings.names(), *task.Training.names()}))
    if clash:
        return (
            f"must name its own arguments unlike other settings; got {name}() with {clash[0]}. "
            "Rename it."
        )
    return None


def fitting_task(function: Callable[..., Any]) -> Any:
    """Find the task whose data decide arguments that a builder has; None where there is none."""
    return next((task for task in TASKS.values() if fits(task, function)), None)
