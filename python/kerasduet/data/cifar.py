"""CIFAR-10 (Krizhevsky, 2009) as its files hold it, and generated coloured shapes beside it."""

from __future__ import annotations

import os
import tarfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kerasduet.checks import show, some_of
from kerasduet.data import images
from kerasduet.data.dataset import Dataset, Source, digest_arrays
from kerasduet.data.files import expanded, problem
from kerasduet.data.folds import Folds
from kerasduet.data.pickles import Named, unpickled
from kerasduet.data.preprocessing import ImagePreprocessing
from kerasduet.environment.settings import keras_file
from kerasduet.errors import ArgumentRange, DatasetError, ShapeError

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = ["CLASSES", "SHAPES", "arrays", "folds", "load"]

CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
SHAPES = tuple(
    f"{colour} {shape}"
    for colour in ("warm", "cold")
    for shape in ("disc", "square", "triangle", "cross", "ring")
)
SIDE = 32  # pixels
TRAINING, TEST = 200, 50  # generated images of each class
SHAPES_NOTE = "Generated images of coloured shapes; none of them is a photograph."
FOLDER = "cifar-10-batches-py"
# As Keras has named its folder and its archive, now and earlier.
CACHED = (
    f"{FOLDER}-target/{FOLDER}", FOLDER, f"{FOLDER}-target_archive", f"{FOLDER}.tar.gz",
    "cifar-10-python.tar.gz",
)  # fmt: skip
TRAIN_FILE, TEST_FILE = "data_batch_", "test_batch"
MOST_BYTES = 2**28  # of one file of a folder or an archive; a batch has 31 million
KEYS = ("x_train", "y_train", "x_test", "y_test")
FETCH = (
    "Download it once with keras.datasets.cifar10.load_data(), or set path to the folder "
    f"{FOLDER}, its .tar.gz or an .npz file."
)

Arrays = dict[str, np.ndarray]


def load(experiment: Experiment) -> Dataset:
    """Load CIFAR-10, or the generated shapes, for an experiment."""
    return images.split_last(experiment, *_read_all(experiment))


def folds(experiment: Experiment, folds: int, repeats: int) -> Folds:
    """Cut the training images into folds; no fold sees the test images."""
    rows, _, source, learned = _read_all(experiment)
    return images.folded(experiment, rows, source, learned, folds, repeats)


def _read_all(
    experiment: Experiment,
) -> tuple[images.Rows, images.Rows, Source, ImagePreprocessing]:
    """Read training and test images, with where they came from and what is learned of them."""
    data = experiment.data
    if data.classes != len(CLASSES):
        raise ArgumentRange(
            f"classes: the dataset {data.dataset} has {len(CLASSES)}; got {data.classes}."
        )
    shape = (SIDE, SIDE, 3)
    if data.input_shape != shape:
        raise ShapeError(
            f"input_shape: images of the dataset {data.dataset} have {show(shape)}; got "
            f"{show(data.input_shape)}."
        )
    names: tuple[str, ...]
    if data.dataset == "cifar10":
        (found, name, path), names, note = arrays(data.path), CLASSES, ""
    else:
        found, name, path = _generated(), "generated coloured shapes", None
        names, note = SHAPES, SHAPES_NOTE
    rows = len(found["x_train"]) + len(found["x_test"])
    source = Source(name, digest_arrays(*(found[key] for key in KEYS)), rows, path, note)
    learned = ImagePreprocessing(
        input_shape=data.input_shape, class_names=names, named=True, pixel_most=1.0
    )
    train, test = ((found[f"x_{part}"], found[f"y_{part}"]) for part in ("train", "test"))
    return train, test, source, learned


def arrays(path: str | None) -> tuple[Arrays, str, str | None]:
    """Give CIFAR-10's arrays from the first place that has them.

    Parameters
    ----------
    path : str, optional
        The folder of batches, the .tar.gz that holds it, or an .npz file; None looks in the folder
        KERASDUET_DATA and in Keras's cache.

    Returns
    -------
    arrays, name, path
        x_train (n, 32, 32, 3), uint8, y_train (n,), int32, x_test and y_test; the source; the file.

    Raises
    ------
    DatasetError
        Nothing there, or something else.
    """
    if path:
        return _read(expanded(path), "path"), "CIFAR-10 (path)", str(expanded(path))
    for name, file in _places():
        if os.path.exists(file):
            return _read(file, name), f"CIFAR-10 ({name})", str(file)
    raise DatasetError(
        f"path: must lead to CIFAR-10, as it is not in Keras's cache; got nothing. {FETCH}"
    )


def _places() -> list[tuple[str, Path]]:
    found = []
    if folder := os.environ.get("KERASDUET_DATA"):
        here = expanded(folder)
        found = [("KERASDUET_DATA", here / one) for one in (*CACHED, "cifar10.npz")]
    home = os.environ.get("KERAS_HOME")
    caches = (Path(home) if home else expanded("~/.keras"), Path(keras_file(os.environ)).parent)
    return [
        *found,
        *(
            ("Keras cache", cache / "datasets" / one)
            for cache in dict.fromkeys(caches)
            for one in CACHED
        ),
    ]


def _read(file: Path, name: str) -> Arrays:
    """Read a folder, an archive or an .npz file."""
    if file.is_dir():
        folder = file / FOLDER if (file / FOLDER).is_dir() else file
        parts: Mapping[str, Callable[[], bytes]] = {
            one.name: _reader(one, name) for one in folder.iterdir() if _is_batch(one.name)
        }
        return _joined(parts, file, name)
    if why := problem(file):
        raise DatasetError(
            f"{name}: must lead to CIFAR-10; got {str(file)!r}, which {why}. {FETCH}"
        )
    if tarfile.is_tarfile(file):
        try:
            with tarfile.open(file) as archive:
                found = {
                    Path(one.name).name: _member(archive, one, name)
                    for one in archive
                    if one.isfile() and _is_batch(Path(one.name).name)
                }
                return _joined(found, file, name)
        except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
            raise _damaged(name, file, error) from None
    return _from_npz(file, name)


def _is_batch(name: str) -> bool:
    number = name.removeprefix(TRAIN_FILE)
    return name == TEST_FILE or (number != name and number.isascii() and number.isdecimal())


def _reader(file: Path, name: str) -> Callable[[], bytes]:
    def read() -> bytes:
        if why := problem(file):
            raise DatasetError(f"{name}: must lead to CIFAR-10; got {file.name}, which {why}.")
        _refuse_large(file.stat().st_size, file.name, name)
        return file.read_bytes()

    return read


def _member(
    archive: tarfile.TarFile, member: tarfile.TarInfo, name: str
) -> Callable[[], bytes]:
    def read() -> bytes:
        _refuse_large(member.size, Path(member.name).name, name)
        opened = archive.extractfile(member)
        return opened.read() if opened else b""

    return read


def _refuse_large(size: int, file: str, name: str) -> None:
    if size > MOST_BYTES:
        raise DatasetError(
            f"{name}: a batch of CIFAR-10 has about 31 MB; got {size / 1e6:,.0f} MB in {file}."
        )


def _damaged(name: str, file: Path, error: Exception) -> DatasetError:
    return DatasetError(
        f"{name}: must lead to CIFAR-10; got {str(file)!r}, which is damaged "
        f"({type(error).__name__}). Fetch it again."
    )


def _joined(parts: Mapping[str, Callable[[], bytes]], place: Path, name: str) -> Arrays:
    """Put training batches behind each other, in their order; the test batch is the test."""
    training = sorted((one for one in parts if one != TEST_FILE), key=lambda x: (len(x), x))
    if not training or TEST_FILE not in parts:
        raise DatasetError(
            f"{name}: must hold data_batch_1 to data_batch_5 and test_batch; got {str(place)!r} "
            "without them. Take the Python version of CIFAR-10."
        )
    read = {one: _batch(parts[one](), one, name) for one in (*training, TEST_FILE)}
    lacking = [one for one in (f"{TRAIN_FILE}{n}" for n in range(1, 6)) if one not in parts]
    if lacking:
        raise DatasetError(
            f"{name}: must hold data_batch_1 to data_batch_5 and test_batch; got {str(place)!r} "
            f"without {some_of(lacking)}. Take the Python version of CIFAR-10."
        )
    x, y = (np.concatenate([read[one][i] for one in training]) for i in (0, 1))
    test = read[TEST_FILE]
    return {"x_train": x, "y_train": y, "x_test": test[0], "y_test": test[1]}


def _batch(raw: bytes, file: str, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Read one batch: red, green and blue planes of 1,024 pixels a row, and a list of codes."""
    try:
        found = unpickled(raw)
        pixels, codes = found[b"data"], np.asarray(found[b"labels"])
    except Exception as error:  # a damaged pickle raises errors of every kind
        why = str(error) if isinstance(error, Named) else ""
        raise DatasetError(
            f"{name}: must hold batches of CIFAR-10, dicts of data and labels; got another file, "
            f"{file} ({why[:60] or type(error).__name__}). Fetch it again."
        ) from None
    planes = 3 * SIDE * SIDE
    is_pixels = isinstance(pixels, np.ndarray) and pixels.dtype == np.uint8
    if not is_pixels or pixels.ndim != 2 or pixels.shape[1] != planes or not len(pixels):
        got = f"{pixels.dtype} {pixels.shape}" if isinstance(pixels, np.ndarray) else "no array"
        raise DatasetError(
            f"{name}: data of a batch must be bytes (n, {planes}); got {got} in {file}."
        )
    rows = pixels.reshape(-1, 3, SIDE, SIDE).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(rows), _codes(codes, len(rows), file, name)


def _codes(codes: np.ndarray, rows: int, where: str, name: str) -> np.ndarray:
    """Check labels, (n,) or (n, 1), and give them as int32 (n,)."""
    codes = np.atleast_1d(codes)
    codes = codes.reshape(-1) if codes.size == len(codes) else codes
    is_whole = codes.dtype.kind in "iu" and codes.shape == (rows,)
    if not is_whole or codes.min() < 0 or codes.max() >= len(CLASSES):
        raise DatasetError(
            f"{name}: labels must be whole numbers 0 to {len(CLASSES) - 1}, one an image "
            f"({rows:,}); got others in {where}."
        )
    return codes.astype(np.int32)


def _from_npz(file: Path, name: str) -> Arrays:
    """Read x_train, y_train, x_test and y_test."""
    try:
        with np.load(file, allow_pickle=False) as archive:
            found = {key: archive[key] for key in KEYS}
    except Exception as error:  # what is no archive raises errors of every kind
        raise DatasetError(
            f"{name}: must be CIFAR-10's .tar.gz, its folder, or an .npz file with x_train, "
            f"y_train, x_test and y_test; got {str(file)!r} ({type(error).__name__}). Fetch it "
            "again."
        ) from None
    for part in ("train", "test"):
        x, shape = found[f"x_{part}"], (SIDE, SIDE, 3)
        if x.dtype != np.uint8 or x.shape[1:] != shape or not len(x):
            raise DatasetError(
                f"{name}: x_{part} must be bytes (n, 32, 32, 3); got {x.dtype} {x.shape} in "
                f"{file.name}."
            )
        found[f"y_{part}"] = _codes(found[f"y_{part}"], len(x), f"y_{part}", name)
    return found


def _generated() -> Arrays:
    """Draw the shapes, of the same bits everywhere: of each class so many, mixed."""
    random = np.random.RandomState(0)
    count = TRAINING + TEST
    codes = random.permutation(np.repeat(np.arange(len(SHAPES)), count))
    x = np.concatenate([_drawn(random, part) for part in np.array_split(codes, 10)])
    # The last of each class are the test.
    order = np.argsort(codes, kind="stable").reshape(len(SHAPES), count)
    test = np.zeros(len(codes), bool)
    test[order[:, TRAINING:].ravel()] = True
    codes = codes.astype(np.int32)
    return {
        "x_train": x[~test], "y_train": codes[~test], "x_test": x[test], "y_test": codes[test],
    }  # fmt: skip


def _drawn(random: np.random.RandomState, codes: np.ndarray) -> np.ndarray:
    """Draw an image a code: a shape of some place, size and tint on a noisy ground."""
    n = len(codes)
    places = random.uniform(11, 20, (n, 2, 1, 1))
    size = random.uniform(5, 9, (n, 1, 1))
    down = np.arange(SIDE)[None, :, None] - places[:, 0]
    right = np.arange(SIDE)[None, None, :] - places[:, 1]
    far, most = np.hypot(down, right), np.maximum(abs(down), abs(right))
    inside = np.stack(
        [
            far < size,
            most < 0.85 * size,
            (abs(right) < (down + size) / 2) & (down < 0.8 * size),
            (np.minimum(abs(down), abs(right)) < size / 3) & (most < size),
            (far < size) & (far > 0.55 * size),
        ],
        axis=1,
    )[np.arange(n), codes % 5]
    warm, cold = np.array([220, 110, 60]), np.array([60, 120, 220])
    tint = np.where((codes < 5)[:, None], warm, cold) + random.uniform(-45, 45, (n, 3))
    ground = random.uniform(60, 190, (n, 1, 1, 3))
    pixels = np.where(inside[..., None], tint[:, None, None], ground)
    pixels = pixels + random.uniform(-40, 40, pixels.shape)
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
