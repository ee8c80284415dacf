"""Columns that come one after the other, put side by side."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kerasduet.data.memory import empty

__all__ = ["Side"]

ROWS = 16_384  # of a block


class Side:
    """A matrix that is filled by columns, and whose rows lie together in the end.

    Until then each block of rows holds its columns one after the other: memory is only touched as
    it is filled, so that what a column came from may be gone before the next one is there.

    Parameters
    ----------
    rows, width : int
        Of the matrix.

    Examples
    --------
    >>> side = Side(2, 2)
    >>> side.add(np.array([1, 2]))
    >>> side.add(np.array([3, 4]))
    >>> side.by_side().tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """

    def __init__(self, rows: int, width: int) -> None:
        self._matrix = empty((rows, width), np.float32, by_rows=False)
        self._filled = 0

    def _blocks(self) -> Iterator[tuple[slice, np.ndarray]]:
        """Give rows of each block, and its memory."""
        for start in range(0, len(self._matrix), ROWS):
            rows = slice(start, start + ROWS)
            yield rows, self._matrix[rows].reshape(-1)

    def add(self, values: np.ndarray) -> None:
        """Add the next column (rows,)."""
        at = self._filled
        for rows, block in self._blocks():
            part = values[rows]
            block[at * len(part) : (at + 1) * len(part)] = part
        self._filled += 1

    def by_side(self) -> np.ndarray:
        """Give the matrix (rows, width), float32, once all columns are there."""
        for rows, block in self._blocks():
            height, width = self._matrix[rows].shape
            self._matrix[rows] = block.reshape(width, height).T.copy()
        return self._matrix
