"""The command `kerasduet`: examples, runs, the same-bits check and the doctor in a shell."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kerasduet._version import __version__
from kerasduet.errors import KerasduetError
from kerasduet.interrupts import ended_by_signal
from kerasduet.shell import results, runs
from kerasduet.shell.options import WITH_SETTINGS, rules, setting_list, split
from kerasduet.shell.said import in_shell
from kerasduet.shell.status import INTERRUPTED, OK, WRONG

__all__ = ["command", "main"]

SHELLS = ("bash", "zsh", "tcsh")
PATHS = {"data", "file", "first", "folder", "folders", "future", "inputs", "out", "second"}

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
        print(f"error: {in_shell(' '.join(str(error).split()))}", file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader, such as head, has enough; Python must not flush to it at its exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK


# ---- the command line


class _Parser(argparse.ArgumentParser):
    """A parser that lists the settings when its help is asked for: that takes a while."""

    def __init__(self, *, notes: bool = False, **named: Any) -> None:
        super().__init__(**named)
        self._notes = notes

    def format_help(self) -> str:
        """Give the help, with the settings of those commands that take them."""
        if self._notes:
            self.epilog = _NOTES.format(names=setting_list())
        return super().format_help()


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="kerasduet",
        description="Keras 3 workflows that run the same in R and in Python.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"kerasduet {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    make = _Commands(commands)

    presets = make("presets", runs.show_presets, "list the examples")
    _json(presets, "the table as JSON")

    run = make("run", runs.train, "train an example and score it", notes=True)
    run.add_argument("preset", metavar="PRESET", help="an example; see kerasduet presets")
    run.add_argument("--out", metavar="FOLDER", help="keep the run in this folder")
    run.add_argument("--overwrite", action="store_true", help="replace what FOLDER holds")
    run.add_argument(
        "--data", metavar="FILE", help="images (.npz), a series or table (.csv), ..."
    )
    _backend(run)
    _quiet(run)
    _json(run, "metrics and digests as JSON")

    resume = make("resume", runs.go_on, "go on with a run that was interrupted")
    _folder(resume)
    _backend(resume)
    _quiet(resume)
    _json(resume, "metrics and digests as JSON")

    listed = make(
        "list", runs.show_runs, "list the runs in a folder, those of sets of runs too"
    )
    listed.add_argument(
        "folder", metavar="FOLDER", nargs="?", default=".", help="by default here"
    )
    _json(listed, "the table as JSON")

    predict = make("predict", results.predict, "print what a run predicts of new data, as CSV")
    _folder(predict)
    predict.add_argument(
        "inputs",
        metavar="X",
        nargs="+",
        help="a table (.csv, .tsv, .parquet), arrays (.npy, .npz), paths of images, or texts",
    )
    predict.add_argument("--kind", metavar="NAME", help="such as class or prob")
    _backend(predict)
    _json(predict, "the rows as JSON")

    evaluate = make(
        "evaluate", results.evaluate, "score a run on other rows whose truth is known"
    )
    _folder(evaluate)
    evaluate.add_argument("file", metavar="FILE", help="a table, or arrays x and y (.npz)")
    evaluate.add_argument("--label", metavar="COLUMN", help="of a table; by default the target")
    _backend(evaluate)
    _json(evaluate, "the scores as JSON")

    forecast = make("forecast", results.forecast, "print the steps after a series, as CSV")
    _folder(forecast)
    forecast.add_argument("--horizon", metavar="N", help="steps ahead; by default as trained")
    forecast.add_argument("--level", metavar="PERCENT", help="intervals, such as 80,95")
    forecast.add_argument("--future", metavar="FILE", help="values known ahead, as a table")
    forecast.add_argument(
        "--template", action="store_true", help="print the table to fill for --future instead"
    )
    _backend(forecast)
    _json(forecast, "the rows as JSON")

    plot = make("plot", results.plot, "draw a run in a file")
    _folder(plot)
    plot.add_argument("--kind", metavar="NAME", default="overview", help="such as history")
    _written(plot, "plot.png")
    _backend(plot)
    _json(plot, "the file's name as JSON")

    report = make("report", results.page, "write a page about a run, or one on several")
    report.add_argument("folders", metavar="FOLDER", nargs="+", help="of a run, or of a set")
    _written(report, "report.html")
    _json(report, "the file's name as JSON")

    compare = make("compare", results.compare, "compare runs on the same test rows")
    compare.add_argument(
        "folders",
        metavar="FOLDER",
        nargs="+",
        help="of two runs or sets; of more runs the first is compared with each other one",
    )
    _json(compare, "the comparison as JSON")

    export = make("export", results.export, "write a run's network for other programs")
    _folder(export)
    export.add_argument("file", metavar="FILE", help=".keras, .onnx, or a folder (SavedModel)")
    export.add_argument("--format", metavar="NAME", help="by default as FILE ends")
    export.add_argument("--overwrite", action="store_true", help="replace FILE")
    _backend(export)
    _json(export, "the file's name as JSON")

    parity = make(
        "parity",
        runs.compare_languages,
        "run an example in R and in Python, compare",
        notes=True,
    )
    parity.add_argument("preset", metavar="PRESET", help="an example; see kerasduet presets")
    parity.add_argument(
        "--data", metavar="FILE", help="images (.npz), a series or table (.csv)"
    )
    parity.add_argument(
        "--time-limit", metavar="SECONDS", default="3600", help="for each language"
    )
    _backend(parity)
    _quiet(parity)
    _json(parity, "the comparison as JSON")

    doctor = make("doctor", runs.examine, "look for what is missing and how to get it")
    doctor.add_argument("--no-devices", action="store_true", help="start no backend")
    _backend(doctor)
    _json(doctor, "the findings as JSON")

    completion = make("completion", _completion, "print what completes this command in a shell")
    completion.add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))
    return parser


def _completion(asked: argparse.Namespace, _: dict[str, Any]) -> int:
    """Print a shell's script of completions: commands, options, examples and settings."""
    from kerasduet.jobs.extras import require

    require("shtab", "completion")
    import shtab

    parser = _parser()
    commands = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    names = [path.stem for path in sorted((Path(__file__).parent / "presets").glob("*.json"))]
    for command in WITH_SETTINGS:
        one = commands.choices[command]
        next(action for action in one._actions if action.dest == "preset").choices = names
        for name in rules():
            one.add_argument(f"--{name.replace('_', '-')}", metavar="VALUE")
    for one in commands.choices.values():
        for action in one._actions:
            if action.dest in PATHS:
                action.complete = shtab.FILE
    print(shtab.complete(parser, shell=asked.shell))
    return OK


class _Commands:
    """Add commands that share their manners."""

    def __init__(self, commands: Any) -> None:
        self._commands = commands

    def __call__(
        self, name: str, action: Any, told: str, *, notes: bool = False
    ) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = self._commands.add_parser(
            name,
            notes=notes,
            help=told,
            description=f"{told[0].upper()}{told[1:]}.",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        parser.set_defaults(action=action)
        return parser


def _folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", help="of a run")


def _written(parser: argparse.ArgumentParser, name: str) -> None:
    parser.add_argument("--out", metavar="FILE", default=name, help=f"where; by default {name}")
    parser.add_argument("--overwrite", action="store_true", help="replace FILE")


def _json(parser: argparse.ArgumentParser, told: str) -> None:
    parser.add_argument("--json", action="store_true", help=f"print {told}")


def _quiet(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def _backend(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--backend", metavar="NAME", help="tensorflow, jax, torch or auto")
    parser.add_argument("--device", metavar="NAME", help="auto, cpu or gpu")
    parser.add_argument("--threads", metavar="N", help="CPU threads for one operation")
