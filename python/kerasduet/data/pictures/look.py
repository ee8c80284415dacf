"""The bytes of an image file as pixels of one size and colour."""

from __future__ import annotations

import contextlib
import io
import re
import threading
import warnings
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

__all__ = ["FORMATS", "QUARTER_TURNS", "Look", "Seen", "Unreadable"]

# What Pillow may take a file for: none of these runs another program or reads another file.
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
MOST_PIXELS = 89_478_485  # Pillow's own limit, beyond which a small file fills the memory
SIXTEEN = 65_535 / 255  # of 16-bit pixels to 8-bit ones
ORIENTATION = 0x0112  # the tag of EXIF that says how an image is turned to stand upright
QUARTER_TURNS = (5, 6, 7, 8)  # of its values those that swap width and height


class _Quiet:
    """Ignore what Pillow warns of, such as metadata that nothing here looks at, for a while.

    Files are read in several threads. `warnings.catch_warnings` puts back what it found, so that
    of two threads the later one would leave all warnings of the process ignored.
    """

    FILTER = ("ignore", None, Warning, re.compile("PIL"), 0)

    def __init__(self) -> None:
        self._lock, self._users = threading.Lock(), 0

    def __enter__(self) -> None:
        with self._lock:
            self._users += 1
            if self._users == 1:
                warnings.filters.insert(0, self.FILTER)  # type: ignore[attr-defined]

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0:
                with contextlib.suppress(ValueError):  # another one has put back its own
                    warnings.filters.remove(self.FILTER)  # type: ignore[attr-defined]


_quiet = _Quiet()


class Unreadable(ValueError):
    """Bytes that are no image that can be read; the text says why in a few words."""


class Seen(NamedTuple):
    """An image file as it is read.

    Parameters
    ----------
    pixels : numpy.ndarray
        (height, width, channels), uint8, upright and of the size that was asked for.
    size : tuple of int
        Width and height that it has in its file, upright.
    orientation : int
        Its orientation tag, 1 to 8; 1 where it has none and is stored upright.
    """

    pixels: np.ndarray
    size: tuple[int, int]
    orientation: int


@dataclass(frozen=True)
class Look:
    """How every image is made alike.

    Parameters
    ----------
    height, width : int
        Pixels, at least 1.
    colour : {"rgb", "grey"}
        Three channels, or one.
    resize : {"stretch", "crop", "pad"}
        How another shape is brought to this one: stretched; or keeping its shape, cut at the edges
        or with black bars.

    Examples
    --------
    >>> Look(2, 3, "grey").shape
    (2, 3, 1)
    """

    height: int
    width: int
    colour: str = "rgb"
    resize: str = "stretch"

    @property
    def shape(self) -> tuple[int, int, int]:
        """One image (height, width, channels)."""
        return self.height, self.width, 3 if self.colour == "rgb" else 1

    def pixels(self, content: bytes) -> np.ndarray:
        """Read the first image of a file: (height, width, channels), uint8; see `seen`."""
        return self.seen(content).pixels

    def seen(self, content: bytes) -> Seen:
        """Read the first image of a file, and say how it lies there.

        It is turned as its orientation tag says; 16-bit pixels become 8-bit ones; what is
        transparent is laid on white; grey is ITU-R 601's.

        Raises
        ------
        Unreadable
            No image, a damaged one, one of floats, or one too large.
        """
        with _quiet:
            try:
                image, size, orientation = self._drawn(content)
            except Unreadable:
                raise
            except Exception as error:  # of any of Pillow's readers
                raise Unreadable(_why(error)) from None
        pixels = np.asarray(image, dtype=np.uint8).reshape(self.shape)
        return Seen(pixels, size, orientation)

    def _drawn(self, content: bytes) -> tuple[Any, tuple[int, int], int]:
        from PIL import Image, ImageOps, UnidentifiedImageError

        try:
            image: Any = Image.open(io.BytesIO(content), formats=FORMATS)
        except UnidentifiedImageError:
            raise Unreadable("empty" if not content else "no image") from None
        except Image.DecompressionBombError:
            raise Unreadable("more than 89 million pixels") from None
        if image.width * image.height > MOST_PIXELS:
            raise Unreadable("more than 89 million pixels")
        # A JPEG of many pixels is read at a half or a quarter of them, where that is enough.
        most, whole = 2 * max(self.height, self.width), image.size
        image.draft(image.mode, (most, most))
        is_whole = image.size == whole
        orientation = _orientation(image)
        image.load()
        image = ImageOps.exif_transpose(_eight_bits(image))
        if is_whole:
            whole = image.size
        elif orientation in QUARTER_TURNS:
            whole = whole[::-1]
        image = image.convert("RGB" if self.colour == "rgb" else "L")
        return self._resized(image), whole, orientation

    def _resized(self, image: Any) -> Any:
        from PIL import Image, ImageOps

        size, smooth = (self.width, self.height), Image.Resampling.BILINEAR
        if image.size == size:
            return image
        if self.resize == "crop":
            return ImageOps.fit(image, size, smooth)
        if self.resize == "pad":
            return ImageOps.pad(image, size, smooth)
        return image.resize(size, smooth)


def _orientation(image: Any) -> int:
    """Give the orientation tag of an image: Pillow turns TIFF when it loads it, and forgets it."""
    found = image.getexif().get(ORIENTATION, 1)
    return found if found in range(1, 9) else 1


def _eight_bits(image: Any) -> Any:
    """Give an image of 8 bits a channel without transparency."""
    from PIL import Image

    if image.mode == "F":
        raise Unreadable("pixels that are floats, of no known range")
    if image.mode == "I" or image.mode.startswith("I;"):
        values = np.asarray(image).astype(np.int64)
        if values.min() < 0 or values.max() > 65_535:
            raise Unreadable("pixels of more than 16 bits")
        grey = Image.fromarray(np.rint(values / SIXTEEN).astype(np.uint8))
        grey.info = image.info  # among it the orientation
        if exif := image.getexif():
            grey.info["exif"] = exif.tobytes()
        return grey
    if image.has_transparency_data:
        clear = image.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        laid = Image.alpha_composite(white, clear).convert("RGB")
        if exif := image.getexif():
            laid.info["exif"] = exif.tobytes()
        return laid
    return image


def _why(error: Exception) -> str:
    text = str(error).lower()
    return "cut off" if "truncated" in text or "eof" in text else "damaged"
