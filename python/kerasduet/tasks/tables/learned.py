"""What the training rows of a table teach: how columns are encoded, and the target read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from kerasduet.data.frames import Encoding
from kerasduet.data.preprocessing import LABEL_TYPES, Learned, as_tuples

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ClassTable", "NumberTable", "TableLearned"]


@dataclass(frozen=True)
class TableLearned(Learned):
    """How the columns of a table become numbers.

    Parameters
    ----------
    target : str
        Column to predict.
    encoding : Encoding
        How each other column is read, learned on the training rows.
    """

    target: str
    encoding: Encoding

    def inputs(self, frame: pd.DataFrame, rows: np.ndarray | None = None) -> Any:
        """Give what the network takes for rows of a table that `read_frame` gave.

        Parameters
        ----------
        frame : pandas.DataFrame
            Columns in any order; others are of no concern.
        rows : numpy.ndarray, optional
            Positions (n,), all rows by default.

        Returns
        -------
        numpy.ndarray or dict
            float32 (n, width); where columns are embedded a dict of it, "numbers", and of their
            codes "level_1", ..., int32 (n,).
        """
        return self._named(self.encoding.encode(frame, rows))

    def taken(self, frame: pd.DataFrame, keep: np.ndarray) -> tuple[Any, pd.DataFrame]:
        """Give `inputs` of all rows, and some rows as they are; the table loses its columns.

        That saves memory: a large table and what the network takes are never there together.
        """
        found, kept = self.encoding.take(frame, keep)
        return self._named(found), kept

    def _named(self, found: dict[str, np.ndarray]) -> Any:
        if not self.encoding.levels:
            return found["numbers"]
        return {name: part for name, part in found.items() if part.ndim == 1 or part.shape[1]}

    def shapes(self) -> dict[str, Any]:
        """Give the shapes of the network's inputs by name."""
        width = {"numbers": (self.encoding.width,)} if self.encoding.width else {}
        return width | {f"level_{i + 1}": () for i in range(len(self.encoding.levels))}

    def to_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        own = {part.name: getattr(self, part.name) for part in fields(self)}
        return {"kind": self.kind} | own | {"encoding": self.encoding.to_plain()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild it from its `to_dict()`."""
        own = {name: as_tuples(item) for name, item in values.items() if name != "kind"}
        return cls(**own | {"encoding": Encoding.from_plain(values["encoding"])})


@dataclass(frozen=True)
class ClassTable(TableLearned):
    """A table with a column of classes.

    Parameters
    ----------
    class_names : tuple of str
        Name of each class code.
    label_type : {"str", "int", "float", "bool"}
        What the names were before they became texts.
    counts : tuple of int
        Training rows of each class.
    ordered : bool
        Whether the target is a factor whose levels have an order, which predictions then have too.
    """

    kind = "table-classes"

    class_names: tuple[str, ...]
    label_type: str
    counts: tuple[int, ...]
    ordered: bool = False

    named = True  # as the labels of images may be

    @cached_property
    def labels(self) -> np.ndarray:
        """Each code's label as the caller gave it: (classes,), int64, float64, bool or str."""
        read, dtype = LABEL_TYPES[self.label_type]
        return np.array([read(name) for name in self.class_names], dtype=dtype)

    @property
    def commonest(self) -> int:
        """Code of the commonest class among the training rows."""
        return int(np.argmax(self.counts))


@dataclass(frozen=True)
class NumberTable(TableLearned):
    """A table with a column of numbers to predict.

    Parameters
    ----------
    mean, scale : float
        Of the training rows' target; the scale is the population standard deviation.
    """

    kind = "table-numbers"

    mean: float
    scale: float

    def restore(self, outputs: np.ndarray) -> np.ndarray:
        """Turn network outputs (n, 1) back into the target's units, float64 (n,)."""
        return outputs[:, 0].astype(np.float64) * self.scale + self.mean
