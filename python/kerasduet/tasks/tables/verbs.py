"""What a run on a table is asked: predictions for other rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.boundary import warn
from kerasduet.data.dataset import Dataset
from kerasduet.data.frames import read_table
from kerasduet.data.labels import find_labels, labels_of
from kerasduet.errors import ArgumentRange, ArgumentType, LengthMismatch, NonFinite
from kerasduet.tasks.tables.learned import ClassTable, NumberTable, TableLearned
from kerasduet.tasks.tables.loading import weights_of_rows
from kerasduet.tasks.tables.scores import class_scores, number_measure
from kerasduet.training import predict_outputs, refuse_no_numbers

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["evaluate", "evaluate_number", "outputs", "predict_class", "predict_number"]


def outputs(run: Result, x: Any) -> np.ndarray:
    """Give the network's outputs (n, outputs) for a table, or for the test rows of a Dataset.

    A warning names the caller, so many calls above.
    """
    learned: Any = run.preprocessing
    own = isinstance(x, Dataset) and isinstance(x.preprocessing, TableLearned)
    frame = x.given if own else read_table(x, name="x")[0]
    inputs = learned.inputs(frame)
    if note := learned.encoding.gaps_note(frame):
        warn(note)
    found: np.ndarray = refuse_no_numbers(predict_outputs(run.model, learned, inputs))
    return found


def predict_class(run: Result, x: Any, kind: str) -> Any:
    """Give class labels (n,), or a DataFrame of probabilities (n, classes)."""
    import pandas as pd

    learned: Any = run.preprocessing
    probabilities = outputs(run, x)
    if kind == "prob":
        return pd.DataFrame(probabilities, columns=list(learned.class_names))
    return labels_of(probabilities.argmax(axis=1), learned)


def predict_number(run: Result, x: Any, kind: str) -> np.ndarray:
    """Give numbers (n,) in the target's units."""
    learned: Any = run.preprocessing
    found: np.ndarray = learned.restore(outputs(run, x))
    return found


def evaluate(run: Result, x: Any, y: Any) -> dict[str, float]:
    """Score a run on other labelled rows, as its test rows are scored."""
    learned: Any = run.preprocessing
    if isinstance(y, Dataset) and isinstance(y.preprocessing, ClassTable):
        y = labels_of(y.y_test, y.preprocessing)
    codes = find_labels(y, learned)
    probabilities = outputs(run, x)
    if len(probabilities) != len(codes):
        raise LengthMismatch(
            f"y: must have one label a row ({len(probabilities)}); got {len(codes)}."
        )
    return class_scores(codes, probabilities, _weights(run, x))


def evaluate_number(run: Result, x: Any, y: Any) -> dict[str, float]:
    """Score a regression on other rows, in the target's units."""
    learned: Any = run.preprocessing
    if isinstance(y, Dataset) and isinstance(y.preprocessing, NumberTable):
        y = None if y.given is None else y.given[learned.target]
    try:
        truth = np.asarray(y, np.float64)
    except (TypeError, ValueError):
        raise ArgumentType(
            f"y: must be numbers, as {learned.target} was in training; got others. Convert them."
        ) from None
    if not np.isfinite(truth).all():
        row = int(np.flatnonzero(~np.isfinite(truth.reshape(-1)))[0]) + 1
        raise NonFinite(f"y: must be finite; got {truth.reshape(-1)[row - 1]} in row {row}.")
    predicted = predict_number(run, x, "response")
    if truth.shape != predicted.shape:
        raise LengthMismatch(
            f"y: must have one number a row ({len(predicted)}); got {len(truth)}."
        )
    return number_measure(truth, predicted, _weights(run, x)).scores()


def _weights(run: Result, x: Any) -> np.ndarray | None:
    """Give how much each row counts (n,), by the column of the training; None where x lacks it."""
    if isinstance(x, Dataset):
        return None if x.test.weights is None else np.asarray(x.test.weights)
    name = run.experiment.data.values()["weights"]
    if name is None:
        return None
    frame = read_table(x, name="x")[0]
    found = weights_of_rows(name if name in frame else None, frame)
    if found is not None and not found.any():
        raise ArgumentRange(
            f"weights: must have one above 0; got 0 alone in {name}, so that no row counts."
        )
    return found
