"""Sets of runs: the same bits from every engine, what a folder keeps, tables, folds, refusals."""

from __future__ import annotations

import html
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import fruits, seasonal
from inline import Inline

import kerasduet as kd
from kerasduet.data.folds import Fold, folds_by_class
from kerasduet.environment import fresh_environment
from kerasduet.errors import (
    ArgumentRange,
    ArgumentType,
    ComparisonError,
    DatasetError,
    EmptyData,
    KerasduetError,
    MissingPackage,
    RunFolderError,
    UnknownName,
)
from kerasduet.jobs import extras
from kerasduet.jobs.plan import Job, longest_first, named, waiting
from kerasduet.jobs.tables import summarised, tabulated
from kerasduet.registry import ENGINES, TASKS
from kerasduet.runs import storage

TINY = kd.experiment(
    "mnist-dense", dataset="images", input_shape=(4, 4, 1), classes=3, units=4, epochs=2
)
SHORT = TINY.replace(epochs=1)
SETTINGS = [TINY, TINY.replace(units=8)]


def rows(count=60):
    x, y = fruits(count)
    return {"x": x, "y": y}


@pytest.fixture(scope="module", autouse=True)
def inline():
    ENGINES.register("inline", Inline)
    yield
    ENGINES.remove("inline")


@pytest.fixture(scope="module")
def apart(tmp_path_factory):
    """A set that two processes worked off."""
    folder = tmp_path_factory.mktemp("sets") / "apart"
    return kd.run_many(SETTINGS, folder, seeds=2, workers=2, data=rows(), progress=False)


@pytest.fixture
def kept(apart, tmp_path):
    """The folder of a set, to be spoilt."""
    return Path(shutil.copytree(apart.folder, tmp_path / "kept"))


def quick(experiments=SETTINGS, folder=None, **settings):
    given = {"engine": "inline", "data": rows(), "progress": False} | settings
    return kd.run_many(experiments, folder, **given)


# ---- the same bits


SCRIPT = """
import sys
import kerasduet as kd
sys.path.insert(0, {tests!r})
from test_jobs import SETTINGS, rows
kd.run_many(SETTINGS, {folder!r}, seeds=2, data=rows(), progress=False)
"""


def test_a_killed_set_goes_on_to_the_same_bits(apart, tmp_path):
    folder = tmp_path / "killed"
    # No guard of __main__: a user's script has none.
    script = SCRIPT.format(tests=str(Path(__file__).parent), folder=str(folder))
    environment = fresh_environment(os.environ)
    with subprocess.Popen([sys.executable, "-c", script], env=environment) as driver:
        deadline = time.monotonic() + 120
        while not (folder / "run-1" / "model.weights.h5").exists():
            assert time.monotonic() < deadline and driver.poll() is None
            time.sleep(0.02)
        driver.send_signal(signal.SIGKILL)
    before = kd.load_run_set(folder)
    assert before.status == "unfinished"
    assert set(before.table["status"]) > {"waiting"}
    started = before.table["epochs_done"].sum()
    assert 2 <= started < 8
    told = []
    after = kd.run_many(SETTINGS, folder, seeds=2, data=rows(), progress=told.append)
    assert told[0]["event"] == "start" and told[0]["done"] >= 1
    epochs = [event for event in told if event["event"] == "epoch"]
    assert len(epochs) <= 8 - started
    pd.testing.assert_frame_equal(after.table, apart.table, check_exact=True)
    assert [run.digests for run in after] == [run.digests for run in apart]


def test_the_folder_of_a_set_becomes_its_page(apart, kept, tmp_path):
    kd.render_report(kept, tmp_path / "set.html")
    text = (tmp_path / "set.qmd").read_text("utf-8")
    assert "Best of 4 runs by the validation rows is " in text
    beside = kd.compare_runs(kept, apart)
    assert beside.table["verdict"].tolist() == ["same predictions"] * len(beside.table)
    for place in kept.glob("run-*"):
        shutil.rmtree(place)
    with pytest.raises(ArgumentType) as refused:
        kd.render_report(kept, tmp_path / "none.html")
    assert str(refused.value) == (
        "run: must be a set with a finished run; got one without any. Finish it first."
    )
    assert not (tmp_path / "none.html").exists()


def test_names_of_experiments_name_rows_plots_summaries_and_reports(tmp_path):
    folder = tmp_path / "named"
    called = dict(zip(["narrow, few units", "breit"], SETTINGS, strict=True))
    told = []
    found = quick(called, folder, progress=told.append)
    assert found.names == list(called) and list(found.table["name"]) == list(called)
    assert found.table["run"].tolist() == ["run-1", "run-2"]
    assert found["breit"].digests == found["run-2"].digests == found[1].digests
    lines = [event["text"] for event in told if event["event"] == "run"]
    assert [line.split("  ")[1].split(":")[0] for line in lines] == list(called)
    summary = found.summary()
    assert summary["name"].unique().tolist() == list(called)
    assert "breit: median" in found.plot("scores").alt_text
    best = dict(zip(found.table["run"], found.names, strict=True))[found.best_name]
    assert f"best     {best} by its validation rows" in repr(found)
    kd.render_report(folder, tmp_path / "page.html")
    text = html.unescape((tmp_path / "page.qmd").read_text("utf-8"))
    assert "A: narrow" in text and "B: breit" in text and f": {best}. " in text
    assert kd.compare_runs(folder).summary.startswith("narrow, few units (first) against breit")
    # It goes on with its names, whether they are given again or not.
    before = (folder / "set.json").read_bytes()
    for again in (SETTINGS, called):
        assert quick(again, folder).names == list(called)
        assert (folder / "set.json").read_bytes() == before
    assert kd.load_run_set(found.save(folder)).names == list(called)
    with pytest.raises(
        RunFolderError, match=r"whose run-1 is called 'narrow, few units', not 'a'"
    ):
        quick(dict(zip("ab", SETTINGS, strict=True)), folder)


def test_a_set_without_names_may_get_some_and_seeds_share_one(apart, kept):
    assert "name" not in apart.table and apart.names == [f"run-{i}" for i in range(1, 5)]
    assert "label" not in (kept / "set.json").read_text("utf-8")
    called = dict(zip("ab", SETTINGS, strict=True))
    found = quick(called, kept, seeds=2)
    assert found.names == ["a, seed 0", "a, seed 1", "b, seed 0", "b, seed 1"]
    assert kd.load_run_set(kept).names == found.names
    pd.testing.assert_frame_equal(found.table.drop(columns="name"), apart.table)
    assert found["b, seed 1"].digests == apart[3].digests
    rows = found.summary().drop(columns="name")
    pd.testing.assert_frame_equal(rows, apart.summary())
    with pytest.raises(ArgumentType, match="run: must be one of a, seed 0, a, seed 1, b"):
        found["a"]


def test_names_that_name_no_run_are_refused(kept):
    one, other = SETTINGS[:2]
    for names, said in (
        (["", "b"], "texts of one line, one for each run; got ''. Name all runs, or none."),
        (["a", 2], "texts of one line, one for each run; got 2. Name all runs, or none."),
        (
            ["a", "b\n"],
            "texts of one line, one for each run; got 'b\\n'. Name all runs, or none.",
        ),
        (["a", "a "], "must differ; got 'a' twice. Rename one."),
        (["a", "b" * 41], "must have at most 40 characters; got 41. Give a shorter one."),
        (
            ["a", "Run-1"],
            "unlike those of their folders, such as run-1; got 'Run-1'. Rename it.",
        ),
    ):
        with pytest.raises(ArgumentType) as refused:
            quick(dict(zip(names, [one, other], strict=True)))
        assert str(refused.value).startswith("experiments: names of its runs must ")
        assert str(refused.value).endswith(said)
    with pytest.raises(ArgumentType, match="must be at least one; got none"):
        quick({})
    file = kept / "set.json"
    values = json.loads(file.read_text("utf-8"))
    for labels in (["a", "a"], ["a\u0007", "b"], [3, "b"]):
        for job, label in zip(values["jobs"][::2], labels, strict=True):
            job["label"] = label
        values["jobs"][1]["label"] = labels[0]
        file.write_text(storage.sealed(values), "utf-8")
        with pytest.raises(RunFolderError, match="must be whole; got a damaged one"):
            kd.load_run_set(kept)


def test_runs_have_one_thread_and_say_who_asked(apart):
    run = apart[0]
    assert run.provenance["threads"] == 1
    assert run.provenance["caller"]["language"] == "Python"
    assert run.source.given and run.experiment == SETTINGS[0].replace(seed=0)


def test_ray_gives_the_same_bits(apart, tmp_path, monkeypatch):
    pytest.importorskip("ray.remote_function", reason="the package ray is not installed")
    # Nothing of it in the home folder or on the network; paths of sockets have to be short.
    monkeypatch.setenv("RAY_AUTH_TOKEN", uuid.uuid4().hex)
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    with tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as short:
        monkeypatch.setenv("RAY_TMPDIR", short)
        found = kd.run_many(
            SETTINGS,
            tmp_path / "ray",
            seeds=2,
            engine="ray",
            workers=1,
            data=rows(),
            progress=False,
        )
    pd.testing.assert_frame_equal(found.table, apart.table, check_exact=True)
    assert [run.digests for run in found] == [run.digests for run in apart]


# ---- tables


def test_the_table_has_what_differs_and_the_scores(apart):
    table = apart.table
    assert list(table.columns[:6]) == [
        "run",
        "units",
        "seed",
        "status",
        "epochs_done",
        "val_accuracy",
    ]
    assert table["run"].tolist() == ["run-1", "run-2", "run-3", "run-4"]
    assert table["units"].tolist() == [4, 4, 8, 8]
    assert table["seed"].tolist() == [0, 1, 0, 1]
    assert set(table["status"]) == {"finished"}
    assert table["accuracy"].tolist() == [run.metrics["accuracy"] for run in apart.runs]
    kept = [run.history["val_accuracy"].iloc[-1] for run in apart.runs]
    assert table["val_accuracy"].tolist() == kept


def test_the_summary_is_that_of_the_runs(apart):
    table, summary = apart.table, apart.summary()
    loss = summary[(summary["score"] == "loss") & (summary["units"] == 8)].iloc[0]
    values = table.loc[table["units"] == 8, "loss"].to_numpy()
    assert loss["runs"] == 2
    assert loss["mean"] == values.mean()
    assert loss["sd"] == values.std(ddof=1)
    # Student's t of one degree of freedom has its 97.5 % at 12.7062.
    half = 12.706204736 * values.std(ddof=1) / np.sqrt(2)
    least = max(values.mean() - half, 0)  # of a loss
    assert [loss["low"], loss["high"]] == pytest.approx([least, values.mean() + half])


def test_the_best_is_chosen_by_validation_rows(apart):
    table = apart.table
    assert apart.best.folder.endswith(table.loc[table["val_accuracy"].idxmax(), "run"])


def test_a_set_is_read_run_by_run(apart):
    assert len(apart) == 4 and len(apart.runs) == 4
    assert apart[3].digests == apart["run-4"].digests == apart.runs[-1].digests
    assert apart[-1].folder == apart[3].folder
    with pytest.raises(IndexError, match="must be one of 0 to 3; got 4"):
        apart[4]
    with pytest.raises(ArgumentType, match=r"^run: must be one of run-1"):
        apart["run-9"]


def test_it_prints_what_it_is_and_what_to_do_next(apart):
    text = repr(apart)
    assert text.startswith("<kerasduet run set> 4 runs of mnist-dense: 4 finished, kept in")
    assert "differ   units" in text and "next     table" in text
    assert "by its validation rows: test accuracy" in text


def test_lists_of_settings_and_no_value_are_written_as_text():
    several = [TINY.replace(units=(8, 4)), TINY.replace(early_stopping=1), TINY]
    table = tabulated(named("run", several), [None] * 3, {})
    assert table["status"].tolist() == ["waiting"] * 3
    assert table["units"].tolist() == ["8, 4", "4", "4"]
    assert table["early_stopping"].tolist()[1] == 1
    assert table["early_stopping"].isna().tolist() == [True, False, True]


# ---- figures and reports


def test_the_figure_shows_boxes_and_curves_and_says_so(apart):
    figure = apart.plot()
    assert "Box plots of the test accuracy of 4 runs. units 4: median" in figure.alt_text
    assert "Line plots of the training histories of 4 runs" in figure.alt_text
    boxes, curves = (panel for panel in apart._plot_data().panels)
    scores = 100 * apart.table.loc[apart.table["units"] == 8, "accuracy"]
    assert boxes.frames["boxes"]["middle"].tolist()[1] == scores.median()
    assert set(curves.frames["lines"]["run"]) == set(apart.table["run"])
    alone = apart.plot("curves")
    assert "Box plots" not in alone.alt_text
    with pytest.raises(UnknownName, match=r"^kind: no option 'score'\. Did you mean scores"):
        apart.plot("score")


def test_sets_are_compared_and_reported_as_their_runs(apart, tmp_path):
    found = kd.compare_runs(apart, list(apart.runs))
    assert found.pairs == 4 and set(found.table["verdict"]) == {"same predictions"}


# ---- folders


def test_a_set_is_saved_and_loaded(tmp_path):
    found = quick(SHORT)
    assert found.folder is None and "not saved" in repr(found)
    folder = found.save(tmp_path / "kept")
    loaded = kd.load_run_set(folder)
    assert found.folder == folder == loaded.folder
    pd.testing.assert_frame_equal(loaded.table, found.table, check_exact=True)
    assert loaded[0].digests == found[0].digests
    assert found.save(folder) == folder
    done = Inline.jobs_done
    again = quick(SHORT, folder=folder)
    assert Inline.jobs_done == done
    pd.testing.assert_frame_equal(again.table, found.table, check_exact=True)


def test_a_folder_of_another_set_is_refused_by_name(kept):
    folder = kept
    for experiments, data, what in (
        ([TINY, TINY.replace(epochs=3)], rows(), "whose run-3 differs in units, epochs"),
        (TINY, rows(), "of 4 runs, not 2"),
        (SETTINGS, rows(63), "trained on other data"),
    ):
        with pytest.raises(RunFolderError) as raised:
            quick(experiments, folder, seeds=2, data=data)
        assert str(raised.value) == (
            f"folder: holds another set of runs; got {str(folder)!r}, {what}. Choose another "
            "folder."
        )
    with pytest.raises(RunFolderError, match=r"which run_many\(\) made"):
        kd.cross_validate(TINY, 2, folder=folder, engine="inline", data=rows())


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RunFolderError, match=r"^folder: must be empty or hold this set"):
        quick(folder=tmp_path)
    with pytest.raises(RunFolderError, match=r"^folder: must hold a set .* has no set\.json"):
        kd.load_run_set(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    with pytest.raises(RunFolderError, match=r"which is not a folder"):
        kd.load_run_set(tmp_path / "notes.txt")


def test_a_damaged_file_of_a_set_is_named(kept):
    folder = kept
    text = (folder / "set.json").read_text()
    (folder / "set.json").write_text(text.replace('"runs"', '"folds"'))
    with pytest.raises(RunFolderError, match=r"^folder: set\.json must be whole"):
        kd.load_run_set(folder)
    (folder / "set.json").write_text(text)
    shutil.copytree(folder / "run-2", folder / "run-1", dirs_exist_ok=True)
    with pytest.raises(RunFolderError, match=r"^folder: run-1 must hold the run that"):
        kd.load_run_set(folder)


def test_a_run_that_fails_leaves_the_others_alone(tmp_path):
    class Breaking(Inline):
        def work(self, jobs):
            yield from super().work(jobs[:1])
            yield jobs[1], {"event": "failed", "kind": "ChildError", "text": "run: no room."}

    ENGINES.register("breaking", Breaking)
    try:
        found = quick([SHORT, SHORT.replace(units=8)], engine="breaking")
        assert found.table["status"].tolist() == ["finished", "failed"]
        assert found.status == "unfinished" and found.failures == {"run-2": "run: no room."}
        assert "failed   run-2: run: no room." in repr(found)
    finally:
        ENGINES.remove("breaking")


def test_an_error_of_every_run_is_that_of_the_set(tmp_path):
    class Broken(Inline):
        def work(self, jobs):
            for job in jobs:
                yield job, {"event": "failed", "kind": "EmptyData", "text": "data: nothing."}

    ENGINES.register("broken", Broken)
    try:
        with pytest.raises(EmptyData, match=r"^data: nothing\."):
            quick(engine="broken")
    finally:
        ENGINES.remove("broken")


def test_runs_are_listed_a_row_a_folder(kept, tmp_path):
    shutil.copytree(tmp_path / "kept" / "run-1", tmp_path / "broken")
    (tmp_path / "broken" / "history.csv").write_text("epoch\n")
    shutil.copytree(tmp_path / "kept" / "run-1", tmp_path / "cut")
    (tmp_path / "cut" / "model.weights.h5").write_bytes(b"half")
    shutil.copytree(tmp_path / "kept" / "run-1", tmp_path / "headless")
    (tmp_path / "headless" / "run.json").unlink()
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.txt").write_text("no run")
    table = kd.list_runs(tmp_path).set_index("folder")
    damaged = ["broken", "cut", "headless"]
    assert list(table.index) == [*damaged, *(f"kept/run-{i}" for i in range(1, 5))]
    assert table["status"].tolist() == [*["damaged"] * 3, *["finished"] * 4]
    assert "model.weights.h5 must have the sha256" in table.loc["cut", "problem"]
    assert table.loc["cut", "name"] == table.loc["kept/run-1", "name"]
    assert "which has no run.json" in table.loc["headless", "problem"]
    assert table.loc["broken", "problem"].startswith("folder: history.csv must be whole")
    assert table.loc["kept/run-2", "problem"] == ""
    run = kd.load_run(tmp_path / "kept" / "run-2")
    assert table.loc["kept/run-2", "score"] == run.metrics["accuracy"]
    assert table.loc["kept/run-2", "epochs_done"] == 2
    assert len(kd.list_runs(tmp_path / "kept" / "run-1" / "..")) == 4
    with pytest.raises(RunFolderError, match="which does not exist"):
        kd.list_runs(tmp_path / "no")


# ---- folds


def test_folds_share_out_every_class():
    codes = np.repeat([0, 1, 2], [60, 31, 10])
    found = folds_by_class(codes, 5, 2, ["a", "b", "c"])
    assert len(found) == 10
    for part in (found[:5], found[5:]):
        assert np.array_equal(np.sort(np.concatenate(part)), np.arange(101))
        counts = np.stack([np.bincount(codes[rows], minlength=3) for rows in part])
        assert (counts.max(axis=0) - counts.min(axis=0) <= 1).all()
        assert max(map(len, part)) - min(map(len, part)) <= 1
    assert not np.array_equal(found[0], found[5])


def test_every_image_is_held_out_once_and_never_trained_on_then():
    data = rows()
    every = TASKS["classification"].folds(TINY, data, 4, 1)
    held = []
    for fold in every:
        assert len(fold.train) + len(fold.validation) + len(fold.test) == 60
        assert len(fold.validation) == 9
        held.append(fold.y_test)
        assert np.bincount(fold.y_test).tolist() == [5, 5, 5]
    assert every[1].fold.name == "fold-2-of-4"
    assert len(np.concatenate(held)) == 60


def test_without_validation_rows_the_fold_is_drawn_in_their_place():
    (fold, _) = TASKS["classification"].folds(TINY.replace(validation_split=0), rows(), 2, 1)
    assert fold.sizes == {"train": 30, "validation": 30, "test": 30}
    assert fold.x_validation is fold.x_test


def test_mnists_own_test_images_are_in_no_fold():
    chosen = kd.experiment("mnist-dense", dataset="mnist-subset")
    every = TASKS["classification"].folds(chosen, None, 4, 1)
    plain = kd.load_data(chosen)
    assert sum(len(fold.test) for fold in every) == len(plain.train) + len(plain.validation)
    assert every[0].source.sha256 == plain.source.sha256


def test_cross_validation_has_a_row_a_fold(tmp_path):
    chosen = SHORT.replace(validation_split=0)
    given = {
        "folder": tmp_path / "folds",
        "engine": "inline",
        "data": rows(),
        "progress": False,
    }
    found = kd.cross_validate(chosen, 2, **given)
    table = found.table
    assert table["run"].tolist() == ["fold-1", "fold-2"]
    assert table["fold"].tolist() == [1, 2]
    assert not [name for name in table if name.startswith("val_")]
    loss = found.summary().set_index("score").loc["loss"]
    values = table["loss"].to_numpy()
    # Nadeau and Bengio: the variance times 1/2 + 1, not 1/2; 12.7062 is t's 97.5 % of 1.
    half = 12.706204736 * values.std(ddof=1) * np.sqrt(1 / 2 + 1)
    assert loss["high"] - loss["mean"] == pytest.approx(half)
    assert found[1].provenance["fold"] == {"number": 2, "folds": 2, "repeats": 1}
    assert found[1].provenance["fingerprint"]["split"] == "fold-2-of-2"
    assert "held-out fold" in found.plot().alt_text
    assert "  best" not in repr(found)
    done = Inline.jobs_done
    again = kd.cross_validate(chosen, 2, **given)
    assert Inline.jobs_done == done
    pd.testing.assert_frame_equal(again.table, table, check_exact=True)
    with pytest.raises(RunFolderError, match=r"got .*, of another folds\."):
        kd.cross_validate(chosen, 3, **given)
    with pytest.raises(ComparisonError, match=r"^a: .* folds of a cross-validation, each of"):
        kd.compare_runs(found)
    with pytest.raises(ComparisonError, match=r"^a: .* folds of a cross-validation, each of"):
        kd.compare_runs(found.folder)
    for ask in (kd.load_run, lambda folder: kd.compare_runs([folder, folder])):
        with pytest.raises(RunFolderError, match=r"that of a set .* with load_run_set\(\)\.$"):
            ask(found.folder)
    with pytest.raises(RunFolderError, match=r"that of one run\. Load it with load_run\(\)\.$"):
        kd.load_run_set(found[0].folder)


@pytest.mark.parametrize(
    ("preset", "settings", "rows"),
    [
        ("add-numbers", {"examples": 41, "digits": 2}, 41),
        ("tag-dates", {"sentences": 60}, 60),
        ("moving-digits", {"videos": 41, "test_videos": 10}, 41),
        (
            "yolo-digits",
            {"dataset": "digit-scenes-subset", "scenes": 21, "test_scenes": 10},
            21,
        ),
    ],
)
def test_every_task_without_time_order_has_folds(preset, settings, rows):
    chosen = kd.experiment(preset, **settings)
    task = TASKS[chosen.task]
    every = task.folds(chosen, None, 3, 1)
    assert sum(len(one.test) for one in every) == rows
    assert all(sum(one.sizes.values()) == rows for one in every)
    assert len({one.test_sha256 for one in every}) == 3
    assert [one.fold.number for one in every] == [1, 2, 3]
    again = Fold(2, 3).load(task, chosen.replace(seed=7), None)
    assert again.test_sha256 == every[1].test_sha256
    (none, *_) = task.folds(chosen.replace(validation_split=0), None, 3, 1)
    assert none.validation is none.test


def test_folds_of_pairs_and_tags_are_checked_before_training():
    pairs = {"source": ["a", "b", "a", "c"], "target": ["A", "B", "AA", "C"]}
    chosen = kd.experiment("translate-dates", dataset="pairs")
    every = TASKS["translation"].folds(chosen, pairs, 3, 1)
    assert sorted(one.given["source"].tolist() for one in every) == [["a", "a"], ["b"], ["c"]]
    with pytest.raises(ArgumentRange, match="folds: must be at most the rows, 3; got 4"):
        kd.cross_validate(chosen, 4, data=pairs)
    tagged = {"sentence": [1, 1, 2, 2, 3, 3], "token": list("ababac"), "tag": list("xyxyxz")}
    with pytest.raises(ArgumentType, match=r"tags: must all occur in training .* got 'z'"):
        kd.cross_validate(kd.experiment("tag-dates", dataset="tagged"), 3, data=tagged)
    with pytest.raises(ArgumentType, match="rows are cut into folds; got next-character"):
        kd.cross_validate("next-character", 2)


def test_repeats_count_anew():
    jobs = [Job(f"fold-{i}", SHORT, Fold(i, 3, 2)) for i in range(1, 7)]
    table = tabulated(jobs, [None] * 6, {})
    assert table["repeat"].tolist() == [1, 1, 1, 2, 2, 2]
    assert table["fold"].tolist() == [1, 2, 3, 1, 2, 3]
    assert jobs[4].fold.name == "fold-5-of-3x2"


def test_a_fold_that_is_loaded_knows_its_rows(tmp_path):
    chosen = kd.experiment("mnist-dense", dataset="mnist-subset", units=2, epochs=1)
    second = TASKS["classification"].folds(chosen, None, 2, 1)[1]
    kd.run_experiment(chosen, data=second, out=tmp_path / "run", progress=False)
    run = kd.load_run(tmp_path / "run")
    assert run.dataset.y_test.tolist() == run.predictions()["truth"].astype(int).tolist()
    assert run.dataset.fold == second.fold


# ---- refusals


def test_several_workers_begin_with_the_longest_runs():
    chosen = [kd.experiment("mnist-dense", epochs=n) for n in (1, 5, 5, 9)]
    jobs = named("run", chosen)
    assert [job.name for job in longest_first(jobs, 1)] == ["run-1", "run-2", "run-3", "run-4"]
    jobs = [*jobs[:3], waiting(jobs[3], 3)]
    assert [job.name for job in longest_first(jobs, 2)] == ["run-2", "run-3", "run-4", "run-1"]


@pytest.mark.parametrize(
    ("settings", "error", "text"),
    [
        ({"experiments": []}, ArgumentType, "experiments: must be at least one; got none."),
        (
            {"experiments": [TINY, TINY]},
            ArgumentType,
            "experiments: must differ; got the same as number 1 and number 2. Give other seeds to "
            "repeat one.",
        ),
        (
            {"experiments": 5},
            ArgumentType,
            "experiments: must come from experiment(), or be names of presets; got 5.",
        ),
        (
            {"workers": 0},
            ArgumentRange,
            "workers: must be a whole number, at least 1; got 0.",
        ),
        (
            {"engine": "lcal"},
            UnknownName,
            "engine: no option 'lcal'. Did you mean local?",
        ),
        ({"seeds": []}, ArgumentType, "seeds: must be at least one, each once; got none."),
        ({"seeds": 0}, ArgumentRange, "seeds: must be a whole number, at least 1; got 0."),
        (
            {"data": None},
            DatasetError,
            "data: mnist-dense needs images and labels of your own; got nothing. Give x and y as "
            "data.",
        ),
    ],
)
def test_bad_arguments_are_refused_before_anything_runs(settings, error, text, tmp_path):
    folder = tmp_path / "set"
    told = []
    given = {"experiments": SETTINGS, "folder": folder, "progress": told.append} | settings
    with pytest.raises(error) as raised:
        quick(**given)
    assert str(raised.value) == text
    assert told == [] and not folder.exists()


def test_a_data_set_that_is_split_is_refused():
    with pytest.raises(ArgumentType, match=r"^data: must be the rows themselves"):
        quick(data=kd.load_data(TINY, rows()))


@pytest.mark.parametrize(
    ("folds", "error", "text"),
    [
        (0, ArgumentRange, "folds: must be a whole number, at least 2; got 0."),
        (1, ArgumentRange, "folds: must be a whole number, at least 2; got 1."),
        (
            61,
            ArgumentRange,
            "folds: must be at most the rows, 60; got 61. Lower folds, or give more rows.",
        ),
        (
            21,
            ArgumentRange,
            "folds: must be at most the rows of each class; got 21, and 20 of the class 'pear'. "
            "Lower folds, or give more rows of it.",
        ),
    ],
)
def test_folds_that_the_rows_do_not_have_are_refused(folds, error, text, tmp_path):
    with pytest.raises(error) as raised:
        kd.cross_validate(TINY, folds, folder=tmp_path / "set", data=rows())
    assert str(raised.value) == text
    assert not (tmp_path / "set").exists()


def test_a_series_has_no_folds():
    with pytest.raises(ArgumentType) as raised:
        kd.cross_validate("lstm-series", 5, data=seasonal())
    assert str(raised.value) == (
        "folds: must be of rows without an order of time, which a forecast has to keep; got the "
        "series of lstm-series. Score it on its last rows, with run_experiment(), or on several "
        "pieces of them, with backtest()."
    )


def test_a_folder_of_its_name_is_no_package(monkeypatch, tmp_path):
    (tmp_path / "beam").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(extras._INSTALL, "beam", "pip install beam")
    with pytest.raises(MissingPackage, match=r"^engine: needs the package beam"):
        extras.require("beam", "engine")


def test_without_ray_the_command_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingPackage) as raised:
        quick(folder=tmp_path / "set", engine="ray")
    assert str(raised.value) == (
        f"engine: needs the package ray; got 'ray', which this Python ({sys.prefix}) lacks. "
        'Run: pip install "ray>=2.40"'
    )
    assert not (tmp_path / "set").exists()


CALLS = [
    (lambda: kd.cross_validate("mnist-dnn", cv=5), "cv: .* It is called folds here"),
    (lambda: kd.cross_validate("mnist-dnn", n_splits=5), "n_splits: .* called folds here"),
    (
        lambda: kd.cross_validate("mnist-dnn", epochs=1),
        r"give experiment\(preset, epochs = 1\)",
    ),
    (lambda: kd.cross_validate("mnist-dnn", lr=0.1), r"\(preset, learning_rate = 0.1\)"),
    (lambda: kd.cross_validate("mnist-dnn", seeds=3), r"argument seeds of run_many\(\)"),
    (lambda: kd.tune("mnist-dnn", {}, n_trials=3), "n_trials: .* It is called trials here"),
    (lambda: kd.tune("mnist-dnn"), "^space: must be given.$"),
    (lambda: kd.run_many("mnist-dnn", seed=3), "seed: .* It is called seeds here"),
    (lambda: kd.run_many("mnist-dnn", folds=3), r"argument folds of cross_validate\(\)"),
    (lambda: kd.backtest("lstm-co2", cv=3), "cv: .* It is called folds here"),
    (lambda: kd.Run.evaluate(None), "^x: must be given.$"),
    (lambda: kd.continue_run("folder", verbose=0), "verbose: .* called progress here"),
    (
        lambda: kd.run_experiment("mnist-dnn", "lr", epochs=1),
        r"^settings: must be given by name, but for preset; got 'lr' without one\. "
        r"Write run_experiment\(preset, epochs = 1\), say\.$",
    ),
    (
        lambda: kd.cross_validate("mnist-dnn", 2, 1, "folder", "local"),
        "^arguments: must be given by name, but for the first 4; got 'local' without one",
    ),
]


@pytest.mark.parametrize(("call", "text"), CALLS)
def test_arguments_that_a_function_lacks_are_answered(call, text):
    with pytest.raises(KerasduetError, match=text):
        call()


def test_a_summary_has_no_means_of_ends_and_no_spread_of_equal_scores():
    scores = {"gain": [0.1, 0.2, 0.3], "gain_low": [0.0, 0.1, 0.2], "base": [0.1 + 0.2] * 3}
    table = pd.DataFrame({"status": ["finished"] * 3, **scores})
    found = summarised(table, [], list(scores)).set_index("score")
    assert found.index.tolist() == ["gain", "base"]
    assert found.loc["base", ["mean", "sd", "low", "high"]].tolist() == [
        0.1 + 0.2,
        0,
        0.1 + 0.2,
        0.1 + 0.2,
    ]
