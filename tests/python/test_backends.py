"""The other backends: the same promises there, what crosses over, and loops of one's own."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import fresh

import kerasduet as kd
from kerasduet.settings.allowed import OPTIMIZERS
from kerasduet.training import predict_outputs

SMALL = {"dataset": "mnist-subset", "epochs": 2, "batch_size": 512}
AUGMENTED = {"shift": 0.2, "rotate": 15, "zoom": 0.1, "flip": "both"}
# With schedules and augmented images, which resume to the same bits there too.
EXAMPLES = {
    "mnist-dnn": SMALL | AUGMENTED | {"units": [16, 8], "schedule": "one_cycle"},
    "mnist-cnn": SMALL | {"filters": 4, "dense_units": 8},
    "lstm-co2": {
        **{"lookback": 8, "horizon": 3, "units": 4, "epochs": 2, "batch_size": 256},
        "schedule": "step",
    },
}
# Of the outputs' own scale; measured between the three backends: at most 5e-7.
TOLERANCE = 5e-6

# Of the newer builders, small: their weights go to another backend and come back.
CROSSING = {
    "lenet5": {"input_shape": (16, 16, 1)},
    "googlenet": {"input_shape": (65, 65, 1), "classes": 10, "width": 0.02},
    "resnet18": {"input_shape": (32, 32, 1), "classes": 10, "width": 0.03},
    "transfer": {"base": "cnn", "weights": None, "input_shape": (12, 12, 1), "head": [8]},
    "yolo_small": {"filters": [4, 4, 4], "cell_filters": [4]},
}

TRAIN = """
import json, sys
import numpy as np
import kerasduet as kd
from kerasduet.training import loop, predict_outputs

backend, out, sent = sys.argv[1:4]
examples, crossing = map(json.loads, sys.argv[4:])
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
from unittest import mock

import keras
from keras.src.initializers import random_initializers
from kerasduet.settings.allowed import OPTIMIZERS

zeros = mock.Mock(side_effect=lambda shape, **_: np.zeros(shape, np.float32))
for name, settings in crossing.items():
    # All weights are loaded: drawing the first ones, JAX would compile once a shape.
    with mock.patch.multiple(random_initializers.random, truncated_normal=zeros, uniform=zeros):
        network = getattr(kd.models, name)(**settings)
    network.load_weights(f"{sent}/{name}.weights.h5")
    given = network.predict_on_batch(np.load(f"{sent}/{name}.npy"))
    np.savez(f"{out}/{name}.npz", *keras.tree.flatten(given))
    network.save_weights(f"{out}/{name}.weights.h5")
assert zeros.called

told["optimizers"] = {}

class EachStep(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        steps.append(batch)

steps = []
settings = examples["lstm-co2"]
loop._on_accelerator = lambda: True  # rows are kept on the device
kept = kd.run_experiment("lstm-co2", progress=False, **settings)
loop._on_accelerator = lambda: False
stepped = kd.run_experiment("lstm-co2", callbacks=[EachStep()], progress=False, **settings)
whole = kd.load_run(f"{out}/lstm-co2")
told["each step"] = {
    "steps": len(steps),
    "same": stepped.digests == kept.digests == whole.digests,
    "count": settings["epochs"] * -(-whole.provenance["sizes"]["train"] // settings["batch_size"]),
}
for name in sorted(OPTIMIZERS):
    optimizer = getattr(keras.optimizers, name)(0.01)
    told["optimizers"][name] = str(kd.experiment("mnist-dense", optimizer=optimizer).optimizer)
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """Save weights and images for the other backends; give folder, networks and their answers."""
    folder = tmp_path_factory.mktemp("sent")
    random = np.random.default_rng(5)
    networks, answers = {}, {}
    for name, settings in CROSSING.items():
        network = networks[name] = getattr(kd.models, name)(**settings)
        # Biases, and the means and variances of batch normalisation, are 0 and 1 untrained.
        network.set_weights(
            [
                w + random.random(w.shape, np.float32) / 5 if w.ndim == 1 else w
                for w in network.get_weights()
            ]
        )
        images = random.random((3, *network.input_shape[1:]), np.float32)
        network.save_weights(folder / f"{name}.weights.h5")
        np.save(folder / f"{name}.npy", images)
        answers[name] = outputs(network, images)
        assert all(values.std() > 1e-3 for values in answers[name])
    return folder, networks, answers


def outputs(network, images):
    """Give the outputs of all heads."""
    import keras

    return [np.asarray(head) for head in keras.tree.flatten(network(images, training=False))]


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_the_headline_examples_train_repeat_and_resume(backend, tmp_path, sent):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    folder, networks, answers = sent
    given = [str(tmp_path), str(folder), *map(json.dumps, (EXAMPLES, CROSSING))]
    printed = fresh(TRAIN, backend, *given)
    import keras

    expected = {"backend": backend, "cut": "interrupted", "resumed": True, "finite": True}
    told = json.loads(printed[-1])
    # torch has classes of its own for them, which no other backend could load.
    stepped = told.pop("each step")
    assert stepped == {"steps": stepped["count"], "count": stepped["count"], "same": True}
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

    # Weights that TensorFlow saved give the same there, and come back as they were.
    for name, network in networks.items():
        with np.load(tmp_path / f"{name}.npz") as file:
            there = list(file.values())
        for found, wanted in zip(there, answers[name], strict=True):
            np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-5)
        back = getattr(kd.models, name)(**CROSSING[name], seed=1)
        back.load_weights(tmp_path / f"{name}.weights.h5")
        pairs = zip(back.get_weights(), network.get_weights(), strict=True)
        assert all(np.array_equal(one, other) for one, other in pairs)


PAGE = Path(__file__).parents[2] / "vignettes" / "classical-networks.qmd"


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_the_loops_that_a_page_shows_train_lenet5(backend, tmp_path):
    """The page's own code, fewer epochs: 600 digits, a plain loop of torch or a step of JAX."""
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    shown = re.findall(
        r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    (code,) = (text for text in shown if f'use_backend("{backend}"' in text)
    assert code.count("range(10)") == 1
    (tmp_path / "loop.py").write_text(code.replace("range(10)", "range(4)"), "utf-8")
    done = subprocess.run(
        [sys.executable, "loop.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) >= 0.85
