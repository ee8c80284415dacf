"""A run's measures on its test rows, each with its 95 % interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kerasduet.evaluation import best_baseline, known_truth
from kerasduet.figures.forecasting import forecast_names
from kerasduet.forecasting import metrics
from kerasduet.report.intervals import Interval, block_length, bootstrap

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.run import Run

__all__ = [
    "SERIES_MEASURES",
    "class_measures",
    "class_scores",
    "comparable",
    "gain",
    "paired_difference",
    "same_test_rows",
    "series_measures",
    "test_block",
]

SERIES_MEASURES = ("mae", "rmse", "smape", "mase")


def image_cases(run: Run) -> np.ndarray:
    """Give each test image's right (0 or 1), loss (nats) and top probability: (n, 3)."""
    table = run.predictions()
    lookup = {name: code for code, name in enumerate(run.class_names)}
    truth = np.array([lookup[name] for name in table["truth"].astype(str)])
    columns = [f"p_{name}" for name in run.class_names]
    chances = table[columns].to_numpy(dtype=np.float64)[np.arange(len(table)), truth]
    loss = -np.log(np.maximum(chances, np.finfo(np.float32).tiny))
    right = (table["truth"] == table["prediction"]).to_numpy(dtype=np.float64)
    return np.column_stack([right, loss, table["probability"].to_numpy(dtype=np.float64)])


def class_measures(run: Run) -> dict[str, Interval]:
    """Give accuracy, loss (nats), and confidence: the mean probability of the predicted class.

    Returns
    -------
    dict of Interval
        accuracy and confidence in 0..1.
    """
    found = bootstrap(image_cases(run))
    return dict(zip(("accuracy", "loss", "confidence"), found, strict=True))


def class_scores(table: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """Give precision, recall, F1 and support of every class.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns truth and prediction.
    names : tuple of str
        Classes, in order.

    Returns
    -------
    pandas.DataFrame
        Indexed by class; NaN where a class neither occurs nor was predicted. As in
        scikit-learn, one that occurs but is never predicted has a precision and an F1 of 0.
    """
    import pandas as pd

    truth, guess = table["truth"].astype(str), table["prediction"].astype(str)
    rows = []
    for name in names:
        hits = int(((truth == name) & (guess == name)).sum())
        support, predicted = int((truth == name).sum()), int((guess == name).sum())
        both = support + predicted
        rows.append(
            (
                hits / predicted if predicted else 0.0 if both else np.nan,
                hits / support if support else 0.0 if both else np.nan,
                2 * hits / both if both else np.nan,
                support,
            )
        )
    columns = ["precision", "recall", "f1", "support"]
    return pd.DataFrame(rows, columns=columns, index=list(names))


def test_block(run: Run) -> int:
    """Give the number of successive test windows drawn together."""
    horizon = run.experiment.horizon
    return block_length(len(run.table) // horizon, horizon)


def series_cases(run: Run, name: str) -> np.ndarray:
    """Give each test window's absolute, squared and symmetric error, and what they count for.

    Returns
    -------
    numpy.ndarray
        (n, 4): means over the steps of the horizon, a step with a filled truth counting as 0;
        then the share of steps that count. Windows where none does are left out.
    """
    table, horizon = run.predictions(), run.experiment.horizon
    known = known_truth(table).reshape(-1, horizon)
    truth, forecast = (
        table[column].to_numpy(dtype=np.float64).reshape(-1, horizon)
        for column in ("truth", name)
    )
    forecast = np.where(known, forecast, truth)
    gap = truth - forecast  # (windows, horizon)
    relative = [metrics.smape(*pair) for pair in zip(truth, forecast, strict=True)]
    size, square = np.abs(gap).mean(axis=1), (gap**2).mean(axis=1)
    cases = np.column_stack([size, square, relative, known.mean(axis=1)])
    return cases[known.any(axis=1)]


def series_measures(run: Run) -> dict[str, dict[str, Interval]]:
    """Give MAE, RMSE, sMAPE (per cent) and MASE of the network and of every baseline.

    Returns
    -------
    dict of dict of Interval
        By column of `predictions()`, then by measure.
    """
    scale = getattr(run.preprocessing, "mase_scale", 0.0)

    def measure(means: np.ndarray) -> np.ndarray:
        mae, square, smape = np.moveaxis(means[..., :3] / means[..., 3:], -1, 0)
        mase = mae / scale if scale > 0 else np.full_like(mae, np.nan)
        return np.stack([mae, np.sqrt(square), smape, mase], axis=-1)

    return {
        name: dict(
            zip(
                SERIES_MEASURES,
                bootstrap(
                    series_cases(run, name),
                    block=test_block(run),
                    measure=measure,
                ),
                strict=True,
            )
        )
        for name in forecast_names(run)
    }


def gain(run: Run) -> tuple[str, Interval]:
    """Compare the network's MAE with that of the best baseline, window by window.

    Returns
    -------
    (str, Interval)
        The baseline's name, and its MAE minus the network's.
    """
    name = best_baseline(run.metrics)
    return name, _mae_difference(series_cases(run, name), series_cases(run, "forecast"), run)


def _mae_difference(one: np.ndarray, other: np.ndarray, run: Run) -> Interval:
    """Compare the `series_cases` of two forecasts of the same windows."""
    cases = np.column_stack([one[:, 0] - other[:, 0], one[:, 3]])
    (found,) = bootstrap(
        cases, block=test_block(run), measure=lambda means: means[..., :1] / means[..., 1:]
    )
    return found


def same_test_rows(one: Run, other: Run) -> bool:
    """Say whether two runs were tested on the same rows, whatever rows they learned from.

    The times and values of a series are its test rows; images are known by their digest, which
    earlier versions did not note, or by that of all the data.
    """
    if ("step" in one.table) != ("step" in other.table) or len(one.table) != len(other.table):
        return False
    columns = ["origin", "time", "step"] if "step" in one.table else ["row"]
    same = all(
        np.array_equal(one.table[name].to_numpy(), other.table[name].to_numpy())
        for name in [*columns, "truth"]
    )
    if "step" in one.table:
        return same and _target(one) == _target(other)
    digests = [run.provenance.get("test_sha256") for run in (one, other)]
    if None in digests:
        digests = [run.source.sha256 for run in (one, other)]
    return same and digests[0] == digests[1]


def comparable(one: Run, other: Run) -> bool:
    """Say whether two runs' errors are in the same units, so that one can be the lower.

    Shares, such as the accuracy of a classifier, have no units; series have those of their
    target, which the test values tell where they overlap in time.
    """
    if one.experiment.task == "classification" or same_test_rows(one, other):
        return True
    if _target(one) != _target(other):
        return False
    if one.source.sha256 == other.source.sha256:
        return True
    truths = [run.table.groupby("time")["truth"].first() for run in (one, other)]
    try:
        shared = truths[0].index.intersection(truths[1].index)
        return len(shared) > 0 and np.array_equal(truths[0][shared], truths[1][shared])
    except TypeError:  # dates beside numbers, or times with and without a zone
        return False


def _target(run: Run) -> str:
    return str(getattr(run.preprocessing, "target", ""))


def paired_difference(one: Run, other: Run) -> Interval:
    """Give the accuracy (0..1) or the MAE of a run minus another's, case by case.

    Parameters
    ----------
    one, other : Run
        Tested on the same rows.
    """
    if one.experiment.task != "classification":
        return _mae_difference(
            series_cases(one, "forecast"), series_cases(other, "forecast"), one
        )
    (found,) = bootstrap(image_cases(one)[:, :1] - image_cases(other)[:, :1])
    return found
