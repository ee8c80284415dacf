"""An engine for tests: jobs are done in this very process, one after the other."""

from __future__ import annotations

from kerasduet.jobs.work import Worker
from kerasduet.jobs.worker import failure


class Inline:
    """Costs no start of a process; its bits are those of this session's threads."""

    jobs_done = 0

    def __init__(self, place, workers):
        self.place = place

    def __enter__(self):
        self.worker = Worker(self.place)
        return self

    def __exit__(self, *_):
        pass

    def work(self, jobs):
        for job in jobs:
            Inline.jobs_done += 1
            told = []
            try:
                self.worker.do(job.to_dict() | {"until": job.until}, told.append)
            except Exception as error:
                yield job, {"event": "failed"} | failure(error)
                continue
            for event in told:
                yield job, event
            yield job, {"event": "done"}
