"""Score a network on rows it never saw, beside the baselines it has to beat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data import gaps
from kerasduet.data.preprocessing import ImagePreprocessing, SeriesPreprocessing
from kerasduet.forecasting import baselines, metrics

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.data import Dataset

__all__ = [
    "baseline_forecasts",
    "best_baseline",
    "class_frame",
    "class_metrics",
    "diverged",
    "known_truth",
    "predictions",
    "score",
    "verdict",
]

MEASURES = ("mae", "rmse", "smape", "mase")


def predictions(dataset: Dataset, outputs: np.ndarray) -> pd.DataFrame:
    """Lay the network's test outputs beside the truth.

    Parameters
    ----------
    dataset : Dataset
        Its test rows.
    outputs : numpy.ndarray
        What the network gave for them (n, classes) or (windows, horizon).

    Returns
    -------
    pandas.DataFrame
        Images: row (from 1), truth and prediction (labels as the caller gave them),
        probability, then `p_<class>` a class.
        Series: origin, time, step (from 1), truth, filled (whether the truth was missing and
        filled, so that it is not scored), forecast, and a column a baseline, in the target's
        units.
    """
    if isinstance(dataset.preprocessing, ImagePreprocessing):
        return _class_frame(dataset.preprocessing, outputs, dataset.y_test)
    return _series_frame(dataset, outputs)


def class_frame(preprocessing: ImagePreprocessing, probabilities: np.ndarray) -> pd.DataFrame:
    """Name each row's most probable class and give all probabilities."""
    return _class_frame(preprocessing, probabilities, None)


def _class_frame(
    preprocessing: ImagePreprocessing, probabilities: np.ndarray, truth: np.ndarray | None
) -> pd.DataFrame:
    import pandas as pd

    labels = preprocessing.labels
    columns: dict[str, Any] = {"row": np.arange(1, len(probabilities) + 1)}
    if truth is not None:
        columns["truth"] = labels[truth]
    columns["prediction"] = labels[probabilities.argmax(axis=1)]
    columns["probability"] = probabilities.max(axis=1)
    names = preprocessing.class_names
    columns |= {f"p_{name}": probabilities[:, i] for i, name in enumerate(names)}
    return pd.DataFrame(columns)


def _series_frame(dataset: Dataset, outputs: np.ndarray) -> pd.DataFrame:
    import pandas as pd

    table, learned = dataset.table, dataset.preprocessing
    assert table is not None and isinstance(learned, SeriesPreprocessing)
    origins = table.test_origins
    ahead = origins[:, None] + np.arange(1, learned.horizon + 1)  # (windows, horizon)
    values, missing = table.values[:, -1], table.missing[:, -1]
    last = gaps.last_known(missing[:, None])
    rows = origins[:, None] + np.arange(1 - learned.difference, 1)
    history = gaps.as_known(values[:, None], last, origins, rows)[..., 0]
    forecasts = {"forecast": learned.restore(outputs, history)} | baseline_forecasts(
        learned, values, origins, learned.horizon, first=learned.first
    )
    for late in np.flatnonzero(missing[origins]):  # the series went on within a gap
        origin = origins[late]
        rows = np.arange(max(origin - learned.season, 0), origin + 1)
        known = gaps.as_known(values[:, None], last, origin[None], rows[None])[0, :, 0]
        end = np.array([len(rows) - 1])
        redone = baseline_forecasts(
            learned, known, end, learned.horizon, first=learned.first, rows_before=int(rows[0])
        )
        for name, found in redone.items():
            forecasts[name][late] = found[0]
    columns: dict[str, Any] = {
        "origin": table.times[origins].repeat(learned.horizon),
        "time": table.times[ahead.ravel()],
        "step": np.tile(np.arange(1, learned.horizon + 1), len(origins)),
        "truth": values[ahead].ravel(),
        "filled": missing[ahead].ravel(),
    }
    return pd.DataFrame(columns | {name: values.ravel() for name, values in forecasts.items()})


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
        Says the season.
    values : numpy.ndarray
        The target (rows,).
    origins : numpy.ndarray
        Last known row of each forecast.
    horizon : int
        Steps ahead.
    first : float
        First value of the whole series.
    rows_before : int
        Rows of the whole series before `values` begins.
    """
    settings = {"horizon": horizon}
    return {
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


def score(dataset: Dataset, outputs: np.ndarray) -> dict[str, float]:
    """Score test outputs.

    Returns
    -------
    dict
        Images: loss (nats), accuracy, errors and baseline_accuracy (always the commonest
        training class). Series: mae, rmse, smape (per cent) and mase, and the same of each
        baseline, such as naive_mae; over all test windows and steps whose truth is known.
    """
    if isinstance(dataset.preprocessing, ImagePreprocessing):
        common = int(np.bincount(dataset.y_train).argmax())
        return class_metrics(outputs, dataset.y_test) | {
            "baseline_accuracy": float(np.mean(dataset.y_test == common))
        }
    frame = _series_frame(dataset, outputs)
    frame = frame[known_truth(frame)]
    truth = frame["truth"].to_numpy()
    scores: dict[str, float] = {}
    for name in ("forecast", *baselines.BASELINES):
        prefix = "" if name == "forecast" else f"{name}_"
        for measure, value in _errors(
            truth, frame[name].to_numpy(), dataset.preprocessing.mase_scale
        ).items():
            scores[prefix + measure] = value
    return scores


def class_metrics(probabilities: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Cross-entropy in nats, accuracy and number of errors."""
    chosen = probabilities[np.arange(len(truth)), truth].astype(np.float64)
    right = (probabilities.argmax(axis=1) == truth) & np.isfinite(chosen)
    return {
        "loss": float(-np.mean(np.log(np.maximum(chosen, np.finfo(np.float32).tiny)))),
        "accuracy": float(np.mean(right)),
        "errors": float(np.sum(~right)),
    }


def _errors(truth: np.ndarray, forecast: np.ndarray, scale: float) -> dict[str, float]:
    return {
        "mae": metrics.mae(truth, forecast),
        "rmse": metrics.rmse(truth, forecast),
        "smape": metrics.smape(truth, forecast),
        "mase": metrics.mase(truth, forecast, scale=scale),
    }


def best_baseline(scores: dict[str, float]) -> str:
    """Name the baseline with the smallest mean absolute error."""
    # Runs saved by earlier versions lack the later baselines.
    scored = [name for name in baselines.BASELINES if f"{name}_mae" in scores]
    return min(scored, key=lambda name: scores[f"{name}_mae"])


def diverged(scores: dict[str, float]) -> bool:
    """Say whether the network's test outputs were not all finite, so that no score holds."""
    return not np.isfinite(scores.get("loss", scores.get("mae", 0.0)))


def verdict(scores: dict[str, float]) -> str:
    """Say in one sentence how the network did beside its baseline.

    Examples
    --------
    >>> verdict({"accuracy": 0.985, "errors": 150.0, "baseline_accuracy": 0.1135})
    'Test accuracy 98.50 % (150 errors); always guessing the commonest class gives 11.35 %.'
    """
    if diverged(scores):
        return (
            "Training diverged: the network gives no finite numbers. Lower learning_rate, or clip "
            "the gradients with clip_norm."
        )
    if "accuracy" in scores:
        text = (
            f"Test accuracy {scores['accuracy']:.2%} ({scores['errors']:,.0f} errors); always "
            f"guessing the commonest class gives {scores['baseline_accuracy']:.2%}"
        ).replace("%", " %")
        beaten = scores["accuracy"] > scores["baseline_accuracy"]
        return f"{text}." if beaten else f"{text}. The network does not beat that baseline."
    name = best_baseline(scores)
    rival = scores[f"{name}_mae"]
    label = name.replace("_", " ")
    text = f"Test MAE {scores['mae']:.4g}; the best baseline, {label}, has {rival:.4g}"
    if scores["mae"] < rival:
        return f"{text}: {1 - scores['mae'] / rival:.0%} less.".replace("%", " %")
    return f"{text}. The network does not beat the {label} forecast."
