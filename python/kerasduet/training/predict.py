"""What a trained network says of other rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kerasduet.environment import deterministic
from kerasduet.errors import NonFinite
from kerasduet.training.feed import PREDICTION_BATCH

if TYPE_CHECKING:
    import keras

    from kerasduet.data.preprocessing import Learned

__all__ = ["predict_outputs", "refuse_no_numbers"]


@deterministic()
def predict_outputs(
    model: keras.Model,
    preprocessing: Learned,
    x: np.ndarray,
) -> np.ndarray:
    """Run the network over inputs in batches of a fixed size; float32 (n, outputs)."""
    starts = range(0, len(x), PREDICTION_BATCH)
    # `predict` would build a pipeline for every call: 20 times slower for a single row.
    outputs = [
        model.predict_on_batch(preprocessing.to_network(x[start : start + PREDICTION_BATCH]))
        for start in starts
    ]
    return np.concatenate(outputs).astype(np.float32, copy=False)


def refuse_no_numbers(outputs: np.ndarray) -> np.ndarray:
    """Give outputs on, unless one of them is no finite number."""
    if not np.isfinite(outputs).all():
        raise NonFinite(
            "run: its network must give finite numbers; got NaN or infinity, as after a diverged "
            "training. Train again with a lower learning_rate."
        )
    return outputs
