"""Work on large arrays, shared among a few threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

__all__ = ["cores", "each"]

MOST_THREADS = 2
FEW = 16  # items that are done before threads begin


def cores() -> int:
    """Count the cores that this process may use."""
    known = getattr(os, "sched_getaffinity", None)
    return len(known(0)) if known is not None else os.cpu_count() or 1


def each(do: Callable[[Any], None], items: Sequence[Any]) -> None:
    """Do something with each item, in any order; of several errors the first item's is raised."""
    threads = min(cores(), MOST_THREADS)
    if threads == 1 or len(items) <= FEW:
        for item in items:
            do(item)
        return
    pool = ThreadPoolExecutor(threads, "rows")
    try:
        for _ in pool.map(do, items):
            pass
    finally:
        pool.shutdown(cancel_futures=True)
