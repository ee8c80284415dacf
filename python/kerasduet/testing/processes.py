"""Fresh processes that build and train, as any other session would."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from kerasduet import environment
from kerasduet.errors import KerasduetError
from kerasduet.experiments import Experiment
from kerasduet.models import build_model
from kerasduet.registry import BUILDERS
from kerasduet.settings import arguments_of
from kerasduet.training import weights_digest
from kerasduet.workflow import run_experiment

__all__ = ["Process", "answer", "installed", "refusal_fault"]

SECONDS = 300  # for one fresh process


FRESH = "import sys; from kerasduet.testing.processes import answer; answer(sys.argv[1])"


def installed() -> Iterator[str]:
    """Name the backends that are installed."""
    return (name for name in ("tensorflow", "jax", "torch") if importlib.util.find_spec(name))


class Process:
    """A fresh process, started at once, that builds and trains on a backend."""

    def __init__(self, cases: Sequence[Any], backend: str) -> None:
        self.backend = backend
        self.folder = tempfile.TemporaryDirectory()
        same = backend == environment.backend_name()
        job = {
            "path": sys.path,
            "backend": backend,
            "device": environment.device_info()["kind"] if same else "cpu",
            "threads": environment.threads() if same else None,
            "cases": [_asked(case, same) for case in cases],
        }
        question = Path(self.folder.name, "question")
        question.write_bytes(pickle.dumps(job))
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(
                [environment.python_command(), "-c", FRESH, str(question)],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env=environment.fresh_environment(os.environ),
            )

    @property
    def _said(self) -> Path:
        return Path(self.folder.name, "said.txt")

    @cached_property
    def answer(self) -> dict[str, Any]:
        """What it found of each case, by its key, once it has ended."""
        status = self.process.wait(SECONDS)
        said = self._said.read_text("utf-8", "replace")[-800:]
        assert status == 0, f"a fresh process on {self.backend} ends with {said}"
        answered: dict[str, Any] = json.loads(
            Path(self.folder.name, "question.json").read_text("utf-8")
        )
        return answered

    def close(self) -> None:
        """End it, should it still be at work."""
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()


def _asked(case: Any, same: bool) -> dict[str, Any]:
    return {
        "key": case.key,
        "modules": case.modules,
        "builder": case.name,
        "module": case.function.__module__,
        "function": case.function.__qualname__,
        # As text: reading it asks for the builder, which is not there yet.
        "experiment": (
            case.experiment if same else case.experiment.replace(epochs=1)
        ).to_json(),
        "data": case.data,
    }


def answer(question: str) -> None:
    """Answer in the fresh process what the other one asks."""
    job = pickle.loads(Path(question).read_bytes())
    sys.path[:] = [*sys.path, *(path for path in job["path"] if path not in sys.path)]
    environment.use_backend(job["backend"], device=job["device"], threads=job["threads"])
    told = {asked["key"]: _refused(asked) for asked in job["cases"]}
    if not environment.is_running():
        for asked in job["cases"]:
            if told[asked["key"]]["fault"] is None:
                told[asked["key"]] |= _trained(asked)
    Path(f"{question}.json").write_text(json.dumps(told), "utf-8")


def _refused(job: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for other in job["modules"]:
        importlib.import_module(other)
    module = importlib.import_module(job["module"])
    told["keras_on_import"] = environment.is_running()
    if job["builder"] not in BUILDERS:
        BUILDERS.register(job["builder"], getattr(module, job["function"]))
    function = BUILDERS[job["builder"]]
    faults = (
        refusal_fault(name, value, lambda n, v: function(**{n: v}))
        for name, argument in arguments_of(function).items()
        for value in argument.rule.bad()
    )
    # The first is enough: what takes bad values may be busy with them for long.
    told["fault"] = next((fault for fault in faults if fault is not None), None)
    told["keras_on_refusal"] = environment.is_running()
    return told


def _trained(job: Mapping[str, Any]) -> dict[str, Any]:
    chosen = Experiment.from_json(job["experiment"])
    weights = weights_digest(build_model(chosen, job["data"]))
    run = run_experiment(chosen, data=job["data"], progress=False)
    losses = run.history["loss"].tolist()
    return {"weights": weights, "digests": run.digests, "losses": losses}


def refusal_fault(name: str, value: Any, take: Callable[[str, Any], Any]) -> str | None:
    """Say how a bad value was not refused as it should be."""
    try:
        take(name, value)
    except KerasduetError as error:
        return None if str(error).startswith(name) else f"{name} = {value!r} gives {error}"
    except Exception as error:
        return f"{name} = {value!r} gives {error!r}."
    return f"{name} = {value!r} is taken."
