"""Progress of a run: a bar in a terminal, a line an epoch elsewhere, or the caller's function."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TextIO

from kerasduet.amounts import seconds_text, size_text
from kerasduet.checks import show
from kerasduet.errors import ArgumentType
from kerasduet.notebook import shell

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["ConsoleBar", "by_epoch", "epoch_line", "reporter", "start_line", "stream"]

Event = Mapping[str, Any]

LEAST_LEFT = 5  # seconds; who waits less need not know


def reporter(progress: bool | Callable[[Event], None]) -> Callable[[Event], None]:
    """Give the function that is told of every event.

    Parameters
    ----------
    progress : bool or callable
        True shows a bar in a terminal and in a notebook, and a line an epoch elsewhere; False
        shows nothing.
    """
    if callable(progress):
        return progress
    if not isinstance(progress, bool):
        raise ArgumentType(
            f"progress: must be true, false or a function; got {show(progress)}."
        )
    if not progress:
        return lambda event: None
    if shell() is not None:
        return ConsoleBar()
    return _Bar() if sys.stderr.isatty() else _print_lines


def by_epoch(tell: Callable[[Event], None]) -> Callable[[Event], None]:
    """Leave batches out, for a function that is to be called at most once an epoch.

    R is one caller: an interrupt while R works within Python jumps over Python's frames.
    """
    return lambda event: None if event["event"] == "batch" else tell(event)


def start_line(event: Event) -> str:
    """Say what is about to run, what it takes, and on which data."""
    resumed = f", going on after epoch {event['done']}" if event["done"] else ""
    note = f"\n  {event['note']}" if event["note"] else ""
    return (
        f"{event['name']}: {event['parameters']:,} parameters, {event['steps']:,} "
        f"{'step' if event['steps'] == 1 else 'steps'} an epoch, about "
        f"{size_text(event['memory'])} beyond the backend's own, "
        f"data from {event['source']}{resumed}{note}"
    )


def epoch_line(event: Event) -> str:
    """Give one epoch's losses and metrics, and the time left where it is some seconds.

    Examples
    --------
    >>> epoch_line({"epoch": 2, "epochs": 10, "seconds": 1.26, "left": 10.1,
    ...             "logs": {"epoch": 2, "loss": 0.25, "val_loss": 0.5}})
    'epoch  2/10  1.3 s  loss 0.2500  val_loss 0.5000  10 s left'
    """
    width = len(str(event["epochs"]))
    logs = "  ".join(f"{k} {v:.4f}" for k, v in event["logs"].items() if k != "epoch")
    return (
        f"epoch {event['epoch']:>{width}}/{event['epochs']}  {event['seconds']:.1f} s  {logs}"
        + (f"  {seconds_text(event['left'])} left" if event["left"] >= LEAST_LEFT else "")
    )


def end_line(event: Event) -> str:
    """Give the final line: the result, or how to go on."""
    if event["status"] == "finished":
        return event["text"]
    return f"Interrupted after epoch {event['epoch']}; go on with resume_run(). {event['text']}"


def loaded_line(event: Event) -> str:
    """Say that a finished run was found."""
    return f"{event['folder']} holds this run, finished; loaded. {event['text']}"


LINES: Mapping[str, Callable[[Event], str]] = {
    "start": start_line,
    "epoch": epoch_line,
    "end": end_line,
    "loaded": loaded_line,
}


def event_line(event: Event) -> str | None:
    """Give the line for an event; None for a batch."""
    line = LINES.get(event["event"])
    return line(event) if line else None


def _print_lines(event: Event) -> None:
    line = event_line(event)
    if line is not None:
        print(line, file=stream(), flush=True)


def stream() -> TextIO:
    """Give standard error, which a notebook sets in a box of errors: there it is the output."""
    return sys.stdout if shell() is not None else sys.stderr


def _short(logs: Mapping[str, float]) -> str:
    """Give what fits behind a bar in 80 columns: the validation loss, or else the loss."""
    name = "val_loss" if "val_loss" in logs else "loss"
    return f"{name} {logs[name]:.4f}"


class _Bar:
    """One bar for all epochs, with the last epoch's metrics behind it."""

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._task: Any = None
        self._steps = 1

    def __call__(self, event: Event) -> None:
        kind = event["event"]
        if kind == "start":
            print(start_line(event), file=stream(), flush=True)
            self._steps = event["steps"]
            self._begin(event["epochs"] * event["steps"])
        elif kind == "batch":
            done = (event["epoch"] - 1) * self._steps + event["step"]
            self._update(completed=done, epoch=f"epoch {event['epoch']}/{event['epochs']}")
        elif kind == "epoch":
            self._update(completed=event["epoch"] * self._steps, logs=_short(event["logs"]))
        else:
            self._end()
            _print_lines(event)

    def _begin(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("{task.fields[epoch]}"),
            BarColumn(bar_width=24),
            TimeRemainingColumn(compact=True, elapsed_when_finished=True),
            TextColumn("{task.fields[logs]}"),
            console=Console(stderr=True),
        )
        self._task = self._bar.add_task("", total=total, epoch="epoch 0", logs="")
        self._bar.start()

    def _update(self, **fields: Any) -> None:
        if self._bar is not None:
            self._bar.update(self._task, **fields)

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.stop()


class ConsoleBar(_Bar):
    """A bar for a console that is no terminal but goes back to the start of a line.

    RStudio's is one, and the output of a notebook's cell: they know a carriage return, and no
    codes that erase or move up.
    """

    def _begin(self, total: int) -> None:
        self._shown: dict[str, Any] = {"total": total, "completed": 0, "epoch": "", "logs": ""}
        self._began = time.monotonic()

    def _update(self, **fields: Any) -> None:
        self._shown |= fields
        now = self._shown
        full = round(24 * now["completed"] / now["total"])
        gone = time.monotonic() - self._began
        left = gone * (now["total"] / max(now["completed"], 1) - 1)
        times = f"{seconds_text(left)} left" if left >= 0.5 else seconds_text(gone)
        line = f"{now['epoch']} [{'=' * full:<24}] {times}  {now['logs']}"
        print(f"\r{line:<76}", end="", file=stream(), flush=True)

    def _end(self) -> None:
        print(file=stream(), flush=True)
