"""A CSV file read a block of lines at a time, on two cores where it is large."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd

from kerasduet.data.arrow import in_arrow, texts_in_arrow
from kerasduet.data.threads import MOST_THREADS, cores, in_order

__all__ = ["in_blocks", "rows_of"]

PIECE = 2**16  # bytes that pandas gets at a time
# Bytes of a block: pandas doubles room that lacks some for another piece, so the last one fits.
SIZE = 2**22 - PIECE
LARGE = 2**24  # bytes of a file that takes longer than threads to begin
SAMPLE = 2**16  # bytes that say how many rows there are
MOST_ROWS = 2**24  # that there is room for before there is need
# Once so much was freed, the allocator of Linux keeps what is freed for what comes next; else each
# block would get its memory from the system, page by page.
MOST_KEPT = 31 * 2**20
ROWS_A_LEVEL = 4  # rows of a block that there are for each category, at least
BOM = b"\xef\xbb\xbf"


def in_blocks(
    opened: Any, digest: Any, known: dict[str, Any], *, keep: bool = False
) -> Iterator[pd.DataFrame]:
    """Read the rest of a file, by pandas; what comes out is as if it was read at once.

    Parameters
    ----------
    opened : file
        Of bytes, at the begin of a line.
    digest : hashlib object
        Is told of all bytes.
    known : dict
        Arguments of `pandas.read_csv`; there is no header.
    keep : bool
        Whether memory of a block is kept for later ones: that is faster, and takes more.

    Yields
    ------
    pandas.DataFrame
        Rows of each block, in order, all of one width.

    Raises
    ------
    ValueError
        A block cannot be read by itself. That says nothing of the file: ends of lines in quotes,
        or marks of quotes in the midst of a text, may be the reason.
    """
    if keep:
        np.empty(MOST_KEPT, np.uint8)
    large = os.fstat(opened.fileno()).st_size >= LARGE
    # pandas lets other threads go on while it splits lines, reads numbers and counts texts.
    threads = min(cores(), MOST_THREADS) if large else 1
    texts = _texts(opened, digest, 1 if threads == 1 else threads + 1)
    width = 0
    for block in in_order(_Parser(known), texts, threads):
        width = width or block.shape[1]
        if block.shape[1] != width:
            raise ValueError("a line has too few fields or too many")
        if any(kind.kind == "u" for kind in block.dtypes):
            raise ValueError("other blocks have another type, with other digits")
        yield block
        del block  # which would else be there beside the next


def rows_of(opened: Any) -> int:
    """Guess how many lines the rest of a file has, or a few more; they are not read on."""
    at = opened.tell()
    sample = opened.read(SAMPLE)
    opened.seek(at)
    size = os.fstat(opened.fileno()).st_size
    return min(1 + round(1.02 * size * sample.count(b"\n") / max(len(sample), 1)), MOST_ROWS)


class _Text:
    """Bytes that pandas reads as a file, a few at a time: a copy of them all is never made."""

    def __init__(self, text: memoryview) -> None:
        self.text, self.at = text, 0

    def read(self, size: int = -1) -> bytes:
        """Read the next bytes."""
        begin = self.at
        self.at = len(self.text) if size < 0 else begin + min(size, PIECE)
        return bytes(self.text[begin : self.at])

    def __iter__(self) -> Iterator[bytes]:
        """Give lines, for pandas to see that it is a file."""
        return iter(io.BytesIO(self.text))


class _Parser:
    """Reads blocks by pandas; texts that are asked for as categories may come as objects.

    Categories take no time of Python's for each row, and let other threads go on. Texts in Arrow's
    memory take less, where pandas keeps them there and finds by itself that they are texts.
    """

    def __init__(self, known: dict[str, Any]) -> None:
        self.known: dict[str, Any] = {
            "header": None,
            "skip_blank_lines": False,
            "low_memory": False,
            **known,
        }
        kinds = known.get("dtype", {})
        self.categories = {i for i, kind in kinds.items() if kind == "category"}
        self.objects: set[Any] = set()
        self.in_arrow = texts_in_arrow()

    def __call__(self, text: memoryview) -> pd.DataFrame:
        """Read a block."""
        if text[: len(BOM)] == BOM:
            raise ValueError("pandas takes it for the begin of a file")
        asked = self.categories - self.objects  # before another thread adds to them
        found = self._read(text, asked)
        if self.in_arrow:
            others = {i for i in asked if i in found and not in_arrow(found[i])}
            self.objects |= others
            return self._read(text, asked - others) if others else found
        levels = {i: found[i].cat.categories for i in asked if i in found}
        # Of categories that all look like numbers pandas makes numbers: "01" becomes 1.
        kinds = {i: pd.api.types.infer_dtype(known) for i, known in levels.items()}
        numbers = {i for i, kind in kinds.items() if kind not in ("string", "empty")}
        # To sort many categories takes longer than texts do.
        many = {i for i, known in levels.items() if ROWS_A_LEVEL * len(known) > len(found)}
        self.objects |= numbers | many
        return self._read(text, asked - numbers) if numbers else found

    def _read(self, text: memoryview, categories: set[Any]) -> pd.DataFrame:
        file: Any = _Text(text)
        kinds = self.known.get("dtype", {}) | dict.fromkeys(
            self.categories - categories, "object"
        )
        if self.in_arrow:
            kinds = {i: kind for i, kind in kinds.items() if i not in categories}
        named: dict[str, Any] = self.known | {"dtype": kinds or None}
        found: pd.DataFrame = pd.read_csv(file, **named)
        return found


def _texts(opened: Any, digest: Any, places: int) -> Iterator[memoryview]:
    """Cut a file where lines end, but not in quotes; so many texts later memory is used again."""
    rooms = cycle([bytearray(SIZE) for _ in range(places)])
    rest = b""
    for room in rooms:
        text = memoryview(room)
        text[: len(rest)] = rest
        read = opened.readinto(text[len(rest) :])
        if read == 0:
            break
        size = len(rest) + read
        digest.update(text[len(rest) : size])
        end = _end(room, size)
        rest = bytes(text[end:size])
        yield text[:end]
    if rest:
        yield memoryview(rest)


def _end(text: bytearray, size: int) -> int:
    """Say where the last line ends that has an even number of quotation marks before it."""
    end = text.rfind(b"\n", 0, size) + 1
    quoted = text.find(b'"', 0, end) >= 0  # which is found sooner than how many
    odd = quoted and text.count(b'"', 0, end) % 2
    while end and odd:
        last = text.rfind(b"\n", 0, end - 1) + 1
        odd ^= text.count(b'"', last, end) % 2
        end = last
    if end == 0:
        raise ValueError("a line is too long")
    return end
