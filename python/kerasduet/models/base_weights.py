"""Weights for a network to transfer from: of a saved run, or of a file."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kerasduet.errors import DatasetError, ModelMismatch
from kerasduet.settings.configurations import is_object

if TYPE_CHECKING:
    import keras

__all__ = ["fill_from_file", "fill_from_run"]

FILES = (".h5", ".hdf5")


def fill_from_run(whole: keras.Model, run: Mapping[str, str]) -> None:
    """Give a network the weights of the saved run that it comes from."""
    from kerasduet.data.dataset import digest_arrays
    from kerasduet.data.files import problem

    file = Path(run["folder"], "model.weights.h5")
    if why := problem(file):
        raise DatasetError(
            f"base: the run to start from must be where it was; got {run['folder']!r}, whose "
            f"weights file {why}. Bring it back, or name the run again."
        )
    try:
        _load(whole, file)
    except Exception as error:  # Keras and h5py have no common one
        raise ModelMismatch(
            f"base: the run to start from must be whole; got {run['folder']!r} "
            f"({type(error).__name__}). Restore it."
        ) from None
    if digest_arrays(*whole.get_weights()) != run["weights"]:
        raise ModelMismatch(
            f"base: the run to start from must have the weights that it had; got others in "
            f"{run['folder']!r}. Name the run again to start from these."
        )


def fill_from_file(whole: keras.Model, base: str, weights: str) -> None:
    """Give a network the weights of a file."""
    from kerasduet.data.files import expanded, problem

    file = expanded(weights)
    if why := problem(file):
        raise DatasetError(f"weights: must be a file of weights; got {weights!r}, which {why}.")
    if file.suffix not in FILES:
        raise DatasetError(
            f"weights: must be an HDF5 file (.h5), which holds no code; got {weights!r}."
        )
    name = "a run" if is_object(base) else base
    try:
        _load(whole, file)
    except Exception as error:  # Keras and h5py have no common one
        raise ModelMismatch(
            f"weights: must be those of {name} without its last layers; got {weights!r}, which "
            f"does not fit ({type(error).__name__}). Give its own file, such as Keras's "
            '"..._notop.h5".'
        ) from None


def _load(whole: keras.Model, file: Path) -> None:
    """Load weights from a file that has at least as many numbers as the network."""
    import h5py

    sizes: list[int] = []
    with h5py.File(file, "r") as content:
        content.visititems(lambda name, item: sizes.append(getattr(item, "size", 0)))
    if sum(sizes) < whole.count_params():
        raise ValueError("fewer weights")  # Keras would leave the others as they are
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of layers that it meets a second time
        whole.load_weights(file)
