"""True boxes of images, as many as each has: rows of a data set whose targets are cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kerasduet.detection.cells import written

__all__ = ["Truth"]


@dataclass(frozen=True, eq=False)
class Truth:
    """The boxes of images; a batch of rows becomes the cells that a network is to give.

    Parameters
    ----------
    boxes : numpy.ndarray
        (boxes, 4), left, top, right and bottom in pixels of the image they lie in, image by image.
    codes : numpy.ndarray
        Class of each box (boxes,).
    starts : numpy.ndarray
        First box of each image, and the number of all: (images + 1,).
    sizes : numpy.ndarray
        Width and height of each image (images, 2), in pixels.
    grid, proposals, classes : int
        How they are written as cells; see `kerasduet.detection.encode`.
    """

    boxes: np.ndarray
    codes: np.ndarray
    starts: np.ndarray
    sizes: np.ndarray
    grid: int
    proposals: int
    classes: int

    def __len__(self) -> int:
        """Count the images."""
        return len(self.starts) - 1

    def _places(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give the boxes of some images, and which of these images each lies in."""
        first, counts = self.starts[rows], np.diff(self.starts)[rows]
        image = np.repeat(np.arange(len(rows)), counts)
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return np.repeat(first, counts) + within, image

    def only(self, rows: np.ndarray) -> Truth:
        """Give the boxes of some images, in that order."""
        places, _ = self._places(rows)
        starts = np.concatenate([[0], np.cumsum(np.diff(self.starts)[rows])])
        same = (self.grid, self.proposals, self.classes)
        return Truth(self.boxes[places], self.codes[places], starts, self.sizes[rows], *same)

    @property
    def shares(self) -> np.ndarray:
        """The boxes as shares of their image (boxes, 4)."""
        counts = np.diff(self.starts)
        shares: np.ndarray = self.boxes / np.tile(np.repeat(self.sizes, counts, axis=0), 2)
        return shares

    def of(self, row: int) -> tuple[np.ndarray, np.ndarray]:
        """Give boxes and codes of one image."""
        part = slice(self.starts[row], self.starts[row + 1])
        return self.boxes[part], self.codes[part]

    def take(self, rows: np.ndarray) -> np.ndarray:
        """Give the cells of some images (n, grid, grid, 5 * proposals + classes), float32."""
        rows = np.asarray(rows)
        places, image = self._places(rows)
        shares = self.boxes[places] / np.tile(self.sizes[rows][image], 2)
        size = (len(rows), self.grid, self.proposals, self.classes)
        return written(shares, self.codes[places], image, *size)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """Give the cells of all images."""
        return self.take(np.arange(len(self))).astype(dtype or np.float32, copy=False)

    def unwritten(self) -> int:
        """Count the boxes that no cell holds, as another centre lies in the same one."""
        cells = self.take(np.arange(len(self)))
        return len(self.codes) - int(cells[..., 4].sum())
