"""Work on large arrays, shared among a few threads."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["cores", "each", "in_order", "threads_for"]

MOST_THREADS = 2
FEW = 16  # items that are done before threads begin
MANY_ROWS = 100_000  # that take longer than threads to begin

Item = TypeVar("Item")
Result = TypeVar("Result")


def cores() -> int:
    """Count the cores that this process may use."""
    known = getattr(os, "sched_getaffinity", None)
    return len(known(0)) if known is not None else os.cpu_count() or 1


def threads_for(rows: int) -> int:
    """Say how many threads pay for work on columns of so many rows."""
    return min(cores(), MOST_THREADS) if rows >= MANY_ROWS else 1


def each(do: Callable[[Item], None], items: Sequence[Item]) -> None:
    """Do something with each item, in any order; of several errors the first item's is raised."""
    threads = min(cores(), MOST_THREADS) if len(items) > FEW else 1
    for _ in in_order(do, items, threads):
        pass


def in_order(
    do: Callable[[Item], Result], items: Iterable[Item], threads: int
) -> Iterator[Result]:
    """Do something with each item, on a few threads; give what comes of it in the items' order.

    An item is asked for shortly before it is done: no more than one waits for a thread.
    """
    if threads == 1:
        yield from map(do, items)
        return
    pool = ThreadPoolExecutor(threads, "data")
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(do, item))
            del item  # which may be large
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
