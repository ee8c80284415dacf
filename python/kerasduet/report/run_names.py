"""Short names of runs that stand beside each other: a letter each, and what differs."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kerasduet.report import words
from kerasduet.report.held_out import are_folds, are_origins, fold_names
from kerasduet.report.repeat import flat_settings
from kerasduet.settings.objects import shown

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["LONGEST_NAME", "letters", "run_names"]

LONGEST_NAME = 40
SHORTEST_NAME = 12


def letters(place: int) -> str:
    """Give the letters of a place, from 0, as columns of a spreadsheet have them.

    Examples
    --------
    >>> letters(0), letters(25), letters(26), letters(702)
    ('A', 'Z', 'AA', 'AAA')
    """
    before, last = divmod(place, len(string.ascii_uppercase))
    return (letters(before - 1) if before else "") + string.ascii_uppercase[last]


def run_names(runs: Sequence[Result], given: Sequence[str] | None = None) -> list[str]:
    """Give each run a short name of its own: its letters, its preset and what differs.

    Where all have one preset, what differs is told alone.

    Parameters
    ----------
    runs : sequence of Result
        Of one task.
    given : sequence of str, optional
        Names of the caller's, which take the place of what differs.
    """
    if given is not None:
        return [f"{letters(i)}: {name}" for i, name in enumerate(given)]
    if are_folds(runs) or are_origins(runs):
        return [f"{letters(i)}: {name}" for i, name in enumerate(fold_names(runs))]
    settings = [flat_settings(run.experiment) for run in runs]
    names = [run.experiment.name for run in runs]
    told = []
    for i, (name, mine) in enumerate(zip(names, settings, strict=True)):
        alike = [s for n, s in zip(names, settings, strict=True) if n == name]
        differ = [key for key in mine if any(s.get(key) != mine[key] for s in alike)]
        parts = [
            f"{key.replace('_', ' ')} {words.setting(shown(key, mine[key]))}" for key in differ
        ]
        if parts and len(set(names)) == 1:
            told.append(_fitting(letters(i), parts, ": "))
        else:
            told.append(_fitting(f"{letters(i)}: {name}", parts))
    return told


def _fitting(name: str, parts: Sequence[str], before: str = ", ") -> str:
    """Name a run with as many of its differences as fit, each of them whole.

    The first difference is kept in any case, and the name gives way to it.
    """
    if not parts:
        return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 3]}..."
    room = max(LONGEST_NAME - len(before + parts[0]), SHORTEST_NAME)
    text = f"{name if len(name) <= room else name[: room - 3] + '...'}{before}{parts[0]}"
    for i, part in enumerate(parts[1:], start=1):
        rest = len(parts) - i
        if len(f"{text}, {part}") > LONGEST_NAME:
            return f"{text} and {rest} more"
        text = f"{text}, {part}"
    return text
