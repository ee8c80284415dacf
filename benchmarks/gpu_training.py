"""The trainings of one backend for `gpu.py`: a line of JSON for each.

python benchmarks/gpu_training.py jax gpu
"""

from __future__ import annotations

import contextlib
import gc
import json
import sys
import time
from collections.abc import Callable, Iterator
from statistics import median

import numpy as np

import kerasduet as kd

backend, device = sys.argv[1:3]
kd.use_backend(backend, device=device if device == "cpu" else "auto")

from kerasduet.environment import start_backend  # noqa: E402

start_backend()

import keras  # noqa: E402
from keras import layers  # noqa: E402

EPOCHS = {"mnist-dnn": 5, "mnist-cnn": 5, "lstm-co2": 5}
if device == "cpu" or backend == "torch":  # many times slower
    EPOCHS = dict.fromkeys(EPOCHS, 2)


class Clock(keras.callbacks.Callback):
    """Seconds of each epoch; the first one compiles as well."""

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.epochs = list[float]()

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self.since = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.epochs.append(time.perf_counter() - self.since)

    @property
    def usual(self) -> float:
        """Seconds of an epoch that compiles nothing."""
        return median(self.epochs[1:])


class ToAim(Clock):
    """Also how many epochs had passed when the test images were first read well enough."""

    def __init__(self, x: np.ndarray, y: np.ndarray, aim: float) -> None:
        super().__init__()
        self.x, self.y, self.aim = x, y, aim
        self.reached, self.accuracies = None, []

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        super().on_epoch_end(epoch, logs)
        found = self.model.predict(self.x, batch_size=1000, verbose=0).argmax(-1)
        self.accuracies.append(float((found == self.y).mean()))
        if self.reached is None and self.accuracies[-1] >= self.aim:
            self.reached = epoch + 1


def main() -> None:
    tell(to_aim(0.99))
    for name, epochs in EPOCHS.items():
        tell(headline(name, epochs))
        gc.collect()


def tell(row: dict) -> None:
    print(json.dumps(row), flush=True)


def headline(name: str, epochs: int) -> dict:
    """Train a preset twice, and the same network by plain Keras in float32 and bfloat16."""
    exp = kd.experiment(name, epochs=epochs, early_stopping=None)
    data = kd.load_data(exp)
    digests, clocks = [], []
    for _ in range(2):
        clock = Clock()
        began = time.time()
        run = kd.run_experiment(exp, data=data, callbacks=[clock], progress=False)
        ended = time.time()
        digests.append(run.provenance["digests"])
        clocks.append(clock)
    plain = {}
    for policy in ("float32", "mixed_bfloat16"):
        try:
            plain[policy] = plainly(exp, data, policy)
        except Exception as error:  # such as JAX's recurrent layers on a GPU in bfloat16
            print(f"{name}, {policy}: {error}", file=sys.stderr)
            plain[policy] = None
    return {
        "kind": "epochs",
        "name": name,
        "ours": 1 / clocks[-1].usual,
        "plain": plain["float32"],
        "mixed": plain["mixed_bfloat16"],
        "same": digests[0] == digests[1],
        "seconds": [clock.epochs for clock in clocks],
        "began": began,
        "ended": ended,
    }


def plainly(exp: kd.Experiment, data: kd.Dataset, policy: str) -> float:
    """Epochs a second of `fit` on arrays that are ready."""
    x, y, _ = data.train.take(slice(None))
    held, truth, _ = data.validation.take(slice(None))
    x, held = (np.asarray(data.preprocessing.to_network(part), "float32") for part in (x, held))
    with policies(policy):
        model = kd.build_model(exp, data)
        model = keras.models.clone_model(model, clone_function=with_policy(policy))
        loss = "sparse_categorical_crossentropy" if exp.task == "classification" else "mse"
        model.compile(exp.optimizer, loss)
        clock = Clock()
        model.fit(
            x,
            y,
            validation_data=(held, truth),
            batch_size=exp.batch_size,
            epochs=exp.epochs,
            verbose=0,
            callbacks=[clock],
        )
    return 1 / clock.usual


def with_policy(policy: str) -> Callable[[layers.Layer], layers.Layer]:
    """Give a layer of the same settings that computes by a policy; softmax stays exact."""

    def same(layer: layers.Layer) -> layers.Layer:
        settings = layer.get_config()
        if getattr(layer, "activation", None) is not keras.activations.softmax:
            settings["dtype"] = policy
        return type(layer).from_config(settings)

    return same


@contextlib.contextmanager
def policies(policy: str) -> Iterator[None]:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def to_aim(aim: float) -> dict:
    """Train a small network of standard layers, and find when it is right often enough.

    A strided convolution, a second one, batch normalisation after pooling, and Adam with a rate
    that rises for a quarter of the steps and falls to 0.
    """
    epochs, batch = 3, 128
    exp = kd.experiment("mnist-cnn")
    data = kd.load_data(exp)
    x, y, _ = data.test.take(slice(None))
    x = data.preprocessing.to_network(x)
    steps = epochs * -(-len(data.train) // batch)
    rate = keras.optimizers.schedules.CosineDecay(
        1e-3, steps - steps // 4, warmup_target=0.01, warmup_steps=steps // 4
    )
    clock = ToAim(x, y, aim)
    run = kd.run_experiment(
        "mnist-cnn",
        data=data,
        model=quick_network,
        epochs=epochs,
        batch_size=batch,
        optimizer=keras.optimizers.Adam(rate, beta_2=0.95, epsilon=1e-8),
        callbacks=[clock],
        progress=False,
    )
    return {
        "kind": "to 99 %",
        "name": "quick network",
        "seconds": clock.reached * clock.usual if clock.reached else float("inf"),
        "compiling": clock.epochs[0] - clock.usual,
        "epochs": clock.epochs,
        "accuracies": clock.accuracies,
        "parameters": run.provenance["parameters"],
    }


def quick_network(input_shape: tuple[int, ...], classes: int, seed: int) -> keras.Model:
    inputs = layers.Input(input_shape)
    x = layers.Cropping2D(2)(inputs)
    x = layers.Conv2D(16, 5, 2, activation="relu", kernel_initializer="he_normal")(x)
    x = layers.Conv2D(32, 3, use_bias=False, kernel_initializer="he_normal")(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.ReLU()(layers.BatchNormalization(momentum=0.9, scale=False)(x))
    x = layers.Dense(128, use_bias=False, kernel_initializer="he_normal")(layers.Flatten()(x))
    x = layers.ReLU()(layers.BatchNormalization(momentum=0.9, scale=False)(x))
    return keras.Model(inputs, layers.Dense(classes, activation="softmax")(x))


main()
