"""Progress of a set of runs: a line a run, or the caller's function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kerasduet import checks
from kerasduet.jobs.plan import shown_names
from kerasduet.jobs.tables import differing
from kerasduet.lead import score_text
from kerasduet.progress import stream
from kerasduet.registry import TASKS

if TYPE_CHECKING:
    from kerasduet.jobs.course import Course
    from kerasduet.jobs.plan import Job, Plan
    from kerasduet.jobs.sets import RunSet
    from kerasduet.runs.facts import Facts

__all__ = ["Teller"]


class Teller:
    """Tells of a set what its user wants to know.

    Parameters
    ----------
    progress : bool or callable
        True writes a line a run to standard error, in a notebook to its output; False nothing; a
        function is given each event.
    plan : Plan
        What it consists of.
    """

    def __init__(
        self, progress: bool | Callable[[Mapping[str, Any]], None], plan: Plan
    ) -> None:
        self._tell = progress if callable(progress) else _printer(progress)
        self._runs, self._done = 0, 0
        self._count(plan)

    def start(self, course: Course) -> None:
        """Tell what is about to run."""
        kept = [course.facts(job) for job in course.plan.jobs]
        self._done = sum(one is not None and one.status == "finished" for one in kept)
        jobs = course.plan.jobs
        base = course.plan.settings.get(
            "experiment", {"name": ""}
        )  # of trials to be chosen yet
        names = ", ".join(dict.fromkeys(job.experiment.name for job in jobs)) or base["name"]
        done = f", {self._done} of them finished" if self._done else ""
        if course.plan.settings.get("methods") and not self._done:
            done = ", after the methods that they are compared with"  # which may take longer
        self._say(
            "start", runs=self._runs, done=self._done, text=f"{names}: {self._runs} runs{done}"
        )

    def more(self, plan: Plan) -> None:
        """Take down that the set consists of more."""
        self._count(plan)

    def _count(self, plan: Plan) -> None:
        self._runs = plan.settings.get("trials", len(plan.jobs))
        self._names = self._labels(plan)

    def _labels(self, plan: Plan) -> dict[str, str]:
        """Name each run as the caller does, or by its folder and the settings that differ."""
        if any(job.label for job in plan.jobs):
            names = shown_names(plan.jobs)
            return {job.name: name for job, name in zip(plan.jobs, names, strict=True)}
        told = differing([job.experiment for job in plan.jobs])
        seeds = {job.experiment.seed for job in plan.jobs}
        if len(seeds) > 1:
            told["seed"] = [job.experiment.seed for job in plan.jobs]
        found = {}
        for i, job in enumerate(plan.jobs):
            parts = [f"{name} {checks.show(values[i])}" for name, values in told.items()]
            found[job.name] = f"{job.name} ({', '.join(parts)})" if parts else job.name
        return found

    def event(self, job: Job, event: Mapping[str, Any]) -> None:
        """Tell of an epoch."""
        if event["event"] == "epoch":
            self._say("epoch", run=job.name, **{k: v for k, v in event.items() if k != "event"})

    def done(self, job: Job, facts: Facts) -> None:
        """Tell of a run that is finished, or that waits."""
        if facts.status != "finished":
            return
        self._done += 1
        metric = TASKS[job.experiment.task].metrics_of(job.experiment)[0]
        told = score_text(facts.metrics[metric.name], factor=metric.factor)
        result = f"{metric.label} {told}{' ' if metric.unit else ''}{metric.unit}"
        self._run(job, "finished", result)

    def failed(self, job: Job, text: str) -> None:
        """Tell of a run that failed."""
        self._done += not job.methods  # which are no run
        self._run(job, "failed", text)

    def pruned(self, job: Job, epochs: int) -> None:
        """Tell of a trial that was given up."""
        self._done += 1
        self._run(job, "pruned", f"given up after epoch {epochs}")

    def _run(self, job: Job, status: str, text: str) -> None:
        number = f"{self._done} of {self._runs}"
        told = f"{number}  {self._names.get(job.name, job.name)}: {text}"
        self._say(
            "run", run=job.name, number=self._done, runs=self._runs, status=status, text=told
        )

    def end(self, found: RunSet, stopped: bool) -> None:
        """Tell how it ended."""
        lines = repr(found).splitlines()
        result = next(
            (line.split(None, 1)[1] for line in lines if line.startswith("  result")), ""
        )
        text = result
        if stopped:
            text = "Interrupted; call again with the same folder to go on."
        self._say("end", status="interrupted" if stopped else found.status, text=text)

    def failed_whole(self) -> None:
        """Tell that an error ends it."""
        self._say("failed")

    def _say(self, event: str, **told: Any) -> None:
        self._tell({"event": event, **told})


def _printer(progress: bool) -> Callable[[Mapping[str, Any]], None]:
    if not checks.flag("progress", progress):
        return lambda event: None
    return _print_line


def _print_line(event: Mapping[str, Any]) -> None:
    if event.get("text"):
        print(event["text"], file=stream(), flush=True)
