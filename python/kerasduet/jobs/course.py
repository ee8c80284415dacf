"""Work a set off: what is finished stays, the rest is done, and what happens is told."""

from __future__ import annotations

import contextlib
import gc
import pickle
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kerasduet import checks, environment, errors, interrupts
from kerasduet.data import Dataset
from kerasduet.data.told import told_of_file
from kerasduet.errors import ArgumentType, KerasduetError, RunFolderError
from kerasduet.experiments import Experiment
from kerasduet.interrupts import Interrupts
from kerasduet.jobs import outside
from kerasduet.jobs.plan import FILE, Job, Plan, read_plan, take, with_kept_names, write_plan
from kerasduet.jobs.progress import Teller
from kerasduet.jobs.sets import RunSet
from kerasduet.jobs.work import here
from kerasduet.registry import ENGINES, TASKS
from kerasduet.runs import storage
from kerasduet.runs.facts import Facts, read_facts
from kerasduet.runs.reading import run_path

__all__ = ["Course", "Progress", "digests", "engine_of", "refuse_dataset", "worked_off"]

Progress = bool | Callable[[Mapping[str, Any]], None]


def refuse_dataset(data: Any) -> None:
    """Refuse a data set that was split already: each run splits the rows by itself."""
    if isinstance(data, Dataset):
        raise ArgumentType(
            "data: must be the rows themselves, which each run splits; got a data set of "
            "load_data(). Give what that was given, or nothing."
        )


def digests(experiments: Sequence[Experiment], data: Any) -> tuple[str, ...] | None:
    """Read the caller's data as every experiment does, so that a fault is found at once.

    Returns
    -------
    tuple of str or None
        sha256 of what each experiment reads; None where the data are the presets' own.
    """
    if data is None:
        for experiment in experiments:
            if experiment.is_on_own_data:
                with told_of_file(experiment):
                    TASKS[experiment.task].load(experiment, None)  # which says what is missing
        return None
    found: dict[Any, str] = {}
    keys = [(one.task, one.data, one.builder) for one in experiments]
    for key, experiment in zip(keys, experiments, strict=True):
        if key not in found:
            found[key] = TASKS[experiment.task].load(experiment, data).source.sha256
    gc.collect()
    return tuple(found[key] for key in keys)


def engine_of(engine: Any, workers: Any) -> tuple[Any, int]:
    """Check engine and workers before anything is read."""
    return ENGINES.look_up("engine", engine), checks.whole("workers", workers, low=1)


class Course:
    """A set while it is worked off.

    Parameters
    ----------
    path : Path
        Its folder, which is taken.
    plan : Plan
        What it consists of; more jobs may follow.
    engine : Engine
        What does the jobs.
    tell : Teller
        Told what happens.
    """

    def __init__(self, path: Path, plan: Plan, engine: Any, tell: Teller) -> None:
        self.path, self.plan, self.tell = path, plan, tell
        self._engine = engine
        self.failures: dict[str, KerasduetError] = {}

    def facts(self, job: Job) -> Facts | None:
        """Read what the folder of a job says."""
        return read_facts(self.path / job.name)

    def change(self, plan: Plan) -> None:
        """Write down that the set consists of more."""
        self.plan = plan
        write_plan(self.path, plan)
        self.tell.more(plan)

    def do(self, jobs: Sequence[Job]) -> None:
        """Do those jobs that are not done; one that fails leaves the others alone.

        Raises
        ------
        KeyboardInterrupt
            Ctrl-C; what was reached can be gone on with.
        """
        lacking = [job for job in jobs if not self._is_done(job)]
        if not lacking:
            return
        with Interrupts() as pressed:
            for message in self._engine.work(lacking):
                if message is not None:
                    self._take(*message)
                pressed.check()

    def _is_done(self, job: Job) -> bool:
        if job.methods:
            return outside.is_done(self.path / job.name, job.methods)
        facts = self.facts(job)
        if facts is None:
            return False
        if facts.experiment != job.experiment:
            raise RunFolderError(
                f"folder: {job.name} must hold the run that {FILE} names; got another one in "
                f"{str(self.path)!r}. Remove {job.name} to train it again."
            )
        reached = job.until is not None and len(facts.history) >= job.until
        return facts.status == "finished" or reached

    def _take(self, job: Job, event: Mapping[str, Any]) -> None:
        if event["event"] == "failed":
            kind = getattr(errors, event["kind"], KerasduetError)
            self.failures[job.name] = kind(event["text"])
            self.tell.failed(job, event["text"])
        elif event["event"] == "done":
            facts = None if job.methods else self.facts(job)
            if facts is not None:
                self.tell.done(job, facts)
        else:
            self.tell.event(job, event)


@contextlib.contextmanager
def _taken(path: Path, made: Sequence[Path]) -> Iterator[None]:
    """Hold the folder of a set for one session; what was made in vain goes again."""
    try:
        try:
            owner = storage.Owner(path).__enter__()
        except RunFolderError as error:
            raise RunFolderError(str(error).replace("out:", "folder:", 1)) from None
        try:
            yield
        finally:
            owner.__exit__()
    finally:
        for folder in made:
            with contextlib.suppress(OSError):
                folder.rmdir()


def worked_off(
    plan: Plan,
    work: Callable[[Course], None],
    *,
    folder: Any,
    engine: tuple[Any, int],
    data: Any,
    progress: Progress,
    experiments: Sequence[Experiment] | None = None,
    methods: Sequence[str] = (),
) -> RunSet:
    """Work a set off in its folder, or in one that goes with the set.

    Parameters
    ----------
    plan : Plan
        What it consists of; of `tune` the first trials.
    work : callable
        Does the jobs, with the Course it is given.
    folder : path, optional
        None is a folder for this session alone.
    engine : (type, int)
        From `engine_of`.
    data, progress
        As for `run_many`.
    experiments : sequence of Experiment, optional
        What may be run, where the plan does not say all of it yet.
    methods : sequence of str
        Methods from outside that are asked as well.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C in a script; its `run_set` is what a prompt would get.
    """
    tell = Teller(progress, plan)
    place = None
    if folder is None:
        place = tempfile.TemporaryDirectory(prefix="kerasduet-")
        folder = place.name
    kind, workers = engine
    with tempfile.TemporaryDirectory(prefix="kerasduet-") as private:
        # Of this session alone, so that no other file is ever unpickled.
        file = None
        if data is not None:
            file = f"{private}/data.pickle"
            with open(file, "wb") as target:
                pickle.dump(data, target, protocol=5)
        several = list(experiments or (job.experiment for job in plan.jobs))
        ready = kind(here(str(run_path(folder)), file, several, methods), workers)
        path, made = take(folder, plan)
        stopped = False
        with _taken(path, made), ready:
            kept = read_plan(path) if (path / FILE).exists() else None
            plan = plan if kept is None else with_kept_names(plan, kept)
            course = Course(path, plan, ready, tell)
            if kept is None or (plan != kept and any(job.label for job in plan.jobs)):
                write_plan(path, plan)
            tell.more(plan)
            tell.start(course)
            try:
                work(course)
            except KeyboardInterrupt:
                stopped = True
            except BaseException:
                tell.failed_whole()
                raise
    failures = course.failures
    if failures and not stopped and all(job.name in failures for job in course.plan.jobs):
        tell.failed_whole()
        raise next(iter(failures.values()))
    texts = {name: str(error) for name, error in failures.items()}
    found = RunSet(path, course.plan, place=place, failures=texts)
    found.interrupted = stopped
    tell.end(found, stopped)
    if stopped and not interrupts.at_prompt() and environment.caller()["language"] != "R":
        stop: Any = KeyboardInterrupt(
            "The set of runs was interrupted. Call again with the same folder to go on."
        )
        stop.run_set = found
        raise stop
    return found
