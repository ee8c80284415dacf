"""How dates are written: read where one reading is sure, asked for where two are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from test_data_series import DAYS, NUMBERS, load

from kerasduet.data.times import following, parse_times
from kerasduet.errors import ArgumentType, TimeIndexError

MONTHS = pd.date_range("2021-08-01", periods=30, freq="MS")


@pytest.mark.parametrize(
    ("times", "written", "after"),
    [(MONTHS, "%Y%m", "2024-02-01"), (DAYS, "%Y%m%d", "2024-01-31")],
)
@pytest.mark.parametrize("kind", [int, float, str])
def test_digits_are_dates(times, written, after, kind):
    column = times.strftime(written).astype(int).astype(kind)
    found = load({"time": column, "value": NUMBERS}, time="time").table.times
    assert found.tolist() == times.tolist()
    assert following(found, 1)[0].isoformat() == f"{after}T00:00:00"


@pytest.mark.parametrize("numbers", [range(1990, 2020), range(202301, 202331), range(30)])
def test_other_whole_numbers_stay_numbers(numbers):
    found = load({"time": numbers, "value": NUMBERS}, time="time").table.times
    assert found.tolist() == list(numbers)


@pytest.mark.parametrize(
    "written",
    [
        "%b %d %Y",
        "%B %d, %Y",
        "%d %b %Y",
        "%d-%b-%y",
        "%d.%m.%Y",
        "%m/%d/%Y",
        "%d.%m.%y",
        "%m/%d/%Y %H:%M",
        "%d.%m.%Y %H:%M:%S",
    ],
)
def test_texts_that_one_format_fits_are_dates_and_are_found(written):
    loaded = load({"when": DAYS.strftime(written), "value": NUMBERS})
    assert loaded.table.times.tolist() == DAYS.tolist()
    assert loaded.source.note == "Times were read from the column when."


def test_what_may_be_days_or_months_is_asked_for():
    times = [f"1/{month}/11" for month in range(1, 13)]
    column = pd.Series(times, dtype=object)
    with pytest.raises(TimeIndexError) as raised:
        parse_times(column, "when", str)
    assert str(raised.value) == (
        "when: times must be written in one way that is sure; got '1/1/11', which may be "
        '%d/%m/%y or %m/%d/%y. Set time_format = "%d/%m/%y", say.'
    )
    assert parse_times(column, "when", str, "%d/%m/%y")[-1] == pd.Timestamp("2011-12-01")
    assert parse_times(column, "when", str, "%m/%d/%y")[-1] == pd.Timestamp("2011-01-12")
    with pytest.raises(ArgumentType, match=r"^time_format: must be a format of dates"):
        parse_times(column, "when", str, "%Q")


def test_a_text_that_does_not_follow_the_format_is_named_by_its_row():
    texts = [*DAYS.strftime("%d.%m.%Y")[:29], "soon"]
    with pytest.raises(TimeIndexError, match=r"got 'soon' in row 30"):
        load({"when": texts, "value": NUMBERS}, time_format="%d.%m.%Y")


def test_several_series_in_one_table_are_named():
    table = pd.DataFrame(
        {
            "firm": np.repeat(["A", "B", "C", "D", "E"], 20),
            "year": [*range(1990, 2010)] * 5,
            "value": np.arange(100.0),
        }
    )
    with pytest.raises(TimeIndexError) as raised:
        load(table, time="year", target="value")
    assert str(raised.value) == (
        "year: a table must hold one series; got several series, 5 by the column firm ('A', 'B', "
        "'C', ...), and times that repeat. Set id = \"firm\", or keep the rows of one of them."
    )
