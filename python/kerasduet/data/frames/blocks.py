"""A CSV file as blocks of whole lines, of which several are read at the same time."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import pandas as pd

__all__ = ["Quoted", "beside", "lines_of", "read_block"]

SIZE = 2**22  # bytes of a block
MOST_THREADS = 4

Item, Found = TypeVar("Item"), TypeVar("Found")


class Quoted(Exception):
    """A block holds quotes, in which an end of line is none."""


class _Bytes:
    """Bytes that pandas reads as they are: it need not turn them into text and back."""

    mode = "r"

    def __init__(self, block: bytes) -> None:
        self._block, self._at = memoryview(block), 0

    def read(self, size: int = -1) -> bytes:
        """Give the next bytes."""
        end = len(self._block) if size < 0 else self._at + size
        part = bytes(self._block[self._at : end])
        self._at += len(part)
        return part

    def __iter__(self) -> Iterator[bytes]:
        """Give all of it, as pandas asks files to."""
        yield self.read()


def lines_of(opened: Any) -> Iterator[bytes]:
    """Give the rest of a file as blocks of whole lines, as long as there are no quotes in it."""
    while block := opened.read(SIZE):
        block += opened.readline()
        if b'"' in block:
            raise Quoted
        yield block


def read_block(block: bytes, known: dict[str, Any], kinds: dict[Any, str]) -> pd.DataFrame:
    """Read some lines."""
    given: Any = _Bytes(block)
    found: pd.DataFrame = pd.read_csv(given, low_memory=False, dtype=kinds, **known)
    return found


def beside(items: Iterable[Item], read: Callable[[Item], Found]) -> Iterator[Found]:
    """Give what is read of each item, in order; a few are read at the same time."""
    threads = min(os.cpu_count() or 1, MOST_THREADS)
    waiting: deque[Future[Found]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(read, item))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for left in waiting:
                left.cancel()
