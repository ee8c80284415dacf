"""The spacing of times: what is learned from rows of every calendar, and how they go on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import LINEAR, seasonal

import kerasduet as kd
from kerasduet.data.preprocessing import SeriesPreprocessing
from kerasduet.data.spacing import learn
from kerasduet.data.times import following
from kerasduet.errors import TimeIndexError


def dates(freq, rows=60, start="2020-01-01", zone=None):
    clock = pd.date_range(start, periods=rows, freq=freq)
    if zone is None:
        return clock
    return clock.tz_localize(
        zone, ambiguous=np.full(rows, fill_value=True), nonexistent="shift_forward"
    )


def week(mask):
    return pd.offsets.CustomBusinessDay(weekmask=mask)


def bars(mask, first, last, step="1h", rows=60, zone=None):
    times = pd.timedelta_range(first, last, freq=step)
    days = pd.date_range("2023-03-01", periods=rows, freq=week(mask))
    found = pd.DatetimeIndex([day + time for day in days for time in times])
    return found.tz_localize(zone) if zone else found


DAYS = dates("D", 1500)
HOURS = dates("h", 1500)
FIVE, ALL = "Mon Tue Wed Thu Fri", "Mon Tue Wed Thu Fri Sat Sun"
SUNDAYS, SATURDAYS = "Sun Mon Tue Wed Thu", "Mon Tue Wed Thu Fri Sat"
NIGHT = (HOURS.hour == 17) | (HOURS.day_of_week == 5)
FRIDAY = (HOURS.day_of_week == 4) & (HOURS.hour >= 17)
SUNDAY = (HOURS.day_of_week == 6) & (HOURS.hour < 18)
SHOP = bars(SATURDAYS, "9h", "17h")
CALENDARS = {
    "days": DAYS,
    "Sunday to Thursday": dates(week(SUNDAYS)),
    "Monday to Saturday": dates(week(SATURDAYS)),
    "Monday, Wednesday, Friday": dates(week("Mon Wed Fri")),
    "working days": dates("B"),
    "Tuesdays": dates("W-TUE"),
    "every other Tuesday": dates("2W-TUE"),
    "every ten days": dates("10D"),
    "1st and 15th": dates("SMS"),
    "15th and last": dates("SME"),
    "15th and 30th": DAYS[
        DAYS.day.isin([15, 30]) | ((DAYS.month == 2) & (DAYS.day == DAYS.days_in_month))
    ],
    "1st, 11th, 21st": DAYS[DAYS.day.isin([1, 11, 21])],
    "29th": pd.DatetimeIndex(
        [pd.Timestamp("2021-01-29") + pd.DateOffset(months=n) for n in range(40)]
    ),
    "last Friday": dates("LWOM-FRI"),
    "first Monday": dates("WOM-1MON"),
    "second Wednesday": dates("WOM-2WED"),
    "first Monday of quarters": dates("3WOM-1MON"),
    "first and third Friday": DAYS[
        (DAYS.day_of_week == 4) & ((DAYS.day - 1) // 7 + 1).isin([1, 3])
    ],
    "month starts": dates("MS"),
    "month ends": dates("ME"),
    "every other month end": dates("2ME"),
    "quarter ends": dates("QE-NOV"),
    "quarter starts": dates("QS"),
    "year ends": dates("YE", 20),
    "last working day": dates("BME"),
    "first working day": dates("BMS"),
    "last working day of quarters": dates("BQE"),
    "last of Sunday to Thursday": dates(pd.offsets.CustomBusinessMonthEnd(weekmask=SUNDAYS)),
    "first of Monday to Saturday": dates(
        pd.offsets.CustomBusinessMonthBegin(weekmask=SATURDAYS)
    ),
    "9 to 13 h": bars(FIVE, "9h", "13h"),
    "9 to 13 h every day": bars(ALL, "9h", "13h"),
    "9 to 13 h from Sunday": bars(SUNDAYS, "9h", "13h", zone="Asia/Jerusalem"),
    "ten minutes": bars(FIVE, "570min", "950min", "10min", 30, "America/New_York"),
    "shorter Saturdays": SHOP[(SHOP.day_of_week < 5) | (SHOP.hour <= 12)],
    "lunch": SHOP[SHOP.hour != 12],
    "a trading week": HOURS[~(NIGHT | FRIDAY | SUNDAY)],
    "business hours": dates("bh", 200),
    "8 and 20 h": bars(ALL, "8h", "20h", "12h"),
    "noon and midnight of a zone": dates("12h", 300, "2023-02-01", "Europe/Berlin"),
    "hours to winter": pd.date_range("2023-10-20", periods=500, freq="h", tz="Europe/Berlin"),
    "hours to summer": pd.date_range("2023-03-15", periods=500, freq="h", tz="Europe/Berlin"),
    "quarters of an hour": dates("15min", 700),
    "seconds": dates("s", 300),
    "Santiago": dates("D", 300, "2023-03-01", "America/Santiago"),
    "Cairo": dates("D", 300, "2023-08-01", "Africa/Cairo"),
    "Beirut": dates("D", 300, "2023-08-01", "Asia/Beirut"),
    "Havana": dates("D", 300, "2023-03-01", "America/Havana"),
    "Asuncion": dates("D", 300, "2023-03-01", "America/Asuncion"),
    "Havana's working days": dates("B", 300, "2023-03-01", "America/Havana"),
}


@pytest.mark.parametrize("times", CALENDARS.values(), ids=CALENDARS)
def test_a_calendar_cut_in_two_is_continued_exactly(times):
    cuts = np.random.default_rng(len(times)).integers(len(times) // 2, len(times) - 3, 4)
    for cut in cuts:
        known, later = times[:cut], times[cut:][:40]
        kept = learn(known)
        assert following(known[-20:], len(later), spacing=kept).tolist() == later.tolist()


@pytest.mark.parametrize("times", CALENDARS.values(), ids=CALENDARS)
def test_a_calendar_with_rows_missing_is_continued_or_nothing_is(times):
    if len(times) < 50:
        return
    generator = np.random.default_rng(len(times))
    known, later = times[:-6], times[-6:]
    is_kept = generator.random(len(known)) > 0.04
    is_kept[-1] = True
    kept = learn(known[is_kept])
    assert kept[0] != "unknown"
    assert following(known[-20:], 6, spacing=kept).tolist() == later.tolist()


@pytest.mark.parametrize(
    ("times", "text"),
    [
        (
            DAYS[np.cumsum([1, 2, 5, 9, 1, 7, 30, 4, 8, 3, 11, 2])],
            "frequency: must be known to continue these times; got none, and rows that fit no "
            "calendar. To forecast, add the missing rows and set frequency, or leave the column "
            "of times out, so that rows are numbered.",
        ),
        (
            pd.DatetimeIndex(["2024-01-26", "2024-04-26", "2024-07-26", "2024-10-25"]),
            "frequency: must be known to continue these times; got none, and rows that fit "
            'several. To forecast, set frequency = "91D" or "3WOM-4FRI" or "3LWOM-FRI".',
        ),
        (bars(FIVE, "9h", "13h", rows=2), "no calendar"),
    ],
)
def test_what_the_rows_do_not_tell_is_asked_for(times, text):
    with pytest.raises(TimeIndexError) as raised:
        following(times, 2, spacing=learn(times))
    assert text in str(raised.value)


def test_a_week_that_changed_goes_on_as_it_is_now():
    old, new = dates(week("Sat Sun Mon Tue Wed"), 300), week(SUNDAYS)
    times = old.append(pd.date_range(old[-1] + new, periods=200, freq=new))
    later = pd.date_range(times[-1], periods=11, freq=new)[1:]
    assert following(times[-20:], 10, spacing=learn(times)).tolist() == later.tolist()


def test_working_days_moved_by_holidays_are_working_days():
    times = dates("BMS", 48)
    moved = times.where(times.month != 1, times + pd.offsets.BDay())
    assert following(moved, 2, spacing=learn(moved)).tolist() == dates("BMS", 50)[-2:].tolist()


SMALL = LINEAR | {"epochs": 1}


@pytest.mark.parametrize(
    "name",
    ["Sunday to Thursday", "9 to 13 h", "1st and 15th", "last Friday", "Santiago", "Havana"],
)
def test_a_run_goes_on_by_what_it_learned_saved_or_not(tmp_path, name):
    whole = CALENDARS[name]
    rows = min(len(whole) - 10, 200)
    times, later = whole[:rows], whole[rows:][:10].tolist()
    series = pd.Series(seasonal().to_numpy()[:rows], times)
    settings = SMALL | {"lookback": 3, "season": 1, "difference": 0, "straddle": True}
    run = kd.run_experiment("lstm-co2", data=series, progress=False, **settings)
    assert run.forecast(10)["time"].tolist() == later
    # The last rows alone would not tell.
    assert run.predict(series[-4:])["time"].tolist() == later[: run.experiment.horizon]
    loaded = kd.load_run(run.save(tmp_path / "run"))
    assert loaded.preprocessing == run.preprocessing
    assert loaded.forecast(10)["time"].tolist() == later
    pd.testing.assert_frame_equal(loaded.predictions(), run.predictions())
    old = run.preprocessing.to_dict()
    del old["spacing"]
    assert SeriesPreprocessing.from_dict(old).spacing is None


def test_what_will_be_asked_for_is_said_before_training():
    odd = DAYS[np.cumsum(np.random.default_rng(0).integers(1, 9, 200))]
    series = pd.Series(seasonal().to_numpy()[:200], odd)
    events = []
    run = kd.run_experiment("lstm-co2", data=series, progress=events.append, **SMALL)
    assert events[0]["note"] == (
        "Times to come cannot be told from the rows: to forecast, add the missing rows and set "
        "frequency, or leave the column of times out, so that rows are numbered."
    )
    with pytest.raises(TimeIndexError, match=r"^frequency: must be known"):
        run.forecast()
    # A run of an earlier version goes on by the usual gap.
    object.__setattr__(run.preprocessing, "spacing", None)
    assert len(run.forecast(3)) == 3


@pytest.mark.parametrize("name", ["Santiago", "Cairo", "Beirut", "Havana", "Asuncion"])
def test_days_without_a_midnight_follow_the_frequency_of_days(tmp_path, name):
    whole = CALENDARS[name]
    for rows in (200, int(np.argmax(whole.hour != 0)) + 1 or 150):
        times = whole[max(rows - 200, 0) : rows]
        series = pd.Series(seasonal().to_numpy()[: len(times)], times)
        if len(times) < 100:
            continue
        settings = SMALL | {"frequency": "D"}
        run = kd.run_experiment("lstm-co2", data=series, progress=False, **settings)
        later = whole[rows:][:9].tolist()
        assert run.forecast(9)["time"].tolist() == later
        loaded = kd.load_run(run.save(tmp_path / str(rows)))
        assert loaded.forecast(9)["time"].tolist() == later
        assert loaded.predict(series)["time"].tolist() == later[: run.experiment.horizon]
        pd.testing.assert_frame_equal(loaded.predictions(), run.predictions())


def test_either_of_two_midnights_follows_the_frequency():
    clock = pd.date_range("2023-06-01", periods=200, freq="D")
    series = pd.Series(
        seasonal().to_numpy()[:200],
        clock.tz_localize("America/Havana", ambiguous=np.zeros(200, bool)),
    )
    data = kd.load_data(
        kd.experiment("lstm-co2", **SMALL | {"frequency": "D"}).on_own_data(), series
    )
    assert data.table.times[157].isoformat() == "2023-11-05T00:00:00-05:00"
