"""Images with their boxes, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kerasduet.data.part import Picked
from kerasduet.tasks.detection.truth import Truth

__all__ = ["Images"]


@dataclass(frozen=True)
class Images:
    """Images with their boxes.

    Parameters
    ----------
    x : numpy.ndarray or ImageFiles
        Of the network's size, in memory or on the disk.
    truth : Truth
        Their boxes.
    """

    x: Any
    truth: Truth

    def only(self, rows: np.ndarray) -> Images:
        """Give some of them, in that order."""
        x = Picked(self.x, rows) if isinstance(self.x, np.ndarray) else self.x.picked(rows)
        return Images(x, self.truth.only(rows))
