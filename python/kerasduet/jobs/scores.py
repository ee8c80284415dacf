"""What a backtest found: errors by fold, series, step and model; what a network is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.forecasting import metrics
from kerasduet.forecasting.accuracy import diebold_mariano, is_untested, skill_interval
from kerasduet.forecasting.baselines import CONTAINED
from kerasduet.jobs.pieces import NETWORK, Piece
from kerasduet.lead import chance_text, score_text

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["compared", "headline", "scored", "verdict", "written"]

ERRORS = ("mae", "rmse", "smape", "mase")
WRITTEN = {
    "ets": "ETS",
    "arima": "ARIMA",
    "r_ets": "R's ETS",
    "r_auto_arima": "R's ARIMA",
}  # other names are words


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
    horizon = theirs[folds[0]][0].truth.shape[1]
    first = _in_time(
        [np.mean([_by_window(ours[fold][seed]) for seed in seeds], axis=0) for fold in folds],
        horizon,
    )
    second = _in_time([_by_window(theirs[fold]) for fold in folds], horizon)
    test = diebold_mariano(first, second, horizon=horizon)
    values = (*interval, test.statistic, test.p_value, float(won))
    return dict(zip(names, values, strict=False))


def _in_time(folds: Sequence[np.ndarray], horizon: int) -> np.ndarray:
    """Join the errors of folds: the last window of one ends before the next one's first begins."""
    apart = np.full(horizon, np.nan)
    return np.concatenate([part for fold in folds for part in (fold, apart)])


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
    test = f"; Diebold-Mariano p {chance_text(p_value)}" if np.isfinite(p_value) else ""
    if is_untested(best["skill"], p_value):
        test = "; too few windows for the Diebold-Mariano test"
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
