"""Pixels of images: checked, and noted where their range is strange."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasduet.checks import show
from kerasduet.data.preprocessing import ImagePreprocessing
from kerasduet.errors import ArgumentType, EmptyData, NonFinite, PixelRange, ShapeError

__all__ = ["WHITE", "check_images", "dark_note", "one_of", "range_note", "refuse_brighter"]


WHITE = 255.0  # of whole-number pixels
DARK = 0.25  # a largest pixel below it is noted, as a share of white
FAR = 10  # times brighter or darker than the training images


def one_of(input_shape: tuple[int, ...]) -> str:
    """Name one input of this shape: an image, or a video."""
    return "video" if len(input_shape) == 4 else "image"


def check_images(
    x: Any,
    input_shape: tuple[int, ...],
    *,
    flat: bool = False,
    name: str = "x",
    fix: str = "",
) -> np.ndarray:
    """Check images and give them as (n, *input_shape), uint8 or float32 in 0..1.

    Parameters
    ----------
    x : array-like
        Whole numbers 0..255, true and false, or floats 0..1; (n, height, width), with the
        channel axis where there are channels.
    input_shape : tuple of int
        One image (height, width, channels), or one video (frames, height, width, channels).
    flat : bool
        Also accept rows of pixels (n, height * width * channels), row by row.
    name : str
        Argument named in errors.
    fix : str
        What to do about images of another size.

    Examples
    --------
    >>> check_images(np.zeros((2, 28, 28), "uint8"), (28, 28, 1)).shape
    (2, 28, 28, 1)
    """
    one = one_of(input_shape)
    try:
        images = np.asarray(x)
    except ValueError as error:
        raise ShapeError(f"{name}: must be a rectangular array of {one}s; {error}.") from None
    if images.dtype.kind in "US":
        takes = "Runs on videos take no paths"
        if one == "image":
            takes = "Only runs on image files, and detectors of 1 or 3 channels, take paths"
        raise ArgumentType(
            f"{name}: must be {one}s as an array of numbers; got text. {takes}: read the {one}s "
            "into an array first."
        )
    if images.ndim == 0 and images.dtype.kind == "O":
        raise ArgumentType(f"{name}: must be {one}s as an array of numbers; got {show(x)}.")
    _check_image_shape(images, input_shape, flat, name, fix)
    if images.dtype.kind not in "buif":
        raise ArgumentType(
            f"{name}: must hold numbers; got {images.dtype}. Give whole numbers 0..255, or "
            "floats 0..1."
        )
    if images.dtype.kind == "f":
        images = _check_unit_pixels(images, name, one)
    elif images.dtype != np.uint8:
        low, high = int(images.min()), int(images.max())
        if low < 0 or high > WHITE:
            raise PixelRange(
                f"{name}: whole-number pixels must lie in 0..255; got {low}..{high}. "
                f"{_rescaling(low, high)}"
            )
        images = images.astype(np.uint8)
    return images.reshape(-1, *input_shape)


def _rescaling(low: float, high: float) -> str:
    """Say how pixels of some range become floats in 0..1."""
    if low >= -1 and low < 0 and high <= 1:
        return "Rescale them with (x + 1) / 2 if they span -1..1."
    if low < 0 and low == high:
        return "Give whole numbers 0..255, or floats 0..1."
    if low < 0:
        shift, span = f"{-low:g}", f"{high - low:g}"
        return f"Rescale them to floats in 0..1, with (x + {shift}) / {span} for this range."
    return (
        f"Divide them by the largest that a pixel can be ({high:g} is the largest found), to "
        "give floats in 0..1."
    )


def refuse_brighter(images: np.ndarray, learned: ImagePreprocessing, name: str) -> None:
    """Refuse whole numbers up to 255 where the training images were masks of 0 and 1."""
    if images.dtype == np.uint8 and images.max() > learned.pixel_scale:
        one = one_of(learned.input_shape)
        raise PixelRange(
            f"{name}: pixels must be 0 or 1, as in the training {one}s; got 0.."
            f"{int(images.max())}. Divide them by {int(images.max())}, or train on {one}s "
            "like these."
        )


def dark_note(images: np.ndarray, learned: ImagePreprocessing, name: str) -> str:
    """Note training pixels that use little of the range that they were taken for."""
    most = learned.pixel_most
    if most is None or most == 0 or most >= DARK:
        return ""
    low, high = float(images.min()), float(images.max())
    span = f"The pixels of {name} span only {low:g}..{high:g} of 0.."
    if images.dtype == np.uint8:
        return f"{span}255, so the network sees them dark; if {high:g} is white, divide them by it."
    return f"{span}1, so the network sees them dark; they may have been scaled twice."


def range_note(images: np.ndarray, learned: ImagePreprocessing, name: str, known: str) -> str:
    """Note pixels whose range is far from that of the training images.

    Parameters
    ----------
    images : numpy.ndarray
        From `check_images`. Images that are all black say nothing of their range.
    learned : ImagePreprocessing
        Knows the range of the training images.
    name, known : str
        What the images and the training images are called.
    """
    scale = learned.pixel_scale if images.dtype == np.uint8 else 1.0
    found, most = float(images.max()), learned.pixel_most
    if not most or not found or most / FAR <= found / scale <= most * FAR:
        return ""
    return (
        f"The pixels of {name} end at {found:g}, which the network sees as {found / scale:.3g}; "
        f"those of {known} end where it sees {most:.3g}. Scale both alike."
    )


def _check_image_shape(
    images: np.ndarray, input_shape: tuple[int, ...], flat: bool, name: str, fix: str
) -> None:
    shape, one = images.shape, one_of(input_shape)
    accepted = [input_shape]
    if input_shape[-1] == 1 and len(input_shape) in (3, 4):  # an image, a video
        accepted.append(input_shape[:-1])
    if flat:
        accepted.append((int(np.prod(input_shape)),))
    if images.ndim >= 1 and shape[0] == 0:
        raise EmptyData(f"{name}: must have at least one {one}; got none.")
    if shape[1:] in accepted:
        return
    rule = " or ".join("(n, " + ", ".join(map(str, item)) + ")" for item in accepted)
    hint = ""
    if shape in accepted:
        hint = f" One {one} still needs the first axis, of length 1."
    elif shape[:2] == input_shape[:2] and images.ndim >= 3:
        order = ", ".join(map(str, (images.ndim, *range(1, images.ndim))))
        hint = (
            f" {one.capitalize()}s come first: in Python np.moveaxis(x, -1, 0), in R aperm(x, "
            f"c({order}))."
        )
    elif images.ndim == 4 and (*shape[2:], shape[1]) in accepted:
        hint = " Channels come last: in Python np.moveaxis(x, 1, -1), in R aperm(x, c(1, 3, 4, 2))."
    elif shape[1:] == (int(np.prod(input_shape)),):
        hint = " Rows of pixels go to a dense network; in Python reshape them first."
    elif fix and images.ndim in {1 + len(item) for item in accepted if len(item) > 1}:
        hint = f" {fix}"
    raise ShapeError(f"{name}: must have shape {rule}; got {show(shape)}.{hint}")


def _check_unit_pixels(images: np.ndarray, name: str, one: str) -> np.ndarray:
    low, high = float(images.min()), float(images.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        row = int(np.nonzero(~np.isfinite(images.reshape(len(images), -1)).all(axis=1))[0][0])
        raise NonFinite(
            f"{name}: pixels must be finite; got NaN or infinity in {one} {row + 1}."
        )
    if low < 0 or high > 1:
        fix = "Divide them by 255, or give them as whole numbers."
        if low < 0 or not DARK * WHITE < high <= WHITE:
            fix = _rescaling(low, high)
        raise PixelRange(f"{name}: float pixels must lie in 0..1; got {low:g}..{high:g}. {fix}")
    return images.astype(np.float32, copy=False)
