"""Missing values: filled from what was known at the time, marked, and never scored."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import linear

import kerasduet as kd
from kerasduet.errors import MissingValue
from kerasduet.plots import plot_run
from kerasduet.registry import TASKS
from kerasduet.run import load_run
from kerasduet.tasks.forecasting.measures import gain, series_cases, series_measures
from kerasduet.tasks.forecasting.scores import known_truth
from kerasduet.training import predict_outputs

SMALL = {
    "dataset": "series",
    "path": None,
    "time": None,
    "frequency": None,
    "target": "load",
    "missing": "interpolate",
    "season": 4,
    "difference": 2,
    "straddle": True,
    "lookback": 3,
    "horizon": 2,
    "validation_split": 0.2,
    "test_split": 0.25,
    "model": linear,
    "epochs": 1,
    "early_stopping": None,
}
VALIDATION, TEST = 48, 60  # where these begin, of 80 rows
GAPS = {"load": [5, 6, 30, 46, 47, 48, 55, 63, 64, 70], "wind": [5, 20, 47, 66]}


def experiment(**changes):
    return kd.experiment("lstm-co2", **SMALL | changes)


def table(seed=0):
    random = np.random.default_rng(seed)
    rows = np.arange(80)
    load = np.sin(rows / 3) + random.normal(size=80) / 5
    frame = pd.DataFrame({"load": load, "wind": random.normal(size=80)})
    for name, gaps in GAPS.items():
        frame.loc[gaps, name] = np.nan
    return frame


def changed_from(row):
    """Change every known value from a row on, and which ones are missing."""
    frame = table()
    frame.iloc[row:] = frame.iloc[row:] * -3 + 10
    frame.loc[[min(row + 5, 78)], "load"] = np.nan
    return frame


def run(data, **changes):
    return kd.run_experiment(experiment(**changes), data=data, progress=False)


@pytest.fixture(scope="module")
def trained():
    return run(table(), features="wind")


def forecasts(run, data):
    """Lay a network's outputs for other data beside their truth."""
    outputs = predict_outputs(run.model, run.preprocessing, data.test.inputs)
    return TASKS["forecasting"].table(data, outputs)


def test_rows_after_the_training_part_move_no_bit_of_the_weights(trained):
    assert {VALIDATION - 1, VALIDATION} < set(GAPS["load"])  # a gap across the split
    assert len(trained.dataset.x_train) == VALIDATION - 2 - 3 - 2 + 1
    other = run(changed_from(VALIDATION), features="wind")
    assert other.digests["weights"] == trained.digests["weights"]
    assert other.preprocessing.mean == trained.preprocessing.mean
    assert other.preprocessing.scale == trained.preprocessing.scale
    assert other.preprocessing.mase_scale == trained.preprocessing.mase_scale
    assert other.digests["predictions"] != trained.digests["predictions"]
    before = run(changed_from(VALIDATION - 4), features="wind")
    assert before.digests["weights"] != trained.digests["weights"]


def test_rows_after_the_validation_part_do_not_decide_when_training_stops():
    settings = {"features": "wind", "early_stopping": 1, "epochs": 3}
    first = run(table(), **settings)
    assert first.dataset.table.test_origins[0] == TEST - 1
    other = run(changed_from(TEST), **settings)
    assert other.digests["history"] == first.digests["history"]
    assert other.digests["weights"] == first.digests["weights"]


@pytest.mark.parametrize("difference", [0, 2])
@pytest.mark.parametrize("row", range(60, 76))
def test_no_row_after_an_origin_decides_what_was_seen_at_it(trained, row, difference):
    chosen = experiment(features="wind", difference=difference)
    first, other = (kd.load_data(chosen, frame) for frame in (table(), changed_from(row)))
    known = first.table.test_origins < row
    assert known.any()
    np.testing.assert_array_equal(first.x_test[known], other.x_test[known])
    held = first.table.validation_origins
    assert (held < row).all()
    np.testing.assert_array_equal(first.x_validation, other.x_validation)
    if difference == 0:
        return
    # Of one network: that no such row moves a weight is tried above.
    tables = [forecasts(trained, data) for data in (first, other)]
    one, two = (found[(found["origin"] <= row) & (found["step"] == 1)] for found in tables)
    baselines = ["forecast", "naive", "seasonal_naive", "drift", "seasonal_drift"]
    pd.testing.assert_frame_equal(one[baselines], two[baselines], check_exact=True)


def test_a_window_that_ends_within_a_gap_carries_the_last_known_value(trained):
    loaded = kd.load_data(experiment(difference=0), table()[["load"]])
    learned, values = loaded.preprocessing, table()["load"]
    window = list(loaded.table.test_origins).index(64)  # 63 and 64 are missing
    seen = loaded.x_test[window, :, 0] * learned.scale[0] + learned.mean[0]
    np.testing.assert_allclose(seen, [values[62]] * 3, rtol=1e-6)
    window = list(loaded.table.test_origins).index(65)
    seen = loaded.x_test[window, :, 0] * learned.scale[0] + learned.mean[0]
    line = np.linspace(values[62], values[65], 4)[1:]
    np.testing.assert_allclose(seen, line, rtol=1e-6)
    found = trained.predictions()
    at_gap = found[found["origin"] == 65]  # rows count from 1
    assert (at_gap["naive"] == values[62]).all()
    assert at_gap["seasonal_naive"].tolist() == [values[61], values[62]]
    assert at_gap["drift"].tolist() == pytest.approx(
        [values[62] + step * (values[62] - values[0]) / 64 for step in (1, 2)]
    )


def test_filled_truths_are_marked_and_not_scored(trained):
    found = trained.predictions()
    assert found.columns[:5].tolist() == ["origin", "time", "step", "truth", "filled"]
    assert found["filled"].dtype == bool
    missing = found["time"].isin(np.array(GAPS["load"]) + 1)
    assert found["filled"].tolist() == missing.tolist()
    assert 0 < missing.sum() < len(found)
    known = found[~missing]
    assert trained.metrics["mae"] == np.abs(known["truth"] - known["forecast"]).mean()
    assert trained.metrics["naive_mae"] == np.abs(known["truth"] - known["naive"]).mean()


def test_validation_windows_with_filled_truths_are_left_out():
    loaded = kd.load_data(experiment(), table()[["load"]])
    ahead = loaded.table.validation_origins[:, None] + [1, 2]
    assert not np.isin(ahead, GAPS["load"]).any()
    assert loaded.sizes["validation"] == len(ahead) < 11
    # Where every window has one, all of them count.
    every = table()[["load"]]
    every.iloc[41:79:2] = np.nan
    assert kd.load_data(experiment(), every).sizes["validation"] == 11


def test_the_report_scores_what_the_metrics_score(trained, tmp_path):
    measures = series_measures(trained)
    for name, prefix in {"forecast": "", "naive": "naive_", "drift": "drift_"}.items():
        for measure in ("mae", "rmse", "smape", "mase"):
            wanted = trained.metrics[prefix + measure]
            assert measures[name][measure].value == pytest.approx(wanted, rel=1e-12)
    best, better = gain(trained)
    wanted = trained.metrics[f"{best}_mae"] - trained.metrics["mae"]
    assert better.value == pytest.approx(wanted, rel=1e-9)
    assert series_cases(trained.table, trained.preprocessing, "forecast").shape[1] == 4
    for kind in ("forecast", "horizon", "overview"):
        plot_run(trained, kind=kind)
    page = kd.render_report(trained, tmp_path / "report.html")
    assert "in the column" not in page
    assert (tmp_path / "report.html").stat().st_size > 10_000


def test_saved_and_loaded_the_marks_are_the_same(trained, tmp_path):
    trained.save(tmp_path / "run")
    again = load_run(tmp_path / "run")
    pd.testing.assert_frame_equal(again.predictions(), trained.predictions(), check_exact=True)
    earlier = trained.predictions().drop(columns="filled")
    assert known_truth(earlier).all()


@pytest.mark.parametrize(
    ("gaps", "note"),
    [
        (
            {"load": [3, 4, 9], "wind": [3, 12]},
            "Values were missing in 4 of 80 rows (2 in wind, 3 in load) and were filled, each "
            "from what was known by then.",
        ),
        (
            {"wind": [7]},
            "1 of 80 values in the column wind was missing and was filled, each from what was "
            "known by then.",
        ),
        ({}, ""),
    ],
)
def test_counts_are_counts(gaps, note):
    frame = pd.DataFrame({"load": np.sin(np.arange(80.0)), "wind": np.cos(np.arange(80.0))})
    for name, rows in gaps.items():
        frame.loc[rows, name] = np.nan
    assert kd.load_data(experiment(features="wind", season=6), frame).source.note == note


@pytest.mark.parametrize(
    ("column", "rows", "text"),
    [
        (
            "load",
            [0, 1],
            "load: must begin with a value, as a gap is filled from what came before; got none up "
            "to row 2. Drop the rows up to there, or fill them.",
        ),
        (
            "load",
            [78, 79],
            "load: must end with a value, as a forecast starts there; got none after row 78. Drop "
            "the rows after it, or fill them.",
        ),
        (
            "wind",
            range(80),
            "wind: must hold values; got missing ones alone. Name another column.",
        ),
    ],
)
def test_ends_without_a_value_are_told_what_to_do(column, rows, text):
    frame = pd.DataFrame({"load": np.sin(np.arange(80.0)), "wind": np.cos(np.arange(80.0))})
    frame.loc[list(rows), column] = np.nan
    with pytest.raises(MissingValue) as raised:
        kd.load_data(experiment(features="wind"), frame)
    assert str(raised.value) == text


def test_new_data_are_filled_the_same_way(trained):
    frame = table(seed=1)
    frame.loc[[78, 79], "wind"] = np.nan  # an input may end late, the target may not
    by_hand = frame.interpolate(limit_area="inside").ffill()
    pd.testing.assert_frame_equal(
        trained.predict(frame), trained.predict(by_hand), check_exact=True
    )


def test_values_that_were_missing_are_other_data_than_values_that_were_not():
    frame = table()[["load"]]
    whole = frame.interpolate()
    chosen = experiment()
    marked, filled = (kd.load_data(chosen, data).source.sha256 for data in (frame, whole))
    assert marked != filled
    strict = experiment(missing="error")
    assert kd.load_data(strict, whole).source.sha256 == filled
