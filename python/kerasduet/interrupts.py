"""Hold a Ctrl-C until a moment at which nothing can swallow it."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

__all__ = ["Interrupts"]


class Interrupts:
    """While it is entered, Ctrl-C waits for `check()`; a second one counts at once.

    A KeyboardInterrupt that falls into a destructor or a callback of native code is lost. It is
    held only where Python's own handler is in force: another one, such as reticulate's, belongs
    to whoever installed it.

    Examples
    --------
    >>> with Interrupts() as interrupts:
    ...     signal.raise_signal(signal.SIGINT)
    ...     try:
    ...         interrupts.check()
    ...     except KeyboardInterrupt:
    ...         print("stopped")
    stopped
    """

    def __init__(self) -> None:
        self._waiting = False
        self._before: Any = None

    def __enter__(self) -> Interrupts:
        """Take over Python's own handler, in the main thread."""
        mine = threading.current_thread() is threading.main_thread()
        if mine and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._before = signal.signal(signal.SIGINT, self._hold)
        return self

    def __exit__(self, *_: Any) -> None:
        """Give the handler back."""
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def check(self) -> None:
        """Raise the KeyboardInterrupt that was held, if any."""
        if self._waiting:
            self._waiting = False
            raise KeyboardInterrupt

    def _hold(self, number: int, frame: FrameType | None) -> None:
        if self._waiting:
            raise KeyboardInterrupt
        self._waiting = True
