"""Settings in a command line: their names are the core's, their values read by their rules."""

from __future__ import annotations

import contextlib
import textwrap
from typing import Any

from kerasduet.errors import ArgumentType
from kerasduet.names import fits, network_arguments
from kerasduet.registry import BUILDERS, TASKS
from kerasduet.settings import Rule, arguments_of
from kerasduet.settings.sections import Training

__all__ = ["WITH_SETTINGS", "parse_value", "rules", "scalar", "setting_list", "split"]


def parse_value(name: str, text: str) -> Any:
    """Read a setting's value the way its type wants it.

    Parameters
    ----------
    name : str
        The setting.
    text : str
        What was typed; a comma separates the values of a list, `none` is no value.

    Returns
    -------
    str, int, float, bool, None or list of them
        The core checks it; this only decides what was written.

    Examples
    --------
    >>> parse_value("epochs", "2"), parse_value("units", "256,128"), parse_value("l2", "1e-4")
    (2, [256, 128], 0.0001)
    >>> parse_value("path", "2,5.csv"), parse_value("straddle", "true")
    ('2,5.csv', True)
    """
    if text.lower() in ("none", "null"):
        return None
    rule = rules().get(name)
    return scalar(text) if rule is None else rule.read(text)


def scalar(text: str) -> Any:
    """Read true, false, a number, or the text itself."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(text)
    return text


def rules() -> dict[str, Rule]:
    """Give the rule of every setting; names that two owners share have one of one kind."""
    sections = (kind for task in TASKS.values() for kind in (task.Training, task.Settings))
    owners = [*BUILDERS.values(), *sections]
    return {name: a.rule for owner in owners for name, a in arguments_of(owner).items()}


_FLAGS = {
    "--help",
    "--version",
    "--json",
    "--quiet",
    "--overwrite",
    "--no-devices",
    "--template",
}


_VALUES = {"--set", "--out", "--data", "--backend", "--device", "--threads", "--time-limit"}


WITH_SETTINGS = ("run", "parity")


def split(arguments: list[str]) -> tuple[list[str], dict[str, Any]]:
    """Take the experiment's settings out of the command line; the core knows their names."""
    if not arguments or arguments[0] not in WITH_SETTINGS:
        return arguments, {}
    known: list[str] = []
    settings: dict[str, Any] = {}
    rest = iter(arguments)
    for argument in rest:
        option, equals, value = argument.partition("=")
        if not option.startswith("--") or option in _FLAGS:
            known.append(argument)
        elif option in _VALUES - {"--set"}:
            known += [argument] if equals else [option, *_next(option, rest)]
        else:
            given = value if equals else _next(option, rest)[0]
            if option == "--set":
                option, equals, given = given.partition("=")
                if not equals:
                    raise ArgumentType(f"set: must be name=value; got {option!r}.")
            name = option.removeprefix("--").replace("-", "_")
            settings[name] = parse_value(name, given)
    return known, settings


def _next(option: str, rest: Any) -> list[str]:
    for value in rest:
        if value.startswith("--"):
            break
        return [value]
    name = option.removeprefix("--")
    raise ArgumentType(f"{name}: must have a value; got none. Write {option} VALUE.")


def setting_list() -> str:
    """List the settings of all tasks and builders, for the help."""
    sections = {"training": ["seed", *Training.names()]}
    for name, task in TASKS.items():
        own = [n for n in task.Training.names() if n not in Training.names()]
        sections[name] = [*task.Settings.names(), *own]
    for name, build in BUILDERS.items():
        fit = [task for task in TASKS.values() if fits(task, build)]
        sections[name] = list(network_arguments(name, fit[0])) if fit else []
    width = max(map(len, sections))
    lines = []
    for title, names in sections.items():
        told = textwrap.wrap(", ".join(names), width=76 - width)
        lines += [f"  {title:<{width}}  {told[0]}"]
        lines += [f"{'':<{width + 4}}{line}" for line in told[1:]]
    return "\n".join(lines)
