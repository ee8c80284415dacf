"""Features beside the target's own past, or without it; columns that a run needs, by name."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import kerasduet as kd
from kerasduet.errors import ArgumentType, UnknownName
from kerasduet.experiments import Experiment
from kerasduet.run import load_run
from kerasduet.runs.storage import sealed

SMALL = {
    "target": "load",
    "lookback": 3,
    "horizon": 1,
    "difference": 0,
    "season": 1,
    "epochs": 1,
    "units": 2,
    "early_stopping": None,
}
RANDOM = np.random.default_rng(0)
TABLE = pd.DataFrame({name: RANDOM.normal(size=60) for name in ("load", "sun", "wind")})


def experiment(**changes):
    return kd.experiment("lstm-series", **SMALL | changes)


def columns(**changes):
    chosen = experiment(**changes)
    loaded = kd.load_data(chosen, TABLE)
    assert loaded.x_train.shape[-1] == chosen.builder_arguments()["n_features"]
    assert len(loaded.preprocessing.columns) == loaded.x_train.shape[-1]
    return loaded.preprocessing.columns


def run(data=TABLE, **changes):
    return kd.run_experiment(experiment(**changes), data=data, progress=False)


def test_features_are_added_to_the_target():
    assert columns() == ("load",)
    assert columns(features="wind") == ("wind", "load")
    assert columns(features=["wind", "sun"]) == ("wind", "sun", "load")
    assert columns(features=["wind", "load", "sun"]) == ("wind", "load", "sun")
    assert columns(features="wind", own_past=False) == ("wind",)


def test_the_network_sees_the_own_past_or_does_not():
    changed = TABLE.assign(load=TABLE["load"].where(TABLE.index != 57, 5.0))
    with_past, without = run(features="wind"), run(features="wind", own_past=False)
    assert with_past.predict(changed)["forecast"][0] != with_past.predict(TABLE)["forecast"][0]
    assert without.predict(changed)["forecast"][0] == without.predict(TABLE)["forecast"][0]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"own_past": False},
            "own_past: must be true without features, or the network sees nothing; got false. "
            "Name columns in features, or set own_past = True.",
        ),
        (
            {"own_past": False, "features": ["wind", "load"]},
            "own_past: must be true where features name the target; got false and 'load'. Take "
            "it out of features, or set own_past = True.",
        ),
    ],
)
def test_contradictions_are_refused(changes, text):
    with pytest.raises(ArgumentType) as raised:
        experiment(**changes)
    assert str(raised.value) == text


def test_a_feature_named_twice_is_refused():
    with pytest.raises(ArgumentType) as raised:
        columns(features=["wind", "wind"])
    assert str(raised.value) == "features: must name a column once; got wind 2 times."


def test_the_column_that_features_leave_is_the_target():
    assert columns(target=None, features=["wind", "sun"]) == ("wind", "sun", "load")
    only = TABLE[["load"]]
    with pytest.raises(ArgumentType, match=r"^target: .* None of the others holds numbers\."):
        kd.load_data(experiment(target=None, features="load"), only)


def test_the_price_presets_see_what_they_saw():
    for name in ("price-rnn", "price-lstm", "price-gru"):
        chosen = kd.experiment(name)
        assert chosen.own_past
        assert chosen.data.input_columns("close") == ("open", "high", "low", "close", "volume")


@pytest.mark.parametrize(
    ("changes", "own_past", "seen"),
    [
        ({"features": ["wind"]}, False, ("wind",)),
        ({"features": "wind"}, False, ("wind",)),
        ({"features": ["wind", "load"]}, True, ("wind", "load")),
        ({"features": []}, True, ("load",)),
        ({"features": ["load"], "target": None}, False, ("load",)),
    ],
)
def test_an_experiment_of_an_earlier_version_means_what_it_meant(changes, own_past, seen):
    values = experiment().face() | changes
    del values["own_past"]
    again = Experiment.from_json(json.dumps(values))
    assert again.own_past is own_past
    loaded = kd.load_data(again, TABLE if values["target"] else TABLE[["load"]])
    assert loaded.preprocessing.columns == seen
    assert again.builder_arguments()["n_features"] == len(seen)
    assert Experiment.from_json(again.to_json()) == again


def test_a_folder_of_an_earlier_version_means_what_it_meant(tmp_path):
    kept = run(features="wind", own_past=False)
    kept.save(tmp_path / "run")
    manifest = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))
    del manifest["experiment"]["data"]["own_past"]
    (tmp_path / "run" / "run.json").write_text(sealed(manifest), "utf-8")
    again = load_run(tmp_path / "run")
    assert again.experiment == kept.experiment
    pd.testing.assert_frame_equal(again.predict(TABLE), kept.predict(TABLE), check_exact=True)


@pytest.fixture(scope="module")
def nameless():
    """Give a run whose experiment does not name its target."""
    return run(TABLE[["load"]], target=None)


def test_the_columns_of_the_training_must_be_there(nameless):
    with pytest.raises(UnknownName) as raised:
        nameless.predict(TABLE[["wind"]])
    assert str(raised.value) == (
        "x: must have the columns of the training, load; got wind, without load. Add what is "
        "missing, or rename it."
    )
    with pytest.raises(UnknownName) as raised:
        run(features=["sun", "wind"]).predict(TABLE[["wind"]])
    assert str(raised.value) == (
        "x: must have the columns of the training, sun, wind, load; got wind, without sun and "
        "load. Add what is missing, or rename it."
    )
    with pytest.raises(UnknownName, match=r"^x: .* got wind, without load\."):
        nameless.predict(TABLE["wind"])


def test_columns_are_found_by_name_among_others(nameless):
    alone = nameless.predict(TABLE[["load"]])
    for data in (
        TABLE,
        TABLE[["wind", "load"]],
        TABLE["load"],
        pd.Series(TABLE["load"].to_numpy()),
    ):
        pd.testing.assert_frame_equal(nameless.predict(data), alone, check_exact=True)
