"""Leaks from the future: planted ones are found and named, the presets have none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import LINEAR, linear, seasonal

import kerasduet as kd
from kerasduet.data import Part
from kerasduet.errors import ArgumentType
from kerasduet.registry import TASKS

TASK = TASKS["forecasting"]
SMALL = kd.experiment("lstm-co2", **LINEAR | {"straddle": True})
PRESETS = [name for name in kd.presets()["name"] if kd.experiment(name).task == "forecasting"]


def series():
    return seasonal(160)


def prices(rows=400):
    random = np.random.default_rng(1)
    close = 100 + random.normal(size=rows).cumsum()
    columns = {"open": close + random.normal(size=rows), "high": close + 2, "low": close - 2}
    dates = pd.date_range("2024-01-01", periods=rows, name="date")
    volume = random.integers(100, 200, rows)
    return pd.DataFrame(columns | {"close": close, "volume": volume}, dates).reset_index()


@pytest.fixture
def planted(monkeypatch):
    """Let the task read or cut its series in another way, and check it."""
    load = TASK.load

    def check(*, before=None, after=None, chosen=SMALL, data=None):
        def other(experiment, given):
            made = load(experiment, before(given.copy()) if before else given)
            return after(made) if after else made

        monkeypatch.setattr(TASK, "load", other)
        return kd.check_leakage(chosen, series() if data is None else data)

    return check


def failed(found):
    assert not found.passed and found.text.startswith("Leaks:\n")
    leaks = found.table[~found.table["passed"]]
    assert all(row.check in found.text and row.what in found.text for row in leaks.itertuples())
    return set(leaks["check"])


def numbers(given, function):
    """Change the numbers of a series or a table."""
    if isinstance(given, pd.Series):
        return function(given)
    columns = given.columns[1:]
    return given.assign(**{name: function(given[name]) for name in columns})


def test_a_clean_pipeline_passes():
    found = kd.check_leakage(SMALL, series())
    assert found.passed and len(found.table) == 13
    assert repr(found) == "No leak: 13 checks, and not a bit moved."
    assert list(found.table.columns) == ["check", "what", "passed"]


@pytest.mark.parametrize("name", PRESETS)
def test_the_presets_have_no_leak(name):
    # Cut down to a network that is traced in a second: the pipeline is the preset's own.
    chosen = kd.experiment(name).replace(model=linear)
    data = {name: None for name in ("lstm-co2", "lstm-panel", "sine")}
    indices = dict(
        zip(("open", "high", "low", "close"), ("SMI", "CAC", "FTSE", "DAX"), strict=True)
    )
    stocks = prices().rename(columns=indices)
    data = (data | {"lstm-series": series(), "lstm-stocks": stocks}).get(name, prices())
    assert kd.check_leakage(chosen, data).passed


def test_a_scaler_on_all_rows(planted):
    def after(made):
        values = made.table.values
        learned = replace(
            made.preprocessing, mean=tuple(values.mean(axis=0)), scale=tuple(values.std(axis=0))
        )
        return replace(made, preprocessing=learned)

    found = planted(after=after)
    assert "what was learned" in failed(found)
    assert "mean, scale, with the test rows changed" in found.text


def test_gaps_filled_from_what_follows(planted):
    chosen = SMALL.replace(missing="interpolate", difference=0)
    data = series()
    data.iloc[[40, 41, 90]] = np.nan
    assert kd.check_leakage(chosen, data).passed
    found = planted(
        before=lambda given: numbers(given, pd.Series.bfill), chosen=chosen, data=data
    )
    assert {"inputs of a forecast", "training windows"} <= failed(found)


def test_a_centred_mean(planted):
    def smooth(values):
        return values.rolling(5, center=True, min_periods=1).mean()

    found = planted(before=lambda given: numbers(given, smooth))
    assert {"training windows", "validation windows", "inputs of a forecast"} <= failed(found)


def test_targets_that_are_not_shifted(planted):
    def unshifted(part):
        last = np.asarray(part.inputs)[:, -1:, 0]
        return Part(part.inputs, np.repeat(last, SMALL.horizon, axis=1))

    def after(made):
        parts = {
            name: unshifted(getattr(made, name)) for name in ("train", "validation", "test")
        }
        return replace(made, **parts)

    assert failed(planted(after=after)) == {"targets of a forecast"}


def test_training_windows_that_straddle_the_split(planted):
    def after(made):
        pairs = zip(
            made.train.take(slice(None))[:2], made.validation.take(slice(0, 1))[:2], strict=True
        )
        return replace(made, train=Part(*(np.concatenate(pair) for pair in pairs)))

    assert "training windows" in failed(planted(after=after))


def test_a_seasonal_index_from_all_rows(planted):
    def adjusted(values):
        return values - values.groupby(np.arange(len(values)) % 7).transform("mean")

    found = planted(before=lambda given: numbers(given, adjusted))
    assert {"training windows", "what was learned", "inputs of a forecast"} <= failed(found)


def test_future_values_of_a_column(planted):
    chosen = kd.experiment("price-lstm", model=linear, lookback=5)
    assert kd.check_leakage(chosen, prices()).passed

    def before(given):
        given["open"] = given["open"].shift(-1, fill_value=given["open"].iloc[-1])
        return given

    found = planted(before=before, chosen=chosen, data=prices())
    assert "inputs of a forecast" in failed(found)


def test_early_stopping_on_the_test(planted, monkeypatch):
    found = planted(after=lambda made: replace(made, validation=made.test))
    assert {"validation windows", "history"} <= failed(found)


def test_early_stopping_on_the_test_within_the_training(monkeypatch):
    from kerasduet.training import course

    class Peeking(course._Course):
        def __init__(self, model, dataset, *rest):
            peeked = replace(dataset, validation=dataset.test)
            super().__init__(model, peeked, *rest)

    monkeypatch.setattr(course, "_Course", Peeking)
    assert failed(kd.check_leakage(SMALL, series())) == {"history"}


def test_a_baseline_that_looks_ahead(monkeypatch):
    from kerasduet.forecasting import baselines

    def ahead(values, origins, *, horizon):
        return np.repeat(values[np.minimum(origins + 1, len(values) - 1)][:, None], horizon, 1)

    monkeypatch.setattr(baselines, "naive", ahead)
    found = kd.check_leakage(SMALL, series())
    assert failed(found) == {"forecast"} and "forecast: naive, from row" in found.text


def test_what_is_no_series_is_refused_before_its_data_are_loaded(monkeypatch):
    def load(self, experiment, given):
        raise AssertionError("loaded")

    monkeypatch.setattr(type(TASKS["classification"]), "load", load)
    with pytest.raises(ArgumentType, match="must be of a series"):
        kd.check_leakage("mnist-dense")


def test_plans_are_no_leak_and_are_not_changed():
    data = prices().assign(promo=np.arange(len(prices())) % 3)
    chosen = kd.experiment("price-lstm", model=linear, lookback=5, known_future="promo")
    assert kd.check_leakage(chosen, data).passed
    gaps = chosen.replace(missing="interpolate")
    assert kd.check_leakage(gaps, data).passed


@pytest.mark.parametrize("ahead", [{}, {"known_future": "promo", "calendar": "weekday"}])
def test_a_recursive_network_is_checked_over_its_whole_horizon(ahead):
    data = prices(200)[["date", "close"]].assign(promo=np.arange(200) % 3)
    own = {"target": "close", "lookback": 5, "horizon": 3, "units": 2, "strategy": "recursive"}
    assert kd.check_leakage(kd.experiment("lstm-series", **own, **ahead), data).passed
