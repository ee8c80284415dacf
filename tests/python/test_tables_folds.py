"""Folds of tables: each row held out once, groups whole, what is learned from the rest."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import kerasduet as kd
from kerasduet.errors import ArgumentRange, ArgumentType
from kerasduet.registry import TASKS


def folds(experiment, data=None, count=5, repeats=1):
    return TASKS[experiment.task].folds(experiment, data, count, repeats)


def people(rows=40):
    random = np.random.default_rng(4)
    return pd.DataFrame(
        {
            "age": random.normal(40, 9, rows),
            "kind": np.resize(["a", "b"], rows),
            "family": np.arange(rows) // 4,
            "day": pd.date_range("2024-01-01", periods=rows),
        }
    )


@pytest.mark.parametrize("preset", ["table-iris", "table-diabetes"])
def test_every_row_of_a_table_is_held_out_once_a_repeat(preset):
    every = folds(kd.experiment(preset), count=3, repeats=2)
    held = [fold.given.index.to_numpy() for fold in every]
    rows = len(kd.load_data(preset).given) + sum(
        len(part) for part in (kd.load_data(preset).train, kd.load_data(preset).validation)
    )
    for repeat in (held[:3], held[3:]):
        assert np.array_equal(np.sort(np.concatenate(repeat)), np.arange(rows))
    assert not np.array_equal(held[0], held[3])
    assert every[4].fold.name == every[4].held_out == "fold-5-of-3x2"
    assert sum(every[0].sizes.values()) == rows


def test_classes_are_shared_out_and_scales_learned_from_the_rest():
    every = folds(kd.experiment("table-iris"))
    assert [np.bincount(fold.y_test).tolist() for fold in every] == [[10, 10, 10]] * 5
    first, second = (fold.preprocessing.to_dict() for fold in every[:2])
    assert first != second


def test_groups_stay_whole_and_time_is_refused():
    settings = {"target": "kind", "group": "family", "features": ("age",)}
    settings |= {"validation_split": 0, "early_stopping": None}
    chosen = kd.experiment("table-classes", **settings)
    every = folds(chosen, people(), 5)
    families = [set(fold.given["family"]) for fold in every]
    assert len(set.union(*families)) == sum(map(len, families)) == 10
    assert every[0].sizes == {"train": 32, "validation": 8, "test": 8}
    with pytest.raises(ArgumentRange, match=r"^folds: must be at most the groups, 10; got 11"):
        folds(chosen, people(), 11)
    timed = kd.experiment("table-classes", target="kind", time="day", features=("age",))
    with pytest.raises(ArgumentType) as raised:
        kd.cross_validate(timed, 3, data=people())
    assert str(raised.value) == (
        "folds: must be of rows without an order of time, which a split by time keeps; got time "
        "'day'. Score it on its last rows, with run_experiment()."
    )
