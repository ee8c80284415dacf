"""Commands that ask a run that is there: predictions, scores, forecasts, figures and files."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasduet.errors import ArgumentType, RunFolderError
from kerasduet.shell.options import scalar
from kerasduet.shell.runs import start_backend
from kerasduet.shell.said import clean_output, print_json, print_table
from kerasduet.shell.status import OK
from kerasduet.shell.typed import labelled, read_inputs, read_one_table

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.run import Run

__all__ = ["compare", "evaluate", "export", "forecast", "page", "plot", "predict"]

PICTURES = (".png", ".pdf", ".svg", ".jpg", ".jpeg")


def predict(asked: argparse.Namespace, _: dict[str, Any]) -> int:
    """Print what a run predicts of new data, a row each."""
    run = _loaded(asked)
    x = read_inputs(asked.inputs, _kept(run))
    with clean_output():
        found = run.predict(x, kind=asked.kind)
    print_table(_as_table(found, x, asked.kind), as_json=asked.json)
    return OK


def evaluate(asked: argparse.Namespace, _: dict[str, Any]) -> int:
    """Print a run's scores on other labelled rows."""
    run = _loaded(asked)
    data = run.experiment.data
    column = getattr(data, "target", None) or getattr(data, "label_column", None)
    label = asked.label or column
    kept = {label: "classes"} if label and hasattr(run.preprocessing, "class_names") else {}
    x, y = labelled(asked.file, label, _kept(run) | kept)
    with clean_output():
        scores = run.evaluate(x, y)
    if asked.json:
        print_json(scores)
    else:
        print("\n".join(f"{name} {value:.6g}" for name, value in scores.items()))
    return OK


def forecast(asked: argparse.Namespace, _: dict[str, Any]) -> int:
    """Print the steps after a series, or the table to fill before."""
    run = _loaded(asked)
    horizon = None if asked.horizon is None else scalar(asked.horizon)
    with clean_output():
        if asked.template:
            table = run.future_frame(horizon)
        else:
            future = None if asked.future is None else read_one_table(asked.future, _kept(run))
            level = None if asked.level is None else [scalar(v) for v in asked.level.split(",")]
            table = run.forecast(horizon, level, future)
    print_table(table, as_json=asked.json)
    return OK


def _kept(run: Run) -> dict[str, str]:
    """Name the columns that stay as a CSV file writes them, as those of the training did."""
    data = run.experiment.data
    series = getattr(data, "id", None)
    return dict(getattr(data, "kept", {})) | ({series: "ids"} if series else {})


def plot(asked: argparse.Namespace, _: dict[str, Any]) -> int:
    """Draw a run in a file, and print where."""
    target = Path(asked.out)
    if target.suffix.lower() not in PICTURES:
        raise ArgumentType(
            f"out: must end with one of {', '.join(PICTURES)}; got {asked.out!r}. Rename it."
        )
    if target.exists() and not asked.overwrite:
        raise RunFolderError(f"out: is there already; got {asked.out!r}. Give --overwrite.")
    if not target.absolute().parent.is_dir():
        raise RunFolderError(
            f"out: must lie in a folder that exists; got {asked.out!r}. Make it first."
        )
    run = _loaded(asked)
    with clean_output():
        run.plot(asked.kind).savefig(target, dpi=150)
    return _said_where(str(target.absolute()), asked)


def page(asked: argparse.Namespace, _: dict[str, Any]) -> int:
    """Write a report, and print where."""
    with clean_output():
        from kerasduet.report import render_report

        shown = asked.folders[0] if len(asked.folders) == 1 else asked.folders
        made = render_report(shown, asked.out, overwrite=asked.overwrite)
    return _said_where(str(made), asked)


def compare(asked: argparse.Namespace, _: dict[str, Any]) -> int:
    """Print the differences of two runs or sets, or of a run and several others."""
    with clean_output():
        from kerasduet.report import compare_runs

        folders = asked.folders
        found = compare_runs(folders) if len(folders) > 2 else compare_runs(*folders)
    if asked.json:
        print_json({"summary": found.summary, "table": found.table.to_dict("records")})
    else:
        print(found)
    return OK


def export(asked: argparse.Namespace, _: dict[str, Any]) -> int:
    """Write a run's network for other programs, and print where."""
    endings = {".onnx": "onnx", ".keras": "keras", "": "savedmodel"}
    chosen = asked.format or endings.get(Path(asked.file).suffix, "keras")
    run = _loaded(asked)
    with clean_output():
        made = run.export(asked.file, chosen, overwrite=asked.overwrite)
    return _said_where(made, asked)


def _loaded(asked: argparse.Namespace) -> Run:
    start_backend(asked)
    with clean_output():
        from kerasduet.run import load_run

        return load_run(asked.folder)


def _as_table(found: Any, x: Any, kind: str | None) -> pd.DataFrame:
    """Give predictions as a table: first what they are of, a text or a row's number from 1."""
    import pandas as pd

    is_named = isinstance(found, pd.DataFrame) and {"image", "text", "row"} & set(found.columns)
    if is_named and kind != "prob":  # of probabilities these would be classes
        return found
    table = found if isinstance(found, pd.DataFrame) else _columns(found)
    what = ("input", x) if isinstance(x, list) else ("row", range(1, len(table) + 1))
    return table.assign(**{what[0]: list(what[1])})[[what[0], *table.columns]]


def _columns(found: Any) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    if np.ndim(found) < 2:
        return pd.DataFrame({"prediction": found})
    steps = np.asarray(found)
    return pd.DataFrame({f"step_{i}": steps[:, i - 1] for i in range(1, steps.shape[1] + 1)})


def _said_where(path: str, asked: argparse.Namespace) -> int:
    if asked.json:
        print_json({"file": os.fspath(path)})
    else:
        print(path)
    return OK
