"""Predictions beside those of the mean and of linear regression on all numbers of a sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.data.dataset import Dataset

__all__ = ["BASELINES", "table"]

BASELINES = ("mean", "linear")  # as those of tables
MOST_NUMBERS = 2_000  # of a sequence, to linear regression
RIDGE = 1e-6  # of the mean square of a number


def table(dataset: Dataset, outputs: np.ndarray) -> pd.DataFrame:
    """Give row (from 1), truth, prediction and both baselines, in the target's units.

    Linear regression on more numbers than 2,000 is left out: NaN.
    """
    import pandas as pd

    learned: Any = dataset.preprocessing
    truth = learned.restore(np.asarray(dataset.test.targets))
    return pd.DataFrame(
        {
            "row": np.arange(1, len(truth) + 1),
            "truth": truth,
            "prediction": learned.restore(outputs),
            "mean": np.full(len(truth), learned.target_mean),
            "linear": learned.restore(_linear(dataset)),
        }
    )


def _linear(dataset: Dataset) -> np.ndarray:
    """Give what least squares on the flattened training sequences predict of the test (n, 1)."""
    train, test = (
        np.asarray(part.inputs, np.float64).reshape(len(part), -1)
        for part in (dataset.train, dataset.test)
    )
    if train.shape[1] > MOST_NUMBERS:
        return np.full((len(test), 1), np.nan)
    y = np.asarray(dataset.train.targets, np.float64)
    mean = train.mean(axis=0)
    centred = train - mean
    gram = centred.T @ centred
    gram[np.diag_indices_from(gram)] += RIDGE * max(np.trace(gram) / len(gram), 1e-12)
    weights = np.linalg.solve(gram, centred.T @ (y - y.mean()))
    return (test - mean) @ weights + y.mean()
