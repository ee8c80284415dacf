"""A fresh process that works for a set of runs: a job a line in, what happens a line out."""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from collections.abc import Mapping
from typing import Any, TextIO

from kerasduet.errors import KerasduetError
from kerasduet.jobs.work import Place, started

__all__ = ["failure", "main"]

TOLD = ("start", "epoch")  # batches would be many lines


def main() -> None:
    """Work until the session that started it closes the pipe, or ends in any way."""
    # What libraries print must not come between the lines.
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(waiting,), daemon=True).start()
    try:
        place = json.loads(waiting.get())
        worker = started(Place(**place | {"modules": tuple(place["modules"])}))
    except Exception as error:
        _say(lines, {"event": "failed"} | failure(error))
        return
    while True:
        job = json.loads(waiting.get())
        try:
            worker.do(job, lambda event: _tell(lines, event))
        except Exception as error:
            _say(lines, {"event": "failed"} | failure(error))
        else:
            _say(lines, {"event": "done"})


def _listen(waiting: queue.SimpleQueue[str]) -> None:
    """Take jobs in; without a session nobody wants what is computed here."""
    for line in sys.stdin:
        waiting.put(line)
    os._exit(0)  # at once: a folder is whole at any moment


def _tell(lines: TextIO, event: Mapping[str, Any]) -> None:
    if event["event"] in TOLD:
        _say(lines, event)


def _say(lines: TextIO, message: Mapping[str, Any]) -> None:
    print(json.dumps(message), file=lines, flush=True)


def failure(error: Exception) -> dict[str, str]:
    """Give an error as plain values; of one that is not ours, its class in its text."""
    if isinstance(error, KerasduetError):
        return {"kind": type(error).__name__, "text": str(error)}
    return {"kind": "ChildError", "text": f"run: {type(error).__name__}: {error}"}


if __name__ == "__main__":
    main()
