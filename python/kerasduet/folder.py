"""A run as a folder: written whole, checked on the way in, one writer at a time."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet import __version__, checks, storage
from kerasduet.data.dataset import Source, digest_arrays
from kerasduet.data.preprocessing import (
    ImagePreprocessing,
    SeriesPreprocessing,
    preprocessing_from_dict,
)
from kerasduet.errors import ModelMismatch, RunFolderError
from kerasduet.experiments import Experiment
from kerasduet.manifest import (
    CHECKPOINT,
    DAMAGE,
    FILES,
    FORMAT,
    SOURCE,
    damaged_checkpoint,
    is_damaged,
    read_latest,
    read_manifest,
)
from kerasduet.models import build_model
from kerasduet.run import Run
from kerasduet.training import State, capture, compile_model

if TYPE_CHECKING:
    import keras
    import pandas as pd

__all__ = [
    "RunFolder",
    "cut_off",
    "history_digest",
    "load_run",
    "refuse_other",
    "run_path",
    "weights_digest",
]


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

    def _earlier(self) -> dict[str, Any] | None:
        """Read the manifest of the run that is here; None where there is none to keep."""
        # What a killed writer left half-written or staged counts as nothing.
        staged = {name + storage.STAGED for name in FILES}
        found = {path.name for path in self.path.iterdir()} - staged
        found = {name for name in found if not name.startswith(".")}
        if not found:
            return None
        damaged = self._overwrite and is_damaged(self.path)
        ours = {"run.json", *FILES, CHECKPOINT}
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
            before, now = theirs.to_dict(), self.experiment.to_dict()
            differs = [name for name in now if before[name] != now[name]]
            raise RunFolderError(
                f"out: holds another experiment; got {str(self.path)!r}, which differs in "
                f"{', '.join(differs)}. Choose another folder, or set "
                "overwrite = true."
            )

    def _clear(self) -> None:
        """Remove what killed writers left half-written or staged in vain."""
        for place in (self.path, self.path / CHECKPOINT):
            for file in place.glob(storage.HALF_WRITTEN + "*"):
                file.unlink(missing_ok=True)
        if self.earlier is not None:
            storage.settle(self.path, self.earlier["files"])
        storage.unstage(self.path, FILES)

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
            storage.write_text(folder / "latest.json", storage.sealed(latest))
            for old in folder.glob("epoch-*.npz"):
                if old.name != name:
                    old.unlink()

    def checkpoint(self, fingerprint: Mapping[str, str], model: keras.Model) -> State | None:
        """Read the last checkpoint; None where there is none, or where it is to be replaced.

        Raises
        ------
        RunFolderError
            It is damaged, of another network, or was written with other data or another
            backend.
        """
        return None if self._overwrite else read_checkpoint(self.path, fingerprint, model)

    def drop_checkpoint(self) -> None:
        """Remove the checkpoint of a finished run."""
        folder = self.path / CHECKPOINT
        # Without the first there is no checkpoint, so that a kill leaves none half removed.
        for file in (folder / "latest.json", *folder.glob("epoch-*.npz")):
            file.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
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


def run_path(folder: Any, name: str = "folder") -> Path:
    """Give the absolute path of a run folder, or refuse what is no path."""
    if isinstance(folder, str | os.PathLike) and str(folder) and "\0" not in str(folder):
        with contextlib.suppress(OSError, RuntimeError, TypeError, ValueError):
            path = Path(folder).expanduser().absolute()
            os.fsencode(path)
            return path
    raise RunFolderError(f"{name}: must be the path of a folder; got {checks.show(folder)}.")


def cut_off(path: Path, manifest: Mapping[str, Any]) -> Experiment | None:
    """Give the experiment whose training was to replace a finished run, and was cut off."""
    if manifest["status"] != "finished":
        return None
    latest = None
    with contextlib.suppress(RunFolderError):
        latest = read_latest(path)
    if latest is None:
        return None
    done = Experiment.from_dict(manifest["experiment"])
    wanted = Experiment.from_dict(latest["experiment"])
    # A kill after the last file was written leaves the finished run's own checkpoint.
    same = latest["fingerprint"] == manifest["provenance"]["fingerprint"]
    return None if wanted == done and same else wanted


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
    provenance = manifest["provenance"]
    _load_weights(model, files["model.weights.h5"], provenance["digests"]["weights"])
    state = None
    if manifest["status"] == "interrupted":
        state = read_checkpoint(path, provenance["fingerprint"], model)
    preprocessing = _read(files["preprocessing.json"], _read_preprocessing)
    return Run(
        experiment=experiment,
        model=model,
        preprocessing=preprocessing,
        source=Source(**{name: manifest["source"][name] for name in SOURCE}),
        status=manifest["status"],
        history=_read(files["history.csv"], _read_csv),
        metrics=manifest["metrics"],
        provenance=provenance,
        table=_read(
            files["predictions.csv"], lambda file: _read_predictions(file, preprocessing)
        ),
        state=state,
        folder=str(path),
    )


def read_checkpoint(
    path: Path, fingerprint: Mapping[str, str], model: keras.Model
) -> State | None:
    """Read the last checkpoint of a run folder and check that it fits."""
    latest = read_latest(path)
    if latest is None:
        return None
    try:
        content = (path / CHECKPOINT / Path(latest["file"]).name).read_bytes()
    except (OSError, ValueError) as error:
        raise damaged_checkpoint(path, f"a damaged one ({type(error).__name__})") from None
    if hashlib.sha256(content).hexdigest() != latest["sha256"]:
        raise damaged_checkpoint(path, "other bytes")
    refuse_other(latest["fingerprint"], fingerprint)
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in sorted(archive.files)}
    except Exception as error:  # NumPy and zipfile have no common one
        raise damaged_checkpoint(path, f"a damaged one ({type(error).__name__})") from None
    variables = [a for name, a in arrays.items() if name.startswith("v")]
    best = [a for name, a in arrays.items() if name.startswith("b")]
    needed = [(a.shape, a.dtype) for a in capture(model)]
    for found in (variables, best or variables):
        if [(a.shape, a.dtype) for a in found] != needed:
            raise damaged_checkpoint(path, "one of another network or another Keras")
    return State(
        epoch=latest["epoch"],
        history=latest["history"],
        seconds=latest["seconds"],
        variables=variables,
        best=variables if latest["best_is_latest"] else best,
    )


def refuse_other(
    theirs: Mapping[str, str],
    ours: Mapping[str, str],
    name: str = "folder",
    otherwise: str = "start over with overwrite = true.",
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


def weights_digest(model: keras.Model) -> str:
    """Digest the weights: sha256 over each one's dtype, shape and bytes, in order."""
    return digest_arrays(*(np.asarray(weight) for weight in model.get_weights()))


def history_digest(history: pd.DataFrame) -> str:
    """Digest the history: its column names and its numbers."""
    names = np.array("\n".join(history.columns))
    numbers = history.to_numpy(dtype=np.float64)
    # JSON and CSV, which a resumed or loaded run comes from, keep no sign of NaN.
    return digest_arrays(names, np.where(np.isnan(numbers), np.nan, numbers))


def _whole_file(path: Path, name: str, digest: str) -> Path:
    found = path / name
    with storage.reading_errors(path):
        if not found.is_file() or storage.file_sha256(found) != digest:
            state = "other bytes" if found.exists() else "no such file"
            raise RunFolderError(
                f"folder: {name} must have the sha256 that run.json notes; got {state} in "
                f"{str(path)!r}. The run is damaged: restore it or train again."
            )
    return found


def _read(file: Path, read: Callable[[Path], Any]) -> Any:
    try:
        return read(file)
    except (*DAMAGE, ArithmeticError, AttributeError, LookupError) as error:
        raise RunFolderError(
            f"folder: {file.name} must be whole; got a damaged one in {str(file.parent)!r} "
            f"({type(error).__name__}). Restore it, or train again with overwrite = true."
        ) from None


def _read_preprocessing(file: Path) -> ImagePreprocessing | SeriesPreprocessing:
    return preprocessing_from_dict(json.loads(file.read_text("utf-8")))


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


def _read_predictions(
    file: Path, preprocessing: ImagePreprocessing | SeriesPreprocessing
) -> pd.DataFrame:
    from kerasduet.data.times import read_times

    if isinstance(preprocessing, ImagePreprocessing):
        frame = _read_csv(file, ("truth", "prediction"))
        floats = [n for n in frame.columns if n.startswith("p_") or n == "probability"]
        labels = dict(zip(preprocessing.class_names, preprocessing.labels, strict=True))
        for name in ("truth", "prediction"):
            frame[name] = np.array(
                [labels[text] for text in frame[name]], preprocessing.labels.dtype
            )
        return frame.astype(dict.fromkeys(floats, np.float32))
    frame = _read_csv(file, ("origin", "time", "filled"))
    for name in ("origin", "time"):
        frame[name] = read_times(frame[name], preprocessing.zone)
    if "filled" in frame:  # not in folders of earlier versions
        frame["filled"] = frame["filled"] == "True"
    return frame
