"""The runs of a set: what their folders say, and each run when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, overload

from kerasduet.errors import RunFolderError
from kerasduet.jobs.plan import FILE, Plan
from kerasduet.run import Run, load_run
from kerasduet.runs.facts import Facts, read_facts

__all__ = ["Runs", "facts_of"]


class Runs(Sequence[Run]):
    """The finished runs of a set, each loaded when it is asked for, and not kept."""

    def __init__(self, facts: Sequence[Facts]) -> None:
        self._facts = facts

    def __len__(self) -> int:
        """Count them."""
        return len(self._facts)

    @overload
    def __getitem__(self, index: int) -> Run: ...

    @overload
    def __getitem__(self, index: slice) -> list[Run]: ...

    def __getitem__(self, index: Any) -> Any:
        """Load a run by its place, from 0."""
        if isinstance(index, slice):
            return [load_run(one.path) for one in self._facts[index]]
        return load_run(self._facts[index].path)


def facts_of(path: Path, plan: Plan) -> list[Facts | None]:
    """Read what the folders of a set say; None for a run that was not begun.

    Raises
    ------
    RunFolderError
        One of them is damaged, or holds another experiment.
    """
    found = []
    for job in plan.jobs:
        facts = read_facts(path / job.name)
        if facts is not None and facts.experiment != job.experiment:
            raise RunFolderError(
                f"folder: {job.name} must hold the run that {FILE} names; got another one in "
                f"{str(path)!r}. Restore it, or remove {job.name} to train it again."
            )
        found.append(facts)
    return found
