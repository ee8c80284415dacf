"""Videos made of MNIST digits that move, each in one direction."""

from __future__ import annotations

import numpy as np

from kerasduet.tasks.videos.settings import DIRECTIONS, SIDE

__all__ = ["moving_digits"]

SPEEDS = (1, 2, 3)  # pixels a frame
NOISE = 32  # the ground is at most as light


def moving_digits(
    digits: np.ndarray, *, number: int, shape: tuple[int, ...], classes: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Make videos of one digit each, which leaves at one edge and comes back at the other.

    So a digit is anywhere with the same chance in each frame, and no single frame tells where it
    goes.

    Parameters
    ----------
    digits : numpy.ndarray
        (n, 28, 28), uint8, light on dark.
    number : int
        Videos.
    shape : tuple of int
        One video (frames, height, width, 1), in pixels.
    classes : int
        Directions, 4 or 8, equally often.
    seed : int
        Decides all of them.

    Returns
    -------
    videos, codes : numpy.ndarray
        (number, frames, height, width, 1), uint8; place of the direction in `DIRECTIONS`
        (number,), int32.
    """
    frames, height, width = shape[:3]
    random = np.random.default_rng(seed)
    codes = random.permutation(np.arange(number) % classes).astype(np.int32)
    which = random.integers(0, len(digits), number)
    speeds = random.choice(SPEEDS, number)
    starts = random.integers(0, (width, height), (number, 2))
    ground = random.integers(0, NOISE + 1, (number, frames, height, width), dtype=np.uint8)
    small = digits[which].reshape(-1, SIDE, 2, SIDE, 2).mean(axis=(2, 4)).astype(np.uint8)
    steps = np.array(list(DIRECTIONS.values()))[codes] * speeds[:, None]
    each = np.arange(number)[:, None, None]
    for frame in range(frames):
        corner = starts + frame * steps
        across = (corner[:, 0, None] + np.arange(SIDE)) % width
        down = (corner[:, 1, None] + np.arange(SIDE)) % height
        at = (each, frame, down[:, :, None], across[:, None, :])
        ground[at] = np.maximum(ground[at], small)
    return ground[..., None], codes
