"""The baseline `copy`, and inputs that all but contain the target."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import kerasduet as kd
from kerasduet.forecasting import baselines
from kerasduet.tasks.forecasting.figure_words import forecast_names

SETTINGS = {
    "features": ["open", "high", "low", "close", "volume"],
    "time": "date",
    "lookback": 5,
    "horizon": 1,
    "epochs": 1,
    "units": 2,
    "progress": False,
}


def prices(rows: int = 120, noise: float = 0.01) -> pd.DataFrame:
    """Give a random walk whose open is the close of the day before, but for some noise."""
    drawn = np.random.default_rng(45)
    close = 100 * np.exp(np.cumsum(drawn.normal(0, 0.02, rows)))
    opened = np.r_[100.0, close[:-1]] + drawn.normal(0, noise, rows)
    high = np.maximum(opened, close) + drawn.uniform(0, 1, rows)
    low = np.minimum(opened, close) - drawn.uniform(0, 1, rows)
    return pd.DataFrame(
        {
            "date": pd.date_range("2024-01-01", periods=rows),
            "open": opened,
            "high": high,
            "low": low,
            "close": close,
            "volume": drawn.integers(1000, 9000, rows).astype(float),
        }
    )


@pytest.fixture(scope="module")
def opened():
    return kd.run_experiment("lstm-series", data=prices(), target="open", **SETTINGS)


def test_best_copy_is_the_column_with_the_least_error():
    frame = prices()
    values, inputs = frame["open"].to_numpy(), frame[["high", "close"]].to_numpy()
    place, error, naive = baselines.best_copy(values, inputs, np.arange(50, 60), horizon=2)
    ahead = np.stack([values[51:61], values[52:62]], axis=1)
    assert place == 1
    assert error == pytest.approx(np.abs(ahead - inputs[50:60, 1:]).mean())
    assert naive == pytest.approx(np.abs(ahead - values[50:60, None]).mean())


def test_copy_repeats_the_close_in_prices(opened):
    frame, table = prices(), opened.predictions()
    assert opened.preprocessing.copied == "close"
    close = frame.set_index("date")["close"]
    assert table["copy"].tolist() == close[table["origin"]].tolist()
    error = (table["truth"] - table["copy"]).abs().mean()
    assert opened.metrics["copy_mae"] == pytest.approx(error)
    assert opened.metrics["copy_mae"] < opened.metrics["naive_mae"] / 10
    assert "the best baseline, copy, has" in opened.summary
    ahead = opened.forecast()
    assert ahead["copy"].tolist() == [close.iloc[-1]]


def test_an_input_that_all_but_contains_the_target_is_named(opened, tmp_path):
    told = 'input "close" of the day before all but contains "open": copying it has an error'
    assert told in repr(opened)
    kd.render_report(opened, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "all but contains" in page
    assert "The baseline copy repeats the last value of close" in page
    opened.save(tmp_path / "run")
    loaded = kd.load_run(tmp_path / "run")
    assert told in repr(loaded)
    assert loaded.metrics["copy_mae"] == opened.metrics["copy_mae"]
    assert "copy" in loaded.plot().alt_text


def test_copying_the_target_itself_is_naive_and_no_line_of_its_own():
    # Of a random walk whose open has gaps of its own nothing is nearer to the close than it.
    run = kd.run_experiment("lstm-series", data=prices(noise=5), target="close", **SETTINGS)
    assert run.preprocessing.copied == "close"
    assert run.metrics["copy_mae"] == run.metrics["naive_mae"]
    assert "copy" not in forecast_names(run)
    assert "all but contains" not in repr(run)
    alone = kd.load_data(kd.experiment("lstm-series"), data=prices()[["date", "close"]])
    assert alone.preprocessing.copied is None


def test_the_column_is_chosen_before_the_test():
    frame, changed = prices(), prices()
    changed.loc[108:, ["open", "high", "low", "close"]] *= 3
    names = {"target": "open", "time": "date", "features": ["close", "high"]}
    chosen = kd.experiment("lstm-series", lookback=5, **names)
    first, second = (kd.load_data(chosen, data=given) for given in (frame, changed))
    assert first.preprocessing.copied == second.preprocessing.copied
    assert first.preprocessing.copy_share == second.preprocessing.copy_share


def test_copies_over_a_gap_are_what_was_known():
    frame = prices()
    frame.loc[112, "close"] = np.nan
    run = kd.run_experiment(
        "lstm-series", data=frame, target="open", missing="interpolate", **SETTINGS
    )
    table = run.predictions().set_index("origin")
    day = frame["date"][112]
    assert table["copy"][day] == frame["close"][111]


def test_several_series_have_a_copy_each():
    frames = [prices().assign(symbol="A"), prices(noise=0.02).assign(symbol="B")]
    run = kd.run_experiment(
        "lstm-series", data=pd.concat(frames), target="open", id="symbol", **SETTINGS
    )
    assert run.metrics["copy_mase"] < run.metrics["naive_mase"] / 10
    assert run.series_scores()["best"].tolist() == ["copy", "copy"]
    assert "all but contains" in repr(run)


def test_a_column_that_is_far_from_the_target_is_no_baseline():
    settings = {"target": "close", "time": "date", "lookback": 5, "own_past": False}
    chosen = kd.experiment("lstm-series", features="volume", **settings)
    assert kd.load_data(chosen, prices()).preprocessing.copied is None
