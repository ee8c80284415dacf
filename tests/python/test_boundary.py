"""An error on purpose ends in the caller's line; a bug of ours keeps all of its frames."""

from __future__ import annotations

import inspect
import os
import pickle
import subprocess
import sys
import traceback
from importlib import import_module

import pytest

import kerasduet as kd
from kerasduet.boundary import warn
from kerasduet.errors import KerasduetError, KerasduetWarning

CALLS = {
    "a misspelt setting": lambda: kd.run_experiment("mnist-cnn", epoch=5),
    "a bad value": lambda: kd.experiment("mnist-cnn", filters=-1),
    "a method": lambda: kd.experiment("mnist-cnn").replace(epoch=5),
    "a class": lambda: kd.Experiment(name="mine"),
    "a class method": lambda: kd.Experiment.from_json("{"),
    "a builder": lambda: kd.models.cnn(filters=-1),
    "a lesson": lambda: kd.concepts.image_kernel("blurr"),
    "a lesson of its module": lambda: import_module("kerasduet.concepts").image_kernel("blurr"),
    "many runs": lambda: kd.tune("mnist-dnn", {"epoch": [1]}),
    "a folder": lambda: kd.load_run("no such folder"),
}


def frames(error):
    return [os.path.basename(f.filename) for f in traceback.extract_tb(error.__traceback__)]


@pytest.mark.parametrize("name", CALLS)
def test_a_traceback_ends_at_the_callers_call(name, monkeypatch):
    with pytest.raises(KerasduetError) as caught:
        CALLS[name]()
    assert frames(caught.value)[-2:] == ["test_boundary.py", "boundary.py"]
    assert frames(caught.value).count("boundary.py") == 1
    monkeypatch.setenv("KERASDUET_TRACEBACK", "full")
    with pytest.raises(KerasduetError) as caught:
        CALLS[name]()
    assert len(frames(caught.value)) > 3 and frames(caught.value)[-1] != "boundary.py"


def test_frames_of_the_callers_functions_stay(monkeypatch):
    def mine(changes):
        raise KerasduetError("mine: must be told.")

    monkeypatch.setattr("kerasduet.assembly.optimizers.spread", mine)
    with pytest.raises(KerasduetError) as caught:
        kd.experiment("mnist-cnn").replace(epochs=1)
    assert frames(caught.value)[-2:] == ["boundary.py", "test_boundary.py"]


def test_a_bug_keeps_all_of_its_frames(monkeypatch):
    monkeypatch.setattr("kerasduet.assembly.known_names", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError) as caught:
        kd.experiment("mnist-cnn", epochs=3)
    assert {"experiments.py", "assembly.py"} <= set(frames(caught.value))


def test_a_function_stays_what_it_is():
    assert pickle.loads(pickle.dumps(kd.run_experiment)) is kd.run_experiment
    assert list(inspect.signature(kd.run_experiment).parameters)[:2] == ["preset", "data"]
    assert kd.experiment.__module__ == "kerasduet.experiments"


def test_a_warning_is_of_the_callers_line():
    with pytest.warns(KerasduetWarning) as caught:
        warn("x: is odd.")
    assert caught[0].filename == __file__


def test_a_cell_of_ipython_shows_the_callers_lines_alone(tmp_path):
    cell = "import kerasduet as kd\nkd.run_experiment('mnist-cnn', epoch=5)"
    made = subprocess.run(
        [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", "-c", cell],
        env=os.environ | {"IPYTHONDIR": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
    )
    assert "UnknownName: epoch: the experiment mnist-cnn has no such setting." in made.stdout
    assert made.stdout.count("File ") == 1 and "workflow.py" not in made.stdout, made.stdout
