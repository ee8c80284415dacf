"""Several series in one table: one network for them, each split, scaled and scored by itself."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from conftest import linear
from inline import Inline

import kerasduet as kd
from kerasduet import errors
from kerasduet.data import panel, series
from kerasduet.data.folds import Origin
from kerasduet.forecasting.accuracy import skill_interval
from kerasduet.forecasting.outside import register_forecaster
from kerasduet.forecasting.windows import Windows
from kerasduet.jobs.leakage import check_leakage
from kerasduet.registry import ENGINES, FORECASTERS, TASKS
from kerasduet.tasks.forecasting import chosen_series, several
from kerasduet.tasks.forecasting.measures import series_measures
from kerasduet.tasks.forecasting.scores import best_baseline

SHOPS = {"north": 100.0, "south": 10.0, "east": 1.0}
SETTINGS = {
    "id": "shop",
    "time": "day",
    "target": "sold",
    "season": 7,
    "difference": 0,
    "lookback": 7,
    "horizon": 3,
    "model": linear,
    "epochs": 3,
    "early_stopping": None,
}


def stop(event):
    """Interrupt a training after its second epoch, as Ctrl-C would."""
    if event["event"] == "epoch" and event["epoch"] == 2:
        raise KeyboardInterrupt


def shops(rows=70, names=SHOPS):
    """Give daily sales of three shops, one after the other; the shape of a week is one."""
    random, days = np.random.default_rng(4), np.arange(rows)
    frames = [
        pd.DataFrame(
            {
                "shop": name,
                "day": pd.date_range("2024-01-01", periods=rows),
                "sold": size * (5 + np.sin(2 * np.pi * (days + start) / 7))
                + 0.1 * size * random.normal(size=rows),
            }
        )
        for start, (name, size) in enumerate(names.items())
    ]
    return pd.concat(frames, ignore_index=True)


def chosen(**more):
    return kd.experiment("lstm-series", **SETTINGS | more)


@pytest.fixture(scope="module")
def run():
    return kd.run_experiment(chosen(), data=shops(), progress=False)


def test_a_series_may_be_called_na_in_a_table_but_not_in_a_file(tmp_path):
    rows = pd.RangeIndex(1, 4, name="row")
    named = pd.DataFrame({"shop": ["NA", "None", "NA"], "sold": [1, 2, 3]}, rows)
    assert {name: len(one) for name, one in panel.pieces(named, "shop").frames.items()} == {
        "NA": 2,
        "None": 1,
    }
    with pytest.raises(errors.MissingValue, match="got nothing in row 2"):
        panel.pieces(named.assign(shop=["NA", " ", "NA"]), "shop")
    file = tmp_path / "shops.csv"
    shops().replace({"shop": {"east": "NA"}}).to_csv(file, index=False)
    with pytest.raises(
        errors.MissingValue, match=r"in line 142\. A field that is empty or says NA"
    ):
        named = kd.experiment("lstm-panel", dataset="series", path=str(file), id="shop")
        kd.load_data(named.replace(time="day", target="sold"))


def test_each_series_is_cut_and_scaled_as_if_it_were_alone():
    found = kd.load_data(chosen(), shops())
    assert found.preprocessing.ids == tuple(SHOPS)
    for split in ("train", "validation", "test"):
        rows = 0
        for place, name in enumerate(SHOPS):
            alone = shops()[lambda frame, name=name: frame["shop"] == name]
            one = kd.load_data(chosen(id=None), alone.drop(columns="shop"))
            mine = slice(rows, rows + len(getattr(one, split)))
            for side in ("inputs", "targets"):
                every = np.asarray(getattr(getattr(found, split), side))
                same = np.asarray(getattr(getattr(one, split), side))
                np.testing.assert_array_equal(every[mine], same)
            assert found.preprocessing.each[place] == one.preprocessing
            rows = mine.stop
        assert rows == len(getattr(found, split))


def test_rows_of_different_series_may_stand_in_any_order():
    plain = kd.load_data(chosen(), shops())
    by_day = shops().sort_values("day", kind="stable")
    mixed = kd.load_data(chosen(), by_day)
    assert mixed.source.sha256 == plain.source.sha256
    np.testing.assert_array_equal(mixed.x_train, plain.x_train)
    by_index = kd.load_data(chosen(), shops().set_index(["shop", "day"]))
    assert by_index.source.sha256 == plain.source.sha256
    factor = shops().assign(shop=shops()["shop"].astype("category"))
    assert kd.load_data(chosen(), factor).source.sha256 == plain.source.sha256
    back = plain.to_frame()
    assert back.columns.tolist() == ["shop", "time", "sold"] and len(back) == 210
    assert kd.load_data(chosen(time="time"), back).source.sha256 == plain.source.sha256


def test_joined_windows_know_what_was_changed_and_what_comes_later():
    values = np.arange(12.0)
    later = Windows(values, np.array([2, 3]), 1)
    one = Windows(values[:6], np.array([0, 1]), 2, np.array([1]), np.array([[7.0, 8]]), later)
    found = Windows.joined([one, one])
    assert np.asarray(found).tolist() == [[0, 1], [7, 8], [0, 1], [7, 8]]
    assert found.later.take(np.array([1, 3])).tolist() == [[3], [3]]


def test_predictions_name_the_series_and_scores_are_those_of_all(run):
    table, learned = run.predictions(), run.preprocessing
    assert table.columns[0] == "id"
    assert not table.duplicated(["id", "origin", "step"]).any()
    assert (table.groupby("id", sort=False).size() == 9).all() or len(table) % 9 == 0
    known = table[~table["filled"]]
    gaps = (known["truth"] - known["forecast"]).abs()
    assert run.metrics["mae"] == pytest.approx(gaps.mean())
    scale = dict(zip(learned.ids, (one.mase_scale for one in learned.each), strict=True))
    assert run.metrics["mase"] == pytest.approx((gaps / known["id"].map(scale)).mean())
    assert run.metrics["series"] == 3
    assert f"over {len(SHOPS)} series" in run.summary and "MASE" in run.summary
    assert run.facts["series"] == "3, by shop"
    assert f"  season   {run.facts['season']}\n" in repr(run)


def test_baselines_of_a_series_are_its_own(run):
    table = run.predictions()
    sold = shops().set_index(["shop", "day"])["sold"]
    last = table.iloc[::3]
    naive = sold.loc[list(zip(last["id"], last["origin"], strict=True))].to_numpy()
    np.testing.assert_array_equal(last["naive"], naive)
    for name in SHOPS:
        mine = table[table["id"] == name]
        first, start = sold[name].iloc[0], mine["origin"].iloc[0]
        rows = (start - pd.Timestamp("2024-01-01")).days
        slope = (sold[name, start] - first) / rows
        assert mine["drift"].iloc[2] == pytest.approx(sold[name, start] + 3 * slope)


def test_series_scores_have_a_row_a_series(run):
    table, scores = run.predictions(), run.series_scores()
    assert scores["id"].tolist() == list(SHOPS)
    mine = table[table["id"] == "south"]
    row = scores.iloc[1]
    assert row["mae"] == pytest.approx((mine["truth"] - mine["forecast"]).abs().mean())
    assert row["naive_mae"] == pytest.approx((mine["truth"] - mine["naive"]).abs().mean())
    assert row["skill"] == pytest.approx(1 - row["mae"] / row[f"{row['best']}_mae"])
    with pytest.raises(errors.ArgumentType, match="must be of several series"):
        kd.run_experiment(
            chosen(id=None),
            data=shops(names={"north": 100.0}).drop(columns="shop"),
            progress=False,
        ).series_scores()


def test_a_forecast_has_every_series_and_intervals_in_its_units(run):
    found = run.forecast(level=(80, 95))
    assert found.columns[:6].tolist() == [
        "id", "time", "step", "forecast", "lower_80", "upper_80",
    ]  # fmt: skip
    assert found["id"].tolist() == [name for name in SHOPS for _ in range(3)]
    assert (found["time"].iloc[:3] == pd.date_range("2024-03-11", periods=3)).all()
    width = (found["upper_95"] - found["lower_95"]).to_numpy()[::3]
    size = run.preprocessing.sizes
    np.testing.assert_allclose(width / size, width[0] / size[0])
    assert (found["lower_95"] <= found["lower_80"]).all()
    assert len(run.forecast(7)) == 21
    alone = run.predict(shops()[lambda frame: frame["shop"] == "east"])
    np.testing.assert_allclose(alone["forecast"], found["forecast"].iloc[-3:], rtol=1e-6)
    assert 0 <= run.metrics["coverage_80"] <= run.metrics["coverage_95"] <= 1


def test_a_run_is_saved_loaded_resumed_and_repeated(run, tmp_path):
    loaded = kd.load_run(run.save(tmp_path / "run"))
    pd.testing.assert_frame_equal(loaded.predictions(), run.predictions())
    pd.testing.assert_frame_equal(loaded.forecast(level=80), run.forecast(level=80))
    assert loaded.preprocessing == run.preprocessing
    assert "Best, middle and worst of 3 series" in loaded.plot("forecast").alt_text
    cut = kd.run_experiment(chosen(), data=shops(), progress=stop)
    assert cut.status == "interrupted"
    cut.save(tmp_path / "cut")
    again = kd.resume_run(tmp_path / "cut", data=shops(), progress=False)
    assert again.digests == run.digests


def test_figures_show_the_series_that_are_asked_for(run):
    for kind in ("forecast", "future"):
        shown = kd.plots.plot_data(run, kind, series=["east", "north"]).panels[0]
        names, _, said = zip(*(x.partition("\n") for x in shown.facets.labels), strict=True)
        assert all(x.startswith("skill ") == (kind == "forecast") for x in said)
        assert names == shown.facets.values == ("east", "north")
        assert shown.subtitle.startswith("2 of 3 series, ")
        (one,) = kd.plots.plot_data(run, kind, series="south").panels
        last = shops()[lambda frame: frame["shop"] == "south"]["sold"].iloc[-5:]
        truth = one.frames["lines"].query("series == 'truth'")["value"].iloc[-5:]
        np.testing.assert_allclose(truth, last)
    assert "1 of 3 series" in run.plot(series="south").alt_text
    # Panes of names that are alike once they are short stay apart, in rows of three.
    labels = [f"a shop of the town {i} by the sea" for i in range(4)]
    long = dict(zip(labels, (1.0, 2.0, 3.0, 4.0), strict=True))
    many = kd.run_experiment(chosen(epochs=1), data=shops(names=long), progress=False)
    for kind in ("forecast", "future"):
        data = kd.plots.plot_data(many, kind, series=labels)
        assert len(set(data.panels[0].facets.values)) == 4 and data.panels[0].columns == 3
        assert data.height > kd.plots.plot_data(many, kind).height
    assert kd.plots.plot_data(many, series=labels).height > kd.plots.plot_data(many).height


@pytest.mark.parametrize(
    ("series", "error", "text"),
    [
        (
            "nort",
            errors.UnknownName,
            "series: must be series of the training; got 'nort'. Did you mean north?",
        ),
        (
            7,
            errors.UnknownName,
            "series: must be series of the training; got '7'. Known: east, north, south.",
        ),
        ([], errors.ArgumentType, "series: must have at least one value; got []."),
        (True, errors.ArgumentType, "series: must be names of series; got true."),
        (
            ["east", "east"],
            errors.ArgumentType,
            "series: must differ; got 'east' 2 times.",
        ),
    ],
)
def test_series_that_there_are_not_are_named(run, series, error, text):
    for kind in ("forecast", "future"):
        with pytest.raises(error) as raised:
            run.plot(kind, series=series)
        assert str(raised.value) == text
    with pytest.raises(errors.ArgumentType, match=r"^series: only forecast and future have"):
        run.plot("horizon", series="east")


def test_names_may_be_numbers_and_many(run):
    ids = [str(i) for i in range(100, 400)]
    learned = dataclasses.replace(run.preprocessing, ids=tuple(ids))
    assert chosen_series._places(learned, np.array([101, 100])) == [1, 0]
    with pytest.raises(errors.UnknownName, match=r"There are 300, such as 100 and 399\.$"):
        chosen_series._places(learned, "x")
    with pytest.raises(errors.ArgumentRange, match="at most 12 names; got 13"):
        chosen_series._places(learned, ids[:13])


def test_a_changed_folder_is_refused(run, tmp_path):
    values = run.preprocessing.to_dict()
    text = json.loads(json.dumps(values))
    rebuilt = type(run.preprocessing).from_dict(text)
    assert rebuilt == run.preprocessing
    for change in ({"ids": ["north", "north", "east"]}, {"series": []}, {"shared": {}}):
        with pytest.raises((ValueError, KeyError)):
            run.task.check_learned(
                type(run.preprocessing).from_dict(text | change), run.experiment
            )
    with pytest.raises(ValueError, match="of another experiment"):
        run.task.check_learned(rebuilt, run.experiment.replace(id=None))


def test_whole_numbers_stay_numbers(tmp_path):
    given = shops().assign(shop=shops()["shop"].map({"north": 3.0, "south": 1.0, "east": 2.0}))
    run = kd.run_experiment(chosen(epochs=1), data=given, progress=False)
    assert run.forecast()["id"].tolist()[::3] == [3, 1, 2]
    loaded = kd.load_run(run.save(tmp_path / "run"))
    assert loaded.predictions()["id"].dtype == np.int64
    assert loaded.series_scores()["id"].tolist() == [3, 1, 2]


def test_plans_are_asked_for_by_series_and_time():
    given = shops().assign(promo=np.tile([0.0, 1.0, 0.0], 70))
    run = kd.run_experiment(
        chosen(epochs=1, known_future="promo", calendar="weekday"), data=given, progress=False
    )
    future = run.future_frame()
    assert future.columns.tolist() == ["id", "time", "promo"] and len(future) == 9
    full = future.assign(promo=1.0)
    mixed = run.forecast(future=full.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(mixed, run.forecast(future=full))
    by_shop = full.rename(columns={"id": "shop"})
    pd.testing.assert_frame_equal(run.forecast(future=by_shop), mixed)
    for changed, error, text in (
        (None, errors.ArgumentType, "must hold promo at the 3 times ahead"),
        (full.drop(columns="id"), errors.UnknownName, "future: id: must be a column"),
        (full[full["id"] != "south"], errors.TimeIndexError, "got none for 'south'"),
        (full.drop(index=4), errors.TimeIndexError, "2024-03-12.*in the series 'south'"),
        (full.assign(id="west"), errors.UnknownName, "got 'west'"),
        (future, errors.MissingValue, "in the series 'north'"),
    ):
        with pytest.raises(error, match=text):
            run.forecast(future=changed)


def test_gaps_are_filled_within_a_series():
    given = shops()
    given.loc[[5, 69, 75, 80], "sold"] = np.nan
    with pytest.raises(errors.MissingValue, match=r"row 6\..*in the series 'north'"):
        kd.load_data(chosen(), given)
    with pytest.raises(errors.MissingValue, match="must end with a value"):
        kd.load_data(chosen(missing="interpolate"), given)
    found = kd.load_data(chosen(missing="interpolate"), given.drop(index=69))
    assert [int(one.missing.sum()) for one in found.panel] == [2, 4, 0]  # input and target
    assert "In the series 'north': 1 of 69 values" in found.source.note
    assert check_leakage(chosen(missing="interpolate"), given.drop(index=69)).passed


def test_series_that_end_at_different_times_are_told_of():
    given = shops()
    given.loc[given["shop"] == "east", "day"] += pd.Timedelta(days=90)
    note = kd.load_data(chosen(), given).source.note
    assert note.startswith("Each series is split at its own times")
    assert kd.load_data(chosen(), shops()).source.note == ""


@pytest.mark.parametrize(
    ("change", "settings", "error", "text"),
    [
        (lambda f: f, {"id": "store"}, errors.UnknownName, "store: must be a column"),
        (lambda f: f, {"id": "sold"}, errors.ArgumentType, "another column than those of"),
        (lambda f: f.drop(index=range(75, 139)), {}, errors.SeriesTooShort, "series 'south'"),
        (
            lambda f: f.assign(shop=f["shop"].where(f.index != 9)),
            {},
            errors.MissingValue,
            "got nothing in row 10",
        ),
        (
            lambda f: f.assign(shop=f["shop"].where(f.index != 9, 1.5)),
            {},
            errors.ArgumentType,
            "must name series by texts or whole numbers; got 1.5 in row 10",
        ),
        (
            lambda f: f.rename(index={80: 81, 81: 80}).sort_index(),
            {},
            errors.TimeIndexError,
            "must be in order.*row 82.*series 'south'",
        ),
        (
            lambda f: pd.concat([f, f.tail(1)]),
            {},
            errors.TimeIndexError,
            "must not repeat.*row 211.*series 'east'",
        ),
        (
            lambda f: f,
            {"id": None},
            errors.TimeIndexError,
            'by the column shop .*Set id = "shop"',
        ),
        (
            lambda f: f.assign(shop=f["shop"].map({"north": 1, "south": 2, "east": 3})),
            {"id": None},
            errors.TimeIndexError,
            'by the column shop .*Set id = "shop"',
        ),
    ],
)
def test_what_is_wrong_is_named_by_series_and_row(change, settings, error, text):
    with pytest.raises(error, match=text):
        kd.load_data(chosen(**settings), change(shops()))


def test_what_needs_one_series_says_so(run):
    with pytest.raises(errors.ArgumentType, match="the dataset co2 is one series"):
        kd.experiment("lstm-co2", id="place")
    with pytest.raises(errors.UnknownName, match="must hold series of the training"):
        run.predict(shops(names={"west": 2.0}))
    with pytest.raises(errors.SeriesTooShort, match="in the series 'north'"):
        run.predict(shops().head(5))


def test_figures_say_which_series_they_show(run):
    data = kd.plots.plot_data(run, kind="forecast")
    (panel_,) = data.panels
    assert panel_.subtitle.startswith("Best, middle and worst of 3 series by skill")
    skill = run.series_scores().sort_values("skill", ascending=False)["id"].tolist()
    assert list(panel_.facets.values) == skill
    assert set(panel_.frames["lines"]["pane"]) == set(skill)
    assert all("\nskill " in text for text in panel_.facets.labels)
    assert kd.plots.plot_data(run, kind="horizon").panels[0].y == "MASE"


def test_a_report_has_a_row_a_series(run, tmp_path):
    page = tmp_path / "report.html"
    kd.render_report(run, page)
    text = page.read_text("utf-8")
    assert "3 series by the column shop (north, south, east)" in text
    assert all(text.count(name) >= 3 for name in SHOPS)
    assert "3 test series: too few for intervals" in text


def test_the_made_up_shops_are_what_they_say():
    data = kd.load_data(kd.experiment("lstm-panel"))
    assert len(data.preprocessing.ids) == 60
    assert data.source.sha256.startswith("646d7e67")
    # The last year cannot be foreseen better than by its noise.
    assert data.sizes == {"train": 1740, "validation": 540, "test": 1140}


def test_the_preset_beats_every_simple_method():
    run = kd.run_experiment("lstm-panel", epochs=4, early_stopping=None, progress=False)
    rivals = [run.metrics[f"{name}_mase"] for name in ("naive", "seasonal_naive", "drift")]
    assert run.metrics["mase"] < 0.9 * min(rivals)
    assert run.metrics["series_won"] >= 50


def test_pieces_keep_the_order_in_which_series_begin():
    found = panel.pieces(shops(names={"b": 1.0, "a": 2.0}).rename_axis("row"), "shop")
    assert list(found.frames) == ["b", "a"] and not found.numbered


def test_the_way_of_one_series_is_untouched():
    alone = shops(names={"north": 1.0})
    one = series.load(chosen(id=None), alone.drop(columns="shop"))
    assert not one.panel and one.table is not None
    several_ = list(several.singles(kd.load_data(chosen(), alone)))
    assert several_[0].preprocessing == one.preprocessing


def test_the_headline_of_several_series_is_the_same_wherever_it_is_told(run, tmp_path):
    """Of series in different units the mean absolute error is that of the largest."""
    other = kd.run_experiment(chosen(seed=1), data=shops(), progress=False)
    for name, one in (("a", run), ("b", other)):
        one.save(tmp_path / name)
    listed = kd.list_runs(tmp_path)
    assert listed["measure"].tolist() == ["mase", "mase"]
    assert listed["score"].tolist() == [run.metrics["mase"], other.metrics["mase"]]
    compared = kd.compare_runs(run, other).table
    assert compared["measure"].tolist() == ["mase", "mae", "rmse"]
    assert np.allclose(compared["first"], [run.metrics[name] for name in compared["measure"]])
    found = kd.run_many([chosen(epochs=1)], data=shops(), seeds=2, progress=False)
    scores = found.summary()["score"].tolist()
    assert scores.index("mase") < scores.index("mae")
    assert TASKS["forecasting"].metrics_of(kd.experiment("lstm-co2"))[0].name == "mae"


def test_a_series_without_a_unit_is_left_out_of_mase_wherever_it_is_told(run):
    """Errors of a series that did not change in training are in no unit of MASE."""
    first, *others = run.preprocessing.each
    replace = dataclasses.replace
    learned = replace(run.preprocessing, each=(replace(first, mase_scale=0.0), *others))
    table = run.table.assign(
        forecast=run.table["forecast"] + 1000 * (run.table["id"] == "north")
    )
    metrics = run.task.score(table, learned)
    changed = replace(run, preprocessing=learned, metrics=metrics, table=table)
    rival = best_baseline(metrics)
    assert changed.lead.value == pytest.approx(metrics[f"{rival}_mase"] - metrics["mase"])
    assert (changed.lead.cases, metrics["series"]) == (2, 3)
    told = series_measures(changed)
    assert told["forecast"]["mase"].value == pytest.approx(metrics["mase"])
    assert told["forecast"]["mae"].value == pytest.approx(metrics["mae"])
    steps = changed.plot("horizon").axes[0].lines[0].get_ydata()
    assert np.mean(steps) == pytest.approx(metrics["mase"])
    none = replace(learned, each=tuple(replace(one, mase_scale=0.0) for one in learned.each))
    assert "mase" not in run.task.cases(table, none)
    assert run.task.lead(table, none, run.task.score(table, none)).cases == 3


# ---- backtests and updates

TESTED = {"folds": 2, "seeds": 2, "methods": ["naive", "drift", "theta"], "engine": "inline"}


@pytest.fixture(scope="module")
def inline():
    ENGINES.register("inline", Inline)
    yield
    ENGINES.remove("inline")


def backtest(folder=None, **more):
    given = {"data": shops(), "folder": folder, "progress": False}
    return kd.backtest(chosen(epochs=1, test_split=0.3), **TESTED | given | more)


@pytest.fixture(scope="module")
def tested(inline, tmp_path_factory):
    return backtest(tmp_path_factory.mktemp("panel") / "set")


def test_a_backtest_scores_each_series_of_each_fold(tested):
    scores = tested.scores()
    first = ["fold", "model", "seed", "id", "step", "windows", "mae", "rmse", "smape", "mase"]
    assert scores.columns.tolist()[:10] == first
    assert len(scores) == 2 * 3 * 3 * (2 + 3)  # folds, series, steps, models with seeds
    run = tested["fold-2-seed-1"]
    each = run.series_scores().set_index("id")
    own = scores[(scores["fold"] == 2) & (scores["seed"] == 1)]
    assert own.groupby("id")["mae"].mean().to_dict() == pytest.approx(each["mae"].to_dict())
    assert own.groupby("id")["mase"].mean().to_dict() == pytest.approx(each["mase"].to_dict())
    for name in ("naive", "drift"):
        theirs = scores[(scores["fold"] == 2) & (scores["model"] == name)]
        found = theirs.groupby("id")["mae"].mean().to_dict()
        assert found == pytest.approx(each[f"{name}_mae"].to_dict())
    # Methods see one series at a time: those of a backtest of that series alone.
    south = shops().query("shop == 'south'")
    alone = backtest(data=south, seeds=1, methods="theta").scores().query("model == 'theta'")
    among = scores[(scores["model"] == "theta") & (scores["id"] == "south")]
    np.testing.assert_array_equal(among["rmse"], alone["rmse"])


def test_a_backtest_weighs_series_by_their_own_size(tested):
    summary = tested.summary()
    assert summary["series"].tolist() == [3] * 4
    assert summary["mase"].iloc[1:].is_monotonic_increasing
    network = np.array(
        [
            [tested[f"fold-{fold}-seed-{seed}"].series_scores()["mase"] for seed in (0, 1)]
            for fold in (1, 2)
        ]
    )
    naive = np.array(
        [
            (one := tested[f"fold-{fold}-seed-0"].series_scores())["naive_mae"]
            / (one["mae"] / one["mase"])
            for fold in (1, 2)
        ]
    )
    row = summary.set_index("model").loc["naive"]
    assert row[["skill", "low", "high"]].tolist() == pytest.approx(
        list(skill_interval(network, naive))
    )
    assert row["series_won"] == (network.mean(axis=(0, 1)) < naive.mean(axis=0)).sum()
    assert tested.verdict.startswith("MASE ") and "over 3 series; the best" in tested.verdict
    assert "of the series. The network" in tested.verdict
    assert tested._plot_data("horizon").panels[0].y == "MASE"
    assert tested._plot_data("folds").panels[0].x_scale.labels[0] == "2024-02-19"


def test_a_fold_of_series_sees_nothing_after_it():
    data = shops()
    later = data.copy()
    later.loc[later["day"] >= "2024-03-01", "sold"] *= 7
    settings = chosen(test_split=0.3, dataset="series")
    one, other = (panel.load(settings, given, Origin(1, 2)) for given in (data, later))
    assert one.preprocessing == other.preprocessing
    for part in ("x_train", "y_train", "x_validation", "y_validation", "x_test", "y_test"):
        np.testing.assert_array_equal(getattr(one, part), getattr(other, part))
    assert one.held_out == "origin-1-of-2"
    assert [len(table.times) for table in one.panel] == [60, 60, 60]


def test_one_training_of_series_before_all_folds(tested, tmp_path):
    once = backtest(tmp_path / "set", refit=False, seeds=1)
    scores, others = once.scores(), tested.scores().query("not seed > 0")
    first = others["fold"] == 1
    pd.testing.assert_frame_equal(
        scores[scores["fold"] == 1].reset_index(drop=True), others[first].reset_index(drop=True)
    )
    assert set(scores["fold"]) == {1, 2}
    pd.testing.assert_frame_equal(kd.load_run_set(tmp_path / "set").scores(), scores)


def test_series_of_numbers_and_lengths_of_their_own_and_a_method_that_fails(inline):
    data = shops().drop(index=range(140, 150))
    data["shop"] = data["shop"].map({"north": 3, "south": 1, "east": 2})

    def picky(values, *, horizon, season, origins, levels=()):
        if len(values) < 60:
            raise ValueError("too short")
        return np.zeros((len(origins), horizon))

    register_forecaster("picky", picky)
    try:
        found = backtest(data=data, seeds=1, methods=["picky", "naive"])
    finally:
        FORECASTERS.remove("picky")
    assert found.scores()["id"].unique().tolist() == [3, 1, 2]
    assert "picky: too short That is in the series '2'." in repr(found)
    windows = found.scores().query("fold == 2 and model == 'naive' and step == 1")["windows"]
    assert windows.tolist() == [8, 8, 7]
    assert found.summary()["skill"].notna().sum() == 1


def test_an_update_lets_each_series_go_on(run, tmp_path):
    new = shops(80).query("day > '2024-03-10'")
    whole = pd.concat([shops(), new])
    child = kd.update_run(run, new, epochs=1, progress=False)
    assert child.provenance["parent"]["rows"] == 210
    pairs = zip(child.preprocessing.each, run.preprocessing.each, strict=True)
    assert all((one.mean, one.rows) == (other.mean, other.rows + 10) for one, other in pairs)
    assert child.forecast()["time"].iloc[0] == pd.Timestamp("2024-03-21")
    loaded = kd.load_run(run.save(tmp_path / "run"))
    again = kd.update_run(loaded, whole, epochs=1, progress=False)
    assert again.digests["weights"] == child.digests["weights"]
    assert again.source.sha256 == child.source.sha256
    some = kd.update_run(run, new[new["shop"] == "south"], epochs=1, progress=False)
    assert [one.rows for one in some.preprocessing.each] == [70, 80, 70]


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        (lambda f: f.assign(shop="west"), errors.UnknownName, "got 'west' in the column shop"),
        (lambda f: f.drop(columns="shop"), errors.UnknownName, "new_rows: shop: must be a col"),
        (lambda f: f.drop(columns="sold"), errors.UnknownName, "none of the name sold"),
        (lambda f: f.drop(columns="day"), errors.UnknownName, "new_rows: must have times"),
        (lambda f: shops(), errors.ArgumentType, "must hold rows after the end"),
        (lambda f: shops(75).tail(9), errors.TimeIndexError, "must come after the end of the"),
    ],
)
def test_new_rows_of_series_that_are_wrong_are_named(run, change, error, text):
    new = shops(80).query("day > '2024-03-10'")
    with pytest.raises(error, match=text):
        kd.update_run(run, change(new), progress=False)
