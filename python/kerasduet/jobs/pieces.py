"""What each model of a backtest forecast, by fold and series, as the folders of its set tell it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kerasduet.errors import RunFolderError
from kerasduet.jobs import outside
from kerasduet.jobs.plan import Plan, outside_jobs
from kerasduet.registry import TASKS
from kerasduet.runs.reading import read_test_rows

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.runs.facts import Facts

__all__ = ["NETWORK", "Piece", "pieces_of"]

NETWORK = "network"


@dataclass(frozen=True)
class Piece:
    """What one model forecast in one fold.

    Parameters
    ----------
    fold : int
        From 1.
    model : str
        "network", or the name of a method.
    seed : int or None
        Of a network.
    truth, known, forecast : numpy.ndarray
        (windows, horizon); `known` says which truths were not filled.
    bounds : mapping
        `lower_80` and so on, of the same shape.
    scale : float
        MASE's unit.
    origin : str
        Time of the fold's first origin; empty where only its methods say it.
    series : str or int, optional
        Which of several series; None where there is one.
    """

    fold: int
    model: str
    seed: int | None
    truth: np.ndarray
    known: np.ndarray
    forecast: np.ndarray
    bounds: Mapping[str, np.ndarray]
    scale: float
    origin: str = ""
    series: str | int | None = None

    @property
    def unit(self) -> float:
        """What errors are divided by: of several series MASE's unit, whose own differ."""
        return 1.0 if self.series is None else self.scale or float("nan")

    @property
    def error(self) -> float:
        """Mean absolute error over all windows and steps, of several series in their units."""
        gaps = np.abs(self.truth - self.forecast)[self.known]
        return float(gaps.mean() / self.unit) if len(gaps) else float("nan")

    @property
    def by_window(self) -> np.ndarray:
        """The error of each window (windows,); NaN where no truth is known."""
        gap = np.where(self.known, np.abs(self.truth - self.forecast), 0)
        with np.errstate(invalid="ignore"):
            return gap.sum(axis=1) / self.known.sum(axis=1) / self.unit


def pieces_of(path: Path, plan: Plan, facts: Sequence[Facts | None]) -> list[Piece]:
    """Read what every finished run and every method forecast, by fold."""
    found: list[Piece] = []
    for job in outside_jobs(plan):
        kept = outside.read(path / job.name)
        if kept is not None:
            found += _by_methods(*kept, _folds(plan, job.fold))
    for job, one in zip(plan.jobs, facts, strict=True):
        if one is not None and one.status == "finished":
            learned: Any
            learned, table = read_test_rows(one.path)
            columns = {name: table[name].to_numpy() for name in table.columns}
            columns |= TASKS[job.experiment.task].tested(table, learned)
            cut = _Cut(columns, learned.horizon, _folds(plan, job.fold), _parts(learned, table))
            found += cut.pieces(NETWORK, "", job.experiment.seed)
    return sorted(found, key=lambda piece: piece.fold)


class _Part(NamedTuple):
    """The windows of one series: its name, None where there is one alone, and MASE's unit."""

    series: str | int | None
    windows: int
    scale: float


def _parts(learned: Any, table: pd.DataFrame) -> list[_Part]:
    """Say whose the windows of a run are, in order."""
    if learned.kind != "panel":
        return [_Part(None, len(table) // learned.horizon, learned.mase_scale)]
    counts = table["id"].value_counts().reindex(learned.names, fill_value=0)
    names = learned.names.tolist()
    rows = zip(names, counts // learned.horizon, learned.each, strict=True)
    return [_Part(name, int(count), one.mase_scale) for name, count, one in rows]


def _folds(plan: Plan, fold: Any) -> range:
    """Say which folds a data set has."""
    return range(fold.origin, fold.origin + 1) if fold.origin else range(1, fold.origins + 1)


def _by_methods(about: Mapping[str, Any], table: pd.DataFrame, folds: range) -> Iterator[Piece]:
    columns = {name: table[name].to_numpy() for name in table.columns}
    parts = [_Part(None, len(about["origins"]), about.get("mase_scale", 0.0))]
    if "ids" in about:
        given = (about["ids"], about["windows"], about["mase_scales"])
        parts = [_Part(*one) for one in zip(*given, strict=True)]
    cut = _Cut(columns, about["horizon"], folds, parts, about["origins"])
    for name in about["notes"]:
        yield from cut.pieces(name, f"{name} ", None)


@dataclass(frozen=True)
class _Cut:
    """A table of test windows, cut by series into the folds that it covers: each has as many."""

    columns: Mapping[str, np.ndarray]
    horizon: int
    folds: range
    parts: Sequence[_Part]
    origins: Sequence[str] = ()

    def pieces(self, model: str, prefix: str, seed: int | None) -> Iterator[Piece]:
        whole = {name: self._windows(values) for name, values in self.columns.items()}
        windows, count = len(whole["truth"]), len(self.folds)
        odd = any(part.windows % count for part in self.parts)
        all_there = sum(part.windows for part in self.parts) == windows
        if odd or not all_there or len(self.origins) not in (0, windows):
            raise RunFolderError(
                f"folder: each fold must have as many windows; got {windows} of {count} "
                "folds. The set is damaged: restore it."
            )
        bounds = [
            name.removeprefix(prefix)
            for name in whole
            if name.startswith((f"{prefix}lower_", f"{prefix}upper_"))
        ]
        begin = 0
        for part in self.parts:
            each = part.windows // count
            for fold in self.folds:
                rows = slice(begin, begin + each)
                yield Piece(
                    fold=fold,
                    model=model,
                    seed=seed,
                    truth=whole["truth"][rows],
                    known=whole["known"][rows].astype(bool),
                    forecast=whole[f"{prefix}forecast"][rows],
                    bounds={name: whole[f"{prefix}{name}"][rows] for name in bounds},
                    scale=part.scale,
                    origin=self.origins[begin] if self.origins else "",
                    series=part.series,
                )
                begin += each

    def _windows(self, values: np.ndarray) -> np.ndarray:
        return values.reshape(-1, self.horizon)
