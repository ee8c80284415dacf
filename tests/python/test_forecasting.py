"""Windows, baselines and error measures against formulas written out by hand."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerasduet.data.times import following
from kerasduet.forecasting import baselines, metrics
from kerasduet.forecasting.windows import Windows, window_origins
from kerasduet.lead import Lead
from kerasduet.registry import TASKS
from kerasduet.report.intervals import ratio
from kerasduet.tasks.classification.scores import class_metrics
from kerasduet.tasks.forecasting import measures
from kerasduet.tasks.forecasting.scores import best_baseline
from kerasduet.tasks.leads import difference

some_cases = settings(max_examples=200, deadline=None, derandomize=True, database=None)
small = st.integers(1, 9)
SERIES = np.array([3.0, 5, 4, 8, 6, 7, 9, 2, 1, 5])


@some_cases
@given(start=st.integers(0, 20), rows=st.integers(0, 30), lookback=small, horizon=small)
def test_origins_are_all_those_whose_window_fits(start, rows, lookback, horizon):
    stop = start + rows
    found = window_origins(start, stop, lookback=lookback, horizon=horizon)
    fits = [
        row
        for row in range(-50, 80)
        if row - lookback + 1 >= start and row + horizon <= stop - 1
    ]
    assert found.tolist() == fits


@some_cases
@given(start=st.integers(0, 20), rows=st.integers(0, 30), lookback=small, horizon=small)
def test_straddling_origins_have_their_targets_inside(start, rows, lookback, horizon):
    stop = start + rows
    found = window_origins(start, stop, lookback=lookback, horizon=horizon, straddle=True)
    fits = [
        row
        for row in range(-50, 80)
        if row - lookback + 1 >= 0 and row + 1 >= start and row + horizon <= stop - 1
    ]
    assert found.tolist() == fits


def test_windows_hold_the_rows_up_to_their_origin():
    series = np.column_stack([np.arange(6.0), np.arange(6.0) * 10])
    origins = np.array([1, 3])
    x = Windows(series, origins - 1, 2)
    assert np.asarray(x).tolist() == [[[0, 0], [1, 10]], [[2, 20], [3, 30]]]
    assert x.take(np.array([1, 1])).tolist() == [[[2, 20], [3, 30]]] * 2
    assert (len(x), x.shape, x.dtype) == (2, (2, 2, 2), np.float64)
    assert np.asarray(Windows(series[:, 0], origins + 1, 2)).tolist() == [[2, 3], [4, 5]]


def test_windows_one_after_the_other_are_a_view_that_cannot_be_written_to():
    series = np.arange(9.0)
    every = np.asarray(Windows(series, np.arange(2, 6), 3))
    assert np.shares_memory(every, series)
    assert every.tolist() == [[2, 3, 4], [3, 4, 5], [4, 5, 6], [5, 6, 7]]
    with pytest.raises(ValueError, match="read-only"):
        every[0, 0] = 1


def test_changed_windows_are_given_instead():
    instead = np.array([[7.0, 7], [8, 8]])
    windows = Windows(np.arange(9.0), np.arange(5), 2, np.array([1, 3]), instead)
    assert np.asarray(windows).tolist() == [[0, 1], [7, 7], [2, 3], [8, 8], [4, 5]]
    assert windows.take(np.array([4, 3, 0, 3])).tolist() == [[4, 5], [8, 8], [0, 1], [8, 8]]


def test_naive_repeats_the_last_value():
    forecast = baselines.naive(SERIES, np.array([0, 6]), horizon=3)
    assert forecast.tolist() == [[3, 3, 3], [9, 9, 9]]


def test_seasonal_naive_repeats_the_last_season():
    forecast = baselines.seasonal_naive(SERIES, np.array([4]), horizon=7, season=3)
    assert forecast.tolist() == [[4, 8, 6, 4, 8, 6, 4]]


def test_seasonal_naive_before_a_whole_season_is_known_repeats_the_last_value():
    forecast = baselines.seasonal_naive(SERIES, np.array([1, 2]), horizon=2, season=3)
    assert forecast.tolist() == [[5, 5], [3, 5]]


def test_drift_extends_the_line_through_first_and_last():
    forecast = baselines.drift(SERIES, np.array([4]), horizon=2, first=SERIES[0])
    assert forecast.tolist() == [[6 + 3 / 4, 6 + 6 / 4]]
    assert baselines.drift(SERIES, np.array([0]), horizon=2, first=3.0).tolist() == [[3, 3]]


def test_seasonal_drift_adds_the_change_of_the_last_season_once_a_season():
    forecast = baselines.seasonal_drift(SERIES, np.array([4]), horizon=7, season=3)
    assert forecast.tolist() == [[5, 9, 7, 6, 10, 8, 7]]


def test_seasonal_drift_without_a_change_of_a_season_is_seasonal_naive():
    origins = np.array([0, 2, 3])
    forecast = baselines.seasonal_drift(SERIES, origins, horizon=2, season=3)
    # No season, a season, and a season and the value before it.
    assert forecast.tolist() == [[3, 3], [3, 5], [5 + 5, 4 + 5]]
    # The last step of a series is no season.
    every = np.arange(10)
    np.testing.assert_array_equal(
        baselines.seasonal_drift(SERIES, every, horizon=3, season=1),
        baselines.naive(SERIES, every, horizon=3),
    )


@some_cases
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(4, 60),
    horizon=st.integers(1, 20),
    season=st.integers(1, 12),
)
def test_baselines_against_their_formulas(seed, rows, horizon, season):
    values = np.random.default_rng(seed).normal(size=rows)
    for origin in range(rows):
        at = np.array([origin])
        drift = baselines.drift(values, at, horizon=horizon, first=values[0])[0]
        settings = {"horizon": horizon, "season": season}
        seasonal = baselines.seasonal_naive(values, at, **settings)[0]
        both = baselines.seasonal_drift(values, at, **settings)[0]
        for step in range(1, horizon + 1):
            if origin:
                slope = (values[origin] - values[0]) / origin
                assert drift[step - 1] == pytest.approx(values[origin] + step * slope)
            if origin >= season - 1:
                # y[T + h - m (k + 1)], k the whole seasons in h - 1.
                whole = (step - 1) // season
                repeated = values[origin + step - season * (whole + 1)]
                assert seasonal[step - 1] == repeated
            if origin >= season > 1:
                change = values[origin] - values[origin - season]
                assert both[step - 1] == pytest.approx(repeated + (whole + 1) * change)


@some_cases
@given(seed=st.integers(0, 2**32 - 1), cut=st.integers(0, 30), horizon=st.integers(1, 9))
def test_the_end_of_a_series_is_enough_for_its_baselines(seed, cut, horizon):
    values = np.random.default_rng(seed).normal(size=40)
    whole = baselines.drift(values, np.array([39]), horizon=horizon, first=values[0])
    tail = values[cut:]
    part = baselines.drift(
        tail, np.array([len(tail) - 1]), horizon=horizon, first=values[0], rows_before=cut
    )
    np.testing.assert_allclose(part, whole, rtol=1e-12)


def test_measures_of_a_known_forecast():
    truth, forecast = np.array([2.0, -1.0, 4.0, 0.0]), np.array([1.0, 1.0, 4.0, 0.0])
    assert metrics.mae(truth, forecast) == 0.75
    assert metrics.rmse(truth, forecast) == math.sqrt(5 / 4)
    assert metrics.smape(truth, forecast) == pytest.approx(200 * (1 / 3 + 1 + 0 + 0) / 4)
    assert metrics.mase(truth, forecast, scale=1.5) == 0.5
    assert metrics.seasonal_scale(SERIES, season=3) == pytest.approx(
        np.mean([abs(SERIES[i] - SERIES[i - 3]) for i in range(3, 10)])
    )


def test_measures_at_their_edges():
    same = np.array([1.0, 2.0])
    assert metrics.mae(same, same) == metrics.rmse(same, same) == metrics.smape(same, same) == 0
    assert metrics.smape(np.zeros(3), np.zeros(3)) == 0
    assert metrics.smape(np.ones(3), -np.ones(3)) == 200
    assert math.isnan(metrics.mase(same, same, scale=0.0))
    # Without a whole season the scale is that of the naive forecast.
    assert metrics.seasonal_scale(np.array([1.0, 4.0]), season=5) == 3.0


@some_cases
@given(st.integers(0, 2**32 - 1), st.floats(1e-3, 1e3))
def test_measures_scale_as_they_should(seed, factor):
    random = np.random.default_rng(seed)
    truth, forecast = random.normal(size=20), random.normal(size=20)
    assert metrics.mae(truth * factor, forecast * factor) == pytest.approx(
        factor * metrics.mae(truth, forecast)
    )
    assert metrics.rmse(truth, forecast) >= metrics.mae(truth, forecast)
    assert metrics.smape(truth * factor, forecast * factor) == pytest.approx(
        metrics.smape(truth, forecast)
    )


def test_mase_of_seasonal_naive_on_its_own_series_is_one():
    values = np.random.default_rng(1).normal(size=100)
    scale = metrics.seasonal_scale(values, season=7)
    assert metrics.mase(values[7:], values[:-7], scale=scale) == pytest.approx(1)


def scores(mae, **baselines_mae):
    named = {f"{name}_mae": value for name, value in baselines_mae.items()}
    return {"mae": mae} | named


def test_verdict_says_whether_the_best_baseline_is_beaten():
    rivals = {"naive": 3.0, "seasonal_naive": 2.0, "drift": 2.5}
    assert best_baseline(scores(1, **rivals)) == "seasonal_naive"
    assert TASKS["forecasting"].verdict(scores(1.5, **rivals)) == (
        "Test MAE 1.500; the best baseline, seasonal naive, has 2.000: 25 % less."
    )
    close = TASKS["forecasting"].verdict(scores(1.999, **rivals))
    assert close.endswith("seasonal naive, has 2.000: under 1 % less.")
    hard = scores(1.5, **rivals, seasonal_drift=1.4)
    assert (
        TASKS["forecasting"]
        .verdict(hard)
        .endswith(
            "the best baseline, seasonal drift, has 1.400. The network does not beat the "
            "seasonal drift forecast."
        )
    )
    assert TASKS["forecasting"].diverged(scores(math.nan, **rivals))
    assert not TASKS["forecasting"].diverged(hard)
    for mae in (2.0, 2.5):
        assert (
            TASKS["forecasting"]
            .verdict(scores(mae, **rivals))
            .endswith(
                "the best baseline, seasonal naive, has 2.000. The network does not beat the "
                "seasonal naive forecast."
            )
        )


def test_a_lead_is_clear_only_where_its_interval_does_not_hold_0():
    verdict = "Test MAE 1.5; the best baseline, drift, has 2: 25 % less."
    assert Lead(0.5, 0.2, 0.8, 60, "windows").within(verdict) == (
        "Test MAE 1.5; the best baseline, drift, has 2: 25 % less (difference 0.50, 95 % "
        "interval 0.20 to 0.80 over 60 test windows)."
    )
    unsure = Lead(0.5, -0.2, 1.2, 15, "windows", apart=8).within(verdict)
    assert unsure.endswith(
        "25 % less, but the network is not clearly better (difference 0.5, rough 95 % interval "
        "-0.2 to 1.2 over 15 test windows, 8 of them apart)."
    )
    lost = Lead(-0.5, -1.2, 0.2, 5, "windows").within("The network does not beat it.")
    assert lost.startswith("The network does not beat it, nor is it clearly worse (difference ")
    assert lost.endswith("over 5 test windows).")
    shown = Lead(83.7, 81.4, 86.0, 90, "rows").within("Better.")
    assert "83.7, 95 % interval 81.4 to 86.0 over" in shown
    assert "1.503, 95 % interval 0.003 to 9.000 " in Lead(1.503, 0.003, 9, 90, "rows").within(
        ""
    )
    assert "1.00, 95 % interval -0.01 to 4.00 " in Lead(1, -0.01, 4, 90, "rows").within("")


@pytest.mark.parametrize(
    ("lead", "over"),
    [
        (Lead(0.0373, 0.0373, 0.0373, 1, "series"), "0.0373 over 1 test series"),
        (Lead(0, 0, 0, 1, "images"), "0 over 1 test image"),
        (Lead(2, 1, 3, 4, "rows"), "2.00 over 4 test rows"),
        (Lead(-33.3, -33.3, -33.3, 8, "sentences"), "-33.3 over 8 test sentences"),
        (Lead(2, 1, 3, 28, "windows", apart=3), "2.00 over 28 test windows, 3 of them apart"),
    ],
)
def test_few_cases_have_no_interval_and_are_never_clear(lead, over):
    assert lead.within("Better.") == f"Better (difference {over}: too few to judge)."
    assert not lead.is_clear and not lead.is_better


@pytest.mark.parametrize(
    ("windows", "horizon", "apart"),
    [(9, 12, 1), (8, 26, 1), (15, 6, 3), (2, 12, 1), (3, 2, 2), (1, 12, None), (15, 1, None)],
)
def test_windows_that_overlap_are_counted_as_those_that_do_not(windows, horizon, apart):
    noise = np.random.default_rng(4).normal(size=(3, windows * horizon))
    table = pd.DataFrame(noise.T, columns=["truth", "forecast", "naive"])
    table["filled"] = False
    learned = SimpleNamespace(kind="series", horizon=horizon)
    found = measures.lead(table, learned, {"mae": 1.0, "naive_mae": 2.0})
    assert (found.cases, found.apart) == (windows, apart)


def test_a_difference_has_the_interval_of_a_bootstrap_however_its_cases_repeat():
    cases = np.column_stack([np.random.default_rng(3).integers(-1, 2, 400), np.ones(400)])
    quick, slow = difference(cases), ratio(cases)
    assert quick.value == pytest.approx(slow.value)
    assert (quick.low, quick.high) == pytest.approx((slow.low, slow.high), abs=0.01)


def test_verdict_of_a_classifier():
    known = {"accuracy": 0.25, "errors": 1500.0, "baseline_accuracy": 0.1}
    assert TASKS["classification"].verdict(known) == (
        "Test accuracy 25.00 % (1,500 errors); always guessing the commonest class gives "
        "10.00 %."
    )
    assert (
        TASKS["classification"]
        .verdict(known | {"baseline_accuracy": 0.25})
        .endswith("gives 25.00 %. The network does not beat that baseline.")
    )


def test_class_metrics_against_their_formulas():
    probabilities = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.5, 0.3, 0.2]], np.float32)
    found = class_metrics(probabilities, np.array([0, 1, 2]))
    expected = -(math.log(0.7) + math.log(0.8) + math.log(0.2)) / 3
    assert found["loss"] == pytest.approx(expected, rel=1e-6)
    assert found["accuracy"] == pytest.approx(2 / 3)
    assert found["errors"] == 1


def test_a_probability_of_zero_has_a_finite_loss():
    found = class_metrics(np.array([[0.0, 1.0]], np.float32), np.array([0]))
    assert found["loss"] == pytest.approx(-math.log(np.finfo(np.float32).tiny))


@pytest.mark.parametrize(
    ("times", "frequency", "next_times"),
    [
        (["2024-01-01", "2024-01-02", "2024-01-03"], None, ["2024-01-04", "2024-01-05"]),
        (["2024-01-06", "2024-01-13"], "W-SAT", ["2024-01-20", "2024-01-27"]),
        (["2024-01-01", "2024-02-01", "2024-03-01"], None, ["2024-04-01", "2024-05-01"]),
        (["2023-11-30", "2023-12-31"], "ME", ["2024-01-31", "2024-02-29"]),
        # Working days with a holiday: no regular spacing, and never a weekend.
        (
            [f"2024-01-{day:02d}" for day in (2, 3, 5, 8, 9, 10, 11, 12)],
            None,
            ["2024-01-15", "2024-01-16"],
        ),
        # Working hours: no weekend either, but the next step is an hour away.
        (
            ["2024-01-05 15:00", "2024-01-05 16:00", "2024-01-08 09:00", "2024-01-08 10:00"],
            None,
            ["2024-01-08 11:00", "2024-01-08 12:00"],
        ),
        # Irregular, weekends too: the median gap.
        (
            ["2024-01-01", "2024-01-03", "2024-01-06", "2024-01-08", "2024-01-20"],
            None,
            ["2024-01-22 12:00", "2024-01-25"],
        ),
    ],
    ids=["daily", "weekly", "monthly", "month-end", "working-days", "hours", "irregular"],
)
def test_times_that_follow(times, frequency, next_times):
    found = following(pd.DatetimeIndex(times), 2, frequency)
    assert list(found) == list(pd.DatetimeIndex(next_times))


@pytest.mark.parametrize(
    ("times", "next_times"),
    [
        (range(1, 11), [11, 12, 13]),
        ([1990, 1995, 2000], [2005, 2010, 2015]),
        # Weeks of a year; months written with two digits; a gap; a single one.
        (2000 + np.arange(53) / 52, [2000 + week / 52 for week in (53, 54, 55)]),
        ([1990.0, 1990.08, 1990.17, 1990.25], [1990 + 1 / 3, 1990 + 5 / 12, 1990.5]),
        ([1990, 1991, 1992, 1999, 2000], [2001, 2002, 2003]),
        ([7], [8, 9, 10]),
    ],
)
def test_numbers_that_follow(times, next_times):
    found = following(pd.Index(times), 3)
    assert found.tolist() == pytest.approx(next_times)
    assert found.dtype.kind == pd.Index(times).dtype.kind


def test_pinball_loss_of_a_known_forecast():
    truth, forecast = np.array([10.0, 10.0, 10.0]), np.array([8.0, 14.0, 10.0])
    # 2 too low costs 0.9 x 2, 4 too high costs 0.1 x 4.
    assert metrics.pinball(truth, forecast, quantile=0.9) == pytest.approx((1.8 + 0.4) / 3)
    assert metrics.pinball(truth, forecast, quantile=0.1) == pytest.approx((0.2 + 3.6) / 3)
    half = metrics.pinball(truth, forecast, quantile=0.5)
    assert half == pytest.approx(metrics.mae(truth, forecast) / 2)


@pytest.mark.parametrize("quantile", [0.025, 0.1, 0.5, 0.9, 0.975])
def test_pinball_loss_is_least_at_the_quantile(quantile):
    truth = np.random.default_rng(4).normal(size=2001)
    best = np.quantile(truth, quantile)
    losses = [
        metrics.pinball(truth, np.full_like(truth, best + move), quantile=quantile)
        for move in (-0.1, 0.0, 0.1)
    ]
    assert losses[1] < min(losses[0], losses[2])


def test_coverage_counts_the_ends_of_an_interval():
    lower, upper = np.zeros(5), np.full(5, 2.0)
    truth = np.array([0.0, 2.0, 1.0, -1e-9, 2.1])
    assert metrics.coverage(truth, lower, upper) == 0.6


def test_winkler_score_of_known_intervals():
    truth, lower, upper = np.array([5.0, 1.0, 12.0]), np.full(3, 2.0), np.full(3, 10.0)
    # The width is 8; 1 below and 2 above cost 2 / 0.05 and 2 / 0.2 times as much.
    assert metrics.winkler(truth, lower, upper, level=95) == pytest.approx(8 + 40 * 3 / 3)
    assert metrics.winkler(truth, lower, upper, level=80) == pytest.approx(8 + 10 * 3 / 3)
    assert metrics.winkler(truth[:1], lower[:1], upper[:1], level=95) == 8


def test_winkler_score_is_the_pinball_loss_of_both_ends():
    random = np.random.default_rng(9)
    truth, lower = random.normal(size=200), random.normal(-1, 1, 200)
    upper = lower + random.exponential(size=200)
    losses = [
        metrics.pinball(truth, end, quantile=quantile)
        for end, quantile in ((lower, 0.1), (upper, 0.9))
    ]
    found = metrics.winkler(truth, lower, upper, level=80)
    assert found == pytest.approx(2 / 0.2 * sum(losses))
