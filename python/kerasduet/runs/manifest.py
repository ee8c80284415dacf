"""The JSON files of a run folder: read, and refused whole unless they hold what they should."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kerasduet import checks
from kerasduet.errors import RunFolderError, UnknownName
from kerasduet.registry import TASKS
from kerasduet.runs import storage
from kerasduet.runs.migrate import FORMAT, upgraded
from kerasduet.settings.networks import OWN_NETWORK

__all__ = [
    "ALL_FILES",
    "CHECKPOINT",
    "DAMAGE",
    "FILES",
    "FORMAT",
    "NETWORK",
    "SCORED",
    "SET_FILE",
    "SOURCE",
    "checkpoint_file_size",
    "damaged_checkpoint",
    "fits",
    "is_damaged",
    "read_checkpoint_file",
    "read_latest",
    "read_manifest",
]

CHECKPOINT = "checkpoint"
SET_FILE = "set.json"  # of a folder that holds several runs
# Checking more layers or columns would take seconds, and training them for ever.
MOST_LAYERS = 2_000
MOST_COLUMNS = 100_000
STATUSES = ("finished", "interrupted", "running")
SCORED = "predictions.csv"
FILES = ("model.weights.h5", "preprocessing.json", "history.csv", SCORED)
NETWORK = "network.json"  # of a network of the caller's, as Keras describes it
ALL_FILES = (*FILES, NETWORK)

# What reading a file that another hand changed may raise.
DAMAGE = (ValueError, KeyError, TypeError, RecursionError)

# Texts that have a grammar; a page or a script may show them as they are.
DIGEST = re.compile(r"[0-9a-f]{64}")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.+-]{0,79}")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}")  # of a class
# Of a package, an interpreter or a platform; empty where it is not known.
VERSION = re.compile(r"[A-Za-z0-9_.+!~ ()-]{0,200}")
LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]{0,500}")
SAVED = re.compile(r"epoch-[0-9]{5,9}\.npz")

FINGERPRINT = {"data": DIGEST, "backend": WORD}
# A name, a note and a path may be any text, as the caller gave them.
SOURCE = {
    "name": str,
    "sha256": DIGEST,
    "rows": int,
    "path": (str, None),
    "note": str,
    "given": bool,
}
STARTED = {"status": str, "experiment": {}, "files": {WORD: DIGEST}}
TRAINED = STARTED | {
    "source": SOURCE,
    "metrics": {WORD: float},
    "provenance": {
        "caller": {"language": WORD, "version": VERSION},
        "versions": {WORD: VERSION},
        "backend": WORD,
        "device": {"kind": WORD, "name": LINE, "count": int},
        "threads": (int, None),
        "seed": int,
        "sizes": {"train": int, "validation": int, "test": int},
        "parameters": int,
        "seconds": {"training": float, "epochs": [float], "total": float},
        "digests": {"weights": DIGEST, "history": DIGEST},
        "fingerprint": FINGERPRINT,
        "started": TIME,
    },
}
FOLD = (
    {"number": int, "folds": int, "repeats": int},
    {"origin": int, "origins": int, "window": WORD},  # of a backtest
)
# What a run notes of own data; numbers are there where the data are numbers, or times.
SUMMARY = {
    "input": [{"shape": [int], "type": LINE}],
    "classes": {WORD: [int]},
    "columns": [{"name": str, "type": LINE, "missing": int}],
    "rows": int,
    "series": int,
    "first": LINE,
    "last": LINE,
}
RANGE = {"low": (float, LINE), "mean": float, "high": (float, LINE), "values": int}
SAMPLE = {
    "columns": [str],
    "rows": [[(str, float, bool, None)]],
    "images": [re.compile(r"[A-Za-z0-9+/]*={0,2}")],
    "labels": [str],
}
CALLBACK = {"class": NAME, "given": dict, "values": dict}
LATEST = {
    "file": SAVED,
    "sha256": DIGEST,
    "epoch": int,
    "history": [{"epoch": int, "loss": float}],
    "seconds": [float],
    "best_is_latest": bool,
    "fingerprint": FINGERPRINT,
    "experiment": {},
}


def fits(value: Any, shape: Any) -> bool:
    r"""Say whether a value read from JSON has a shape; a mapping may hold more than is named.

    A pattern is matched by a whole text; as the only key of a mapping, like `str`, by every key.

    Examples
    --------
    >>> shape = {"loss": float, "sizes": [int], "path": (str, None), "texts": {str: str}}
    >>> fits({"loss": 1, "sizes": [], "path": None, "texts": {"a": "b"}}, shape)
    True
    >>> fits({"loss": True, "sizes": [], "path": None, "texts": {}}, shape)
    False
    >>> fits("00ff", re.compile("[0-9a-f]+")), fits("00ff\n", re.compile("[0-9a-f]+"))
    (True, False)
    """
    if isinstance(shape, re.Pattern):
        return type(value) is str and shape.fullmatch(value) is not None
    if isinstance(shape, dict) and not all(isinstance(name, str) for name in shape):
        ((key, part),) = shape.items()
        return isinstance(value, dict) and all(
            fits(name, key) and fits(item, part) for name, item in value.items()
        )
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(
            name in value and fits(value[name], part) for name, part in shape.items()
        )
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(item, shape[0]) for item in value)
    if isinstance(shape, tuple):
        return any(fits(value, option) for option in shape)
    if shape is float:
        return type(value) in (int, float)
    return value is None if shape is None else type(value) is shape


def read_manifest(path: Path) -> dict[str, Any]:
    """Read and check `run.json`.

    Raises
    ------
    RunFolderError
        There is none, it is damaged, or of a newer format.
    """
    file = path / "run.json"
    with storage.reading_errors(path):
        storage.refuse_special(file)
        if not file.is_file():
            what = "has no run.json." if path.is_dir() else "is not a folder."
            if (path / SET_FILE).is_file():
                what = "is that of a set of runs. Load it with load_run_set()."
            raise RunFolderError(
                f"folder: must be a run folder; got {str(path)!r}, which {what}"
            )
        content = storage.read_plain(file)
    try:
        manifest = _checked(content)
    except UnknownName as error:
        raise _unknown(path, error) from None
    except DAMAGE as error:
        raise RunFolderError(
            f"folder: run.json must be whole; got a damaged one in {str(path)!r} "
            f"({type(error).__name__}). Restore it, or train again with overwrite = True."
        ) from None
    if manifest["format"] > FORMAT:
        raise RunFolderError(
            f"folder: must have format {FORMAT} or older; got format "
            f"{checks.show(manifest['format'])} in {str(path)!r}. Update kerasduet."
        )
    return manifest


def _refuse_other(values: Mapping[str, Any], shapes: Mapping[str, Any]) -> None:
    """Refuse entries that folders of earlier versions lack, and that are there in another form."""
    if not all(fits(values[name], shape) for name, shape in shapes.items() if name in values):
        raise ValueError("other entries")


def _refuse_other_data(noted: Mapping[str, Any]) -> None:
    """Refuse what is noted of own data in another form, or in parts that belong together."""
    _refuse_other(noted, {"summary": dict, "sample": dict})
    summary, sample = noted.get("summary", {}), noted.get("sample", {})
    _refuse_other(summary, SUMMARY)
    _refuse_other(sample, SAMPLE)
    told = [*summary.get("input", ()), *summary.get("columns", ())]
    for one in told:
        _refuse_other(one, RANGE)
    wide = len(sample.get("columns", ()))
    if (
        any("mean" in one and not fits(one, {"low": float, "high": float}) for one in told)
        or ("first" in summary) != ("last" in summary)
        or (("columns" in summary or "first" in summary) and "rows" not in summary)
        or any(len(row) != wide for row in sample.get("rows", ()))
    ):
        raise ValueError("other entries")


def refuse_endless(values: Mapping[str, Any]) -> None:
    """Refuse an experiment of endless lists, with a ValueError, before it is looked at."""
    for name, part in values.items():
        if isinstance(part, Mapping):
            most = MOST_LAYERS if name in ("model", "network") else MOST_COLUMNS
            lists = list(part.values())
        else:
            most, lists = MOST_COLUMNS, [part]
        if any(isinstance(item, list) and len(item) > most for item in lists):
            raise ValueError("more layers than a network has, or more columns than a table")


def is_damaged(path: Path) -> bool:
    """Say whether `run.json` is there but is not whole."""
    with storage.reading_errors(path):
        try:
            content = storage.read_plain(path / "run.json")
        except FileNotFoundError:
            return False
    try:
        _checked(content)
    except UnknownName:
        return False
    except DAMAGE:
        return True
    return False


def _checked(content: bytes) -> dict[str, Any]:
    """Read a manifest that is whole, or of a newer format that is not known here."""
    text = content.decode("utf-8")
    manifest = storage.parsed(text)
    version = manifest["format"]
    if type(version) is not int or version < 1:
        raise ValueError("another format")
    if version > FORMAT:
        return manifest
    manifest = storage.unsealed(text)
    status = checks.choice("status", manifest["status"], STATUSES)
    if not fits(manifest, STARTED if status == "running" else TRAINED):
        raise ValueError("other entries")
    later = manifest["provenance"] if status != "running" else {}
    _refuse_other(later, {"test_sha256": DIGEST, "callbacks": [NAME], "fold": FOLD})
    _refuse_other(later.get("fingerprint", {}), {"split": WORD})
    _refuse_other_data(later)
    refuse_endless(manifest["experiment"])
    manifest = upgraded(manifest)
    # Names are compared, so that none can lead out of the folder.
    files = set(manifest["files"])
    needed = set(FILES)
    if manifest["experiment"]["network"]["builder"] == OWN_NETWORK:
        needed.add(NETWORK)
    # The test rows of an interrupted run need not be scored.
    if status == "interrupted" and files == needed - {SCORED} and not manifest["metrics"]:
        return manifest
    if files != (set() if status == "running" else needed):
        raise ValueError("other files")
    if status != "running":
        _refuse_no_scores(manifest)
    return manifest


def _refuse_no_scores(manifest: Mapping[str, Any]) -> None:
    needed = set(TASKS[manifest["experiment"]["task"]].needed)
    if not needed <= set(manifest["metrics"]):
        raise ValueError("other metrics")
    if not fits(manifest["provenance"]["digests"], {"predictions": DIGEST}):
        raise ValueError("no digest of the predictions")


def read_latest(path: Path, *, damaged_is_none: bool = False) -> dict[str, Any] | None:
    """Read and check what a checkpoint says of itself; None where there is no checkpoint.

    Raises
    ------
    RunFolderError
        It is damaged, or cannot be read.
    """
    content = read_checkpoint_file(path, "latest.json")
    if content is None:
        return None
    try:
        latest = storage.unsealed(content.decode("utf-8"))
        if not fits(latest, LATEST):
            raise ValueError("other entries")
        _refuse_other(latest["fingerprint"], {"split": WORD})
        _refuse_other(latest, {"callbacks": [CALLBACK], "stopped": bool})
        refuse_endless(latest["experiment"])
        latest = upgraded(latest)
        if not latest["epoch"] == len(latest["history"]) == len(latest["seconds"]):
            raise ValueError("another number of epochs")
    except UnknownName as error:
        raise _unknown(path, error) from None
    except DAMAGE as error:
        if damaged_is_none:
            return None
        raise damaged_checkpoint(path, f"a damaged one ({type(error).__name__})") from None
    return latest


def read_checkpoint_file(path: Path, name: str, most: int = storage.MOST_JSON) -> bytes | None:
    """Read a file of the checkpoint; None where there is none.

    Raises
    ------
    RunFolderError
        It is there and cannot be read, or is no file of its own, or larger than `most`.
    """
    folder = path / CHECKPOINT
    with storage.reading_errors(folder / name):
        storage.refuse_special(folder, folder=True)
        try:
            return storage.read_plain(folder / name, most)
        except (FileNotFoundError, NotADirectoryError):
            return None


def checkpoint_file_size(path: Path, name: str) -> int | None:
    """Give the bytes of a file of the checkpoint, without opening it; None where there is none."""
    file = path / CHECKPOINT / name
    with storage.reading_errors(file):
        storage.refuse_special(file)
        try:
            return file.stat().st_size
        except FileNotFoundError:
            return None


def _unknown(path: Path, error: UnknownName) -> RunFolderError:
    """Say that a whole run is of what is not known here, such as a stranger's builder."""
    return RunFolderError(
        f"folder: its builder, task and settings must be known here; got {str(path)!r}, where "
        f"{error} Update kerasduet, or register it."
    )


def damaged_checkpoint(path: Path, found: str) -> RunFolderError:
    """Say what a checkpoint should be, what was found, and what to do."""
    return RunFolderError(
        f"folder: the checkpoint must be whole; got {found} in {str(path)!r}. "
        "Start over with overwrite = True."
    )
