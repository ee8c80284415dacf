"""The command `kerasduet`: examples, runs, the same-bits check and the doctor in a shell."""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from kerasduet._version import __version__
from kerasduet.command_line import scalar, setting_list, split
from kerasduet.errors import KerasduetError
from kerasduet.experiments import Experiment, experiment
from kerasduet.interrupts import ended_by_signal
from kerasduet.registry import TASKS

if TYPE_CHECKING:
    from kerasduet.run import Run

__all__ = ["command", "main"]

OK, DIFFERENT, WRONG, INTERRUPTED = 0, 1, 2, 130

_NOTES = """\
settings:
  Every setting of the experiment and of its network is an option too: --epochs 2,
  --learning-rate 0.01, --units 256,128 (or --set units=256,128), --path none.
{names}

exit status:
  0 done, 1 not the same bits or not ready, 2 an error, 130 interrupted."""


def command() -> int:
    """Be the process of the command: after Ctrl-C it ends as a shell expects of one."""
    status = main()
    if status == INTERRUPTED:
        ended_by_signal()
    return status


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : sequence of str, optional
        What follows `kerasduet` on the command line; by default that of this process.

    Returns
    -------
    int
        0 when all is well, 1 when `parity` finds a difference or `doctor` a fault, 2 for an
        error, 130 after Ctrl-C.
    """
    try:
        typed = sys.argv[1:] if arguments is None else list(arguments)
        if not typed:
            _parser().print_help()
            return WRONG
        known, settings = split(typed)
        asked = _parser().parse_args(known)
        status = int(asked.action(asked, settings))
        sys.stdout.flush()  # so that a reader who left is noticed here, not at Python's exit
        return status
    except KerasduetError as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader, such as head, has enough; Python must not flush to it at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK


# ---- the command line


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kerasduet",
        description="Keras 3 workflows that run the same in R and in Python.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"kerasduet {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    make = _Commands(commands)

    presets = make("presets", _presets, "list the examples")
    _json(presets, "the table as JSON")

    run = make("run", _run, "train an example and score it", notes=True)
    run.add_argument("preset", metavar="PRESET", help="an example; see kerasduet presets")
    run.add_argument("--out", metavar="DIR", help="keep the run in this folder")
    run.add_argument("--overwrite", action="store_true", help="replace what DIR holds")
    run.add_argument("--data", metavar="FILE", help="MNIST as .npz, or a series as CSV")
    _backend(run)
    _quiet(run)
    _json(run, "metrics and digests as JSON")

    resume = make("resume", _resume, "go on with a run that was interrupted")
    resume.add_argument("folder", metavar="DIR", help="its folder")
    _backend(resume)
    _quiet(resume)
    _json(resume, "metrics and digests as JSON")

    listed = make("list", _list, "list the runs in a folder, those of sets of runs too")
    listed.add_argument("folder", metavar="DIR", nargs="?", default=".", help="here by default")
    _json(listed, "the table as JSON")

    parity = make("parity", _parity, "run an example in R and in Python, compare", notes=True)
    parity.add_argument("preset", metavar="PRESET", help="an example; see kerasduet presets")
    parity.add_argument("--data", metavar="FILE", help="MNIST as .npz, or a series as CSV")
    parity.add_argument(
        "--time-limit", metavar="SECONDS", default="3600", help="for each language"
    )
    _backend(parity)
    _quiet(parity)
    _json(parity, "the comparison as JSON")

    report = make("report", _page, "write a page about a run, or one that compares several")
    report.add_argument("folders", metavar="RUN_DIR", nargs="+", help="the folder of a run")
    report.add_argument(
        "--out", metavar="FILE", default="report.html", help="where; report.html by default"
    )
    report.add_argument(
        "--overwrite", action="store_true", help="replace FILE also if it is no report of ours"
    )

    doctor = make("doctor", _doctor, "look for what is missing and how to get it")
    doctor.add_argument("--no-devices", action="store_true", help="start no backend")
    _backend(doctor)
    _json(doctor, "the findings as JSON")
    return parser


class _Commands:
    """Add commands that share their manners."""

    def __init__(self, commands: Any) -> None:
        self._commands = commands

    def __call__(
        self, name: str, action: Any, told: str, *, notes: bool = False
    ) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = self._commands.add_parser(
            name,
            help=told,
            description=f"{told[0].upper()}{told[1:]}.",
            epilog=_NOTES.format(names=setting_list()) if notes else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        parser.set_defaults(action=action)
        return parser


def _json(parser: argparse.ArgumentParser, told: str) -> None:
    parser.add_argument("--json", action="store_true", help=f"print {told}")


def _quiet(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def _backend(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--backend", metavar="NAME", help="tensorflow, jax or torch")
    parser.add_argument("--device", metavar="NAME", help="auto, cpu or gpu")
    parser.add_argument("--threads", metavar="N", help="CPU threads for one operation")


# ---- what each command does


def _presets(asked: argparse.Namespace, _: dict[str, Any]) -> int:
    from kerasduet.experiments import presets

    rows = presets().to_dict("records")
    if asked.json:
        _print_json(rows)
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


def _run(asked: argparse.Namespace, settings: dict[str, Any]) -> int:
    chosen = _experiment(asked, settings)
    _use_backend(asked)
    with _clean_output():
        from kerasduet.workflow import run_experiment

        run = _kept(
            run_experiment,
            chosen,
            out=asked.out,
            overwrite=asked.overwrite,
            progress=not asked.quiet,
        )
    return _report(run, asked)


def _resume(asked: argparse.Namespace, _: dict[str, Any]) -> int:
    _use_backend(asked)
    with _clean_output():
        from kerasduet.workflow import resume_run

        run = _kept(resume_run, asked.folder, progress=not asked.quiet)
    return _report(run, asked)


def _list(asked: argparse.Namespace, _: dict[str, Any]) -> int:
    from kerasduet.jobs.listing import list_runs

    table = list_runs(asked.folder)
    if asked.json:
        _print_json(table.to_dict("records"))
        return OK
    for row in table.to_dict("records"):
        done = f"{row['epochs_done']} of {row['epochs']} epochs"
        score = f", {row['measure']} {row['score']:.4g}" if row["score"] == row["score"] else ""
        told = row["problem"] or f"{row['name']}, {row['status']}, {done}{score}"
        print(f"{row['folder']}: {told}")
    return OK


def _kept(train: Callable[..., Run], *given: Any, **settings: Any) -> Run:
    """Give the run of a training, after Ctrl-C as well."""
    try:
        return train(*given, **settings)
    except KeyboardInterrupt as error:
        if not hasattr(error, "run"):  # before the training
            raise
        run: Run = error.run
        return run


def _parity(asked: argparse.Namespace, settings: dict[str, Any]) -> int:
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
        _print_json(parity.to_dict())
    else:
        print(parity)
    return OK if parity.identical else DIFFERENT


def _page(asked: argparse.Namespace, _: dict[str, Any]) -> int:
    with _clean_output():
        from kerasduet.report import render_report

        made = render_report(asked.folders, asked.out, overwrite=asked.overwrite)
    print(made)
    return OK


def _doctor(asked: argparse.Namespace, _: dict[str, Any]) -> int:
    _use_backend(asked)
    from kerasduet.diagnosis import doctor

    report = doctor(run_devices=not asked.no_devices)
    if asked.json:
        _print_json(report.to_dict())
    else:
        print(report)
    return OK if report.ok else DIFFERENT


def _experiment(asked: argparse.Namespace, settings: dict[str, Any]) -> Experiment:
    if asked.data is None:
        return experiment(asked.preset, **settings)
    # A file takes the place of the embedded series, as a table of the caller's does.
    own = {"dataset": TASKS[experiment(asked.preset).task].file_data}
    return experiment(asked.preset, **own | settings | {"path": asked.data})


def _use_backend(asked: argparse.Namespace) -> None:
    if asked.backend is None and asked.device is None and asked.threads is None:
        return
    from kerasduet.environment import backend_name, use_backend

    use_backend(
        asked.backend or backend_name(),
        device=asked.device or "auto",
        threads=None if asked.threads is None else scalar(asked.threads),
    )


def _clean_output() -> contextlib.AbstractContextManager[Any]:
    """Keep standard output for the result: what a library prints joins the progress."""
    return contextlib.redirect_stdout(sys.stderr)


def _print_json(content: Any) -> None:
    print(json.dumps(_without_nan(content), indent=2, allow_nan=False))


def _without_nan(value: Any) -> Any:
    """Write null for the figures of a diverged training, for which JSON has no number."""
    if isinstance(value, dict):
        return {name: _without_nan(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


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
        _print_json(content)
    else:
        print(run)
    if run.status == "finished":
        return OK
    if run.folder and not asked.quiet:
        print(f"Go on with: kerasduet resume {run.folder}", file=sys.stderr)
    return INTERRUPTED
