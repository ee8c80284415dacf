"""One training on several devices: here virtual ones of the CPU."""

import importlib.util
import json

import pytest
from conftest import fresh

import kerasduet as kd
from kerasduet.environment import parallel
from kerasduet.errors import ArgumentRange, BackendError

TRAIN = """
import json, os, sys
backend, folder = sys.argv[1:]
os.environ["KERAS_BACKEND"] = backend
os.environ["XLA_FLAGS"] += " --xla_force_host_platform_device_count=3"  # see conftest.py
if backend == "tensorflow":
    import tensorflow as tf
    virtual = tf.config.LogicalDeviceConfiguration()
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [virtual] * 3)
import numpy as np
from kerasduet.errors import BackendError
import kerasduet as kd

wave = np.sin(np.arange(257) / 3) + np.arange(257) / 100
settings = {"lookback": 8, "horizon": 1, "units": 4, "batch_size": 12, "epochs": 3}
settings |= {"early_stopping": None, "season": 1, "difference": 0}
settings |= {"data": {"value": wave}, "progress": False}
told = {"losses": []}
for devices in (1, 3, 2):
    run = kd.run_experiment("lstm-series", **settings, devices=devices, out=f"{folder}/{devices}")
    told["losses"].append(run.history[["loss", "val_loss"]].to_numpy().tolist())
told["rows"] = [run.provenance["sizes"][part] for part in ("train", "validation")]
there = kd.load_run(f"{folder}/2")
told["same"] = bool(there.predictions().equals(run.predictions()))
told["forecast"] = bool(there.forecast(1).equals(run.forecast(1)))
again = kd.run_experiment("lstm-series", **settings, devices=2)
told["repeats"] = again.provenance["digests"] == run.provenance["digests"]
try:
    kd.run_experiment("lstm-series", **settings, devices=4)
except BackendError as error:
    told["more"] = str(error)
print(json.dumps(told))
"""


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_several_devices_train_as_one_does_to_1e_4(backend, tmp_path):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    printed = fresh(TRAIN, backend, tmp_path)
    told = json.loads(printed[-1])
    train, held = told["rows"]
    assert train % 12 % 2 == 1 and held % 2 == 1, "last batches that two cannot share"
    assert held % 3 == 0, "a last batch that three share"
    one, *several = told["losses"]
    assert len(several) == 2
    for found in several:
        for row, other in zip(one, found, strict=True):
            assert other == pytest.approx(row, rel=0, abs=1e-4)
    assert told["same"] and told["forecast"] and told["repeats"]
    assert told["more"].startswith(
        f"devices: must be at most 3, all that {backend} has; got 4 "
    )


def test_devices_share_every_batch():
    with pytest.raises(ArgumentRange) as refused:
        kd.experiment("mnist-dense", devices=3, batch_size=32)
    assert str(refused.value) == (
        "devices: must divide batch_size, so that each has as many rows; got 3 and batch_size 32. "
        "Set batch_size = 33."
    )


def test_torch_is_refused(monkeypatch):
    monkeypatch.setattr(parallel, "backend_name", lambda: "torch")
    with pytest.raises(BackendError) as refused, parallel.on_devices(2):
        pass
    assert str(refused.value) == (
        'devices: must be 1 on torch; got 2. Call use_backend("jax") or '
        'use_backend("tensorflow") first.'
    )


def test_a_step_of_its_own_is_refused():
    import keras

    class Own(keras.Model):
        def train_step(self, data):
            return super().train_step(data)

    from kerasduet.training.loop import can_loop

    x = keras.Input((2,))
    assert not can_loop(Own(x, keras.layers.Dense(1)(x)))
