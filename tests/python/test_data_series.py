"""Series: files and tables read, times and values refused by row, splits, scaling, windows."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest
from conftest import SERIES, linear, seasonal
from hypothesis import given, settings
from hypothesis import strategies as st

import kerasduet as kd
from kerasduet.data.csv_file import read_csv
from kerasduet.data.preprocessing import SeriesPreprocessing
from kerasduet.errors import (
    ArgumentType,
    CsvError,
    DatasetError,
    EmptyData,
    KerasduetError,
    LengthMismatch,
    MissingValue,
    NonFinite,
    ScaleError,
    SeriesTooShort,
    TimeIndexError,
    UnknownName,
)

some_cases = settings(max_examples=150, deadline=None, derandomize=True, database=None)
SHORT = SERIES | {
    "dataset": "series",
    "missing": "error",
    "difference": 0,
    "season": 1,
    "lookback": 3,
    "horizon": 2,
    "validation_split": 0.2,
    "test_split": 0.2,
}


def experiment(**changes):
    return kd.experiment("lstm-co2", **SHORT | changes)


def load(data, **changes):
    return kd.load_data(experiment(**changes), data)


@pytest.fixture
def csv(tmp_path):
    """Give a function that writes a CSV file and loads it."""

    def loaded(content, **changes):
        file = tmp_path / "prices.csv"
        if isinstance(content, str):
            content = content.encode()
        file.write_bytes(content)
        return kd.load_data(experiment(path=str(file), **changes))

    return loaded


def rows(*lines, end="\n"):
    return end.join(lines) + end


def column(values):
    return [f"2024-01-{day:02d},{value}" for day, value in enumerate(values, start=1)]


NUMBERS = [
    *(1.5, 2.0, 4.25, 3.0, 8.0, -1.0, 0.1, 2.5, 6.0, 7.0, 1.5, 2.0, 3.1, 7.7, 0.4),
    *(5.2, -2.0, 6.6, 1.1, 4.9, 2.8, 8.3, -0.7, 3.6, 5.9, 0.2, 7.1, 1.9, 4.4, 6.2),
]


def test_a_file_is_read_to_the_last_bit(csv):
    values = np.random.default_rng(0).normal(size=30) * 1e5
    loaded = csv(rows("value", *map(repr, values.tolist())))
    assert loaded.table.values[:, -1].tobytes() == values.tobytes()
    assert loaded.source.name == "the file prices.csv"
    assert loaded.source.rows == 30


@pytest.mark.parametrize(
    "content",
    [
        rows("day,value", *column(range(31))),
        rows("day,value", *column(range(31)), end="\r\n"),
        rows("day;value", *[line.replace(",", ";") for line in column(range(31))]),
        rows("day\tvalue", *[line.replace(",", "\t") for line in column(range(31))]),
        "\ufeff" + rows("day,value", *column(range(31))),
        rows(" day , value ", *column(range(31))),
        rows('"day","value"', *column(range(31))),
        rows("day,value", *column(range(31))) + "\n\n",
        rows("day,value", *column(range(31))).rstrip("\n"),
    ],
    ids=[
        "plain",
        "crlf",
        "semicolon",
        "tab",
        "mark",
        "spaces",
        "quotes",
        "blank-end",
        "no-end",
    ],
)
def test_common_ways_to_write_a_file_give_the_same_series(csv, content):
    table = csv(content, time="day").table
    assert table.values[:, -1].tolist() == list(range(31))
    assert table.times[0] == pd.Timestamp("2024-01-01")
    assert table.times[-1] == pd.Timestamp("2024-01-31")


@pytest.mark.parametrize(
    ("content", "changes", "error", "text"),
    [
        (
            rows("day,valu", "2024-01-01,1"),
            {},
            CsvError,
            "value: no such column. Did you mean valu?",
        ),
        (
            rows("day,value", *column([1, 2, "two"])),
            {},
            CsvError,
            "value: must be numbers; got 'two' in line 4.",
        ),
        (
            rows("day;value", "2024-01-01;1,5"),
            {},
            CsvError,
            "value: must be numbers; got '1,5' in line 2. It seems to be 1.5: write it so, and in "
            "the whole column a point as decimal mark.",
        ),
        (
            rows("value", "1_000"),
            {},
            CsvError,
            "value: must be numbers; got '1_000' in line 2.",
        ),
        (
            rows("value", "1", "inf"),
            {},
            NonFinite,
            "value: must be finite; got infinity in line 3.",
        ),
        ("", {}, CsvError, "path: must have a header and rows; got an empty file, prices.csv."),
        (
            "\n\n",
            {},
            CsvError,
            "path: must have a header and rows; got an empty file, prices.csv.",
        ),
        ("day,value\n", {}, CsvError, "path: must have rows; got a header only in prices.csv."),
        (
            rows("day,value", "2024-01-01,1", "2024-01-02"),
            {},
            CsvError,
            "path: every line must have 2 fields; got 1 in line 3 of prices.csv.",
        ),
        (
            rows("day,value", "2024-01-01,1", "", "2024-01-03,3"),
            {},
            CsvError,
            "path: every line must have 2 fields; got 0 in line 3 of prices.csv.",
        ),
        (
            b"day,value\n2024-01-01,1\nM\xe4rz,2\n",
            {},
            CsvError,
            "path: must be UTF-8 text; got another byte in line 3 of prices.csv. Save it as UTF-8, "
            "or read it yourself and give the table as data.",
        ),
        (
            rows("day,value", "2024-01-01,1").encode("utf-16"),
            {},
            CsvError,
            "path: must be UTF-8 text; got another byte in line 1 of prices.csv. Save it as UTF-8, "
            "or read it yourself and give the table as data.",
        ),
        (
            rows("value", '"' + "x" * 140_000 + '"'),
            {},
            CsvError,
            "path: must be a CSV file; got line 2 of prices.csv: field larger than field limit "
            "(131072).",
        ),
        (
            rows("value,value", "1,2"),
            {},
            CsvError,
            "value: must name one column; got 2 of that name.",
        ),
        (
            rows("day,value", *column([1, ""])),
            {},
            MissingValue,
            "value: values must not be missing; got a missing one in line 3. Fill it, or set "
            'missing = "interpolate" for gaps between values. A field that is empty or says NA, '
            "None or null is missing; give the table as data to keep such a word.",
        ),
        (
            rows("day,value", *column([1, 2])),
            {"time": "date"},
            CsvError,
            "date: no such column of times. Did you mean day?",
        ),
        (
            rows("day,value", "2024-01-01,1", "soon,2"),
            {"time": "day"},
            TimeIndexError,
            "day: must be times such as 2024-01-31; got 'soon' in line 3.",
        ),
        (
            rows("day,value", "2024-01-01,1", "2024-01-02,2", "2024-01-02,3"),
            {"time": "day"},
            TimeIndexError,
            "day: times must not repeat; got 2024-01-02 in line 4. Keep one row a time.",
        ),
        (
            rows("a,b", "x,y"),
            {"target": None},
            ArgumentType,
            "target: must name the column to forecast; got nothing, and the table has a, b. None "
            "of them holds numbers.",
        ),
        (
            rows("a,b", "1,2"),
            {"target": None},
            ArgumentType,
            "target: must name the column to forecast; got nothing, and the table has a, b. "
            'Set target = "a", say.',
        ),
    ],
)
def test_file_refused_by_line(csv, content, changes, error, text):
    with pytest.raises(error) as raised:
        csv(content, **changes)
    assert type(raised.value) is error
    assert str(raised.value) == text


@pytest.mark.parametrize(
    ("content", "error", "text"),
    [
        # A quoted field of two lines, before the row that is off and in it.
        (
            rows("note,value", '"a\nb",1', "c,2", "d,x"),
            CsvError,
            "value: must be numbers; got 'x' in line 5.",
        ),
        (
            rows("note,value", "a,1", '"b\r\nc",x', end="\r\n"),
            CsvError,
            "value: must be numbers; got 'x' in line 3.",
        ),
        (
            rows("note,value", '"a\n\n\nb",1', "c"),
            CsvError,
            "path: every line must have 2 fields; got 1 in line 6 of prices.csv.",
        ),
        # What ends a line of text and none of a CSV file.
        (
            rows("note,value", "a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g,1", "h,x"),
            CsvError,
            "value: must be numbers; got 'x' in line 3.",
        ),
        (
            rows("note,value", "a,1", end="\r").encode() + b"\xe4,2\r",
            CsvError,
            "path: must be UTF-8 text; got another byte in line 3 of prices.csv. Save it as UTF-8, "
            "or read it yourself and give the table as data.",
        ),
        # An open quote takes in the rest of the file.
        (
            rows("value", '"1', "2", "3"),
            CsvError,
            "path: quotation marks must be closed; got one in line 2 of prices.csv that is "
            "open until the end. Close it, or remove it.",
        ),
    ],
)
def test_lines_are_counted_as_an_editor_counts_them(csv, content, error, text):
    with pytest.raises(error) as raised:
        csv(content)
    assert str(raised.value) == text


def test_a_missing_last_field_of_a_file_is_missing(csv):
    with pytest.raises(MissingValue, match="got a missing one in line 3"):
        csv("day\tvalue\n2024-01-01\t1\n2024-01-02\t")


def test_the_only_column_of_numbers_of_a_file_is_the_target(csv):
    values = ["NA", *range(30), ""]
    lines = [
        f"2023-{day // 28 + 1:02d}-{day % 28 + 1:02d},{v},b" for day, v in enumerate(values)
    ]
    with pytest.raises(MissingValue, match=r"^sales: values must not be missing; .* in line 2"):
        csv(rows("day,sales,shop", *lines), target=None)
    loaded = csv(rows("day,sales,shop", *lines[1:-1]), target=None)
    assert loaded.preprocessing.target == "sales"
    assert loaded.table.values[:, -1].tolist() == list(range(30))


def test_a_path_object_is_kept_as_text(tmp_path):
    file = tmp_path / "prices.csv"
    file.write_text(rows("value", *map(str, NUMBERS)))
    made = experiment(path=file)
    assert made.path == str(file)
    assert len(kd.load_data(made).table.values) == 30


@pytest.mark.parametrize("word", ["", "NA", "n/a", "na", "NaN", "null", "  "])
def test_words_for_a_missing_value(csv, word):
    with pytest.raises(MissingValue, match="got a missing one in line 3"):
        csv(rows("day,value", *column([1, word, 3])))


def test_file_that_is_not_there(tmp_path):
    for path, state in ((tmp_path / "no.csv", "does not exist"), (tmp_path, "is not a file")):
        with pytest.raises(DatasetError) as raised:
            read_csv(str(path))
        assert (
            str(raised.value) == f"path: must be a CSV file; got {str(path)!r}, which {state}."
        )


def test_file_that_cannot_be_read(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "mine.csv").write_text("value\n1\n")
    for method in ("stat", "open"):  # of a folder that may not be entered, of a file
        with monkeypatch.context() as patched:
            patched.setattr(f"pathlib.Path.{method}", refuse)
            with pytest.raises(DatasetError, match="which cannot be read: Permission denied"):
                read_csv(str(tmp_path / "mine.csv"))


def test_file_in_a_home_folder_that_is_not_known():
    with pytest.raises(DatasetError, match=r"got '~nosuchuser/a.csv', which does not exist\."):
        read_csv("~nosuchuser/a.csv")


@pytest.mark.parametrize(
    "data",
    [
        pd.Series(NUMBERS, name="value"),
        pd.Series(NUMBERS),
        pd.DataFrame({"value": NUMBERS}),
        pd.DataFrame({"value": pd.Series(NUMBERS, dtype="Float64")}),
        pd.DataFrame({"value": pd.Series(NUMBERS, dtype=object)}),
        pd.DataFrame({"other": ["a"] * 30, "value": NUMBERS}),
        {"value": NUMBERS},
        {"value": np.array(NUMBERS)},
    ],
    ids=["series", "nameless", "frame", "nullable", "object", "two-columns", "list", "array"],
)
def test_tables_of_every_kind_give_the_same_series(data):
    loaded = load(data)
    assert loaded.table.values[:, -1].tolist() == NUMBERS
    assert loaded.table.times.tolist() == list(range(1, 31))
    assert loaded.source.given
    assert loaded.source.sha256 == load(pd.Series(NUMBERS)).source.sha256


def test_columns_named_by_numbers_can_be_asked_for():
    data = pd.DataFrame({0: NUMBERS, 1: NUMBERS[::-1]})
    assert load(data, target="1").table.values[:, -1].tolist() == NUMBERS[::-1]
    assert load(data[[0]], target=None).preprocessing.target == "0"


DAYS = pd.date_range("2024-01-01", periods=30, freq="D")


@pytest.mark.parametrize(
    "times",
    [
        DAYS,
        DAYS.as_unit("s"),
        [day.date() for day in DAYS],
        [day.isoformat() for day in DAYS],
        [f"{day:%Y-%m-%d}" for day in DAYS],
    ],
    ids=["timestamps", "seconds", "dates", "iso", "days"],
)
def test_times_of_every_kind_are_the_same_times(times):
    loaded = load(pd.DataFrame({"when": times, "value": NUMBERS}), time="when", frequency="D")
    assert list(loaded.table.times) == list(DAYS)


def test_the_index_of_a_table_is_its_times():
    dated = load(pd.Series(NUMBERS, DAYS, name="value"))
    assert list(dated.table.times) == list(DAYS)
    named = pd.Series(NUMBERS, DAYS.rename("day"), name="value")
    assert list(load(named, time="day").table.times) == list(DAYS)
    months = pd.period_range("2020-01", periods=30, freq="M")
    by_month = load(pd.Series(NUMBERS, months, name="value"), frequency="MS")
    assert by_month.table.times[1] == pd.Timestamp("2020-02-01")


def test_numbers_may_be_times():
    loaded = load(pd.DataFrame({"year": range(1990, 2020), "value": NUMBERS}), time="year")
    assert loaded.table.times.tolist() == list(range(1990, 2020))


@pytest.mark.parametrize(
    ("data", "changes", "error", "text"),
    [
        (
            [1, 2, 3],
            {},
            ArgumentType,
            "data: must be a time series, or a table whose columns have names; got [1, 2, 3]. "
            "Give the values a name, as a column or a Series.",
        ),
        (
            "prices.csv",
            {},
            ArgumentType,
            "data: must be a time series, or a table whose columns have names; got 'prices.csv'. "
            "Give a file or a folder as path.",
        ),
        (
            {"a": [1], "b": [1, 2]},
            {},
            LengthMismatch,
            "data: columns must have one length; got {a: 1, b: 2}.",
        ),
        (pd.DataFrame({"value": []}), {}, EmptyData, "data: must have rows; got none."),
        (
            pd.DataFrame({"price": NUMBERS}),
            {},
            UnknownName,
            "value: no such column. Known: price.",
        ),
        (
            pd.DataFrame([[1, 2]] * 9, columns=["value", "value"]),
            {},
            UnknownName,
            "value: must name one column; got 2 of that name.",
        ),
        (
            pd.DataFrame({"value": ["1", "2"]}),
            {},
            ArgumentType,
            "value: must be numbers; got '1' in row 1.",
        ),
        (
            {"value": 5},
            {},
            ArgumentType,
            "value: must be a column of values; got 5.",
        ),
        (
            {"value": "12345"},
            {},
            ArgumentType,
            "value: must be a column of values; got '12345'.",
        ),
        (
            {"value": {0: 1, 1: 2}},
            {},
            ArgumentType,
            "value: must be a column of values; got {0: 1, 1: 2}.",
        ),
        (
            {"value": np.zeros((30, 2))},
            {},
            ArgumentType,
            "value: must be one column; got an array of shape [30, 2]. Give each of its columns "
            "a name.",
        ),
        (
            {"value": [[1], [2]]},
            {},
            ArgumentType,
            "value: must be numbers; got [1] in row 1.",
        ),
        (
            {"value": pd.Series([1, np.zeros(2)])},
            {},
            ArgumentType,
            "value: must be numbers; got [0, 0] in row 2.",
        ),
        (
            {"value": NUMBERS, 1: NUMBERS, "1": NUMBERS},
            {"features": "1"},
            UnknownName,
            "1: must name one column; got 2 of that name.",
        ),
        (
            pd.DataFrame({"value": [True, False]}),
            {},
            ArgumentType,
            "value: must be numbers; got true or false values.",
        ),
        (
            pd.DataFrame({"value": pd.Series([1, None, 3], dtype="Int64")}),
            {},
            MissingValue,
            "value: values must not be missing; got a missing one in row 2. Fill it, or set "
            'missing = "interpolate" for gaps between values.',
        ),
        (
            pd.DataFrame({"value": [1, None, 3], "x": [1, 2, 3]}, dtype=object),
            {"features": "x"},
            MissingValue,
            "value: values must not be missing; got a missing one in row 2. Fill it, or set "
            'missing = "interpolate" for gaps between values.',
        ),
        (
            pd.DataFrame({"value": [1, 2, 3], "x": [1, 2, np.inf]}),
            {"features": ["x", "value"]},
            NonFinite,
            "x: must be finite; got infinity in row 3.",
        ),
        (
            pd.DataFrame({"time": ["2024-01-02", None], "value": [1, 2]}),
            {},
            TimeIndexError,
            "time: must be times such as 2024-01-31; got a missing one in row 2.",
        ),
        (
            pd.DataFrame(
                {"time": pd.to_datetime(["2024-01-02", "2024-01-01"]), "value": [1, 2]}
            ),
            {},
            TimeIndexError,
            "time: times must be in order; got 2024-01-01 in row 2. Sort the rows by time.",
        ),
        (
            pd.DataFrame({"time": [1990, 1990], "value": [1, 2]}),
            {},
            TimeIndexError,
            "time: times must not repeat; got 1990 in row 2. Keep one row a time.",
        ),
        (
            pd.Series(
                NUMBERS, DAYS.delete(4).append(DAYS[-1:] + pd.Timedelta("1h")), name="value"
            ),
            {"frequency": "D"},
            TimeIndexError,
            "time: times must follow the frequency D; got 2024-01-06 in row 5, where 2024-01-05 "
            "was due. Add the missing rows, or set frequency to None to check the order alone.",
        ),
        (
            pd.Series(NUMBERS, DAYS, name="value"),
            {"frequency": "W-SAT"},
            TimeIndexError,
            "time: times must follow the frequency W-SAT; got 2024-01-01 in row 1, where "
            "2024-01-06 was due. Add the missing rows, or set frequency to None to check the "
            "order alone.",
        ),
    ],
)
def test_table_refused_by_row(data, changes, error, text):
    with pytest.raises(error) as raised:
        load(data, **changes)
    assert type(raised.value) is error
    assert str(raised.value) == text


def test_unknown_frequency_is_refused():
    with pytest.raises(ArgumentType, match=r"^frequency: must be a spacing such as D, "):
        load(pd.Series(NUMBERS, DAYS, name="value"), frequency="fortnight")


def test_gaps_are_filled_linearly_between_neighbours_and_said_so():
    values = np.array(NUMBERS)
    values[[4, 5, 10]] = np.nan
    loaded = load(pd.Series(values), missing="interpolate")
    filled = loaded.table.values[:, -1]
    assert filled[4:6].tolist() == pytest.approx([3 + (0.1 - 3) / 3, 3 + 2 * (0.1 - 3) / 3])
    assert filled[10] == pytest.approx((7.0 + 2.0) / 2)
    assert loaded.source.note == (
        "3 of 30 values in the column value were missing and were filled, each from what was "
        "known by then."
    )
    assert load(pd.Series(NUMBERS), missing="interpolate").source.note == ""


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (0, r"must begin with a value, .* none up to row 1\. Drop the rows up to there, "),
        (29, r"must end with a value, .* none after row 29\. Drop the rows after it, or fill"),
    ],
)
def test_gaps_at_either_end_are_told_what_to_do(row, text):
    values = np.array(NUMBERS)
    values[row] = np.nan
    with pytest.raises(MissingValue, match=text):
        load(pd.Series(values), missing="interpolate")


def test_embedded_co2_is_the_known_series():
    loaded = kd.load_data(kd.experiment("lstm-co2"))
    assert len(loaded.table.values) == 2_284
    assert loaded.source.note.startswith("59 of 2,284 values in the column co2 were ")
    assert not loaded.source.given
    assert loaded.table.times[0] == pd.Timestamp("1958-03-29")
    assert loaded.table.times[-1] == pd.Timestamp("2001-12-29")
    assert loaded.table.values[0, -1] == pytest.approx(316.1)


def prices(rows=40):
    """Give prices of days, in columns as a download has them."""
    close = 100 + np.sin(np.arange(rows))
    return pd.DataFrame(
        {
            "Date": pd.date_range("2024-01-01", periods=rows).astype(str),
            "Open": close - 0.5,
            "High": close + 1,
            "Low": close - 1,
            "Close": close,
            "Adj Close": 0.9 * close,
            "Volume": np.arange(rows) % 7,
        }
    )


def test_columns_of_prices_are_found_whatever_their_case(tmp_path):
    small = {"epochs": 1, "lookback": 3, "model": linear}
    run = kd.run_experiment("price-rnn", data=prices(), progress=False, **small)
    names = ["open", "high", "low", "close", "volume"]
    assert list(run.preprocessing.columns) == names and run.preprocessing.target == "close"
    found = run.predict(prices())
    pd.testing.assert_frame_equal(found, run.predict(prices().rename(columns=str.lower)))
    prices().to_csv(tmp_path / "prices.csv", index=False)
    chosen = kd.experiment("price-rnn", path=str(tmp_path / "prices.csv"), **small)
    from_file = kd.load_data(chosen)
    np.testing.assert_array_equal(from_file.x_train, run.dataset.x_train)
    dated = prices().assign(Date=lambda given: pd.to_datetime(given["Date"])).set_index("Date")
    assert kd.load_data(run.experiment, dated).table.times[0] == pd.Timestamp("2024-01-01")
    for written in ("Adj Close", "Adj.Close", "adj_close"):
        given = prices().rename(columns={"Adj Close": written})
        adjusted = kd.load_data(chosen.replace(target="adj close", path=None), given)
        assert adjusted.preprocessing.target == "adj close"


def test_a_column_that_may_be_either_of_two_is_not_guessed():
    given = prices().rename(columns={"Adj Close": "CLOSE"})
    with pytest.raises(UnknownName, match="close: no such column"):
        kd.load_data(kd.experiment("price-rnn", lookback=3), given)


def test_the_made_up_sine_is_what_it_says():
    loaded = kd.load_data(kd.experiment("sine"))
    assert loaded.source.name == "a sine of changing period (generated)"
    assert not loaded.source.given and loaded.source.sha256.startswith("94842afd")
    wave = loaded.table.values[:, -1]
    assert len(wave) == 1_500 and loaded.table.times[0] == 1
    up = np.flatnonzero((wave[:-5] < -0.2) & (wave[5:] > 0.2))
    periods = np.diff(up)[np.diff(up) > 9]
    assert 18 <= periods.min() < 22 and 34 < periods.max() < 38
    with pytest.raises(ArgumentType, match="the dataset sine is one series"):
        kd.experiment("sine", id="wave")


def test_no_baseline_follows_a_changing_period_and_a_simple_network_does():
    run = kd.run_experiment("sine", kind="rnn", epochs=6, progress=False)
    assert run.metrics["mae"] < run.metrics["seasonal_naive_mae"] / 3
    assert run.metrics["mae"] > 0.04  # what the noise leaves to nobody


def test_changed_co2_is_refused(monkeypatch):
    from statsmodels.datasets import co2

    changed = co2.load_pandas()
    changed.data.iloc[7, 0] += 0.1
    monkeypatch.setattr(co2, "load_pandas", lambda: changed)
    with pytest.raises(DatasetError, match="must have the known sha256; got other bytes"):
        kd.load_data(kd.experiment("lstm-co2"))


@some_cases
@given(
    rows=st.integers(10, 120),
    lookback=st.integers(1, 8),
    horizon=st.integers(1, 5),
    difference=st.integers(0, 7),
    straddle=st.booleans(),
    validation_split=st.floats(0, 0.5),
    test_split=st.floats(0.05, 0.5),
)
def test_windows_keep_to_their_split(
    rows, lookback, horizon, difference, straddle, validation_split, test_split
):
    # Each value is its row number's square root: a window says which rows it was cut from.
    values = np.sqrt(np.arange(1.0, rows + 1))
    try:
        loaded = load(
            pd.Series(values),
            lookback=lookback,
            horizon=horizon,
            difference=difference,
            straddle=straddle,
            validation_split=validation_split,
            test_split=test_split,
        )
    except (SeriesTooShort, ScaleError):
        return
    table, learned = loaded.table, loaded.preprocessing
    count = rows - difference
    test = rows - round(count * test_split)
    validation = test - round((test - difference) * validation_split)
    bounds = {
        "train": (difference, validation),
        "validation": (validation, test),
        "test": (test, rows),
    }
    scaled = (np.diff(values, prepend=np.nan) if difference == 1 else values).astype(float)
    if difference:
        scaled = np.full(rows, np.nan)
        scaled[difference:] = values[difference:] - values[:-difference]
    scaled = (scaled - learned.mean[0]) / learned.scale[0]
    origins = {"validation": table.validation_origins, "test": table.test_origins}
    origins["train"] = np.arange(len(loaded.x_train)) + difference + lookback - 1
    for name, (start, stop) in bounds.items():
        x, y = getattr(loaded, f"x_{name}"), getattr(loaded, f"y_{name}")
        assert len(x) == len(y) == len(origins[name])
        for window, target, origin in zip(x, y, origins[name], strict=True):
            seen = np.arange(origin - lookback + 1, origin + 1)
            ahead = np.arange(origin + 1, origin + 1 + horizon)
            np.testing.assert_array_equal(window[:, 0], scaled[seen].astype(np.float32))
            np.testing.assert_array_equal(target, scaled[ahead].astype(np.float32))
            assert ahead[0] >= start
            assert ahead[-1] < stop
            if not (straddle and name != "train"):
                assert seen[0] >= start
        if stop - start >= lookback + horizon:
            # Every window that fits is there.
            lead = 0 if straddle and name != "train" else lookback
            assert len(x) == stop - start - lead - horizon + 1
    assert len(loaded.x_train) and len(loaded.x_test)


@some_cases
@given(st.integers(0, 2**32 - 1), st.integers(0, 8))
def test_the_scaler_knows_the_training_rows_alone(seed, difference):
    random = np.random.default_rng(seed)
    values = random.normal(size=100)
    changes = {"difference": difference, "validation_split": 0.2, "test_split": 0.2}
    first = load(pd.Series(values), **changes)
    # 80 % of what differencing leaves, twice.
    test = 100 - round((100 - difference) * 0.2)
    training = test - round((test - difference) * 0.2)
    changed = values.copy()
    changed[training:] = random.normal(size=100 - training) * 1e3
    other = load(pd.Series(changed), **changes)
    assert other.preprocessing.mean == first.preprocessing.mean
    assert other.preprocessing.scale == first.preprocessing.scale
    assert other.preprocessing.mase_scale == first.preprocessing.mase_scale
    steps = (
        values[difference:training] - values[: training - difference]
        if difference
        else (values[:training])
    )
    assert first.preprocessing.mean[0] == pytest.approx(np.mean(steps), abs=1e-12)
    assert first.preprocessing.scale[0] == pytest.approx(np.std(steps), rel=1e-12)
    changed = values.copy()
    changed[training - 1] += 1
    assert load(pd.Series(changed), **changes).preprocessing.mean != first.preprocessing.mean


@some_cases
@given(
    seed=st.integers(0, 2**32 - 1),
    difference=st.integers(0, 12),
    horizon=st.integers(1, 20),
)
def test_restore_undoes_differencing_and_scaling(seed, difference, horizon):
    values = np.random.default_rng(seed).normal(300, 20, size=120)
    loaded = load(
        pd.Series(values),
        difference=difference,
        horizon=horizon,
        validation_split=0,
        test_split=0.3,
        straddle=True,
    )
    learned, origins = loaded.preprocessing, loaded.table.test_origins
    history = values[origins[:, None] + np.arange(1 - max(difference, 1), 1)]
    restored = learned.restore(loaded.y_test, history)
    truth = values[origins[:, None] + np.arange(1, horizon + 1)]
    # Targets are float32: exact up to their rounding, once a differencing step.
    np.testing.assert_allclose(restored, truth, rtol=1e-6)


def test_restore_is_exact_on_whole_numbers():
    values = np.array([1, 4, 2, 8, 5, 7] * 10, float)
    loaded = load(
        pd.Series(values), difference=4, horizon=9, validation_split=0, test_split=0.4
    )
    learned, origins = loaded.preprocessing, loaded.table.test_origins
    scale, mean = learned.scale[-1], learned.mean[-1]
    steps = values[4:] - values[:-4]
    outputs = np.array([(steps[o - 3 : o + 6] - mean) / scale for o in origins])
    restored = learned.restore(outputs, values[origins[:, None] + np.arange(-3, 1)])
    np.testing.assert_allclose(restored, [values[o + 1 : o + 10] for o in origins], atol=1e-12)


def test_several_inputs_are_scaled_each_by_itself():
    table = pd.DataFrame({"x": np.arange(30.0), "value": NUMBERS})
    loaded = load(table, features=["x", "value"], validation_split=0.2, test_split=0.2)
    learned = loaded.preprocessing
    assert learned.columns == ("x", "value")
    assert not learned.target_is_input
    assert loaded.x_train.shape[1:] == (3, 2)
    training = 24 - round(24 * 0.2)
    assert learned.mean[0] == pytest.approx(np.arange(training).mean())
    assert learned.mean[1] == learned.mean[2] == pytest.approx(np.mean(NUMBERS[:training]))
    assert load(table, features=["value"]).preprocessing.target_is_input


@pytest.mark.parametrize("changes", [{"difference": 0}, {"difference": 1}])
def test_series_without_variation_is_refused(changes):
    rising = np.arange(30.0) if changes["difference"] else np.full(30, 1e9)
    with pytest.raises(ScaleError, match="must vary in the training rows; got a constant"):
        load(pd.Series(rising), **changes)


def test_values_too_large_to_scale_are_refused():
    with pytest.raises(ScaleError) as raised:
        load(pd.Series([1e200, -3e200] * 15))
    assert str(raised.value) == (
        "value: must have a finite deviation in the training rows; got values as large as "
        "3e+200. Use a larger unit."
    )
    table = pd.DataFrame({"x": [*NUMBERS[:-1], 1e40], "value": NUMBERS})
    with pytest.raises(ScaleError) as raised:
        load(table, features="x")
    assert str(raised.value) == (
        "x: must be a float32 once scaled by the training rows; got 1e+40 in row 30. Fix that "
        "value, or use a larger unit."
    )


def test_a_season_needs_training_rows_to_repeat():
    # 19 of 30 rows are for training.
    assert load(pd.Series(NUMBERS), season=18).preprocessing.season == 18
    with pytest.raises(SeriesTooShort) as raised:
        load(pd.Series(NUMBERS), season=19)
    assert str(raised.value) == (
        "season: must be less than the training rows (19 of 30), so that there is a season to "
        "repeat; got 19. Give a longer series, or set season = 1."
    )


def test_constant_input_is_named():
    table = pd.DataFrame({"x": [0.1] * 30, "value": NUMBERS})
    with pytest.raises(ScaleError) as raised:
        load(table, features=["x", "value"])
    assert str(raised.value) == (
        "x: values must vary in the training rows; got a constant, 0.1."
    )


def test_rows_without_validation():
    loaded = load(pd.Series(NUMBERS), validation_split=0)
    assert loaded.sizes["validation"] == 0
    assert loaded.x_validation.shape == (0, 3, 1)
    assert loaded.y_validation.shape == (0, 2)


def test_too_short_for_its_validation_rows():
    with pytest.raises(SeriesTooShort) as raised:
        load(pd.Series(NUMBERS), validation_split=0.1, test_split=0.2)
    assert str(raised.value) == (
        "lookback: lookback + horizon must fit into the validation rows (2 of 30); got 3 + 2. "
        "Give a longer series, a shorter lookback, or straddle = True."
    )
    straddled = load(pd.Series(NUMBERS), validation_split=0.1, test_split=0.2, straddle=True)
    assert straddled.sizes["validation"] == 1


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"difference": 30},
            "difference: must be less than the rows (30); got 30. Give a longer series, or a "
            "smaller difference.",
        ),
        (
            {"lookback": 30},
            "lookback: lookback + horizon must fit into the training rows (19 of 30); got 30 + 2. "
            "Give a longer series, or a shorter lookback or horizon.",
        ),
        (
            {"horizon": 6, "test_split": 0.1, "straddle": True},
            "horizon: must fit into the validation rows (5 of 30); got 6. Give a longer series, a "
            "shorter horizon, or a larger validation_split.",
        ),
    ],
)
def test_the_setting_that_is_too_large_is_named(changes, text):
    with pytest.raises(SeriesTooShort) as raised:
        load(pd.Series(NUMBERS), **changes)
    assert str(raised.value) == text


def test_what_was_learned_goes_to_json_and_back():
    import json

    learned = load(seasonal(), difference=7, season=7).preprocessing
    again = SeriesPreprocessing.from_dict(json.loads(json.dumps(learned.to_dict())))
    assert again == learned
    assert again.tail_times[-1] == "2024-07-18"
    assert len(again.tail) == len(again.tail_times) == 20


@some_cases
@given(st.binary(max_size=60) | st.text(alphabet='value,1.5\n";\t-eE_NA ', max_size=60))
def test_no_file_makes_anything_else_than_an_error_of_ours(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "any.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    try:
        kd.load_data(experiment(path=str(file)))
    except KerasduetError as error:
        assert ": " in str(error)
    else:
        raise AssertionError("60 bytes hold no series long enough")


def test_time_of_day_is_kept():
    hours = pd.date_range("2024-03-01", periods=30, freq="h")
    learned = load(pd.Series(NUMBERS, hours, name="value"), frequency="h").preprocessing
    assert learned.tail_times[-1] == "2024-03-02T05:00:00"
    assert isinstance(
        datetime.datetime.fromisoformat(learned.tail_times[-1]), datetime.datetime
    )


@pytest.mark.parametrize("times", ["column", "index"])
def test_a_series_is_read_from_parquet(tmp_path, times):
    pytest.importorskip("pyarrow", reason="there is no pyarrow")
    days = pd.date_range("2024-01-01", periods=60)
    table = pd.DataFrame({"value": np.sin(np.arange(60))}, index=days)
    given = kd.load_data(kd.experiment("lstm-series", lookback=6), table)
    if times == "column":
        table = table.rename_axis("day").reset_index()
    file = tmp_path / "s.parquet"
    table.to_parquet(file)
    read = kd.load_data(kd.experiment("lstm-series", lookback=6, path=str(file)))
    np.testing.assert_array_equal(read.x_train, given.x_train)
    assert read.source.path == str(file) and read.to_frame()["time"].tolist() == list(days)


def test_a_series_of_a_parquet_file_is_refused_by_row(tmp_path):
    pytest.importorskip("pyarrow", reason="there is no pyarrow")
    file = tmp_path / "s.parquet"
    pd.DataFrame({"value": [1.0, None, 3.0]}).to_parquet(file)
    asked = kd.experiment("lstm-series", path=str(file))
    with pytest.raises(MissingValue, match=r"in row 2\. Fill it.*between values\.$"):
        kd.load_data(asked)
    file.write_bytes(b"PAR1 and no more")
    with pytest.raises(DatasetError, match=r"^path: must be a Parquet file that can be read"):
        kd.load_data(asked)
