"""R from Python: data sets, forecasts that are R's own, and what is said where R is not there."""

from __future__ import annotations

import json
import os
import signal
import subprocess

import numpy as np
import pandas as pd
import pytest

import kerasduet as kd
from kerasduet import errors
from kerasduet.forecasting.outside import forecasts_of
from kerasduet.rlang import datasets, forecasts, process
from kerasduet.testing import check_forecaster

METHODS = ("auto.arima", "ets", "snaive")
# What R gives for the same calls, as hexadecimal numbers: bits, not figures.
IN_R = """
library(forecast)
told <- function(found) lapply(
  list(forecast = found$mean, lower = found$lower, upper = found$upper),
  function(x) sprintf("%a", as.double(x))
)
methods <- list(
  auto.arima = forecast(auto.arima(AirPassengers), h = 5, level = c(80, 95)),
  ets = forecast(ets(AirPassengers), h = 5, level = c(80, 95)),
  snaive = snaive(AirPassengers, h = 5, level = c(80, 95))
)
cat(jsonlite::toJSON(lapply(methods, told)))
"""


@pytest.fixture(scope="module")
def passengers():
    return kd.rlang.dataset("AirPassengers")


@pytest.fixture(scope="module")
def in_r():
    one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        ["Rscript", "--vanilla", "-e", IN_R],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | one_thread,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("method", METHODS)
def test_the_forecasts_are_r_s_own_bits(method, passengers, in_r):
    found = kd.rlang.r_forecast(passengers, 5, method)
    expected = {
        part: np.array([float.fromhex(text) for text in in_r[method][part]])
        for part in ("forecast", "lower", "upper")
    }
    assert found["forecast"].tolist() == expected["forecast"].tolist()
    for number, level in enumerate((80, 95)):
        for side in ("lower", "upper"):
            ends = expected[side].reshape(2, 5)[number]
            assert found[f"{side}_{level}"].tolist() == ends.tolist()
    assert found["time"].tolist() == list(pd.date_range("1961-01-01", periods=5, freq="MS"))
    assert found["step"].tolist() == [1, 2, 3, 4, 5]
    assert found.attrs["method"]


def test_levels_come_in_any_order_and_a_series_in_any_form(passengers):
    table = kd.rlang.r_forecast(passengers, 3, "snaive", level=(95, 50))
    assert list(table) == [
        *("time", "step", "forecast"),
        *("lower_50", "upper_50", "lower_95", "upper_95"),
    ]
    series = passengers.set_index("time")["value"]
    for given in (series, series.to_period("M"), passengers.rename(columns={"time": "day"})):
        again = kd.rlang.r_forecast(given, 3, "snaive", level=(95, 50))
        pd.testing.assert_frame_equal(again, table)
    plain = kd.rlang.r_forecast(series.to_numpy(), 3, "snaive", level=50, season=12)
    assert plain["time"].tolist() == [145, 146, 147]
    assert plain["forecast"].tolist() == table["forecast"].tolist()


def test_the_season_follows_from_the_times():
    for name, season in (("AirPassengers", 12), ("UKgas", 4), ("lynx", 1)):
        times = pd.DatetimeIndex(kd.rlang.dataset(name)["time"])
        assert forecasts._season(times) == season
    weeks = pd.date_range("2020-01-04", periods=30, freq="W-SAT")
    assert forecasts._season(weeks) == 52
    assert forecasts._season(pd.RangeIndex(9)) == 1


def test_what_r_warns_of_is_a_warning():
    weeks = pd.Series(np.arange(120.0) % 7, pd.date_range("2020-01-04", periods=120, freq="W"))
    with pytest.warns(errors.KerasduetWarning, match="ets: .*frequency greater than 24"):
        kd.rlang.r_forecast(weeks, 2, "ets")


def test_a_series_has_real_times(passengers):
    assert passengers["time"].iloc[[0, -1]].dt.strftime("%Y-%m-%d").tolist() == [
        "1949-01-01",
        "1960-12-01",
    ]
    assert passengers["value"].iloc[[0, -1]].tolist() == [112, 432]
    gas = kd.rlang.dataset("UKgas")["time"]
    assert gas.iloc[[0, 1, -1]].dt.strftime("%Y-%m").tolist() == [
        "1960-01",
        "1960-04",
        "1986-10",
    ]
    assert kd.rlang.dataset("lynx")["time"].dt.year.tolist() == list(range(1821, 1935))
    stocks = kd.rlang.dataset("EuStockMarkets")
    assert list(stocks) == ["time", "DAX", "SMI", "CAC", "FTSE"]
    assert stocks["time"].is_monotonic_increasing and stocks["time"].is_unique
    assert str(stocks["time"].iloc[0].date()) == "1991-07-01"
    assert kd.rlang.dataset("treering")["time"].iloc[0] == -6000  # before what dates can say


def test_factors_and_missing_values_come_as_they_are():
    iris = kd.rlang.dataset("iris")
    assert iris["Species"].cat.categories.tolist() == ["setosa", "versicolor", "virginica"]
    assert iris["Species"].value_counts().tolist() == [50, 50, 50]
    assert kd.rlang.dataset("esoph")["agegp"].cat.ordered
    air = kd.rlang.dataset("airquality")
    assert air["Ozone"].isna().sum() == 37 and air["Ozone"].dtype == "Int64"
    assert air["Month"].dtype == "int64"
    assert kd.rlang.dataset("presidents")["value"].isna().sum() == 6
    assert kd.rlang.dataset("mtcars").loc["Fiat 128", "mpg"] == 32.4
    titanic = kd.rlang.dataset("Titanic")
    assert titanic["count"].sum() == 2201
    assert titanic["Class"].cat.categories.tolist() == ["1st", "2nd", "3rd", "Crew"]
    assert kd.rlang.dataset("islands").loc["Cuba", "value"] == 43


def test_columns_of_dates_and_of_gaps():
    def part(kind, values, **more):
        return datasets._column({"kind": [kind], "values": np.array(values), **more})

    assert part("date", [0.0, np.nan, 1.0]).isna().tolist() == [False, True, False]
    assert str(part("date", [1.0])[0].date()) == "1970-01-02"
    there = part("time", [0.0], zone=["Europe/Berlin"])
    assert there[0].isoformat() == "1970-01-01T01:00:00+01:00"
    flags = part("logical", [1, datasets.NO_NUMBER, 0])
    assert flags.isna().tolist() == [False, True, False] and bool(flags[0]) is True
    levels = part("factor", [2, datasets.NO_NUMBER], levels=["a", "b"])
    assert levels.tolist() == ["b", np.nan] or levels.isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("call", "kind", "told"),
    [
        (lambda: kd.rlang.dataset("irys"), errors.UnknownName, "no data set 'irys'.*iris"),
        (lambda: kd.rlang.dataset("Harman74.cor"), errors.ArgumentType, "of class list"),
        (lambda: kd.rlang.dataset(3), errors.ArgumentType, "name: must be"),
        (
            lambda: kd.rlang.dataset("MASS::Boston"),
            errors.ArgumentType,
            "Set name to 'Boston', and package to 'MASS'",
        ),
        (
            lambda: kd.rlang.dataset("iris", "no.such"),
            errors.MissingPackage,
            "install.packages",
        ),
        (lambda: kd.rlang.r_forecast([1, 2, 3], 0), errors.ArgumentRange, "horizon: "),
        (lambda: kd.rlang.r_forecast([1, 2, 3], 1, "arma"), errors.UnknownName, "method: "),
        (lambda: kd.rlang.r_forecast([1, 2], 1, level=101), errors.ArgumentRange, "level: "),
        (lambda: kd.rlang.r_forecast([1, 2], 1, season=0), errors.ArgumentRange, "season: "),
        (lambda: kd.rlang.r_forecast([1, np.nan], 1), errors.MissingValue, "row 2"),
        (lambda: kd.rlang.r_forecast([1.0], 1), errors.EmptyData, "at least 2 values"),
        (lambda: kd.rlang.r_forecast("x", 1), errors.ArgumentType, "series: must be"),
        (
            lambda: kd.rlang.r_forecast(pd.DataFrame({"a": [1, 2], "b": [1, 2]}), 1),
            errors.ArgumentType,
            "one column of numbers; got a, b",
        ),
    ],
)
def test_bad_input_is_refused_in_a_sentence(call, kind, told):
    with pytest.raises(kind, match=told) as found:
        call()
    assert "\n" not in str(found.value)


def test_a_fit_that_fails_is_told():
    with pytest.raises(errors.ForecastError, match="snaive: "):
        kd.rlang.r_forecast(np.arange(5.0), 2, "snaive", season=12)


def test_what_is_missing_is_named(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(process.importlib.util, "find_spec", lambda name: None)
        with pytest.raises(errors.MissingPackage, match="rlang: needs the package rpy2"):
            kd.rlang.dataset("iris")
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "")
        patch.delenv("R_HOME", raising=False)
        with pytest.raises(errors.MissingPackage, match="rlang: needs R; got no program R"):
            kd.rlang.dataset("iris")
        assert not process.is_ready("forecast")
    with monkeypatch.context() as patch:
        patch.setattr(process, "embedded_in_r", lambda *given: True)
        with pytest.raises(errors.ChildError, match="Python outside R; got one that R hosts"):
            kd.rlang.dataset("iris")
        with pytest.raises(errors.ChildError, match="R's forecast package itself"):
            kd.rlang.r_forecast([1, 2, 3], 1)


def test_r_that_ended_is_said_and_started_again():
    kd.rlang.dataset("women")
    os.kill(process._running._process.pid, signal.SIGKILL)
    with pytest.raises(errors.ChildError, match="R: must go on; got its end"):
        kd.rlang.dataset("women")
    assert len(kd.rlang.dataset("women")) == 15


@pytest.mark.parametrize("name", ["r_ets", "r_auto_arima"])
def test_the_methods_of_a_backtest_keep_their_promises(name):
    assert len(check_forecaster(name)) == 4


@pytest.mark.parametrize(("name", "what"), [("r_ets", "ETS"), ("r_auto_arima", "ARIMA")])
def test_a_season_that_r_s_functions_do_not_take_is_taken_out_first(name, what):
    steps, origins = np.arange(120), np.array([90, 91, 100])
    noise = np.random.default_rng(1).normal(0, 0.5, 120)
    values = 50 + 0.1 * steps + 5 * np.sin(2 * np.pi * steps / 26) + noise
    asked = {"horizon": 4, "season": 26, "levels": (80,), "origins": origins}
    found = forecasts_of(name, values, **asked)
    assert found["note"].startswith(f"R: STL +  {what}(")
    truth = values[origins[:, None] + np.arange(1, 5)]
    assert np.abs(found["forecast"] - truth).mean() < 1.5  # a wave of 5 is forecast
    later = forecasts_of(name, np.where(steps > 91, 2 * values, values), **asked)
    for part in ("forecast", "lower_80", "upper_80"):
        assert found[part][:2].tolist() == later[part][:2].tolist()
