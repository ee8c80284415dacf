"""Epochs as compiled loops: many steps between two looks at Python.

Keras's `fit` comes back to Python after every step or few, through a pipeline that takes longer
than the step of a small network. Here rows are handed over many batches at a time, and the
backend goes through them by itself. The steps are Keras's own `train_step` and `test_step`, and
how many are done at a time changes no bit. Of several devices each computes its share of a batch,
and all of them the whole of a last one that cannot be shared out evenly.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from kerasduet.data.part import leaves, mapped
from kerasduet.environment import parallel
from kerasduet.training import xla

if TYPE_CHECKING:
    import keras

__all__ = ["can_loop", "fit"]

ROWS_AT_A_TIME = 4096  # prepared for the device
SECONDS_AT_A_TIME = 0.1  # about as often an interrupt and the progress get their turn


def can_loop(model: keras.Model) -> bool:
    """Say whether a network takes Keras's own steps, one after the other."""
    import keras

    plain = keras.Model
    own = type(model)
    return (
        keras.config.backend() in LOOPS
        and keras.distribution.distribution() is parallel.distribution()
        and not model.run_eagerly
        and all(
            getattr(own, name) is getattr(plain, name) for name in ("train_step", "test_step")
        )
    )


def fit(
    model: keras.Model,
    batches: Any,
    held: Any,
    *,
    initial_epoch: int,
    epochs: int,
    each_step: bool,
    callbacks: Sequence[keras.callbacks.Callback],
    by_xla: bool = False,
) -> None:
    """Train as `keras.Model.fit` does.

    Parameters
    ----------
    model : keras.Model
        Compiled; its loss and metrics have made their variables.
    batches, held : Batches
        Training rows and validation rows; `held` may be None.
    initial_epoch, epochs : int
        The first epoch, from 0, and the number after the last.
    each_step : bool
        Whether a callback is to be called after each step.
    callbacks : sequence of keras.callbacks.Callback
        Called as `fit` calls them, but after several steps at a time.
    by_xla : bool
        Whether XLA compiles the training steps on TensorFlow.
    """
    import keras

    loop = LOOPS[keras.config.backend()]
    train, test = loop(model, "train_step"), loop(model, "test_step")
    train.by_xla = by_xla
    most = 1 if each_step else batches.room
    told = keras.callbacks.CallbackList(
        list(callbacks),
        add_history=True,
        epochs=epochs,
        steps=len(batches),
        model=model,
    )
    model.stop_training = False
    told.on_train_begin()
    logs: dict[str, float] = {}
    for epoch in range(initial_epoch, epochs):
        model.reset_metrics()
        told.on_epoch_begin(epoch)
        for _, last in train.go_through(batches, most, told.on_train_batch_begin):
            told.on_train_batch_end(last, model.get_metrics_result() if each_step else {})
            if model.stop_training:
                break
        logs = model.get_metrics_result()
        if held is not None:
            model.reset_metrics()
            told.on_test_begin()
            for _, last in test.go_through(held, held.room, told.on_test_batch_begin):
                told.on_test_batch_end(last, {})
            found = model.get_metrics_result()
            told.on_test_end(found)
            logs |= {f"val_{name}": value for name, value in found.items()}
        told.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    model.optimizer.finalize_variable_values(model.trainable_weights)
    told.on_train_end(logs)


class _Loop(ABC):
    """Steps of one kind over the rows of an epoch."""

    def __init__(self, model: keras.Model, step: str) -> None:
        self.model, self.step = model, step
        self.by_xla = False
        self.steps = 1  # at a time; more where they are quick

    def go_through(
        self, batches: Any, most: int, begins: Callable[[int], None]
    ) -> Iterator[tuple[int, int]]:
        """Do the steps of an epoch, and tell of the first and last of those just done."""
        first, count = 0, len(batches)
        while first < count:
            steps = min(self.steps, most, count - first)
            begins(first)
            began = time.perf_counter()
            self.run(batches, first, steps)
            seconds = time.perf_counter() - began
            yield first, first + steps - 1
            first += steps
            if seconds < SECONDS_AT_A_TIME / 2:
                self.steps = min(2 * self.steps, batches.room)
            elif seconds > 2 * SECONDS_AT_A_TIME:
                self.steps = max(self.steps // 2, 1)

    @abstractmethod
    def run(self, batches: Any, first: int, steps: int) -> None:
        """Do some steps, one after the other."""


class _TensorFlow(_Loop):
    """A loop in a graph: it cuts the batches out of the rows that it is given."""

    def __init__(self, model: keras.Model, step: str) -> None:
        super().__init__(model, step)
        self.looped: Any = None

    def run(self, batches: Any, first: int, steps: int) -> None:
        rows = batches.rows_of(first, steps)
        size = batches.batch_size
        if self.looped is None:
            self.looped = self._looped(rows, size)
        strategy = parallel.strategy()
        if strategy is None:
            self.looped(rows)
            return
        count, devices = len(next(leaves(rows))), strategy.num_replicas_in_sync
        shared = (
            0 if size % devices else count - (count % size if count % size % devices else 0)
        )
        if shared:
            self.looped(mapped(lambda leaf: leaf[:shared], rows))
        if shared < count:
            self._count_once(mapped(lambda leaf: leaf[shared:], rows), devices)

    def _count_once(self, rows: Any, devices: int) -> None:
        """Give every device whole batches; what each of them counts is counted once."""
        metrics = self.model.metrics_variables
        before = [variable.numpy() for variable in metrics]
        self.looped(rows)
        for variable, old in zip(metrics, before, strict=True):
            variable.assign(old + (variable.numpy() - old) / devices)

    def _looped(self, rows: Any, size: int) -> Callable[[Any], None]:
        if self.by_xla:
            return xla.compiled(getattr(self.model, self.step), rows, size)
        import tensorflow as tf

        step = _on_each(getattr(self.model, self.step))

        def looped(rows: Any) -> None:
            count = tf.shape(next(leaves(rows)))[0]

            def body(start: Any) -> tuple[Any]:
                step(mapped(lambda leaf: leaf[start : start + size], rows))
                return (start + size,)

            tf.while_loop(
                lambda start: start < count, body, (tf.constant(0),), parallel_iterations=1
            )

        shapes = mapped(lambda leaf: tf.TensorSpec((None, *leaf.shape[1:]), leaf.dtype), rows)
        return tf.function(looped, input_signature=(shapes,), autograph=False)


def _on_each(step: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Have each device do its share of a step; one alone does it all."""
    strategy = parallel.strategy()
    if strategy is None:
        return step
    import tensorflow as tf

    def share(rows: Any) -> Any:
        devices = strategy.num_replicas_in_sync
        place = tf.distribute.get_replica_context().replica_id_in_sync_group
        count = tf.shape(next(leaves(rows)))[0]
        even = count % devices == 0
        size = tf.where(even, count // devices, count)
        start = tf.where(even, place * size, 0)
        return step(mapped(lambda leaf: leaf[start : start + size], rows))

    return lambda rows: strategy.run(share, args=(rows,))


class _Jax(_Loop):
    """A loop that XLA compiles, over batches of one size; a last, smaller one by itself."""

    STATE: ClassVar = {
        "train_step": (
            "trainable_variables",
            "non_trainable_variables",
            "optimizer_variables",
            "metrics_variables",
        ),
        "test_step": ("trainable_variables", "non_trainable_variables", "metrics_variables"),
    }

    def __init__(self, model: keras.Model, step: str) -> None:
        super().__init__(model, step)
        import jax

        stepped = getattr(model, step)

        def looped(state: Any, rows: Any, picks: Any, steps: Any) -> Any:
            def body(index: Any, state: Any) -> Any:
                _, after = stepped(
                    state, mapped(lambda leaf: _shared(leaf[picks[index]]), rows)
                )
                return jax.tree.map(lambda old, new: new.astype(old.dtype), state, after)

            return jax.lax.fori_loop(0, steps, body, state)

        self.looped = jax.jit(looped, donate_argnums=0)
        self.there: Any = None  # all rows, on the device

    def run(self, batches: Any, first: int, steps: int) -> None:
        size = batches.batch_size
        if self.there is None:
            self.there = _on_device(batches)
        if self.there is False:
            rows = batches.rows_of(first, steps)
            picks = np.arange(len(next(leaves(rows))), dtype=np.int32)
            rows = mapped(lambda leaf: _lengthened(leaf, batches.room * size), rows)
        else:
            rows, picks = self.there, batches.picks(first, steps).astype(np.int32)
        whole = len(picks) // size
        if whole:
            folded = np.zeros((batches.room, size), np.int32)
            folded[:whole] = picks[: whole * size].reshape(whole, size)
            self._run(rows, folded, whole)
        if whole < steps:
            self._run(rows, picks[None, whole * size :], 1)

    def _run(self, rows: Any, picks: np.ndarray, steps: int) -> None:
        import jax

        variables = self._variables()
        state = [[variable.value for variable in group] for group in variables]
        after = jax.block_until_ready(self.looped(tuple(state), rows, picks, steps))
        for group, values in zip(variables, after, strict=True):
            for variable, value in zip(group, values, strict=True):
                variable.assign(value)

    def _variables(self) -> list[list[Any]]:
        model = self.model
        found = {
            "trainable_variables": model.trainable_variables,
            "non_trainable_variables": model.non_trainable_variables,
            "optimizer_variables": model.optimizer.variables,
            "metrics_variables": model.metrics_variables,
        }
        return [found[name] for name in self.STATE[self.step]]


def _shared(leaf: Any) -> Any:
    """Share the rows of a batch out over the devices, where they can be evenly."""
    distribution = parallel.distribution()
    if distribution is None or len(leaf) % distribution.num_model_replicas:
        return leaf
    import jax

    layout = distribution.get_data_layout(leaf.shape).backend_layout
    return jax.lax.with_sharding_constraint(leaf, layout)


def _lengthened(leaf: np.ndarray, rows: int) -> np.ndarray:
    """Give an array always as many rows, so that the loop is compiled once."""
    if len(leaf) == rows:
        return leaf
    longer = np.zeros((rows, *leaf.shape[1:]), leaf.dtype)
    longer[: len(leaf)] = leaf
    return longer


def _on_device(batches: Any) -> Any:
    """Put all rows on a GPU, where they fit and nothing moves them; False if not.

    On a CPU they would take memory, and save next to nothing.
    """
    import jax.numpy as jnp

    if not _on_accelerator() or not batches.is_fixed:
        return False
    parts = [
        batches.prepared(slice(first, first + ROWS_AT_A_TIME))
        for first in range(0, batches.count, ROWS_AT_A_TIME)
    ]
    return mapped(
        lambda *pieces: jnp.concatenate(pieces), *(mapped(jnp.asarray, part) for part in parts)
    )


def _on_accelerator() -> bool:
    import jax

    return jax.default_backend() != "cpu"


LOOPS: dict[str, type[_Loop]] = {"tensorflow": _TensorFlow, "jax": _Jax}
