"""What a regression on sequences is asked: numbers for other sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.dataset import Dataset
from kerasduet.tasks.sequences.loading import check_sequences
from kerasduet.training import predict_outputs, refuse_no_numbers

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["predict"]


def predict(run: Result, x: Any) -> np.ndarray:
    """Give numbers (n,) in the target's units, for sequences or the test rows of a Dataset."""
    learned: Any = run.preprocessing
    rows = x.x_test if isinstance(x, Dataset) else check_sequences(x, "x", learned.shape)
    outputs = refuse_no_numbers(predict_outputs(run.model, learned, rows))
    found: np.ndarray = learned.restore(outputs)
    return found
