"""A forecaster that goes on with new rows: what it keeps, what it learns, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import LINEAR, seasonal

import kerasduet as kd
from kerasduet import errors

OLD, NEW = seasonal(240)[:200], seasonal(240)[200:]


@pytest.fixture(scope="module")
def run():
    return kd.run_experiment("lstm-co2", data=OLD, progress=False, **LINEAR)


@pytest.fixture(scope="module")
def child(run):
    return kd.update_run(run, NEW, epochs=1, progress=False)


def test_an_update_begins_with_the_weights_and_the_scale_of_its_parent(run, child):
    digests = run.digests
    assert child.provenance["parent"] == {
        "weights": digests["weights"],
        "data": run.source.sha256,
        "rows": 200,
    }
    assert (child.preprocessing.mean, child.preprocessing.scale) == (
        run.preprocessing.mean,
        run.preprocessing.scale,
    )
    assert child.preprocessing.rows == 240
    assert run.digests == digests  # it stays as it is
    # One epoch from these weights ends nearer to the truth than one from the first ones.
    fresh = kd.run_experiment(
        "lstm-co2", data=seasonal(240), progress=False, **LINEAR | {"epochs": 1}
    )
    assert child.history["loss"].iloc[0] < fresh.history["loss"].iloc[0]
    assert child.digests["weights"] not in (digests["weights"], fresh.digests["weights"])
    assert len(child.history) == 1


def test_an_update_is_tested_on_rows_that_its_parent_never_trained_on(run, child):
    before = run.dataset.table
    after = child.dataset.table
    seen = before.times[before.test_origins[0] - run.experiment.lookback]
    assert after.times[after.test_origins[0] + 1] > seen
    trained = len(before.times) - round(193 * 0.15)
    assert after.test_origins[0] >= trained
    np.testing.assert_array_equal(after.values[:200], before.values)
    assert child.forecast()["time"].iloc[0] == NEW.index[-1] + pd.Timedelta(days=1)


def test_an_update_is_a_run_like_any_other(child, tmp_path):
    loaded = kd.load_run(child.save(tmp_path / "run"))
    assert loaded.digests == child.digests
    assert loaded.provenance["parent"] == child.provenance["parent"]
    levels = (80, 95)
    pd.testing.assert_frame_equal(loaded.forecast(3, levels), child.forecast(3, levels))
    assert kd.resume_run(child) is child
    kd.render_report(child, tmp_path / "page.html")


def test_the_whole_series_gives_the_same_bits_as_its_new_rows(run, child, tmp_path):
    loaded = kd.load_run(run.save(tmp_path / "run"))
    whole = kd.update_run(loaded, seasonal(240), epochs=1, progress=False)
    assert whole.digests == child.digests
    assert whole.source.sha256 == child.source.sha256
    again = kd.update_run(run, NEW, epochs=1, progress=False)
    assert again.digests == child.digests


def test_rows_without_times_follow_too():
    values = OLD.to_numpy()
    run = kd.run_experiment(
        "lstm-co2", data={"value": values}, progress=False, **LINEAR | {"epochs": 1}
    )
    child = kd.update_run(run, {"value": NEW.to_numpy()}, progress=False)
    assert child.preprocessing.rows == 240
    assert child.forecast()["time"].tolist() == [241, 242, 243]


def test_what_no_update_can_be_made_of_is_refused(run, image_run, tmp_path):
    with pytest.raises(
        errors.ArgumentType, match="run: must be of a series, which new rows go"
    ):
        kd.update_run(image_run, NEW)
    with pytest.raises(errors.ArgumentType, match="must hold rows after the end of the series"):
        kd.update_run(run, OLD)
    with pytest.raises(errors.TimeIndexError, match="must not repeat"):
        kd.update_run(run, seasonal(240)[199:])
    with pytest.raises(
        errors.ArgumentRange, match="epochs: must be a whole number, at least 1"
    ):
        kd.update_run(run, NEW, epochs=0)
    loaded = kd.load_run(run.save(tmp_path / "run"))
    with pytest.raises(errors.DatasetError, match="new_rows: must hold the whole series"):
        kd.update_run(loaded, NEW)


def test_new_rows_go_on_where_times_were_found_and_plans_are_known(run):
    days = pd.date_range("2024-01-01", periods=240, name=None)
    sales = pd.DataFrame({"date": days, "value": seasonal(240).to_numpy()})
    sales["promo"] = np.arange(240) % 3
    settings = LINEAR | {"target": "value", "known_future": "promo"}
    parent = kd.run_experiment("lstm-series", data=sales[:200], progress=False, **settings)
    child = kd.update_run(parent, sales[200:], epochs=1, progress=False)
    whole = kd.update_run(parent, sales, epochs=1, progress=False)
    assert child.source.sha256 == whole.source.sha256
    assert child.digests["weights"] == whole.digests["weights"]
    assert child.future_frame()["time"].iloc[0] == days[-1] + pd.Timedelta(days=1)
    assert child.dataset.to_frame()["promo"].tolist() == sales["promo"].tolist()


def test_rows_that_the_series_has_already_are_told_so(run):
    with pytest.raises(kd.errors.TimeIndexError) as raised:
        kd.update_run(run, OLD.iloc[:50], progress=False)
    text = str(raised.value)
    assert text.startswith(
        "new_rows: must come after the end of the series, or be the whole of"
    )
    assert "joined to the 200 old rows" in text


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([1.0, 2.0], "new_rows: must be a time series"),
        (NEW.rename("sales").reset_index(), "got none of the name value. Did you mean sales?"),
        ({"value": NEW.to_numpy()}, "new_rows: must have times, as the series has"),
    ],
)
def test_rows_of_another_form_than_the_series_are_refused(run, rows, text):
    with pytest.raises(errors.KerasduetError) as raised:
        kd.update_run(run, rows, progress=False)
    assert text in str(raised.value)
