"""What a network sees of the steps that it forecasts: the calendar, and plans of the caller's."""

from __future__ import annotations

import json
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from conftest import LINEAR, seasonal

import kerasduet as kd
from kerasduet import errors
from kerasduet.data import ahead
from kerasduet.data.ahead import calendar_columns
from kerasduet.errors import (
    ArgumentType,
    KerasduetWarning,
    MissingValue,
    TimeIndexError,
    UnknownName,
)
from kerasduet.plots import plot_data
from kerasduet.run import load_run

ROWS = 240
RANDOM = np.random.default_rng(8)
TIMES = pd.date_range("2024-01-01", periods=ROWS, freq="D", name="time")
PROMO = (RANDOM.random(ROWS) < 0.3).astype(float)
SALES = pd.DataFrame(
    {"time": TIMES, "promo": PROMO, "value": 20 + 8 * PROMO + RANDOM.normal(0, 0.1, ROWS)}
)
SMALL = LINEAR | {
    "time": "time",
    "difference": 0,
    "season": 7,
    "lookback": 6,
    "horizon": 3,
    "epochs": 60,
    "learning_rate": 0.02,
    "straddle": True,
}


def settings(**changes):
    return kd.experiment("lstm-series", **SMALL | changes)


def load(data=SALES, **changes):
    return kd.load_data(settings(**changes), data)


def test_the_calendar_lies_on_circles():
    times = pd.DatetimeIndex(["2024-01-01", "2024-07-01", "2024-12-31 18:00"])
    found = calendar_columns(times, ("hour", "weekday", "monthday", "month", "yearday"))
    assert found.shape == (3, 10)
    np.testing.assert_allclose(np.hypot(found[:, ::2], found[:, 1::2]), 1)
    turn = np.arctan2(found[:, ::2], found[:, 1::2]) / (2 * np.pi) % 1
    np.testing.assert_allclose(
        turn,
        [
            [0, 0, 0, 0, 0],
            [0, 0, 0, 0.5, 182 / 366],
            [0.75, 1 / 7, 30 / 31, 11 / 12, 365 / 366],
        ],
        atol=1e-12,
    )


def test_the_hour_is_that_of_the_zone():
    times = pd.DatetimeIndex(["2024-07-01 04:00"], tz="UTC").tz_convert("Europe/Berlin")
    assert calendar_columns(times, ("hour",)).round(6).tolist() == [[1.0, 0.0]]


@pytest.mark.parametrize(("lookback", "leads"), [(6, [3]), (2, [3, 1]), (1, [3, 2, 1])])
def test_a_window_holds_the_plans_of_all_its_steps(lookback, leads):
    loaded = load(known_future="promo", lookback=lookback)
    scaled = (PROMO - loaded.preprocessing.known_mean[0]) / loaded.preprocessing.known_scale[0]
    assert loaded.x_test.shape[1:] == (lookback, 2 + len(leads))
    for window, origin in zip(loaded.x_test, loaded.table.test_origins, strict=True):
        rows = np.arange(origin - lookback + 1, origin + 1)
        for place, lead in enumerate([0, *leads]):
            np.testing.assert_allclose(window[:, 1 + place], scaled[rows + lead], rtol=1e-5)
        seen = {int(row + lead) for row in rows for lead in leads}
        assert {int(origin) + step for step in (1, 2, 3)} <= seen


def test_training_windows_see_no_plan_behind_the_training_rows():
    changed = SALES.copy()
    loaded = load(known_future="promo")
    validation = int(loaded.table.validation_origins[0]) + 1
    changed.loc[validation:, "promo"] = 7.0
    again = load(changed, known_future="promo")
    assert (again.x_train == loaded.x_train).all()
    assert again.preprocessing.known_mean == loaded.preprocessing.known_mean
    assert not np.array_equal(again.x_test, loaded.x_test)


@pytest.fixture(scope="module", params=["direct", "recursive"])
def run(request):
    chosen = settings(known_future="promo", strategy=request.param)
    return kd.run_experiment(chosen, data=SALES, progress=False)


def filled(run, promo, steps=None):
    return run.future_frame(steps).assign(promo=promo)


def test_plans_decide_the_forecast(run):
    assert run.metrics["mae"] < 1
    assert run.metrics["naive_mae"] > 2
    found = run.forecast(future=filled(run, [0.0, 1.0, 0.0]))
    np.testing.assert_allclose(found["forecast"], [20, 28, 20], atol=1.5)
    far = run.forecast(7, future=filled(run, [0.0, 0, 0, 0, 0, 1, 0, 1, 0], 7))
    assert len(far) == 7
    np.testing.assert_allclose(far["forecast"], [20, 20, 20, 20, 20, 28, 20], atol=2)
    near = run.forecast(level=80, future=filled(run, 1.0))
    assert (near["lower_80"] < near["upper_80"]).all()
    (shown,) = plot_data(run, "future", level=80, future=filled(run, 1.0)).panels
    assert shown.frames["band_80"]["upper"].tolist()[1:] == near["upper_80"].tolist()
    with pytest.raises(ArgumentType, match="future: must hold promo at the 3 times ahead"):
        plot_data(run, "future")


def test_a_saved_run_asks_for_the_same(run, tmp_path):
    run.save(tmp_path / "run")
    again = load_run(tmp_path / "run")
    future = filled(run, [1.0, 0.0, 1.0])
    pd.testing.assert_frame_equal(again.future_frame(4), run.future_frame(4))
    pd.testing.assert_frame_equal(
        again.forecast(future=future), run.forecast(future=future), check_exact=True
    )


def test_the_empty_table_has_the_times_ahead(run):
    table = run.future_frame()
    assert table.columns.tolist() == ["time", "promo"]
    assert table["promo"].isna().all()
    assert table["time"].tolist() == pd.date_range("2024-08-28", periods=3).tolist()
    assert len(run.future_frame(4)) == 6


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        (
            lambda _: None,
            ArgumentType,
            "future: must hold promo at the 3 times ahead; got none. Fill the table that "
            "future_frame() gives.",
        ),
        (
            lambda table: table.drop(columns="promo"),
            UnknownName,
            "future: must have one column promo; got time. Fill the table that future_frame() "
            "gives.",
        ),
        (
            lambda table: table.iloc[[0]],
            TimeIndexError,
            "future: must have a row for each of the 3 times ahead; got none for 2024-08-29, "
            "2024-08-30. Fill the table that future_frame() gives.",
        ),
        (
            lambda table: table.assign(promo=[1, np.nan, 0]),
            MissingValue,
            "future: promo must have a value at each time ahead; got none at 2024-08-29. Fill it "
            "in.",
        ),
        (
            lambda table: pd.concat([table, table]),
            TimeIndexError,
            "future: times must not repeat; got 2024-08-28 twice.",
        ),
        (
            lambda table: table.assign(promo=["a", "1", "0"]),
            ArgumentType,
            "future: promo: must be numbers; got 'a' in row 1.",
        ),
        (
            lambda table: table.assign(time=["soon", "2024-08-29", "2024-08-30"]),
            TimeIndexError,
            "future: time: must be times such as 2024-01-31; got 'soon' in row 1.",
        ),
    ],
)
def test_a_table_that_lacks_something_is_refused(run, change, error, text):
    with pytest.raises(error) as raised:
        run.forecast(future=change(filled(run, 1.0)))
    assert str(raised.value) == text


def test_steps_that_are_rounded_up_are_told(run):
    with pytest.raises(
        TimeIndexError, match=r"the 6 times ahead \(4 steps, rounded up to whole"
    ):
        run.forecast(4, future=filled(run, 1.0, 4)[:4])


def test_rows_come_in_any_order_and_more_of_them(run):
    table = filled(run, [1.0, 0, 1, 5, 5, 5], 6)
    told = r"^future: 3 rows after 2024-08-30, .* are not used\. Ask for 6 steps to"
    with pytest.warns(KerasduetWarning, match=told):
        found = run.forecast(future=table.iloc[::-1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        asked = run.forecast(3, future=table)
    pd.testing.assert_frame_equal(found, asked, check_exact=True)
    pd.testing.assert_frame_equal(found, run.forecast(future=table[:3]), check_exact=True)
    by_index = run.forecast(future=table[:3].set_index("time"))
    pd.testing.assert_frame_equal(found, by_index, check_exact=True)


def test_another_series_is_refused(run):
    with pytest.raises(ArgumentType, match=r"^x: another series has to come without promo"):
        run.predict(SALES)


def test_the_calendar_alone_forecasts_a_week():
    weekly = pd.DataFrame({"time": TIMES, "value": 5.0 + (TIMES.day_of_week == 6) * 4.0})
    chosen = settings(calendar=["weekday"], own_past=False, lookback=2)
    done = kd.run_experiment(chosen, data=weekly, progress=False)
    found = done.forecast(14)
    assert len(found) == 14
    # One sine and cosine a week: the first harmonic, which peaks on Sundays.
    assert found["forecast"].nlargest(2).index.tolist() in ([4, 11], [11, 4])
    later = weekly.iloc[:-3]
    assert done.predict(later)["time"].tolist() == weekly["time"].tail(3).tolist()
    assert done.predict(later)["forecast"].notna().all()
    with pytest.raises(ArgumentType, match=r"^future: is for columns known ahead"):
        done.forecast(future=weekly)
    with pytest.raises(ArgumentType, match=r"^future_frame: needs a run with columns known"):
        done.future_frame()


def test_windows_that_end_in_a_gap_see_the_plans_too():
    gaps = SALES.assign(value=SALES["value"].where(~SALES.index.isin([225, 226])))
    loaded = load(gaps, known_future="promo", missing="interpolate")
    whole = load(known_future="promo")
    assert (loaded.x_test[..., 1:] == whole.x_test[..., 1:]).all()
    assert not np.array_equal(loaded.x_test[..., 0], whole.x_test[..., 0])


def test_times_without_dates_have_no_calendar():
    with pytest.raises(ArgumentType) as raised:
        load(SALES[["value"]], time=None, calendar=["month"])
    assert str(raised.value) == (
        "calendar: needs a column of dates; got 'month', and times that are numbers. Set time "
        "to the name of that column, or leave calendar out."
    )


def test_the_target_is_no_plan():
    with pytest.raises(ArgumentType, match=r"^known_future: must name other columns than"):
        settings(known_future=["value"])
    assert load(target=None, known_future="promo").preprocessing.target == "value"


def test_experiments_of_earlier_versions_see_nothing_ahead():
    values = kd.experiment("lstm-co2").face()
    assert not values.pop("known_future")
    assert not values.pop("calendar")
    assert kd.Experiment.from_json(json.dumps(values)) == kd.experiment("lstm-co2")


# ---- holidays


def test_holidays_are_those_of_their_country():
    pytest.importorskip("holidays")
    days = pd.date_range("2024-12-24", periods=4, tz="Europe/Berlin")
    found = ahead.holiday_columns(days, ("DE", "US"))
    assert found.tolist() == [[0, 0], [1, 1], [1, 0], [0, 0]]
    three_kings = pd.DatetimeIndex(["2025-01-06 09:00"])
    assert ahead.holiday_columns(three_kings, ("DE", "DE-BY")).tolist() == [[0, 1]]


def test_a_forecaster_knows_holidays_ahead_of_time(tmp_path):
    pytest.importorskip("holidays")
    days = pd.date_range("2023-09-01", periods=120)
    data = pd.DataFrame({"time": days, "value": seasonal(120).to_numpy()})
    settings = LINEAR | {"epochs": 1, "holidays": ["DE", "DE-BY"]}
    run = kd.run_experiment("lstm-series", data=data, progress=False, **settings)
    assert run.model.input_shape[-1] == 1 + 2 * 2
    assert run.provenance["versions"]["holidays"]
    loaded = kd.load_run(run.save(tmp_path / "run"))
    pd.testing.assert_frame_equal(loaded.forecast(), run.forecast())


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ("XX", errors.UnknownName, "got 'XX'. Write their codes, such as \"DE\""),
        ("DE-XX", errors.UnknownName, "must name countries that the package holidays knows"),
    ],
)
def test_countries_that_no_package_knows_are_refused(given, error, text):
    pytest.importorskip("holidays")
    with pytest.raises(error, match=text):
        ahead.holiday_columns(pd.date_range("2024-01-01", periods=2), (given,))


def test_holidays_need_dates_and_their_package(monkeypatch):
    with pytest.raises(errors.ArgumentType, match="holidays: needs a column of dates"):
        ahead.holiday_columns(pd.RangeIndex(3), ("DE",))
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(errors.MissingPackage, match=r'Run: pip install "holidays>=0\.50"'):
        ahead.holiday_columns(pd.date_range("2024-01-01", periods=2), ("DE",))
