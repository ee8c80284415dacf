"""Columns that come one by one, put side by side."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kerasduet.data.memory import empty
from kerasduet.data.threads import each

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
    >>> side.put(1, np.array([3, 4]))
    >>> side.put(0, np.array([1, 2]))
    >>> side.by_side().tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """

    def __init__(self, rows: int, width: int) -> None:
        self._matrix = empty((rows, width), np.float32, by_rows=False)

    def _blocks(self) -> Iterator[tuple[slice, np.ndarray]]:
        """Give rows of each block, and its memory."""
        for start in range(0, len(self._matrix), ROWS):
            rows = slice(start, start + ROWS)
            yield rows, self._matrix[rows].reshape(-1)

    def put(self, place: int, values: np.ndarray) -> None:
        """Put a column (rows,) in its place, from 0; several threads may do so at once."""
        for rows, block in self._blocks():
            part = values[rows]
            block[place * len(part) : (place + 1) * len(part)] = part

    def by_side(self) -> np.ndarray:
        """Give the matrix (rows, width), float32, once all columns are there."""

        def turn(item: tuple[slice, np.ndarray]) -> None:
            rows, block = item
            height, width = self._matrix[rows].shape
            self._matrix[rows] = block.reshape(width, height).T.copy()

        each(turn, [*self._blocks()])
        return self._matrix
