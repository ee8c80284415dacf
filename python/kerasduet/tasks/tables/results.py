"""Scores of a table of predictions, beside those of the baselines, and what they come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.lead import Lead, score_text
from kerasduet.report.intervals import Counted, Interval, bootstrap
from kerasduet.tasks.classification.scores import class_codes
from kerasduet.tasks.tables import scores
from kerasduet.tasks.tables.baselines import CLASS_BASELINES, NUMBER_BASELINES
from kerasduet.tasks.tables.scores import Measure

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.task import Metric

__all__ = [
    "best_baseline",
    "class_cases",
    "class_counted",
    "class_measure",
    "class_rates",
    "class_score",
    "class_verdict",
    "codes_of",
    "lead",
    "number_cases",
    "number_counted",
    "number_measure",
    "number_score",
    "number_verdict",
    "probabilities_of",
    "weights_of",
]

Cases = Mapping[str, np.ndarray]


def weights_of(table: pd.DataFrame) -> np.ndarray | None:
    """Give the case weights (n,) of a table of predictions; None where it has none."""
    return table["weight"].to_numpy(dtype=np.float64) if "weight" in table else None


# Classes --------------------------------------------------------------------------------------


def codes_of(table: pd.DataFrame, learned: Any) -> np.ndarray:
    """Give the true classes' codes (n,)."""
    return class_codes(table["truth"], learned)


def probabilities_of(table: pd.DataFrame, learned: Any, who: str = "") -> np.ndarray:
    """Give the probabilities (n, classes) of the network, or of a baseline."""
    columns = [f"{who}_p_{name}" if who else f"p_{name}" for name in learned.class_names]
    return table[columns].to_numpy(dtype=np.float64)


def class_measure(table: pd.DataFrame, learned: Any, who: str = "") -> Measure:
    """Measure the network, or a baseline, on the test rows."""
    return scores.class_measure(
        codes_of(table, learned), probabilities_of(table, learned, who), weights_of(table)
    )


def class_rates(table: pd.DataFrame, learned: Any) -> Measure:
    """Measure precision, recall and F1 of every class of the network."""
    return scores.class_rates(
        codes_of(table, learned), probabilities_of(table, learned), weights_of(table)
    )


def class_score(table: pd.DataFrame, learned: Any) -> dict[str, float]:
    """Score network and baselines.

    Returns
    -------
    dict
        Those of `scores.CLASS_METRICS`, for each baseline too, such as logistic_loss; then gain,
        the best baseline's loss minus the network's, gain_low and gain_high, its 95 % interval.
    """
    return _score(
        scores.CLASS_METRICS,
        [name for name in CLASS_BASELINES if f"{name}_p_{learned.class_names[0]}" in table],
        lambda who: class_measure(table, learned, who),
        lambda who: class_cases(table, learned, who),
    )


def class_cases(table: pd.DataFrame, learned: Any, who: str = "") -> Cases:
    """Give what each test row adds to loss, accuracy and Brier score; see `Task.cases`."""
    return scores.class_cases(
        codes_of(table, learned), probabilities_of(table, learned, who), weights_of(table)
    )


def class_counted(table: pd.DataFrame, learned: Any) -> Mapping[str, Counted]:
    """Give balanced accuracy and area under the ROC curve; see `Task.counted`."""
    return scores.only(class_measure(table, learned), ("balanced_accuracy", "auc"))


def class_verdict(metrics: Mapping[str, float]) -> str:
    """Say in one sentence how a classifier did beside its best baseline.

    Examples
    --------
    >>> print(class_verdict({"loss": 0.61, "accuracy": 0.63, "logistic_loss": 0.59,
    ...     "logistic_accuracy": 0.7, "gain": -0.02, "gain_low": -0.06, "gain_high": 0.02}))
    Test log loss 0.6100 nats, accuracy 63.0 %; the best baseline, logistic regression, has 0.5900
    and 70.0 %. The network does not beat it.
    """
    name = best_baseline(metrics, CLASS_BASELINES, "loss")
    found = (
        f"Test log loss {score_text(metrics['loss'])} nats, accuracy "
        f"{100 * metrics['accuracy']:.1f} %"
    )
    if name is None:
        return f"{found}."
    rival = (
        f"{CLASS_BASELINES[name]}, has {score_text(metrics[f'{name}_loss'])} and "
        f"{100 * metrics[f'{name}_accuracy']:.1f} %"
    )
    return f"{found}; the best baseline, {rival}{_judged(metrics)}."


# Numbers --------------------------------------------------------------------------------------


def number_measure(table: pd.DataFrame, who: str = "prediction") -> Measure:
    """Measure the network, or a baseline, on the test rows."""
    return scores.number_measure(
        table["truth"].to_numpy(dtype=np.float64),
        table[who].to_numpy(dtype=np.float64),
        weights_of(table),
    )


def number_score(table: pd.DataFrame, learned: Any) -> dict[str, float]:
    """Score network and baselines.

    Returns
    -------
    dict
        Those of `scores.NUMBER_METRICS`, for each baseline too, such as linear_rmse; then gain,
        the best baseline's RMSE minus the network's, gain_low and gain_high, its 95 % interval.
    """
    return _score(
        scores.NUMBER_METRICS,
        [name for name in NUMBER_BASELINES if name in table],
        lambda who: number_measure(table, who or "prediction"),
        lambda who: number_cases(table, learned, who or "prediction"),
    )


def number_cases(table: pd.DataFrame, learned: Any, who: str = "prediction") -> Cases:
    """Give the squared and absolute error of each test row; see `Task.cases`."""
    return scores.number_cases(
        table["truth"].to_numpy(dtype=np.float64),
        table[who].to_numpy(dtype=np.float64),
        weights_of(table),
    )


def number_counted(table: pd.DataFrame, learned: Any) -> Mapping[str, Counted]:
    """Give R-squared; see `Task.counted`."""
    return scores.only(number_measure(table), ("r2",))


def number_verdict(metrics: Mapping[str, float]) -> str:
    """Say in one sentence how a regression network did beside its best baseline.

    Examples
    --------
    >>> print(number_verdict({"rmse": 50.0, "r2": 0.5, "linear_rmse": 56.0, "gain": 6.0,
    ...     "gain_low": 2.0, "gain_high": 10.0}))
    Test RMSE 50.00; the best baseline, linear regression, has 56.00.
    """
    name = best_baseline(metrics, NUMBER_BASELINES, "rmse")
    found = f"Test RMSE {score_text(metrics['rmse'])}"
    if name is None:
        return f"{found}."
    rival = f"{NUMBER_BASELINES[name]}, has {score_text(metrics[f'{name}_rmse'])}"
    return f"{found}; the best baseline, {rival}{_judged(metrics)}."


# Both -----------------------------------------------------------------------------------------


def lead(table: pd.DataFrame, metrics: Mapping[str, float], rows: str = "rows") -> Lead | None:
    """Give the gain of a table of predictions."""
    if "gain" not in metrics:
        return None
    gain, low, high = (metrics[name] for name in ("gain", "gain_low", "gain_high"))
    return Lead(gain, low, high, len(table), rows)


def best_baseline(
    metrics: Mapping[str, float], names: Sequence[str] | Mapping[str, str], score: str
) -> str | None:
    """Name the baseline with the lowest score; None where there is none."""
    scored = [name for name in names if np.isfinite(metrics.get(f"{name}_{score}", np.nan))]
    return min(scored, key=lambda name: metrics[f"{name}_{score}"], default=None)


def _score(
    metrics: Sequence[Metric],
    baselines: Sequence[str],
    measure: Callable[[str], Measure],
    cases: Callable[[str], Cases],
) -> dict[str, float]:
    """Score the network ("") and each baseline, and compare the network with the best."""
    found = measure("").scores()
    for name in baselines:
        found |= {f"{name}_{score}": value for score, value in measure(name).scores().items()}
    first = metrics[0]
    best = best_baseline(found, baselines, first.name)
    if best is None or not np.isfinite(found[first.name]):
        return found
    gain = _gain(cases(best)[first.name], cases("")[first.name], root=first.root)
    return found | {"gain": gain.value, "gain_low": gain.low, "gain_high": gain.high}


def _gain(theirs: np.ndarray, ours: np.ndarray, *, root: bool) -> Interval:
    """Give a baseline's score minus the network's, over the same draws of test rows."""

    def measure(means: np.ndarray) -> np.ndarray:
        pair = np.stack([means[..., 0] / means[..., 1], means[..., 2] / means[..., 3]])
        their_score, our_score = np.sqrt(pair) if root else pair
        return np.asarray(their_score - our_score)[..., None]

    (found,) = bootstrap(np.hstack([theirs, ours]), measure=measure)
    return found


def _judged(metrics: Mapping[str, float]) -> str:
    """Say whether the network beats the best baseline."""
    if "gain" not in metrics:
        return ": they are not compared"
    return "" if metrics["gain"] > 0 else ". The network does not beat it"
