"""One training from its first epoch to its last, or from where it was cut off."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet import callbacks as own_callbacks
from kerasduet.data.part import mapped
from kerasduet.environment import deterministic, parallel
from kerasduet.errors import ArgumentType, KerasduetError
from kerasduet.interrupts import Interrupts
from kerasduet.registry import TASKS
from kerasduet.training import xla
from kerasduet.training.compile import compile_model, compile_with
from kerasduet.training.features import features_of, has_fixed_features, head_of
from kerasduet.training.feed import feed_rows, prediction_batch
from kerasduet.training.heads import head_names, shared, told
from kerasduet.training.keeping import Keeper
from kerasduet.training.loop import can_loop, fit
from kerasduet.training.stages import is_tuning
from kerasduet.training.state import State, best_epoch, capture, restore

if TYPE_CHECKING:
    import keras

    from kerasduet.data import Dataset
    from kerasduet.experiments import Experiment

__all__ = ["train"]

SECONDS_BETWEEN_EVENTS = 0.1

Event = Mapping[str, Any]


def train(
    model: keras.Model,
    dataset: Dataset,
    experiment: Experiment,
    *,
    state: State | None = None,
    on_event: Callable[[Event], None] = lambda event: None,
    keep: Callable[[State], None] = lambda state: None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> tuple[State, bool]:
    """Train a compiled model until its epochs are done, early stopping, or an interrupt.

    Parameters
    ----------
    model : keras.Model
        From `compile_model`.
    dataset : Dataset
        Its training and validation rows.
    experiment : Experiment
        Epochs, batch size, seed, early stopping.
    state : State, optional
        Where an earlier training stopped.
    on_event : callable
        Told of each "batch" (at most ten a second) and each "epoch".
    keep : callable
        Given states to write down: after an epoch when the last was written a second ago or
        more, after each where there are callbacks, and always the last one, however it ends.
    callbacks : sequence of keras.callbacks.Callback
        The caller's, called before the state is taken down.

    Returns
    -------
    (State, bool)
        The state after the last finished epoch, and whether it was interrupted. The model
        holds that epoch's weights, or with early stopping the best epoch's.
    """
    state = state or State(variables=capture(model))
    restore(model, state.variables)
    with Interrupts() as interrupts:

        def tell(event: Event) -> None:
            on_event(event)
            interrupts.check()

        keeper = Keeper(keep, each=bool(callbacks))
        course = _Course(
            model, dataset, experiment, state, tell, keeper, callbacks, interrupts.check
        )
        if not course.is_done:
            try:
                with contextlib.suppress(KeyboardInterrupt):
                    course.run()
            except BaseException:
                with contextlib.suppress(KerasduetError):  # the first error says more
                    keeper.finish()
                raise
            finally:
                course.release()
            keeper.finish()
    # Whatever ended it early, only a whole training is finished.
    interrupted = not course.is_done
    restore(model, course.state.best or course.state.variables)
    return course.state, interrupted


class _Course:
    """One call of Keras's `fit`, followed batch by batch and taken down epoch by epoch."""

    def __init__(
        self,
        model: keras.Model,
        dataset: Dataset,
        experiment: Experiment,
        state: State,
        tell: Callable[[Event], None],
        keeper: Keeper,
        callbacks: Sequence[keras.callbacks.Callback] = (),
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self.model, self.dataset, self.experiment = model, dataset, experiment
        self.state, self.tell, self.keeper, self.check = state, tell, keeper, check
        self.fitted = model  # or its head, where the features stay what they are
        self.goes_on = bool(state.epoch)  # in the stage that it was in
        self.callbacks = list(callbacks)
        self.given = own_callbacks.given(self.callbacks)
        if state.epoch:
            own_callbacks.go_on(self.callbacks)
        learned = dataset.preprocessing
        self.weights = TASKS[experiment.task].learned_weights(experiment, learned)
        self.augmentation = TASKS[experiment.task].augmentation(experiment)
        self.heads = head_names(model)
        self.batches: Any = None
        self.held: Any = None
        self.told = 0.0
        self.began = 0.0

    def release(self) -> None:
        """Let go of the rows, which TensorFlow's registry would keep for good."""
        for batches in (self.batches, self.held):
            if batches is not None:
                batches.rows.clear()
                batches.order = batches.draws = None
        self.batches = self.held = None

    def _feed(self) -> None:
        """Feed the rows, or what a base that is not trained says of them, once for all epochs."""
        self.release()
        train, held = self.dataset.train, self.dataset.validation
        prepare: Callable[[Any], Any] = self.dataset.preprocessing.to_network
        size, many = self.experiment.batch_size, prediction_batch(self.dataset.train.inputs)
        self.fitted = self.model
        devices = self.experiment.devices
        many = max(many - many % devices, devices)  # so that each has as many of them
        alone = devices == 1
        fixed = (
            alone
            and self.augmentation is None
            and has_fixed_features(self.model, self.experiment, len(train) + len(held))
        )
        if fixed:
            train = features_of(self.model, train, prepare, size, self.check)
            if len(held):
                held = features_of(self.model, held, prepare, many, self.check)
            self.fitted, prepare = head_of(self.model), _unchanged
            compile_with(self.model.optimizer, self.fitted, self.experiment)
        self.batches = feed_rows(
            train, prepare, size, self.augmentation, self.heads, self.weights
        )
        self.held = feed_rows(held, prepare, many, heads=self.heads) if len(held) else None

    @property
    def is_done(self) -> bool:
        """Whether the epochs are over, stopped early, or the loss is no number any more."""
        state, patience = self.state, self.experiment.early_stopping
        if state.epoch >= self.experiment.all_epochs or state.ended_early(patience):
            return True
        return bool(state.history) and not np.isfinite(state.history[-1]["loss"])

    @deterministic()
    def run(self) -> None:
        """Train until done; KeyboardInterrupt leaves the state of the last whole epoch."""
        if self.state.epoch < self.experiment.epochs:
            self._fit(self.experiment.epochs)
        if self.state.epoch >= self.experiment.epochs and not self.is_done:
            self._tune()

    def _tune(self) -> None:
        """Begin the second stage, or go on with it."""
        if not is_tuning(self.experiment, self.state.epoch):
            compile_model(
                self.model,
                self.experiment,
                rows=len(self.dataset.train),
                tuning=True,
            )
            self.goes_on = False
        self._fit(self.experiment.all_epochs)

    def _fit(self, epochs: int) -> None:
        """Train until so many epochs are done."""
        import keras

        self._feed()
        self._build_scores()
        self.began = time.perf_counter()
        callbacks = [
            keras.callbacks.LambdaCallback(on_epoch_end=self.settle),
            *self.callbacks,
            keras.callbacks.LambdaCallback(
                on_train_begin=self.take_up,
                on_epoch_begin=self.shuffle,
                on_train_batch_end=self.tell_batch,
                on_epoch_end=self.finish_epoch,
            ),
        ]
        if can_loop(self.fitted):
            fit(
                self.fitted,
                self.batches,
                self.held,
                initial_epoch=self.state.epoch,
                epochs=epochs,
                each_step=own_callbacks.each_step(self.callbacks),
                callbacks=callbacks,
                by_xla=xla.pays(self.model, self.experiment, len(self.dataset.train)),
            )
            return
        if self.experiment.devices > 1:
            raise ArgumentType(
                "devices: must be 1 for a network with train_step or test_step of its own, or "
                f"run_eagerly; got {self.experiment.devices}. Leave devices out."
            )
        self.fitted.fit(
            self.batches,
            validation_data=self.held,
            initial_epoch=self.state.epoch,
            epochs=epochs,
            shuffle=False,
            verbose=0,
            callbacks=callbacks,
        )

    def _build_scores(self) -> None:
        """Have loss and metrics make their variables before the first step is traced.

        TensorFlow traces once more whatever makes variables on the way, which takes longer than a
        short training does.
        """
        model = self.fitted
        if any(None in head.shape[1:] for head in model.outputs):
            return
        import keras

        # A Sequential has `outputs` alone.
        sequential = isinstance(model, keras.Sequential)
        heads = model.outputs[0] if sequential else model.output
        outputs = mapped(lambda head: np.zeros((1, *head.shape[1:]), head.dtype), heads)
        _, targets, weights = self.dataset.train.take(slice(0, 1))
        targets = shared(targets, self.heads)

        def build() -> None:
            model.compute_loss(None, targets, outputs, weights, training=False)
            model.compute_metrics(None, targets, outputs, weights)

        parallel.in_replicas(build)
        model.reset_metrics()

    def take_up(self, logs: Any = None) -> None:
        """Give the callbacks the values that they had where the training stopped."""
        if self.callbacks and self.goes_on:
            own_callbacks.restore(self.callbacks, self.state.callbacks)
            restore(self.model, self.state.variables)  # one of them may have set the rate

    def settle(self, epoch: int, logs: Any = None) -> None:
        """Do so once more before the callbacks look at an epoch."""
        own_callbacks.settle(self.callbacks, self.state.callbacks)

    def shuffle(self, epoch: int, logs: Any = None) -> None:
        """Order and augment the rows by seed and epoch alone: a resumed run sees the same."""
        order = np.random.default_rng([self.experiment.seed, epoch])
        rows = len(self.dataset.train)
        self.batches.order = order.permutation(rows)
        if self.augmentation is not None:
            self.batches.draws = self.augmentation.draws(self.experiment.seed, epoch, rows)

    def tell_batch(self, batch: int, logs: Any = None) -> None:
        """Tell of a batch, unless another was told of just before."""
        now, steps = time.monotonic(), len(self.batches)
        done = min(batch + 1, steps)  # a last round may have room for more
        if now - self.told >= SECONDS_BETWEEN_EVENTS or done == steps:
            self.told = now
            self.tell(self._event("batch", self.state.epoch + 1, step=done, steps=steps))

    def finish_epoch(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """Take down the state that the epoch reached, and stop when it was the last."""
        # A callback may have written more than numbers.
        found = {
            told(key, self.heads): logs[key] for key in sorted(logs) if np.ndim(logs[key]) == 0
        }
        numbers = {key: float(v) for key, v in found.items() if not isinstance(v, str)}
        row = {"epoch": epoch + 1} | numbers
        history = [*self.state.history, row]
        variables = capture(self.model)
        best = self.state.best
        if self.experiment.early_stopping is not None and best_epoch(history) == epoch:
            best = variables
        seconds = [*self.state.seconds, time.perf_counter() - self.began]
        kept = own_callbacks.noted(self.callbacks, self.given)
        stopped = bool(self.callbacks) and bool(self.fitted.stop_training)
        self.state = State(epoch + 1, history, seconds, variables, best, kept, stopped)
        done = self.is_done
        self.keeper.reached(self.state, last=done)
        left = 0.0 if done else self._left(seconds, epoch + 1)
        self.tell(self._event("epoch", epoch + 1, seconds=seconds[-1], left=left, logs=row))
        self.fitted.stop_training = done
        self.began = time.perf_counter()

    def _left(self, seconds: Sequence[float], done: int) -> float:
        """Give the seconds that the epochs left will take; the first also compiles the steps."""
        each = seconds[1:] or seconds
        return sum(each) / len(each) * (self.experiment.all_epochs - done)

    def _event(self, kind: str, epoch: int, **told: Any) -> Event:
        return {"event": kind, "epoch": epoch, "epochs": self.experiment.all_epochs} | told


def _unchanged(rows: Any) -> Any:
    """Give features as they are."""
    return rows
