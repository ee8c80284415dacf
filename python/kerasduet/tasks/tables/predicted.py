"""Test rows of a table beside the truth, and their scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.tasks.classification.scores import class_codes, class_metrics, probabilities_of

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.data.dataset import Dataset
    from kerasduet.tasks.tables.learned import ClassTable, NumberTable

__all__ = [
    "class_columns",
    "class_score",
    "class_table",
    "number_columns",
    "number_score",
    "number_table",
]


def class_columns(learned: ClassTable) -> dict[str, str]:
    """Name the columns of predicted classes, and their kinds."""
    own = {"row": "id", "truth": "class", "prediction": "class", "probability": "prob"}
    return own | {f"p_{name}": "prob" for name in learned.class_names}


def class_table(dataset: Dataset, outputs: np.ndarray) -> pd.DataFrame:
    """Lay probabilities (n, classes) beside the truth; `row` is that of the table, from 1."""
    import pandas as pd

    learned: Any = dataset.preprocessing
    labels = learned.labels
    columns: dict[str, Any] = {
        "row": rows_of(dataset),
        "truth": labels[dataset.y_test],
        "prediction": labels[outputs.argmax(axis=1)],
        "probability": outputs.max(axis=1),
    }
    columns |= {f"p_{name}": outputs[:, i] for i, name in enumerate(learned.class_names)}
    return pd.DataFrame(columns)


def rows_of(dataset: Dataset) -> np.ndarray:
    """Give the rows (n,) of the table that are tested, from 1."""
    given: Any = dataset.given
    found: np.ndarray = given.index.to_numpy(np.int64) + 1
    return found


def class_score(table: pd.DataFrame, learned: ClassTable) -> dict[str, float]:
    """Score a table of predicted classes."""
    truth = class_codes(table["truth"], learned)  # type: ignore[arg-type]
    scores = class_metrics(probabilities_of(table, learned), truth)  # type: ignore[arg-type]
    return scores | {"baseline_accuracy": float(np.mean(truth == learned.commonest))}


def number_columns(learned: NumberTable) -> dict[str, str]:
    """Name the columns of predicted numbers, and their kinds."""
    return {"row": "id", "truth": "number", "prediction": "number"}


def number_table(dataset: Dataset, outputs: np.ndarray) -> pd.DataFrame:
    """Lay predictions beside the truth, in the target's units; `row` is that of the table."""
    import pandas as pd

    learned: Any = dataset.preprocessing
    given: Any = dataset.given
    return pd.DataFrame(
        {
            "row": rows_of(dataset),
            "truth": given[learned.target].to_numpy(np.float64),
            "prediction": learned.restore(outputs),
        }
    )


def number_score(table: pd.DataFrame, learned: NumberTable) -> dict[str, float]:
    """Score a table of predicted numbers."""
    gap = (table["prediction"] - table["truth"]).to_numpy()
    plain = (learned.mean - table["truth"]).to_numpy()
    return {
        "rmse": float(np.sqrt(np.mean(gap**2))),
        "mae": float(np.mean(np.abs(gap))),
        "mean_rmse": float(np.sqrt(np.mean(plain**2))),
    }
