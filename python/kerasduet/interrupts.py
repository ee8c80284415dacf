"""Hold a Ctrl-C until a moment at which nothing can swallow it."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

__all__ = ["Interrupts", "at_prompt", "ended_by_signal", "held", "interruption"]

Handler = Callable[[int, FrameType | None], Any]


class Interrupts:
    """While it is entered, Ctrl-C waits for `check()`; a second one counts at once.

    A KeyboardInterrupt that falls into a destructor or a callback of native code is lost; and
    R, told of a Ctrl-C while it runs a function for Python, would jump over Python's frames. It
    is held where Python's own handler or reticulate's is in force: another one belongs to
    whoever installed it.

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
        self._handlers = contextlib.ExitStack()

    def __enter__(self) -> Interrupts:
        """Take over the handler, in the main thread."""
        if _is_main_thread():
            self._before = signal.getsignal(signal.SIGINT)
            if _raises(self._before):
                self._handlers.enter_context(_handled_by(self._hold))
        return self

    def __exit__(self, *_: Any) -> None:
        """Give the handler back."""
        self._handlers.close()

    def check(self) -> None:
        """Raise the KeyboardInterrupt that was held, if any."""
        if self._waiting:
            self._waiting = False
            raise KeyboardInterrupt

    def _hold(self, number: int, frame: FrameType | None) -> None:
        # RStudio's Stop button only sets a flag of R's, which reticulate's handler takes down.
        with contextlib.suppress(KeyboardInterrupt):
            self._before(number, frame)
        if self._waiting:
            raise KeyboardInterrupt
        self._waiting = True


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Let every Ctrl-C wait until the block is over, then hand it to the handler in force.

    For what must not be broken off, such as the import of native libraries, which works once a
    process.

    Examples
    --------
    >>> try:
    ...     with held():
    ...         signal.raise_signal(signal.SIGINT)
    ...         print("imported")
    ... except KeyboardInterrupt:
    ...     print("stopped")
    imported
    stopped
    """
    if not (_is_main_thread() and callable(signal.getsignal(signal.SIGINT))):
        yield
        return
    pressed: list[int] = []
    try:
        with _handled_by(lambda number, frame: pressed.append(number)):
            yield
    finally:
        if pressed:
            signal.raise_signal(signal.SIGINT)


def at_prompt() -> bool:
    """Say whether a person types Python here, who sees what an interrupted run gives back."""
    return hasattr(sys, "ps1")


def interruption(run: Any) -> KeyboardInterrupt:
    """Give the error of a script whose training was interrupted; its `run` is what there is.

    No class of its own: of KeyboardInterrupt alone, Python lets the process die by the signal,
    without which a shell's loop of scripts would go on.
    """
    error: Any = KeyboardInterrupt(
        f"{run.experiment.name} was interrupted after epoch {len(run.history)} of "
        f"{run.experiment.all_epochs}. Go on with resume_run()."
    )
    error.run = run
    return error


def ended_by_signal() -> None:
    """End this process as Ctrl-C would have, where the system knows such an end."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "posix":
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)


def _is_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _raises(handler: Any) -> bool:
    """Say whether a handler does no more than raise KeyboardInterrupt."""
    if handler is signal.default_int_handler:
        return True
    return getattr(handler, "__name__", "") == "python_interrupt_handler"  # reticulate's


@contextlib.contextmanager
def _handled_by(handler: Handler) -> Iterator[None]:
    """Put a handler of Ctrl-C in place for a while.

    The operating system calls a C function, which calls Python's handler. `signal.signal()`
    replaces both and gives back only the second; reticulate has a first one of its own,
    without which R would never hear of a Ctrl-C again.
    """
    from ctypes import c_void_p, pythonapi

    # Made for this call alone, so that no other user of ctypes sees the types.
    get, put = pythonapi["PyOS_getsig"], pythonapi["PyOS_setsig"]
    get.restype = put.restype = c_void_p
    native = c_void_p(get(int(signal.SIGINT)))
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        put(int(signal.SIGINT), native)
