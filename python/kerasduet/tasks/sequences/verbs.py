"""What a regression on sequences is asked: numbers for other sequences."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.dataset import Dataset
from kerasduet.tasks.sequences.loading import check_sequences
from kerasduet.training import predict_outputs, refuse_no_numbers

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.result import Result

__all__ = ["predict", "steps_of"]


def predict(run: Result, x: Any) -> np.ndarray:
    """Give numbers (n,) in the target's units, for sequences or the test rows of a Dataset."""
    learned: Any = run.preprocessing
    rows = x.x_test if isinstance(x, Dataset) else check_sequences(x, "x", learned.shape)
    outputs = refuse_no_numbers(predict_outputs(run.model, learned, rows))
    found: np.ndarray = learned.restore(outputs)
    return found


def steps_of(run: Result, x: Any, name: str) -> tuple[np.ndarray, pd.DataFrame]:
    """Give sequences (n, steps, features), of which one may come without the axis of rows."""
    import pandas as pd

    learned: Any = run.preprocessing
    with suppress(ValueError):  # rows of different length, which the check names
        x = np.asarray(x)[None] if np.shape(x) == learned.shape else x
    rows = x.x_test if isinstance(x, Dataset) else check_sequences(x, name, learned.shape)
    return rows, pd.DataFrame(index=range(learned.shape[0]))
