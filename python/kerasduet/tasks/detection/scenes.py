"""Scenes made of MNIST digits: a few of them, of several sizes, on a noisy ground."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasduet.detection.overlap import SIDES

__all__ = ["digit_scenes"]

# As shares of the shorter side of a scene: the square that a digit of 28 x 28 pixels becomes.
SMALLEST, LARGEST = 18 / 64, 36 / 64
INK = 64  # a pixel of at least this belongs to the digit's box
NOISE = 16  # the ground is at most as light
TRIES = 20  # places that a digit is offered; where none is free it is left out

Scenes = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def digit_scenes(
    digits: np.ndarray,
    labels: np.ndarray,
    *,
    number: int,
    height: int,
    width: int,
    most: int,
    seed: int,
) -> Scenes:
    """Make scenes; the boxes of their digits lie apart and inside.

    Parameters
    ----------
    digits, labels : numpy.ndarray
        (n, 28, 28), uint8, light on dark; (n,), 0 to 9.
    number, height, width : int
        Scenes, and their size in pixels.
    most : int
        Digits a scene, at most.
    seed : int
        Decides all of them.

    Returns
    -------
    images, boxes, codes, starts : numpy.ndarray
        (number, height, width, 1), uint8; boxes (k, 4) in pixels, left, top, right and bottom,
        scene by scene; class of each (k,); first box of each scene, and the number of all.
    """
    random = np.random.default_rng(seed)
    images = random.integers(0, NOISE + 1, (number, height, width), dtype=np.uint8)
    wanted = random.integers(1, most + 1, number)
    boxes = np.zeros((number, most, len(SIDES)), np.int64)
    codes = np.zeros((number, most), np.int64)
    placed = np.zeros((number, most), dtype=bool)
    side = min(height, width)
    smallest, largest = round(SMALLEST * side), round(LARGEST * side)
    for k in range(most):
        which = random.integers(0, len(digits), number)
        sizes = random.integers(smallest, largest + 1, number)
        places = random.random((number, TRIES, 2))
        for size in range(smallest, largest + 1):
            rows = np.flatnonzero((sizes == size) & (k < wanted))
            if not len(rows):
                continue
            drawn = _resized(digits[which[rows]], size)
            inked, corner = _inked(drawn)
            box, is_free = _place(
                places[rows], inked, (height, width), boxes[rows], placed[rows]
            )
            chosen = rows[is_free]
            boxes[chosen, k], placed[chosen, k] = box[is_free], True
            codes[chosen, k] = labels[which[chosen]]
            at = box[is_free, :2] - corner[is_free]
            images[chosen] = np.maximum(images[chosen], _pasted(drawn[is_free], at, images))
    counts = placed.sum(axis=1)
    starts = np.concatenate([[0], np.cumsum(counts)])
    return images[..., None], boxes[placed].astype(np.float64), codes[placed], starts


def _resized(digits: np.ndarray, size: int) -> np.ndarray:
    """Resize squares (n, 28, 28) to (n, size, size) by bilinear interpolation, uint8."""
    n = digits.shape[1]
    scale = n / size
    centres = (np.arange(size) + 0.5) * scale - 0.5
    # Where a square shrinks, each new pixel is a mean over those it covers.
    weights = np.maximum(0, 1 - abs(np.arange(n) - centres[:, None]) / max(scale, 1.0))
    weights /= weights.sum(axis=1, keepdims=True)
    found = weights @ digits.astype(np.float64) @ weights.T
    # The last bits of a product depend on the machine; rounded first, no pixel does.
    return np.floor(np.round(found, 6) + 0.5).astype(np.uint8)


def _inked(drawn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the box of the ink in squares (n, s, s): its width and height, its left and top."""
    ink: Any = drawn >= INK
    across, down = ink.any(axis=1), ink.any(axis=2)
    begins = np.stack([across.argmax(axis=1), down.argmax(axis=1)], axis=1)
    size = drawn.shape[1]
    ends = size - np.stack(
        [across[:, ::-1].argmax(axis=1), down[:, ::-1].argmax(axis=1)], axis=1
    )
    return ends - begins, begins


def _place(
    places: np.ndarray,
    inked: np.ndarray,
    shape: tuple[int, int],
    boxes: np.ndarray,
    placed: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Find for each box (width, height) the first place on offer that no other box takes.

    Returns
    -------
    boxes, is_free : numpy.ndarray
        (n, 4) and whether there was a place (n,).
    """
    height, width = shape
    room = np.array([width, height]) - inked + 1  # corners that keep it inside
    corners = np.floor(places * room[:, None]).astype(np.int64)  # (n, tries, 2)
    new = np.concatenate([corners, corners + inked[:, None]], axis=2)
    common: np.ndarray = np.minimum(new[:, :, None, 2:], boxes[:, None, :, 2:])
    common = common - np.maximum(new[:, :, None, :2], boxes[:, None, :, :2])
    touches = (
        (common[..., 0] > 0) & (common[..., 1] > 0) & placed[:, None]
    )  # (n, tries, digits)
    free = ~touches.any(axis=2)
    return new[np.arange(len(new)), free.argmax(axis=1)], free.any(axis=1)


def _pasted(drawn: np.ndarray, at: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Put squares (n, s, s) on black scenes with their corner at (left, top), cut at the edges."""
    height, width = images.shape[1:3]
    size = drawn.shape[1]
    # A margin takes what stands over the edge.
    scenes = np.zeros((len(drawn), height + 2 * size, width + 2 * size), np.uint8)
    down = at[:, 1, None] + size + np.arange(size)
    across = at[:, 0, None] + size + np.arange(size)
    each = np.arange(len(drawn))[:, None, None]
    scenes[each, down[:, :, None], across[:, None, :]] = drawn
    return scenes[:, size : size + height, size : size + width]
