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
        "Season 6 stands out in the autocorrelation of the training rows; set season = 6 to try "
        "it (now 1)."
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
