"""What the tests of the core share: a closed-off environment and runs trained once."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import tempfile
import time

# A shell that starts the tests in the background lets them, and what they start, ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Before anything imports Keras: no caches, data or settings of the machine's own.
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_HOME"] = tempfile.mkdtemp(prefix="keras-home-")
DATA_FOLDER = os.environ.pop("KERASDUET_DATA", None)
if "PYTEST_XDIST_WORKER" not in os.environ:  # a worker has these of the process that starts it
    # Processes on JAX compile a network once, not for each of its runs, and without the passes
    # that pay in long trainings alone.
    os.environ["JAX_COMPILATION_CACHE_DIR"] = os.path.join(os.environ["KERAS_HOME"], "jax")
    os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
    os.environ["JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES"] = "-1"
    flags = os.environ.get("XLA_FLAGS", "")
    os.environ["XLA_FLAGS"] = f"{flags} --xla_backend_optimization_level=0".strip()

import atexit  # noqa: E402
import shutil  # noqa: E402

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import pytest  # noqa: E402

import kerasduet as kd  # noqa: E402
from kerasduet import interrupts  # noqa: E402
from kerasduet.models.parts import Parts  # noqa: E402

# Interrupted runs are given back, as to a person; test_interrupts.py looks at scripts.
interrupts.at_prompt = lambda: True

atexit.register(shutil.rmtree, os.environ["KERAS_HOME"], ignore_errors=True)

IMAGES = {"dataset": "mnist-subset", "units": 8, "epochs": 2, "seed": 1}
SERIES = {
    "time": None,
    "target": "value",
    "frequency": None,
    "season": 7,
    "difference": 7,
    "lookback": 8,
    "horizon": 3,
    "units": 4,
    "epochs": 2,
    "early_stopping": None,
}


def linear(*, lookback, n_features, horizon, seed):
    """Build the least forecaster; tests whose point is another train it in half the time."""
    import keras

    parts = Parts(seed)
    inputs = keras.Input((lookback, n_features))
    return keras.Model(inputs, parts.dense(horizon, "steps")(keras.layers.Flatten()(inputs)))


# Series as above, with a network that is traced in less time than a recurrent one.
LINEAR = {name: value for name, value in SERIES.items() if name != "units"} | {"model": linear}


def seasonal(rows=200, period=7, start="2024-01-01"):
    """Give a daily series with a weekly season, a trend and a little noise."""
    steps = np.arange(rows)
    noise = np.random.default_rng(3).normal(0, 0.2, rows)
    values = 100 + 0.1 * steps + 5 * np.sin(2 * np.pi * steps / period) + noise
    index = pd.date_range(start, periods=rows, freq="D", name="time")
    return pd.Series(values, index, name="value")


# Two processes take the files in this order (see tools/test.sh): what takes minutes comes first,
# so that neither process waits for the other at the end.
LONGEST = (
    "vignettes", "conformance", "own_networks", "tasks", "workflow", "training", "backends",
    "schedules", "augment", "faults", "parity", "bad_inputs", "backtests", "sessions", "jobs",
    "report", "interrupts", "folder", "page_scripts",
)  # fmt: skip


def fresh(code, *arguments):
    """Run code in a Python of its own, with the same environment; give the lines that it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def pytest_collection_modifyitems(config, items):
    """Leave out the tests of pages where they are not asked for; put the longest files first."""
    if "pages" not in config.option.markexpr:
        left = [item for item in items if item.get_closest_marker("pages")]
        items[:] = [item for item in items if not item.get_closest_marker("pages")]
        config.hook.pytest_deselected(items=left)
    places = {f"test_{name}.py": place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    """Take what tests leave, Keras first of all, out of what each training looks through.

    A training looks for lost networks among all objects of the process, and TensorFlow keeps some
    of every network: after hundreds of them that took as long as a small training.
    """
    start = time.monotonic()
    result = yield
    last = nextitem is None or nextitem.path != item.path
    if last or time.monotonic() - start > 2:
        gc.collect()
        gc.freeze()
    return result


@pytest.fixture(params=["python", "pyarrow"])
def memory(request):
    """Let pandas keep texts in Python's memory, and in Arrow's."""
    if request.param == "pyarrow":
        pytest.importorskip("pyarrow", reason="the package pyarrow is not installed")
    with pd.option_context("mode.string_storage", request.param):
        yield request.param


@pytest.fixture(scope="session")
def full_mnist():
    """Give the folder of the full MNIST, or skip."""
    if DATA_FOLDER is None:
        pytest.skip("the full MNIST is not there: KERASDUET_DATA is not set")
    return DATA_FOLDER


@pytest.fixture(scope="session")
def image_run():
    """Give a small dense classifier of the MNIST subset, two epochs long."""
    return kd.run_experiment("mnist-dnn", progress=False, **IMAGES | {"units": (16, 8)})


@pytest.fixture(scope="session")
def named_run():
    """Give a classifier whose labels are a categorical of three fruits."""
    x, y = fruits()
    settings = {"classes": 3, "units": 4, "input_shape": (4, 4, 1), "epochs": 2}
    return kd.run_experiment("mnist-dense", data={"x": x, "y": y}, progress=False, **settings)


def fruits(rows=60):
    """Give small images whose brightness says which of three fruits they are."""
    codes = np.arange(rows) % 3
    x = np.zeros((rows, 4, 4), np.uint8) + (codes * 100).astype(np.uint8)[:, None, None]
    return x, pd.Categorical.from_codes(codes, ["pear", "apple", "fig"])


@pytest.fixture(scope="session")
def series_run():
    """Give a small LSTM forecaster of a daily series."""
    return kd.run_experiment("lstm-co2", data=seasonal(), progress=False, **SERIES)
