"""A forecaster's test windows beside truth and baselines, and their scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data import gaps
from kerasduet.data.preprocessing import SeriesPreprocessing
from kerasduet.forecasting import baselines
from kerasduet.forecasting import metrics as measures
from kerasduet.lead import score_text
from kerasduet.tasks.forecasting import quantiles

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.data import Dataset


__all__ = [
    "baseline_forecasts",
    "best_baseline",
    "headline",
    "known_truth",
    "missed",
    "note",
    "restored",
    "rivals",
    "score",
    "table",
    "verdict",
]


def table(dataset: Dataset, outputs: np.ndarray) -> pd.DataFrame:
    """Lay the test outputs (windows, horizon), or quantiles (..., 5), beside the truth.

    Returns
    -------
    pandas.DataFrame
        origin, time, step (from 1), truth, filled (whether the truth was missing and filled, so
        that it is not scored), forecast, and a column a baseline, in the target's units; of
        quantiles then those but the median.
    """
    import pandas as pd

    series, learned = dataset.table, dataset.preprocessing
    assert series is not None and isinstance(learned, SeriesPreprocessing)
    origins = series.test_origins
    ahead = origins[:, None] + np.arange(1, learned.horizon + 1)  # (windows, horizon)
    values, missing = series.values, series.missing
    last = gaps.last_known(missing)
    used = missing[:, [learned.copied_place, -1]]
    forecasts = {
        "forecast": restored(dataset, quantiles.median_of(outputs), origins)
    } | baseline_forecasts(learned, values, origins, learned.horizon, first=learned.first)
    for late in np.flatnonzero(used[origins].any(axis=1)):  # the series went on within a gap
        origin = origins[late]
        rows = np.arange(max(origin - learned.season, 0), origin + 1)
        known = gaps.as_known(values, last, origin[None], rows[None])[0]
        end = np.array([len(rows) - 1])
        redone = baseline_forecasts(
            learned, known, end, learned.horizon, first=learned.first, rows_before=int(rows[0])
        )
        for name, found in redone.items():
            forecasts[name][late] = found[0]
    if learned.intervals == "quantile":
        forecasts |= {
            name: restored(dataset, outputs[..., place], origins)
            for name, place in quantiles.COLUMNS.items()
        }
    columns: dict[str, Any] = {
        "origin": series.times[origins].repeat(learned.horizon),
        "time": series.times[ahead.ravel()],
        "step": np.tile(np.arange(1, learned.horizon + 1), len(origins)),
        "truth": values[ahead, -1].ravel(),
        "filled": missing[ahead, -1].ravel(),
    }
    return pd.DataFrame(columns | {name: values.ravel() for name, values in forecasts.items()})


def restored(dataset: Dataset, outputs: np.ndarray, origins: np.ndarray) -> np.ndarray:
    """Give outputs (windows, horizon) in the target's units, from what each origin knew."""
    series, learned = dataset.table, dataset.preprocessing
    assert series is not None and isinstance(learned, SeriesPreprocessing)
    last = gaps.last_known(series.missing[:, -1:])
    rows = origins[:, None] + np.arange(1 - learned.lag, 1)
    history = gaps.as_known(series.values[:, -1:], last, origins, rows)[..., 0]
    return learned.restore(outputs, history)


def missed(
    dataset: Dataset, truth: np.ndarray, outputs: np.ndarray, origins: np.ndarray
) -> np.ndarray:
    """Give truth minus forecast (windows, horizon), or of quantiles the scores of the truth."""
    if outputs.ndim == 2:
        return np.asarray(truth - restored(dataset, outputs, origins))
    places = range(outputs.shape[-1])
    every = [restored(dataset, outputs[..., place], origins) for place in places]
    return quantiles.to_scores(truth, np.stack(every, axis=-1))


def known_truth(table: pd.DataFrame) -> np.ndarray:
    """Say which rows of a forecaster's `predictions()` have a truth that was not filled.

    Returns
    -------
    numpy.ndarray
        bool (rows,); runs saved by earlier versions do not say, and have all.
    """
    if "filled" not in table:
        return np.full(len(table), fill_value=True)
    return ~table["filled"].to_numpy(dtype=bool)


def baseline_forecasts(
    learned: SeriesPreprocessing,
    values: np.ndarray,
    origins: np.ndarray,
    horizon: int,
    *,
    first: float,
    rows_before: int = 0,
) -> dict[str, np.ndarray]:
    """Give every baseline's forecast, each (origins, horizon), in the target's units.

    Parameters
    ----------
    learned : SeriesPreprocessing
        Says the season, and the column to copy.
    values : numpy.ndarray
        Input columns and target (rows, columns + target).
    origins : numpy.ndarray
        Last known row of each forecast.
    horizon : int
        Steps ahead.
    first : float
        First value of the whole series.
    rows_before : int
        Rows of the whole series before `values` begins.
    """
    settings, every = {"horizon": horizon}, values
    values = every[:, -1]
    found = {
        "naive": baselines.naive(values, origins, **settings),
        "seasonal_naive": baselines.seasonal_naive(
            values, origins, season=learned.season, **settings
        ),
        "drift": baselines.drift(
            values, origins, first=first, rows_before=rows_before, **settings
        ),
        "seasonal_drift": baselines.seasonal_drift(
            values, origins, season=learned.season, **settings
        ),
    }
    if learned.copied is not None:
        inputs = every[:, learned.copied_place]
        found[baselines.COPY] = baselines.copy(inputs, origins, **settings)
    return found


def score(table: pd.DataFrame, learned: SeriesPreprocessing) -> dict[str, float]:
    """Score a table of predictions.

    Returns
    -------
    dict
        mae, rmse, smape (per cent) and mase, and the same of each baseline, such as naive_mae;
        over all test windows and steps whose truth is known.
    """
    frame = table[known_truth(table)]
    truth = frame["truth"].to_numpy()
    scores: dict[str, float] = {}
    for name in ("forecast", *rivals(frame)):
        prefix = "" if name == "forecast" else f"{name}_"
        for measure, value in _errors(
            truth, frame[name].to_numpy(), learned.mase_scale
        ).items():
            scores[prefix + measure] = value
    return scores


def _errors(truth: np.ndarray, forecast: np.ndarray, scale: float) -> dict[str, float]:
    return {
        "mae": measures.mae(truth, forecast),
        "rmse": measures.rmse(truth, forecast),
        "smape": measures.smape(truth, forecast),
        "mase": measures.mase(truth, forecast, scale=scale),
    }


def rivals(table: pd.DataFrame) -> list[str]:
    """Name the baselines of a table of predictions, `copy` where there is one."""
    named = [*baselines.BASELINES]
    return [*named, baselines.COPY] if baselines.COPY in table else named


def note(learned: SeriesPreprocessing) -> str:
    """Say where an input all but contains the target; empty where none does.

    Returns
    -------
    str
        Of several series about the first one of which it is true.
    """
    for one in getattr(learned, "each", (learned,)):
        share = one.copy_share
        if share is None or share >= baselines.CONTAINED or one.copied == one.target:
            continue
        size = f"{1 / share:,.0f} times less than" if share > 0 else "of 0 beside"
        return (
            f'input "{one.copied}" of the {_step(one)} before all but contains "{one.target}": '
            f"copying it has an error {size} that of the naive forecast (rows before the test)"
        )
    return ""


def _step(learned: SeriesPreprocessing) -> str:
    """Name the step between two times, where it is a day."""
    import pandas as pd

    from kerasduet.data.times import read_times

    times = read_times(learned.tail_times, learned.zone) if learned.tail_times else None
    if not isinstance(times, pd.DatetimeIndex) or len(times) < 2:
        return "row"
    return "day" if times.to_series().diff().median() == pd.Timedelta(days=1) else "row"


def best_baseline(scores: Mapping[str, float]) -> str:
    """Name the baseline with the smallest mean absolute error; of several series with the MASE."""
    # Runs saved by earlier versions lack the later baselines.
    every = (*baselines.BASELINES, baselines.COPY)
    scored = [name for name in every if f"{name}_mae" in scores]
    return min(scored, key=lambda name: scores[f"{name}_{headline(scores)}"])


def headline(scores: Mapping[str, float]) -> str:
    """Name the error that counts: of series of different sizes the one in units of each."""
    return "mase" if scores.get("mase", 0) > 0 and "series" in scores else "mae"


def verdict(metrics: Mapping[str, float]) -> str:
    """Say in one sentence how a forecaster did beside the best baseline."""
    name, measure = best_baseline(metrics), headline(metrics)
    own, rival = metrics[measure], metrics[f"{name}_{measure}"]
    label = name.replace("_", " ")
    text = (
        f"Test {measure.upper()} {score_text(own)}; the best baseline, {label}, has "
        f"{score_text(rival)}"
    )
    if own < rival:
        share = round(100 * (1 - own / rival))
        less = f"{share} % less" if share >= 1 else "under 1 % less"
        return f"{text}: {less}{_won(metrics)}."
    return f"{text}{_won(metrics)}. The network does not beat the {label} forecast."


def _won(metrics: Mapping[str, float]) -> str:
    """Say in how many of several series the network's error is less."""
    if "series" not in metrics:
        return ""
    won = f"with a lower MAE in {metrics['series_won']:,.0f}"
    return f" over {metrics['series']:,.0f} series, {won}"
