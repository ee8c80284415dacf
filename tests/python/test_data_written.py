"""Numbers as people write them, and files with row numbers: what is read, what is told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import kerasduet as kd
from kerasduet.data.written import advice, readings
from kerasduet.errors import ArgumentType, CsvError

SMALL = {"lookback": 3, "horizon": 1, "difference": 0, "season": 1, "straddle": False}
VALUES = np.round(np.sin(np.arange(40)) * 1000, 1)
DAYS = pd.date_range("2024-01-01", periods=40, freq="D")


def load(path, **changes):
    return kd.load_data(kd.experiment("lstm-series", path=str(path), **SMALL | changes))


def written(tmp_path, text):
    file = tmp_path / "prices.csv"
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1,002", ["1002", "1.002"]),
        ("-1,002", ["-1002", "-1.002"]),
        ("1.002", ["1002", "1.002"]),
        ("12,345", ["12345", "12.345"]),
        ("1,5", ["1.5"]),
        (",5", ["0.5"]),
        ("0,125", ["0.125"]),
        ("1234,567", ["1234.567"]),
        ("1.234,5", ["1234.5"]),
        ("1.234.567", ["1234567"]),
        ("1,234.5", ["1234.5"]),
        ("1,234,567", ["1234567"]),
        ("12,34,567", ["1234567"]),
        ("1 234", ["1234"]),
        ("1\u202f234,5", ["1234.5"]),
        ("1'234.5", ["1234.5"]),
        ("\u22125", ["-5"]),
        ("(1,234.50)", ["-1234.50"]),
        ("$1,234.50", ["1234.50"]),
        ("-$5", ["-5"]),
        ("1.234,50 \u20ac", ["1234.50"]),
        ("USD 12", ["12"]),
        ("12%", ["12"]),
        ("3,5 kg", ["3.5"]),
        ("1,2,3", []),
        ("1.2.3", []),
        ("12:30", []),
        ("2024-01-31", []),
        ("two", []),
        ("(5", []),
        ("", []),
    ],
)
def test_a_text_stands_for_these_numbers(text, numbers):
    assert readings(text) == numbers


def test_no_reading_is_named_alone_where_another_is_a_thousand_times_larger():
    for whole in (1, 10, 999):
        for mark in ",.":
            told = advice(f"{whole}{mark}250 kg")
            assert f"{whole}250 or {whole}.250" in told


@pytest.mark.parametrize(
    ("items", "told"),
    [
        (
            ["1,002", "998"],
            "'1,002' in line 2. It may be 1002 or 1.002: write the one that is meant, and in the "
            "whole column a point as decimal mark and nothing between thousands.",
        ),
        (
            ["1,5", "1.234", "1.002"],
            "'1,5' in line 2. It seems to be 1.5: write it so, and in the whole column a point as "
            "decimal mark. With decimal commas, '1.234' in line 3 "
            "is 1234.",
        ),
        (
            ["12%", "13%"],
            "'12%' in line 2. It seems to be 12: write it so, without '%', in the whole column.",
        ),
        (
            ["10.0%", "9.5%"],
            "'10.0%' in line 2. It seems to be 10.0: write it so, without '%', in the whole "
            "column.",
        ),
        (
            ["1,234.5", "2"],
            "'1,234.5' in line 2. It seems to be 1234.5: write it so, and in the whole column "
            "nothing between thousands.",
        ),
        (
            ["1.234,5", "2"],
            "'1.234,5' in line 2. It seems to be 1234.5: write it so, and in the whole column a "
            "point as decimal mark and nothing between thousands.",
        ),
        (["-", "5"], "'-' in line 2. Leave the field empty where a value is missing."),
        (["two", "5"], "'two' in line 2."),
    ],
)
def test_a_file_says_which_cell_and_what_it_may_be(tmp_path, items, told):
    file = written(
        tmp_path, "day;load\n" + "".join(f"2024-01-0{i};{v}\n" for i, v in enumerate(items, 1))
    )
    with pytest.raises(CsvError) as raised:
        load(file, target="load")
    assert str(raised.value) == f"load: must be numbers; got {told}"
    assert len(str(raised.value)) <= 300
    # Without a target the one column that seems to be of numbers is read.
    error = CsvError if readings(items[0]) else ArgumentType
    with pytest.raises(error) as raised:
        load(file)
    assert str(raised.value) == (
        f"load: must be numbers; got {told}"
        if readings(items[0])
        else "target: must name the column to forecast; got nothing, and the table has day, load. "
        "None of them holds numbers."
    )


def test_a_table_says_so_too():
    data = pd.DataFrame({"load": ["1,002", "998"]})
    with pytest.raises(
        ArgumentType, match=r"got '1,002' in row 1\. It may be 1002 or 1\.002: "
    ):
        kd.load_data(kd.experiment("lstm-series", target="load"), data)


def frame():
    return pd.DataFrame({"day": DAYS.strftime("%Y-%m-%d"), "load": VALUES})


def r_rows(header, quote='"'):
    lines = [
        f"{quote}{i}{quote},{d},{v}" for i, (d, v) in enumerate(frame().values.tolist(), 1)
    ]
    return "\n".join([header, *lines]) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        frame().to_csv(index=False),
        frame().to_csv(),
        frame().rename_axis("index").to_csv(),
        frame().rename(index=lambda row: row + 1).to_csv(),
        frame().reset_index().rename(columns={"index": "Unnamed: 0"}).to_csv(),
        frame().set_index("day").to_csv(),
        frame().set_index("day").rename_axis(None).to_csv(),
        r_rows('"","day","load"'),
        r_rows('"X","day","load"'),
        r_rows('"...1","day","load"'),
        r_rows('"day","load"'),
    ],
    ids=[
        "no-index",
        "pandas",
        "named",
        "from-1",
        "twice",
        "days",
        "nameless-days",
        "write.csv",
        "read.csv-again",
        "readr",
        "write.table",
    ],
)
def test_row_numbers_that_a_writer_adds_are_no_column_to_forecast(tmp_path, text):
    loaded = load(written(tmp_path, text))
    assert loaded.preprocessing.target == "load"
    assert loaded.table.values[:, -1].tolist() == VALUES.tolist()
    assert list(loaded.table.times) == list(DAYS)


@pytest.mark.parametrize(
    "lines",
    [
        ["day,load", *(f"{day:%Y-%m-%d},{i},5" for i, day in enumerate(DAYS))],
        ["row,load", *(f"{i},{i},5" for i in range(1, 41))],
        ['"day","load"', *(f'"{day:%Y-%m-%d}",{i},5' for i, day in enumerate(DAYS))],
    ],
)
def test_decimal_commas_between_commas_are_not_taken_for_row_names(tmp_path, lines):
    with pytest.raises(CsvError) as raised:
        load(written(tmp_path, "\n".join(lines)), target="load")
    assert str(raised.value) == (
        "path: every line must have 2 fields; got 3 in line 2 of prices.csv."
    )


def test_a_table_with_row_numbers_is_forecast_all_the_same():
    data = frame().assign(X=np.arange(1, 41))
    loaded = kd.load_data(kd.experiment("lstm-series", **SMALL), data)
    assert loaded.preprocessing.target == "load"
    # A column of that name which counts nothing, and one that is alone, are data.
    data = pd.DataFrame({"X": VALUES})
    assert kd.load_data(kd.experiment("lstm-series", **SMALL), data).preprocessing.target == "X"


def test_what_is_advised_works(tmp_path):
    text = frame().assign(wind=VALUES[::-1]).to_csv()
    file = written(tmp_path, text)
    with pytest.raises(ArgumentType) as raised:
        load(file)
    assert str(raised.value) == (
        "target: must name the column to forecast; got nothing, and the table has Unnamed: 0, "
        'day, load, wind. Set target = "load", say.'
    )
    assert load(file, target="load").table.values[:, -1].tolist() == VALUES.tolist()
    assert load(file, target="Unnamed: 0").preprocessing.target == "Unnamed: 0"


@pytest.mark.parametrize("first", ["1.5", "2024-01-01,1.5", "-3;4"])
def test_a_file_without_a_header_loses_no_row_silently(tmp_path, first):
    file = written(tmp_path, "\n".join([first] * 40))
    with pytest.raises(CsvError) as raised:
        load(file)
    item = first.split(",")[0].split(";")[0]
    assert str(raised.value) == (
        f"path: must have a header; got values alone in line 1 of prices.csv, {item!r} first. "
        "Write the names of the columns above them."
    )
