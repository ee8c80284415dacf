"""A classifier's test rows beside the truth, and their scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.labels import labels_of
from kerasduet.tasks.leads import mean_lead

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.data import Dataset
    from kerasduet.data.preprocessing import ImagePreprocessing
    from kerasduet.lead import Lead

__all__ = [
    "cases",
    "class_codes",
    "class_metrics",
    "lead",
    "probabilities_of",
    "score",
    "table",
    "verdict",
]


def table(dataset: Dataset, outputs: np.ndarray) -> pd.DataFrame:
    """Lay the test outputs (n, classes) beside the truth.

    Returns
    -------
    pandas.DataFrame
        row (from 1), truth and prediction (labels as the caller gave them), probability, then
        `p_<class>` a class.
    """
    import pandas as pd

    learned: Any = dataset.preprocessing
    columns: dict[str, Any] = {
        "row": np.arange(1, len(outputs) + 1),
        "truth": labels_of(dataset.y_test, learned),
        "prediction": labels_of(outputs.argmax(axis=1), learned),
        "probability": outputs.max(axis=1),
    }
    columns |= {f"p_{name}": outputs[:, i] for i, name in enumerate(learned.class_names)}
    return pd.DataFrame(columns)


def class_codes(labels: pd.Series, learned: ImagePreprocessing) -> np.ndarray:
    """Give the codes (n,) of labels as a table of predictions has them."""
    codes = {name: code for code, name in enumerate(learned.class_names)}
    return np.array([codes[name] for name in labels.astype(str)], dtype=np.int64)


def probabilities_of(table: pd.DataFrame, learned: ImagePreprocessing) -> np.ndarray:
    """Give the probabilities (n, classes) of a table of predictions."""
    return table[[f"p_{name}" for name in learned.class_names]].to_numpy()


def score(table: pd.DataFrame, learned: ImagePreprocessing) -> dict[str, float]:
    """Score a table of predictions.

    Returns
    -------
    dict
        loss (nats), accuracy, errors and baseline_accuracy (always the commonest training
        class; runs of earlier versions did not note which that is, and have none here).
    """
    truth = class_codes(table["truth"], learned)
    scores = class_metrics(probabilities_of(table, learned), truth)
    if learned.commonest is not None:
        scores["baseline_accuracy"] = float(np.mean(truth == learned.commonest))
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


def cases(table: pd.DataFrame, learned: ImagePreprocessing) -> np.ndarray:
    """Give each test row's right (0 or 1), loss (nats) and top probability: (n, 3)."""
    truth = class_codes(table["truth"], learned)
    chances = probabilities_of(table, learned).astype(np.float64)[np.arange(len(table)), truth]
    loss = -np.log(np.maximum(chances, np.finfo(np.float32).tiny))
    right = (table["truth"] == table["prediction"]).to_numpy(dtype=np.float64)
    return np.column_stack([right, loss, table["probability"].to_numpy(dtype=np.float64)])


def lead(table: pd.DataFrame, learned: Any, rows: str) -> Lead | None:
    """Compare the right ones with those of always guessing the commonest class."""
    if getattr(learned, "commonest", None) is None:
        return None
    usual = class_codes(table["truth"], learned) == learned.commonest
    return mean_lead((table["truth"] == table["prediction"]).to_numpy(), usual, rows)


def errors(metrics: Mapping[str, float]) -> str:
    """Say how many were wrong.

    Examples
    --------
    >>> errors({"errors": 1.0}), errors({"errors": 1200.0})
    ('1 error', '1,200 errors')
    """
    return f"{metrics['errors']:,.0f} error{'' if metrics['errors'] == 1 else 's'}"


def verdict(metrics: Mapping[str, float]) -> str:
    """Say in one sentence how a classifier did beside its baseline.

    Examples
    --------
    >>> verdict({"accuracy": 0.985, "errors": 150.0, "baseline_accuracy": 0.1135})
    'Test accuracy 98.50 % (150 errors); always guessing the commonest class gives 11.35 %.'
    """
    text = (
        f"Test accuracy {metrics['accuracy']:.2%} ({errors(metrics)}); always "
        f"guessing the commonest class gives {metrics['baseline_accuracy']:.2%}"
    ).replace("%", " %")
    beaten = metrics["accuracy"] > metrics["baseline_accuracy"]
    return f"{text}." if beaten else f"{text}. The network does not beat that baseline."
