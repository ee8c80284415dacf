"""The last checkpoint of a run folder, read and checked while a training may be replacing it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasduet._version import __version__
from kerasduet.errors import RunFolderError
from kerasduet.experiments import Experiment
from kerasduet.runs import weights
from kerasduet.runs.manifest import damaged_checkpoint, read_checkpoint_file, read_latest
from kerasduet.training import State, capture

if TYPE_CHECKING:
    import keras

__all__ = [
    "read_checkpoint",
    "refuse_other",
    "refuse_other_experiment",
    "state_of",
    "whole_checkpoint",
]

# A reader that meets writer after writer gives up in the end.
MOST_TRIES = 1000
SECONDS_BETWEEN_TRIES = 0.002
ANOTHER_NETWORK = "one of another network or another Keras"

# Of a checkpoint: what it says of itself, and its arrays.
Checkpoint = tuple[Mapping[str, Any], bytes]


def whole_checkpoint(path: Path, most: int) -> Checkpoint | None:
    """Read the last checkpoint, which a training may be replacing."""
    latest = read_latest(path)
    for _ in range(MOST_TRIES):
        if latest is None:
            return None
        name = Path(latest["file"]).name
        content = read_checkpoint_file(path, name, most)
        if content is not None and hashlib.sha256(content).hexdigest() == latest["sha256"]:
            return latest, content
        again = read_latest(path)
        if again is not None and again["seal"] == latest["seal"]:
            break
        latest = again
        time.sleep(SECONDS_BETWEEN_TRIES)
    found = "other bytes" if content is not None else "one without its arrays"
    raise damaged_checkpoint(path, found)


def read_checkpoint(
    path: Path, experiment: Experiment, fingerprint: Mapping[str, str], model: keras.Model
) -> State | None:
    """Read the last checkpoint of a run folder and check that it fits."""
    most = 2 * weights.most_bytes(sum(array.size for array in capture(model)))
    checkpoint = whole_checkpoint(path, most)
    if checkpoint is None:
        return None
    return state_of(path, checkpoint, experiment, fingerprint, model)


def state_of(
    path: Path,
    checkpoint: Checkpoint,
    experiment: Experiment,
    fingerprint: Mapping[str, str],
    model: keras.Model,
) -> State:
    """Understand a checkpoint, and check that it fits the experiment and its network."""
    latest, content = checkpoint
    refuse_other_experiment(path, latest, experiment)
    refuse_other(latest["fingerprint"], fingerprint)
    needed = [(a.shape, a.dtype) for a in capture(model)]
    try:
        found = weights.read_arrays(content, needed, "vb")
    except LookupError:
        raise damaged_checkpoint(path, ANOTHER_NETWORK) from None
    except Exception as error:  # NumPy and zipfile have no common one
        raise damaged_checkpoint(path, f"a damaged one ({type(error).__name__})") from None
    variables, best = found["v"], found["b"]
    if not variables or (best and latest["best_is_latest"]):
        raise damaged_checkpoint(path, ANOTHER_NETWORK)
    return State(
        epoch=latest["epoch"],
        history=latest["history"],
        seconds=latest["seconds"],
        variables=variables,
        best=variables if latest["best_is_latest"] else best,
        callbacks=latest.get("callbacks", []),
        stopped=latest.get("stopped", False),
    )


def refuse_other_experiment(
    path: Path, latest: Mapping[str, Any], experiment: Experiment
) -> None:
    """Refuse a checkpoint of another experiment than the one to go on with."""
    theirs = Experiment.from_dict(latest["experiment"])
    if theirs != experiment:
        before, now = theirs.to_dict(), experiment.to_dict()
        differs = [name for name in now if before[name] != now[name]]
        raise RunFolderError(
            "folder: the checkpoint must be of the experiment to go on with; got one in "
            f"{str(path)!r} that differs in {', '.join(differs)}. Choose another folder, or "
            "bring its own checkpoint back."
        )


def refuse_other(
    theirs: Mapping[str, str],
    ours: Mapping[str, str],
    name: str = "folder",
    otherwise: str = "start over with overwrite = True.",
) -> None:
    """Refuse to go on with other data or another backend than those of the first epochs."""
    for what, value in ours.items():
        if what not in theirs:
            raise RunFolderError(
                f"{name}: must be resumed by the version that began it, which held out other "
                f"validation rows; got kerasduet {__version__}. Use that one, or {otherwise}"
            )
        if theirs[what] != value:
            raise RunFolderError(
                f"{name}: must be resumed with the same {what}, {theirs[what]}; got {value}. "
                f"Use that one, or {otherwise}"
            )
