"""Commands that train, list, compare languages and look around."""

from __future__ import annotations

import argparse
import shutil
import sys
import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kerasduet.experiments import Experiment, experiment
from kerasduet.registry import TASKS
from kerasduet.shell.options import scalar
from kerasduet.shell.said import clean_output, print_json, told_run
from kerasduet.shell.status import DIFFERENT, INTERRUPTED, OK

if TYPE_CHECKING:
    from kerasduet.run import Run

__all__ = [
    "compare_languages",
    "examine",
    "go_on",
    "show_presets",
    "show_runs",
    "start_backend",
    "train",
]


def show_presets(asked: argparse.Namespace, _: dict[str, Any]) -> int:
    """List the examples."""
    from kerasduet.experiments import presets

    rows = presets().to_dict("records")
    if asked.json:
        print_json(rows)
        return OK
    width = max(len(row["name"]) for row in rows)
    columns = shutil.get_terminal_size().columns
    for row in rows:
        epochs = f"{row['epochs']} epochs"
        label = f"{row['name']:<{width}}  {epochs:>9}  "
        room = max(columns - len(label), 20)
        told = textwrap.wrap(row["description"], room) or [""]
        print(label + ("\n" + " " * len(label)).join(told))
    return OK


def train(asked: argparse.Namespace, settings: dict[str, Any]) -> int:
    """Train an example."""
    chosen = _experiment(asked, settings)
    start_backend(asked)
    if asked.out is None and not asked.quiet:
        print("This run will not be kept: give --out FOLDER to keep it.", file=sys.stderr)
    with clean_output():
        from kerasduet.workflow import run_experiment

        run = _kept(
            run_experiment,
            chosen,
            out=asked.out,
            overwrite=asked.overwrite,
            progress=not asked.quiet,
        )
    return _report(run, asked)


def go_on(asked: argparse.Namespace, _: dict[str, Any]) -> int:
    """Go on with a run that was cut short."""
    start_backend(asked)
    with clean_output():
        from kerasduet.workflow import resume_run

        run = _kept(resume_run, asked.folder, progress=not asked.quiet)
    return _report(run, asked)


def show_runs(asked: argparse.Namespace, _: dict[str, Any]) -> int:
    """List the runs in a folder."""
    from kerasduet.jobs.listing import list_runs
    from kerasduet.lead import score_text

    table = list_runs(asked.folder)
    if asked.json:
        print_json(table.to_dict("records"))
        return OK
    for row in table.to_dict("records"):
        done = f"{row['epochs_done']} of {row['epochs']} epochs"
        score = (
            f", {row['measure']} {score_text(row['score'])}"
            if row["score"] == row["score"]
            else ""
        )
        told = row["problem"] or f"{row['name']}, {row['status']}, {done}{score}"
        print(f"{row['folder']}: {told}")
    return OK


def _kept(training: Callable[..., Run], *given: Any, **settings: Any) -> Run:
    """Give the run of a training, after Ctrl-C as well."""
    try:
        return training(*given, **settings)
    except KeyboardInterrupt as error:
        if not hasattr(error, "run"):  # before the training
            raise
        run: Run = error.run
        return run


def compare_languages(asked: argparse.Namespace, settings: dict[str, Any]) -> int:
    """Run an example in both languages."""
    chosen = _experiment(asked, settings)
    from kerasduet.jobs.parity import check_parity

    parity = check_parity(
        chosen,
        backend=asked.backend,
        device=asked.device,
        threads=None if asked.threads is None else scalar(asked.threads),
        time_limit=scalar(asked.time_limit),
        progress=not asked.quiet,
    )
    if asked.json:
        print_json(parity.to_dict())
    else:
        print(parity)
    return OK if parity.identical else DIFFERENT


def examine(asked: argparse.Namespace, _: dict[str, Any]) -> int:
    """Look for what is missing."""
    start_backend(asked)
    from kerasduet.diagnosis import doctor

    report = doctor(run_devices=not asked.no_devices)
    if asked.json:
        print_json(report.to_dict())
    else:
        print(report)
    return OK if report.ok else DIFFERENT


def _experiment(asked: argparse.Namespace, settings: dict[str, Any]) -> Experiment:
    if asked.data is None:
        return experiment(asked.preset, **settings)
    # A file takes the place of the embedded series, as a table of the caller's does.
    base = experiment(asked.preset)
    own = {"dataset": TASKS[base.task].file_data_of(base.dataset)}
    return experiment(asked.preset, **own | settings | {"path": asked.data})


def start_backend(asked: argparse.Namespace) -> None:
    """Choose backend, device and threads, where one of them is given."""
    if asked.backend is None and asked.device is None and asked.threads is None:
        return
    from kerasduet.environment import backend_name, use_backend

    use_backend(
        asked.backend or backend_name(),
        device=asked.device or "auto",
        threads=None if asked.threads is None else scalar(asked.threads),
    )


def _report(run: Run, asked: argparse.Namespace) -> int:
    if asked.json:
        content = {
            "name": run.experiment.name,
            "status": run.status,
            "epochs": len(run.history),
            "source": run.source.to_dict(),
            "metrics": run.metrics if run.scored else None,
            "digests": run.provenance["digests"],
            "folder": run.folder,
        }
        print_json(content)
    else:
        print(told_run(run))
    if run.status == "finished":
        return OK
    if run.folder and not asked.quiet:
        print(f"Go on with: kerasduet resume {run.folder}", file=sys.stderr)
    return INTERRUPTED
