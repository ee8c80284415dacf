"""The headline examples on the other backends: the same promises, and runs that cross over."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys

import numpy as np
import pytest

import kerasduet as kd
from kerasduet.settings.allowed import OPTIMIZERS
from kerasduet.training import predict_outputs

SMALL = {"dataset": "mnist-subset", "epochs": 2, "batch_size": 512}
EXAMPLES = {
    "mnist-dnn": SMALL | {"units": [16, 8]},
    "mnist-cnn": SMALL | {"filters": 4, "dense_units": 8},
    "lstm-co2": {"lookback": 8, "horizon": 3, "units": 4, "epochs": 2, "batch_size": 256},
}
# Of the outputs' own scale; measured between the three backends: at most 5e-7.
TOLERANCE = 5e-6

TRAIN = """
import json, sys
import numpy as np
import kerasduet as kd
from kerasduet.training import predict_outputs

backend, out, examples = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
kd.use_backend(backend, device="cpu", threads=2)
sys.ps1 = ">>> "  # interrupted runs are given back


def interrupt(event):
    if event["event"] == "epoch" and event["epoch"] == 1:
        raise KeyboardInterrupt


told = {}
for name, settings in examples.items():
    whole = kd.run_experiment(name, out=f"{out}/{name}", progress=False, **settings)
    outputs = predict_outputs(whole.model, whole.preprocessing, whole.dataset.x_test)
    np.save(f"{out}/{name}.npy", outputs)
    cut = kd.run_experiment(name, progress=interrupt, **settings)
    resumed = kd.resume_run(cut, progress=False)
    told[name] = {
        "backend": whole.provenance["backend"],
        "cut": cut.status,
        "resumed": resumed.digests == whole.digests and resumed.history.equals(whole.history),
        "finite": bool(np.isfinite(whole.history["loss"]).all() and np.isfinite(outputs).all()),
    }
import keras
from kerasduet.settings.allowed import OPTIMIZERS

told["optimizers"] = {}
for name in sorted(OPTIMIZERS):
    optimizer = getattr(keras.optimizers, name)(0.01)
    told["optimizers"][name] = str(kd.experiment("mnist-dense", optimizer=optimizer).optimizer)
print(json.dumps(told))
"""


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_the_headline_examples_train_repeat_and_resume(backend, tmp_path):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    done = subprocess.run(
        [sys.executable, "-c", TRAIN, backend, str(tmp_path), json.dumps(EXAMPLES)],
        capture_output=True,
        text=True,
        timeout=900,
        env=dict(os.environ),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    import keras

    expected = {"backend": backend, "cut": "interrupted", "resumed": True, "finite": True}
    told = json.loads(done.stdout.splitlines()[-1])
    # torch has classes of its own for them, which no other backend could load.
    optimizers = told.pop("optimizers")
    assert len(optimizers) == len(OPTIMIZERS)
    for name, text in optimizers.items():
        rebuilt = kd.experiment("mnist-dense", optimizer=getattr(keras.optimizers, name)(0.01))
        assert text == str(rebuilt.optimizer)
    assert told == dict.fromkeys(EXAMPLES, expected)

    # What one backend saved, TensorFlow loads.
    for name in EXAMPLES:
        run = kd.load_run(tmp_path / name)
        assert run.provenance["backend"] == backend
        there = np.load(tmp_path / f"{name}.npy")
        here = predict_outputs(run.model, run.preprocessing, run.dataset.x_test)
        np.testing.assert_allclose(here, there, rtol=0, atol=TOLERANCE * np.abs(there).max())
