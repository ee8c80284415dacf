"""What a backtest found: errors by fold, series, step and model; what a network is worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kerasduet.errors import RunFolderError
from kerasduet.forecasting import metrics
from kerasduet.forecasting.accuracy import diebold_mariano, skill_interval
from kerasduet.forecasting.baselines import CONTAINED
from kerasduet.jobs import outside
from kerasduet.jobs.plan import Plan, outside_jobs
from kerasduet.lead import score_text
from kerasduet.registry import TASKS
from kerasduet.runs.reading import read_test_rows

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.runs.facts import Facts

__all__ = [
    "NETWORK",
    "Piece",
    "compared",
    "headline",
    "pieces_of",
    "scored",
    "verdict",
    "written",
]

NETWORK = "network"
ERRORS = ("mae", "rmse", "smape", "mase")
WRITTEN = {
    "ets": "ETS",
    "arima": "ARIMA",
    "r_ets": "R's ETS",
    "r_auto_arima": "R's ARIMA",
}  # other names are words


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


def scored(pieces: Sequence[Piece]) -> pd.DataFrame:
    """Score each model by fold, seed, series and step ahead.

    Returns
    -------
    pandas.DataFrame
        fold, model, seed (missing for a method), of several series id (its name), step, windows
        (those whose truth is known), mae, rmse, smape (per cent), mase; where some model has
        intervals pinball (the mean over the bounds and the forecast as median), and coverage_80
        and so on, as shares.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for piece in sorted(pieces, key=lambda one: (one.fold, one.model != NETWORK)):
        seed = np.nan if piece.seed is None else float(piece.seed)
        labels = {"fold": piece.fold, "model": piece.model, "seed": seed}
        labels |= {} if piece.series is None else {"id": piece.series}
        for step in range(piece.truth.shape[1]):
            known = piece.known[:, step]
            cut = {name: values[known, step] for name, values in piece.bounds.items()}
            truth, forecast = piece.truth[known, step], piece.forecast[known, step]
            told = labels | {"step": step + 1, "windows": int(known.sum())}
            rows.append(
                told | _errors(truth, forecast, piece.scale) | _intervals(truth, forecast, cut)
            )
    table = pd.DataFrame(rows)
    several = ["id"] if "id" in table else []
    first = ["fold", "model", "seed", *several, "step", "windows", *ERRORS]
    if table.empty:
        return pd.DataFrame(columns=first)
    later = sorted(str(name) for name in table if str(name).startswith("coverage_"))
    return table[[*first, *(["pinball", *later] if later else [])]]


def _errors(truth: np.ndarray, forecast: np.ndarray, scale: float) -> dict[str, float]:
    if len(truth) == 0:
        return dict.fromkeys(ERRORS, float("nan"))
    return {
        "mae": metrics.mae(truth, forecast),
        "rmse": metrics.rmse(truth, forecast),
        "smape": metrics.smape(truth, forecast),
        "mase": metrics.mase(truth, forecast, scale=scale),
    }


def _intervals(
    truth: np.ndarray, forecast: np.ndarray, bounds: Mapping[str, np.ndarray]
) -> dict[str, float]:
    """Score the bounds of each level as quantiles, and count what lies between them."""
    if not bounds or len(truth) == 0:
        return {}
    found, losses = {}, [metrics.pinball(truth, forecast, quantile=0.5)]
    for level in sorted({name.partition("_")[2] for name in bounds}, key=float):
        low, high = bounds[f"lower_{level}"], bounds[f"upper_{level}"]
        found[f"coverage_{level}"] = metrics.coverage(truth, low, high)
        tail = (1 - float(level) / 100) / 2
        losses += [
            metrics.pinball(truth, low, quantile=tail),
            metrics.pinball(truth, high, quantile=1 - tail),
        ]
    return found | {"pinball": float(np.mean(losses))}


def compared(pieces: Sequence[Piece]) -> pd.DataFrame:
    """Compare the networks with each method, over all folds that both forecast.

    Returns
    -------
    pandas.DataFrame
        A row a model, the networks first, then the methods from the least error up: model, folds
        (of the comparison), of several series their number, mae, rmse, smape, mase and, where
        some model has intervals, pinball and coverage; then skill of the networks against it (1 -
        MAE / its MAE, of several series MASE), low and high (95 % interval), dm and p_value
        (Diebold-Mariano, below 0 where the networks are better), and of several series
        series_won, in how many the networks' error is less.
    """
    import pandas as pd

    table = scored(pieces)
    if table.empty:
        return pd.DataFrame(columns=["model", "folds", *ERRORS, *COMPARISONS])
    several = "id" in table
    measures = list(table.columns[6 if several else 5 :])
    weighted = table.assign(rmse=table["rmse"] ** 2)
    rows = []
    for model in dict.fromkeys(table["model"]):
        own = weighted[weighted["model"] == model]
        means = {name: _weighted(own, name) for name in measures} | {
            "rmse": float(np.sqrt(_weighted(own, "rmse")))
        }
        told = {"model": model, "folds": own["fold"].nunique()}
        told |= ({"series": own["id"].nunique()} if several else {}) | means
        rows.append(told | _against(pieces, model))
    found = pd.DataFrame(rows)
    order = found[headline(found)].where(found["model"] != NETWORK, -1.0)
    return found.loc[order.sort_values(kind="stable").index].reset_index(drop=True)


COMPARISONS = ("skill", "low", "high", "dm", "p_value")


def headline(table: pd.DataFrame) -> str:
    """Name the error that counts: of several series the one in units of each."""
    return "mase" if "series" in table or "id" in table else "mae"


def _weighted(rows: pd.DataFrame, name: str) -> float:
    """Average a score over steps, folds and seeds by the windows that count."""
    counts = rows["windows"].where(rows[name].notna(), 0)
    total = float(counts.sum())
    return float((rows[name].fillna(0) * counts).sum() / total) if total else float("nan")


def _against(pieces: Sequence[Piece], model: str) -> dict[str, float]:
    """Compare the networks with one method on the folds and seeds that are complete."""
    several = any(piece.series is not None for piece in pieces)
    names = (*COMPARISONS, "series_won") if several else COMPARISONS
    nothing = dict.fromkeys(names, float("nan"))
    theirs: dict[int, list[Piece]] = {}
    for piece in pieces:
        if piece.model == model:
            theirs.setdefault(piece.fold, []).append(piece)
    ours: dict[int, dict[int, list[Piece]]] = {}
    for piece in pieces:
        if piece.model == NETWORK and piece.seed is not None and piece.fold in theirs:
            ours.setdefault(piece.fold, {}).setdefault(piece.seed, []).append(piece)
    if model == NETWORK or not ours:
        return nothing
    seeds = sorted(set.intersection(*(set(one) for one in ours.values())))
    if not seeds:
        return nothing
    folds = sorted(ours)
    network = np.array(
        [[[one.error for one in ours[fold][seed]] for seed in seeds] for fold in folds]
    )  # (folds, seeds, series)
    method = np.array([[one.error for one in theirs[fold]] for fold in folds])
    whole = np.isfinite(network).all(axis=(0, 1)) & np.isfinite(method).all(axis=0)
    if several and not whole.any():
        return nothing
    if several:
        interval = skill_interval(network[:, :, whole], method[:, whole])
        won = (network.mean(axis=(0, 1)) < method.mean(axis=0))[whole].sum()
    else:
        interval, won = skill_interval(network[:, :, 0], method[:, 0]), 0
    windows = [
        np.mean([_by_window(ours[fold][seed]) for seed in seeds], axis=0) for fold in folds
    ]
    first = np.concatenate(windows)
    second = np.concatenate([_by_window(theirs[fold]) for fold in folds])
    there = ~np.isnan(first)
    horizon = theirs[folds[0]][0].truth.shape[1]
    test = diebold_mariano(first[there], second[there], horizon=horizon)
    values = (*interval, test.statistic, test.p_value, float(won))
    return dict(zip(names, values, strict=False))


def _by_window(pieces: Sequence[Piece]) -> np.ndarray:
    """Average the error of each window over the series that have it, in order of time."""
    most = max(len(one.truth) for one in pieces)
    every = np.full((len(pieces), most), np.nan)
    for place, one in enumerate(pieces):
        every[place, : len(one.truth)] = one.by_window
    counts = (~np.isnan(every)).sum(axis=0)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.nansum(every, axis=0) / np.where(counts, counts, np.nan))


def written(model: str) -> str:
    """Write a model's name as people do; tables keep the id.

    Examples
    --------
    >>> written("ets"), written("seasonal_naive")
    ('ETS', 'seasonal naive')
    """
    return WRITTEN.get(model, model.replace("_", " "))


def verdict(summary: pd.DataFrame) -> str:
    """Say in a sentence or two whether the networks earn their keep."""
    rivals = summary[(summary["model"] != NETWORK) & summary["skill"].notna()]
    if rivals.empty:
        return ""
    best = rivals.iloc[0].to_dict()
    own = summary[summary["model"] == NETWORK].iloc[0]
    p_value = best["p_value"]
    test = f"; Diebold-Mariano p = {p_value:.2g}" if np.isfinite(p_value) else ""
    error = headline(summary)
    over = f" over {own['series']:,.0f} series" if error == "mase" else ""
    won = f", a lower error in {best['series_won']:,.0f} of the series" if over else ""
    text = (
        f"{error.upper()} {score_text(own[error])}{over}; the best other method, "
        f"{written(best['model'])}, has {score_text(best[error])}: skill "
        f"{100 * best['skill']:.0f} % (95 % interval {100 * best['low']:.0f} to "
        f"{100 * best['high']:.0f} %){test}{won}. "
    )
    does = "earns" if best["low"] > 0 else "does not earn"
    return f"{text}The network {does} its keep.{_contained(summary)}"


def _contained(summary: pd.DataFrame) -> str:
    """Say that an input's last value all but is the target, as yesterday's close is the open."""
    errors = dict(zip(summary["model"], summary["mae"], strict=True))
    if not {"naive", "copy_feature"} <= set(errors):
        return ""
    copied, own = errors["copy_feature"], errors["naive"]
    if copied >= CONTAINED * own:
        return ""
    times = f"{own / copied:.0f} times smaller" if copied > 0 else "of 0, smaller"
    return (
        " The target is all but contained in an input: copying its last value has an error "
        f"{times} than the target's own."
    )
