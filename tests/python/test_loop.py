"""Epochs as compiled loops: the bits of Keras's own `fit`, however many steps at a time."""

from __future__ import annotations

import numpy as np
import pytest

import kerasduet as kd
from kerasduet.data import Part
from kerasduet.environment import deterministic, start_backend
from kerasduet.training.feed import feed_rows
from kerasduet.training.loop import can_loop, fit
from kerasduet.training.state import weights_digest

ROWS, SIZE = 45, 8  # the last batch has 5


def two_heads():
    """Give a network of two inputs and two heads, with dropout and batch normalisation."""
    import keras

    layers = keras.layers
    inputs = {"a": keras.Input((3,), name="a"), "b": keras.Input((2,), name="b")}
    x = layers.Concatenate()(list(inputs.values()))
    x = layers.BatchNormalization()(layers.Dense(6, kernel_initializer=glorot(1))(x))
    x = layers.Dropout(0.3, seed=4)(x)
    heads = {
        "one": layers.Dense(1, name="one", kernel_initializer=glorot(2))(x),
        "two": layers.Dense(3, "softmax", name="two", kernel_initializer=glorot(3))(x),
    }
    network = keras.Model(inputs, heads)
    losses = {"one": "mse", "two": "sparse_categorical_crossentropy"}
    network.compile("adam", losses, metrics={"two": ["accuracy"]})
    return network


def recurrent():
    import keras

    layers = keras.layers
    lstm = layers.LSTM(4, kernel_initializer=glorot(1), recurrent_initializer=glorot(2))
    network = keras.Sequential([keras.Input((5, 2)), lstm, layers.Dense(2, "softmax")])
    network.layers[-1].set_weights([np.linspace(-1, 1, 8).reshape(4, 2), np.zeros(2)])
    network.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return network


def glorot(seed):
    import keras

    return keras.initializers.GlorotUniform(seed)


def rows_of(network):
    random = np.random.default_rng(3)
    if network is recurrent:
        x = random.normal(size=(ROWS, 5, 2)).astype("float32")
        return x, random.integers(0, 2, ROWS), random.random(ROWS).astype("float32")
    x = {
        name: random.normal(size=(ROWS, n)).astype("float32")
        for name, n in (("a", 3), ("b", 2))
    }
    targets = {"one": random.normal(size=ROWS).astype("float32"), "two": np.arange(ROWS) % 3}
    return x, targets, None


def trained(make, own, *, each_step=False, class_weights=None, weighted=True):
    """Train two epochs by Keras's `fit` or our own, on the same rows; give bits and history."""
    import keras

    x, y, weights = rows_of(make)
    part = Part(x, y, weights if weighted else None)
    batches = feed_rows(part, lambda rows: rows, SIZE, class_weights=class_weights)
    batches.order = np.random.default_rng(7).permutation(ROWS)
    held = feed_rows(Part(x, y), lambda rows: rows, 32)
    told = []
    note = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: told.append((epoch, dict(logs)))
    )
    with deterministic():
        network = make()
        network.optimizer.build(network.trainable_variables)
        network.train_on_batch(*batches[0])  # makes the metrics' variables
        if own:
            assert can_loop(network)
            fit(
                network,
                batches,
                held,
                initial_epoch=0,
                epochs=2,
                each_step=each_step,
                callbacks=[note],
            )
        else:
            network.fit(
                batches,
                validation_data=held,
                epochs=2,
                shuffle=False,
                verbose=0,
                callbacks=[note],
            )
    return weights_digest(network), told


@pytest.mark.parametrize("make", [two_heads, recurrent])
def test_the_loop_gives_the_bits_of_keras(make):
    theirs, history = trained(make, own=False)
    assert len(history) == 2
    assert {"loss", "val_loss"} <= history[0][1].keys()
    for each_step in (False, True):
        digest, told = trained(make, own=True, each_step=each_step)
        assert digest == theirs
        assert told == history


def test_the_weight_of_a_class_is_that_of_its_rows():
    given, _ = trained(recurrent, own=True, class_weights={1: 3.0}, weighted=False)
    plain, _ = trained(recurrent, own=True, weighted=False)
    assert given != plain
    batches = feed_rows(
        Part(np.zeros((4, 1)), np.array([0, 1, 1, 2])),
        lambda rows: rows,
        3,
        class_weights={1: 3.0, 2: 0.5},
    )
    assert batches[0][2].tolist() == [1, 3, 3]
    assert batches[1][2].tolist() == [0.5]


def test_a_callback_of_each_step_is_called_after_each():
    import keras

    seen = []

    class Steps(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append((batch, logs["loss"]))

    random = np.random.default_rng(0)
    images = {"x": random.random((50, 4, 4)), "y": np.arange(50) % 2}
    run = kd.run_experiment(
        "mnist-dense",
        data=images,
        epochs=2,
        batch_size=8,
        units=3,
        input_shape=(4, 4, 1),
        classes=2,
        callbacks=[Steps()],
        progress=False,
    )
    steps = -(-run.provenance["sizes"]["train"] // 8)
    assert [batch for batch, _ in seen] == 2 * list(range(steps))
    assert np.isfinite([loss for _, loss in seen]).all()
    assert seen[-1][1] == run.history["loss"].iloc[-1]


def test_a_network_with_steps_of_its_own_takes_them():
    start_backend()
    import keras

    class Own(keras.Sequential):
        def train_step(self, data):
            return super().train_step(data)

    for network, plain in ((Own(), False), (keras.Sequential(), True)):
        network.add(keras.Input((2,)))
        network.add(keras.layers.Dense(1))
        network.compile("sgd", "mse")
        assert can_loop(network) is plain
    network.compile("sgd", "mse", run_eagerly=True)
    assert not can_loop(network)
