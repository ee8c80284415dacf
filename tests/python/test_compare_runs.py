"""compare_runs: the interval of a difference over test rows and pairs, and its verdict."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import LINEAR, fruits, seasonal

import kerasduet as kd
from kerasduet.errors import ArgumentType, ComparisonError
from kerasduet.report.compare import Difference
from kerasduet.report.compare import _sentence as sentence
from kerasduet.report.comparison import write_comparison
from kerasduet.report.document import Document, escape
from kerasduet.report.intervals import Interval, bootstrap
from kerasduet.tasks.classification.scores import cases
from kerasduet.tasks.forecasting.measures import series_cases

SMALL = {"classes": 3, "units": 4, "input_shape": (4, 4, 1), "epochs": 1, "progress": False}


def image_cases(run):
    return cases(run.table, run.preprocessing)


def errors(run):
    return series_cases(run.table, run.preprocessing, "forecast")[:, 0]


@pytest.fixture(scope="module")
def trained():
    """Two ways of training, three seeds each, on the same pictures."""
    x, y = fruits(90)
    data = {"x": x[:60], "y": y[:60], "x_test": x[60:], "y_test": y[60:]}
    return {
        epochs: [
            kd.run_experiment("mnist-dense", data=data, **SMALL | {"epochs": epochs, "seed": s})
            for s in range(3)
        ]
        for epochs in (1, 20)
    }


def test_one_pair_has_the_interval_of_its_cases(trained):
    first, second = trained[20][0], trained[1][0]
    found = kd.compare_runs(first, second)
    expected = bootstrap((image_cases(first) - image_cases(second))[:, :2])
    for i, name in enumerate(("accuracy", "loss")):
        row = found.table.set_index("measure").loc[name]
        assert row["first"] - row["second"] == row["difference"]
        assert [row["difference"], row["low"], row["high"]] == pytest.approx(
            [expected[i].value, expected[i].low, expected[i].high], abs=1e-12
        )
        assert row["first"] == pytest.approx(first.metrics[name], rel=1e-4)
    assert found.pairs == 1


def test_turned_round_the_verdict_turns_round(trained):
    one = kd.compare_runs(trained[20], trained[1])
    other = kd.compare_runs(trained[1], trained[20])
    turn = {"first better": "second better", "no clear difference": "no clear difference"}
    assert [turn[v] for v in one.table["verdict"]] == other.table["verdict"].tolist()
    assert one.table.set_index("measure").loc["loss", "verdict"] == "first better"
    assert one.table["low"].to_numpy() == pytest.approx(-other.table["high"].to_numpy())
    assert "the first is better" in one.summary and "the second is better" in other.summary


def test_several_pairs_draw_the_pairs_too(trained):
    found = kd.compare_runs(trained[20], trained[1])
    cases = np.mean(
        [
            image_cases(a)[:, 1:2] - image_cases(b)[:, 1:2]
            for a, b in zip(trained[20], trained[1], strict=True)
        ],
        axis=0,
    )
    (rows_alone,) = bootstrap(cases)
    loss = found.table.set_index("measure").loc["loss"]
    assert found.pairs == 3
    assert loss["difference"] == pytest.approx(rows_alone.value)
    assert loss["high"] - loss["low"] > rows_alone.high - rows_alone.low


def test_series_are_compared_by_their_errors(series_run):
    other = kd.run_experiment(
        "lstm-co2", data=seasonal(), progress=False, **LINEAR | {"seed": 9}
    )
    found = kd.compare_runs(series_run, other).table.set_index("measure")
    assert list(found.index) == ["mae", "rmse"]
    assert found.loc["mae", "first"] == pytest.approx(series_run.metrics["mae"])
    assert found.loc["rmse", "second"] == pytest.approx(other.metrics["rmse"])
    gaps = errors(series_run) - errors(other)
    assert found.loc["mae", "difference"] == pytest.approx(gaps.mean())


def test_other_windows_of_the_same_data_are_compared_where_both_have_them(series_run, tmp_path):
    settings = {"data": seasonal(), "progress": False, **LINEAR}
    moved = kd.run_experiment("lstm-co2", **settings | {"difference": 14})
    keys = ["origin", "time", "step"]
    both = series_run.table.merge(moved.table, on=keys, suffixes=("", "_moved"))
    windows = [
        len(table) // series_run.preprocessing.horizon
        for table in (both, series_run.table, moved.table)
    ]
    assert 0 < windows[0] < windows[1] and np.array_equal(both["truth"], both["truth_moved"])
    found = kd.compare_runs(series_run, moved)
    told = f"Compared on the {windows[0]} test windows that both have, of {windows[1]} and "
    assert (
        found.summary.startswith(f"{told}{windows[2]}. ") and found.summary() == found.summary
    )
    mae = found.table.set_index("measure").loc["mae"]
    assert mae["first"] == pytest.approx((both["truth"] - both["forecast"]).abs().mean())
    assert mae["second"] == pytest.approx((both["truth"] - both["forecast_moved"]).abs().mean())
    assert told in kd.compare_runs([series_run, moved, series_run]).summary

    page = Document("Title", "", folder=tmp_path, files="page_files")
    write_comparison(page, [series_run, moved], stem="page")
    assert f"(on the {windows[0]} windows that both have)" in str(page)

    shorter = kd.run_experiment("lstm-co2", **settings | {"horizon": 1})
    with pytest.raises(
        ComparisonError, match=r"got windows of 1 steps beside .* same horizon\.$"
    ):
        kd.compare_runs(series_run, shorter)


def test_folders_are_compared_as_their_runs(trained, tmp_path):
    folder = trained[1][0].save(tmp_path / "run")
    found = kd.compare_runs(folder, trained[1][0])
    assert set(found.table["verdict"]) == {"same predictions"}
    assert found.summary == "The predictions are the same, bit for bit."


def test_of_a_list_the_first_is_compared_with_each_other_one(trained):
    first, second, third = trained[20][0], *trained[1][:2]
    found = kd.compare_runs([first, second, third])
    assert found.table["run"].tolist() == [
        *["B: epochs 1, seed 0"] * 2,
        *["C: epochs 1, seed 1"] * 2,
    ]
    for name, other in (("B", second), ("C", third)):
        alone = kd.compare_runs(first, other)
        own = found.table[found.table["run"].str.startswith(name)].drop(columns="run")
        assert own.to_dict("records") == alone.table.to_dict("records")
        assert alone.summary in found.summary
    pair = kd.compare_runs([first, second])
    assert pair.summary == kd.compare_runs(first, second).summary
    assert "run" not in pair.table


def test_names_of_a_dict_are_shown(trained, tmp_path):
    first, second, third = trained[20][0], *trained[1][:2]
    found = kd.compare_runs({"long": first, "short": second, "other seed": third})
    assert found.table["run"].unique().tolist() == ["short", "other seed"]
    assert found.summary.startswith("long (first) against short (second). ")
    pair = kd.compare_runs({"long": first, "short": second})
    alone = kd.compare_runs(first, second).summary
    assert pair.summary == f"long (first) against short (second). {alone}"
    turned = kd.compare_runs({"x": first, "y": second}, {"y": second, "x": first})
    assert set(turned.table["verdict"]) == {"same predictions"}

    page = Document("Title", "", folder=tmp_path, files="page_files")
    write_comparison(page, [first, second], stem="page", names=["long", "*short*"])
    assert escape("A: long") in str(page) and escape("B: *short*") in str(page)

    for name in ("", " ", 5, "two\nlines"):
        with pytest.raises(ArgumentType, match=r"^a: names of its runs must be texts"):
            kd.compare_runs({"long": first, name: second})
    with pytest.raises(ArgumentType, match=r"^a: names .* at most 40 characters; got 41\."):
        kd.compare_runs({"long": first, "x" * 41: second})


def test_what_cannot_be_paired_is_refused(trained, series_run):
    image = trained[1][0]
    with pytest.raises(ArgumentType, match=r"^a: must be a run, a run folder, or a list"):
        kd.compare_runs(5, image)
    with pytest.raises(ArgumentType, match=r"^b: must be a run, a run folder, or a list"):
        kd.compare_runs(image, [])
    with pytest.raises(
        ComparisonError, match=r"^b: must hold as many runs as a; got 2 beside 1\."
    ):
        kd.compare_runs(image, trained[20][:2])
    with pytest.raises(
        ComparisonError, match=r"^b: must be of one task; got forecasting beside"
    ):
        kd.compare_runs(image, series_run)
    with pytest.raises(ArgumentType, match=r"^b: must be given, unless a is a list of two"):
        kd.compare_runs([image])
    with pytest.raises(ArgumentType, match=r"^b: must be the other .* in one list"):
        kd.compare_runs(image, image, image)
    with pytest.raises(ComparisonError, match=r"^a: must be of one task"):
        kd.compare_runs([image, series_run])
    x, y = fruits(90)
    moved = {"x": x[:60], "y": y[:60], "x_test": x[50:80], "y_test": y[50:80]}
    other = kd.run_experiment("mnist-dense", data=moved, **SMALL)
    with pytest.raises(ComparisonError, match=r"^b: must be tested on the same rows"):
        kd.compare_runs(image, other)


def test_scores_that_are_the_same_have_no_difference(trained):
    accuracy = trained[1][0].task.metrics[0]
    same = Difference(accuracy, 2 / 3, 2 / 3, Interval(0.0, 0.0, 0.0))
    assert sentence(same, 1) == "Accuracy: 66.7 per cent both; no difference."
