"""Searches: their spaces, grids and draws; Optuna and pruning, the same when gone on with."""

from __future__ import annotations

import html
import sys

import numpy as np
import pandas as pd
import pytest
from conftest import fruits
from inline import Inline

import kerasduet as kd
from kerasduet.errors import (
    ArgumentRange,
    ArgumentType,
    MissingPackage,
    RunFolderError,
    UnknownName,
)
from kerasduet.jobs.spaces import Range, Space
from kerasduet.registry import ENGINES
from kerasduet.report.comparison import write_comparison
from kerasduet.report.document import Document

TINY = kd.experiment(
    "mnist-dense", dataset="images", input_shape=(4, 4, 1), classes=3, units=4, epochs=2
)


@pytest.fixture(scope="module", autouse=True)
def inline():
    ENGINES.register("inline", Inline)
    yield
    ENGINES.remove("inline")


def tuned(space, experiment=TINY, **settings):
    x, y = fruits(60)
    given = {"engine": "inline", "data": {"x": x, "y": y}, "progress": False} | settings
    return kd.tune(experiment, space, **given)


# ---- spaces


def test_a_grid_is_every_combination_in_order():
    space = Space(TINY, {"units": [4, 8], "learning_rate": [0.1, 0.01]})
    found = [(one.units, one.learning_rate) for one in space.grid()]
    assert found == [((4,), 0.1), ((4,), 0.01), ((8,), 0.1), ((8,), 0.01)]


def test_a_value_of_several_numbers_is_one_value():
    space = Space(TINY, {"units": [[8, 4], 16.0]})
    assert [one.units for one in space.grid()] == [(8, 4), (16,)]


def test_draws_differ_and_repeat_by_their_seed():
    space = Space(
        TINY,
        {
            "learning_rate": {"low": 1e-4, "high": 1e-1, "log": True},
            "units": {"low": 4, "high": 64},
        },
    )
    drawn = space.draws(30, 7)
    assert drawn[:5] == space.draws(5, 7) != space.draws(5, 8)
    rates = np.array([one.learning_rate for one in drawn])
    assert rates.min() >= 1e-4 and rates.max() <= 1e-1
    # Half of the draws lie below the geometric mean.
    assert 8 <= (rates < 10**-2.5).sum() <= 22
    units = [one.units[0] for one in drawn]
    assert min(units) >= 4 and max(units) <= 64 and len(set(units)) > 10
    few = Space(TINY, {"units": [4, 8, 16]})
    assert sorted(one.units for one in few.draws(20, 0)) == [(4,), (8,), (16,)]


def test_a_range_of_whole_numbers_is_known_by_the_settings_rule():
    space = Space(
        TINY, {"units": {"low": 4, "high": 8.0}, "learning_rate": {"low": 1, "high": 2}}
    )
    assert space.parts == {
        "units": Range(4, 8, False, True),
        "learning_rate": Range(1, 2, False, False),
    }


@pytest.mark.parametrize(
    ("space", "error", "text"),
    [
        (
            {},
            ArgumentType,
            "space: must be lists of values by the names of settings; got none.",
        ),
        (
            5,
            ArgumentType,
            "space: must be lists of values by the names of settings; got 5.",
        ),
        (
            {"unitz": [4]},
            UnknownName,
            "unitz: the experiment mnist-dense has no such setting. Did you mean units?",
        ),
        (
            {"units": []},
            ArgumentType,
            "space: must have at least one value of units; got none.",
        ),
        (
            {"units": [4, 4.0]},
            ArgumentType,
            "space: values must differ; got 4 twice for units.",
        ),
        (
            {"epochs": [1, 0]},
            ArgumentRange,
            "epochs: must be a whole number, at least 1; got 0.",
        ),
        (
            {"learning_rate": {"low": 0.1, "high": 0.01}},
            ArgumentRange,
            "space: low must be below high; got 0.1 and 0.01 for learning_rate.",
        ),
        (
            {"learning_rate": {"low": 0, "high": 0.01, "log": True}},
            ArgumentRange,
            "space: low must be above 0 and below high; got 0 and 0.01 for learning_rate.",
        ),
        (
            {"learning_rate": {"low": 0.1}},
            ArgumentType,
            "space: the range of learning_rate must have low and high; got no high.",
        ),
        (
            {"learning_rate": {"low": 0.1, "high": 1}},
            ArgumentType,
            "space: a grid needs lists of values; got a range for learning_rate. Give values, or "
            'set strategy = "random".',
        ),
        (
            {"validation_split": [0.1, 0.2]},
            ArgumentType,
            "space: must leave alone which rows trials are compared on; got validation_split. "
            "Change it in the experiment.",
        ),
        (
            {"momentum": [0.0, 0.9], "optimizer": ["sgd", "adam"]},
            ArgumentRange,
            "momentum: only sgd and rmsprop have it; got 0.9 with adam. Set optimizer = "
            '"sgd", or momentum = 0.',
        ),
    ],
)
def test_a_space_is_checked_before_anything_runs(space, error, text, tmp_path):
    done = Inline.jobs_done
    with pytest.raises(error) as raised:
        tuned(space, folder=tmp_path / "set")
    assert str(raised.value) == text
    assert Inline.jobs_done == done and not (tmp_path / "set").exists()


@pytest.mark.parametrize(
    ("settings", "error", "text"),
    [
        (
            {"trials": 3},
            ArgumentType,
            "trials: a grid has a number of its own, 2; got 3. Leave it out, or set strategy = "
            '"random".',
        ),
        (
            {"trials": 0, "strategy": "random"},
            ArgumentRange,
            "trials: must be a whole number, at least 1; got 0.",
        ),
        (
            {"strategy": "grind"},
            UnknownName,
            "strategy: no option 'grind'. Did you mean grid or random?",
        ),
        (
            {"experiment": TINY.replace(validation_split=0)},
            ArgumentRange,
            "validation_split: must be above 0, because trials are compared on validation rows; "
            "got 0. Set validation_split = 0.2, say.",
        ),
        ({"prune": 1}, ArgumentType, "prune: must be true or false; got 1."),
    ],
)
def test_a_search_is_checked_before_anything_runs(settings, error, text):
    done = Inline.jobs_done
    with pytest.raises(error) as raised:
        tuned({"units": [4, 8]}, **settings)
    if error is not UnknownName:
        assert str(raised.value) == text
    assert str(raised.value).startswith(text[:30])
    assert Inline.jobs_done == done


def test_without_optuna_the_command_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingPackage) as raised:
        tuned({"units": [4, 8]}, strategy="optuna")
    assert str(raised.value) == (
        f"strategy: needs the package optuna; got 'optuna', which this Python ({sys.prefix}) "
        'lacks. Run: pip install "optuna>=4.0"'
    )


# ---- searches


def test_a_grid_is_tried_and_the_best_by_validation_found(tmp_path):
    short = TINY.replace(epochs=1)
    found = tuned({"learning_rate": [1e-6, 0.05]}, short, folder=tmp_path / "set")
    table = found.table
    assert table["run"].tolist() == ["trial-1", "trial-2"]
    assert table["learning_rate"].tolist() == [1e-6, 0.05]
    assert found.kind == "trials" and found.status == "finished"
    assert found.best_name == table.loc[table["val_accuracy"].idxmax(), "run"]
    # The page has the same winner, whatever the test rows say.
    best = table["run"].tolist().index(found.best_name)
    for place in (best, 1 - best):
        page = Document("T", "", folder=tmp_path, files=f"files{place}")
        choice = found._for_page()["choice"]._replace(place=place)
        write_comparison(page, list(found.runs), stem="page", choice=choice)
        letter = "AB"[place]
        text = html.unescape(str(page))
        assert f"Best of 2 runs by the validation rows is {letter}: learning rate" in text
        assert "The best was chosen by the validation rows." in str(page)
    assert found._for_page() == {"choice": (best, "validation")}
    loaded = kd.load_run_set(found.folder)
    pd.testing.assert_frame_equal(loaded.table, table, check_exact=True)
    with pytest.raises(RunFolderError, match="of another space"):
        tuned({"learning_rate": [1e-6, 0.5]}, short, folder=tmp_path / "set")


def test_optuna_with_pruning_goes_on_to_the_same_table(tmp_path):
    pytest.importorskip("optuna", reason="the package optuna is not installed")
    space = {"learning_rate": {"low": 1e-5, "high": 1e-1, "log": True}}
    search = {"strategy": "optuna", "trials": 2, "prune": True, "seed": 3}
    whole = tuned(space, folder=tmp_path / "whole", **search)
    table = whole.table
    assert len(table) == 2 and whole.status == "finished"
    assert set(table["status"]) == {"finished", "pruned"}
    given_up = table[table["status"] == "pruned"]
    assert (given_up["epochs_done"] == 1).all() and given_up["accuracy"].isna().all()
    assert whole.best.status == "finished"

    # Cut off within the first round, then gone on with.
    class Stopping(Inline):
        left = 1

        def work(self, jobs):
            for message in super().work(jobs):
                if Stopping.left == 0:
                    raise KeyboardInterrupt
                Stopping.left -= message[1]["event"] == "done"
                yield message

    ENGINES.register("stopping", Stopping)
    try:
        cut = tuned(space, folder=tmp_path / "cut", engine="stopping", **search)
    finally:
        ENGINES.remove("stopping")
    assert cut.interrupted and cut.status == "unfinished"
    again = tuned(space, folder=tmp_path / "cut", **search)
    pd.testing.assert_frame_equal(again.table, table, check_exact=True)
    assert [run.digests for run in again] == [run.digests for run in whole]
