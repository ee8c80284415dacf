"""The times of a series: found, read, checked by row, kept with their zone, continued."""

from __future__ import annotations

import datetime
import zoneinfo

import numpy as np
import pandas as pd
import pytest
from conftest import LINEAR, seasonal
from test_data_series import DAYS, NUMBERS, experiment, load

import kerasduet as kd
from kerasduet.data.times import following, irregular, read_times
from kerasduet.errors import (
    ArgumentType,
    KerasduetError,
    TimeIndexError,
    UnknownName,
)

TEXTS = DAYS.strftime("%Y-%m-%d")
FOUND = "Times were read from the column when."


@pytest.mark.parametrize(
    "when",
    [
        DAYS,
        TEXTS,
        [day.date() for day in DAYS],
        pd.Categorical(TEXTS),
        DAYS.to_period("D"),
    ],
    ids=["timestamps", "texts", "dates", "categories", "periods"],
)
def test_the_only_column_of_dates_is_that_of_the_times_and_that_is_said(when):
    other = ["a", "2024"] * 15
    loaded = load({"name": other, "when": when, "value": NUMBERS}, target=None)
    assert list(loaded.table.times) == list(DAYS)
    assert loaded.source.note == FOUND


def test_the_only_column_of_dates_of_a_file_is_that_of_the_times(tmp_path):
    file = tmp_path / "prices.csv"
    table = pd.DataFrame({"code": 20240101, "year": 2024, "when": TEXTS, "value": NUMBERS})
    table.to_csv(file, index=False)
    loaded = kd.load_data(experiment(path=str(file)))
    assert list(loaded.table.times) == list(DAYS)
    assert loaded.source.note == FOUND


@pytest.mark.parametrize(
    "index",
    [
        DAYS,
        DAYS.rename("when"),
        TEXTS,
        pd.Index([day.date() for day in DAYS]),
        DAYS.to_period("D"),
    ],
    ids=["timestamps", "named", "texts", "dates", "periods"],
)
def test_an_index_of_dates_is_the_times(index):
    loaded = load(pd.Series(NUMBERS, index, name="value"))
    assert list(loaded.table.times) == list(DAYS)
    assert loaded.source.note == ""


def test_an_index_without_a_name_takes_the_one_that_is_asked_for():
    assert list(load(pd.Series(NUMBERS, DAYS), time="date").table.times) == list(DAYS)
    years = pd.Series(NUMBERS, pd.Index(range(1990, 2020), name="year"))
    assert load(years, time="year").table.times[0] == 1990
    # The rows that a filter left are no times.
    left = pd.Series(NUMBERS, index=range(5, 65, 2))
    assert load(left).table.times.tolist() == list(range(1, 31))


def test_a_column_asked_for_goes_before_the_index():
    later = DAYS + pd.Timedelta("1D")
    table = pd.DataFrame({"day": later, "value": NUMBERS}, DAYS)
    assert list(load(table, time="day").table.times) == list(later)


@pytest.mark.parametrize(
    ("data", "error", "text"),
    [
        (
            {"a": DAYS, "b": TEXTS, "value": NUMBERS},
            ArgumentType,
            "time: must name the column of times; got nothing, and a, b hold dates. Set time = "
            '"a", say.',
        ),
        (
            pd.DataFrame({"time": range(30), "value": NUMBERS}, DAYS),
            UnknownName,
            "time: must name one column; got the index of the table and a column of that name. "
            "Rename one, or drop the index.",
        ),
        (
            pd.Series(NUMBERS, pd.MultiIndex.from_product([["a"], DAYS]), name="value"),
            ArgumentType,
            "data: must have an index of one level; got 2 levels. Give one series alone, its "
            "times as its index or as a column.",
        ),
        (
            pd.Series(NUMBERS, pd.to_timedelta(range(30), unit="D"), name="value"),
            TimeIndexError,
            "time: must be times such as 2024-01-31; got Timedelta('0 days 00:00:00') in row 1.",
        ),
        (
            {"time": [[1]] * 30, "value": NUMBERS},
            TimeIndexError,
            "time: must be times such as 2024-01-31; got [1] in row 1.",
        ),
        (
            {"time": [*range(29), np.inf], "value": NUMBERS},
            TimeIndexError,
            "time: must be times such as 2024-01-31; got infinity in row 30.",
        ),
        (
            {"time": pd.Series([*range(29), None], dtype="Int64"), "value": NUMBERS},
            TimeIndexError,
            "time: must be times such as 2024-01-31; got a missing one in row 30.",
        ),
        (
            {
                "time": ["2024-01-01T00:00+01:00"] * 2 + ["2024-04-01T00:00+02:00"] * 28,
                "value": NUMBERS,
            },
            TimeIndexError,
            "time: times must have one offset from UTC; got another, '2024-04-01T00:00+02:00', in "
            "row 3. Write them all in UTC, such as 2024-01-31T12:00Z.",
        ),
        (
            {
                "time": ["soon", "2024-01-01T00:00"] + ["2024-04-01T00:00+02:00"] * 28,
                "value": NUMBERS,
            },
            TimeIndexError,
            "time: times must have one offset from UTC; got another, '2024-04-01T00:00+02:00', in "
            "row 3. Write them all in UTC, such as 2024-01-31T12:00Z.",
        ),
    ],
)
def test_times_refused(data, error, text):
    with pytest.raises(KerasduetError) as raised:
        load(data)
    assert str(raised.value) == text
    assert type(raised.value) is error


def test_a_frequency_needs_dates():
    with pytest.raises(ArgumentType) as raised:
        load({"year": range(30), "value": NUMBERS}, time="year", frequency="YS")
    assert str(raised.value) == (
        "frequency: needs dates; got 'YS', and numbers in the column year. Set frequency to None."
    )


def test_a_frequency_needs_times():
    with pytest.raises(ArgumentType) as raised:
        load(pd.Series(NUMBERS), frequency="D")
    assert str(raised.value) == (
        "frequency: needs a column of times; got 'D' and none. Set time to the name of that "
        "column, or frequency to None."
    )


@pytest.mark.parametrize("first", ["", "  ", "NA", "n/a", None])
def test_a_missing_first_time_is_refused_in_files_and_tables(tmp_path, first):
    texts = [first, *TEXTS[:0:-1]]
    table = pd.DataFrame({"when": texts, "value": NUMBERS}, dtype=object)
    with pytest.raises(TimeIndexError, match=r"^when: must be times such as .* in row 1"):
        load(table)
    table.to_csv(tmp_path / "days.csv", index=False)
    with pytest.raises(TimeIndexError) as raised:
        kd.load_data(experiment(path=str(tmp_path / "days.csv")))
    assert str(raised.value) == (
        "when: must be times such as 2024-01-31; got a missing one in line 2. A field that is "
        "empty or says NA, None or null is missing; give the table as data to keep such a word."
    )


LARGE = 1_700_000_000_123_456_789


@pytest.mark.parametrize(
    ("numbers", "kind"),
    [
        (range(1, 31), "int64"),
        (np.arange(30) / 2, "float64"),
        (1990 + np.arange(30) / 12, "float64"),
        (1.7e9 + 3600 * np.arange(30), "int64"),
        (range(1850, 1880), "int64"),
        (LARGE + 10 * np.arange(30), "int64"),
        (pd.array(LARGE + 10 * np.arange(30), dtype="Int64"), "int64"),
        (2**63 + 2**54 * np.arange(30, dtype=np.uint64), "float64"),
        (1e300 * np.arange(1, 31), "float64"),
    ],
    ids=[
        "counter",
        "halves",
        "months",
        "seconds",
        "years",
        "nanoseconds",
        "nullable",
        "unsigned",
        "huge",
    ],
)
@pytest.mark.filterwarnings("error")
def test_a_column_of_numbers_holds_numbers_in_files_and_tables(tmp_path, numbers, kind):
    table = pd.DataFrame({"time": numbers, "value": NUMBERS})
    table.to_csv(tmp_path / "numbers.csv", index=False)
    for loaded in (load(table), kd.load_data(experiment(path=str(tmp_path / "numbers.csv")))):
        times = loaded.table.times
        assert times.dtype == kind
        assert times.tolist() == [float(n) if kind == "float64" else int(n) for n in numbers]
        assert list(read_times(loaded.preprocessing.tail_times)) == times[-20:].tolist()
        assert following(times, 2).tolist() == following(times[-20:], 2).tolist()


def days(*dropped, **settings):
    whole = pd.date_range(**{"start": "2024-01-01", "periods": 60, "freq": "D"} | settings)
    return whole.delete(list(dropped))


@pytest.mark.parametrize(
    ("times", "positions"),
    [
        (days(), []),
        (days(7, 8, 30), [7, 28]),
        (days(freq="W-SAT"), []),
        (days(5, freq="W-SAT"), [5]),
        (days(freq="MS"), []),
        (days(freq="ME"), []),
        (days(freq="BME"), []),
        (days(freq="MS") + pd.Timedelta("14D"), []),
        (days(9, freq="ME"), [9]),
        (days(freq="QS"), []),
        (days(20, freq="QS"), [20]),
        (days(freq="YS"), []),
        (days(freq="B"), []),
        (days(3, 17, freq="B"), []),
        (days(freq="h", start=None, end="2024-04-01", tz="Europe/Berlin"), []),
        (days(start=None, end="2024-04-10", tz="Europe/Berlin"), []),
        (days(10, freq="h"), [10]),
        # Open from nine to half past four, with a night between.
        (
            pd.DatetimeIndex([t for t in days(freq="30min", periods=960) if 9 <= t.hour < 17]),
            [],
        ),
        (pd.Index(range(1990, 2020)), []),
        (pd.Index([*range(1990, 2000), *range(2005, 2020)]), [10]),
        (pd.Index((1990 + np.arange(40) / 12).round(2)), []),
        (pd.DatetimeIndex(np.cumsum([1, 2, 5, 9, 1, 7, 30, 4])), []),
        (pd.Index([1]), []),
    ],
)
def test_gaps_in_regular_times_are_found_and_calendars_are_no_gaps(times, positions):
    assert irregular(times).tolist() == positions


def test_gaps_in_regular_times_are_said():
    loaded = load(pd.Series(NUMBERS, days(7, 12)[:30], name="value"))
    assert loaded.source.note == (
        "Times are regular but for 2 of 29 steps, the first of them to 2024-01-09 in row 8: rows "
        "may be missing."
    )


MONTHS = pd.date_range("2016-05-01", periods=45, freq="MS")  # to 2020-01-01
HALF = pd.Timedelta("14D")


@pytest.mark.parametrize(
    ("times", "after"),
    [
        (MONTHS + HALF, ["2020-02-15", "2020-03-15"]),
        (MONTHS.delete(42) + HALF, ["2020-02-15", "2020-03-15"]),
        (MONTHS.delete(42), ["2020-02-01", "2020-03-01"]),
        (
            pd.date_range(end="2019-12-31", periods=40, freq="ME").delete(36),
            ["2020-01-31", "2020-02-29"],
        ),
        (pd.DatetimeIndex(["2019-11-30", "2019-12-30"]), ["2020-01-30", "2020-02-29"]),
        (
            pd.DatetimeIndex([f"{year}-07-15" for year in range(1980, 2020)]),
            ["2020-07-15", "2021-07-15"],
        ),
        (pd.DatetimeIndex(["2019-02-15", "2019-05-15"]), ["2019-08-15", "2019-11-15"]),
        (
            (MONTHS + HALF + pd.Timedelta("12h")).tz_localize("Europe/Berlin"),
            ["2020-02-15T12+0100", "2020-03-15T12+0100"],
        ),
        (days(57, tz="Europe/Berlin", start="2024-01-31"), ["2024-03-31", "2024-04-01"]),
        (days(freq="B", periods=119), ["2024-06-14", "2024-06-17"]),
        (days(30, freq="B", periods=119), ["2024-06-14", "2024-06-17"]),
    ],
    ids=[
        "mid-month",
        "mid-month-gap",
        "month-gap",
        "month-end-gap",
        "thirtieth",
        "mid-year",
        "quarters",
        "zone",
        "summer-time",
        "working-days",
        "holiday",
    ],
)
def test_times_go_on_by_the_calendar(times, after):
    expected = [pd.Timestamp(text).tz_localize(None) for text in after]
    for known in (times, times[-20:]):
        assert list(following(known, 2).tz_localize(None)) == expected


@pytest.mark.parametrize(
    ("times", "lookback"),
    [(days(freq="B", periods=119), 3), (MONTHS, 1), (MONTHS.delete(42) + HALF, 3)],
)
def test_a_forecast_has_the_times_of_a_prediction(times, lookback):
    series = pd.Series(np.sin(np.arange(len(times))), times)
    settings = LINEAR | {"lookback": lookback, "season": 1, "difference": 0, "epochs": 1}
    settings |= {"straddle": True, "validation_split": 0.2, "test_split": 0.2}
    run = kd.run_experiment("lstm-co2", data=series, progress=False, **settings)
    assert run.forecast()["time"].tolist() == run.predict(series)["time"].tolist()


def zoned_run(**settings):
    hours = pd.date_range("2024-03-27 00:00", periods=200, freq="h", tz="Europe/Berlin")
    series = seasonal().set_axis(hours)
    return kd.run_experiment("lstm-co2", data=series, progress=False, **LINEAR | settings)


def test_times_with_a_zone_are_the_same_after_loading(tmp_path):
    run = zoned_run(frequency="h", epochs=1)
    table = run.predictions()
    assert str(table["time"].dtype) == "datetime64[us, Europe/Berlin]"
    ahead = run.forecast()
    assert ahead["time"][0] == pd.Timestamp("2024-04-04 09:00", tz="Europe/Berlin")
    loaded = kd.load_run(run.save(tmp_path / "run"))
    pd.testing.assert_frame_equal(loaded.predictions(), table)
    pd.testing.assert_frame_equal(loaded.forecast(), ahead)
    assert run.plot() is not None


def test_days_with_a_zone_go_on_over_the_change_to_summer_time(tmp_path):
    midnights = pd.date_range("2023-09-13", periods=200, freq="D", tz="Europe/Berlin")
    series = seasonal().set_axis(midnights)
    settings = LINEAR | {"frequency": "D", "epochs": 1}
    run = kd.run_experiment("lstm-co2", data=series, progress=False, **settings)
    loaded = kd.load_run(run.save(tmp_path / "run"))
    for times in (run.forecast(3)["time"], loaded.forecast(3)["time"]):
        assert times.dt.strftime("%m-%dT%H%z").tolist() == [
            "03-31T00+0100",
            "04-01T00+0200",
            "04-02T00+0200",
        ]


@pytest.mark.parametrize(
    ("zone", "kept"),
    [
        (zoneinfo.ZoneInfo("Asia/Tokyo"), "Asia/Tokyo"),
        (datetime.UTC, "UTC"),
        (datetime.timezone(datetime.timedelta(hours=1)), "UTC+01:00"),
        (datetime.timezone(datetime.timedelta(hours=1), "mine"), "UTC"),
    ],
)
def test_a_zone_is_kept_by_its_name(zone, kept):
    times = DAYS.tz_localize(zone)
    learned = load(pd.Series(NUMBERS, times, name="value")).preprocessing
    assert learned.zone == kept
    assert list(read_times(learned.tail_times, learned.zone)) == list(times[-20:])


@pytest.mark.parametrize(
    ("times", "after"),
    [
        (pd.Index(range(1801, 2001)), [2001, 2002, 2003]),
        (pd.Index(np.arange(1801.0, 2001)), [2001, 2002, 2003]),
        (pd.Index(np.arange(0, 1000, 5)), [1000, 1005, 1010]),
        (pd.Index(1990 + np.arange(200) / 52), [1990 + week / 52 for week in (200, 201, 202)]),
        (pd.Index(1990 + np.arange(200) / 4), [2040, 2040.25, 2040.5]),
    ],
    ids=["years", "years-as-floats", "fives", "weeks", "quarters"],
)
def test_a_series_whose_times_are_numbers_goes_on_with_numbers(tmp_path, times, after):
    series = seasonal().set_axis(times.rename("time"))
    run = kd.run_experiment("lstm-co2", data=series, progress=False, **LINEAR | {"epochs": 1})
    assert run.predictions()["time"].iloc[-1] == times[-1]
    assert run.forecast()["time"].tolist() == pytest.approx(after)
    assert run.predict(series)["time"].tolist() == pytest.approx(after)
    loaded = kd.load_run(run.save(tmp_path / "run"))
    pd.testing.assert_frame_equal(loaded.predictions(), run.predictions())
    pd.testing.assert_frame_equal(loaded.forecast(), run.forecast())
    assert run.plot() is not None


def test_rows_without_times_go_on_as_rows(tmp_path):
    run = kd.run_experiment(
        "lstm-co2",
        data={"value": seasonal().tolist()},
        progress=False,
        **LINEAR | {"epochs": 1},
    )
    assert run.forecast()["time"].tolist() == [201, 202, 203]
    # As earlier versions kept them.
    object.__setattr__(run.preprocessing, "tail_times", ())
    assert run.forecast()["time"].tolist() == [201, 202, 203]
