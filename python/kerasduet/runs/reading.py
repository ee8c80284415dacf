"""A run folder read: whole, each file once, while another process may be replacing it."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from kerasduet import checks
from kerasduet.data.dataset import Source
from kerasduet.data.files import no_locale
from kerasduet.errors import BackendError, KerasduetError, ModelMismatch, RunFolderError
from kerasduet.experiments import Experiment
from kerasduet.result import Result
from kerasduet.runs import learned as learning
from kerasduet.runs import packed, storage, weights
from kerasduet.runs.checkpoints import (
    MOST_TRIES,
    SECONDS_BETWEEN_TRIES,
    Checkpoint,
    state_of,
    whole_checkpoint,
)
from kerasduet.runs.manifest import (
    CHECKPOINT,
    DAMAGE,
    NETWORK,
    SCORED,
    SOURCE,
    read_latest,
    read_manifest,
)
from kerasduet.runs.tables import plain_text, read_history, read_predictions
from kerasduet.settings.configurations import parsed
from kerasduet.training import compile_model, is_tuning, weights_digest

if TYPE_CHECKING:
    import keras

    from kerasduet.data.preprocessing import Learned

R = TypeVar("R", bound=Result)

__all__ = ["check_whole", "cut_off", "read_run", "run_path", "unpack"]


def run_path(folder: Any, name: str = "folder") -> Path:
    """Give the absolute path of a run folder, or refuse what is no path."""
    why = ""
    if isinstance(folder, str | os.PathLike) and str(folder) and "\0" not in str(folder):
        try:
            path = Path(folder).expanduser().absolute()
            why = no_locale(path)
            if not why:
                os.fsencode(path)
                return path
        except RuntimeError:
            user = Path(folder).parts[0]
            why = ", and no home folder is known for " + checks.show(user)
        except OSError:
            why = ", and the current folder is not there any more"
        except (TypeError, ValueError):
            pass
    raise RunFolderError(
        f"{name}: must be the path of a folder; got {checks.show(folder)}{why.rstrip('.')}."
    )


def cut_off(path: Path, manifest: Mapping[str, Any]) -> Experiment | None:
    """Give the experiment whose training was to replace a finished run, and was cut off."""
    if manifest["status"] != "finished":
        return None
    # One that cannot be read may be whole: only what is damaged counts as none.
    latest = read_latest(path, damaged_is_none=True)
    if latest is None:
        return None
    done = Experiment.from_dict(manifest["experiment"])
    wanted = Experiment.from_dict(latest["experiment"])
    # A kill after the last file was written leaves the finished run's own checkpoint.
    same = latest["fingerprint"] == manifest["provenance"]["fingerprint"]
    return None if wanted == done and same else wanted


def read_run(folder: str | os.PathLike[str], kind: type[R]) -> R:
    """Read a run folder as a `Result` or what is built on it; see `kerasduet.run.load_run`."""
    path = run_path(folder)
    manifest, files, checkpoint = _read_whole(path)
    experiment = Experiment.from_dict(manifest["experiment"])
    values = _Contents(path, files)
    preprocessing = values.read(
        "preprocessing.json",
        lambda content: learning.learned_for(storage.parsed(plain_text(content)), experiment),
    )
    if NETWORK in files:
        values.read(
            NETWORK,
            lambda content: learning.hold(
                "network", storage.parsed(plain_text(content)), parsed(experiment.architecture)
            ),
        )
    provenance = manifest["provenance"]
    reached = len(provenance["seconds"]["epochs"])
    if checkpoint is not None:
        reached = checkpoint[0]["epoch"]
    model = _load_model(
        experiment, files["model.weights.h5"], provenance, preprocessing, reached
    )
    state = None
    if checkpoint is not None:
        state = state_of(path, checkpoint, experiment, provenance["fingerprint"], model)
    table = pd.DataFrame()
    if SCORED in files:
        table = values.read(
            SCORED, lambda content: read_predictions(content, preprocessing, manifest)
        )
    return kind(
        experiment=experiment,
        model=model,
        preprocessing=preprocessing,
        source=Source(**{name: manifest["source"][name] for name in SOURCE}),
        status=manifest["status"],
        history=values.read("history.csv", lambda content: read_history(content, manifest)),
        metrics=manifest["metrics"],
        provenance=provenance,
        table=table,
        state=state,
        folder=str(path),
        scored=SCORED in files,
    )


def read_test_rows(folder: Path) -> tuple[Learned, pd.DataFrame]:
    """Read what a finished run learned and its `predictions()`, without its network.

    Raises
    ------
    RunFolderError
        It is damaged, or not finished.
    """
    manifest, files, _ = _read_whole(folder)
    experiment, values = Experiment.from_dict(manifest["experiment"]), _Contents(folder, files)
    found: Learned = values.read(
        "preprocessing.json",
        lambda content: learning.learned_for(storage.parsed(plain_text(content)), experiment),
    )
    read = values.read(SCORED, lambda content: read_predictions(content, found, manifest))
    return found, read


def unpack(content: Any, kind: type[R]) -> R:
    """Read a run from the bytes that `pack` gave, with every check of `read_run`.

    Parameters
    ----------
    content : bytes
        Or what holds bytes, such as a bytearray.
    kind : type
        `Result`, or what is built on it.

    Returns
    -------
    Result
        Without a folder; an interrupted one cannot be resumed.

    Raises
    ------
    RunFolderError
        The bytes were changed.
    ModelMismatch
        The weights belong to another network.
    """
    files = packed.unpack_files(content)
    with tempfile.TemporaryDirectory(prefix="kerasduet-") as place:
        for name, inside in files.items():
            (Path(place) / name).write_bytes(inside)
        try:
            run = read_run(place, kind)
        except KerasduetError as error:
            # The folder is gone when the caller reads of it.
            text = str(error).replace(repr(str(run_path(place))), "the bytes it was kept as")
            raise type(error)(text) from None
    run.folder = None
    return run


def _read_whole(path: Path) -> tuple[dict[str, Any], dict[str, bytes], Checkpoint | None]:
    """Read a run while another process may be replacing it: one run's files, or none.

    Each file is read once; what is parsed later are the bytes that were digested here.
    """
    manifest = read_manifest(path)
    for _ in range(MOST_TRIES):
        problem, files, checkpoint = None, {}, None
        try:
            if manifest["status"] == "running":
                raise RunFolderError(
                    f"folder: must hold a finished or interrupted run; got {str(path)!r}, whose "
                    "training was cut off. Continue it with resume_run()."
                )
            files = {
                name: _whole_file(path, name, digest, _most(manifest, name))
                for name, digest in manifest["files"].items()
            }
            if manifest["status"] == "interrupted":
                checkpoint = whole_checkpoint(path, _most(manifest, CHECKPOINT))
        except RunFolderError as error:
            problem = error
        again = read_manifest(path)
        if again["seal"] == manifest["seal"]:
            if problem is not None:
                raise problem
            return manifest, files, checkpoint
        manifest = again
        time.sleep(SECONDS_BETWEEN_TRIES)
    raise RunFolderError(
        f"folder: must be left alone while it is read; got {str(path)!r}, which another process "
        "replaces again and again. Try again when it is done."
    )


def check_whole(path: Path) -> None:
    """Refuse a folder whose files are not those that its run wrote; nothing is understood.

    Raises
    ------
    RunFolderError
        The file that is missing, or has other bytes.
    """
    _read_whole(path)


def _most(manifest: Mapping[str, Any], name: str) -> int:
    """Give the bytes that a file may have, from what the manifest says of the run."""
    if name == "model.weights.h5":
        return weights.most_bytes(manifest["provenance"]["parameters"])
    if name == CHECKPOINT:
        return 16 * weights.most_bytes(manifest["provenance"]["parameters"])
    if name == "history.csv":
        return learning.most_history(manifest)
    return storage.MOST_JSON if name.endswith(".json") else learning.MOST_TABLE


def _whole_file(path: Path, name: str, digest: str, most: int) -> bytes:
    """Read the file that has the digest, which a commit that was cut off may have staged."""
    state = "no such file"
    # In a commit's last moment a staged file is renamed between two looks.
    for place in (name, name + storage.STAGED, name):
        with storage.reading_errors(path / place):
            try:
                content = storage.read_plain(path / place, most)
            except FileNotFoundError:
                continue
        if hashlib.sha256(content).hexdigest() == digest:
            return content
        state = "other bytes"
    raise RunFolderError(
        f"folder: {name} must have the sha256 that run.json notes; got {state} in "
        f"{str(path)!r}. The run is damaged: restore it or train again."
    )


class _Contents:
    """The bytes of a run's files, by name."""

    def __init__(self, path: Path, files: Mapping[str, bytes]) -> None:
        self._path, self._files = path, files

    def read(self, name: str, read: Callable[[bytes], Any]) -> Any:
        """Understand a file, or say that it is damaged."""
        try:
            return read(self._files[name])
        except (*DAMAGE, ArithmeticError, AttributeError, LookupError) as error:
            raise RunFolderError(
                f"folder: {name} must be whole; got a damaged one in {str(self._path)!r} "
                f"({type(error).__name__}). Restore it, or train again with overwrite = True."
            ) from None


def _load_model(
    experiment: Experiment,
    content: bytes,
    provenance: Mapping[str, Any],
    learned: Learned,
    reached: int,
) -> keras.Model:
    try:
        model = weights.build_fitting(experiment, content, learned)
        tuning = is_tuning(experiment, reached)
        model = compile_model(
            model, experiment, rows=provenance["sizes"]["train"], tuning=tuning
        )
        weights.read_weights(model, content)
    except BackendError:
        raise  # no fault of the folder
    except Exception as error:  # Keras and h5py have no common one
        raise ModelMismatch(
            "folder: the weights must fit the network that run.json describes; got others "
            f"({type(error).__name__}). The run is damaged: restore it or train again."
        ) from None
    if weights_digest(model) != provenance["digests"]["weights"]:
        raise ModelMismatch(
            "folder: the weights must have the digest that run.json notes; got others. The run "
            "is damaged: restore it or train again."
        )
    return model
