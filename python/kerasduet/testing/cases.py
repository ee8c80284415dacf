"""A builder or a task with a tiny experiment, and what is trained of it for its promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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

__all__ = ["Case"]

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

    @property
    def fresh(self) -> dict[str, Any]:
        """What a fresh process says on the backend of this one."""
        return self.processes[environment.backend_name()].answer

    @cached_property
    def processes(self) -> dict[str, Process]:
        """A fresh process for every installed backend, all of them at work."""
        return {backend: Process(self, backend) for backend in installed()}

    def close(self) -> None:
        """End the processes, should they still be at work."""
        for process in self.__dict__.get("processes", {}).values():
            process.close()
