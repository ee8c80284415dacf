"""Memory of large arrays, which is only taken as it is filled and given back at once."""

from __future__ import annotations

import contextlib
import math
import mmap
from typing import Any

import numpy as np

__all__ = ["empty"]

LARGE = 2**20  # bytes


def empty(shape: int | tuple[int, ...], kind: Any, *, by_rows: bool = True) -> np.ndarray:
    """Make an array that is to be filled; memory of a large one is not the allocator's.

    Parameters
    ----------
    shape : int or tuple of int
        Of the array.
    kind : data type
        Of NumPy.
    by_rows : bool
        Whether it is filled from begin to end: then huge pages save time. A matrix that is filled
        by columns would touch every one of them at once.
    """
    kind = np.dtype(kind)
    size = math.prod((shape,) if isinstance(shape, int) else shape) * kind.itemsize
    if size < LARGE:
        return np.empty(shape, kind)
    if not hasattr(mmap, "MAP_ANONYMOUS"):  # as on Windows
        return np.frombuffer(mmap.mmap(-1, size), kind).reshape(shape)
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if by_rows and hasattr(mmap, "MADV_HUGEPAGE"):
        with contextlib.suppress(OSError):  # of a system without them
            memory.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(memory, kind).reshape(shape)
