"""Windows of a text, cut when they are asked for."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["Windows"]


class Windows:
    """Windows of one length, each so many codes after the last one.

    Parameters
    ----------
    codes : numpy.ndarray
        Of the whole text (n,), int32.
    length, stride : int
        Codes of a window, and from one start to the next.
    ahead : int
        Where the first window begins: 0 for inputs, 1 for the targets.

    Examples
    --------
    >>> targets = Windows(np.arange(6, dtype=np.int32), 3, 2, 1)
    >>> len(targets), np.asarray(targets).tolist()
    (2, [[1, 2, 3], [3, 4, 5]])
    """

    in_memory = True

    def __init__(self, codes: np.ndarray, length: int, stride: int, ahead: int) -> None:
        self.codes, self.length, self.stride, self.ahead = codes, length, stride, ahead

    def __len__(self) -> int:
        """Count those whose targets lie within the text."""
        return max(0, (len(self.codes) - self.length - 1) // self.stride + 1)

    def take(self, rows: np.ndarray) -> np.ndarray:
        """Give windows (rows, length), int32."""
        starts = np.asarray(rows) * self.stride + self.ahead
        return self.codes[starts[:, None] + np.arange(self.length)]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """Give all of them, as a copy."""
        return self.take(np.arange(len(self))).astype(dtype or self.codes.dtype, copy=False)
