"""Rows of a data set, given to Keras a batch at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.part import leaves, taken
from kerasduet.training.heads import shared

if TYPE_CHECKING:
    from kerasduet.augment import Augmentation
    from kerasduet.data import Part

__all__ = ["feed_rows", "prediction_batch"]

# The batch size decides the last bits of a prediction, so it is fixed.
PREDICTION_BATCH = 512
MOST_NUMBERS = 2**22  # of images in one, as a large network keeps many times as much of them
MOST_BATCHES = 64  # handed over at a time
MOST_BYTES = 2**31  # of rows kept on a GPU


def prediction_batch(inputs: Any) -> int:
    """Say how many rows are predicted at a time: fewer of large images, and always as many.

    Examples
    --------
    >>> import numpy as np
    >>> prediction_batch(np.zeros((2, 28, 28, 1))), prediction_batch(np.zeros((2, 224, 224, 3)))
    (512, 16)
    """
    shapes = [
        getattr(leaf, "shape", None) or taken(leaf, slice(0, 1)).shape
        for leaf in leaves(inputs)
    ]
    size = max((math.prod(shape[1:]) for shape in shapes if len(shape) == 4), default=1)
    fitting = max(MOST_NUMBERS // max(size, 1), 1)
    return min(PREDICTION_BATCH, 2 ** (fitting.bit_length() - 1))


def feed_rows(
    part: Part,
    prepare: Callable[[Any], Any],
    batch_size: int,
    augment: Augmentation | None = None,
    heads: tuple[str, ...] = (),
    class_weights: Mapping[int, float] | None = None,
) -> Any:
    """Feed rows in `order`, prepared some batches at a time: images stay bytes until then.

    Several `heads` are each given the targets.
    """
    import keras

    class Batches(keras.utils.PyDataset):
        order: np.ndarray | None = None
        draws: np.ndarray | None = None
        # A box that is emptied after use: TensorFlow keeps what made its pipelines for good.
        rows: list[Part]
        _room: int = 0  # not known yet

        def __len__(self) -> int:
            return length

        def __getitem__(self, index: int) -> tuple[Any, ...]:
            return self.rows_of(index, 1)

        @property
        def batch_size(self) -> int:
            return batch_size

        @property
        def room(self) -> int:
            """How many batches are handed over at a time, at most: half an epoch.

            Rows that are not in memory come a batch at a time.
            """
            if not self._room:
                numbers = sum(leaf.size for leaf in leaves(self[0]))
                most = MOST_NUMBERS // max(numbers, 1) if self.is_held else 1
                self._room = max(min(MOST_BATCHES, most, -(-length // 2)), 1)
            return self._room

        @property
        def count(self) -> int:
            return len(self.rows[0])

        @property
        def is_held(self) -> bool:
            """Whether the inputs of all rows are in memory."""
            return all(
                isinstance(leaf, np.ndarray) or getattr(leaf, "in_memory", False)
                for leaf in leaves(self.rows[0].inputs)
            )

        @property
        def is_fixed(self) -> bool:
            """Whether the rows are in memory, stay as they are, and are not too many to keep."""
            row = sum(leaf.nbytes for leaf in leaves(self.prepared(slice(0, 1))))
            return augment is None and self.is_held and row * self.count <= MOST_BYTES

        def picks(self, first: int, batches: int) -> np.ndarray:
            """Give the numbers of the rows of some batches."""
            chosen = slice(first * batch_size, (first + batches) * batch_size)
            if self.order is not None:
                return self.order[chosen]
            return np.arange(*chosen.indices(self.count))

        def rows_of(self, first: int, batches: int) -> tuple[Any, ...]:
            """Give the rows of some batches, one after the other."""
            chosen: Any = slice(first * batch_size, (first + batches) * batch_size)
            return self.prepared(chosen if self.order is None else self.order[chosen])

        def prepared(self, chosen: np.ndarray | slice) -> tuple[Any, ...]:
            """Give rows as the network takes them."""
            inputs, targets, weights = self.rows[0].take(chosen)
            if class_weights:
                weights = _of_classes(targets, class_weights)
            inputs, targets = prepare(inputs), shared(targets, heads)
            if augment is not None and self.draws is not None:
                inputs = augment(inputs, self.draws[chosen])
            return (inputs, targets) if weights is None else (inputs, targets, weights)

    length = -(-len(part) // batch_size)
    fed = Batches()
    fed.rows = [part]
    return fed


def _of_classes(targets: np.ndarray, weights: Mapping[int, float]) -> np.ndarray:
    """Give each row the weight of its class (n,), float32."""
    return np.array([weights.get(int(target), 1.0) for target in targets], np.float32)
