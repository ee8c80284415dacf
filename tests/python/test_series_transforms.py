"""Transforms of the target: learned on training rows, undone before anything is said of it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import LINEAR
from scipy import stats

import kerasduet as kd
from kerasduet.data import transforms
from kerasduet.errors import RunFolderError, ScaleError
from kerasduet.run import load_run
from kerasduet.runs.storage import sealed

SMALL = LINEAR | {"difference": 0, "epochs": 1}
STEPS = np.arange(160)
NOISE = np.random.default_rng(4).normal(0, 0.05, len(STEPS))
PRICES = pd.DataFrame(
    {
        "time": pd.date_range("2024-01-01", periods=len(STEPS), freq="D"),
        "value": np.exp(2 + 0.01 * STEPS + NOISE),
        "volume": 5 + np.sin(STEPS),
    }
)


def load(data=PRICES, **changes):
    return kd.load_data(
        kd.experiment("lstm-series", **SMALL | {"time": "time"} | changes), data
    )


def windows(loaded, values, lag):
    """Scale transformed values by hand: inputs and targets of the test windows."""
    learned, series = loaded.preprocessing, loaded.table
    steps = values[lag:] - values[: len(values) - lag] if lag else values
    scaled = np.r_[np.zeros(lag), (steps - learned.mean[-1]) / learned.scale[-1]]
    ahead = series.test_origins[:, None] + np.arange(1, learned.horizon + 1)
    past = series.test_origins[:, None] + np.arange(1 - learned.lookback, 1)
    return scaled[past], scaled[ahead]


@pytest.mark.parametrize(
    ("transform", "difference", "lag"),
    [
        ("log", 0, 0),
        ("log", 7, 7),
        ("log-returns", 0, 1),
        ("log-returns", 5, 5),
        ("box-cox", 0, 0),
    ],
)
def test_the_network_sees_the_transformed_target(transform, difference, lag):
    loaded = load(transform=transform, difference=difference)
    seen = np.log(PRICES["value"].to_numpy())
    if transform == "box-cox":
        seen = stats.boxcox(PRICES["value"].to_numpy(), loaded.preprocessing.power)
    inputs, targets = windows(loaded, seen, lag)
    np.testing.assert_allclose(loaded.x_test[..., 0], inputs, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(loaded.y_test, targets, rtol=1e-4, atol=1e-5)
    training = loaded.preprocessing
    assert training.lag == lag
    assert training.difference == difference


@pytest.mark.parametrize("transform", ["log", "log-returns", "box-cox"])
def test_a_perfect_network_scores_nothing_in_the_target_s_units(transform):
    from kerasduet.tasks.forecasting import scores

    loaded = load(transform=transform)
    table = scores.table(loaded, loaded.y_test)
    np.testing.assert_allclose(table["forecast"], table["truth"], rtol=1e-5)
    assert table["truth"].iloc[-1] == PRICES["value"].iloc[-1]
    plain = scores.table(load(), loaded.y_test)
    same = ["naive", "drift", "truth"] if transform != "log-returns" else ["truth"]
    for name in same:
        assert table[name].tail(3).tolist() == plain[name].tail(3).tolist()


@pytest.mark.parametrize("difference", [0, 7])
def test_min_max_spans_the_training_rows_alone(difference):
    loaded = load(scaling="min-max", difference=difference, features=["value", "volume"])
    learned = loaded.preprocessing
    values = PRICES[["value", "volume", "value"]].to_numpy()
    steps = values[difference:] - values[: len(values) - difference] if difference else values
    steps = steps[: len(loaded.x_train) + learned.lookback + learned.horizon - 1]
    np.testing.assert_allclose(learned.mean, steps.min(axis=0))
    np.testing.assert_allclose(learned.scale, np.ptp(steps, axis=0))
    inputs, targets = windows(loaded, values[:, -1], difference)
    np.testing.assert_allclose(loaded.x_test[..., 0], inputs, atol=1e-6)
    np.testing.assert_allclose(loaded.y_test, targets, atol=1e-6)


def test_features_are_not_transformed():
    loaded = load(transform="log", features=["volume"])
    plain = load(features=["volume"])
    assert (loaded.x_test[..., 0] == plain.x_test[..., 0]).all()
    assert (loaded.x_test[..., 1] != plain.x_test[..., 1]).all()


def test_the_power_is_the_likeliest_of_the_training_rows():
    loaded = load(transform="box-cox")
    validation = int(loaded.table.validation_origins[0]) + 1
    training = PRICES["value"].to_numpy()[:validation]
    assert loaded.preprocessing.power == pytest.approx(
        stats.boxcox_normmax(training, method="mle"), abs=0.02
    )
    later = PRICES.assign(value=PRICES["value"].where(validation > STEPS, 1e5))
    assert load(later, transform="box-cox").preprocessing.power == loaded.preprocessing.power
    unit = PRICES.assign(value=1e9 * PRICES["value"])
    assert load(unit, transform="box-cox").preprocessing.power == pytest.approx(
        loaded.preprocessing.power, abs=1e-4
    )


@pytest.mark.parametrize("power", [-1.0, -0.3, 0.0, 1e-9, 0.5, 1.0, 2.0])
def test_there_and_back(power):
    values = np.array([1e-3, 0.5, 1.0, 2.0, 1e4])
    there = transforms.forth(values, "box-cox", power)
    np.testing.assert_allclose(there, stats.boxcox(values, 0 if abs(power) < 1e-6 else power))
    np.testing.assert_allclose(transforms.back(there, "box-cox", power), values, rtol=1e-6)


@pytest.mark.parametrize(("bad", "row"), [(0.0, 3), (-2.5, 160)])
def test_a_value_without_a_logarithm_is_refused_by_row(bad, row):
    data = PRICES.assign(value=PRICES["value"].where(row - 1 != STEPS, bad))
    with pytest.raises(ScaleError) as raised:
        load(data, transform="log-returns")
    assert str(raised.value) == (
        f'value: must be above 0 for transform = "log-returns"; got {bad:g} in row {row}. Fix '
        'that value, or set transform = "none".'
    )
    load(data)


def test_a_value_without_a_logarithm_is_refused_by_line(tmp_path):
    PRICES.assign(value=PRICES["value"].where(STEPS != 9, 0)).to_csv(
        tmp_path / "p.csv", index=False
    )
    chosen = kd.experiment("lstm-series", **SMALL, transform="log", path=tmp_path / "p.csv")
    with pytest.raises(ScaleError, match=r"^value: must be above 0 .* in line 11\."):
        kd.load_data(chosen)


@pytest.fixture(scope="module")
def run():
    chosen = kd.experiment(
        "lstm-series", **SMALL | {"time": "time", "transform": "log-returns"}
    )
    return kd.run_experiment(chosen, data=PRICES, progress=False)


def test_a_run_forecasts_in_the_target_s_units(run, tmp_path):
    found = run.forecast(8, level=None)
    assert (found["forecast"] > 0).all()
    assert found["forecast"].between(20, 80).all()
    near = run.forecast(level=80)
    assert (near["lower_80"] < near["forecast"]).all()
    run.save(tmp_path / "run")
    pd.testing.assert_frame_equal(
        load_run(tmp_path / "run").forecast(8), found, check_exact=True
    )
    bad = PRICES.assign(value=PRICES["value"].where(STEPS != 5, -1))
    with pytest.raises(ScaleError, match=r"^value: must be above 0 .* in row 6\."):
        run.predict(bad)
    assert run.predict(PRICES)["forecast"].tolist() == found["forecast"].tolist()[:3]


def test_a_forecast_is_the_last_value_times_the_exponents_of_the_returns(run):
    learned = run.preprocessing
    outputs = np.full((1, 3), 0.5, np.float32)
    rate = 0.5 * learned.scale[-1] + learned.mean[-1]
    found = learned.restore(outputs, np.array([[10.0, 20.0]]))
    np.testing.assert_allclose(found, 20 * np.exp(rate * np.arange(1, 4))[None], rtol=1e-12)


def test_a_folder_changed_by_hand_is_refused(run, tmp_path):
    run.save(tmp_path / "run")
    for changes in ({"power": 0.5}, {"transform": "log"}, {"transform": "box-cox"}):
        learned = replace(run.preprocessing, **changes)
        other = replace_learned(tmp_path / "run", learned)
        with pytest.raises(RunFolderError):
            load_run(other)


def replace_learned(folder, learned):
    import shutil

    other = folder.parent / f"{learned.transform}-{learned.power}"
    shutil.copytree(folder, other)
    (other / "preprocessing.json").write_text(sealed(learned.to_dict()), "utf-8")
    return other


def test_experiments_of_earlier_versions_have_no_transform():
    values = kd.experiment("lstm-co2").face()
    assert values.pop("transform") == "none"
    again = kd.Experiment.from_json(json.dumps(values))
    assert again == kd.experiment("lstm-co2")
