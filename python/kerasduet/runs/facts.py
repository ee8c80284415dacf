"""What a run folder says of itself, without its network: for tables of many runs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.errors import RunFolderError
from kerasduet.experiments import Experiment
from kerasduet.registry import TASKS
from kerasduet.runs import learned, storage
from kerasduet.runs.manifest import DAMAGE, read_latest, read_manifest
from kerasduet.runs.reading import cut_off
from kerasduet.runs.tables import read_history

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Facts", "read_facts"]


@dataclass(frozen=True)
class Facts:
    """A run's manifest and history.

    Parameters
    ----------
    path : Path
        Its folder.
    manifest : mapping
        What `run.json` holds.
    history : list of dict
        A row an epoch.
    """

    path: Path
    manifest: Mapping[str, Any]
    history: list[dict[str, float]]

    @property
    def status(self) -> str:
        """finished; interrupted or running, where training can go on."""
        status: str = self.manifest["status"]
        return status

    @property
    def experiment(self) -> Experiment:
        """What was asked for."""
        return Experiment.from_dict(self.manifest["experiment"])

    @property
    def metrics(self) -> dict[str, float]:
        """Scores on the test rows, empty until they are there."""
        metrics: dict[str, float] = self.manifest.get("metrics", {})
        return metrics

    def held_out(self) -> tuple[str, float] | None:
        """Give the headline score on the validation rows, of the weights that were kept.

        Returns
        -------
        (str, float) or None
            The column of the history, such as "val_accuracy", or "val_loss" where the task's
            headline is no column; and its value. None without validation rows, or an epoch.
        """
        if not self.history or "val_loss" not in self.history[-1]:
            return None
        experiment = self.experiment
        name = f"val_{TASKS[experiment.task].metrics_of(experiment)[0].name}"
        name = name if name in self.history[-1] else "val_loss"
        row = self.history[-1]
        if experiment.early_stopping is not None:
            losses = [h["val_loss"] for h in self.history]
            row = self.history[int(np.argmin(np.nan_to_num(losses, nan=np.inf)))]
        return name, row[name]


def read_facts(path: Path) -> Facts | None:
    """Read a run folder without its network; None where there is none yet.

    Raises
    ------
    RunFolderError
        It is damaged, of a newer version, or no run folder.
    """
    with storage.reading_errors(path):
        if not path.is_dir() or not any(p.name[0] != "." for p in path.iterdir()):
            return None
    manifest = read_manifest(path)
    # One that is being replaced, whether or not it has begun.
    if cut_off(path, manifest) is not None:
        manifest = manifest | {"status": "running"}
    if manifest["status"] == "running":
        latest = read_latest(path, damaged_is_none=True)
        return Facts(path, manifest, latest["history"] if latest else [])
    history: list[Any] = _history(path, manifest).to_dict("records")
    return Facts(path, manifest, history)


def _history(path: Path, manifest: Mapping[str, Any]) -> pd.DataFrame:
    name = "history.csv"
    with storage.reading_errors(path / name):
        try:
            content = storage.read_plain(path / name, learned.most_history(manifest))
        except FileNotFoundError:
            content = b""
    try:
        if hashlib.sha256(content).hexdigest() != manifest["files"][name]:
            raise ValueError("other bytes")
        return read_history(content, manifest)
    except (*DAMAGE, ArithmeticError, LookupError) as error:
        raise RunFolderError(
            f"folder: {name} must be whole; got a damaged one in {str(path)!r} "
            f"({type(error).__name__}). Restore it, or train again with overwrite = True."
        ) from None
