"""What a table tells of itself: a season that stands out, and several series in one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import kerasduet as kd
from kerasduet import errors
from kerasduet.data import seasons
from kerasduet.data.single import several_note

SMALL = {"season": 1, "difference": 0, "lookback": 4, "horizon": 2}
DAYS = pd.date_range("2024-01-01", periods=60, freq="D")
WALK = np.random.default_rng(4).normal(size=60).cumsum()
LYNX = np.fromstring(
    """
    269 321 585 871 1475 2821 3928 5943 4950 2577 523 98 184 279 409 2285 2685 3409 1824 409
    151 45 68 213 546 1033 2129 2536 957 361 377 225 360 731 1638 2725 2871 2119 684 299 236
    245 552 1623 3311 6721 4254 687 255 473 358 784 1594 1676 2251 1426 756 299 201 229 469
    736 2042 2811 4431 2511 389 73 39 49 59 188 377 1292 4031 3495 587 105 153 387 758 1307
    3465 6991 6313 3794 1836 345 382 808 1388 2713 3800 3091 2985 3790 674 81 80 108 229 399
    1132 2432 3574 2935 1537 529 485 662 1000 1590 2657 3396
    """,
    sep=" ",
)  # trapped a year, 1821 to 1934: R's `lynx`


def loaded(frame, **settings):
    return kd.load_data(kd.experiment("lstm-series", **SMALL | settings), frame)


def test_chance_offers_no_season():
    random, false = np.random.default_rng(0), 0
    for rows in (30, 80, 120, 300):
        for _ in range(50):
            noise = random.normal(size=rows)
            series = (noise, noise.cumsum(), np.exp(0.02 * noise.cumsum()))
            false += sum(seasons.found([values]) > 0 for values in series)
    assert false <= 1  # of 600
    assert seasons.found([np.ones(50)]) == 0
    assert seasons.found([WALK[:8]]) == 0


def sine(rows, period, deviation):
    wave = np.sin(2 * np.pi * np.arange(rows) / period)
    return lambda random: wave + deviation * random.normal(size=rows)


def autoregression(weight):
    def values(random):
        found = random.normal(size=150)
        for row in range(1, 150):
            found[row] += weight * found[row - 1]
        return found[30:]

    return values


@pytest.mark.parametrize(
    ("made", "season", "draws"),
    [
        (sine(120, 12, 0.3), 12, 100),
        (sine(84, 12, 0.3), 12, 100),
        (sine(2000, 24, 0.2), 24, 30),
        (sine(300, 365.25 / 7, 0.1), 52, 100),
        (sine(4 * 365 + 1, 365.25, 0), 365, 1),
        *((autoregression(weight), 0, 100) for weight in (-0.8, -0.6, -0.5, 0.8)),
    ],
)
def test_the_season_offered_is_the_one_that_made_the_rows(made, season, draws):
    random = np.random.default_rng(7)
    found = [seasons.found([made(random)]) for _ in range(draws)]
    assert found.count(season) >= 0.9 * draws
    assert sum(one not in (0, season) for one in found) <= 0.03 * draws


@pytest.mark.parametrize("rows", [80, 114])  # those of training, and all
def test_a_cycle_of_nine_and_a_half_years_is_offered_as_a_whole_number(rows):
    assert seasons.found([LYNX[:rows]]) == 10
    alternating = np.where(np.arange(40) % 2, 2.0, 1.0)
    assert seasons.found([alternating + np.random.default_rng(0).normal(size=40) / 5]) == 2


def test_a_season_is_found_in_one_series_and_in_many():
    steps, random = np.arange(160), np.random.default_rng(1)
    wave = 5 * np.sin(2 * np.pi * steps / 7) + 0.1 * steps
    assert seasons.found([wave + random.normal(size=160)]) == 7
    many = [wave / 2 + random.normal(size=160) for _ in range(40)]
    assert seasons.found(many) == 7


def test_it_is_offered_from_training_rows_and_never_taken():
    steps = np.arange(60)
    wave = pd.DataFrame({"time": DAYS, "value": np.sin(2 * np.pi * steps / 6) + steps / 9})
    data = loaded(wave)
    assert data.source.note == (
        "Season 6 stands out in the training rows; set season = 6 to try it (now 1)."
    )
    assert data.preprocessing.season == 1
    assert loaded(wave, season=6, lookback=3).source.note == ""
    late = wave.assign(value=np.where(steps < 44, WALK, 50 * wave["value"]))  # after training
    assert loaded(late).source.note == ""


def test_series_without_a_common_time_are_recognised():
    names = np.repeat(["A", "B"], 30)
    jump = np.where(names == "A", 0, 1000)
    table = pd.DataFrame({"time": DAYS, "symbol": names, "close": WALK + jump})
    assert 'set id = "symbol"' in loaded(table).source.note
    with pytest.raises(errors.TimeIndexError, match='Set id = "symbol" for several series'):
        loaded(pd.concat([table[30:], table[:30]]))
    mixed = table.assign(symbol=["A", "B"] * 30, close=WALK + np.tile([0, 1000], 30))
    assert 'set id = "symbol"' in loaded(mixed).source.note
    with pytest.raises(errors.TimeIndexError, match="must be in order"):
        loaded(table.drop(columns="symbol")[::-1])


@pytest.mark.parametrize(
    "texts",
    [
        np.where(DAYS.day_of_week < 5, "work", "rest"),
        DAYS.day_name(),
        np.where(np.arange(60) < 40, "before", "after"),
        ["x"] * 60,
        [f"row {i}" for i in range(60)],
    ],
)
def test_a_text_that_says_something_of_one_series_is_no_series(texts):
    assert several_note(pd.DataFrame({"text": texts}), WALK) == ""


def test_one_column_of_written_numbers_is_the_target_and_its_first_cell_is_named():
    for written, number in (("50.1%", "50.1"), ("1,234.5", "1234.5")):
        frame = pd.DataFrame({"time": DAYS, "share": [written] * 60})
        with pytest.raises(errors.ArgumentType, match=rf"^share: .* in row 1\. .*{number}"):
            loaded(frame)


def test_a_column_that_is_not_asked_for_never_refuses_a_series():
    odd = {
        "complex": np.zeros(60, complex),
        "object": [object()] * 60,
        "list": [[1]] * 60,
        "bytes": [b"x"] * 60,
        "interval": pd.interval_range(0, 60),
        "duration": pd.to_timedelta(np.arange(60), unit="D"),
        "none": [None] * 60,
    }
    frame = pd.DataFrame({"time": DAYS, "value": WALK} | odd)
    assert loaded(frame).preprocessing.target == "value"


def test_one_constant_series_of_several_has_scale_1_and_is_named():
    names = np.repeat(["a", "b", "c"], 60)
    values = np.concatenate([WALK, np.ones(60), -WALK])
    table = pd.DataFrame({"time": [*DAYS] * 3, "shop": names, "sold": values})
    settings = SMALL | {"units": 2, "epochs": 1, "id": "shop", "target": "sold"}
    run = kd.run_experiment("lstm-series", data=table, progress=False, **settings)
    assert run.source.note == (
        "In 1 of 3 series ('b') the values do not vary in the training rows: their scale is 1."
    )
    assert run.source.note in repr(run)
    assert run.preprocessing.sizes[1] == 1
    assert np.isfinite(run.metrics["mase"])
    assert run.forecast(level=80)["forecast"].notna().all()
    with pytest.raises(errors.ScaleError, match="values must vary"):
        loaded(table[60:120][["time", "sold"]])
    # The run has what a forecaster is asked.
    with pytest.raises(errors.UnknownName, match="kind: no option 'prob'"):
        run.predict(table, kind="prob")
    for name, own in (("n", "horizon"), ("levels", "level"), ("exog", "future")):
        with pytest.raises(errors.UnknownName, match=f"^{name}: .* It is called {own} here"):
            run.forecast(**{name: 3})


def test_data_beside_another_data_set_are_refused():
    with pytest.raises(errors.ArgumentType, match=r"^dataset: excludes data; got 'co2' and"):
        kd.run_experiment("lstm-series", data={"value": WALK}, dataset="co2")


def test_changes_over_other_steps_than_the_season_are_noted():
    rows = pd.DataFrame({"value": np.random.default_rng(0).normal(size=200).cumsum()})
    text = "The network sees changes over 12 steps, but the season is 7; set difference = 7"
    for difference, is_noted in ((12, True), (7, False), (1, False)):
        chosen = kd.experiment("lstm-series", season=7, difference=difference)
        assert (text in kd.load_data(chosen, rows).source.note) == is_noted
