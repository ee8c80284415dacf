"""A job as a script of Python or R."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kerasduet.errors import UnknownName
from kerasduet.experiments import Experiment, experiment
from kerasduet.settings.sections import plain

if TYPE_CHECKING:
    from kerasduet.jobs.languages import Job

__all__ = ["python_script", "r_literal", "r_script"]


def python_script(job: Job, answer: str) -> str:
    """Write a job as the Python script of a user."""
    preset, changes = _preset_and_changes(job.experiment)
    arguments = [repr(preset), *(f"{name}={value!r}" for name, value in changes.items())]
    if job.out:
        arguments += [f"out={job.out!r}", "overwrite=True"]
    lines = [
        "import time",
        "import kerasduet as kd",
        f"kd.use_backend({job.backend!r}, device={job.device!r}, threads={job.threads!r})",
        "began = time.time()",
        f"run = kd.run_experiment({', '.join(arguments)})",
        "seconds = time.time() - began",
        *([f"run.plot().savefig({job.plot!r}, dpi=150)"] if job.plot else []),
        "answer = ['version ' + kd.__version__, f'seconds {seconds}']",
        "answer += [f'digest {name} {value}' for name, value in run.digests.items()]",
        "answer += [f'metric {name} {value.hex()}' for name, value in run.metrics.items()]",
        f"open({answer!r}, 'w').write('\\n'.join(answer))",
    ]
    return "\n".join(lines) + "\n"


def r_script(job: Job, answer: str) -> str:
    """Write a job as the R script of a user; every number is an R double."""
    preset, changes = _preset_and_changes(job.experiment)
    arguments = [r_literal(preset), *(f"{k} = {r_literal(v)}" for k, v in changes.items())]
    if job.out:
        arguments += [f"out = {r_literal(job.out)}", "overwrite = TRUE"]
    threads = r_literal(job.threads)
    lines = [
        "library(kerasduet)",
        f"use_backend({r_literal(job.backend)}, device = {r_literal(job.device)}, "
        f"threads = {threads})",
        "began <- Sys.time()",
        f"run <- run_experiment({', '.join(arguments)})",
        'seconds <- as.numeric(difftime(Sys.time(), began, units = "secs"))',
        *(
            [f"ggplot2::ggsave({r_literal(job.plot)}, plot(run), width = 7.5, height = 8)"]
            if job.plot
            else []
        ),
        "digests <- unlist(run$digests)",
        "metrics <- unlist(run$metrics)",
        "writeLines(c(",
        '  paste("version", utils::packageVersion("kerasduet")),',
        '  paste("seconds", seconds),',
        '  paste("digest", names(digests), digests),',
        '  paste("metric", names(metrics), sprintf("%a", metrics))',
        f"), {r_literal(answer)})",
    ]
    return "\n".join(lines) + "\n"


def r_literal(value: Any) -> str:
    r"""Write a setting as R code; floats in R's hexadecimal form, which is exact.

    Examples
    --------
    >>> r_literal((256, 128)), r_literal(0.5), r_literal(None), r_literal("a\n")
    ('c(256, 128)', '0x1.0000000000000p-1', 'NULL', '"a\\U{a}"')
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return value.hex()
    if isinstance(value, str):
        return '"' + "".join(_r_character(c) for c in value) + '"'
    items = ", ".join(r_literal(item) for item in value)
    return f"c({items})" if items else "list()"


def _r_character(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isascii() and character.isprintable():
        return character
    return f"\\U{{{ord(character):x}}}"


def _preset_and_changes(wanted: Experiment) -> tuple[str, dict[str, Any]]:
    """Say how to reach an experiment from its preset: the settings a user would give."""
    try:
        preset = experiment(wanted.name)
    except UnknownName:
        preset = experiment("mnist-dnn")
    ours = wanted.flat()
    # What another builder or data set brings counts as it is by default.
    start = preset.replace(builder=wanted.builder, dataset=wanted.dataset).flat()
    first = {
        name: ours[name] for name in ("dataset", "builder") if ours[name] != preset.flat()[name]
    }
    changes = {name: value for name, value in ours.items() if value != start[name]}
    return preset.name, plain({k: v for k, v in (first | changes).items() if k != "task"})
