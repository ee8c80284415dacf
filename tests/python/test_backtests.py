"""Backtests: folds by time, methods beside networks, scores, verdicts, folders, refusals."""

from __future__ import annotations

import html
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import LINEAR, seasonal
from inline import Inline

import kerasduet as kd
from kerasduet.cli import main
from kerasduet.data.folds import Fold, Origin, fold_of
from kerasduet.errors import (
    ArgumentRange,
    ArgumentType,
    EmptyData,
    LengthMismatch,
    RunFolderError,
)
from kerasduet.forecasting import accuracy
from kerasduet.forecasting.accuracy import diebold_mariano, skill_interval
from kerasduet.forecasting.outside import register_forecaster
from kerasduet.jobs.backtest_figures import backtest_plot_data
from kerasduet.jobs.pieces import Piece
from kerasduet.jobs.plan import Job, Plan, outside_jobs
from kerasduet.jobs.scores import compared, scored, verdict, written
from kerasduet.registry import ENGINES, FORECASTERS, TASKS

SETTINGS = {"test_split": 0.3, "lookback": 7}
CHOSEN = kd.experiment("lstm-co2", **LINEAR | SETTINGS)
DATA = seasonal(120)
METHODS = ["naive", "seasonal_drift", "theta"]
# 120 rows, of which 7 are differenced away: 34 of the test, 11 a fold, 9 windows of 3 steps.
STARTS = (87, 98, 109)


@pytest.fixture(scope="module", autouse=True)
def inline():
    ENGINES.register("inline", Inline)
    yield
    ENGINES.remove("inline")


EVENTS = []


def quick(**settings):
    given = {"folds": 3, "seeds": 2, "methods": METHODS, "engine": "inline", "data": DATA}
    return kd.backtest(CHOSEN, **given | {"progress": False} | settings)


@pytest.fixture(scope="module")
def tested(tmp_path_factory):
    folder = tmp_path_factory.mktemp("backtests") / "tested"
    return quick(folder=folder, progress=EVENTS.append)


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """One training before all folds."""
    return quick(refit=False, folder=tmp_path_factory.mktemp("backtests") / "once")


# ---- folds by time


def fold(origin, data=DATA, **settings):
    return TASKS["forecasting"].origin(
        CHOSEN.replace(dataset="series", **settings), data, origin
    )


def test_windows_are_those_of_a_plain_loop():
    values = DATA.to_numpy()
    for place, start in enumerate(STARTS, start=1):
        found = fold(Origin(place, 3))
        learned = found.preprocessing
        expected = []
        for origin in range(start - 1, start + 11 - 3):
            steps = values[7:] - values[:-7]
            window = (steps[origin - 13 : origin - 6] - learned.mean[0]) / learned.scale[0]
            expected.append(window.astype(np.float32)[:, None])
        assert np.array_equal(found.x_test, np.array(expected))
        assert found.table.test_origins.tolist() == list(range(start - 1, start + 8))
        validation = start - round((start - 7) * 0.15)
        steps = values[7:validation] - values[: validation - 7]
        assert learned.mean[0] == steps.mean() and learned.scale[0] == steps.std()
        assert found.sizes["train"] == validation - 7 - 7 - 3 + 1
        assert found.fold == Origin(place, 3) and found.held_out == f"origin-{place}-of-3"


@pytest.mark.parametrize("origin", [Origin(2, 3), Origin(2, 3, "sliding")])
def test_nothing_after_a_fold_is_seen(origin):
    later = DATA.copy()
    later.iloc[STARTS[2] :] = 1e6
    one, other = fold(origin), fold(origin, later)
    assert one.preprocessing == other.preprocessing
    for part in ("x_train", "y_train", "x_validation", "y_validation", "x_test", "y_test"):
        assert np.array_equal(getattr(one, part), getattr(other, part))


def test_the_test_rows_of_a_fold_change_no_training():
    later = DATA.copy()
    later.iloc[STARTS[1] :] = 1e3 + np.arange(len(later) - STARTS[1])
    one, other = fold(Origin(2, 3)), fold(Origin(2, 3), later)
    assert one.preprocessing.mean == other.preprocessing.mean
    for part in ("x_train", "y_train", "x_validation", "y_validation"):
        assert np.array_equal(getattr(one, part), getattr(other, part))
    assert np.array_equal(one.x_test[0], other.x_test[0])


def test_sliding_trains_on_as_many_rows():
    sizes = [fold(Origin(place, 3, "sliding")).sizes for place in (1, 2, 3)]
    assert sizes == [fold(Origin(1, 3)).sizes] * 3
    second = fold(Origin(2, 3, "sliding"))
    assert second.table.times[0] == DATA.index[STARTS[1] - STARTS[0]]
    assert second.preprocessing.first == DATA.iloc[STARTS[1] - STARTS[0]]


def test_all_folds_at_once_are_those_of_each():
    every = fold(Origin(0, 3))
    first = fold(Origin(1, 3))
    assert np.array_equal(every.x_train, first.x_train)
    each = [fold(Origin(place, 3)).table.test_origins for place in (1, 2, 3)]
    assert every.table.test_origins.tolist() == np.concatenate(each).tolist()


def test_a_gap_over_a_border_is_filled_from_before_it():
    gappy = DATA.copy()
    gappy.iloc[STARTS[1] - 2 : STARTS[1] + 2] = np.nan
    settings = {"missing": "interpolate"}
    one = fold(Origin(2, 3), gappy, **settings)
    later = gappy.copy()
    later.iloc[STARTS[1] + 2 :] += 50
    other = fold(Origin(2, 3), later, **settings)
    assert np.array_equal(one.x_test[:3], other.x_test[:3])
    # The first fold ends within the gap: what follows it is not there to fill it from.
    ends = fold(Origin(1, 3), gappy, **settings)
    assert ends.table.values[-1, -1] == gappy.iloc[STARTS[1] - 3]
    assert ends.table.missing[-2:, -1].all()
    # A window that slides begins within it: what it holds then counts as known.
    slid = gappy.copy()
    slid.iloc[STARTS[1] - STARTS[0] - 1 : STARTS[1] - STARTS[0] + 2] = np.nan
    begins = fold(Origin(2, 3, "sliding"), slid, **settings)
    assert np.isfinite(begins.x_train).all() and not begins.table.missing[:2].any()


def test_folds_survive_json():
    for one in (Fold(2, 3, 1), Origin(2, 3), Origin(0, 3, "sliding")):
        assert fold_of(one.to_dict()) == one
    assert Origin(2, 3, "sliding").name == "origin-2-of-3-sliding"
    with pytest.raises(ArgumentRange):
        Origin(4, 3)
    with pytest.raises(ArgumentRange):
        Origin(1, 3, "leaping")


# ---- the set


def test_a_row_a_fold_and_seed(tested):
    table = tested.table
    assert tested.kind == "backtest" and tested.status == "finished"
    assert table["run"].tolist()[:3] == ["fold-1-seed-0", "fold-1-seed-1", "fold-2-seed-0"]
    assert table["fold"].tolist() == [1, 1, 2, 2, 3, 3]
    assert table["seed"].tolist() == [0, 1] * 3
    assert "val_loss" in table
    run = tested["fold-2-seed-1"]
    assert run.provenance["fold"] == {"origin": 2, "origins": 3, "window": "expanding"}
    assert run.provenance["fingerprint"]["split"] == "origin-2-of-3"
    assert run.predictions()["origin"].iloc[0] == DATA.index[STARTS[1] - 1]
    assert len(run.predictions()) == 9 * 3


def test_scores_are_those_of_the_runs(tested):
    scores = tested.scores()
    assert list(scores.columns) == [
        *("fold", "model", "seed", "step", "windows", "mae", "rmse", "smape", "mase"),
        *("pinball", "coverage_80", "coverage_95"),
    ]
    assert len(scores) == 3 * 3 * (2 + len(METHODS))
    run = tested["fold-2-seed-1"]
    own = scores[(scores["fold"] == 2) & (scores["seed"] == 1)]
    predicted = run.predictions()
    gap = (predicted["forecast"] - predicted["truth"]).abs()
    assert own["mae"].tolist() == pytest.approx(gap.groupby(predicted["step"]).mean().tolist())
    assert own["mae"].mean() == pytest.approx(run.metrics["mae"])
    assert own["windows"].tolist() == [9, 9, 9]
    for name in ("naive", "seasonal_drift"):
        theirs = scores[(scores["fold"] == 2) & (scores["model"] == name)]
        assert theirs["seed"].isna().all()
        assert theirs["mae"].mean() == pytest.approx(run.metrics[f"{name}_mae"])
        assert theirs["mase"].mean() == pytest.approx(run.metrics[f"{name}_mase"])


@pytest.mark.parametrize("refit", [True, False])
def test_intervals_of_the_networks_are_scored_by_step(tested, once, refit):
    found = tested if refit else once
    scores = found.scores()
    own = scores[scores["model"] == "network"]
    names = ["pinball", "coverage_80", "coverage_95"]
    assert own[names].notna().all(axis=None)
    for run, place in zip(found, found.table.index, strict=True):
        row = found.table.loc[place]
        rows = own[own["seed"] == row["seed"]]
        if refit:
            rows = rows[rows["fold"] == row["fold"]]
        for name in names:
            assert rows[name].mean() == pytest.approx(run.metrics[name])
    summary = found.summary().iloc[0]
    for name in names:
        assert summary[name] == pytest.approx(np.mean([run.metrics[name] for run in found]))


def test_one_training_before_all_folds(once, tested):
    assert once.table["run"].tolist() == ["seed-0", "seed-1"]
    assert "fold" not in once.table
    assert once[0].digests["weights"] == tested["fold-1-seed-0"].digests["weights"]
    one, other = once.scores(), tested.scores()
    assert one["fold"].tolist() == other["fold"].tolist()
    first = one["fold"] == 1
    pd.testing.assert_frame_equal(one[first], other[first])
    # naive learns nothing, so a training once costs it nothing
    naive = one["model"] == "naive"
    assert one.loc[naive, "mae"].tolist() == pytest.approx(other.loc[naive, "mae"].tolist())


def test_the_summary_compares(tested):
    summary = tested.summary()
    assert summary["model"].iloc[0] == "network"
    assert summary["mae"].iloc[1:].is_monotonic_increasing
    assert summary["folds"].tolist() == [3] * 4
    network = tested.table.groupby(["fold", "seed"])["mae"].mean().unstack().to_numpy()
    drift = tested.table.groupby("fold")["seasonal_drift_mae"].first().to_numpy()
    row = summary[summary["model"] == "seasonal_drift"].iloc[0]
    assert row["mae"] == pytest.approx(drift.mean())
    assert row["rmse"] == pytest.approx(
        np.sqrt((tested.table["seasonal_drift_rmse"] ** 2).mean())
    )
    skill = skill_interval(network, drift)
    assert row[["skill", "low", "high"]].tolist() == pytest.approx(list(skill))
    ours, theirs = [], []
    apart = [np.nan] * 2  # the last window of a fold ends before the next fold begins
    for place in (1, 2, 3):
        tables = [tested[f"fold-{place}-seed-{seed}"].predictions() for seed in (0, 1)]
        for name, found in (("forecast", ours), ("seasonal_drift", theirs)):
            gaps = [(table[name] - table["truth"]).abs() for table in tables]
            windows = [gap.groupby(tables[0]["origin"]).mean() for gap in gaps]
            found += [np.mean(windows, axis=0), apart]
    test = diebold_mariano(np.concatenate(ours), np.concatenate(theirs), horizon=3)
    assert row[["dm", "p_value"]].tolist() == pytest.approx(list(test))


def test_it_says_whether_a_network_earns_its_keep(tested):
    said = repr(tested)
    assert "6 runs of a backtest of lstm-co2: 6 finished" in said
    first = "lstm-co2: 6 runs, after the methods that they are compared with"
    assert EVENTS[0]["text"] == first
    assert tested.verdict in said and "next     scores(), summary(), plot()" in said
    assert tested.verdict.endswith(("The network earns its keep.", "does not earn its keep."))


def test_a_set_goes_on_with_what_it_lacks(tested, tmp_path):
    folder = Path(shutil.copytree(tested.folder, tmp_path / "copy"))
    shutil.rmtree(folder / "outside-2")
    shutil.rmtree(folder / "fold-3-seed-1")
    cut = kd.load_run_set(folder)
    assert cut.status == "unfinished"
    assert set(cut.scores()["fold"]) == {1, 2, 3}
    assert cut.summary().set_index("model").loc["theta", "folds"] == 2
    done = Inline.jobs_done
    again = quick(folder=folder)
    assert Inline.jobs_done == done + 2
    pd.testing.assert_frame_equal(again.scores(), tested.scores(), check_exact=True)
    pd.testing.assert_frame_equal(again.table, tested.table, check_exact=True)
    for other, text in (
        ({"folds": 2}, "of another folds"),
        ({"window": "sliding"}, "of another window"),
        ({"methods": ["naive"]}, "of another methods"),
    ):
        with pytest.raises(RunFolderError, match=text):
            quick(folder=folder, **other)
    assert (folder / "outside-1" / "forecasts.csv").write_text("step\n1\n")
    with pytest.raises(RunFolderError, match=r"forecasts.csv must be whole.*Remove outside-1"):
        kd.load_run_set(folder).scores()


def test_a_set_that_is_saved_keeps_its_methods(tmp_path):
    found = quick(seeds=1, folds=2)
    assert found.folder is None
    before = found.scores()
    found.save(tmp_path / "kept")
    loaded = kd.load_run_set(tmp_path / "kept")
    pd.testing.assert_frame_equal(loaded.scores(), before, check_exact=True)
    assert loaded.verdict == found.verdict


def test_workers_give_the_same_bits(tmp_path):
    given = {"seeds": 1, "folds": 2, "methods": ["ets"], "engine": "local"}
    one = quick(folder=tmp_path / "one", workers=1, **given)
    two = quick(folder=tmp_path / "two", workers=2, **given)
    pd.testing.assert_frame_equal(one.scores(), two.scores(), check_exact=True)
    assert [run.digests for run in one] == [run.digests for run in two]


def test_methods_are_asked_once_a_fold_and_may_fail(tmp_path):
    asked = []

    def counting(values, *, horizon, season, origins, levels=()):
        asked.append((len(values), origins.tolist(), season))
        if len(asked) == 2:
            raise ValueError("tired")
        return np.zeros((len(origins), horizon))

    register_forecaster("counting", counting)
    try:
        found = quick(methods=["counting", "naive"], folder=tmp_path / "set")
    finally:
        FORECASTERS.remove("counting")
    ends = [(start + 8, list(range(start - 1, start + 8)), 7) for start in STARTS]
    assert asked == ends
    assert found.summary().set_index("model")["folds"].to_dict() == {
        "network": 3,
        "counting": 2,
        "naive": 3,
    }
    assert "  failed   counting: tired\n" in repr(found)


def test_a_forecast_from_within_a_gap_starts_at_its_last_known_value(tmp_path):
    gappy = DATA.copy()
    gappy.iloc[STARTS[1] - 2 : STARTS[1] + 1] = np.nan
    chosen = CHOSEN.replace(missing="interpolate")
    given = {"folds": 3, "seeds": 1, "engine": "inline", "progress": False}
    found = kd.backtest(chosen, data=gappy, methods=["naive"], **given)
    table = found["fold-2-seed-0"].predictions()
    scores = found.scores()
    second = scores[(scores["fold"] == 2) & (scores["model"] == "naive")]
    assert second["windows"].tolist() == [8, 9, 9]
    known = ~table["filled"]
    gap = (table["naive"] - table["truth"]).abs()[known]
    assert second["mae"].tolist() == pytest.approx(gap.groupby(table["step"]).mean().tolist())


def test_without_methods_there_is_no_verdict():
    found = quick(methods=[], folds=2, seeds=1)
    assert found.verdict == "" and found.summary()["model"].tolist() == ["network"]
    assert "  result" not in repr(found) and outside_jobs(found._plan) == ()
    assert found.scores()["model"].unique().tolist() == ["network"]


def test_usual_methods_say_something_of_their_own(monkeypatch):
    from kerasduet.jobs.backtests import _methods

    usual = _methods(CHOSEN, None)
    assert {"naive", "seasonal_naive", "drift", "seasonal_drift", "theta"} < set(usual)
    assert not set(_methods(CHOSEN.replace(season=1), None)) & {
        "seasonal_naive",
        "seasonal_drift",
    }
    assert _methods(CHOSEN, "ets") == ["ets"]


def test_a_target_that_an_input_all_but_holds_is_said_to_be_so():
    close = 100 + np.random.default_rng(3).normal(size=120).cumsum()
    opened = np.concatenate([[100], close[:-1]]) + 0.01
    frame = pd.DataFrame({"time": DATA.index, "open": opened, "close": close})
    settings = {"target": "open", "features": ("open", "close"), "season": 1, "difference": 0}
    settings["horizon"] = 1
    chosen = kd.experiment("lstm-co2", **LINEAR | SETTINGS | settings)
    given = {"folds": 2, "seeds": 1, "engine": "inline", "progress": False}
    found = kd.backtest(chosen, data=frame, methods=["naive", "copy_feature"], **given)
    summary = found.summary().set_index("model")
    copied, own = summary.loc["copy_feature", "mae"], summary.loc["naive", "mae"]
    assert copied == pytest.approx(0.01) and own > 0.5
    assert found.verdict.endswith(
        "The network does not earn its keep. The target is all but contained in an input: copying "
        f"its last value has an error {own / copied:.0f} times smaller than the target's own."
    )
    # Without features there is nothing to copy.
    from kerasduet.jobs.backtests import _methods

    assert "copy_feature" in _methods(chosen, None) and "copy_feature" not in _methods(
        CHOSEN, None
    )


def test_figures_say_which_model_is_how_far_off(tested):
    figure = tested.plot()
    assert "step 1 to step 3: network" in figure.alt_text
    assert "in 3 folds along the series" in figure.alt_text
    data = tested._plot_data("folds")
    assert data.panels[0].x_scale.labels[1] == DATA.index[STARTS[1] - 1].date().isoformat()
    lines = tested._plot_data("horizon").panels[0].frames["lines"]
    own = tested.scores().query("model == 'network' and step == 2")["mae"].mean()
    network = lines[(lines["series"] == "network") & (lines["step"] == 2)]
    assert network["mae"].item() == pytest.approx(own)
    assert "Box plots" in tested.plot("scores").alt_text
    assert len(data.panels[0].frames["key"]) == 4


@pytest.mark.parametrize(("experiment", "end"), [(CHOSEN, " (ppm)"), (None, "")])
def test_figures_tell_the_unit_and_write_names_as_people_do(experiment, end):
    experiment = experiment or CHOSEN.on_own_data()
    plan = Plan("backtest", (Job("seed-0", experiment, Origin(0, 2)),), {"folds": 2})
    pieces = [piece("network", [[1.0], [2.0]], seed=0)]
    pieces += [
        piece(name, [[2.0], [2.0]]) for name in ("ets", "arima", "theta", "copy_feature")
    ]
    data = backtest_plot_data(pieces, plan, "both")
    assert [panel.y for panel in data.panels] == [f"Mean absolute error{end}"] * 2
    assert data.panels[0].frames["key"]["label"].tolist() == [
        *("network", "ETS", "ARIMA", "theta", "copy feature")
    ]
    assert "ETS 2" in data.panels[0].alt
    # One legend of two that are the same, below both.
    assert [panel.legend_columns(7.5) > 0 for panel in data.panels] == [False, True]
    assert data.subtitle.endswith("; of the network the mean over its seeds")
    summary = compared(pieces)
    assert "ets" in summary["model"].tolist()
    assert "the best other method, ETS, has" in verdict(summary)
    tiny = summary.assign(p_value=1e-7)
    assert "; Diebold-Mariano p < 0.001. " in verdict(tiny)
    assert "; too few windows for the Diebold-Mariano test. " in verdict(summary)


def test_each_method_has_a_look_of_its_own():
    plan = Plan("backtest", (Job("seed-0", CHOSEN, Origin(0, 2)),), {"folds": 2})
    pieces = [piece("network", [[1.0]], seed=0)]
    pieces += [piece(f"method {i}", [[2.0]]) for i in range(35)]
    for panel in backtest_plot_data(pieces, plan, "overview").panels:
        key = panel.frames["key"]
        assert key["colour"].iloc[:10].is_unique
        for look in ("line", "shape"):  # each by itself tells those of one colour apart
            assert not key.duplicated(["colour", look]).any()
        assert set(key["shape"].iloc[1:]).isdisjoint({"circle"})


def test_a_set_that_is_no_backtest_says_so(tested, tmp_path):
    other = kd.run_many(CHOSEN, engine="inline", data=DATA, progress=False)
    with pytest.raises(ArgumentType) as raised:
        other.scores()
    assert str(raised.value) == (
        "scores: needs a set of backtest(); got one of run_many(). Use summary()."
    )
    with pytest.raises(ArgumentType, match=r"^verdict: needs a set of backtest"):
        _ = other.verdict
    folder = Path(shutil.copytree(tested.folder, tmp_path / "copy"))
    for run in folder.glob("fold-*"):
        shutil.rmtree(run)
    empty = kd.load_run_set(folder)
    assert empty.verdict == "" and len(empty.scores()) == 3 * 3 * len(METHODS)
    with pytest.raises(EmptyData):
        empty.plot()


# ---- what a difference is worth

ONE = np.random.default_rng(4).normal(size=24).round(3)
OTHER = np.random.default_rng(6).normal(0, 1.4, size=24).round(3)


def piece(model, errors, fold=1, seed=None):
    errors = np.asarray(errors, dtype=np.float64).reshape(-1, 1)
    truth = np.zeros_like(errors)
    return Piece(fold, model, seed, truth, errors == errors, errors, {}, 1.0)


def test_a_network_earns_its_keep_when_its_interval_lies_above_zero():
    good = [
        piece("network", ONE / 9 + fold / 50, fold, seed) for fold in (1, 2) for seed in (0, 1)
    ]
    others = [piece("drift", OTHER, 1), piece("drift", OTHER, 2)]
    said = verdict(compared([*good, *others]))
    assert said.startswith("MAE 0.09") and said.endswith(" The network earns its keep.")
    same = [piece("network", OTHER, fold, 0) for fold in (1, 2)]
    found = compared([*same, *others])
    row = found[found["model"] == "drift"].iloc[0]
    assert row[["skill", "low", "high"]].tolist() == [0, 0, 0] and np.isnan(row["dm"])
    assert verdict(found).endswith("The network does not earn its keep.")


def test_skill_draws_folds_and_seeds():
    network = np.array([[1.0, 1.0], [3.0, 3.0]])
    skill, low, high = skill_interval(network, np.array([2.0, 2.0]))
    assert (skill, low, high) == (0, -0.5, 0.5)
    unsteady = np.array([[1.0, 3.0], [1.0, 3.0]])
    assert skill_interval(unsteady, np.array([4.0, 4.0])) == (0.5, 0.25, 0.75)


def test_intervals_are_scored_by_pinball_and_coverage():
    truth = np.array([[1.0], [2.0], [3.0], [10.0]])
    bounds = {"lower_80": truth - 1, "upper_80": np.full((4, 1), 4.0)}
    known = np.ones((4, 1), bool)
    one = Piece(1, "ets", None, truth, known, truth, bounds, 2.0)
    row = scored([one, piece("network", [1.0])]).set_index("model").loc["ets"]
    assert row["coverage_80"] == 0.75
    low = 0.1 * 1.0
    high = np.mean([0.1 * 3, 0.1 * 2, 0.1 * 1, 0.9 * 6])
    assert row["pinball"] == pytest.approx(np.mean([0, low, high]))


@pytest.mark.parametrize(
    ("horizon", "power", "statistic", "p_value"),
    [
        (1, 1, -2.3464936640755933, 0.0279347316409889),
        (1, 2, -2.1965788512271085, 0.0383947695973197),
        (4, 1, -2.5722353638401145, 0.0170344278520839),
        (4, 2, -1.7595261792356671, 0.0917851585786942),
    ],
)
def test_diebold_mariano_is_that_of_r(horizon, power, statistic, p_value):
    # dm.test(one, other, h, power) of R's forecast 8.20
    found = diebold_mariano(ONE, OTHER, horizon=horizon, power=power)
    assert tuple(found) == pytest.approx((statistic, p_value), rel=1e-12)


def test_where_the_variance_is_negative_bartlett_stands_in():
    one, other = np.array([3.0, 0] * 5), np.array([2.0] + [1] * 9)
    # dm.test(one, other, h = 2, power = 1, varestimator = "bartlett")
    expected = (2.650356625796316, 0.026460726341231)
    found = diebold_mariano(one, other, horizon=2)
    assert tuple(found) == pytest.approx(expected, rel=1e-12)


def test_errors_of_other_lengths_are_refused():
    with pytest.raises(LengthMismatch):
        diebold_mariano(ONE, OTHER[1:])
    with pytest.raises(ArgumentRange):
        diebold_mariano(ONE, OTHER, horizon=0)
    assert np.isnan(diebold_mariano(ONE, ONE).p_value)


def test_too_few_differences_for_their_autocovariances_are_not_tested():
    assert np.isfinite(diebold_mariano(ONE, OTHER, horizon=4).p_value)
    assert np.isnan(diebold_mariano(ONE, OTHER, horizon=5)).all()  # 24 of 25
    assert np.isfinite(diebold_mariano(ONE[:10], OTHER[:10]).p_value)
    assert np.isnan(diebold_mariano(ONE[:9], OTHER[:9])).all()


def test_errors_apart_do_not_go_together():
    # Single windows, each further from the next than the horizon: Student's t of the differences.
    apart = np.full((24, 3), np.nan)
    one, other = (np.column_stack([errors, apart]).ravel() for errors in (ONE, OTHER))
    found = diebold_mariano(one, other, horizon=4)
    assert tuple(found) == pytest.approx(tuple(diebold_mariano(ONE, OTHER)), rel=1e-12)
    # Two blocks: the pairs across them do not count.
    one, other = (np.r_[errors[:12], apart[0], errors[12:]] for errors in (ONE, OTHER))
    gaps = np.abs(ONE) - np.abs(OTHER)
    left = gaps - gaps.mean()
    pairs = left[:11] @ left[1:12] + left[12:23] @ left[13:]
    variance = (left @ left + 2 * pairs) / 24
    correction = 1 - 1 / 24 - 2 * 22 / 24**2
    expected = gaps.mean() / np.sqrt(variance / 24) * np.sqrt(correction)
    assert diebold_mariano(one, other, horizon=2).statistic == pytest.approx(expected)


def test_the_page_of_a_backtest_has_its_verdict_and_no_best_fold(tested, tmp_path):
    assert main(["report", str(tested.folder), "--out", str(tmp_path / "page.html")]) == 0
    text = html.unescape((tmp_path / "page.qmd").read_text("utf-8"))
    assert f"::: {{.headline}}\n{tested.verdict}\n:::" in text
    assert "| A: fold 1, seed" in text and "## Differences" not in text
    rows = [
        line.split(" | ")[0].strip("| ") for line in text.split("{#tbl-methods}")[0].split("\n")
    ]
    named = [written(name).replace(" ", "\xa0") for name in tested.summary()["model"]]
    assert [row for row in rows if row in named] == named
    assert {path.name for path in (tmp_path / "page_files").glob("*.png")} >= {
        "horizon.png",
        "folds.png",
    }
    kd.render_report(list(tested.runs), tmp_path / "runs.html")
    assert "runs of a backtest of " in (tmp_path / "runs.qmd").read_text("utf-8")


@pytest.mark.parametrize(("count", "rejected"), [(10, 0.24), (20, 0.17), (40, 0.11)])
def test_with_few_errors_the_test_would_reject_too_often(monkeypatch, count, rejected):
    """The shares in its notes: of equally good forecasts 5 in 100 should be told apart."""
    random = np.random.default_rng(1)
    steps = random.standard_normal((2000, count + 5))
    sums = np.lib.stride_tricks.sliding_window_view(steps, 6, axis=1).sum(axis=-1)
    far = np.full(count, 100.0)
    fewest = max(accuracy.FEWEST, 6 * accuracy.FEWEST_PER_STEP)
    found = accuracy.diebold_mariano(far + sums[0], far, horizon=6)
    assert np.isnan(found.p_value) == (count < fewest)
    monkeypatch.setattr(accuracy, "FEWEST", 0)
    monkeypatch.setattr(accuracy, "FEWEST_PER_STEP", 0)
    tested = [accuracy.diebold_mariano(far + row, far, horizon=6).p_value for row in sums]
    assert np.mean(np.array(tested) < 0.05) == pytest.approx(rejected, abs=0.02)
