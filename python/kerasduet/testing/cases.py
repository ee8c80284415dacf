"""A builder or a task with a tiny experiment, and what is trained of it for its promises."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kerasduet import environment
from kerasduet.data import load_data
from kerasduet.experiments import Experiment
from kerasduet.models import build_model
from kerasduet.models.registering import fitting_task
from kerasduet.names import names_of, network_arguments
from kerasduet.settings import arguments_of
from kerasduet.testing.processes import Process, installed
from kerasduet.workflow import run_experiment

if TYPE_CHECKING:
    import keras

    from kerasduet.data import Dataset
    from kerasduet.run import Run
    from kerasduet.task import Task

__all__ = ["Case", "in_one_process"]

TRAINING = {"epochs": 2, "batch_size": 16, "seed": 7, "validation_split": 0.25}


class Case:
    """A builder with a tiny experiment; what is trained for one promise serves the others."""

    def __init__(
        self,
        name: str,
        function: Callable[..., Any],
        data: Any,
        small: Mapping[str, Any],
        task: Task | None = None,
    ) -> None:
        self.name = name
        self.function = function
        self.arguments = arguments_of(function)
        self.task: Task = task or fitting_task(function)
        # Where a fresh process finds a task that is not built in.
        self.modules = (type(self.task).__module__,)
        known = names_of(self.task, name)
        training = {key: value for key, value in TRAINING.items() if key in known}
        self.experiment = Experiment(
            **{"name": f"check-{name}", "dataset": self.task.own_data, "builder": name}
            | dict(self.task.tiny)
            | training
            | dict(small)
        )
        self.data = self.task.example(self.experiment.data) if data is None else data
        self.own = network_arguments(name, self.task)
        self.key = f"{self.task.name} {name}"  # among those that share a process
        self.shared: dict[str, Process] | None = None
        self._ends = contextlib.ExitStack()

    def run(self, **more: Any) -> Run:
        """Train it on the tiny data."""
        return run_experiment(self.experiment, data=self.data, **{"progress": False} | more)

    @cached_property
    def model(self) -> keras.Model:
        """The network, untrained."""
        return build_model(self.experiment, self.dataset)

    @cached_property
    def dataset(self) -> Dataset:
        """The tiny data, split."""
        return load_data(self.experiment, self.data)

    @cached_property
    def whole(self) -> Run:
        """A run that nothing interrupted."""
        return self.run()

    @cached_property
    def folder(self) -> str:
        """The folder of the run that is interrupted."""
        return f"{self._ends.enter_context(tempfile.TemporaryDirectory())}/run"

    @cached_property
    def cut(self) -> Run:
        """A run that is interrupted after its first epoch, in the folder."""

        def interrupt(event: Mapping[str, Any]) -> None:
            if event["event"] == "epoch" and event["epoch"] == 1:
                raise KeyboardInterrupt

        try:
            return self.run(out=self.folder, progress=interrupt)
        except KeyboardInterrupt as error:  # in a script
            assert hasattr(error, "run"), "an interrupt leaves no run."
            run: Run = error.run
            return run

    @property
    def fresh(self) -> dict[str, Any]:
        """What a fresh process says on the backend of this one."""
        return self.processes[environment.backend_name()].answer[self.key]

    @cached_property
    def processes(self) -> dict[str, Process]:
        """A fresh process for every installed backend, all of them at work."""
        if self.shared is not None:
            return self.shared
        return self._ends.enter_context(_started([self]))

    def close(self) -> None:
        """End its own processes, should they still be at work."""
        self._ends.close()


@contextlib.contextmanager
def in_one_process(cases: Sequence[Case]) -> Iterator[None]:
    """Let cases share one fresh process a backend: all import and refuse, then each trains."""
    with _started(cases) as processes:
        for case in cases:
            case.shared = {**(case.shared or {}), **processes}
        yield


@contextlib.contextmanager
def _started(cases: Sequence[Case]) -> Iterator[dict[str, Process]]:
    with contextlib.ExitStack() as ends:
        yield {
            backend: ends.enter_context(contextlib.closing(Process(cases, backend)))
            for backend in installed()
        }
