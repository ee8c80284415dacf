"""The engine "local": fresh processes of this machine, as many as there are workers."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import IO, Any

from kerasduet.environment import fresh_environment, python_command
from kerasduet.errors import ChildError
from kerasduet.jobs.plan import Job, longest_first
from kerasduet.jobs.work import Place

__all__ = ["Local"]

MOST_JOBS = 50  # of one process: TensorFlow keeps a little of every network
PATIENCE = 0.1  # seconds between two looks for a Ctrl-C
LAST_WORDS = 500  # characters of what a process said before it broke

Message = tuple[Job, Mapping[str, Any]]


class Local:
    """Processes that stay until their jobs are done.

    Parameters
    ----------
    place : Place
        How each of them starts.
    workers : int
        How many, at least 1.
    """

    def __init__(self, place: Place, workers: int) -> None:
        if not python_command():
            raise ChildError("python: must be installed; found no interpreter to start.")
        self._place, self._workers = place, workers
        self._inbox: queue.Queue[tuple[_Process, Mapping[str, Any] | None]] = queue.Queue()
        self._processes: list[_Process] = []

    def __enter__(self) -> Local:
        """Start nothing yet: a set may be finished."""
        return self

    def __exit__(self, *_: Any) -> None:
        """End every process; what they were at can be gone on with."""
        for process in self._processes:
            process.end()
        self._processes.clear()

    def work(self, jobs: Sequence[Job]) -> Iterator[Message | None]:
        """Do jobs, and give what happens: a job and an event, or None where nothing does.

        The last event of each job is "done" or "failed" (with `kind` and `text`).
        """
        waiting, busy = deque(longest_first(jobs, self._workers)), dict[_Process, Job]()
        while waiting or busy:
            while waiting and len(busy) < self._workers:
                process = self._free(busy)
                busy[process] = waiting.popleft()
                process.give(busy[process])
            try:
                process, event = self._inbox.get(timeout=PATIENCE)
            except queue.Empty:
                yield None
                continue
            if process not in busy:
                continue  # one that was ended
            job = busy[process]
            if event is None:
                event = {"event": "failed", "kind": "ChildError", "text": process.last_words()}
                self._drop(process)
            if event["event"] in ("done", "failed"):
                del busy[process]
                if process.given >= MOST_JOBS:
                    self._drop(process)
            yield job, event

    def _free(self, busy: Mapping[_Process, Job]) -> _Process:
        for process in self._processes:
            if process not in busy:
                return process
        process = _Process(self._place, self._inbox)
        self._processes.append(process)
        return process

    def _drop(self, process: _Process) -> None:
        process.end()
        if process in self._processes:
            self._processes.remove(process)


class _Process:
    """One of them, with a thread that reads what it says."""

    def __init__(self, place: Place, inbox: queue.Queue[Any]) -> None:
        self.given = 0
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by end()
        self._process = subprocess.Popen(
            [python_command(), "-P", "-m", "kerasduet.jobs.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            env=fresh_environment(os.environ),
            start_new_session=True,  # a Ctrl-C is the session's alone
        )
        self._send(asdict(place))
        threading.Thread(target=self._read, args=(inbox,), daemon=True).start()

    def _read(self, inbox: queue.Queue[Any]) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                inbox.put((self, json.loads(line)))
        inbox.put((self, None))

    def give(self, job: Job) -> None:
        """Hand it a job."""
        self.given += 1
        self._send(job.to_dict() | {"until": job.until})

    def _send(self, content: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # that it ended is read from its other pipe
            self._process.stdin.write(json.dumps(content).encode() + b"\n")
            self._process.stdin.flush()

    def end(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        self._said.close()

    def last_words(self) -> str:
        """Say how it ended by itself."""
        status = self._process.wait()
        self._said.seek(0)
        said = self._said.read()[-LAST_WORDS:].decode("utf-8", "replace").split()
        return (
            f"run: its process must go on until it is done; got status {status}"
            f"{': ' + ' '.join(said) if said else ''}. Call again to go on."
        )
