"""Run folders of every earlier format: they load for ever, in both languages."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import kerasduet as kd
from kerasduet.errors import RunFolderError

FORMATS = Path(__file__).parents[1] / "contract" / "runs"
PLACES = sorted(file.parent for file in FORMATS.glob("format-*/*/expected.json"))
# Of what a network gives, which may differ in its last bits between machines.
TOLERANCE = 1e-5


def label(place):
    return f"{place.parent.name}-{place.name}"


@pytest.fixture(params=PLACES, ids=label)
def place(request):
    return request.param


@pytest.fixture
def expected(place):
    return json.loads((place / "expected.json").read_text("utf-8"))


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def assert_table(found, expected, *, near=()):
    """Compare the columns that were noted: tables exactly, a network's answers nearly."""
    for name, values in expected.items():
        column = found[name].iloc[: len(values)]
        if name in near:
            np.testing.assert_allclose(column, values, rtol=TOLERANCE, err_msg=name)
        elif isinstance(values[0], str):
            assert [text_of(item) for item in column] == values, name
        else:
            assert column.tolist() == values, name


def text_of(item):
    return item.isoformat() if isinstance(item, pd.Timestamp) else str(item)


def test_there_are_runs_of_both_kinds_from_both_languages():
    names = {label(place) for place in PLACES}
    assert names >= {
        "format-1-images-python",
        "format-1-images-r",
        "format-1-interrupted-python",
        "format-1-series-python",
        "format-1-series-r",
    }


def test_an_old_run_loads_with_its_tables(place, expected):
    before = contents(place)
    run = kd.load_run(place / "run")
    assert run.status == expected["status"]
    assert {name: run.metrics[name] for name in expected["metrics"]} == expected["metrics"]
    assert_table(run.history, expected["history"])
    assert len(run.predictions()) == expected["rows"]
    assert_table(run.predictions(), expected["predictions"])
    assert contents(place) == before


def test_an_old_run_predicts_as_it_did(place, expected):
    run = kd.load_run(place / "run")
    if "forecast" in expected:
        found = run.forecast(len(expected["forecast"]["step"]))
        assert_table(found, expected["forecast"], near={"forecast"})
        return
    assert list(run.class_names) == expected["class_names"]
    pixels = np.array(expected["pixels"], np.uint8)
    x = np.zeros((len(pixels), 6, 6), np.uint8) + pixels[:, None, None]
    prob = run.predict(x, kind="prob")
    np.testing.assert_allclose(prob, expected["prob"], rtol=TOLERANCE)
    assert [str(item) for item in run.predict(x)] == expected["class"]


def test_an_old_interrupted_run_is_not_mixed_with_other_validation_rows(tmp_path):
    place = FORMATS / "format-1" / "interrupted-python"
    folder = shutil.copytree(place / "run", tmp_path / "run")
    rows = np.arange(36)
    x = np.zeros((36, 6, 6), np.uint8) + (rows % 3 * 80 + rows).astype(np.uint8)[:, None, None]
    with pytest.raises(RunFolderError, match="which held out other validation rows"):
        kd.resume_run(folder, data={"x": x, "y": rows % 3}, progress=False)
    assert kd.load_run(folder).status == "interrupted"
