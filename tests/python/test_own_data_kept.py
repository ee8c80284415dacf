"""What a run's folder keeps of own data, and rows that hold their own truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import kerasduet as kd
from kerasduet.data.summed import columns_of, sampled, summed
from kerasduet.errors import ArgumentType, LengthMismatch, NonFinite

FEW = {"epochs": 1, "progress": False}


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(0)
    age = rng.normal(40, 10, size=60)
    names = [f"n{i}" for i in range(60)]
    kind = np.where(age > 40, "old", "young")
    return pd.DataFrame({"age": age, "income": 2 * age, "kind": kind, "name": names})


@pytest.fixture(scope="module")
def run(people):
    features = ["age", "income"]
    return kd.run_experiment(
        "table-classes", data=people, target="kind", features=features, **FEW
    )


def test_a_loaded_run_has_the_summary_of_its_data(run, people, tmp_path):
    folder = run.save(tmp_path / "plain")
    kept = kd.load_run(folder).provenance
    assert "sample" not in kept and "n13" not in (tmp_path / "plain" / "run.json").read_text()
    columns = {one["name"]: one for one in kept["summary"]["columns"]}
    assert list(columns) == list(people) and columns["name"]["values"] == 60
    assert columns["age"]["mean"] == pytest.approx(people["age"].mean())
    assert kept["summary"]["rows"] == 60
    assert sum(map(sum, kept["summary"]["classes"].values())) == 60
    loaded = kd.load_run(run.save(tmp_path / "more", sample=3))
    assert len(loaded.provenance["sample"]["rows"]) == 3
    again = kd.load_run(run.save(tmp_path / "again"))
    assert "sample" not in again.provenance
    page = tmp_path / "page.html"
    kd.render_report(loaded, page)
    text = page.with_suffix(".qmd").read_text()
    for part in (
        "60 rows of 4 columns",
        "{#tbl-own-columns}",
        "The 3 rows that",
        "| Training |",
    ):
        assert part in text
    with pytest.raises(kd.errors.ArgumentRange, match=r"^sample: must be .* got 101"):
        run.save(tmp_path / "many", sample=101)


def test_images_and_series_are_summed_up():
    x = np.arange(24 * 36, dtype=np.uint8).reshape(24, 6, 6)
    images = kd.load_data(
        kd.experiment("mnist-dense", input_shape=(6, 6, 1), classes=2), (x, [0, 1] * 12)
    )
    told = summed(images)
    assert told["input"][0]["shape"] == [6, 6, 1] and told["input"][0]["high"] <= 255
    assert sum(map(sum, told["classes"].values())) == 24
    kept = sampled(images, 2)
    assert len(kept["images"]) == len(kept["labels"]) == 2
    days = pd.Series(np.arange(90.0), pd.date_range("2024-01-01", periods=90), name="sold")
    days.iloc[5] = np.nan
    series = kd.experiment("lstm-series", season=7, difference=0, missing="interpolate")
    told = summed(kd.load_data(series, days))
    assert (told["rows"], told["first"], told["last"]) == (90, "2024-01-01", "2024-03-30")
    assert told["columns"][1]["missing"] == 1
    odd = pd.DataFrame({"a": [1.0, np.inf], "b": [None, None], "c": [[1], [2]]})
    assert columns_of(odd)[0]["high"] == 1 and "values" not in columns_of(odd)[2]


def test_rows_that_hold_the_truth_need_no_y(run, people):
    scores = run.evaluate(people)
    assert scores == run.evaluate(people[["age", "income"]], people["kind"])
    assert run.evaluate(run.dataset)["accuracy"] == run.metrics["accuracy"]
    assert run.evaluate({name: people[name].tolist() for name in people}) == scores
    with pytest.raises(
        ArgumentType, match=r"^y: must be given, unless x is a table with the column kind"
    ):
        run.evaluate(people[["age", "income"]])


def test_a_regression_is_evaluated(people):
    numbers = people[["age", "income"]]
    run = kd.run_experiment("table-numbers", data=numbers, target="income", **FEW)
    scores = run.evaluate(numbers)
    assert set(scores) == {"rmse", "mae", "r2"}
    assert run.evaluate(run.dataset)["rmse"] == pytest.approx(run.metrics["rmse"])
    for y, error, words in (
        (["a"] * 60, ArgumentType, "y: must be numbers"),
        ([1.0, 2.0], LengthMismatch, "y: must have one number a row"),
        ([np.nan] * 60, NonFinite, "y: must be finite; got nan in row 1"),
    ):
        with pytest.raises(error, match=words):
            run.evaluate(numbers, y)


@pytest.mark.parametrize(
    ("preset", "data", "dataset"),
    [
        ("mnist-cnn", (np.zeros((4, 28, 28)), [0, 1, 0, 1]), "mnist"),
        ("texts", {"text": ["a", "b"], "label": ["c", "d"]}, "imdb"),
        ("table-classes", {"a": [1, 2], "b": ["c", "d"]}, "iris"),
    ],
)
def test_a_data_set_beside_data_is_refused(preset, data, dataset):
    with pytest.raises(
        ArgumentType, match=f"^dataset: excludes data; got '{dataset}' and data"
    ):
        kd.run_experiment(preset, data=data, dataset=dataset)
