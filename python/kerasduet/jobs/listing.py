"""Which runs are there? A row a folder, damaged ones named."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasduet.errors import KerasduetError, RunFolderError
from kerasduet.registry import TASKS
from kerasduet.runs.facts import read_facts
from kerasduet.runs.reading import check_whole, run_path
from kerasduet.settings.named import answers

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["list_runs"]

FILES = ("run.json", "model.weights.h5")  # what shows that a folder was a run's
DEEPEST = 3  # folders below the one that is listed: a set within a folder of sets
COLUMNS = {
    "folder": "str",
    "name": "str",
    "task": "str",
    "status": "str",
    "epochs_done": "int64",
    "epochs": "int64",
    "seed": "int64",
    "measure": "str",
    "score": "float64",
    "started": "str",
    "problem": "str",
}


@answers()
def list_runs(folder: str | os.PathLike[str] = ".") -> pd.DataFrame:
    """List the runs in a folder, those of sets of runs too.

    Parameters
    ----------
    folder : path
        Searched up to three folders deep; links are not followed.

    Returns
    -------
    pandas.DataFrame
        A row a run folder, by name: folder (relative to the one that was searched), name (the
        preset), task, status ("finished", "interrupted", "running" where training was cut off, or
        "damaged"), epochs_done, epochs, seed, measure and score (the headline on the test rows),
        started (UTC), and problem, which says of a damaged folder what is wrong with it: all files
        of finished and interrupted runs are read and compared with their sha256. What is not
        known is empty, -1 or missing.

    Raises
    ------
    RunFolderError
        There is no such folder, or it cannot be read.

    Examples
    --------
    >>> list_runs(".").columns[:4].tolist()
    ['folder', 'name', 'task', 'status']
    """
    import pandas as pd

    path = run_path(folder)
    if not path.is_dir():
        what = "is a file" if path.exists() else "does not exist"
        raise RunFolderError(f"folder: must be a folder; got {str(path)!r}, which {what}.")
    try:
        rows = [_row(path, found) for found in _found(path, DEEPEST)]
    except OSError as error:
        raise RunFolderError(
            f"folder: must be readable; got {str(path)!r}: {error.strerror or error}."
        ) from error
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _found(path: Path, depth: int) -> Iterator[Path]:
    """Find the folders that hold a run; what is within one is its own."""
    if any(os.path.lexists(path / name) for name in FILES):
        yield path
        return
    if depth:
        for inside in sorted(path.iterdir()):
            if inside.is_dir() and not inside.is_symlink() and inside.name[0] != ".":
                try:
                    yield from _found(inside, depth - 1)
                except PermissionError:
                    continue  # another user's


def _row(root: Path, path: Path) -> dict[str, Any]:
    name = os.fspath(path.relative_to(root)) if path != root else path.name
    empty: dict[str, Any] = {
        "folder": name,
        "name": "",
        "task": "",
        "status": "damaged",
        "measure": "",
    }
    empty |= {"epochs_done": -1, "epochs": -1, "seed": -1, "started": "", "problem": ""}
    try:
        facts = read_facts(path)
        assert facts is not None  # it holds a file
        experiment = facts.experiment
    except KerasduetError as error:
        return empty | {"problem": str(error)}
    metric = TASKS[experiment.task].metrics_of(experiment)[0]
    known = {
        "name": experiment.name,
        "task": experiment.task,
        "status": facts.status,
        "epochs_done": len(facts.history),
        "epochs": experiment.epochs,
        "seed": experiment.seed,
        "measure": metric.name,
        "score": facts.metrics.get(metric.name),
        "started": facts.manifest.get("provenance", {}).get("started", ""),
    }
    try:
        if facts.status != "running":
            check_whole(path)
    except KerasduetError as error:
        known |= {"status": "damaged", "problem": str(error)}
    return empty | known
