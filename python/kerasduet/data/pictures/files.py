"""Image files as rows: hashed and tried in one pass, decoded again when a batch asks for them."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from kerasduet.data.pictures.look import Look, Unreadable
from kerasduet.errors import DatasetError

__all__ = ["ImageFiles", "named", "refuse_special", "scanned"]

MOST_NAMED = 5
MOST_BYTES = 2**28  # of one file
AT_A_TIME = 256  # files handed to the threads together, so that few are in memory
THREADS = min(4, os.cpu_count() or 1)
KINDS = {
    stat.S_IFLNK: "a link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
    stat.S_IFDIR: "a folder",
}


class ImageFiles:
    """Images that stay in their files until rows of them are taken: a leaf of a `Part`.

    Parameters
    ----------
    paths : sequence of str
        A file a row.
    digests : numpy.ndarray
        sha256 of each file's bytes (n, 32), uint8, as they were when they were checked.
    look : Look
        What each becomes.
    sizes : numpy.ndarray
        Width and height of each in its file, upright (n, 2).
    orientations : numpy.ndarray
        Orientation tag of each (n,), 1 to 8.

    Raises
    ------
    DatasetError
        When rows are taken: a file that is not there any more, or holds other bytes.
    """

    def __init__(
        self,
        paths: Sequence[str],
        digests: np.ndarray,
        look: Look,
        sizes: np.ndarray,
        orientations: np.ndarray,
    ) -> None:
        self.paths, self.digests, self.look = paths, digests, look
        self.sizes, self.orientations = sizes, orientations

    def __len__(self) -> int:
        """Count the files."""
        return len(self.paths)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of all of them as an array."""
        return len(self), *self.look.shape

    def picked(self, rows: np.ndarray) -> ImageFiles:
        """Give some of them, still in their files."""
        paths = [self.paths[i] for i in rows]
        parts = (self.sizes[rows], self.orientations[rows])
        return ImageFiles(paths, self.digests[rows], self.look, *parts)

    def take(self, rows: np.ndarray) -> np.ndarray:
        """Read rows: (n, height, width, channels), uint8."""
        rows = np.asarray(rows)
        found = np.empty((len(rows), *self.look.shape), np.uint8)
        if len(rows) < 2 * THREADS:
            for place, row in enumerate(rows):
                found[place] = self._read(row)
            return found
        with ThreadPoolExecutor(THREADS) as threads:
            for place, image in enumerate(threads.map(self._read, rows)):
                found[place] = image
        return found

    def _read(self, row: int) -> np.ndarray:
        path = self.paths[row]
        try:
            content = read_plain(path)
            if hashlib.sha256(content).digest() != self.digests[row].tobytes():
                raise Unreadable("other bytes than before")
            return self.look.pixels(content)
        except Unreadable as error:
            raise DatasetError(
                f"data: image files must stay as they were when they were checked; got {path!r}, "
                f"now {error}. Load the data again."
            ) from None

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """Give all of them, in memory."""
        found = self.take(np.arange(len(self)))
        return found if dtype is None else found.astype(dtype, copy=False)


def read_plain(path: str) -> bytes:
    """Read a plain file whole; a link, a pipe or a device is not opened.

    Raises
    ------
    Unreadable
        It is none, not there, or too large.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= getattr(os, "O_BINARY", 0)
    try:
        kind = os.lstat(path)
        if not stat.S_ISREG(kind.st_mode):
            raise Unreadable(_kind(kind.st_mode))
        if kind.st_size > MOST_BYTES:
            raise Unreadable("more than 256 MiB")
        with open(os.open(path, flags), "rb") as file:
            return file.read(kind.st_size + 1)  # what is asked for is allocated
    except FileNotFoundError:
        raise Unreadable("not there") from None
    except (OSError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(getattr(error, "strerror", None) or "no path") from None


def _kind(mode: int) -> str:
    return KINDS.get(stat.S_IFMT(mode), "no file")


def refuse_special(path: str, name: str, argument: str) -> None:
    """Refuse a link, a pipe or a device, which is neither a file nor a folder itself."""
    mode = os.lstat(path).st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise DatasetError(
            f"{argument}: must hold plain files and folders; got {name!r}, which is "
            f"{_kind(mode)}. Put the file itself there."
        )


def scanned(
    paths: Sequence[str],
    names: Sequence[str],
    look: Look,
    *,
    argument: str,
    skip: bool = False,
    fix: str = "Replace or remove them.",
) -> tuple[ImageFiles, np.ndarray, int]:
    """Hash and read every file once, and name all that cannot be read.

    Parameters
    ----------
    paths, names : sequence of str
        Files, and what errors call them.
    look : Look
        What each becomes.
    argument : str
        Argument that errors name.
    skip : bool
        Leave out what cannot be read.
    fix : str
        What errors say to do with it.

    Returns
    -------
    (ImageFiles, numpy.ndarray, int)
        Those that can be read, their rows among `paths`, and their largest pixel.

    Raises
    ------
    DatasetError
        Files that cannot be read: the first few by name, and how many there are.
    """
    digests = np.zeros((len(paths), 32), np.uint8)
    sizes = np.zeros((len(paths), 2), np.int64)
    orientations = np.ones(len(paths), np.uint8)
    most = np.zeros(len(paths), np.uint8)
    faults: dict[int, str] = {}

    def look_at(row: int) -> str:
        try:
            content = read_plain(paths[row])
            seen = look.seen(content)
        except Unreadable as error:
            return str(error)
        digests[row] = np.frombuffer(hashlib.sha256(content).digest(), np.uint8)
        sizes[row], orientations[row], most[row] = (
            seen.size,
            seen.orientation,
            seen.pixels.max(),
        )
        return ""

    with ThreadPoolExecutor(THREADS) as threads:
        for start in range(0, len(paths), AT_A_TIME):
            rows = range(start, min(start + AT_A_TIME, len(paths)))
            found = zip(rows, threads.map(look_at, rows), strict=True)
            faults |= {row: fault for row, fault in found if fault}
    if faults and not skip:
        told = [f"{str(names[row])!r} ({why})" for row, why in faults.items()]
        raise DatasetError(
            f"{argument}: must name images that can be read; {named(told)} cannot, "
            f"{len(faults):,} of {len(paths):,}. {fix}"
        )
    kept = np.setdiff1d(np.arange(len(paths)), np.array([*faults], dtype=np.int64))
    every = ImageFiles(paths, digests, look, sizes, orientations)
    return (
        every if len(kept) == len(paths) else every.picked(kept),
        kept,
        int(most.max(initial=0)),
    )


def named(items: Iterable[str]) -> str:
    """Name the first few of many.

    Examples
    --------
    >>> named("abcdefg")
    'a, b, c, d, e, ...'
    """
    every = list(items)
    return ", ".join(every[:MOST_NAMED]) + ", ..." * (len(every) > MOST_NAMED)
