"""Test rows of a table beside the truth and what the baselines say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.labels import labels_of
from kerasduet.tasks.tables.baselines import (
    CLASS_BASELINES,
    NUMBER_BASELINES,
    Baselines,
    class_baselines,
    number_baselines,
)

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.data.dataset import Dataset
    from kerasduet.data.frames import Encoding
    from kerasduet.tasks.tables.learned import ClassTable, NumberTable

__all__ = ["baselines_of", "class_columns", "class_table", "number_columns", "number_table"]


def class_columns(learned: ClassTable) -> dict[str, str]:
    """Name the columns of predicted classes, and their kinds.

    Where rows have weights there is a column more, "weight".
    """
    own = {"row": "id", "truth": "class", "prediction": "class", "probability": "prob"}
    chances = [f"p_{name}" for name in learned.class_names]
    rivals = [f"{who}_{column}" for who in CLASS_BASELINES for column in chances]
    return own | dict.fromkeys(chances + rivals, "prob")


def class_table(dataset: Dataset, outputs: np.ndarray) -> pd.DataFrame:
    """Lay probabilities (n, classes) beside the truth; `row` is that of the table, from 1."""
    import pandas as pd

    learned: Any = dataset.preprocessing
    columns: dict[str, Any] = {
        "row": rows_of(dataset),
        "truth": labels_of(dataset.y_test, learned),
        "prediction": labels_of(outputs.argmax(axis=1), learned),
        "probability": outputs.max(axis=1),
    }
    found = {"": outputs} | {f"{n}_": v for n, v in baselines_of(dataset).outputs.items()}
    for who, chances in found.items():
        for i, name in enumerate(learned.class_names):
            columns[f"{who}p_{name}"] = chances[:, i].astype(np.float32)
    return pd.DataFrame(columns | _weights(dataset))


def baselines_of(dataset: Dataset) -> Baselines:
    """Let the baselines learn from the training rows and predict the test rows."""
    learned: Any = dataset.preprocessing
    train, test = dataset.train.inputs, dataset.test.inputs
    given: dict[str, Any] = {
        "names": learned.encoding.names,
        "levels": learned.encoding.levels,
        "weights": _plain(dataset.train.weights),
        "units": _units(learned.encoding),
    }
    if hasattr(learned, "class_names"):
        codes = np.asarray(dataset.train.targets)
        return class_baselines(train, codes, test, classes=len(learned.class_names), **given)
    target = learned.restore(np.asarray(dataset.train.targets).reshape(-1, 1))
    return number_baselines(train, target, test, **given)


def _units(encoding: Encoding) -> tuple[np.ndarray, np.ndarray]:
    """Give centre and scale of each column of numbers (width,): those of a year and the like."""
    center, scale = np.zeros(encoding.width), np.ones(encoding.width)
    at = 0
    for column in encoding.columns:
        if column.names:
            center[at], scale[at] = column.center, column.scale
        at += len(column.names)
    return center, scale


def _weights(dataset: Dataset) -> dict[str, np.ndarray]:
    """Give the column of case weights, where there are any."""
    weights = _plain(dataset.test.weights)
    return {} if weights is None else {"weight": weights}


def _plain(weights: Any) -> np.ndarray | None:
    return None if weights is None else np.asarray(weights, dtype=np.float64)


def rows_of(dataset: Dataset) -> np.ndarray:
    """Give the rows (n,) of the table that are tested, from 1."""
    given: Any = dataset.given
    found: np.ndarray = given.index.to_numpy(np.int64) + 1
    return found


def number_columns(learned: NumberTable) -> dict[str, str]:
    """Name the columns of predicted numbers, and their kinds."""
    own = {"row": "id", "truth": "number", "prediction": "number"}
    return own | dict.fromkeys(NUMBER_BASELINES, "number")


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
        | baselines_of(dataset).outputs
        | _weights(dataset)
    )
