"""Rows of a data set, given to Keras a batch at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from kerasduet.augment import Augmentation

__all__ = ["PREDICTION_BATCH", "feed_rows"]

# The batch size decides the last bits of a prediction, so it is fixed.
PREDICTION_BATCH = 512


def feed_rows(
    x: np.ndarray,
    y: np.ndarray,
    prepare: Callable[[np.ndarray], np.ndarray],
    batch_size: int,
    augment: Augmentation | None = None,
) -> Any:
    """Feed rows in `order`, prepared a batch at a time: images stay bytes until then."""
    import keras

    class Batches(keras.utils.PyDataset):
        order: np.ndarray | None = None
        draws: np.ndarray | None = None
        # A box that is emptied after use: TensorFlow keeps what made its pipelines for good.
        rows: list[np.ndarray]

        def __len__(self) -> int:
            return length

        def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
            chosen: Any = slice(index * batch_size, (index + 1) * batch_size)
            if self.order is not None:
                chosen = self.order[chosen]
            inputs, targets = self.rows
            prepared = prepare(inputs[chosen])
            if augment is not None and self.draws is not None:
                prepared = augment(prepared, self.draws[chosen])
            return prepared, targets[chosen]

    length = -(-len(x) // batch_size)
    fed = Batches()
    fed.rows = [x, y]
    return fed
