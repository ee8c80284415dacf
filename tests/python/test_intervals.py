"""Intervals of forecasts: what they cover, that they nest, and what they may know."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from conftest import LINEAR, seasonal
from matplotlib.figure import SubFigure
from scipy import stats

import kerasduet as kd
from kerasduet import errors
from kerasduet.forecasting import conformal, metrics
from kerasduet.tasks.forecasting import intervals, quantiles

LEVELS = (10, 50, 79.9, 80, 90, 95, 96, 99.9)


@pytest.fixture(scope="module")
def run():
    return kd.run_experiment("lstm-co2", data=seasonal(), progress=False, **LINEAR)


def ends(known, new, levels, **how):
    """Give lower and upper ends, (windows + 1, horizon, levels) each."""
    found = conformal.offsets(known, new, levels, **how)
    return found[..., 0], found[..., 1]


def test_ends_are_the_errors_of_the_right_rank():
    known = [[float(i) for i in range(-50, 49)]]  # 99 errors
    lower, upper = ends(known, np.empty((0, 1)), (80, 95))
    # 100 x 0.9 = 90, and between the 97th and the 98th, as 100 x 0.975 = 97.5, of each side.
    assert upper[0, 0].tolist() == [known[0][89], known[0][96] + 0.5] == [39, 46.5]
    assert lower[0, 0].tolist() == [known[0][9], known[0][2] - 0.5] == [-41, -48.5]
    # Runs of earlier versions have the upper of the two.
    lower, upper = ends(known, np.empty((0, 1)), (80, 95), followed="shares")
    assert upper[0, 0].tolist() == [39, 47]
    assert lower[0, 0].tolist() == [-41, -49]


def test_of_too_few_errors_the_end_is_a_students_t():
    known = [[-1.0, 0.5, 1.0]]
    lower, upper = ends(known, np.empty((0, 1)), (50, 80, 95))
    wide = math.sqrt((1 + 1 / 3) * (1 + 0.25 + 1) / 3)
    expected = [1.0, *(stats.t.ppf(1 - share, 3) * wide for share in (0.1, 0.025))]
    np.testing.assert_allclose(upper[0, 0], expected)
    np.testing.assert_allclose(lower[0, 0], [-1.0, *(-end for end in expected[1:])])
    # After calm errors it is as much wider as the series spread further before.
    more = conformal.offsets(known, np.empty((0, 1)), (80,), spread=1.5)[0, 0, 0, 1]
    assert more == pytest.approx(1.5 * expected[1])
    # 38 errors are one too few for 95 %, 39 are enough.
    for count, enough in ((38, False), (39, True)):
        errors_of = [list(np.linspace(-1, 1, count))]
        _, upper = ends(errors_of, np.empty((0, 1)), (95,))
        assert (upper[0, 0, 0] == 1.0) == enough
    _, one = ends([[2.0]], np.empty((0, 1)), (95,))
    assert one[0, 0, 0] == pytest.approx(stats.t.ppf(0.975, 1) * math.sqrt(2) * 2)


@pytest.mark.parametrize("followed", conformal.FOLLOWS)
@pytest.mark.parametrize("seed", range(5))
def test_a_wider_level_holds_a_narrower_one_and_the_forecast(seed, followed):
    random = np.random.default_rng(seed)
    known = conformal.thinned(random.normal(1, 1, (random.integers(1, 60), 4)))
    new = random.standard_t(2, (80, 4)).cumsum(axis=1)
    new[random.random(new.shape) < 0.1] = np.nan
    lower, upper = ends(known, new, LEVELS, followed=followed)
    assert (np.diff(upper, axis=-1) >= 0).all()
    assert (np.diff(lower, axis=-1) <= 0).all()
    assert (lower <= 0).all()
    assert (upper >= 0).all()
    # Whatever else is asked for.
    alone = ends(known, new, (90,), followed=followed)[1]
    np.testing.assert_array_equal(alone[..., 0], upper[..., 4])


@pytest.mark.parametrize("followed", conformal.FOLLOWS)
def test_an_interval_knows_no_truth_after_its_origin(followed):
    def learned(known, new, levels):
        return conformal.offsets(known, new, levels, followed=followed)

    random = np.random.default_rng(1)
    known, new = conformal.thinned(random.normal(size=(30, 3))), random.normal(size=(40, 3))
    before = learned(known, new, (80, 95))
    for window in (0, 7, 39):
        changed = new.copy()
        later = np.arange(40)[:, None] + np.arange(1, 4) > window
        changed[later] = 1e6
        after = learned(known, changed, (80, 95))
        np.testing.assert_array_equal(after[: window + 1], before[: window + 1])
        assert (after[-1] != before[-1]).any()
    # The truth that the origin just saw is used.
    changed = new.copy()
    changed[6, 0] = 1e6
    assert (learned(known, changed, (80,))[7:] != before[7:, :, :1]).any()


@pytest.mark.parametrize("level", [80, 95])
def test_coverage_of_errors_of_one_kind(level):
    """Of 199 errors the ranks leave the level exactly: 300 series of 20 forecasts more."""
    random = np.random.default_rng(3)
    held = []
    for _ in range(300):
        known, new = random.gumbel(size=(199, 1)), random.gumbel(size=(20, 1))
        lower, upper = ends(conformal.thinned(known), new, (level,))
        held.append(metrics.coverage(new, lower[:-1, :, 0], upper[:-1, :, 0]))
    assert 100 * np.mean(held) == pytest.approx(level, abs=1)


def test_coverage_of_errors_that_grow_is_kept_by_what_comes_in():
    """Errors three times as large as in the validation: what stays fixed holds far too few."""
    random = np.random.default_rng(4)
    known, new = random.normal(size=(80, 1)), 3 * random.normal(size=(400, 1))
    lower, upper = (end[..., 0] for end in ends(conformal.thinned(known), new, (80,)))
    fixed = metrics.coverage(new, np.tile(lower[:1], (400, 1)), np.tile(upper[:1], (400, 1)))
    followed = metrics.coverage(new, lower[:-1], upper[:-1])
    assert fixed < 0.4
    assert followed > 0.7
    assert metrics.coverage(new[200:], lower[200:-1], upper[200:-1]) == pytest.approx(
        0.8, abs=0.06
    )


def test_a_miss_widens_the_ends_of_all_steps_and_hits_narrow_them():
    known = [[float(i) for i in range(-20, 20)]] * 3
    calm = conformal.offsets(known, np.zeros((4, 3)), (80, 95))
    new = np.zeros((4, 3))
    new[0, 0] = 17  # above the upper ends of 80 %, and within those of 95 %
    moved = conformal.offsets(known, new, (80, 95))
    grown = (moved / calm)[1]  # (horizon, levels, sides), as it is known one step later
    expected = np.exp(0.2 * math.sqrt(40 / 41) * np.array([0.5, 1.0]))
    np.testing.assert_allclose(grown[1:, 0], np.tile(expected, (2, 1)))
    np.testing.assert_allclose(grown[1:, 1], 1)
    assert (np.diff(np.abs(calm[:3, 2]), axis=0) < 0).all()
    # A truth that comes later counts as within the ends that have grown by then.
    late = new.copy()
    late[0, 1] = 17
    again = conformal.offsets(known, late, (80, 95))
    np.testing.assert_allclose(again[2, 2, 0], moved[2, 2, 0])
    assert again[3, 1, 0, 1] > moved[3, 1, 0, 1]
    # It cannot run away.
    new = np.full((40, 3), np.nan)
    new[:, 0] = 2.0 ** np.arange(40)
    _, wild = ends(known, new, (80,))
    assert wild[-1, 1, 0] == pytest.approx(4 * wild[0, 1, 0])


def test_runs_of_earlier_versions_keep_their_intervals(run):
    from kerasduet.runs.learned import learned_for

    known = [[float(i) for i in range(-20, 21)], [float(2 * i) for i in range(-5, 6)]]
    new = np.array([[25.0, 1], [30, 2], [-3, 40], [28, -9], [1, 50]])
    lower, upper = ends(known, new, (80, 90, 95), followed="shares")
    assert upper[:, 0, 0].tolist() == [17, 19, 20, 20, 25, 25]
    assert lower[-1, 1] == pytest.approx([-10, -31.45287722537683, -38.786940969326025])
    values = json.loads(json.dumps(run.preprocessing.to_dict()))
    assert values.pop("followed") == "widths"
    old = learned_for(values, run.experiment)
    found = intervals.tested(run.table, old, (80,))["upper_80"].reshape(-1, 3)
    forecast, truth = (
        run.table[name].to_numpy().reshape(-1, 3) for name in ("forecast", "truth")
    )
    _, upper = ends(old.errors, truth - forecast, (80,), followed="shares")
    np.testing.assert_allclose(found, forecast + upper[:-1, :, 0])
    for wrong in ({"followed": "luck"}, {"spread": 3.0}, {"spread": "much"}):
        with pytest.raises(ValueError, match=r"followed|spread|numbers"):
            learned_for(values | wrong, run.experiment)


def test_the_spread_is_of_the_rows_before_the_test_as_the_network_sees_them(run):
    series, learned = run.dataset.table, run.preprocessing
    first, last = series.validation_origins[[0, -1]]
    values, lag = series.values[: last + 1 + learned.horizon, -1], learned.lag
    seen = values[lag:] - values[: len(values) - lag]
    gaps = seen[first + 1 - lag :] - seen.mean()
    expected = seen.std() / math.sqrt(np.mean(gaps**2))
    assert learned.spread == pytest.approx(expected, rel=1e-5)
    assert conformal.spread_of(np.array([np.nan, 1.0, 3.0]), np.array([2.0, np.nan])) == 1
    assert conformal.spread_of(np.arange(-50.0, 50), np.array([0.0, 1.0])) == 2


def test_more_windows_than_are_kept_are_thinned_evenly():
    many = np.arange(2000.0)[:, None]
    kept = conformal.thinned(many)
    assert len(kept[0]) == 500
    assert (kept[0][0], kept[0][-1]) == (0, 1999)
    # Of very many forecasts the intervals are learned anew some 500 times.
    found = conformal.offsets(kept, np.random.default_rng(0).normal(size=(2000, 1)), (80,))
    assert found.shape == (2001, 1, 1, 2)
    assert len(np.unique(found[:, 0, 0, 1])) <= 501


def test_forecast_gives_a_pair_of_columns_a_level(run):
    plain, table = run.forecast(), run.forecast(level=(95, 80))
    names = ["lower_95", "upper_95", "lower_80", "upper_80"]
    assert list(table) == [*list(plain)[:3], *names, *list(plain)[3:]]
    pd.testing.assert_frame_equal(table.drop(columns=names), plain)
    assert (table["lower_95"] <= table["lower_80"]).all()
    assert (table["lower_80"] <= table["forecast"]).all()
    assert (table["forecast"] <= table["upper_80"]).all()
    assert (table["upper_80"] <= table["upper_95"]).all()
    one = run.forecast(2, 97.5)
    assert list(one)[3:5] == ["lower_97.5", "upper_97.5"]
    assert (one["upper_97.5"] >= table["upper_95"][:2]).all()
    shorter = run.forecast(2, (95, 80))
    pd.testing.assert_frame_equal(shorter, table[:2])


def test_the_next_intervals_know_all_errors(run):
    table, learned = run.predictions(), run.preprocessing
    gaps = (table["truth"] - table["forecast"]).to_numpy().reshape(-1, 3)
    moved = conformal.offsets(learned.errors, gaps, (80,))[-1, :, 0]
    ahead = run.forecast(level=80)
    np.testing.assert_array_equal(ahead["lower_80"], ahead["forecast"] + moved[:, 0])
    np.testing.assert_array_equal(ahead["upper_80"], ahead["forecast"] + moved[:, 1])


def test_errors_are_those_on_the_validation_windows(run):
    data, learned = run.dataset, run.preprocessing
    outputs = run.model.predict(data.x_validation, verbose=0)
    values = data.table.values[:, -1]
    origins = data.table.validation_origins
    gaps = []
    for row, origin in zip(outputs, origins, strict=True):
        changes = row.astype(float) * learned.scale[-1] + learned.mean[-1]
        before = values[origin - 6 : origin - 3]  # a week earlier, and no step beyond a week
        gaps.append(values[origin + 1 : origin + 4] - before - changes)
    np.testing.assert_allclose(learned.errors, np.sort(np.transpose(gaps)), atol=1e-4)
    # The data set of the training stays as it was.
    assert data.preprocessing.errors is None


def test_metrics_are_those_of_the_test_windows(run):
    table, learned, scores = run.predictions(), run.preprocessing, run.metrics
    gaps = (table["truth"] - table["forecast"]).to_numpy().reshape(-1, 3)
    lower, upper = ends(learned.errors, gaps, (80, 95), spread=learned.spread)
    losses = [metrics.pinball(gaps, np.zeros_like(gaps), quantile=0.5)]
    for i, level in enumerate((80, 95)):
        low, high = lower[:-1, :, i], upper[:-1, :, i]
        assert scores[f"coverage_{level}"] == metrics.coverage(gaps, low, high)
        expected = metrics.winkler(gaps, low, high, level=level)
        assert scores[f"winkler_{level}"] == pytest.approx(expected)
        for end, quantile in ((low, (100 - level) / 200), (high, (100 + level) / 200)):
            losses.append(metrics.pinball(gaps, end, quantile=quantile))
    assert scores["pinball"] == pytest.approx(np.mean(losses))


def test_a_saved_run_gives_the_same_intervals(run, tmp_path):
    run.save(tmp_path / "run")
    loaded = kd.load_run(tmp_path / "run")
    pd.testing.assert_frame_equal(loaded.forecast(3, (80, 95)), run.forecast(3, (80, 95)))
    assert loaded.preprocessing == run.preprocessing


@pytest.mark.parametrize(
    "change",
    [
        lambda errors: errors[:2],
        lambda errors: [step[:-1] if i else step for i, step in enumerate(errors)],
        lambda errors: [[] for _ in errors],
        lambda errors: [step[::-1] for step in errors],
        lambda errors: [[*step[:-1], "many"] for step in errors],
        lambda errors: 3,
    ],
)
def test_errors_of_another_run_are_refused(run, change):
    from kerasduet.runs.learned import learned_for

    values = json.loads(json.dumps(run.preprocessing.to_dict()))
    assert learned_for(values, run.experiment) == run.preprocessing
    values["errors"] = change(values["errors"])
    with pytest.raises((ValueError, TypeError)):
        learned_for(values, run.experiment)


def test_a_run_of_an_earlier_version_has_no_intervals(run, tmp_path):
    from kerasduet.runs.learned import learned_for

    values = run.preprocessing.to_dict()
    del values["errors"]
    old = kd.load_run(run.save(tmp_path / "run"))
    old.preprocessing = learned_for(values, run.experiment)
    pd.testing.assert_frame_equal(old.forecast(), run.forecast())
    with pytest.raises(errors.ArgumentType, match="which this run did not keep; got one of"):
        old.forecast(level=80)
    # Its scores from the table, and its figure, are as they were.
    scores = old.task.score(old.table, old.preprocessing)
    assert scores == {
        name: score
        for name, score in run.metrics.items()
        if name.partition("_")[0] not in ("coverage", "winkler", "pinball")
    }
    from kerasduet.plots import plot_data

    kinds = [mark.kind for mark in plot_data(old, "forecast").panels[0].marks]
    assert "band" not in kinds


def test_windows_with_filled_truths_neither_calibrate_nor_count():
    series = seasonal()
    series.iloc[[120, 150, 190]] = np.nan  # in training, validation and test
    settings = LINEAR | {"missing": "interpolate"}
    run = kd.run_experiment("lstm-co2", data=series, progress=False, **settings)
    held = len(run.dataset.table.validation_origins)
    assert [len(step) for step in run.preprocessing.errors] == [held] * 3
    table = run.predictions()
    known = ~table["filled"]
    gaps = (table["truth"] - table["forecast"]).where(known).to_numpy().reshape(-1, 3)
    assert np.isnan(gaps).sum() == 3
    learned = run.preprocessing
    lower, upper = ends(learned.errors, gaps, (80,), spread=learned.spread)
    inside = (lower[:-1, :, 0] <= gaps) & (gaps <= upper[:-1, :, 0])
    assert run.metrics["coverage_80"] == inside[~np.isnan(gaps)].mean()


def test_a_network_that_diverged_has_no_intervals():
    run = kd.run_experiment("lstm-co2", data=seasonal(), progress=False, **LINEAR)
    learned = run.task.calibrated(lambda x: np.full((len(x), 3), np.nan), run.dataset)
    assert learned.errors is None


def test_the_figure_shows_the_intervals(run):
    from kerasduet.plots import plot_data

    panel = plot_data(run, "forecast").panels[0]
    bands = [mark.frame for mark in panel.marks if mark.kind == "band"]
    assert bands == ["band_95", "band_80"]
    shown = run.predictions().tail(3)
    last = panel.frames["band_80"].tail(3)
    assert last["time"].tolist() == shown["time"].tolist()
    assert (last["lower"] <= shown["forecast"]).all()
    assert (last["upper"] >= shown["forecast"]).all()
    wide = panel.frames["band_95"]
    assert (wide["lower"] <= panel.frames["band_80"]["lower"]).all()
    assert "bands: 80 and 95 %" in panel.subtitle
    assert "Of the truths the 95 % intervals hold " in panel.alt
    drawn = run.plot("forecast")
    assert len(drawn.axes[0].collections) == 2 * panel.frames["band_80"]["window"].nunique()


def test_the_report_tells_coverage_and_width(run, tmp_path):
    page = kd.render_report(run, tmp_path / "page.html")
    from pathlib import Path

    text = Path(page).read_text("utf-8")
    assert f"{100 * run.metrics['coverage_80']:.1f} %" in text
    assert f"{run.metrics['winkler_95']:,.4g}" in text
    assert "Winkler score" in text
    assert "without an interval" not in text


@pytest.fixture(scope="module")
def recursive():
    settings = LINEAR | {"strategy": "recursive"}
    return kd.run_experiment("lstm-co2", data=seasonal(), progress=False, **settings)


def test_a_recursive_network_is_fed_its_own_forecasts(recursive):
    data, learned = recursive.dataset, recursive.preprocessing
    assert recursive.model.output_shape == (None, 1)
    assert data.y_train.shape[1:] == (1,)
    window, steps = np.array(data.x_test[:1]), []
    for _ in range(3):
        steps.append(recursive.model.predict(window, verbose=0)[0, 0])
        window = np.append(window[:, 1:], np.reshape(steps[-1], (1, 1, 1)), axis=1)
    changes = np.array(steps, dtype=float) * learned.scale[0] + learned.mean[0]
    first = data.table.test_origins[0]
    values = data.table.values[:, -1]
    expected = values[first - 6 : first - 3] + changes
    np.testing.assert_allclose(recursive.predictions()["forecast"][:3], expected, rtol=1e-5)


def test_both_strategies_are_told_wherever_there_is_a_score(run, recursive, tmp_path):
    from pathlib import Path

    from kerasduet.plots import plot_data

    for one, word in ((run, "direct"), (recursive, "recursive")):
        assert one.predictions().attrs["strategy"] == word
        assert one.forecast().attrs["strategy"] == word
        assert one.forecast(level=80).attrs["strategy"] == word
        assert f"steps    {word}" in repr(one)
        for kind in ("forecast", "horizon"):
            assert f", {word}" in plot_data(one, kind).panels[0].subtitle
        page = kd.render_report(one, tmp_path / f"{word}.html")
        assert f"Errors of {word} forecasts" in Path(page).read_text("utf-8")


def test_a_recursive_run_has_intervals_and_is_saved(recursive, tmp_path):
    loaded = kd.load_run(recursive.save(tmp_path / "run"))
    ahead = recursive.forecast(3, (80, 95))
    pd.testing.assert_frame_equal(loaded.forecast(3, (80, 95)), ahead)
    assert len(recursive.preprocessing.errors) == 3
    assert recursive.metrics["coverage_95"] >= recursive.metrics["coverage_80"]
    longer = recursive.forecast(7)
    np.testing.assert_array_equal(longer["forecast"][:3], ahead["forecast"])


def test_recursion_goes_on_over_parts_of_many_windows(recursive, monkeypatch):
    from functools import partial

    from kerasduet.tasks.forecasting import recursion
    from kerasduet.training import predict_outputs

    learned = recursive.preprocessing
    predict = partial(predict_outputs, recursive.model, learned)
    whole = recursion.outputs(predict, learned, recursive.dataset.test.inputs)
    monkeypatch.setattr(recursion, "WINDOWS_AT_A_TIME", 5)
    parts = recursion.outputs(predict, learned, recursive.dataset.test.inputs)
    np.testing.assert_allclose(parts, whole, rtol=1e-5)


@pytest.mark.parametrize("seed", [1, 2])
def test_coverage_of_a_network_on_a_series_of_known_noise(seed):
    """A season and noise that is 0.7 of the last noise and a new number: 80 and 95 % hold."""
    random, rows = np.random.default_rng(seed), 1500
    noise = random.normal(size=rows)
    for row in range(1, rows):
        noise[row] += 0.7 * noise[row - 1]
    values = 50 + 8 * np.sin(2 * np.pi * np.arange(rows) / 12) + noise
    settings = {"lookback": 24, "horizon": 6, "season": 12, "difference": 12, "epochs": 15}
    splits = {"validation_split": 0.3, "test_split": 0.3, "straddle": True, "batch_size": 64}
    run = kd.run_experiment(
        "lstm-co2",
        data=pd.Series(values, name="value"),
        progress=False,
        learning_rate=0.005,
        **LINEAR | settings | splits,
    )
    assert 100 * run.metrics["coverage_80"] == pytest.approx(80, abs=3)
    assert 100 * run.metrics["coverage_95"] == pytest.approx(95, abs=3)
    # The best score there is: that of the new numbers alone, known to be normal; and that of the
    # seasonal naive method, whose error has the variance 2 / (1 - 0.49), less what lag 12 repeats.
    best = 4 * stats.norm.pdf(stats.norm.ppf(0.9)) / 0.2
    assert best < run.metrics["winkler_80"] < best * math.sqrt(2 / (1 - 0.49) * (1 - 0.7**12))


def test_no_end_lies_below_0_where_the_target_has_a_logarithm():
    random = np.random.default_rng(4)
    values = np.exp(random.normal(scale=1.5, size=120))
    settings = LINEAR | {"epochs": 1}
    wild = kd.run_experiment(
        "lstm-series", data=pd.Series(values), transform="log", progress=False, **settings
    )
    ahead = wild.forecast(level=(80, 95))
    assert (ahead["lower_95"] >= 0).all() and (ahead["lower_95"] <= ahead["lower_80"]).all()
    ends = intervals.tested(wild.table, wild.preprocessing, (80, 95))
    assert ends["lower_95"].min() == 0


def test_the_legend_of_an_overview_keeps_within_its_figure(run):
    figure = run.plot()
    figure.canvas.draw()
    legends = [legend for place in figure.findobj(SubFigure) for legend in place.legends]
    assert len(legends) >= 3
    for legend in legends:
        box = legend.get_window_extent()
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1


# ---- quantiles


@pytest.fixture(scope="module")
def quantile():
    settings = LINEAR | {"intervals": "quantile"}
    return kd.run_experiment("lstm-co2", data=seasonal(), progress=False, **settings)


def test_quantiles_cannot_cross_whatever_a_network_gives():
    random = np.random.default_rng(3)
    found = quantiles.sorted_out((30 * random.normal(size=(50, 20))).astype(np.float32))
    assert found.shape == (50, 4, 5)
    assert (np.diff(found, axis=-1) >= 0).all()


def test_the_loss_is_the_mean_pinball_loss_of_the_quantiles():
    random = np.random.default_rng(4)
    truth = random.normal(size=(6, 3)).astype(np.float32)
    outputs = random.normal(size=(6, 15)).astype(np.float32)
    ordered = quantiles.sorted_out(outputs)
    expected = np.mean(
        [
            metrics.pinball(truth, ordered[..., i], quantile=share)
            for i, share in enumerate(quantiles.QUANTILES)
        ]
    )
    losses = np.asarray(quantiles.pinball_loss()(truth, outputs))
    assert losses.shape == (6,) and losses.mean() == pytest.approx(expected, rel=1e-5)
    gaps = np.asarray(quantiles.median_error()(truth, outputs))
    assert gaps.mean() == pytest.approx(np.abs(truth - ordered[..., 2]).mean(), rel=1e-5)


def test_a_network_of_quantiles_gives_its_intervals(quantile, tmp_path):
    table = quantile.predictions()
    names = ["quantile_0.025", "quantile_0.1", "forecast", "quantile_0.9", "quantile_0.975"]
    assert (np.diff(table[names].to_numpy(), axis=1) >= 0).all()
    ends = pd.DataFrame(intervals.tested(table, quantile.preprocessing, (80, 95)))
    held = table["truth"].between(ends["lower_80"], ends["upper_80"]).mean()
    assert quantile.metrics["coverage_80"] == pytest.approx(held)
    ahead = quantile.forecast(level=(99, 95, 80, 20))
    assert ahead.columns[2:7].tolist() == [
        *("forecast", "lower_99", "upper_99", "lower_95", "upper_95")
    ]
    order = ["lower_99", "lower_95", "lower_80", "lower_20", "forecast"]
    order += [name.replace("lower", "upper") for name in order[3::-1]]
    assert (np.diff(ahead[order].to_numpy(), axis=1) >= 0).all()
    loaded = kd.load_run(quantile.save(tmp_path / "run"))
    pd.testing.assert_frame_equal(loaded.forecast(level=(99, 95, 80, 20)), ahead)
    pd.testing.assert_frame_equal(loaded.predictions(), table)
    pd.testing.assert_frame_equal(
        quantile.forecast(), ahead.drop(columns=order[:4] + order[5:])
    )
    assert len(quantile.forecast(7)) == 7
    page = tmp_path / "page.html"
    kd.render_report(loaded, page)
    assert "quantiles that the network learned by pinball loss" in page.read_text("utf-8")


def test_without_validation_windows_intervals_are_the_quantiles_themselves():
    settings = LINEAR | {"epochs": 1, "intervals": "quantile", "validation_split": 0}
    run = kd.run_experiment("lstm-series", data=seasonal(), progress=False, **settings)
    table = run.predictions()
    ends = intervals.tested(table, run.preprocessing, (80, 95))
    np.testing.assert_allclose(ends["lower_80"], table["quantile_0.1"])
    np.testing.assert_allclose(ends["upper_95"], table["quantile_0.975"])
    assert run.forecast(level=80)["upper_80"].notna().all()


def test_scores_among_quantiles_are_undone():
    random = np.random.default_rng(5)
    every = np.sort(random.normal(size=(200, 5)), axis=1)
    truth = 3 * random.normal(size=200)
    scores = quantiles.to_scores(truth, every)
    np.testing.assert_allclose(quantiles.from_scores(scores, every), truth)
    flat = quantiles.to_scores(np.array([2.0]), np.ones((1, 5)))
    assert np.isfinite(flat).all()


def test_several_series_have_quantiles_of_their_own(tmp_path):
    names = np.repeat(["a", "b"], 80)
    values = np.concatenate([seasonal(80), 50 * seasonal(80)])
    data = pd.DataFrame({"shop": names, "time": [*range(80)] * 2, "value": values})
    settings = LINEAR | {"epochs": 1, "id": "shop", "intervals": "quantile", "target": "value"}
    run = kd.run_experiment("lstm-series", data=data, progress=False, **settings)
    ahead = run.forecast(level=(80, 95))
    wide = (ahead["upper_95"] - ahead["lower_95"]).groupby(ahead["id"]).mean()
    assert wide["b"] > 10 * wide["a"]
    assert (ahead["lower_95"] <= ahead["lower_80"]).all()
    loaded = kd.load_run(run.save(tmp_path / "run"))
    pd.testing.assert_frame_equal(loaded.forecast(level=(80, 95)), ahead)


@pytest.mark.parametrize(
    ("levels", "steps", "error", "text"),
    [
        ((80, 100), 3, errors.ArgumentRange, "level: must be above 0 and below 100"),
        (80, 4, errors.HorizonError, "must be at most 3 with level"),
    ],
)
def test_quantiles_that_no_network_learned_are_refused(quantile, levels, steps, error, text):
    with pytest.raises(error, match=text):
        quantile.forecast(steps, levels)


@pytest.mark.parametrize("given", ["loss", "metrics"])
def test_quantiles_have_a_loss_of_their_own(given):
    import keras

    own = keras.losses.Huber() if given == "loss" else [keras.metrics.MeanSquaredError()]
    with pytest.raises(errors.ArgumentType, match=f"{given}: excludes intervals"):
        kd.experiment("lstm-co2", intervals="quantile", **{given: own})
