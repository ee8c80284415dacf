"""Images as arrays: how much they hold, their value range, their border."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kerasduet import checks
from kerasduet.concepts.arrays import Array, ArrayLike, real_array, sizes
from kerasduet.errors import ArgumentRange, ShapeError

__all__ = ["image_storage", "pad2d", "rescale_image"]

PAD_MODES = {
    "zero": "constant",
    "constant": "constant",
    "reflect": "reflect",
    "replicate": "edge",
    "causal": "constant",
}


def image_storage(shape: Any, *, bits: int = 8) -> dict[str, int]:
    """Count the pixels, the representable values and the bytes of an uncompressed image.

    Parameters
    ----------
    shape : pair of int
        Height and width in pixels, at least 1.
    bits : int
        Bits a pixel, 1 to 64: 8 and 16 are common for gray, 24 for RGB (3 x 8), 30 for deep
        colour (3 x 10).

    Returns
    -------
    dict
        `pixels`, `values` (2^bits: different values of one pixel) and `bytes` (rounded up).

    Raises
    ------
    KerasduetError
        A shape that is not two positive whole numbers, or bits outside 1 to 64.

    Notes
    -----
    bytes = height * width * bits / 8.

    Examples
    --------
    >>> image_storage((512, 512))
    {'pixels': 262144, 'values': 256, 'bytes': 262144}
    """
    height, width = sizes("shape", shape, lengths=(2,))
    bits = checks.whole("bits", bits, low=1, high=64)
    pixels = height * width
    return {"pixels": pixels, "values": 2**bits, "bytes": math.ceil(pixels * bits / 8)}


def rescale_image(image: ArrayLike, low: float = 0, high: float = 255) -> Array:
    """Stretch an image linearly so that its values run from `low` to `high`.

    Parameters
    ----------
    image : array (h, w) or (h, w, channels)
        Any finite numbers.
    low, high : float
        New smallest and largest value, low < high.

    Returns
    -------
    array
        The shape of `image`. An image of one single value becomes `low` everywhere.

    Raises
    ------
    KerasduetError
        An image that is not a finite numeric array, or low >= high.

    Notes
    -----
    low + (high - low) * (I - min I) / (max I - min I).

    Examples
    --------
    >>> rescale_image([[0, -1020, -1020, 0]])
    array([[255.,   0.,   0., 255.]])
    """
    pixels = real_array("image", image, dimensions=(2, 3))
    low, high = checks.number("low", low), checks.number("high", high)
    if low >= high:
        raise ArgumentRange(
            f"high: must be above low ({checks.show(low)}); got {checks.show(high)}."
        )
    smallest, largest = pixels.min(), pixels.max()
    if smallest == largest:
        return np.full_like(pixels, low)
    # Halved before subtracting, so that the widest float range does not overflow.
    share = (pixels / 2 - smallest / 2) / (largest / 2 - smallest / 2)
    return low + (high - low) * share


def pad2d(image: ArrayLike, amount: Any, *, mode: str = "zero", value: float = 0.0) -> Array:
    """Add a border to an image.

    Parameters
    ----------
    image : array (h, w) or (h, w, channels)
        Any finite numbers.
    amount : int, or 2 or 4 int
        Border width in pixels, at least 0: on every side; above and below, then left and
        right; or top, bottom, left, right.
    mode : {"zero", "constant", "reflect", "replicate", "causal"}
        What the border holds: zeros; `value`; the mirror image without the edge itself, so that
        1 2 3 becomes 3 2 1 2 3 2 1; the edge repeated, so that it becomes 1 1 1 2 3 3 3; or
        zeros above and on the left only, so that no output sees what comes after it.
    value : float
        The border of mode "constant".

    Returns
    -------
    array
        Larger than the image by the border; channels are left alone.

    Raises
    ------
    KerasduetError
        A negative amount, an unknown mode, a mirror wider than the image, or four amounts with
        mode "causal", which knows only the sides before.

    Examples
    --------
    >>> pad2d([[1, 2, 3]], (0, 2), mode="reflect")
    array([[3., 2., 1., 2., 3., 2., 1.]])
    >>> pad2d([[1, 2, 3]], (0, 2), mode="causal")
    array([[0., 0., 1., 2., 3.]])
    """
    pixels = real_array("image", image, dimensions=(2, 3))
    mode = checks.choice("mode", mode, PAD_MODES)
    value = checks.number("value", value) if mode == "constant" else 0.0
    lengths = (1, 2) if mode == "causal" else (1, 2, 4)
    border = _border(sizes("amount", amount, lengths=lengths, low=0), mode == "causal")
    if mode == "reflect":
        for side, size in zip(border, pixels.shape, strict=False):
            if max(side) >= size:
                raise ShapeError(
                    f"amount: must be below the image's size, {size}, to reflect it; "
                    f"got {max(side)}. Use a smaller border or replicate."
                )
    return pad_border(pixels, border, mode, value)


def pad_border(
    pixels: Array,
    border: tuple[tuple[int, int], tuple[int, int]],
    mode: str = "zero",
    value: float = 0.0,
) -> Array:
    """Pad rows and columns by (before, after), leaving the channels alone."""
    widths = [*border, (0, 0)][: pixels.ndim]
    settings: dict[str, Any] = {"constant_values": value} if "const" in PAD_MODES[mode] else {}
    return np.pad(pixels, widths, mode=PAD_MODES[mode], **settings)  # type: ignore[call-overload]


def _border(
    amounts: tuple[int, ...], before_only: bool
) -> tuple[tuple[int, int], tuple[int, int]]:
    if len(amounts) == 4:
        top, bottom, left, right = amounts
        return (top, bottom), (left, right)
    rows, columns = amounts[0], amounts[-1]
    if before_only:
        return (rows, 0), (columns, 0)
    return (rows, rows), (columns, columns)
