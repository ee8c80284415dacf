"""Weights as bytes: written, and read only where sizes and shapes fit the network."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.models.parts import at_most

if TYPE_CHECKING:
    import keras

    from kerasduet.data.preprocessing import Learned
    from kerasduet.experiments import Experiment

__all__ = [
    "build_fitting",
    "build_for_checkpoint",
    "most_bytes",
    "read_arrays",
    "read_weights",
    "write_weights",
]

NAME = "model.weights.h5"
# Of HDF5, for its groups and names.
OVERHEAD = 2**22
MOST_ARRAYS = 10_000
# Bytes that a weight takes at most, with what Keras keeps of its optimizer beside it: Adam has two
# numbers a weight, AMSGrad three.
MOST_WEIGHT = 20
# Bytes that a number has at least, and an array of an npz file with its headers.
LEAST_NUMBER = 2
LEAST_ENTRY = 200


class _Memory(io.BytesIO):
    def __str__(self) -> str:
        return NAME  # Keras looks at the suffix


def write_weights(model: keras.Model) -> bytes:
    """Give the weights as the content of an HDF5 file."""
    # On a full disk HDF5 brings the whole process down; Python raises an error.
    memory = _Memory()
    model.save_weights(memory)
    return memory.getvalue()


def read_weights(model: keras.Model, content: bytes) -> None:
    """Put the weights of an HDF5 file into a network from `build_fitting`."""
    model.load_weights(_Memory(content))


def most_bytes(parameters: int) -> int:
    """Give the size that a file with so many weights does not exceed."""
    return OVERHEAD + MOST_WEIGHT * max(parameters, 0)


def build_fitting(experiment: Experiment, content: bytes, learned: Learned) -> keras.Model:
    """Build the network of an experiment, unless it is larger than its weights.

    Raises
    ------
    ValueError
        The file holds something else than plain arrays, or fewer than the network has. It is
        found out before any array is made.
    """
    return _build_within(experiment, learned, *_contents(content, MOST_ARRAYS))


def build_for_checkpoint(
    experiment: Experiment, size: int, learned: Learned | None
) -> keras.Model:
    """Build the network of an experiment, unless a checkpoint of so many bytes cannot hold it.

    Raises
    ------
    ValueError
        It cannot. It is found out before any array is made.
    """
    return _build_within(experiment, learned, size // LEAST_NUMBER, size // LEAST_ENTRY)


def _build_within(
    experiment: Experiment, learned: Learned | None, numbers: int, arrays: int
) -> keras.Model:
    from kerasduet.models import build

    given = experiment.builder_arguments(learned).values()
    layers = [len(value) for value in given if isinstance(value, tuple)]
    if max(layers, default=0) > arrays:
        raise ValueError("fewer arrays than the network has")
    with at_most(numbers):
        return build(experiment, learned)


def _contents(content: bytes, most: int) -> tuple[int, int]:
    """Count the numbers and the arrays of an HDF5 file, without reading any."""
    import h5py

    sizes: list[int] = []

    def look(name: str, link: Any) -> None:
        # Keras would follow a link into another file.
        if not isinstance(link, h5py.HardLink):
            raise ValueError("a link")
        found = file[name]
        if isinstance(found, h5py.Dataset):
            _refuse_packed(found)
            sizes.append(found.size)
            if len(sizes) > most or sum(sizes) > len(content):
                raise ValueError("more arrays than fit into it")

    with h5py.File(io.BytesIO(content), "r") as file:
        file.visititems_links(look)
    return sum(sizes), len(sizes)


def _refuse_packed(found: Any) -> None:
    """Refuse an array that is not there as it is: packed, scattered, elsewhere or no numbers."""
    if (
        found.shape is None
        or found.dtype.kind not in "iufbV"
        or found.chunks is not None
        or found.external
        or found.is_virtual
        or (found.size and found.id.get_storage_size() != found.nbytes)
    ):
        raise ValueError("an array that is no plain one")


def read_arrays(
    content: bytes, needed: Sequence[tuple[tuple[int, ...], np.dtype]], prefixes: str
) -> Mapping[str, list[np.ndarray]]:
    """Read the arrays of a checkpoint, by the first letter of their names.

    Parameters
    ----------
    content : bytes
        An npz file, not compressed.
    needed : sequence of (shape, dtype)
        Of the arrays of each letter.
    prefixes : str
        Letters; the arrays of one are all there, or none is.

    Raises
    ------
    LookupError
        An array has another shape, or there are more or fewer of them.
    Exception
        It is no such file.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        names = {
            letter: [f"{letter}{i:04d}.npy" for i in range(len(needed))] for letter in prefixes
        }
        found = {letter: [n for n in names[letter] if n in entries] for letter in prefixes}
        if any(found[letter] not in ([], names[letter]) for letter in prefixes) or len(
            entries
        ) != sum(map(len, found.values())):
            raise LookupError("other arrays")
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries.values()):
            raise ValueError("packed")
        return {
            letter: [
                _read_array(archive, name, *part)
                for name, part in zip(found[letter], needed, strict=False)
            ]
            for letter in prefixes
        }


def _read_array(
    archive: zipfile.ZipFile, name: str, shape: tuple[int, ...], dtype: np.dtype
) -> np.ndarray:
    from numpy.lib import format as npy

    with archive.open(name) as file:
        version = npy.read_magic(file)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        if (noted := read(file))[::2] != (shape, dtype):
            raise LookupError("another shape")
        # Its own size, whatever the archive says of it.
        size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        values = np.frombuffer(file.read(size), dtype)
    return values.reshape(shape, order="F" if noted[1] else "C").copy()
