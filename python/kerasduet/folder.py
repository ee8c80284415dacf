"""A run as a folder: written whole, checked on the way in, one writer at a time."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet import checks, storage
from kerasduet.data.dataset import Source, digest_arrays
from kerasduet.data.preprocessing import preprocessing_from_dict
from kerasduet.errors import ModelMismatch, RunFolderError
from kerasduet.experiments import Experiment
from kerasduet.models import build_model
from kerasduet.run import Run
from kerasduet.training import State, compile_model

if TYPE_CHECKING:
    import keras
    import pandas as pd

__all__ = ["RunFolder", "history_digest", "load_run", "weights_digest"]

FORMAT = 1
CHECKPOINT = "checkpoint"
OWN_FILES = ("model.weights.h5", "preprocessing.json", "history.csv", "predictions.csv")
STATUSES = ("finished", "interrupted", "running")
FILES = {"model.weights.h5", "preprocessing.json", "history.csv", "predictions.csv"}


class RunFolder:
    """A folder taken for writing one experiment.

    Parameters
    ----------
    folder : path
        Made if it does not exist, and removed again if nothing was put into it.
    experiment : Experiment
        The only one this folder may hold.
    overwrite : bool
        Whether an earlier run of another experiment may be replaced.
    """

    def __init__(
        self, folder: str | os.PathLike[str], experiment: Experiment, *, overwrite: bool = False
    ) -> None:
        if not isinstance(folder, str | os.PathLike) or not str(folder):
            raise RunFolderError(
                f"out: must be the path of a folder; got {checks.show(folder)}."
            )
        self.path = Path(folder).expanduser()
        self.experiment = experiment
        self._overwrite = overwrite
        self._made: list[Path] = []
        self._owner: storage.Owner | None = None

    def __enter__(self) -> RunFolder:
        """Take the folder, or say why not."""
        if self.path.exists() and not self.path.is_dir():
            raise RunFolderError(f"out: must be a folder; got the file {str(self.path)!r}.")
        missing = [p for p in (self.path, *self.path.parents) if not p.exists()]
        with storage.writing_errors(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
        self._made = missing
        try:
            self._owner = storage.Owner(self.path).__enter__()
            self._refuse_foreign()
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

    def _refuse_foreign(self) -> None:
        mine = {".lock", ".owner"}
        found = {p.name for p in self.path.iterdir()} - mine
        # What a killed writer left half-written or staged counts as nothing.
        staged = {name + storage.STAGED for name in OWN_FILES}
        found = {name for name in found - staged if not name.startswith(".")}
        if not found:
            return
        if "run.json" not in found and found != {CHECKPOINT}:
            raise RunFolderError(
                f"out: must be empty or hold a run; got {str(self.path)!r}, which holds "
                f"{', '.join(sorted(found)[:3])}. Choose another folder."
            )
        earlier = self.manifest()
        if earlier is None or self._overwrite:
            return
        theirs = Experiment.from_dict(earlier["experiment"])
        if theirs != self.experiment:
            before, now = theirs.to_dict(), self.experiment.to_dict()
            differs = [name for name in now if before[name] != now[name]]
            raise RunFolderError(
                f"out: holds another experiment; got {str(self.path)!r}, which differs in "
                f"{', '.join(differs)}. Choose another folder, or set "
                "overwrite = true."
            )

    def _clear(self) -> None:
        """Remove what killed writers left half-written."""
        for place in (self.path, self.path / CHECKPOINT):
            for file in place.glob(storage.HALF_WRITTEN + "*"):
                file.unlink(missing_ok=True)

    def manifest(self) -> dict[str, Any] | None:
        """Read `run.json`; None where there is none."""
        return read_manifest(self.path) if (self.path / "run.json").exists() else None

    def begin(self) -> None:
        """Note the experiment before training, so that the folder says whose it is."""
        earlier = self.manifest()
        if earlier is not None and not self._overwrite:
            return
        if earlier is not None and earlier["status"] == "finished":
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
                "epoch": state.epoch,
                "history": state.history,
                "seconds": state.seconds,
                "best_is_latest": bool(state.best) and state.best is state.variables,
                "fingerprint": dict(fingerprint),
            }
            storage.write_text(folder / "latest.json", storage.sealed(latest))
            for old in folder.glob("epoch-*.npz"):
                if old.name != name:
                    old.unlink()

    def checkpoint(self, fingerprint: Mapping[str, str]) -> State | None:
        """Read the last checkpoint; None where there is none, or where it is to be replaced.

        Raises
        ------
        RunFolderError
            It is damaged, or was written with other data or another backend.
        """
        return None if self._overwrite else read_checkpoint(self.path, fingerprint)

    def drop_checkpoint(self) -> None:
        """Remove the checkpoint of a finished run."""
        folder = self.path / CHECKPOINT
        if folder.is_dir():
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()

    def save(self, run: Run) -> None:
        """Write a run; an interrupted one keeps its checkpoint."""
        files = {
            "model.weights.h5": lambda path: _write_weights(path, run.model),
            "preprocessing.json": _text_writer(
                json.dumps(run.preprocessing.to_dict(), indent=1)
            ),
            "history.csv": _text_writer(run.history.to_csv(index=False)),
            "predictions.csv": _text_writer(run.table.to_csv(index=False)),
        }
        manifest = {
            "format": FORMAT,
            "status": run.status,
            "experiment": run.experiment.to_dict(),
            "source": run.source.to_dict(),
            "metrics": run.metrics,
            "provenance": run.provenance,
        }
        if run.status == "interrupted" and run.state is not None and run.state.epoch:
            self.keep(run.state, run.provenance["fingerprint"])
        storage.commit(self.path, files, manifest)
        if run.status == "finished":
            self.drop_checkpoint()


def run_path(folder: Any) -> Path:
    """Give the path of a run folder, or refuse what is no path."""
    if not isinstance(folder, str | os.PathLike) or not str(folder):
        raise RunFolderError(
            f"folder: must be the path of a folder; got {checks.show(folder)}."
        )
    return Path(folder).expanduser()


def load_run(folder: str | os.PathLike[str]) -> Run:
    """Load a run from its folder, whichever language saved it.

    Parameters
    ----------
    folder : path
        Written by `Run.save`, `run_experiment(out=...)` or R's `save_run`.

    Returns
    -------
    Run
        With the network rebuilt from its description and the saved weights; nothing in the
        folder is executed.

    Raises
    ------
    RunFolderError
        Not a run folder, of a newer format, unfinished, or damaged.
    ModelMismatch
        The weights belong to another network.
    """
    path = run_path(folder)
    manifest = read_manifest(path)
    if manifest["status"] == "running":
        raise RunFolderError(
            f"folder: must hold a finished or interrupted run; got {str(path)!r}, whose training "
            "was cut off. Continue it with resume_run()."
        )
    with contextlib.suppress(OSError):
        storage.settle(path, manifest["files"])
    files = {name: _whole_file(path, name, sha) for name, sha in manifest["files"].items()}
    experiment = Experiment.from_dict(manifest["experiment"])
    model = compile_model(build_model(experiment), experiment)
    _load_weights(
        model, files["model.weights.h5"], manifest["provenance"]["digests"]["weights"]
    )
    preprocessing = preprocessing_from_dict(
        json.loads(files["preprocessing.json"].read_text("utf-8"))
    )
    state = None
    if manifest["status"] == "interrupted":
        state = read_checkpoint(path, manifest["provenance"]["fingerprint"])
    return Run(
        experiment=experiment,
        model=model,
        preprocessing=preprocessing,
        source=Source(**manifest["source"]),
        status=manifest["status"],
        history=_read_csv(files["history.csv"]),
        metrics=manifest["metrics"],
        provenance=manifest["provenance"],
        table=_read_predictions(files["predictions.csv"], experiment),
        state=state,
        folder=str(folder),
    )


def read_manifest(path: Path) -> dict[str, Any]:
    """Read and check `run.json`."""
    file = path / "run.json"
    if not file.is_file():
        raise RunFolderError(
            f"folder: must be a run folder; got {str(path)!r}, which "
            f"{'has no run.json' if path.is_dir() else 'is not a folder'}."
        )
    try:
        text = file.read_bytes().decode("utf-8")
        manifest = json.loads(text)
        version = manifest["format"]
        if not isinstance(version, int):
            raise ValueError("another format")
        if version <= FORMAT:
            manifest = storage.unsealed(text)
            checks.choice("status", manifest["status"], STATUSES)
            Experiment.from_dict(manifest["experiment"])
            # Names are compared, so that none can lead out of the folder.
            if set(manifest["files"]) != (set() if manifest["status"] == "running" else FILES):
                raise ValueError("other files")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RunFolderError(
            f"folder: run.json must be whole; got a damaged one in {str(path)!r} "
            f"({type(error).__name__})."
        ) from None
    if version > FORMAT:
        raise RunFolderError(
            f"folder: must have format {FORMAT} or older; got format {version} in "
            f"{str(path)!r}. Update kerasduet."
        )
    return manifest


def read_checkpoint(path: Path, fingerprint: Mapping[str, str]) -> State | None:
    """Read the last checkpoint of a run folder and check that it fits."""
    folder = path / CHECKPOINT
    if not (folder / "latest.json").is_file():
        return None
    try:
        latest = storage.unsealed((folder / "latest.json").read_bytes().decode("utf-8"))
        theirs = latest["fingerprint"]
        content = (folder / Path(latest["file"]).name).read_bytes()
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise RunFolderError(
            f"folder: the checkpoint must be whole; got a damaged one in {str(path)!r} "
            f"({type(error).__name__}). Start over with overwrite = true."
        ) from None
    if hashlib.sha256(content).hexdigest() != latest["sha256"]:
        raise RunFolderError(
            f"folder: the checkpoint must be whole; got other bytes in {str(path)!r}. "
            "Start over with overwrite = true."
        )
    for name, value in fingerprint.items():
        if theirs.get(name) != value:
            raise RunFolderError(
                f"folder: must be resumed with the same {name}, {theirs.get(name)}; got {value}. "
                "Use that one, or start over with overwrite = true."
            )
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in sorted(archive.files)}
    variables = [a for name, a in arrays.items() if name.startswith("v")]
    best = [a for name, a in arrays.items() if name.startswith("b")]
    return State(
        epoch=latest["epoch"],
        history=latest["history"],
        seconds=latest["seconds"],
        variables=variables,
        best=variables if latest["best_is_latest"] else best,
    )


def weights_digest(model: keras.Model) -> str:
    """Digest the weights: sha256 over each one's dtype, shape and bytes, in order."""
    return digest_arrays(*(np.asarray(weight) for weight in model.get_weights()))


def history_digest(history: pd.DataFrame) -> str:
    """Digest the history: its column names and its numbers."""
    names = np.array("\n".join(history.columns))
    return digest_arrays(names, history.to_numpy(dtype=np.float64))


def _whole_file(path: Path, name: str, digest: str) -> Path:
    found = path / name
    if not found.is_file() or storage.file_sha256(found) != digest:
        state = "other bytes" if found.exists() else "no such file"
        raise RunFolderError(
            f"folder: {name} must have the sha256 that run.json notes; got {state} in "
            f"{str(path)!r}. The run is damaged: restore it or train again."
        )
    return found


class _Memory(io.BytesIO):
    def __str__(self) -> str:
        return "model.weights.h5"  # Keras looks at the suffix


def _write_weights(path: Path, model: keras.Model) -> None:
    # On a full disk HDF5 brings the whole process down; Python raises an error.
    memory = _Memory()
    model.save_weights(memory)
    path.write_bytes(memory.getbuffer())


def _load_weights(model: keras.Model, file: Path, digest: str) -> None:
    try:
        model.load_weights(file)
    except Exception as error:  # Keras and h5py have no common one
        raise ModelMismatch(
            "folder: the weights must fit the network that run.json describes; got others "
            f"({type(error).__name__}). The run is damaged: restore it or train again."
        ) from None
    if weights_digest(model) != digest:
        raise ModelMismatch(
            "folder: the weights must have the digest that run.json notes; got others. The run "
            "is damaged: restore it or train again."
        )


def _write_npz(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    with open(path, "wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def _text_writer(text: str) -> Any:
    return lambda path: path.write_text(text, "utf-8", newline="\n")


def _read_csv(file: Path, texts: Collection[str] = ()) -> pd.DataFrame:
    """Read a table of numbers and some text columns; every number to its last bit."""
    import pandas as pd

    # pandas' own parser of numbers may miss the last bit; NumPy's does not.
    frame = pd.read_csv(file, dtype=str, keep_default_na=False)
    numbers = {
        name: np.array(frame[name].replace("", "nan"), dtype=np.float64)
        for name in frame.columns.difference(list(texts))
    }
    whole = {
        name: numbers[name].astype(np.int64) for name in {"epoch", "row", "step"} & set(numbers)
    }
    return frame.assign(**(numbers | whole))


def _read_predictions(file: Path, experiment: Experiment) -> pd.DataFrame:
    from kerasduet.data.times import read_times

    if experiment.task == "classification":
        frame = _read_csv(file, ("truth", "prediction"))
        floats = [n for n in frame.columns if n.startswith("p_") or n == "probability"]
        return frame.astype(dict.fromkeys(floats, np.float32))
    frame = _read_csv(file, ("origin", "time"))
    for name in ("origin", "time"):
        try:
            frame[name] = frame[name].astype(np.float64)
        except ValueError:
            frame[name] = read_times(frame[name])
        else:
            if (frame[name] % 1 == 0).all():
                frame[name] = frame[name].astype(np.int64)
    return frame
