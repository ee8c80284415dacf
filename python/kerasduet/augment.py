"""Images moved a little, anew in each epoch, so that a network learns what does not matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.part import mapped

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = ["Augmentation", "augmentation"]

# Tells the draws from those of the order of the rows, which have seed and epoch alone.
STREAM = 1
# Down, right, turn, zoom, horizontal flip, vertical flip.
DRAWS = 6
# So many are interpolated at a time: they fit a processor's cache.
PIXELS = 2**14


@dataclass(frozen=True)
class Augmentation:
    """How far training images may move.

    Parameters
    ----------
    shift : float
        Up to this fraction of the height up or down, and of the width left or right.
    rotate : float
        Up to so many degrees either way.
    zoom : float
        Up to this fraction larger or smaller.
    flip : {"horizontal", "vertical", "both"}, optional
        Mirrors half of the images left to right, half of them top to bottom, or does each.

    Examples
    --------
    >>> image = np.arange(4, dtype=np.float32).reshape(1, 2, 2, 1)
    >>> moved = Augmentation(flip="horizontal")(image, np.zeros((1, 6)))
    >>> moved[0, :, :, 0].tolist()
    [[1.0, 0.0], [3.0, 2.0]]
    """

    shift: float = 0.0
    rotate: float = 0.0
    zoom: float = 0.0
    flip: str | None = None

    def draws(self, seed: int, epoch: int, rows: int) -> np.ndarray:
        """Draw what each row's image does in an epoch: (rows, 6), uniform in [-1, 1).

        They follow from seed, epoch and row alone: neither the batch size nor where a training
        was resumed changes them, nor do the other settings.
        """
        chance = np.random.default_rng([seed, epoch, STREAM])
        return chance.uniform(-1, 1, (rows, DRAWS))

    def __call__(self, inputs: Any, draws: np.ndarray) -> Any:
        """Move images (n, height, width, channels), float32, by their rows of `draws`.

        Of a tree of inputs, the images of a row move alike; what has other axes stays. A new
        image's pixel is interpolated between the four nearest places of the old one, so it lies
        between their values. What comes in from outside repeats the pixel at the edge.
        """
        return mapped(lambda leaf: self._moved(leaf, draws) if leaf.ndim == 4 else leaf, inputs)

    def _moved(self, images: np.ndarray, draws: np.ndarray) -> np.ndarray:
        moved = np.empty_like(images)
        matrices, offsets = self._where_from(images.shape[1:3], draws)
        some = max(1, PIXELS // (images.shape[1] * images.shape[2]))
        for start in range(0, len(images), some):
            part = slice(start, start + some)
            moved[part] = _interpolate(images[part], matrices[part], offsets[part])
        return moved

    def _where_from(
        self, size: tuple[int, ...], draws: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Say where each new pixel was in its old image: matrix @ place + offset.

        Gives (n, 2, 2) and (n, 2), in pixels down and right.
        """
        down_right, turn, zoom, flips = draws[:, :2], draws[:, 2], draws[:, 3], draws[:, 4:]
        turn = np.deg2rad(self.rotate * turn)
        cos, sin = np.cos(turn), np.sin(turn)
        matrices = np.array([[cos, -sin], [sin, cos]]) / (1 + self.zoom * zoom)
        if self.flip in ("horizontal", "both"):
            matrices[1] *= np.where(flips[:, 0] >= 0, -1, 1)
        if self.flip in ("vertical", "both"):
            matrices[0] *= np.where(flips[:, 1] >= 0, -1, 1)
        matrices = np.moveaxis(matrices, -1, 0)
        middle = (np.array(size) - 1) / 2
        places = middle + self.shift * down_right * size
        return matrices, middle - (matrices @ places[:, :, None])[:, :, 0]


def augmentation(experiment: Experiment) -> Augmentation | None:
    """Give the augmentation of an experiment with images; None where nothing moves."""
    wanted = Augmentation(experiment.shift, experiment.rotate, experiment.zoom, experiment.flip)
    return None if wanted == Augmentation() else wanted


def _interpolate(images: np.ndarray, matrices: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Look up each new pixel in its old image: (n, height, width, channels), float64."""
    n, height, width, channels = images.shape
    rows, columns = np.arange(height)[:, None], np.arange(width)
    places = matrices[:, :, :1, None] * rows + matrices[:, :, 1:, None] * columns
    places += offsets[:, :, None, None]  # (n, 2, height, width)
    above, below, down = _between(places[:, 0], height)
    left, next_, right = _between(places[:, 1], width)
    first = np.repeat(np.arange(n) * height, height * width)
    above, below = (first + above) * width, (first + below) * width
    pixels = np.ascontiguousarray(images.reshape(-1, channels).T)
    upper = pixels.take(above + left, 1) * (1 - right) + pixels.take(above + next_, 1) * right
    lower = pixels.take(below + left, 1) * (1 - right) + pixels.take(below + next_, 1) * right
    # (channels, n * height * width)
    return (upper * (1 - down) + lower * down).T.reshape(images.shape)


def _between(places: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the pixel before each place, the one after, and how far between: all of one axis."""
    places = np.clip(places.ravel(), 0, size - 1)
    before = places.astype(np.intp)
    return before, np.minimum(before + 1, size - 1), places - before
