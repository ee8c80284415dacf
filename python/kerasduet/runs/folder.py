"""A run as a folder: written whole, checked on the way in, one writer at a time."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.errors import KerasduetError, RunFolderError
from kerasduet.experiments import Experiment
from kerasduet.models import build
from kerasduet.result import CHANGED, Result
from kerasduet.runs import packed, storage, weights
from kerasduet.runs.checkpoints import ANOTHER_NETWORK, read_checkpoint, refuse_other_experiment
from kerasduet.runs.manifest import (
    ALL_FILES,
    CHECKPOINT,
    FORMAT,
    NETWORK,
    SCORED,
    checkpoint_file_size,
    damaged_checkpoint,
    is_damaged,
    read_latest,
    read_manifest,
)
from kerasduet.runs.reading import cut_off, run_path
from kerasduet.runs.tables import csv_text
from kerasduet.settings.configurations import parsed
from kerasduet.training import State

if TYPE_CHECKING:
    import keras

    from kerasduet.data.preprocessing import Learned

__all__ = ["RunFolder", "pack"]


class RunFolder:
    """A folder taken for writing one experiment.

    Parameters
    ----------
    folder : path
        Made if it does not exist, and removed again if nothing was put into it.
    experiment : Experiment
        The only one this folder may hold.
    overwrite : bool
        Whether an earlier run may be replaced, of another experiment or damaged.
    """

    def __init__(
        self, folder: str | os.PathLike[str], experiment: Experiment, *, overwrite: bool = False
    ) -> None:
        self.path = run_path(folder, "out")
        self.experiment = experiment
        self.earlier: dict[str, Any] | None = None
        self.cut_off: Experiment | None = None
        self._overwrite = overwrite
        self._made: list[Path] = []
        self._owner: storage.Owner | None = None

    def __enter__(self) -> RunFolder:
        """Take the folder, or say why not."""
        with storage.writing_errors(self.path):
            if self.path.exists() and not self.path.is_dir():
                raise RunFolderError(f"out: must be a folder; got the file {str(self.path)!r}.")
            self._made = [p for p in (self.path, *self.path.parents) if not p.exists()]
        try:
            with storage.writing_errors(self.path):
                self.path.mkdir(parents=True, exist_ok=True)
                self._refuse_special()
                self._owner = storage.Owner(self.path).__enter__()
                self.earlier = self._earlier()
                self._refuse_another()
                self._clear()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: Any) -> None:
        """Give the folder back."""
        if self._owner is not None:
            self._owner.__exit__()
            self._owner = None
        for path in self._made:
            with contextlib.suppress(OSError):
                path.rmdir()

    def _refuse_special(self) -> None:
        """Refuse links, pipes and devices where files will be read, written or removed."""
        for name in ("run.json", *ALL_FILES):
            storage.refuse_special(self.path / name)
            storage.refuse_special(self.path / (name + storage.STAGED))
        folder = self.path / CHECKPOINT
        storage.refuse_special(folder, folder=True)
        for file in (*self.path.glob(storage.HALF_WRITTEN + "*"), *folder.glob("*")):
            storage.refuse_special(file)

    def _earlier(self) -> dict[str, Any] | None:
        """Read the manifest of the run that is here; None where there is none to keep."""
        # What a killed writer left half-written or staged counts as nothing.
        staged = {name + storage.STAGED for name in ALL_FILES}
        found = {path.name for path in self.path.iterdir()} - staged
        found = {name for name in found if not name.startswith(".")}
        if not found:
            return None
        damaged = self._overwrite and is_damaged(self.path)
        ours = {"run.json", *ALL_FILES, CHECKPOINT}
        # A damaged run.json alone may be another program's.
        if "run.json" not in found or (damaged and not {"run.json"} < found <= ours):
            raise RunFolderError(
                f"out: must be empty or hold a run; got {str(self.path)!r}, which holds "
                f"{', '.join(sorted(found)[:3])}. Choose another folder."
            )
        return None if damaged else read_manifest(self.path)

    def _refuse_another(self) -> None:
        """Refuse a folder that neither holds this experiment nor was to hold it."""
        if self.earlier is None or self._overwrite:
            return
        self.cut_off = cut_off(self.path, self.earlier)
        theirs = Experiment.from_dict(self.earlier["experiment"])
        if self.experiment not in (theirs, self.cut_off):
            before, now = theirs.flat(), self.experiment.flat()
            differs = [name for name in now if name not in before or before[name] != now[name]]
            raise RunFolderError(
                f"out: holds another experiment; got {str(self.path)!r}, which differs in "
                f"{', '.join(differs)}. Choose another folder, or set "
                "overwrite = True."
            )

    def _clear(self) -> None:
        """Remove what killed writers left half-written or staged in vain."""
        for place in (self.path, self.path / CHECKPOINT):
            for file in place.glob(storage.HALF_WRITTEN + "*"):
                file.unlink(missing_ok=True)
        if self.earlier is not None:
            storage.settle(self.path, self.earlier["files"])
        storage.unstage(self.path, ALL_FILES)

    def begin(self) -> None:
        """Note the experiment before training, so that the folder says whose it is."""
        if self.earlier is not None and not self._overwrite:
            return
        if self.earlier is not None and self.earlier["status"] == "finished":
            # The last good run stays until the new one is complete.
            with storage.writing_errors(self.path):
                self.drop_checkpoint()
            return
        manifest = {
            "format": FORMAT,
            "status": "running",
            "experiment": self.experiment.to_dict(),
            "files": {},
        }
        with storage.writing_errors(self.path):
            if self._overwrite:
                self.drop_checkpoint()
            storage.write_text(self.path / "run.json", storage.sealed(manifest))

    def keep(self, state: State, fingerprint: Mapping[str, str]) -> None:
        """Write a checkpoint: what an exact resume needs, with its own sha256."""
        folder = self.path / CHECKPOINT
        name = f"epoch-{state.epoch:05d}.npz"
        with storage.writing_errors(self.path):
            folder.mkdir(exist_ok=True)
            arrays = {f"v{i:04d}": a for i, a in enumerate(state.variables)}
            if state.best is not state.variables:
                arrays |= {f"b{i:04d}": a for i, a in enumerate(state.best)}
            storage.write_atomic(folder / name, lambda path: _write_npz(path, arrays))
            latest = {
                "file": name,
                "sha256": storage.file_sha256(folder / name),
                "experiment": self.experiment.to_dict(),
                "epoch": state.epoch,
                "history": state.history,
                "seconds": state.seconds,
                "best_is_latest": bool(state.best) and state.best is state.variables,
                "fingerprint": dict(fingerprint),
            }
            if state.callbacks:
                latest |= {"callbacks": state.callbacks, "stopped": state.stopped}
            storage.write_text(folder / "latest.json", storage.sealed(latest))
            for old in folder.glob("epoch-*.npz"):
                if old.name != name:
                    old.unlink()

    def build(self, learned: Learned | None) -> keras.Model:
        """Build the network, unless it is larger than the checkpoint that it is to go on from.

        Raises
        ------
        RunFolderError
            It is larger, or the checkpoint is damaged or of another experiment.
        """
        latest = None if self._overwrite else read_latest(self.path)
        if latest is None:
            return build(self.experiment, learned)
        refuse_other_experiment(self.path, latest, self.experiment)
        size = checkpoint_file_size(self.path, Path(latest["file"]).name)
        if size is None:
            raise damaged_checkpoint(self.path, "one without its arrays")
        try:
            return weights.build_for_checkpoint(self.experiment, size, learned)
        except KerasduetError:
            raise
        except ValueError:
            raise damaged_checkpoint(self.path, ANOTHER_NETWORK) from None

    @property
    def reached(self) -> int:
        """How many epochs the checkpoint has that is to be gone on from."""
        latest = None if self._overwrite else read_latest(self.path)
        return 0 if latest is None else int(latest["epoch"])

    def checkpoint(self, fingerprint: Mapping[str, str], model: keras.Model) -> State | None:
        """Read the last checkpoint; None where there is none, or where it is to be replaced.

        Raises
        ------
        RunFolderError
            It is damaged, of another network, or was written with other data or another
            backend.
        """
        if self._overwrite:
            return None
        return read_checkpoint(self.path, self.experiment, fingerprint, model)

    def drop_checkpoint(self) -> None:
        """Remove the checkpoint of a finished run."""
        folder = self.path / CHECKPOINT
        # Without the first there is no checkpoint, so that a kill leaves none half removed.
        for file in (folder / "latest.json", *folder.glob("epoch-*.npz")):
            file.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            folder.rmdir()

    def save(self, run: Result) -> None:
        """Write a run; an interrupted one keeps its checkpoint."""
        files = {name: _bytes_writer(content) for name, content in _contents(run).items()}
        if run.status == "interrupted" and run.state is not None and run.state.epoch:
            self.keep(run.state, run.provenance["fingerprint"])
        storage.commit(self.path, files, _manifest(run))
        with storage.writing_errors(self.path):
            for name in {SCORED, NETWORK} - set(files):
                (self.path / name).unlink(missing_ok=True)  # of an earlier run
        if run.status == "finished":
            self.drop_checkpoint()


def _contents(run: Result) -> dict[str, bytes]:
    """Give what each file of a run holds, but for `run.json` and the checkpoint."""
    if run.is_changed:
        raise RunFolderError(CHANGED)
    learnt = json.dumps(run.preprocessing.to_dict(), indent=1, ensure_ascii=False)
    texts = {
        "preprocessing.json": learnt,
        "history.csv": csv_text(run.history),
    }
    if run.scored:
        texts[SCORED] = csv_text(run.table)
    if run.experiment.has_own_network:
        texts[NETWORK] = json.dumps(parsed(run.experiment.architecture), indent=1)
    encoded = {name: text.encode("utf-8", "surrogatepass") for name, text in texts.items()}
    return {"model.weights.h5": weights.write_weights(run.model), **encoded}


def _manifest(run: Result) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "status": run.status,
        "experiment": run.experiment.to_dict(),
        "source": run.source.to_dict(),
        "metrics": run.metrics if run.scored else {},
        "provenance": run.provenance,
    }


def pack(run: Result) -> bytes:
    """Give a run as bytes: the files of its folder, without the checkpoint.

    Parameters
    ----------
    run : Result
        Finished or interrupted, saved or not.

    Returns
    -------
    bytes
        For `unpack`; the same run gives the same bytes.
    """
    files = _contents(run)
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    manifest = storage.sealed(_manifest(run) | {"files": digests})
    return packed.pack_files({"run.json": manifest.encode(), **files})


def _write_npz(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    with open(path, "wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def _bytes_writer(content: bytes) -> Callable[[Path], Any]:
    return lambda path: path.write_bytes(content)
