"""Write the types of settings, as editors and type checkers read them."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from generator.roxygen import HEAD

HEADER = '''"""Settings of all tasks and builders by flat names, for editors and type checkers."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    import keras

__all__ = ["Settings"]


class Settings(TypedDict, total=False):
    """What `experiment()` and the like take; which of them one takes its task and builder say."""
'''
WIDTH = 96
OPEN = ("dataset", "builder", "task")  # packages may bring names of their own


def typed_settings() -> str:
    """Write the file: a key a setting, with every type that a task or a builder gives it."""
    found: dict[str, list[str]] = {}
    for name, hint in _hints():
        known = found.setdefault(name, [])
        known += [part for part in _parts(hint) if part not in known]
    lines = [_line(name, parts) for name, parts in found.items()]
    return _formatted("\n".join([HEAD, HEADER, *lines]) + "\n")


def _hints() -> Iterator[tuple[str, str]]:
    """Give the settings with their types as the rules of the core say them."""
    from kerasduet.names import OWN, fits, network_arguments
    from kerasduet.registry import BUILDERS, TASKS
    from kerasduet.settings.arguments import arguments_of

    for name, rule in OWN.items():
        yield name, rule.hint
    # Sorted: a name that was taken out for a while comes back as the last.
    tasks = {name: task for name, task in sorted(TASKS.items()) if _is_ours(type(task))}
    builders = [name for name, builder in sorted(BUILDERS.items()) if _is_ours(builder)]
    yield "task", _literal(tasks)
    yield "builder", _literal(builders)
    yield "model", "Mapping[str, Any] | keras.Model | Callable[..., keras.Model]"
    for task in tasks.values():
        for section in (task.Settings, task.Training):
            for name, argument in arguments_of(section).items():
                yield name, argument.rule.hint
    for builder in builders:
        for task in tasks.values():
            if fits(task, BUILDERS[builder]):
                for name, argument in network_arguments(builder, task).items():
                    yield name, argument.rule.hint


def _formatted(text: str) -> str:
    """Lay it out as the other files are."""
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", "typed.py", "-"]
    made = subprocess.run(
        command, input=text, capture_output=True, encoding="utf-8", check=True
    )
    return made.stdout


def _is_ours(owner: Any) -> bool:
    return str(owner.__module__).startswith("kerasduet.")


def _literal(names: Any) -> str:
    return "Literal[" + ", ".join(f'"{name}"' for name in names) + "]"


def _parts(hint: str) -> list[str]:
    """Take a union apart, and a list of literals into one of each."""
    parts = re.findall(r"(?:[^|\[]|\[(?:[^\[\]]|\[[^\]]*\])*\])+", hint)
    return [part.strip() for part in parts]


def _line(name: str, parts: list[str]) -> str:
    """Write one key: literals together, `float` for `int | float`, None last."""
    names = [n for part in parts if part.startswith("Literal[") for n in part[8:-1].split(", ")]
    other = [part for part in parts if not part.startswith("Literal[") and part != "None"]
    if "float" in other:
        other = [part for part in other if part != "int"]
    literal = [f"Literal[{', '.join(dict.fromkeys(names))}]"] if names else []
    open_ = ["str"] if name in OPEN else []
    whole = [*literal, *other, *open_, *(["None"] if "None" in parts else [])]
    return f"    {name}: {' | '.join(whole)}"
