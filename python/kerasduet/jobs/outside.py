"""Forecasts of a fold by methods from outside: computed once, kept in a folder of the set."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.checks import show
from kerasduet.data import gaps
from kerasduet.data.panel_preprocessing import PanelPreprocessing
from kerasduet.data.preprocessing import SeriesPreprocessing
from kerasduet.data.times import iso_times
from kerasduet.errors import ForecastError, RunFolderError
from kerasduet.forecasting.outside import forecasts_of
from kerasduet.runs import storage
from kerasduet.runs.manifest import DAMAGE, DIGEST, fits
from kerasduet.runs.tables import csv_text, read_numbers

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.data import Dataset
    from kerasduet.data.table import Table

__all__ = ["LEVELS", "compute", "is_done", "read"]

LEVELS = (80, 95)  # of intervals, in per cent
FILE, TABLE = "outside.json", "forecasts.csv"
MOST = 2**30  # bytes of a table
SHAPE = {
    "format": int,
    "horizon": int,
    "origins": [str],
    "notes": {str: str},
    "failures": {str: str},
    "sha256": DIGEST,
}
ONE = {"mase_scale": float}
PANEL = {"ids": ([str], [int]), "mase_scales": [float], "windows": [int]}


def compute(folder: Path, dataset: Dataset, methods: Sequence[str]) -> None:
    """Ask each method for the test windows of a fold, and write what they say.

    A method that fails leaves the others alone; what it said is kept. One that fails on one of
    several series is left out of the fold, so that all are compared on the same series.
    """
    import pandas as pd

    learned: Any = dataset.preprocessing
    if isinstance(learned, PanelPreprocessing):
        each = [*zip(learned.ids, learned.each, dataset.panel, strict=True)]
        more: dict[str, Any] = {
            "ids": learned.names.tolist(),
            "mase_scales": [one.mase_scale for one in learned.each],
            "windows": [len(rows.test_origins) for rows in dataset.panel],
        }
    else:
        assert dataset.table is not None
        each = [("", learned, dataset.table)]
        more = {"mase_scale": learned.mase_scale}
    frames = []
    notes, failures = dict.fromkeys(methods, ""), dict[str, str]()
    for name, one, rows in each:
        columns, told, failed = _asked(one, rows, methods)
        place = f" That is in the series {show(name)}." if name else ""
        failures = {method: f"{text}{place}" for method, text in failed.items()} | failures
        notes = {method: notes[method] or told.get(method, "") for method in notes}
        frames.append(pd.DataFrame(columns))
        methods = [method for method in methods if method not in failures]
    table = pd.concat(frames, ignore_index=True)
    dropped = [c for c in table if str(c).partition(" ")[0] in failures]
    text = csv_text(table.drop(columns=dropped))
    about = {
        "format": 1,
        "horizon": learned.horizon,
        "origins": [
            text for _, _, rows in each for text in iso_times(rows.times[rows.test_origins])
        ],
        "notes": {method: notes[method] for method in methods},
        "failures": failures,
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }
    with storage.writing_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        storage.write_text(folder / TABLE, text)
        # Last: what has it is whole.
        storage.write_text(folder / FILE, storage.sealed(about | more))


def _asked(
    learned: SeriesPreprocessing, series: Table, methods: Sequence[str]
) -> tuple[Mapping[str, np.ndarray], dict[str, str], dict[str, str]]:
    """Ask each method for the test windows of one series: columns, notes, failures."""
    origins, horizon = series.test_origins, learned.horizon
    ahead = origins[:, None] + np.arange(1, horizon + 1)
    values, missing = series.values[:, -1], series.missing[:, -1]
    columns: dict[str, np.ndarray] = {
        "step": np.tile(np.arange(1, horizon + 1), len(origins)),
        "truth": values[ahead].ravel(),
        "known": (~missing[ahead]).astype(np.int64).ravel(),
    }
    # Within a gap the last known value is where a forecast starts.
    known = gaps.last_known(missing[:, None])[origins, 0]
    late = origins - known
    starts, place = np.unique(known, return_inverse=True)
    steps = late[:, None] + np.arange(horizon)
    notes, failures = dict[str, str](), dict[str, str]()
    for name in methods:
        try:
            found = forecasts_of(
                name,
                values,
                horizon=horizon + int(late.max()),
                season=learned.season,
                origins=starts,
                levels=LEVELS,
                features=series.values[:, :-1],
                validation=series.validation_origins,
            )
        except ForecastError as error:
            failures[name] = str(error)
            continue
        notes[name] = found.pop("note", "")
        for part, array in found.items():
            columns[f"{name} {part}"] = array[place[:, None], steps].ravel()
    return columns, notes, failures


def is_done(folder: Path, methods: Sequence[str]) -> bool:
    """Say whether the forecasts of these methods are there."""
    about = _about(folder)
    return about is not None and {*about["notes"], *about["failures"]} == set(methods)


def read(folder: Path) -> tuple[dict[str, Any], pd.DataFrame] | None:
    """Read what `compute` wrote; None where it has not yet.

    Returns
    -------
    (dict, pandas.DataFrame)
        horizon, origins (times of the last known rows), notes, failures and mase_scale, or of
        several series ids, mase_scales and windows; and step, truth, known and a column a method
        and part, such as "theta forecast", "theta lower_80", series by series.

    Raises
    ------
    RunFolderError
        It is damaged.
    """
    about = _about(folder)
    if about is None:
        return None
    with storage.reading_errors(folder / TABLE):
        try:
            content = storage.read_plain(folder / TABLE, MOST)
        except FileNotFoundError:
            content = b""
    if hashlib.sha256(content).hexdigest() != about["sha256"]:
        raise _damaged(folder, TABLE)
    return about, read_numbers(content)


def _about(folder: Path) -> dict[str, Any] | None:
    with storage.reading_errors(folder / FILE):
        try:
            content = storage.read_plain(folder / FILE)
        except (FileNotFoundError, NotADirectoryError):
            return None
    try:
        about = storage.unsealed(content.decode("utf-8"))
        if not fits(about, SHAPE | (PANEL if "ids" in about else ONE)):
            raise ValueError("other entries")
    except DAMAGE:
        raise _damaged(folder, FILE) from None
    return about


def _damaged(folder: Path, name: str) -> RunFolderError:
    return RunFolderError(
        f"folder: {name} must be whole; got a damaged one in {str(folder)!r}. Remove "
        f"{folder.name} to compute it again."
    )
