"""Pooling: one number for every window of an image."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasduet import checks
from kerasduet.concepts.arrays import Array, ArrayLike, pair, real_array, seeded
from kerasduet.errors import ArgumentRange, ShapeError

__all__ = ["pool2d"]

POOLINGS = ("max", "average", "sum", "lp", "stochastic")


def pool2d(
    image: ArrayLike,
    size: Any = 2,
    *,
    stride: Any = None,
    kind: str = "max",
    p: float = 2,
    seed: int | None = None,
) -> Array:
    """Summarize every window of an image by one number.

    Parameters
    ----------
    image : array (h, w) or (h, w, channels)
        Any finite numbers; at least 0 for stochastic pooling. Channels are pooled one by one.
    size : int, pair of int, or "global"
        Window in pixels, at least 1; "global" is the whole image.
    stride : int or pair of int, optional
        Pixels between two windows, at least 1; None is `size`: windows side by side.
    kind : {"max", "average", "sum", "lp", "stochastic"}
        The summary.
    p : float
        Power of "lp", above 0: 1 sums, 2 is the Euclidean norm, large p approaches max.
    seed : int, optional
        Makes "stochastic" repeatable, the same draws in R and in Python, 0 to 2^32 - 1. None
        draws anew each time.

    Returns
    -------
    array (rows, columns) or (rows, columns, channels)
        The pooled image; (1, 1) or (1, 1, channels) for global pooling.

    Raises
    ------
    KerasduetError
        A window larger than the image, an unknown kind, a number outside its range, or
        negative values for stochastic pooling.

    Notes
    -----
    Rows = floor((n - f) / s) + 1. Lp: (sum |x|^p)^(1 / p). Stochastic: one value of the window,
    drawn with probability x / sum x; a window of zeros gives 0.

    References
    ----------
    Zeiler and Fergus (2013), Stochastic pooling for regularization of deep convolutional neural
    networks.

    Examples
    --------
    >>> image = [[1, 8, 4, 3], [6, 5, 9, 2], [2, 5, 6, 5], [8, 9, 4, 3]]
    >>> pool2d(image)
    array([[8., 9.],
           [9., 6.]])
    >>> pool2d(image, "global", kind="average")
    array([[5.]])
    """
    pixels = real_array("image", image, dimensions=(2, 3))
    kind = checks.choice("kind", kind, POOLINGS)
    if isinstance(size, str):
        checks.choice("size", size, ("global",))
        window = pixels.shape[0], pixels.shape[1]
    else:
        window = pair("size", size, low=1)
    steps = window if stride is None else pair("stride", stride, low=1)
    if window[0] > pixels.shape[0] or window[1] > pixels.shape[1]:
        raise ShapeError(
            f"size: must fit inside the image, {pixels.shape[0]} x {pixels.shape[1]}; "
            f"got {window[0]} x {window[1]}. Use a smaller window."
        )
    views = np.lib.stride_tricks.sliding_window_view(pixels, window, axis=(0, 1))
    views = views[:: steps[0], :: steps[1]]  # (rows, columns, [channels,] a, b)
    flat = views.reshape(*views.shape[:-2], window[0] * window[1])
    if kind == "max":
        return flat.max(axis=-1)
    if kind == "average":
        return flat.mean(axis=-1)
    if kind == "sum":
        return flat.sum(axis=-1)
    if kind == "lp":
        return _lp_norm(flat, checks.number("p", p, low=0, low_open=True))
    return _draw(flat, seeded(seed))


def _lp_norm(flat: Array, p: float) -> Array:
    sizes = np.abs(flat)
    # Scaled by the largest value, so that a high power does not overflow.
    largest = sizes.max(axis=-1, keepdims=True)
    shares = np.divide(sizes, largest, out=np.zeros_like(sizes), where=largest > 0)
    return largest[..., 0] * (shares**p).sum(axis=-1) ** (1 / p)


def _draw(flat: Array, generator: np.random.Generator) -> Array:
    if flat.min() < 0:
        raise ArgumentRange(
            f"image: must be at least 0 for stochastic pooling; "
            f"got {checks.show(float(flat.min()))}. Apply relu first."
        )
    cumulative = flat.cumsum(axis=-1)
    marks = generator.random(flat.shape[:-1]) * cumulative[..., -1]
    chosen = (cumulative <= marks[..., None]).sum(axis=-1).clip(max=flat.shape[-1] - 1)
    return np.take_along_axis(flat, chosen[..., None], axis=-1)[..., 0]
