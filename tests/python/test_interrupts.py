"""Ctrl-C in scripts and at prompts, and runs whose test rows are not scored yet."""

from __future__ import annotations

import copy
import sys

import numpy as np
import pytest
from conftest import fruits

import kerasduet as kd
from kerasduet import interrupts, registry, training
from kerasduet.errors import DatasetError, RunFolderError

SETTINGS = {"classes": 3, "units": 4, "input_shape": (4, 4, 1), "epochs": 3}


def stop(event):
    if event["event"] == "epoch" and event["epoch"] == 2:
        raise KeyboardInterrupt


def train(progress=False, **settings):
    x, y = fruits()
    return kd.run_experiment(
        "mnist-dense", data={"x": x, "y": y}, progress=progress, **SETTINGS | settings
    )


@pytest.fixture(scope="module")
def whole():
    """Give the digests of a run that was not interrupted."""
    return train().digests


@pytest.fixture
def unscored(monkeypatch):
    """Give an interrupted run; a prediction before this test asks for one is an error."""

    def predict(*given):
        raise AssertionError("scored without being asked")

    with monkeypatch.context() as patch:
        patch.setattr(training, "predict_outputs", predict)
        patch.setattr("kerasduet.result.predict_outputs", predict)
        return train(stop)


# The conformance suite runs as in a script, too, in test_conformance.py.
def test_in_a_script_ctrl_c_raises_with_the_run(monkeypatch, tmp_path, whole):
    monkeypatch.setattr(interrupts, "at_prompt", lambda: False)
    with pytest.raises(KeyboardInterrupt) as caught:
        train(stop, out=tmp_path / "run")
    assert (
        type(caught.value) is KeyboardInterrupt
    )  # for others Python does not end by the signal
    assert str(caught.value) == (
        "mnist-dense was interrupted after epoch 2 of 3. Go on with resume_run()."
    )
    run = caught.value.run
    assert run.status == "interrupted"
    resumed = kd.resume_run(run, data=dict(zip("xy", fruits(), strict=True)), progress=False)
    assert resumed.digests == whole


def test_a_loop_of_runs_ends(monkeypatch):
    monkeypatch.setattr(interrupts, "at_prompt", lambda: False)
    done = []
    with pytest.raises(KeyboardInterrupt):
        for progress in (False, stop, False):
            done.append(train(progress))
    assert [run.status for run in done] == ["finished"]


def test_ctrl_c_while_the_test_rows_are_scored_loses_nothing(monkeypatch, tmp_path, whole):
    def press(*given):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("kerasduet.result.predict_outputs", press)
        cut = train(out=tmp_path / "run")
    assert (cut.status, len(cut.history), cut.scored) == ("interrupted", 3, False)
    data = dict(zip("xy", fruits(), strict=True))
    for run in (cut, tmp_path / "run"):
        assert kd.resume_run(run, data=data, progress=False).digests == whole


def test_an_interrupted_run_is_scored_when_it_is_asked(unscored):
    assert not unscored.scored
    assert "The test rows are scored when its metrics are asked for." in repr(unscored)
    assert "Validation loss" in unscored.summary
    assert not unscored.scored
    short = train(epochs=2)
    assert unscored.metrics == short.metrics
    assert unscored.scored
    assert unscored.predictions().equals(short.predictions())
    assert unscored.digests == short.digests
    assert "Test accuracy" in unscored.summary
    assert not hasattr(unscored, "nothing")
    assert copy.copy(unscored).metrics == short.metrics


def test_an_unscored_run_is_saved_and_loaded_as_it_is(unscored, tmp_path, whole):
    folder = tmp_path / "run"
    unscored.save(folder)
    assert not unscored.scored
    assert not (folder / "predictions.csv").exists()
    loaded = kd.load_run(folder)
    assert loaded.status == "interrupted"
    assert repr(loaded).splitlines()[1:4] == repr(unscored).splitlines()[1:4]
    with pytest.raises(
        DatasetError, match=r"^data: the test rows of an interrupted run are scored when"
    ):
        loaded.predictions()
    assert "accuracy" in unscored.metrics
    unscored.save(folder)
    assert kd.load_run(folder).metrics == unscored.metrics
    data = dict(zip("xy", fruits(), strict=True))
    assert kd.resume_run(folder, data=data, progress=False).digests == whole


def test_an_unscored_run_of_known_data_is_scored_after_loading(tmp_path):
    settings = {"dataset": "mnist-subset", "units": 4, "epochs": 3}
    cut = kd.run_experiment("mnist-dense", out=tmp_path / "run", progress=stop, **settings)
    assert not cut.scored
    assert kd.load_run(tmp_path / "run").metrics == cut.metrics
    kd.render_report(tmp_path / "run", tmp_path / "page.html")
    assert "nterrupted" in (tmp_path / "page.html").read_text("utf-8")


def change(run):
    run.model.set_weights([weight + np.float32(1) for weight in run.model.get_weights()])


def test_a_changed_interrupted_run_is_not_scored_but_resumes(unscored, whole):
    change(unscored)
    with pytest.raises(RunFolderError, match=r"^run: must hold the weights of its training"):
        unscored.predictions()
    assert kd.resume_run(unscored, progress=False).digests == whole


def test_a_ctrl_c_waits_for_what_a_name_imports(tmp_path, monkeypatch):
    (tmp_path / "pressed_meanwhile.py").write_text(
        "import signal\nsignal.raise_signal(signal.SIGINT)\nvalue = 1\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    names = registry.Registry("thing", {})
    names._places["one"] = "pressed_meanwhile:value"
    with pytest.raises(KeyboardInterrupt):
        names["one"]
    assert sys.modules.pop("pressed_meanwhile").value == 1
    assert names["one"] == 1
