"""Layers with seeds of their own, so that a network repeats without global state."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from kerasduet.environment import start_backend

if TYPE_CHECKING:
    import keras

# Whatever Keras is set to: the data have their channels last.
IMAGES: dict[str, Any] = {"data_format": "channels_last"}


class Parts:
    """Make Keras layers whose initial weights and dropout follow from one seed.

    Parameters
    ----------
    seed : int
        0 to 2^32 - 1. Each layer gets the next seed of its own.
    """

    def __init__(self, seed: int) -> None:
        start_backend()
        # A prime stride keeps the layers of neighbouring seeds apart; Keras wants 31 bits.
        self._seeds = (value % (2**31 - 1) for value in count(seed * 1_000_003))

    def initializer(self, name: str) -> keras.Initializer:
        """Give an initializer by its Keras name, seeded."""
        import keras

        return keras.initializers.get(
            {"class_name": name, "config": {"seed": next(self._seeds)}}
        )

    def dense(
        self, units: int, name: str, *, initializer: str = "glorot_uniform", **settings: Any
    ) -> keras.Layer:
        """Give a dense layer."""
        import keras

        kernel = self.initializer(initializer)
        return keras.layers.Dense(units, kernel_initializer=kernel, name=name, **settings)

    def convolution(
        self, filters: int, size: int, name: str, *, initializer: str, **settings: Any
    ) -> keras.Layer:
        """Give a 2-D convolution."""
        import keras

        kernel = self.initializer(initializer)
        return keras.layers.Conv2D(
            filters, size, kernel_initializer=kernel, name=name, **IMAGES, **settings
        )

    def pooling(self, size: int, name: str) -> keras.Layer:
        """Give 2-D max pooling."""
        import keras

        return keras.layers.MaxPooling2D(size, name=name, **IMAGES)

    def recurrent(self, kind: str, units: int, name: str, **settings: Any) -> keras.Layer:
        """Give a recurrent layer: "rnn" (SimpleRNN), "lstm" or "gru"."""
        import keras

        layer = {
            "rnn": keras.layers.SimpleRNN,
            "lstm": keras.layers.LSTM,
            "gru": keras.layers.GRU,
        }[kind]
        return layer(
            units,
            kernel_initializer=self.initializer("glorot_uniform"),
            recurrent_initializer=self.initializer("orthogonal"),
            name=name,
            **settings,
        )

    def dropout(self, x: Any, rate: float, name: str) -> Any:
        """Apply dropout, or nothing where the rate is 0."""
        import keras

        seed = next(self._seeds)
        return keras.layers.Dropout(rate, seed=seed, name=name)(x) if rate > 0 else x
