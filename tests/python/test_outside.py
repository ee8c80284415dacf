"""What is set outside a run, in Keras or its backend, neither ends nor changes it."""

from __future__ import annotations

import keras
import pytest
import tensorflow as tf

import kerasduet as kd
from kerasduet.training import course

SMALL = {"dataset": "mnist-subset", "units": 4, "epochs": 2, "progress": False}
OUTSIDE = {
    "max_epochs": (keras.config.max_epochs, keras.config.set_max_epochs, 1),
    "max_steps": (keras.config.max_steps_per_epoch, keras.config.set_max_steps_per_epoch, 2),
    "epsilon": (keras.config.epsilon, keras.config.set_epsilon, 0.01),
    "eager": (tf.config.functions_run_eagerly, tf.config.run_functions_eagerly, True),
    "jit": (tf.config.optimizer.get_jit, tf.config.optimizer.set_jit, "autoclustering"),
}


@pytest.fixture(scope="module")
def expected():
    return kd.run_experiment("mnist-dense", **SMALL).digests


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_setting_is_set_aside_and_put_back(name, expected):
    read, write, value = OUTSIDE[name]
    before = read()
    write(value)
    try:
        run = kd.run_experiment("mnist-dense", **SMALL)
        assert read() == value
    finally:
        write(before)
    assert run.status == "finished" and len(run.history) == 2
    assert run.digests == expected


def test_a_training_that_ends_early_is_not_finished(monkeypatch, expected):
    fit = course.fit

    def short(*args, **settings):
        return fit(*args, **settings | {"epochs": settings["initial_epoch"] + 1})

    with monkeypatch.context() as patched:
        patched.setattr(course, "fit", short)
        run = kd.run_experiment("mnist-dense", **SMALL)
    assert (run.status, len(run.history)) == ("interrupted", 1)
    assert kd.resume_run(run, progress=False).digests == expected
