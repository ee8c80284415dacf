"""Run one experiment in a fresh process of either language, as a user's script would."""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kerasduet.environment import fresh_environment, python_command
from kerasduet.environment.identity import r_libraries
from kerasduet.environment.machine import find_r
from kerasduet.errors import ChildError
from kerasduet.experiments import Experiment
from kerasduet.jobs.scripts import python_script, r_script

__all__ = [
    "LANGUAGES",
    "Answer",
    "Job",
    "Program",
    "prepare",
    "r_environment",
    "require",
    "rscript",
    "run_job",
]

LANGUAGES = {"python": "Python", "r": "R"}
_POLL = 0.05  # seconds between two looks at a child, so that Ctrl-C is felt at once


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a fresh process is to do.

    Parameters
    ----------
    experiment : Experiment
        Made from a preset; what differs from that preset is written into the script.
    backend, device : str
        As for `use_backend()`.
    threads : int, optional
        CPU threads for one operation.
    out, plot : str, optional
        Folder for the run and file for its figure; what they hold is replaced.
    """

    experiment: Experiment
    backend: str
    device: str = "auto"
    threads: int | None = None
    out: str | None = None
    plot: str | None = None


@dataclass(frozen=True)
class Answer:
    """What a fresh process reports.

    Parameters
    ----------
    version : str
        Of the package, as that language sees it.
    digests : dict
        sha256 of weights, history and predictions.
    metrics : dict
        Scores on the test rows.
    seconds : float
        Wall time of `run_experiment()`; with the start of the process `total_seconds`.
    """

    version: str
    digests: dict[str, str]
    metrics: dict[str, float]
    seconds: float
    total_seconds: float = math.nan


@dataclass(frozen=True)
class Program:
    """A script that is ready to be started.

    Parameters
    ----------
    language : {"python", "r"}
        Which interpreter reads it.
    command : list of str
        Program and arguments.
    environment : dict
        All its environment variables.
    answer : Path
        File it writes its answer to.
    """

    language: str
    command: list[str]
    environment: dict[str, str]
    answer: Path


def require(language: str) -> None:
    """Make sure that a language can run an experiment.

    Raises
    ------
    ChildError
        Says what is missing and how to get it.
    """
    if language == "python":
        if not python_command():
            raise ChildError("python: must be installed; found no interpreter to start.")
        return
    found = find_r(os.environ, libraries=r_libraries())
    if not found["found"]:
        why = (
            f"; {found['path']}: {found['note']}"
            if found["path"]
            else "; got no Rscript on PATH"
        )
        raise ChildError(
            f"R: must be installed{why}. Install R, on Debian with apt-get install r-base-core."
        )
    where = f"R {found['version']} ({found['path']})"
    if not found["reticulate"]:
        raise ChildError(
            f"R: must have the package reticulate; {where} lacks it. In R, run "
            'install.packages("reticulate").'
        )
    if not found["kerasduet"]:
        raise ChildError(
            f"R: must have the package kerasduet; {where} lacks it. In the project's folder, "
            "run R CMD INSTALL . and try again."
        )


def run_job(
    job: Job, language: str, *, time_limit: float = 3600.0, show: bool = False
) -> Answer:
    """Run a job in a fresh process and read its answer.

    Parameters
    ----------
    job : Job
        What to run.
    language : {"python", "r"}
        Which language to run it in.
    time_limit : float
        Seconds, above 0, after which the process is ended.
    show : bool
        Let the process write its progress and its errors straight to standard error.

    Returns
    -------
    Answer

    Raises
    ------
    ChildError
        The process failed, with its own error text; or it took too long.
    """
    with tempfile.TemporaryDirectory(prefix="kerasduet-") as folder:
        program = prepare(job, language, Path(folder))
        said = Path(folder, "messages.txt")
        began = time.perf_counter()
        status = _finish(program, said, time_limit, show)
        total = time.perf_counter() - began
        name = LANGUAGES[language]
        if status is None:
            raise ChildError(
                f"{name}: must finish {job.experiment.name} within {time_limit:g} seconds; got "
                "no answer. Allow more time, or fewer epochs."
            )
        if status or not program.answer.is_file():
            text = said.read_text("utf-8", errors="replace")
            why = "its messages are above" if show else error_text(text) or "it said nothing"
            raise ChildError(
                f"{name}: must run {job.experiment.name}; got status {status}: {why}"
            )
        return read_answer(program.answer.read_text("utf-8"), total)


def prepare(job: Job, language: str, folder: Path) -> Program:
    """Write the script of a job into a folder and say how to start it."""
    answer = folder / f"answer-{language}.txt"
    if language == "python":
        script = folder / "run.py"
        script.write_text(python_script(job, str(answer)), "utf-8")
        # -P: nothing that lies beside the script is taken for a module.
        command = [python_command(), "-P", str(script)]
        return Program(language, command, fresh_environment(os.environ), answer)
    script = folder / "run.R"
    script.write_text(r_script(job, str(answer)), "utf-8")
    command = [rscript(os.environ), "--no-save", "--no-restore", str(script)]
    return Program(language, command, r_environment(os.environ), answer)


def read_answer(text: str, total_seconds: float = math.nan) -> Answer:
    r"""Read the lines that a script of either language writes.

    Examples
    --------
    >>> read_answer("version 1.0\nseconds 2.5\ndigest weights ab\nmetric mae 0x1.8p+0").metrics
    {'mae': 1.5}
    """
    single: dict[str, str] = {}
    named: dict[str, dict[str, str]] = {"digest": {}, "metric": {}}
    for line in text.splitlines():
        kind, *rest = line.split(" ")
        if kind in named:
            named[kind][rest[0]] = rest[1]
        else:
            single[kind] = rest[0]
    return Answer(
        version=single["version"],
        digests=named["digest"],
        metrics={name: _number(value) for name, value in named["metric"].items()},
        seconds=float(single["seconds"]),
        total_seconds=total_seconds,
    )


def error_text(messages: str) -> str:
    r"""Find what a failed script complained of: from R's or Python's last error on.

    Examples
    --------
    >>> error_text("epoch 1/2\nTraceback (most recent call last):\n  File x\nValueError: no")
    'ValueError: no'
    >>> error_text("start\nError in `f()`:\n! epochs: must be whole\nExecution halted\n")
    'Error in `f()`: epochs: must be whole'
    """
    lines = [line.rstrip() for line in messages.splitlines() if line.strip()]
    starts = [i for i, line in enumerate(lines) if line.startswith(("Traceback", "Error"))]
    told = lines[starts[-1] :] if starts else lines[-3:]
    if told and told[0].startswith("Traceback"):
        told = [line for line in told[1:] if not line.startswith((" ", "During", "The above"))]
    ends = ("Execution halted", "Calls:", "Backtrace:")
    stop = next((i for i, line in enumerate(told) if line.startswith(ends)), len(told))
    text = " ".join(line.strip().removeprefix("! ") for line in told[:stop])
    return text.removeprefix("kerasduet.errors.")


def _number(written: str) -> float:
    return math.nan if written in ("NA", "NaN", "nan") else float.fromhex(written)


def rscript(variables: Mapping[str, str]) -> str:
    """Find the Rscript of the R that runs, or the first on PATH."""
    home = variables.get("R_HOME", "")
    own = shutil.which("Rscript", path=str(Path(home, "bin"))) if home else None
    return own or shutil.which("Rscript") or "Rscript"


def r_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Give R the caller's libraries, and this Python, so that the versions are the same."""
    known = [variables["R_LIBS"]] if variables.get("R_LIBS") else []
    chosen = {**variables, "RETICULATE_PYTHON": python_command()}
    libraries = [*r_libraries(), *known]
    return chosen | ({"R_LIBS": os.pathsep.join(libraries)} if libraries else {})


def _finish(program: Program, said: Path, time_limit: float, show: bool) -> int | None:
    """Start a program and wait for it; its exit status, or None when time ran out."""
    with open(said, "wb") as messages:
        child = subprocess.Popen(
            program.command,
            stdin=subprocess.DEVNULL,
            stdout=messages,
            stderr=None if show else messages,
            env=program.environment,
            start_new_session=True,
        )
        deadline = time.monotonic() + time_limit
        try:
            while child.poll() is None:
                if time.monotonic() > deadline:
                    return None
                time.sleep(_POLL)
        finally:
            _end(child)
    return child.returncode


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a child that still runs, and whatever it started."""
    if child.poll() is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()
    child.wait()
