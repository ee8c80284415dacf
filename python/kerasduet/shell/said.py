"""What the command prints: JSON, CSV, and the core's sentences in the words of a shell."""

from __future__ import annotations

import contextlib
import json
import math
import re
import sys
from typing import TYPE_CHECKING, Any

from kerasduet.shell.options import rules

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.run import Run

__all__ = ["clean_output", "in_shell", "print_json", "print_table", "told_run"]

# Calls of the languages that are commands here.
_COMMANDS = {
    "check_parity": "parity",
    "compare_runs": "compare",
    "doctor": "doctor",
    "list_runs": "list",
    "presets": "presets",
    "render_report": "report",
    "resume_run": "resume",
    "run_experiment": "run",
    "evaluate": "evaluate",
    "export": "export",
    "forecast": "forecast",
    "plot": "plot",
    "predict": "predict",
}
_CALL = re.compile(rf"\b(?:kd\.|run\.)?({'|'.join(_COMMANDS)})\([^()]*\)")
_SETTING = re.compile(
    r'(?:\b(set|Set|with|or|and) )?\b([a-z][a-z_0-9]*) = ("[^"]*"|[\w.+-]*\w)'
)


def in_shell(text: str) -> str:
    """Say in the words of a shell what the core says in those of a language.

    Examples
    --------
    >>> in_shell('Set path = "people.csv", or overwrite = True.')
    'Give --path people.csv, or --overwrite.'
    >>> in_shell("Score it with run_experiment().")
    'Score it with kerasduet run.'
    """
    named = {*rules(), "backend", "data", "device", "overwrite", "out", "threads"}

    def option(found: re.Match[str]) -> str:
        before, name, value = found.groups()
        if name not in named:
            return found.group()
        before = {"set": "give ", "Set": "Give ", None: ""}.get(before, f"{before} ")
        value = {"True": "true", "False": "false", "None": "none"}.get(value, value)
        written = "" if (name, value) == ("overwrite", "true") else f" {value.strip(chr(34))}"
        return f"{before}--{name.replace('_', '-')}{written}"

    text = _CALL.sub(lambda found: f"kerasduet {_COMMANDS[found.group(1)]}", text)
    return _SETTING.sub(option, text)


def print_json(content: Any) -> None:
    """Print one JSON document; what is no finite number is null."""
    print(json.dumps(_plain(content), indent=2, allow_nan=False))


def _plain(value: Any) -> Any:
    """Give what JSON can hold: null for the figures of a diverged training, times as texts."""
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "item"):  # of NumPy
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def print_table(table: pd.DataFrame, *, as_json: bool) -> None:
    """Print a table as CSV, which other programs read, or as JSON, a row an object."""
    if as_json:
        print_json(table.to_dict("records"))
    else:
        sys.stdout.write(table.to_csv(index=False, lineterminator="\n"))


def told_run(run: Run) -> str:
    """Say of a run what it says of itself, and what to type next."""
    lines = str(run).splitlines()
    where = run.folder or "FOLDER"
    if run.folder is None:
        lines[0] = lines[0].replace(
            "not saved: run.save(folder)", "not kept, for want of --out"
        )
        return "\n".join(lines[:-1])
    verbs = ["resume"] if run.status == "interrupted" else ["plot", "report"]
    verbs += ["forecast"] if "forecast" in run.task.verbs else []
    fed = ["evaluate"] if "evaluate" in run.task.verbs else []
    lines[-1] = (
        f"  next     kerasduet {'|'.join(verbs)} {where}, "
        f"kerasduet {'|'.join([*fed, 'predict'])} {where} FILE"
    )
    return "\n".join(lines)


def clean_output() -> contextlib.AbstractContextManager[Any]:
    """Keep standard output for the result: what a library prints joins the progress."""
    return contextlib.redirect_stdout(sys.stderr)
