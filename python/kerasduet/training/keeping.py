"""When the state of a training is written down: now and then, at its end, and on the way out."""

from __future__ import annotations

import time
from collections.abc import Callable

from kerasduet.training.state import State

__all__ = ["Keeper"]

# At least so many from one writing to the next, so that short epochs do not wait for the disk; a
# kill loses at most as many, and the epoch that was under way.
SECONDS_BETWEEN = 1.0


class Keeper:
    """Writes the state of a training down, not after each of many short epochs.

    Which states are written decides nothing else: a training goes on from any of them with the
    same bits.

    Parameters
    ----------
    write : callable
        Given the state.
    each : bool
        Whether to write after every epoch: callbacks of the caller's may write files of their
        own, which the state must not fall behind.
    """

    def __init__(self, write: Callable[[State], None], *, each: bool) -> None:
        self._write, self._each = write, each
        self._last = time.monotonic()
        self._waiting: State | None = None

    def reached(self, state: State, *, last: bool) -> None:
        """Take the state after an epoch, and write it if it is the last or time for it."""
        self._waiting = state
        if last or self._each or time.monotonic() - self._last >= SECONDS_BETWEEN:
            self.finish()

    def finish(self) -> None:
        """Write the state that was reached, unless it is written."""
        state, self._waiting = self._waiting, None  # not tried again where that fails
        if state is not None:
            self._write(state)
            self._last = time.monotonic()
