"""One training for `epochs.py`: prints CPU seconds of an epoch, without the first.

python benchmarks/epochs_training.py lstm-co2 ours
"""

from __future__ import annotations

import json
import sys
import time
from statistics import median

import numpy as np

import kerasduet as kd
from kerasduet.environment import start_backend

name, side = sys.argv[1:]
EPOCHS = {"lstm-co2": 10, "price-lstm": 5, "mnist-dnn": 5, "mnist-cnn": 3}


def main() -> None:
    chosen = kd.experiment(name, epochs=EPOCHS[name], early_stopping=None)
    data = kd.load_data(chosen, prices() if name.startswith("price") else None)
    epochs = ours(chosen, data) if side == "ours" else plain(chosen, data)
    print(json.dumps({"first": epochs[0], "epoch": median(epochs[1:])}))


def prices(days: int = 3000) -> object:
    """Make a table of daily prices: their size alone matters here."""
    import pandas as pd

    random = np.random.default_rng(0)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.02, days)))
    opened = close * np.exp(random.normal(0, 0.005, days))
    return pd.DataFrame(
        {
            "date": pd.date_range("2010-01-01", periods=days),
            "open": opened,
            "high": np.maximum(opened, close) * 1.01,
            "low": np.minimum(opened, close) * 0.99,
            "close": close,
            "volume": random.integers(100, 1000, days),
        }
    )


def ours(chosen: kd.Experiment, data: kd.Dataset) -> list[float]:
    found, before = [], [time.process_time()]

    def note(event: dict) -> None:
        if event["event"] == "epoch":
            now = time.process_time()
            found.append(now - before[0])
            before[0] = now

    kd.run_experiment(chosen, data=data, progress=note)
    return found


def plain(chosen: kd.Experiment, data: kd.Dataset) -> list[float]:
    start_backend()
    import keras

    found = []

    class Clock(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
            self.began = time.process_time()

        def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
            found.append(time.process_time() - self.began)

    parts = [part.take(slice(None)) for part in (data.train, data.validation)]
    (x, y), (held, truth) = (
        (np.asarray(data.preprocessing.to_network(inputs), "float32"), targets)
        for inputs, targets, _ in parts
    )
    model = keras.models.clone_model(kd.build_model(chosen, data))
    classes = chosen.task == "classification"
    loss = "sparse_categorical_crossentropy" if classes else "mse"
    model.compile(chosen.optimizer, loss, metrics=["accuracy"] if classes else ["mae"])
    model.fit(
        x,
        y,
        validation_data=(held, truth),
        batch_size=chosen.batch_size,
        epochs=chosen.epochs,
        verbose=0,
        callbacks=[Clock()],
    )
    return found


main()
