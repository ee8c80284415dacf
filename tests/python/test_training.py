"""Training: the same bits for the same seed, early stopping, and exact resume in memory."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest
from conftest import IMAGES, fresh, fruits

import kerasduet as kd
from kerasduet import training
from kerasduet.data.dataset import digest_arrays
from kerasduet.training import course

FRESH = """
import json, sys
import kerasduet as kd

run = kd.run_experiment("mnist-dnn", progress=False, **json.loads(sys.argv[1]))
print(json.dumps(run.digests))
"""
TINY = {"classes": 3, "units": 6, "input_shape": (4, 4, 1), "batch_size": 2, "epochs": 5}


class Stop:
    """Interrupt a training at its n-th event of a kind, as Ctrl-C would."""

    def __init__(self, kind, count):
        self.kind, self.left = kind, count

    def __call__(self, event):
        if event["event"] == self.kind:
            self.left -= 1
            if self.left == 0:
                raise KeyboardInterrupt


class Middle:
    """Interrupt a training between two batches of an epoch."""

    def __init__(self, epoch):
        self.epoch = epoch

    def __call__(self, event):
        if event["event"] == "batch" and event["epoch"] == self.epoch:
            assert event["step"] < event["steps"]
            raise KeyboardInterrupt


def tiny(progress, **changes):
    """Train a small classifier with dropout on unequal images."""
    x = np.random.default_rng(5).integers(0, 256, (60, 4, 4)).astype(np.uint8)
    y = fruits()[1]
    settings = TINY | {"dropout": 0.5, "seed": 2} | changes
    return kd.run_experiment(
        "mnist-dense", data={"x": x, "y": y}, progress=progress, **settings
    )


@cache
def whole(**changes):
    """Train it without an interrupt, once for the same changes."""
    return tiny(False, **changes)


@pytest.fixture(autouse=True)
def every_batch(monkeypatch):
    """Tell every batch, not ten a second, so that any of them can be interrupted."""
    monkeypatch.setattr(course, "SECONDS_BETWEEN_EVENTS", 0)


def test_the_same_seed_gives_the_same_bits_whatever_the_global_seeds():
    import keras

    first = whole()
    keras.utils.set_random_seed(123)
    np.random.seed(7)
    again = tiny(False)
    assert first.digests == again.digests
    assert set(first.digests) == {"weights", "history", "predictions"}
    for one, other in zip(first.model.get_weights(), again.model.get_weights(), strict=True):
        assert one.tobytes() == other.tobytes()
    assert first.history.equals(again.history)


def test_another_seed_gives_other_bits():
    first, other = whole(), whole(seed=3)
    assert all(first.digests[name] != other.digests[name] for name in first.digests)


def test_a_fresh_process_gives_the_same_bits(image_run):
    settings = IMAGES | {"units": [16, 8]}
    printed = fresh(FRESH, json.dumps(settings))
    assert json.loads(printed[-1]) == image_run.digests


def test_digests_are_those_of_the_arrays(image_run):
    weights = image_run.model.get_weights()
    assert image_run.digests["weights"] == digest_arrays(*weights)
    outputs = training.predict_outputs(
        image_run.model, image_run.preprocessing, image_run.dataset.x_test
    )
    assert image_run.digests["predictions"] == digest_arrays(outputs)


def test_settings_of_keras_do_not_matter_and_stay():
    from keras import config

    expected = whole().digests
    images = {"dataset": "mnist-subset", "filters": 2, "dense_units": 4, "epochs": 1}
    config.set_floatx("float64")
    config.set_image_data_format("channels_first")
    config.set_dtype_policy("float16")
    try:
        run = tiny(False)
        kd.run_experiment("mnist-cnn", progress=False, **images)
        kd.models.cnn(filters=2, dense_units=4)
        after = config.floatx(), config.image_data_format(), config.dtype_policy().name
    finally:
        config.set_floatx("float32")
        config.set_image_data_format("channels_last")
        config.set_dtype_policy("float32")
    assert run.digests == expected
    assert after == ("float64", "channels_first", "float16")


@cache
def orders(**changes):
    """Train, and give the order in which each epoch saw its rows."""
    real, seen = course._Course.shuffle, []

    def watched(running, epoch, logs=None):
        real(running, epoch, logs)
        seen.append(running.batches.order)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(course._Course, "shuffle", watched)
        tiny(False, **changes)
    return seen


def test_every_epoch_sees_every_row_once_in_an_order_of_its_own():
    seen = orders(epochs=3)
    assert len(seen) == 3
    assert all(sorted(order) == list(range(43)) for order in seen)
    assert len({tuple(order) for order in seen}) == 3
    # Not the identity: rows in file order would train worse.
    assert all(tuple(order) != tuple(range(43)) for order in seen)


def test_the_order_follows_from_seed_and_epoch_alone():
    first = orders(epochs=3)
    shorter = orders(epochs=2, units=5, learning_rate=0.1)
    other = orders(epochs=2, seed=9)
    assert all(np.array_equal(a, b) for a, b in zip(first, shorter, strict=False))
    assert not any(np.array_equal(a, b) for a, b in zip(first, other, strict=False))


def test_the_last_smaller_batch_is_trained_on():
    events = []
    tiny(events.append, epochs=1)
    assert max(e["step"] for e in events if e["event"] == "batch") == -(-43 // 2)


def test_history_has_a_row_an_epoch():
    run = whole()
    assert run.history.columns.tolist() == [
        "epoch",
        "accuracy",
        "loss",
        "val_accuracy",
        "val_loss",
    ]
    assert run.history["epoch"].tolist() == [1, 2, 3, 4, 5]
    without = tiny(False, validation_split=0, epochs=1)
    assert without.history.columns.tolist() == ["epoch", "accuracy", "loss"]


def test_training_learns():
    x, y = fruits(300)
    run = kd.run_experiment(
        "mnist-dense",
        data={"x": x, "y": y},
        progress=False,
        **TINY | {"units": 16, "epochs": 12, "learning_rate": 0.05},
    )
    losses = run.history["loss"]
    assert losses.iloc[-1] < losses.iloc[0] / 2
    assert run.metrics["accuracy"] == 1.0
    assert run.metrics["baseline_accuracy"] < 0.6


def test_a_diverged_training_ends_at_once():
    run = tiny(False, learning_rate=1e30, optimizer="sgd")
    assert run.status == "finished"
    assert len(run.history) == 1
    assert not np.isfinite(run.history["loss"]).any()
    assert kd.resume_run(run, progress=False) is run


def test_early_stopping_keeps_the_best_epochs_weights():
    settings = {"epochs": 40, "learning_rate": 0.3, "optimizer": "sgd", "momentum": 0.9}
    stopped = whole(early_stopping=3, **settings)
    losses = stopped.history["val_loss"].tolist()
    best = losses.index(min(losses))
    assert len(losses) < 40
    assert len(losses) - 1 - best == 3
    # The same training cut at the best epoch ends with the same weights.
    cut = whole(**settings | {"epochs": best + 1})
    assert stopped.digests["weights"] == cut.digests["weights"]
    assert stopped.digests["predictions"] == cut.digests["predictions"]
    assert stopped.history["val_loss"].tolist()[: best + 1] == cut.history["val_loss"].tolist()


def test_early_stopping_that_never_stops_still_keeps_the_best():
    run = whole(early_stopping=50, epochs=8, learning_rate=0.3, optimizer="sgd")
    losses = run.history["val_loss"].tolist()
    cut = whole(epochs=losses.index(min(losses)) + 1, learning_rate=0.3, optimizer="sgd")
    assert len(losses) == 8
    assert run.digests["weights"] == cut.digests["weights"]


@pytest.mark.parametrize(
    ("settings", "kind", "expected"),
    [
        ({"optimizer": "adam"}, "Adam", {"learning_rate": 0.001, "weight_decay": None}),
        ({"optimizer": "sgd", "momentum": 0.9}, "SGD", {"momentum": 0.9}),
        ({"optimizer": "rmsprop", "momentum": 0.5}, "RMSprop", {"momentum": 0.5}),
        ({"optimizer": "adamw", "weight_decay": 0.02}, "AdamW", {"weight_decay": 0.02}),
        ({"optimizer": "adamw"}, "AdamW", {"weight_decay": 0.0}),
        ({"optimizer": "adam", "weight_decay": 0.02}, "Adam", {"weight_decay": 0.02}),
        ({"clip_norm": 1.5}, "RMSprop", {"clipnorm": 1.5, "clipvalue": None}),
        ({"clip_value": 0.5}, "RMSprop", {"clipnorm": None, "clipvalue": 0.5}),
        ({"learning_rate": 0.25}, "RMSprop", {"learning_rate": 0.25}),
    ],
)
def test_the_optimizer_is_the_one_asked_for(settings, kind, expected):
    chosen = kd.experiment("mnist-dense", units=2, **settings)
    model = training.compile_model(kd.build_model(chosen), chosen, rows=60)
    config = model.optimizer.get_config()
    assert type(model.optimizer).__name__ == kind
    assert {name: config[name] for name in expected} == pytest.approx(expected)


def test_weight_decay_and_clipping_change_the_training():
    plain = whole(optimizer="adam", epochs=1)
    for settings in ({"weight_decay": 0.5}, {"clip_norm": 1e-3}):
        changed = tiny(False, optimizer="adam", epochs=1, **settings)
        assert changed.digests["weights"] != plain.digests["weights"]


@pytest.mark.parametrize(
    ("optimizer", "interrupt", "kept"),
    [
        ("rmsprop", Middle(3), 2),
        ("adam", Middle(1), 0),
        ("sgd", Stop("epoch", 3), 3),
    ],
)
def test_an_interrupted_training_resumes_to_the_same_bits(optimizer, interrupt, kept):
    settings = {"optimizer": optimizer} | ({} if optimizer == "adam" else {"momentum": 0.8})
    expected = whole(**settings)
    cut = tiny(interrupt, **settings)
    assert cut.status == "interrupted"
    assert len(cut.history) == kept
    if kept == 2:  # it holds what a training of two epochs gives
        short = whole(**settings, epochs=2)
        assert cut.history.equals(short.history)
        assert (cut.digests, cut.metrics) == (short.digests, short.metrics)
    again = kd.resume_run(cut, progress=False)
    assert again.status == "finished"
    assert again.digests == expected.digests
    assert again.history.equals(expected.history)
    for one, other in zip(again.state.variables, expected.state.variables, strict=True):
        assert one.tobytes() == other.tobytes()


def test_interrupted_again_and_again():
    run = tiny(Middle(1))
    for epoch in (1, 4):
        assert run.status == "interrupted"
        run = kd.resume_run(run, progress=Middle(epoch))
    assert run.status == "interrupted"
    assert kd.resume_run(run, progress=False).digests == whole().digests


def test_an_interrupted_early_stopping_resumes_to_the_same_bits():
    settings = {"epochs": 40, "learning_rate": 0.3, "optimizer": "sgd", "momentum": 0.9}
    settings["early_stopping"] = 3
    expected = whole(**settings)
    # After the best epoch: its weights are not the last ones any more.
    again = kd.resume_run(
        tiny(Stop("epoch", len(expected.history) - 1), **settings), progress=False
    )
    assert again.digests == expected.digests
    assert again.history.equals(expected.history)


def test_a_finished_run_is_not_trained_again():
    assert kd.resume_run(whole()) is whole()


def test_predictions_do_not_depend_on_how_many_are_asked_for(image_run):
    # Batches have one fixed size: a row predicted alone may differ in its last bits only.
    x = image_run.dataset.x_test
    every = image_run.predict(x, kind="prob").to_numpy()
    again = image_run.predict(x, kind="prob").to_numpy()
    assert every.tobytes() == again.tobytes()
    few = image_run.predict(x[:3], kind="prob").to_numpy()
    np.testing.assert_allclose(few, every[:3], rtol=0, atol=1e-6)


def test_the_rows_are_let_go_of_after_training(monkeypatch):
    kept = []
    real = course.feed_rows

    def watched(*given, **more):
        kept.append(real(*given, **more))
        return kept[-1]

    monkeypatch.setattr(course, "feed_rows", watched)
    tiny(False, epochs=1)
    assert [len(batches) for batches in kept] == [22, 1]
    assert all(batches.rows == [] and batches.order is None for batches in kept)
    kept.clear()
    with pytest.raises(ZeroDivisionError):
        tiny(lambda event: 1 / (event["event"] != "epoch"))
    assert all(batches.rows == [] for batches in kept)


def test_rows_predicted_alone_have_the_bits_of_a_batch_of_their_size(image_run):
    x = image_run.dataset.x_test
    for rows in (1, 5, 512, 700):
        outputs = training.predict_outputs(image_run.model, image_run.preprocessing, x[:rows])
        inputs = image_run.preprocessing.to_network(x[:rows])
        whole = image_run.model.predict(inputs, batch_size=512, verbose=0)
        assert outputs.tobytes() == whole.tobytes()
        assert outputs.dtype == np.float32


def test_a_step_is_traced_once(monkeypatch):
    import keras

    traced = []
    step = keras.Model.train_step

    def counted(model, data):
        traced.append(model.name)
        return step(model, data)

    monkeypatch.setattr(keras.Model, "train_step", counted)
    tiny(False, epochs=2, seed=11)
    assert len(traced) == 1
