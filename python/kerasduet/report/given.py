"""The runs and sets that a caller gives to be shown, and the names that come with them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from kerasduet.checks import show
from kerasduet.errors import ArgumentType
from kerasduet.registry import READERS
from kerasduet.report.run_names import LONGEST_NAME
from kerasduet.run import Run, load_run
from kerasduet.runs.manifest import LINE, SET_FILE
from kerasduet.runs.reading import run_path

__all__ = ["given_runs", "opened", "run_name"]


def opened(given: Any) -> Any:
    """Load the set of runs that a folder holds; anything else is given as it is."""
    if not isinstance(given, str | os.PathLike):
        return given
    path = run_path(given)
    return READERS["set"](given) if os.path.isfile(path / SET_FILE) else given


def given_runs(name: str, given: Any) -> tuple[list[Run], list[str] | None]:
    """Give the runs of a run, folder, list, dict or set, and the names that a dict has.

    Parameters
    ----------
    name : str
        Of the argument.
    given : Run, path, list or dict of them, or RunSet or its folder
        Of a set the finished runs.

    Raises
    ------
    ArgumentType
        What is no run, or a name that is no short text.
    """
    given = opened(given)
    is_set = hasattr(given, "runs")
    names = given._names_given() if hasattr(given, "_names_given") else None
    given = given.runs if is_set else given
    if isinstance(given, Mapping):
        names, several = [run_name(name, key) for key in given], list(given.values())
    elif isinstance(given, Sequence) and not isinstance(given, str):
        several = list(given)
    else:
        several = [given]
    if not several and is_set:
        raise ArgumentType(
            f"{name}: must be a set with a finished run; got one without any. Finish it first."
        )
    if not several:
        raise ArgumentType(f"{name}: must be a run, a run folder, or a list of them; got none.")
    for one in several:
        if not isinstance(one, Run | str | os.PathLike):
            raise ArgumentType(
                f"{name}: must be a run, a run folder, or a list of them; got {show(one)}."
            )
    return [one if isinstance(one, Run) else load_run(one) for one in several], names


def run_name(name: str, given: Any) -> str:
    """Check the name of a run: one line of few characters, which has a place in tables."""
    if not isinstance(given, str) or not given.strip() or not LINE.fullmatch(given):
        raise ArgumentType(
            f"{name}: names of its runs must be texts of one line, one for each run; got "
            f"{show(given)}. Name all runs, or none."
        )
    if len(given) > LONGEST_NAME:
        raise ArgumentType(
            f"{name}: names of its runs must have at most {LONGEST_NAME} characters; got "
            f"{len(given)}. Give a shorter one."
        )
    return given
