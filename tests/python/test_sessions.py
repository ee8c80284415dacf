"""Long sessions: Ctrl-C during the import, forks, threads at once."""

from __future__ import annotations

import os
import threading

import conftest
import pytest

from kerasduet.environment import deterministic, start_backend

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has neither forks nor kill()")

TINY = """
import sys
import kerasduet as kd

def tiny(*_):
    import numpy as np

    data = {"x": np.zeros((60, 4, 4), np.uint8), "y": np.arange(60) % 3}
    settings = dict(classes=3, units=4, input_shape=(4, 4, 1), epochs=1, progress=False)
    return kd.run_experiment("mnist-dense", data=data, **settings).status
"""
# Ctrl-C, pressed twice at the first import of a module of that name.
PRESS = """
import importlib.abc, os, signal

class Press(importlib.abc.MetaPathFinder):
    left = 2

    def find_spec(self, name, path, target=None):
        if name == "{name}":
            while Press.left:
                Press.left -= 1
                os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Press())
"""


def fresh(*code):
    """Run code in a fresh process that takes no time to train; what it printed."""
    return conftest.fresh(TINY + "".join(code))


@posix
@pytest.mark.parametrize("name", ["numpy.linalg", "tensorflow.python.ops", "keras.src.layers"])
def test_a_ctrl_c_during_an_import_waits_for_its_end(name):
    code = """
before = signal.getsignal(signal.SIGINT)
try:
    kd.run_experiment if "{module}" == "numpy" else tiny()
except KeyboardInterrupt:
    print("stopped", Press.left, "{module}" in sys.modules)
assert signal.getsignal(signal.SIGINT) is before
if "{module}" == "numpy":  # a training would start TensorFlow for nothing
    import numpy
    subset = kd.load_data(kd.experiment("mnist-dense", dataset="mnist-subset"))
    print(len(subset.x_train), numpy.linalg.norm([3.0, 4.0]) == 5)
else:
    print(tiny())
"""
    module = name.split(".")[0]
    went_on = "3200 True" if module == "numpy" else "finished"
    lines = fresh(PRESS.replace("{name}", name), code.format(module=module))
    assert lines == ["stopped 0 True", went_on]


@posix
def test_a_backend_that_died_half_way_says_restart():
    code = """
try:
    import tensorflow
except KeyboardInterrupt:
    print("stopped")
try:
    tiny()
except kd.errors.BackendError as error:
    print(error)
"""
    lines = fresh(PRESS.replace("{name}", "tensorflow.python.keras"), code)
    assert lines == [
        "stopped",
        "backend: must start whole; got 'tensorflow', whose import was broken off in this "
        "session, with tensorflow half loaded. Restart the Python or R session.",
    ]


FORKED = (
    "process: must not be a fork of one in which Keras runs, where it would hang; got process "
    '#. Start fresh ones: multiprocessing.get_context("spawn") in Python, '
    "parallel::makeCluster() instead of mclapply() in R."
)


@posix
def test_a_fork_after_keras_started_is_refused_at_once_by_whatever_it_is_made():
    code = """
import ctypes, multiprocessing, os, re
tiny()
with multiprocessing.get_context("fork").Pool(1) as pool:
    try:
        pool.map_async(tiny, [1]).get(timeout=30)
    except kd.errors.BackendError as error:
        print(re.sub("[0-9]+", "#", str(error)), flush=True)
child = ctypes.CDLL(None).fork()  # which Python is not told of
if child == 0:
    try:
        tiny()
    except kd.errors.BackendError as error:
        os.write(1, (re.sub("[0-9]+", "#", str(error)) + "\\n").encode())
    os._exit(0)
os.waitpid(child, 0)
print(tiny())
"""
    assert fresh(code) == [FORKED, FORKED, "finished"]


@posix
def test_a_fork_before_keras_started_trains():
    code = """
import multiprocessing
kd.presets()
with multiprocessing.get_context("fork").Pool(1) as pool:
    print(*pool.map_async(tiny, [1, 2]).get(timeout=600))
"""
    assert fresh(code) == ["finished finished"]


def test_threads_at_once_leave_the_session_as_it_was():
    start_backend()
    from keras import config

    from kerasduet.environment.backend import backend_name
    from kerasduet.environment.determinism import SWITCHES

    switch = SWITCHES.get(backend_name(), lambda on: True)
    before = switch(None), config.floatx(), config.image_data_format()
    entered, leave = threading.Event(), threading.Event()

    def other():
        with deterministic():
            entered.set()
            leave.wait(30)

    config.set_floatx("float64")
    config.set_max_epochs(7)
    try:
        with deterministic():
            thread = threading.Thread(target=other)
            thread.start()
            entered.wait(30)
        # The first one has ended, the second one still computes as it must.
        assert switch(None) is True
        assert config.floatx() == "float32"
        assert config.max_epochs() is None
        leave.set()
        thread.join()
        assert config.floatx() == "float64"
        assert config.max_epochs() == 7
    finally:
        leave.set()
        config.set_floatx("float32")
        config.set_max_epochs(None)
    assert (switch(None), config.floatx(), config.image_data_format()) == before
