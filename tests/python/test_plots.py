"""Figures: the frames say what the run says, and the pictures draw the frames."""

from __future__ import annotations

import dataclasses
import io
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from conftest import LINEAR, SERIES, seasonal

import kerasduet as kd
from kerasduet.errors import (
    ArgumentRange,
    ArgumentType,
    DatasetError,
    EmptyData,
    HorizonError,
    UnknownName,
)
from kerasduet.figures import figure_kinds
from kerasduet.plots import plot_data
from kerasduet.style import OKABE_ITO, blend
from kerasduet.tasks.forecasting.scores import best_baseline

CLASSIFIER = figure_kinds("classification")
FORECASTER = figure_kinds("forecasting")


def panel(run, kind, **settings):
    (only,) = plot_data(run, kind, **settings).panels
    return only


@pytest.fixture(scope="module")
def one_step_run():
    settings = SERIES | {"horizon": 1, "season": 1, "difference": 1, "epochs": 1}
    return kd.run_experiment("lstm-co2", data=seasonal(), progress=False, **settings)


# Frames --------------------------------------------------------------------------------------


def test_history_holds_every_value_of_the_run(image_run):
    shown = panel(image_run, "history")
    lines = shown.frames["lines"]
    assert lines.columns.tolist() == ["epoch", "measure", "series", "value"]
    assert lines["measure"].unique().tolist() == ["Loss (cross-entropy, nats)", "Accuracy (%)"]
    for column, measure, series, factor in (
        ("loss", "Loss (cross-entropy, nats)", "training", 1),
        ("val_loss", "Loss (cross-entropy, nats)", "validation", 1),
        ("accuracy", "Accuracy (%)", "training", 100),
        ("val_accuracy", "Accuracy (%)", "validation", 100),
    ):
        part = lines[(lines["measure"] == measure) & (lines["series"] == series)]
        assert part["epoch"].tolist() == [1, 2]
        np.testing.assert_array_equal(part["value"], factor * image_run.history[column])
    assert shown.ticks == (1, 2)
    assert len(shown.frames["kept"]) == 0
    assert f"validation {image_run.history['val_loss'][0]:.3g} to" in shown.alt


def test_history_says_when_the_loss_has_a_penalty(image_run):
    model = dict(image_run.experiment.model) | {"l2": 0.01}
    penalized = dataclasses.replace(image_run.experiment, model=model)
    shown = panel(dataclasses.replace(image_run, experiment=penalized), "history")
    assert shown.frames["lines"]["measure"][0] == "Loss (nats, with penalty)"


def test_history_marks_the_epoch_whose_weights_were_kept(series_run):
    stopping = dataclasses.replace(series_run.experiment, early_stopping=1)
    history = series_run.history.assign(val_loss=[0.5, 0.7])
    run = dataclasses.replace(series_run, experiment=stopping, history=history)
    shown = panel(run, "history")
    assert shown.frames["kept"]["epoch"].tolist() == [1]
    assert shown.subtitle == "Dotted: epoch 1, whose weights were kept"
    assert shown.alt.endswith("The weights of epoch 1 were kept.")


def test_confusion_counts_every_test_row_once(image_run):
    shown, table = panel(image_run, "confusion"), image_run.predictions()
    cells = shown.frames["cells"]
    assert len(cells) == 100
    assert cells["count"].sum() == len(table) == 1000
    assert cells.loc[~cells["correct"], "count"].sum() == image_run.metrics["errors"]
    pair = cells[(cells["truth"] == "4") & (cells["prediction"] == "9")]
    expected = ((table["truth"] == "4") & (table["prediction"] == "9")).sum()
    assert pair["count"].item() == expected
    np.testing.assert_allclose(cells.groupby("truth")["share"].sum(), 1)
    assert cells["truth"].unique().tolist() == list(image_run.class_names)
    assert f"{image_run.metrics['errors']:.0f} mistakes" in shown.title
    assert f"{image_run.metrics['errors']:.0f} mistakes" in shown.alt


def test_confusion_keeps_the_order_of_the_classes(named_run):
    cells = panel(named_run, "confusion").frames["cells"]
    assert cells["prediction"].tolist() == ["pear", "apple", "fig"] * 3


def test_digits_shows_confident_mistakes_and_right_ones(image_run):
    shown, table = panel(image_run, "digits"), image_run.predictions()
    tiles = shown.frames["tiles"]
    assert len(tiles) == 12
    assert tiles["correct"].tolist() == [False] * 6 + [True] * 6
    wrong = table[table["truth"] != table["prediction"]]
    expected = wrong["probability"].nlargest(6).to_numpy(dtype=np.float64)
    np.testing.assert_array_equal(tiles["probability"][:6], expected)
    assert tiles["truth"][6:].is_unique
    assert tiles["label"][0].startswith("\u00d7 ") and not tiles["label"][6].startswith(
        "\u00d7"
    )
    assert "6 right, 6 wrong" in shown.alt


def test_digits_shows_the_pixels_of_the_rows_asked_for(image_run):
    shown = panel(image_run, "digits", rows=np.array([7, 3]))
    assert shown.frames["tiles"]["row"].tolist() == [7, 3]
    assert shown.columns == 2
    pixels = shown.frames["pixels"]
    first = pixels.loc[pixels["tile"] == 1, "red"].to_numpy().reshape(28, 28)
    np.testing.assert_array_equal(first, 255 - image_run.dataset.x_test[6].reshape(28, 28))
    assert pixels[["x", "y"]].iloc[1].tolist() == [2, 1]


def test_images_of_the_caller_keep_their_colours(named_run):
    shown = panel(named_run, "digits", rows=[1])
    level = named_run.dataset.x_test[0].ravel()
    np.testing.assert_array_equal(shown.frames["pixels"]["green"], level)
    assert shown.title == "Test images"


def test_forecast_shows_the_last_windows_in_original_units(series_run):
    shown, table = panel(series_run, "forecast", windows=2), series_run.predictions()
    lines = shown.frames["lines"]
    origins = table["origin"].drop_duplicates()
    assert shown.frames["origins"]["time"].tolist() == [origins.iloc[-4], origins.iloc[-1]]
    last = table[table["origin"] == origins.iloc[-1]]
    for series, column in (("network", "forecast"), ("seasonal naive", "seasonal_naive")):
        drawn = lines[(lines["series"] == series) & (lines["window"] == 2)]
        assert drawn["time"].tolist() == last["time"].tolist()
        np.testing.assert_array_equal(drawn["value"], last[column])
    truth = lines[lines["series"] == "truth"].set_index("time")["value"]
    known = seasonal().loc[truth.index[0] : truth.index[-1]]
    pd.testing.assert_series_equal(truth, known, check_names=False, check_freq=False)
    # A season before the first of the two windows of three steps, and the six steps.
    assert len(truth) == 7 + 6
    assert shown.subtitle == (
        "The last 2 test windows of 3 steps, direct; vertical lines: where each begins; bands: 80 "
        "and 95 %"
    )
    assert truth.index[-1].date().isoformat() in shown.alt


def test_forecast_of_a_saved_run_needs_no_data(series_run, tmp_path):
    dataclasses.replace(series_run).save(tmp_path / "run")
    loaded = kd.load_run(tmp_path / "run")
    fresh = panel(series_run, "forecast", windows=2)
    assert panel(loaded, "forecast", windows=2).frames["lines"].equals(fresh.frames["lines"])


def test_horizon_is_the_error_that_was_evaluated(series_run):
    shown, table = panel(series_run, "horizon"), series_run.predictions()
    lines = shown.frames["lines"]
    assert lines["series"].unique().tolist() == [
        "network",
        "naive",
        "seasonal naive",
        "drift",
        "seasonal drift",
    ]
    for series, column, metric in (
        ("network", "forecast", "mae"),
        ("naive", "naive", "naive_mae"),
        ("seasonal naive", "seasonal_naive", "seasonal_naive_mae"),
        ("drift", "drift", "drift_mae"),
        ("seasonal drift", "seasonal_drift", "seasonal_drift_mae"),
    ):
        drawn = lines.loc[lines["series"] == series, "mae"]
        second = table[table["step"] == 2]
        assert drawn.iloc[1] == pytest.approx((second["truth"] - second[column]).abs().mean())
        assert drawn.mean() == pytest.approx(series_run.metrics[metric])
    assert f"naive {lines['mae'][3]:.3g} to {lines['mae'][5]:.3g}" in shown.alt


def test_the_future_goes_on_from_the_end_of_the_series(series_run, tmp_path):
    shown, ahead = panel(series_run, "future"), series_run.forecast(level=(80, 95))
    lines = shown.frames["lines"]
    best = best_baseline(series_run.metrics)
    by_name = dict(list(lines.groupby("series", sort=False)))
    assert list(by_name) == ["truth", "network", best.replace("_", " ")]
    assert by_name["network"]["value"].tolist()[1:] == ahead["forecast"].tolist()
    assert by_name["network"]["time"].tolist()[1:] == ahead["time"].tolist()
    last = by_name["truth"].iloc[-1]
    assert (by_name["network"].iloc[0][["time", "value"]] == last[["time", "value"]]).all()
    assert shown.frames["band_95"]["upper"].tolist()[1:] == ahead["upper_95"].tolist()
    assert f"{ahead['lower_95'].iloc[-1]:.4g} to {ahead['upper_95'].iloc[-1]:.4g}" in shown.alt
    near = panel(series_run, "future", horizon=2, level=90)
    assert len(near.frames["band_90"]) == 3
    assert near.subtitle.endswith("; band: 90 %")
    far = panel(series_run, "future", horizon=9)
    assert far.frames["lines"]["time"].max() == series_run.forecast(9)["time"].max()
    assert far.subtitle.endswith("; no intervals beyond the 3 trained steps")
    with pytest.raises(HorizonError, match="must be at most 3 with level"):
        panel(series_run, "future", horizon=9, level=80)
    series_run = dataclasses.replace(series_run)
    loaded = kd.load_run(series_run.save(tmp_path / "run"))  # without the data
    assert panel(loaded, "future").frames["lines"].equals(lines)


def test_baselines_that_are_not_the_best_are_grey(series_run):
    looks = panel(series_run, "forecast").frames["key"].set_index("label")["colour"]
    best = best_baseline(series_run.metrics).replace("_", " ")
    others = looks.drop(["truth", "network", best])
    assert others.nunique() == 1
    assert others.iloc[0] not in set(looks[["truth", "network", best]])


def test_one_step_forecasts_are_one_line_a_series(one_step_run):
    lines = panel(one_step_run, "forecast").frames["lines"]
    assert lines.groupby("series")["window"].nunique().eq(1).all()
    # Of a season of one step, the seasonal baselines are naive.
    assert lines["series"].unique().tolist() == ["truth", "network", "naive", "drift"]
    assert panel(one_step_run, "horizon").alt.count(" to ") == 0


def test_rows_without_times_are_marked_at_whole_numbers():
    frame = pd.DataFrame({"value": seasonal().to_numpy()})
    run = kd.run_experiment("lstm-co2", data=frame, progress=False, **LINEAR)
    shown = panel(run, "forecast", windows=2)
    assert shown.x == "Row"
    years = seasonal().set_axis(range(1824, 2024)).rename_axis("time").reset_index()
    run = kd.run_experiment("lstm-co2", data=years, progress=False, **LINEAR)
    assert panel(run, "forecast", windows=2).x == "Time"
    assert shown.ticks == (188, 190, 192, 194, 196, 198, 200)


def test_only_the_embedded_series_has_a_unit(series_run):
    assert panel(series_run, "forecast").y == "value"
    assert panel(series_run, "horizon").y == "MAE (units of value)"
    co2 = dataclasses.replace(series_run.experiment, dataset="co2", frequency="W-SAT")
    run = dataclasses.replace(series_run, experiment=co2)
    assert (panel(run, "horizon").y, panel(run, "horizon").x) == (
        "MAE (ppm)",
        "Step ahead (weeks)",
    )


def test_overview_leaves_out_what_is_not_there_and_says_so(named_run, tmp_path):
    dataclasses.replace(named_run).save(tmp_path / "run")
    loaded = kd.load_run(tmp_path / "run")
    data = plot_data(loaded)
    assert [part.kind for part in data.panels] == ["history", "confusion"]
    assert "The digits panel is left out: a saved run does not keep" in data.alt
    with pytest.raises(DatasetError):
        plot_data(loaded, "digits")


def test_overview_of_a_run_without_an_epoch(image_run):
    run = dataclasses.replace(
        image_run, history=image_run.history.iloc[:0], status="interrupted"
    )
    data = plot_data(run)
    assert [part.kind for part in data.panels] == ["confusion", "digits"]
    assert data.title == "mnist-dnn, interrupted after 0 of 2 epochs"
    with pytest.raises(kd.errors.KerasduetError, match="a history needs an epoch"):
        plot_data(run, "history")


def test_of_a_diverged_training_only_finite_values_are_drawn(series_run):
    history = series_run.history.assign(
        loss=[1.0, np.inf], val_loss=[2.0, np.nan], mean_absolute_error=np.nan
    )
    stopping = dataclasses.replace(series_run.experiment, early_stopping=1)
    table = series_run.table.assign(forecast=np.nan)
    run = dataclasses.replace(series_run, experiment=stopping, history=history, table=table)
    shown = panel(run, "history")
    assert shown.frames["lines"].query("series == 'training'")["value"].tolist() == [1.0]
    assert shown.frames["kept"]["epoch"].tolist() == [1]
    assert shown.subtitle.splitlines() == [
        "Dotted: epoch 1, whose weights were kept",
        "Not drawn: 4 non-finite values",
    ]
    for kind, missing in (("forecast", 7 * 3), ("horizon", 3)):
        shown = panel(run, kind)
        assert "network" not in set(shown.frames["lines"]["series"])
        assert "network" not in set(shown.frames["key"]["label"])
        assert shown.subtitle.endswith(f"\nNot drawn: {missing} non-finite values")
        assert shown.alt.endswith(f" Not drawn: {missing} non-finite values.")
    figure = run.plot()
    assert written(figure) == written(run.plot())


def test_a_training_that_diverged_at_once_has_no_history(series_run):
    history = series_run.history.assign(**dict.fromkeys(series_run.history.columns[1:], np.nan))
    run = dataclasses.replace(series_run, history=history)
    with pytest.raises(EmptyData, match=r"needs a finite number.* Lower learning_rate\."):
        plot_data(run, "history")
    data = plot_data(run)
    assert [part.kind for part in data.panels] == ["forecast", "horizon"]
    assert "history panel is left out: a history needs a finite number" in data.subtitle


def test_predictions_without_a_probability_are_said_to_be_so(image_run):
    table = image_run.table.copy()
    fours = table["prediction"] == 4
    table.loc[fours, "probability"] = np.nan
    run = dataclasses.replace(image_run, table=table)
    missing = int(fours.sum())
    shown = panel(run, "confusion")
    assert shown.subtitle.endswith(f"\nNo finite probability: {missing} predictions")
    row = table.index[fours][0] + 1
    assert panel(run, "digits", rows=[row]).alt.endswith("No finite probability: 1 prediction.")
    assert written(run.plot("digits", rows=[row]))


def test_a_run_of_an_earlier_version_has_fewer_baselines(series_run):
    old = [name for name in series_run.metrics if not name.startswith("seasonal_drift")]
    run = dataclasses.replace(
        series_run,
        table=series_run.table.drop(columns="seasonal_drift"),
        metrics={name: series_run.metrics[name] for name in old},
    )
    assert "seasonal naive" in run.plot().alt_text
    assert "seasonal drift" not in run.plot().alt_text


@pytest.mark.parametrize(
    ("kind", "settings", "error", "text"),
    [
        ("histry", {}, UnknownName, "Did you mean history?"),
        ("forecast", {}, ArgumentType, "forecast is for forecasting; got the run mnist-dnn"),
        ("history", {"rows": [1]}, ArgumentType, r"rows: only digits, .*scenes.* have this"),
        ("overview", {"windows": 1}, ArgumentType, "windows: only forecast has this setting"),
        (
            "digits",
            {"rws": [1]},
            UnknownName,
            "rws: a plot has no such setting. Did you mean rows?",
        ),
        (
            "history",
            {"colour": 1},
            UnknownName,
            "no such setting. Did you mean column or columns?",
        ),
        ("digits", {"rows": [0]}, ArgumentRange, "at least 1 and at most 1000; got 0"),
        ("digits", {"rows": [1001]}, ArgumentRange, "got 1001"),
        ("digits", {"rows": []}, ArgumentType, "at least one value"),
        ("digits", {"rows": list(range(1, 62))}, ArgumentRange, "at most 60; got 61"),
    ],
)
def test_what_does_not_fit_is_refused(image_run, kind, settings, error, text):
    with pytest.raises(error, match=text.replace("?", r"\?")):
        image_run.plot(kind, **settings)


def test_what_is_no_run_is_not_drawn():
    for draw in (kd.plots.plot_run, kd.plots.plot_data):
        with pytest.raises(ArgumentType, match="run: must be a run; got 3"):
            draw(3)


def test_windows_the_test_does_not_have(series_run):
    with pytest.raises(ArgumentRange, match=r"windows: .* at most"):
        series_run.plot("forecast", windows=1000)


@pytest.mark.parametrize("kind", ["forecast", "future"])
def test_a_run_of_one_series_has_none_to_choose(series_run, kind):
    with pytest.raises(ArgumentType) as raised:
        series_run.plot(kind, series="a")
    assert str(raised.value) == (
        f"series: must be left out, as the run {series_run.experiment.name} has one series; got "
        "'a'. A choice is for runs of several, by id."
    )


# Figures -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", CLASSIFIER)
def test_a_classifier_is_drawn_the_same_twice(image_run, kind):
    assert written(image_run.plot(kind)) == written(image_run.plot(kind))


@pytest.mark.parametrize("kind", FORECASTER)
def test_a_forecaster_is_drawn_the_same_twice(series_run, kind):
    assert written(series_run.plot(kind)) == written(series_run.plot(kind))


def written(figure):
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=50)
    return file.getvalue()


def test_history_figure_draws_its_frame(image_run):
    figure = image_run.plot("history")
    loss, accuracy = figure.axes
    assert (loss.get_ylabel(), accuracy.get_ylabel()) == (
        "Loss (cross-entropy, nats)",
        "Accuracy (%)",
    )
    assert loss.get_xlabel() == "Epoch" and loss.get_xticks().tolist() == [1, 2]
    training, validation = loss.lines
    np.testing.assert_array_equal(training.get_ydata(), image_run.history["loss"])
    np.testing.assert_array_equal(validation.get_ydata(), image_run.history["val_loss"])
    # Told apart by more than colour.
    assert training.get_linestyle() != validation.get_linestyle()


def test_confusion_figure_writes_the_counts(image_run):
    cells = panel(image_run, "confusion").frames["cells"]
    (axes,) = image_run.plot("confusion").axes
    assert [text.get_text() for text in axes.texts] == [x for x in cells["label"] if x]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Predicted class", "True class")


def test_digits_figure_frames_the_mistakes(image_run):
    panes = image_run.plot("digits").axes
    assert [axes.get_title() for axes in panes] == panel(image_run, "digits").frames["tiles"][
        "label"
    ].tolist()
    borders = [axes.patches[0].get_linewidth() for axes in panes]
    assert borders == [2.5] * 6 + [0.6] * 6


def test_forecast_figure_has_a_line_a_window(series_run):
    figure = series_run.plot("forecast", windows=2)
    (axes,) = figure.axes
    # Two origins, the truth, and five forecasts of two windows.
    assert len(axes.lines) == 2 + 1 + 5 * 2
    (legend,) = figure.subfigs[0].legends
    names = ["truth", "network", "naive", "seasonal naive", "drift", "seasonal drift"]
    assert [text.get_text() for text in legend.get_texts()] == names


def test_series_are_told_apart_by_colour_and_by_line(series_run):
    assert panel(series_run, "horizon").frames["key"]["colour"].is_unique
    key = panel(series_run, "forecast").frames["key"]
    assert key["line"][2:].is_unique
    assert not {"solid"} & set(key["line"][2:])


@pytest.mark.parametrize(
    ("frequency", "windows", "ticks", "span"),
    [
        ("D", 2, "Jul 07, Jul 09, ", "2024-07-06 to 2024-07-18"),
        ("W-SAT", 4, "Jul, Aug, Sep", "2027-06-05 to 2027-10-30"),
        ("MS", 6, "2039, May, Sep, 2040", "2038-11-01 to 2040-08-01"),
        ("h", 6, "20:00, Jan 09, 04:00", "2024-01-08 10:00 to 2024-01-09 07:00"),
    ],
)
@pytest.mark.parametrize("zone", [None, "America/New_York"])
def test_dates_are_written_with_what_they_need(
    series_run, frequency, windows, ticks, span, zone
):
    start = pd.Timestamp("2024-01-01", tz=zone)
    times = pd.date_range(start, periods=200, freq=frequency)
    shown = dict(zip(seasonal().index, times, strict=True))
    table = series_run.table.assign(
        origin=series_run.table["origin"].map(shown), time=series_run.table["time"].map(shown)
    )
    run = dataclasses.replace(series_run, table=table, _dataset=None)
    (axes,) = run.plot("forecast", windows=windows).axes
    written = ", ".join(label.get_text() for label in axes.get_xticklabels())
    assert ticks in written, written
    assert axes.get_xlabel() == f"Time, {span}"


def test_one_step_errors_are_bars(one_step_run):
    (axes,) = one_step_run.plot("horizon").axes
    lines = panel(one_step_run, "horizon").frames["lines"]
    assert [bar.get_height() for bar in axes.patches] == lines["mae"].tolist()


def test_overview_figure_holds_all_panels(image_run, series_run):
    assert len(image_run.plot().axes) == 2 + 1 + 12
    assert len(series_run.plot().axes) == 1 + 2 + 1
    assert image_run.summary in image_run.plot().alt_text


def test_subtitles_that_share_a_row_have_two_lines(image_run):
    from kerasduet.figures.kinds import plot_data

    halves = plot_data(image_run).panels[1:]
    for panel in halves:
        assert max(map(len, panel.subtitle.splitlines())) <= 44
        (alone,) = plot_data(image_run, panel.kind).panels
        assert panel.subtitle.replace("\n", " ") == alone.subtitle


def test_a_figure_shows_itself_in_a_notebook_with_its_alt_text(image_run):
    figure = image_run.plot("history")
    png, metadata = figure._repr_png_()
    assert png.startswith(b"\x89PNG")
    assert metadata == {"alt": figure.alt_text}


def test_drawing_leaves_no_global_state(image_run):
    import matplotlib

    before = dict(matplotlib.rcParams)
    image_run.plot("history")
    assert dict(matplotlib.rcParams) == before


def test_frames_need_no_matplotlib():
    code = (
        "import kerasduet.plots, kerasduet.figures, sys; sys.exit('matplotlib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_colours_mix_with_white():
    assert blend("#0072B2", 0) == "#FFFFFF"
    assert blend("#0072B2", 1) == OKABE_ITO["blue"]
