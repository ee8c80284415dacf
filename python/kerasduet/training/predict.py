"""What a trained network says of other rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.part import joined, leaves, mapped, taken
from kerasduet.environment import deterministic
from kerasduet.errors import NonFinite
from kerasduet.training.feed import prediction_batch
from kerasduet.training.heads import main_head

if TYPE_CHECKING:
    import keras

    from kerasduet.data.preprocessing import Learned

__all__ = ["predict_outputs", "refuse_no_numbers"]


@deterministic()
def predict_outputs(
    model: keras.Model,
    preprocessing: Learned,
    x: Any,
) -> Any:
    """Run the network over inputs in batches of a fixed size.

    Parameters
    ----------
    model : keras.Model
        The network.
    preprocessing : Learned
        What was learned from the training rows.
    x : array or tree
        Inputs of all rows, as those of a `Part`.

    Returns
    -------
    numpy.ndarray or tree
        float32 (n, outputs); of a network with several heads a tree of such arrays, as its own
        outputs are; auxiliary heads are left out.
    """
    rows = len(next(leaves(x)))
    # `predict` would build a pipeline for every call: 20 times slower for a single row.
    batch = prediction_batch(x)
    outputs = [
        main_head(
            model.predict_on_batch(
                preprocessing.to_network(taken(x, slice(start, start + batch)))
            )
        )
        for start in range(0, rows, batch)
    ]
    return mapped(lambda head: head.astype(np.float32, copy=False), joined(outputs))


def refuse_no_numbers(outputs: Any) -> Any:
    """Give outputs on, unless one of them is no finite number."""
    if not all(np.isfinite(head).all() for head in leaves(outputs)):
        raise NonFinite(
            "run: its network must give finite numbers; got NaN or infinity, as after a diverged "
            "training. Train again with a lower learning_rate."
        )
    return outputs
