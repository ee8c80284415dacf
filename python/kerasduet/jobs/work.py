"""One job done in this process: an experiment on its data, into its folder."""

from __future__ import annotations

import contextlib
import os
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from kerasduet import environment
from kerasduet.data import Dataset, load_data
from kerasduet.data.folds import fold_of
from kerasduet.environment.backend import current_settings
from kerasduet.errors import ArgumentType
from kerasduet.experiments import Experiment
from kerasduet.jobs import outside
from kerasduet.registry import BUILDERS, FORECASTERS, TASKS
from kerasduet.workflow import run_experiment

__all__ = ["Place", "Worker", "here", "started"]

Tell = Callable[[Mapping[str, Any]], None]

# Where the session leaves it to the backend, whose choice is another on every machine.
THREADS = 1


@dataclass(frozen=True)
class Place:
    """How every process that works on a set starts: the same bits come from the same start.

    Parameters
    ----------
    backend, device : str
        As for `use_backend()`.
    threads : int
        CPU threads for one operation.
    caller : str
        The language that asks, with its version.
    folder : str
        Of the set.
    data : str, optional
        File with the caller's data, pickled by the session itself.
    modules : tuple of str
        What registers builders and tasks of the caller's.
    """

    backend: str
    device: str
    threads: int
    caller: str
    folder: str
    data: str | None = None
    modules: tuple[str, ...] = ()


def here(
    folder: str, data: str | None, experiments: list[Experiment], methods: Sequence[str] = ()
) -> Place:
    """Describe this session's choices, for the processes that it starts."""
    environment.settle_backend(experiments[0].builder)
    chosen, caller = current_settings(), environment.caller()
    return Place(
        backend=chosen.backend,
        device=chosen.device,
        threads=chosen.threads or THREADS,
        caller=f"{caller['language']} {caller['version']}",
        folder=folder,
        data=data,
        modules=_modules(experiments, methods),
    )


def _modules(experiments: list[Experiment], methods: Sequence[str]) -> tuple[str, ...]:
    """Name the modules of builders, tasks and methods that are not the package's own."""
    owners = [("methods", method, FORECASTERS[method]) for method in methods]
    for one in experiments:
        owners += [("builder", one.builder, BUILDERS[one.builder])]
        owners += [("task", one.task, type(TASKS[one.task]))]
    found: dict[str, None] = {}
    for argument, name, owner in owners:
        module = owner.__module__
        if module == "__main__":
            raise ArgumentType(
                f"{argument}: must be registered by a module that a fresh process can import; got "
                f"{name}, of the script itself. Put it into a file of its own."
            )
        if not module.startswith("kerasduet."):
            found[module] = None
    return tuple(found)


def started(place: Place) -> Worker:
    """Make this process, in which Keras has not started, one that works on a set."""
    environment.set_caller(place.caller)
    environment.use_backend(place.backend, device=place.device, threads=place.threads)
    for module in place.modules:
        import_module(module)
    return Worker(place)


class Worker:
    """Does one job after the other.

    Parameters
    ----------
    place : Place
        Its folder and data.
    """

    def __init__(self, place: Place) -> None:
        self._folder = Path(place.folder)
        self._given: Any = None
        if place.data is not None:
            with open(place.data, "rb") as file:
                self._given = pickle.load(file)
        self._kept: tuple[Any, Any] = (None, None)

    def do(self, job: Mapping[str, Any], tell: Tell) -> None:
        """Train, score and save; or go on with what an earlier process left.

        Parameters
        ----------
        job : mapping
            `Job.to_dict()`, and perhaps `until`, the epoch after which it waits. One that names
            methods from outside asks those.
        tell : callable
            Told what `run_experiment` tells.
        """
        experiment = Experiment.from_dict(job["experiment"])
        if job.get("methods"):
            dataset = self._dataset(experiment, job["fold"])
            outside.compute(self._folder / job["name"], dataset, job["methods"])
            return

        def told(event: Mapping[str, Any]) -> None:
            tell(event)
            if event["event"] == "epoch" and event["epoch"] == job.get("until"):
                raise KeyboardInterrupt  # what a person does who stops a training to go on later

        with contextlib.suppress(KeyboardInterrupt):
            run_experiment(
                experiment,
                data=self._dataset(experiment, job["fold"]),
                out=os.fspath(self._folder / job["name"]),
                progress=told,
            )

    def _dataset(self, experiment: Experiment, fold: dict[str, Any] | None) -> Dataset:
        """Load the data of a job, unless they are those of the job before."""
        key = (experiment.task, experiment.data, experiment.builder, fold)
        if self._kept[0] != key:
            self._kept = (None, None)
            chosen = fold_of(fold)
            if chosen is None:
                dataset = load_data(experiment, self._given)
            else:
                dataset = chosen.load(TASKS[experiment.task], experiment, self._given)
            self._kept = (key, dataset)
        return self._kept[1]
