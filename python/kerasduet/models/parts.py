"""Layers with seeds of their own, so that a network repeats without global state."""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from itertools import count
from typing import TYPE_CHECKING, Any

from kerasduet.checks import show
from kerasduet.environment import start_backend
from kerasduet.errors import ShapeError

if TYPE_CHECKING:
    import keras

# Whatever Keras is set to: the data have their channels last.
IMAGES: dict[str, Any] = {"data_format": "channels_last"}
# Told that channels come first, a layer takes them, which are last, for the width.
LAST_AS_WIDTH: dict[str, Any] = {"data_format": "channels_first"}

# Weights, 1 GiB: of a network that another one is copied from.
LARGEST_WHOLE = 2**28

Sides = int | tuple[int, ...]  # of squares: one, or one a block

_LIMIT: ContextVar[_Limit | None] = ContextVar("limit of the initial weights", default=None)
COUNTING = threading.Lock()


@contextlib.contextmanager
def at_most(numbers: int) -> Iterator[None]:
    """Refuse to build a network of more weights than so many, before they are made.

    Raises
    ------
    ValueError
        Where a layer would go beyond it.
    """
    limit = _Limit(numbers)
    token = _LIMIT.set(limit)
    try:
        yield
    finally:
        _LIMIT.reset(token)
        limit.lift()


def limit_of_layers() -> contextlib.AbstractContextManager[None] | None:
    """Give what makes each layer keep the limit of `at_most`; None where there is no limit."""
    limit = _LIMIT.get()
    return None if limit is None else limit.on_layers()


def is_filled_later() -> bool:
    """Say whether a network is built to be filled with weights that are there already."""
    return _LIMIT.get() is not None


@contextlib.contextmanager
def bounded() -> Iterator[None]:
    """Build a network of which only some layers are copied, and counted then.

    The layers that are left out may be larger than all that is kept of it, so its limit is its own.
    Its initializers are Keras's own again afterwards, so that they can be copied.
    """
    if _LIMIT.get() is None:
        yield
        return
    with at_most(LARGEST_WHOLE):
        yield


class TooLarge(ValueError):
    """A network of more weights than it may have."""


class _Limit:
    """Initializers that count before they make; afterwards they are Keras's own again."""

    def __init__(self, numbers: int) -> None:
        self._left = numbers
        self._changed: list[tuple[Any, type]] = []

    def put_on(self, initializer: Any) -> None:
        """Have an initializer ask before it makes weights."""
        kind = type(initializer)

        def counting(same: Any, shape: Any, *arguments: Any, **named: Any) -> Any:
            self.take(math.prod(shape))
            return kind.__call__(same, shape, *arguments, **named)

        self._changed.append((initializer, kind))
        initializer.__class__ = type(kind.__name__, (kind,), {"__call__": counting})

    @contextlib.contextmanager
    def on_layers(self) -> Iterator[None]:
        """Have every layer ask before it makes weights, in this thread alone."""
        import keras

        with COUNTING:
            made = keras.layers.Layer.add_weight

            def counting(layer: Any, *arguments: Any, **named: Any) -> Any:
                shape = named.get("shape", arguments[0] if arguments else ())
                if _LIMIT.get() is self:
                    self.take(math.prod(shape or ()))
                return made(layer, *arguments, **named)

            keras.layers.Layer.add_weight = counting
            try:
                yield
            finally:
                keras.layers.Layer.add_weight = made

    def take(self, numbers: int) -> None:
        """Count weights that are about to be made."""
        self._left -= numbers
        if self._left < 0:
            raise TooLarge("more weights than there are")

    def lift(self) -> None:
        """Make the initializers what they were: a network's description names their class."""
        for initializer, kind in self._changed:
            initializer.__class__ = kind


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

    def next_seed(self) -> int:
        """Give the seed of the next layer."""
        return next(self._seeds)

    def initializer(self, name: str) -> keras.Initializer:
        """Give an initializer by its Keras name, seeded."""
        import keras

        found = keras.initializers.get(
            {"class_name": name, "config": {"seed": self.next_seed()}}
        )
        if (limit := _LIMIT.get()) is not None:
            limit.put_on(found)
        return found

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

    def depthwise(self, size: int, name: str, **settings: Any) -> keras.Layer:
        """Give a 2-D convolution of each map by itself."""
        import keras

        kernel = self.initializer("glorot_uniform")
        return keras.layers.DepthwiseConv2D(
            size, depthwise_initializer=kernel, name=name, **IMAGES, **settings
        )

    def pooling(self, size: int, name: str, kind: str = "max", **settings: Any) -> keras.Layer:
        """Give 2-D pooling: "max" or "average"."""
        import keras

        layer = {"max": keras.layers.MaxPooling2D, "average": keras.layers.AveragePooling2D}
        return layer[kind](size, name=name, **IMAGES, **settings)

    def channels(self, x: Any, start: int, number: int, name: str) -> Any:
        """Take some neighbouring channels of maps (batch, height, width, channels)."""
        import keras

        end = x.shape[-1] - start - number
        around = ((0, 0), (start, end))
        return keras.layers.Cropping2D(around, name=name, **LAST_AS_WIDTH)(x)

    def before(self, x: Any, number: int, name: str) -> Any:
        """Put so many channels of zeros before those of maps."""
        import keras

        around = ((0, 0), (number, 0))
        return keras.layers.ZeroPadding2D(around, name=name, **LAST_AS_WIDTH)(x)

    def embedding(self, levels: int, size: int, name: str, **settings: Any) -> keras.Layer:
        """Give the numbers that stand for each level of a column, or token of a text."""
        import keras

        begin = self.initializer("random_uniform")
        return keras.layers.Embedding(
            levels, size, embeddings_initializer=begin, name=name, **settings
        )

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

    def reader(
        self,
        kind: str,
        units: int,
        name: str,
        *,
        bidirectional: bool = False,
        masked: bool = False,
        **settings: Any,
    ) -> keras.Layer:
        """Give a recurrent layer that reads tokens, one way or both.

        cuDNN takes no padding before the tokens, so a masked layer does without.
        """
        import keras

        if masked and kind != "rnn":
            settings["use_cudnn"] = False
        if not bidirectional:
            return self.recurrent(kind, units, name, **settings)
        ways = [
            self.recurrent(kind, units, f"{name}_{way}", go_backwards=back, **settings)
            for way, back in (("forward", False), ("backward", True))
        ]
        return keras.layers.Bidirectional(ways[0], backward_layer=ways[1], name=name)

    def probabilities(self, x: Any, classes: int) -> Any:
        """Give the probability of each class; of two classes that of the second alone."""
        units, activation = (1, "sigmoid") if classes == 2 else (classes, "softmax")
        return self.dense(units, "probabilities", activation=activation)(x)

    def dropout(self, x: Any, rate: float, name: str) -> Any:
        """Apply dropout, or nothing where the rate is 0."""
        import keras

        seed = self.next_seed()
        return keras.layers.Dropout(rate, seed=seed, name=name)(x) if rate > 0 else x


def scaled(number: int, width: float) -> int:
    """Give a number of filters or units times a width, at least 1.

    Examples
    --------
    >>> scaled(64, 0.25), scaled(64, 0.001)
    (16, 1)
    """
    return max(1, round(number * width))


def refuse_smaller(
    input_shape: tuple[int, ...], smallest: int, fix: str = "Give larger images."
) -> None:
    """Refuse what is no image, or one that a network would shrink to nothing."""
    if len(input_shape) != 3:
        raise ShapeError(
            f"input_shape: must be (height, width, channels); got {show(input_shape)}."
        )
    if min(input_shape[:2]) < smallest:
        raise ShapeError(
            f"input_shape: must be at least {smallest} pixels high and wide, so that each layer "
            f"has something to read; got {show(input_shape)}. {fix}"
        )


def image_survives(
    input_shape: tuple[int, ...],
    blocks: int,
    kernel: Sides,
    pool: Sides,
    *,
    strides: Sides = 1,
    crop: int = 0,
    fix: str = "a smaller kernel_size or a smaller pool_size",
) -> None:
    """Refuse an image that convolution and pooling would shrink to nothing.

    Kernels, pools and strides: one for all blocks, or one a block.
    """
    if len(input_shape) != 3:
        raise ShapeError(
            f"input_shape: must be (height, width, channels); got {show(input_shape)}."
        )
    sides = [
        one if isinstance(one, tuple) else (one,) * blocks for one in (kernel, strides, pool)
    ]
    size = min(input_shape[:2]) - 2 * crop
    for block, (window, step, pooled) in enumerate(zip(*sides, strict=True), start=1):
        size = ((size - window) // step + 1) // pooled
        if size < 1:
            raise ShapeError(
                f"input_shape: must leave at least one pixel after {blocks} blocks; got "
                f"{show(input_shape)}, used up in block {block}. Use fewer filters entries, {fix}."
            )
