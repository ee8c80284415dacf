"""Train a network on a data set, so that it repeats bit for bit and resumes exactly."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.environment import deterministic, start_backend
from kerasduet.interrupts import Interrupts

if TYPE_CHECKING:
    import keras

    from kerasduet.data import Dataset
    from kerasduet.data.preprocessing import ImagePreprocessing, SeriesPreprocessing
    from kerasduet.experiments import Experiment

__all__ = ["State", "compile_model", "predict_outputs", "restore", "train"]

# The batch size decides the last bits of a prediction, so it is fixed.
PREDICTION_BATCH = 512
# TensorFlow runs this many steps between two looks at Python: small networks train a fifth
# faster, with the same bits, and Ctrl-C still comes through at once.
STEPS_AT_A_TIME = {"tensorflow": 8}

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
    """

    epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    variables: list[np.ndarray] = field(default_factory=list)
    best: list[np.ndarray] = field(default_factory=list)


def train(
    model: keras.Model,
    dataset: Dataset,
    experiment: Experiment,
    *,
    state: State | None = None,
    on_event: Callable[[Event], None] = lambda event: None,
    keep: Callable[[State], None] = lambda state: None,
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

    Returns
    -------
    (State, bool)
        The state after the last finished epoch, and whether it was interrupted. The model
        holds that epoch's weights, or with early stopping the best epoch's.
    """
    state = state or State(variables=capture(model))
    interrupted = False
    restore(model, state.variables)
    with Interrupts() as interrupts:

        def tell(event: Event) -> None:
            on_event(event)
            interrupts.check()

        try:
            while not _is_done(state, experiment):
                state = _one_epoch(model, dataset, experiment, state, tell)
                keep(state)
                tell(
                    {
                        "event": "epoch",
                        "epoch": state.epoch,
                        "epochs": experiment.epochs,
                        "seconds": state.seconds[-1],
                        "logs": state.history[-1],
                    }
                )
        except KeyboardInterrupt:
            interrupted = not _is_done(state, experiment)
    restore(model, state.best or state.variables)
    return state, interrupted


def compile_model(model: keras.Model, experiment: Experiment) -> keras.Model:
    """Set loss, metrics and optimizer as the experiment says; the optimizer is built."""
    start_backend()
    import keras

    settings: dict[str, Any] = {"learning_rate": experiment.learning_rate}
    if experiment.momentum:
        settings["momentum"] = experiment.momentum
    # None would turn AdamW's own weight decay into an error; 0 turns it off.
    if experiment.weight_decay or experiment.optimizer == "adamw":
        settings["weight_decay"] = experiment.weight_decay
    optimizer = keras.optimizers.get(
        {
            "class_name": experiment.optimizer,
            "config": settings
            | {"clipnorm": experiment.clip_norm, "clipvalue": experiment.clip_value},
        }
    )
    loss, metric = "mean_squared_error", "mean_absolute_error"
    if experiment.task == "classification":
        loss, metric = "sparse_categorical_crossentropy", "accuracy"
    steps = STEPS_AT_A_TIME.get(keras.config.backend(), 1)
    model.compile(optimizer, loss, metrics=[metric], steps_per_execution=steps)
    optimizer.build(model.trainable_variables)
    return model


def predict_outputs(
    model: keras.Model,
    preprocessing: ImagePreprocessing | SeriesPreprocessing,
    x: np.ndarray,
) -> np.ndarray:
    """Run the network over inputs in batches of a fixed size; float32 (n, outputs)."""
    batches = _batches(x, None, preprocessing.to_network, PREDICTION_BATCH)
    with deterministic():
        return np.asarray(model.predict(batches, verbose=0), dtype=np.float32)


def capture(model: keras.Model) -> list[np.ndarray]:
    """Copy every variable that training depends on."""
    return [np.array(variable.numpy()) for variable in _variables(model)]


def restore(model: keras.Model, values: list[np.ndarray]) -> None:
    """Put captured values back."""
    for variable, value in zip(_variables(model), values, strict=True):
        variable.assign(value)


def _variables(model: keras.Model) -> list[Any]:
    return [*model.variables, *model.optimizer.variables]


def _one_epoch(
    model: keras.Model,
    dataset: Dataset,
    experiment: Experiment,
    state: State,
    on_event: Callable[[Event], None],
) -> State:
    began = time.perf_counter()
    prepare = dataset.preprocessing.to_network
    # Seeded by the epoch, so that a resumed run shuffles as an uninterrupted one does.
    order = np.random.default_rng([experiment.seed, state.epoch]).permutation(
        len(dataset.x_train)
    )
    batches = _batches(
        dataset.x_train, dataset.y_train, prepare, experiment.batch_size, order=order
    )
    held = None
    if len(dataset.x_validation):
        held = _batches(dataset.x_validation, dataset.y_validation, prepare, PREDICTION_BATCH)
    report = _batch_reporter(on_event, len(batches), state.epoch + 1, experiment.epochs)
    with deterministic():
        result = model.fit(
            batches, validation_data=held, shuffle=False, verbose=0, callbacks=[report]
        )
    row = {"epoch": state.epoch + 1} | {k: float(v[-1]) for k, v in result.history.items()}
    history = [*state.history, row]
    variables = capture(model)
    best = state.best
    if experiment.early_stopping is not None and _best_epoch(history) == len(history) - 1:
        best = variables
    seconds = [*state.seconds, time.perf_counter() - began]
    return State(state.epoch + 1, history, seconds, variables, best)


def _is_done(state: State, experiment: Experiment) -> bool:
    if state.epoch >= experiment.epochs:
        return True
    if experiment.early_stopping is None or not state.history:
        return False
    return state.epoch - 1 - _best_epoch(state.history) >= experiment.early_stopping


def _best_epoch(history: list[dict[str, float]]) -> int:
    losses = [row["val_loss"] for row in history]
    losses = [loss if loss == loss else np.inf for loss in losses]  # NaN is never the best
    return losses.index(min(losses))


def _batches(
    x: np.ndarray,
    y: np.ndarray | None,
    prepare: Callable[[np.ndarray], np.ndarray],
    batch_size: int,
    *,
    order: np.ndarray | None = None,
) -> keras.utils.PyDataset:
    """Feed rows in order, prepared a batch at a time: images stay bytes until then."""
    import keras

    class Batches(keras.utils.PyDataset):
        def __len__(self) -> int:
            return -(-len(x) // batch_size)

        def __getitem__(self, index: int) -> tuple[np.ndarray, ...]:
            rows: Any = slice(index * batch_size, (index + 1) * batch_size)
            if order is not None:
                rows = order[rows]
            inputs = prepare(x[rows])
            return (inputs,) if y is None else (inputs, y[rows])

    return Batches()


def _batch_reporter(
    on_event: Callable[[Event], None], steps: int, epoch: int, epochs: int
) -> keras.callbacks.Callback:
    import keras

    class Reporter(keras.callbacks.Callback):
        last = 0.0

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            now = time.monotonic()
            done = min(batch + 1, steps)  # a last round may have room for more
            if now - self.last >= 0.1 or done == steps:
                self.last = now
                on_event(
                    {
                        "event": "batch",
                        "epoch": epoch,
                        "epochs": epochs,
                        "step": done,
                        "steps": steps,
                    }
                )

    return Reporter()
