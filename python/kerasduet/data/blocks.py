"""A CSV file read a block of lines at a time, on two cores where it is large."""

from __future__ import annotations

import io
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pandas as pd

__all__ = ["in_blocks", "rows_of"]

SIZE = 2**22  # bytes of a block
LARGE = 2**24  # bytes of a file that takes longer than threads to begin
MOST_THREADS = 2  # each holds a block: more would take memory
SAMPLE = 2**16  # bytes that say how many rows there are
MOST_ROWS = 2**24  # that there is room for before there is need
BOM = b"\xef\xbb\xbf"


def in_blocks(opened: Any, digest: Any, known: dict[str, Any]) -> Iterator[pd.DataFrame]:
    """Read the rest of a file, by pandas; what comes out is as if it was read at once.

    Parameters
    ----------
    opened : file
        Of bytes, at the begin of a line.
    digest : hashlib object
        Is told of all bytes.
    known : dict
        Arguments of `pandas.read_csv`; there is no header.

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
    large = os.fstat(opened.fileno()).st_size >= LARGE
    threads = min(_cores(), MOST_THREADS) if large else 1
    width = 0
    for block in _parsed(_texts(opened, digest), known, threads):
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


def _cores() -> int:
    """Count the cores that this process may use."""
    known = getattr(os, "sched_getaffinity", None)
    return len(known(0)) if known is not None else os.cpu_count() or 1


def _parsed(
    texts: Iterator[bytes], known: dict[str, Any], threads: int
) -> Iterator[pd.DataFrame]:
    if threads == 1:
        for text in texts:
            yield _parse(text, known)
        return
    # pandas lets other threads go on while it splits lines and reads numbers.
    pool = ThreadPoolExecutor(threads, "csv")
    waiting: deque[Any] = deque()
    try:
        for text in texts:
            waiting.append(pool.submit(_parse, text, known))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _parse(text: bytes, known: dict[str, Any]) -> pd.DataFrame:
    if text.startswith(BOM):
        raise ValueError("pandas takes it for the begin of a file")
    found: pd.DataFrame = pd.read_csv(
        io.BytesIO(text),
        **{"header": None, "skip_blank_lines": False, "low_memory": False, **known},
    )
    return found


def _texts(opened: Any, digest: Any) -> Iterator[bytes]:
    """Cut a file where lines end, but not in quotes."""
    rest = b""
    while read := opened.read(SIZE):
        digest.update(read)
        read = rest + read
        end = _end(read)
        text, rest = read[:end], read[end:]
        del read
        yield text
    if rest:
        yield rest


def _end(text: bytes) -> int:
    """Say where the last line ends that has an even number of quotation marks before it."""
    end = text.rfind(b"\n") + 1
    odd = text.count(b'"', 0, end) % 2
    while end and odd:
        last = text.rfind(b"\n", 0, end - 1) + 1
        odd ^= text.count(b'"', last, end) % 2
        end = last
    if end == 0:
        raise ValueError("a line is too long")
    return end
