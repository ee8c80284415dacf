"""Many experiments, each a run in a folder of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kerasduet import checks
from kerasduet.data.following import followed, paced
from kerasduet.errors import ArgumentType
from kerasduet.experiments import Experiment
from kerasduet.jobs.course import Progress, digests, engine_of, refuse_dataset, worked_off
from kerasduet.jobs.plan import Plan, named
from kerasduet.report.given import run_name
from kerasduet.settings.named import answers
from kerasduet.settings.sections import SEED

if TYPE_CHECKING:
    import os

    from kerasduet.jobs.sets import RunSet

__all__ = ["run_many", "seeds_of"]

FOLDER = re.compile(r"run-\d+", re.IGNORECASE)


@answers()
def run_many(
    experiments: str | Experiment | Sequence[str | Experiment] | Mapping[str, str | Experiment],
    folder: str | os.PathLike[str] | None = None,
    *,
    seeds: int | Sequence[int] | None = None,
    engine: str = "local",
    workers: int = 1,
    data: Any = None,
    progress: Progress = True,
) -> RunSet:
    """Run several experiments, each in fresh processes and into a folder of its own.

    Parameters
    ----------
    experiments : Experiment, str, or several of them in a list or dict
        What to run; texts are names of presets. The names of a dict are shown in the table, in
        plots, summaries and reports; a set that goes on keeps them.
    folder : path, optional
        Where the set is kept, a folder a run. A set that was cut off at any moment goes on with
        what it lacks when it is called again. None keeps it in this session until it is saved.
    seeds : int or sequence of int, optional
        Run each experiment with each of these seeds; a whole number is how many, from the
        experiment's own seed on.
    engine : {"local", "ray"}
        Processes of this machine, or Ray's remote tasks (`pip install "ray>=2.40"`): those of a
        cluster that `ray.init()` joined, whose machines all have to see the folder.
    workers : int
        Runs at the same time, at least 1. Each worker, one alone too, is a process beside the
        session, which starts Keras for itself and does one run after the other.
    data : optional
        The caller's own data for all of them, as `run_experiment` takes them.
    progress : bool or callable
        Write a line a run, or hand each event (a dict) to a function: its `event` is "start"
        (runs, done, text), "epoch" (run, epoch, epochs, seconds, logs), "run" (run, number, runs,
        status, text), "end" (status, text) or "failed".

    Returns
    -------
    RunSet
        A run that fails leaves the others alone; its row says "failed".

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C in a script: its `run_set` is what a prompt would get.
    RunFolderError
        The folder holds something else.
    MissingPackage
        Ray is not installed.
    KerasduetError
        Bad arguments or data, before anything runs; or the error of a set that fails whole.

    Notes
    -----
    The table is the same, bit for bit, from every engine and every number of workers: all runs
    are made in processes of their own, which start alike, on this session's backend and device,
    and with as many threads as `use_backend(threads=)` says, one where it says nothing. A run of
    `run_experiment()`, which leaves the threads to the backend then, may differ in its last
    digits.

    Examples
    --------
    >>> from kerasduet.experiments import experiment
    >>> small = experiment("mnist-dense", dataset="mnist-subset", epochs=1)
    >>> found = run_many([small.replace(units=n) for n in (2, 4)], progress=False)
    >>> found.table[["run", "units", "seed"]].values.tolist()
    [['run-1', 2, 0], ['run-2', 4, 0]]
    """
    labels = _labels(experiments)
    chosen, data = _several(experiments, data)
    if seeds is not None:
        every = [seeds_of(one, seeds) for one in chosen]
        labels = [label for label, own in zip(labels, every, strict=True) for _ in own]
        chosen = [
            one.replace(seed=seed)
            for one, own in zip(chosen, every, strict=True)
            for seed in own
        ]
    ready = engine_of(engine, workers)
    if data is not None:
        chosen = [one.on_own_data() for one in chosen]
    _refuse_twice(chosen)
    jobs = zip(named("run", chosen), labels, strict=True)
    named_jobs = tuple(replace(job, label=label) for job, label in jobs)
    plan = Plan("runs", named_jobs, data=digests(chosen, data))
    return worked_off(
        plan,
        lambda course: course.do(course.plan.jobs),
        folder=folder,
        engine=ready,
        data=data,
        progress=progress,
    )


def _labels(experiments: Any) -> list[str]:
    """Give the names of a dict of experiments, an empty one each where there are none."""
    if not isinstance(experiments, Mapping):
        return [""] * (len(experiments) if isinstance(experiments, list | tuple) else 1)
    labels: list[str] = []
    for key in experiments:
        label = run_name("experiments", key).strip()
        if label in labels:
            raise ArgumentType(
                f"experiments: names of its runs must differ; got {checks.show(label)} twice. "
                "Rename one."
            )
        if FOLDER.fullmatch(label):
            raise ArgumentType(
                "experiments: names of its runs must be unlike those of their folders, such as "
                f"run-1; got {checks.show(label)}. Rename it."
            )
        labels.append(label)
    return labels


def _several(experiments: Any, data: Any) -> tuple[list[Experiment], Any]:
    if isinstance(experiments, Mapping):
        experiments = list(experiments.values())
    several = list(experiments) if isinstance(experiments, list | tuple) else [experiments]
    if not several:
        raise ArgumentType("experiments: must be at least one; got none.")
    for one in several:
        if not isinstance(one, Experiment | str):
            raise ArgumentType(
                "experiments: must come from experiment(), or be names of presets; got "
                f"{checks.show(one)}."
            )
    refuse_dataset(data)
    found = []
    for one in several:
        chosen, data = followed(one, data)
        found.append(paced(one, chosen, data)[0])
    return found, data


def seeds_of(experiment: Experiment, seeds: Any) -> list[int]:
    """Check seeds: those given, or so many from the experiment's own on."""
    if isinstance(seeds, list | tuple | range) or getattr(seeds, "ndim", 0) == 1:
        given = [SEED("seeds", seed) for seed in seeds]
        if not given or len(set(given)) < len(given):
            found = checks.show(given) if given else "none"
            raise ArgumentType(f"seeds: must be at least one, each once; got {found}.")
        return given
    count = checks.whole("seeds", seeds, low=1)
    return [experiment.seed + i for i in range(count)]


def _refuse_twice(experiments: Sequence[Experiment]) -> None:
    for place, one in enumerate(experiments):
        first = experiments.index(one)
        if first < place:
            raise ArgumentType(
                f"experiments: must differ; got the same as number {first + 1} and number "
                f"{place + 1}. Give other seeds to repeat one."
            )
