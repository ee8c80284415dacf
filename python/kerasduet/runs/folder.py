"""A run as a folder: written whole, checked on the way in, one writer at a time."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from kerasduet import checks
from kerasduet._version import __version__
from kerasduet.data.dataset import Source, digest_arrays
from kerasduet.errors import BackendError, KerasduetError, ModelMismatch, RunFolderError
from kerasduet.experiments import Experiment
from kerasduet.registry import TASKS
from kerasduet.result import CHANGED, Result
from kerasduet.runs import learned, packed, storage, weights
from kerasduet.runs.manifest import (
    CHECKPOINT,
    DAMAGE,
    FILES,
    FORMAT,
    SCORED,
    SOURCE,
    damaged_checkpoint,
    is_damaged,
    read_checkpoint_file,
    read_latest,
    read_manifest,
)
from kerasduet.training import State, capture, compile_model, weights_digest

if TYPE_CHECKING:
    import keras
    import pandas as pd

    from kerasduet.data.preprocessing import Learned
    from kerasduet.task import Task

R = TypeVar("R", bound=Result)

__all__ = [
    "RunFolder",
    "cut_off",
    "history_digest",
    "pack",
    "read_run",
    "refuse_other",
    "run_path",
    "unpack",
    "weights_digest",
]


# A reader that meets writer after writer gives up in the end.
MOST_TRIES = 1000
SECONDS_BETWEEN_TRIES = 0.002


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
        for name in ("run.json", *FILES):
            storage.refuse_special(self.path / name)
            storage.refuse_special(self.path / (name + storage.STAGED))
        folder = self.path / CHECKPOINT
        storage.refuse_special(folder, folder=True)
        for file in (*self.path.glob(storage.HALF_WRITTEN + "*"), *folder.glob("*")):
            storage.refuse_special(file)

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
            before, now = theirs.flat(), self.experiment.flat()
            differs = [name for name in now if name not in before or before[name] != now[name]]
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
        if not run.scored:
            with storage.writing_errors(self.path):
                (self.path / SCORED).unlink(missing_ok=True)  # of an earlier run
        if run.status == "finished":
            self.drop_checkpoint()


def _contents(run: Result) -> dict[str, bytes]:
    """Give what each file of a run holds, but for `run.json` and the checkpoint."""
    if run.is_changed:
        raise RunFolderError(CHANGED)
    learnt = json.dumps(run.preprocessing.to_dict(), indent=1, ensure_ascii=False)
    texts = {
        "preprocessing.json": learnt,
        "history.csv": _csv_text(run.history),
    }
    if run.scored:
        texts[SCORED] = _csv_text(run.table)
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


def run_path(folder: Any, name: str = "folder") -> Path:
    """Give the absolute path of a run folder, or refuse what is no path."""
    why = ""
    if isinstance(folder, str | os.PathLike) and str(folder) and "\0" not in str(folder):
        try:
            path = Path(folder).expanduser().absolute()
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
        f"{name}: must be the path of a folder; got {checks.show(folder)}{why}."
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
    import pandas as pd

    path = run_path(folder)
    manifest, files, checkpoint = _read_whole(path)
    experiment = Experiment.from_dict(manifest["experiment"])
    values = _Contents(path, files)
    preprocessing = values.read(
        "preprocessing.json",
        lambda content: learned.learned_for(storage.parsed(_text(content)), experiment),
    )
    provenance = manifest["provenance"]
    model = _load_model(experiment, files["model.weights.h5"], provenance)
    state = None
    if checkpoint is not None:
        state = _state(path, checkpoint, experiment, provenance["fingerprint"], model)
    table = pd.DataFrame()
    if SCORED in files:
        table = values.read(
            SCORED, lambda content: _read_predictions(content, preprocessing, manifest)
        )
    return kind(
        experiment=experiment,
        model=model,
        preprocessing=preprocessing,
        source=Source(**{name: manifest["source"][name] for name in SOURCE}),
        status=manifest["status"],
        history=values.read("history.csv", lambda content: _read_history(content, manifest)),
        metrics=manifest["metrics"],
        provenance=provenance,
        table=table,
        state=state,
        folder=str(path),
        scored=SCORED in files,
    )


# Of a checkpoint: what it says of itself, and its arrays.
Checkpoint = tuple[Mapping[str, Any], bytes]


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
                checkpoint = _whole_checkpoint(path, _most(manifest, CHECKPOINT))
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


def _most(manifest: Mapping[str, Any], name: str) -> int:
    """Give the bytes that a file may have, from what the manifest says of the run."""
    if name == "model.weights.h5":
        return weights.most_bytes(manifest["provenance"]["parameters"])
    if name == CHECKPOINT:
        return 16 * weights.most_bytes(manifest["provenance"]["parameters"])
    if name == "history.csv":
        return learned.most_history(manifest)
    return storage.MOST_JSON if name.endswith(".json") else learned.MOST_TABLE


def _whole_checkpoint(path: Path, most: int) -> Checkpoint | None:
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
    checkpoint = _whole_checkpoint(path, most)
    if checkpoint is None:
        return None
    return _state(path, checkpoint, experiment, fingerprint, model)


def _state(
    path: Path,
    checkpoint: Checkpoint,
    experiment: Experiment,
    fingerprint: Mapping[str, str],
    model: keras.Model,
) -> State:
    latest, content = checkpoint
    theirs = Experiment.from_dict(latest["experiment"])
    if theirs != experiment:
        before, now = theirs.to_dict(), experiment.to_dict()
        differs = [name for name in now if before[name] != now[name]]
        raise RunFolderError(
            "folder: the checkpoint must be of the experiment to go on with; got one in "
            f"{str(path)!r} that differs in {', '.join(differs)}. Choose another folder, or "
            "bring its own checkpoint back."
        )
    refuse_other(latest["fingerprint"], fingerprint)
    needed = [(a.shape, a.dtype) for a in capture(model)]
    try:
        found = weights.read_arrays(content, needed, "vb")
    except LookupError:
        raise damaged_checkpoint(path, "one of another network or another Keras") from None
    except Exception as error:  # NumPy and zipfile have no common one
        raise damaged_checkpoint(path, f"a damaged one ({type(error).__name__})") from None
    variables, best = found["v"], found["b"]
    if not variables or (best and latest["best_is_latest"]):
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


def history_digest(history: pd.DataFrame) -> str:
    """Digest the history: its column names and its numbers."""
    names = np.array("\n".join(history.columns))
    numbers = history.to_numpy(dtype=np.float64)
    # JSON and CSV, which a resumed or loaded run comes from, keep no sign of NaN.
    return digest_arrays(names, np.where(np.isnan(numbers), np.nan, numbers))


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
                f"({type(error).__name__}). Restore it, or train again with overwrite = true."
            ) from None


def _load_model(
    experiment: Experiment, content: bytes, provenance: Mapping[str, Any]
) -> keras.Model:
    try:
        model = weights.build_fitting(experiment, content)
        model = compile_model(model, experiment, rows=provenance["sizes"]["train"])
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


def _write_npz(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    with open(path, "wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def _bytes_writer(content: bytes) -> Callable[[Path], Any]:
    return lambda path: path.write_bytes(content)


def _text(content: bytes) -> str:
    # A name may hold half of a surrogate pair.
    return content.decode("utf-8", "surrogatepass")


def _csv_text(frame: pd.DataFrame) -> str:
    # Every text in quotes: Python before 3.11.9 writes a lone carriage return without any.
    return frame.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")


def _read_csv(content: bytes, typed: Callable[[str, list[str]], Any]) -> pd.DataFrame:
    """Read a table, each column by its name as `typed` says; numbers to their last bit."""
    import pandas as pd

    # pandas' own parsers may miss the last bit of a number and end a text at a NUL.
    text = _text(content)
    most = csv.field_size_limit(max(len(text), 1))
    try:
        head, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    finally:
        csv.field_size_limit(most)
    if len(set(head)) < len(head) or any(len(row) != len(head) for row in rows):
        raise ValueError("rows of other lengths")
    return pd.DataFrame(
        {name: typed(name, [row[i] for row in rows]) for i, name in enumerate(head)}
    )


def _read_history(content: bytes, manifest: Mapping[str, Any]) -> pd.DataFrame:
    frame = _read_csv(
        content,
        lambda name, texts: learned.typed(texts, "id" if name == "epoch" else "number", None),
    )
    epochs = len(manifest["provenance"]["seconds"]["epochs"])
    learned.refuse_table(frame, epochs, ("epoch",))
    return frame


def _read_predictions(
    content: bytes,
    preprocessing: Learned,
    manifest: Mapping[str, Any],
) -> pd.DataFrame:
    task: Task = TASKS[manifest["experiment"]["task"]]
    rows = manifest["provenance"]["sizes"]["test"] * task.steps(preprocessing)
    if len(content) > learned.most_predictions(rows, preprocessing):
        raise ValueError("a table of more rows")
    kinds = task.columns(preprocessing)
    frame = _read_csv(
        content,
        lambda name, texts: learned.typed(texts, kinds.get(name, "number"), preprocessing),
    )
    learned.refuse_table(frame, rows, set(kinds) - set(task.later_columns))
    return frame
