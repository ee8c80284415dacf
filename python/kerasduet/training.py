"""Train a network on a data set, so that it repeats bit for bit and resumes exactly."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet import callbacks as own_callbacks
from kerasduet.data.dataset import digest_arrays
from kerasduet.environment import deterministic
from kerasduet.errors import NonFinite
from kerasduet.interrupts import Interrupts
from kerasduet.registry import TASKS
from kerasduet.schedules import learning_rate
from kerasduet.settings import objects
from kerasduet.settings.optimizers import optimizer_class

if TYPE_CHECKING:
    import keras

    from kerasduet.augment import Augmentation
    from kerasduet.data import Dataset
    from kerasduet.data.preprocessing import Learned
    from kerasduet.experiments import Experiment

__all__ = [
    "State",
    "compile_model",
    "predict_outputs",
    "refuse_no_numbers",
    "restore",
    "train",
    "weights_digest",
]

# The batch size decides the last bits of a prediction, so it is fixed.
PREDICTION_BATCH = 512
# TensorFlow runs this many steps between two looks at Python: small networks train a fifth
# faster, with the same bits, and Ctrl-C still comes through at once.
STEPS_AT_A_TIME = {"tensorflow": 8}
SECONDS_BETWEEN_EVENTS = 0.1

Event = Mapping[str, Any]


@dataclass
class State:
    """All that training depends on after an epoch: an exact resume starts from it.

    Parameters
    ----------
    epoch : int
        Epochs finished.
    history : list of dict
        One row an epoch.
    seconds : list of float
        Wall time of each epoch.
    variables : list of numpy.ndarray
        Weights, seed-generator states and optimizer variables, in Keras's order.
    best : list of numpy.ndarray
        The same of the best epoch so far, when early stopping is on.
    callbacks : list of dict
        Of each callback of the caller's, its class and its plain values, such as how many epochs
        it has waited.
    stopped : bool
        Whether one of them ended the training.
    """

    epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    variables: list[np.ndarray] = field(default_factory=list)
    best: list[np.ndarray] = field(default_factory=list)
    callbacks: list[dict[str, Any]] = field(default_factory=list)
    stopped: bool = False


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
        Given the state after each epoch, to write it down.
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

        course = _Course(model, dataset, experiment, state, tell, keep, callbacks)
        if not course.is_done:
            try:
                with contextlib.suppress(KeyboardInterrupt):
                    course.run()
            finally:
                course.release()
    # Whatever ended it early, only a whole training is finished.
    interrupted = not course.is_done
    restore(model, course.state.best or course.state.variables)
    return course.state, interrupted


@deterministic()
def compile_model(
    model: keras.Model, experiment: Experiment, *, rows: int, each_step: bool = False
) -> keras.Model:
    """Set loss, metrics and optimizer as the experiment says; the optimizer is built.

    The training rows decide over how many steps the learning rate changes. Where callbacks are to
    be called after each step, TensorFlow does one at a time; the bits are the same.
    """
    import keras

    heads = TASKS[experiment.task].heads(experiment.data, experiment.network)
    if experiment.loss is not None:
        heads["loss"] = objects.rebuilt(experiment.loss)
    if experiment.metrics:
        heads["metrics"] = [
            *heads.get("metrics", ()),
            *map(objects.rebuilt, experiment.metrics),
        ]
    optimizer = _optimizer(experiment, rows)
    steps = 1 if each_step else STEPS_AT_A_TIME.get(keras.config.backend(), 1)
    model.compile(optimizer, **heads, steps_per_execution=steps)
    optimizer.build(model.trainable_variables)
    return model


def _optimizer(experiment: Experiment, rows: int) -> keras.Optimizer:
    import keras

    settings: dict[str, Any] = {
        "learning_rate": learning_rate(experiment, rows),
        "clipnorm": experiment.clip_norm,
        "clipvalue": experiment.clip_value,
    }
    if experiment.momentum:
        settings["momentum"] = experiment.momentum
    # None would turn AdamW's own weight decay into an error; 0 turns it off.
    if experiment.weight_decay or optimizer_class(experiment.optimizer) == "adamw":
        settings["weight_decay"] = experiment.weight_decay
    if objects.is_object(experiment.optimizer):
        return objects.rebuilt(experiment.optimizer, settings)
    return keras.optimizers.get({"class_name": experiment.optimizer, "config": settings})


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


def weights_digest(model: keras.Model) -> str:
    """Digest the weights: sha256 over each one's dtype, shape and bytes, in order."""
    return digest_arrays(*(np.asarray(weight) for weight in model.get_weights()))


def capture(model: keras.Model) -> list[np.ndarray]:
    """Copy every variable that training depends on."""
    return [np.array(variable.numpy()) for variable in _variables(model)]


def restore(model: keras.Model, values: list[np.ndarray]) -> None:
    """Put captured values back."""
    for variable, value in zip(_variables(model), values, strict=True):
        variable.assign(value)


def _variables(model: keras.Model) -> list[Any]:
    return [*model.variables, *model.optimizer.variables]


class _Course:
    """One call of Keras's `fit`, followed batch by batch and written down epoch by epoch."""

    def __init__(
        self,
        model: keras.Model,
        dataset: Dataset,
        experiment: Experiment,
        state: State,
        tell: Callable[[Event], None],
        keep: Callable[[State], None],
        callbacks: Sequence[keras.callbacks.Callback] = (),
    ) -> None:
        self.model, self.dataset, self.experiment = model, dataset, experiment
        self.state, self.tell, self.keep = state, tell, keep
        self.callbacks = list(callbacks)
        self.weights = TASKS[experiment.task].class_weights(experiment)
        prepare = dataset.preprocessing.to_network
        self.augmentation = TASKS[experiment.task].augmentation(experiment)
        self.batches = _batches(
            dataset.x_train,
            dataset.y_train,
            prepare,
            experiment.batch_size,
            self.augmentation,
        )
        self.held = None
        if len(dataset.x_validation):
            self.held = _batches(
                dataset.x_validation, dataset.y_validation, prepare, PREDICTION_BATCH
            )
        self.told = 0.0
        self.began = 0.0

    def release(self) -> None:
        """Let go of the rows, which TensorFlow's registry would keep for good."""
        for batches in (self.batches, self.held):
            if batches is not None:
                batches.rows.clear()
                batches.order = batches.draws = None

    @property
    def is_done(self) -> bool:
        """Whether the epochs are over, stopped early, or the loss is no number any more."""
        state, patience = self.state, self.experiment.early_stopping
        if state.epoch >= self.experiment.epochs or state.stopped:
            return True
        if not state.history:
            return False
        if not np.isfinite(state.history[-1]["loss"]):
            return True
        if patience is None:
            return False
        return state.epoch - 1 - _best_epoch(state.history) >= patience

    @deterministic()
    def run(self) -> None:
        """Train until done; KeyboardInterrupt leaves the state of the last whole epoch."""
        import keras

        self.began = time.perf_counter()
        self.model.fit(
            self.batches,
            validation_data=self.held,
            initial_epoch=self.state.epoch,
            epochs=self.experiment.epochs,
            shuffle=False,
            verbose=0,
            class_weight=self.weights,
            callbacks=[
                keras.callbacks.LambdaCallback(on_epoch_end=self.settle),
                *self.callbacks,
                keras.callbacks.LambdaCallback(
                    on_train_begin=self.take_up,
                    on_epoch_begin=self.shuffle,
                    on_train_batch_end=self.tell_batch,
                    on_epoch_end=self.finish_epoch,
                ),
            ],
        )

    def take_up(self, logs: Any = None) -> None:
        """Give the callbacks the values that they had where the training stopped."""
        own_callbacks.restore(self.callbacks, self.state.callbacks)

    def settle(self, epoch: int, logs: Any = None) -> None:
        """Do so once more before the callbacks look at an epoch."""
        own_callbacks.settle(self.callbacks, self.state.callbacks)

    def shuffle(self, epoch: int, logs: Any = None) -> None:
        """Order and augment the rows by seed and epoch alone: a resumed run sees the same."""
        order = np.random.default_rng([self.experiment.seed, epoch])
        rows = len(self.dataset.x_train)
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
        row = {"epoch": epoch + 1} | {key: float(logs[key]) for key in sorted(logs)}
        history = [*self.state.history, row]
        variables = capture(self.model)
        best = self.state.best
        if self.experiment.early_stopping is not None and _best_epoch(history) == epoch:
            best = variables
        seconds = [*self.state.seconds, time.perf_counter() - self.began]
        kept = own_callbacks.values(self.callbacks)
        stopped = bool(self.callbacks) and bool(self.model.stop_training)
        self.state = State(epoch + 1, history, seconds, variables, best, kept, stopped)
        self.keep(self.state)
        self.tell(self._event("epoch", epoch + 1, seconds=seconds[-1], logs=row))
        self.model.stop_training = self.is_done
        self.began = time.perf_counter()

    def _event(self, kind: str, epoch: int, **told: Any) -> Event:
        return {"event": kind, "epoch": epoch, "epochs": self.experiment.epochs} | told


def _best_epoch(history: list[dict[str, float]]) -> int:
    losses = [row["val_loss"] for row in history]
    losses = [loss if loss == loss else np.inf for loss in losses]  # NaN is never the best
    return losses.index(min(losses))


def _batches(
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
    batches = Batches()
    batches.rows = [x, y]
    return batches
