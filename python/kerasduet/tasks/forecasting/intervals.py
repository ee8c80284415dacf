"""Intervals around a forecaster's forecasts: calibrated on validation windows, then on all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.panel_preprocessing import PanelPreprocessing
from kerasduet.data.preprocessing import SeriesPreprocessing
from kerasduet.errors import ArgumentType, HorizonError
from kerasduet.forecasting import conformal, metrics
from kerasduet.forecasting.levels import columns
from kerasduet.tasks.forecasting import quantiles, several
from kerasduet.tasks.forecasting.recursion import outputs as steps_of
from kerasduet.tasks.forecasting.scores import known_truth, missed

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.data.dataset import Dataset
    from kerasduet.data.preprocessing import Learned
    from kerasduet.data.table import Table
    from kerasduet.result import Result

__all__ = ["SCORED", "around", "calibrated", "ends_of", "refuse_beyond", "score", "tested"]

SCORED = (80.0, 95.0)


def calibrated(predict: Callable[[Any], Any], dataset: Dataset) -> Learned:
    """Note the errors of a trained network on validation windows.

    Of more than 500 windows as many, evenly spaced. A window with a filled truth says nothing;
    nor does a network that gives no finite numbers.
    """
    learned: Any = dataset.preprocessing
    if isinstance(learned, PanelPreprocessing):
        return several.calibrated(predict, dataset)
    series, windows = dataset.table, len(dataset.validation)
    assert series is not None
    if windows == 0:
        return learned
    count = min(windows, conformal.MOST_ERRORS)
    chosen = np.linspace(0, windows - 1, count).round().astype(np.int64)
    origins = series.validation_origins[chosen]
    ahead = origins[:, None] + np.arange(1, learned.horizon + 1)  # (windows, horizon)
    known = ~series.missing[ahead, -1].any(axis=1)
    outputs = steps_of(predict, learned, dataset.validation.inputs, chosen)
    errors = missed(dataset, series.values[ahead, -1], outputs, origins)
    errors = errors[known]
    if len(errors) == 0 or not np.isfinite(errors).all():
        return learned
    spread = 1.0 if learned.intervals == "quantile" else _spread(series, learned)
    kept = conformal.thinned(errors)
    return replace(learned, errors=kept, followed="widths", spread=spread)


def _spread(series: Table, learned: SeriesPreprocessing) -> float:
    """Compare the rows before the test with the validation rows, as the network sees them."""
    first, last = series.validation_origins[0] + 1, series.validation_origins[-1]
    rows = slice(0, last + learned.horizon + 1)
    seen, missing = learned.scaled(series.values[rows])[:, -1], series.missing[rows, -1]
    lag = learned.lag
    filled = missing[lag:] | missing[: len(missing) - lag]
    seen = np.where(filled, np.nan, seen)
    return conformal.spread_of(seen, seen[first - lag :])


def tested(
    table: pd.DataFrame,
    learned: SeriesPreprocessing | PanelPreprocessing,
    levels: Sequence[float],
) -> dict[str, np.ndarray]:
    """Give the ends of the intervals of every test window, as they were learned by its origin.

    Returns
    -------
    dict of numpy.ndarray
        By column, a value a row of `predictions()`; empty without a calibration.
    """
    if learned.errors is None and learned.intervals == "conformal":
        return {}
    if learned.errors is None:
        return ends_of(table, _as_learned(len(table), levels), learned, levels)
    if isinstance(learned, PanelPreprocessing):
        codes, steps = several.codes_of(table, learned), table["step"].to_numpy()
        return ends_of(table, several.moved(codes, steps, learned, levels), learned, levels)
    moved = _offsets(table, learned, levels)[:-1].reshape(len(table), len(levels), 2)
    return ends_of(table, moved, learned, levels)


def _as_learned(rows: int, levels: Sequence[float]) -> np.ndarray:
    """Give the scores of levels by the quantiles of the network alone (rows, levels, 2)."""
    from scipy.special import ndtri

    score = ndtri(0.5 + np.asarray(levels) / 200)
    return np.tile(np.stack([-score, score], axis=-1), (rows, 1, 1))


def around(run: Result, ahead: pd.DataFrame, levels: Sequence[float]) -> dict[str, np.ndarray]:
    """Give the ends of intervals around forecasts that start at the end of the series.

    Raises
    ------
    HorizonError
        More steps than were calibrated.
    ArgumentType
        A run without a calibration.
    """
    refuse_beyond(run, len(ahead))
    table, learned = run.table, run.preprocessing
    assert isinstance(learned, SeriesPreprocessing)
    if learned.errors is None:
        moved = _as_learned(len(ahead), levels)
    else:
        moved = _offsets(table, learned, levels)[-1, : len(ahead)]  # (steps, levels, 2)
    return ends_of(ahead, moved, learned, levels)


def refuse_beyond(run: Result, steps: int) -> None:
    """Refuse intervals of a run without a calibration, and of steps that it does not know."""
    _ = run.table  # an interrupted run is scored, and calibrated, here
    learned: Any = run.preprocessing
    if learned.intervals == "conformal":
        _refuse_uncalibrated(run, learned)
    if steps > learned.horizon:
        raise HorizonError(
            f"horizon: must be at most {learned.horizon} with level, as the errors of further "
            f"steps are not known; got {steps}. Train with horizon = {steps}, or "
            "leave level out."
        )


def ends_of(
    table: pd.DataFrame,
    moved: np.ndarray,
    learned: SeriesPreprocessing | PanelPreprocessing,
    levels: Sequence[float],
) -> dict[str, np.ndarray]:
    """Give the ends by column; a target that has a logarithm has no truth below 0."""
    least = -np.inf if learned.transform == "none" else 0.0
    if learned.intervals == "quantile":
        every = quantiles.of_table(table)[:, None, None].repeat(len(levels), 1).repeat(2, 2)
        found = quantiles.from_scores(moved, every)
    else:
        found = table["forecast"].to_numpy()[:, None, None] + moved
    return {
        name: np.maximum(found[:, i, side], least)
        for i, level in enumerate(levels)
        for side, name in enumerate(columns(level))
    }


def _refuse_uncalibrated(run: Result, learned: Any) -> None:
    if learned.errors is not None:
        return
    if run.provenance["sizes"]["validation"] == 0:
        raise ArgumentType(
            "level: intervals are calibrated on validation windows; got a run without any. Train "
            "with validation_split = 0.2, say, or leave level out."
        )
    raise ArgumentType(
        "level: intervals need the errors on validation windows, which this run did not keep; got "
        f"one of kerasduet {run.provenance['versions'].get('kerasduet', 'before')}. Train it "
        "again, or leave level out."
    )


def _offsets(
    table: pd.DataFrame, learned: SeriesPreprocessing, levels: Sequence[float]
) -> np.ndarray:
    assert learned.errors is not None
    gaps = (table["truth"] - table["forecast"]).to_numpy(dtype=np.float64)
    if learned.intervals == "quantile":
        truth = table["truth"].to_numpy(dtype=np.float64)
        gaps = quantiles.to_scores(truth, quantiles.of_table(table))
    errors = np.where(known_truth(table), gaps, np.nan).reshape(-1, learned.horizon)
    return conformal.offsets(
        learned.errors, errors, levels, followed=learned.followed, spread=learned.spread
    )


def score(
    table: pd.DataFrame, learned: SeriesPreprocessing | PanelPreprocessing
) -> dict[str, float]:
    """Score the intervals of the test windows.

    Returns
    -------
    dict
        coverage_80, coverage_95 (0 to 1), winkler_80, winkler_95 and pinball (the mean over the
        quantiles 2.5, 10, 50, 90 and 97.5 %; the forecast is the median), in the target's units;
        empty without a calibration.
    """
    ends = tested(table, learned, SCORED)
    if not ends:
        return {}
    known = known_truth(table)
    truth = table["truth"].to_numpy()[known]
    quantiles, scores = {0.5: table["forecast"].to_numpy()[known]}, {}
    for level in SCORED:
        lower, upper = (ends[name][known] for name in columns(level))
        scores[f"coverage_{level:g}"] = metrics.coverage(truth, lower, upper)
        scores[f"winkler_{level:g}"] = metrics.winkler(truth, lower, upper, level=level)
        share = round((100 - level) / 200, 12)
        quantiles |= {share: lower, 1 - share: upper}
    losses = [metrics.pinball(truth, end, quantile=q) for q, end in quantiles.items()]
    return scores | {"pinball": float(np.mean(losses))}
