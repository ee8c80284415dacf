"""The engine "ray": Ray's plain remote tasks, on this machine or on a cluster's."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from kerasduet.environment import fresh_environment
from kerasduet.jobs.extras import require
from kerasduet.jobs.plan import Job, longest_first
from kerasduet.jobs.work import Place, Worker, started
from kerasduet.jobs.worker import failure

__all__ = ["OnRay"]

PATIENCE = 0.1  # seconds between two looks for a Ctrl-C
STORE = 80 * 2**20  # bytes, about Ray's least: data and results lie in files


class OnRay:
    """A remote task a job, as many at a time as there are workers.

    Parameters
    ----------
    place : Place
        How each process starts; every machine of a cluster has to see its folder.
    workers : int
        How many at a time, at least 1.
    """

    def __init__(self, place: Place, workers: int) -> None:
        require("ray", "engine")
        self._place, self._workers, self._started = place, workers, False

    def __enter__(self) -> OnRay:
        """Join the Ray that runs, or start one for this set alone."""
        return self

    def __exit__(self, *_: Any) -> None:
        """End the Ray that was started here, with what it is at."""
        if self._started:
            import ray

            ray.shutdown()

    def work(self, jobs: Sequence[Job]) -> Iterator[tuple[Job, Mapping[str, Any]] | None]:
        """Do jobs, and give what happens, as `Local.work` does; epochs are not told."""
        import ray

        if not ray.is_initialized():
            ray.init(
                num_cpus=self._workers,
                object_store_memory=STORE,
                include_dashboard=False,
                log_to_driver=False,
                logging_level="ERROR",
            )
            self._started = True
        path = fresh_environment(os.environ)["PYTHONPATH"]
        task = ray.remote(
            num_cpus=1, max_retries=0, runtime_env={"env_vars": {"PYTHONPATH": path}}
        )(_do)
        waiting, busy = longest_first(jobs, self._workers)[::-1], dict[Any, Job]()
        while waiting or busy:
            while waiting and len(busy) < self._workers:
                job = waiting.pop()
                busy[task.remote(self._place, job.to_dict() | {"until": job.until})] = job
            ready, _ = ray.wait(list(busy), timeout=PATIENCE)
            if not ready:
                yield None
            for answer in ready:
                try:
                    event = ray.get(answer)
                except ray.exceptions.RayError as error:
                    event = {"event": "failed"} | failure(error)
                yield busy.pop(answer), event


def _do(place: Place, job: Mapping[str, Any]) -> dict[str, str]:
    """Do a job in a process of Ray's, which may have done others before."""
    try:
        _worker(place).do(job, lambda event: None)
    except Exception as error:
        return {"event": "failed"} | failure(error)
    return {"event": "done"}


@cache
def _worker(place: Place) -> Worker:
    return started(place)
