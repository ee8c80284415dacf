"""Test texts beside the truth and what a bag of words says of them, and their scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.tasks.classification import scores
from kerasduet.tasks.leads import mean_lead
from kerasduet.tasks.texts.baseline import bag_of_words
from kerasduet.tasks.texts.outputs import by_class

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.data import Dataset
    from kerasduet.lead import Lead
    from kerasduet.tasks.texts.learned import TextPreprocessing

__all__ = ["columns", "lead", "score", "table", "verdict"]

BAG = "bag_p_"


def columns(own: Mapping[str, str], learned: TextPreprocessing) -> dict[str, str]:
    """Name the columns of predictions and their kinds, those of the bag of words last."""
    return {**own} | {f"{BAG}{name}": "prob" for name in learned.class_names}


def table(dataset: Dataset, outputs: np.ndarray) -> pd.DataFrame:
    """Lay the network's and the baseline's probabilities beside the truth."""
    learned: Any = dataset.preprocessing
    found = scores.table(dataset, by_class(outputs))
    bag = bag_of_words(
        np.asarray(dataset.train.inputs),
        np.asarray(dataset.train.targets),
        np.asarray(dataset.test.inputs),
        size=len(learned.vocabulary),
        classes=len(learned.class_names),
    )
    for i, name in enumerate(learned.class_names):
        found[f"{BAG}{name}"] = bag[:, i]
    return found


def score(table: pd.DataFrame, learned: Any) -> dict[str, float]:
    """Score a table of predictions.

    Returns
    -------
    dict
        loss (nats), accuracy, errors, baseline_accuracy (always the commonest training class),
        bag_accuracy and bag_loss (logistic regression on the words that occur).
    """
    truth = scores.class_codes(table["truth"], learned)
    bag = table[[f"{BAG}{name}" for name in learned.class_names]].to_numpy()
    rival = scores.class_metrics(bag, truth)
    own = scores.score(table, learned)
    return own | {"bag_accuracy": rival["accuracy"], "bag_loss": rival["loss"]}


def lead(table: pd.DataFrame, learned: Any, metrics: Mapping[str, float]) -> Lead | None:
    """Compare the right ones with those of the bag of words, or of the guess if that is better."""
    if metrics["bag_accuracy"] < metrics["baseline_accuracy"]:
        return scores.lead(table, learned, "texts")
    truth = scores.class_codes(table["truth"], learned)
    bag = table[[f"{BAG}{name}" for name in learned.class_names]].to_numpy()
    right = (table["truth"] == table["prediction"]).to_numpy()
    return mean_lead(right, bag.argmax(axis=1) == truth, "texts")


def verdict(metrics: Mapping[str, float]) -> str:
    """Say in one sentence how a network did beside a bag of words.

    Examples
    --------
    >>> verdict({"accuracy": 0.98, "errors": 24.0, "bag_accuracy": 0.7, "baseline_accuracy": 0.5})
    'Test accuracy 98.00 % (24 errors); a bag of words gives 70.00 %, always guessing the commonest
    class 50.00 %.'
    """
    text = (
        f"Test accuracy {metrics['accuracy']:.2%} ({scores.errors(metrics)}); a bag of "
        f"words gives {metrics['bag_accuracy']:.2%}, always guessing the commonest class "
        f"{metrics['baseline_accuracy']:.2%}"
    ).replace("%", " %")
    beaten = [
        words
        for name, words in (("bag", "the bag of words"), ("baseline", "that guess"))
        if not metrics["accuracy"] > metrics[f"{name}_accuracy"]
    ]
    if not beaten:
        return f"{text}."
    return f"{text}. The network does not beat {' or '.join(beaten)}."
