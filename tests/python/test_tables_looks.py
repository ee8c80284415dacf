"""Runs on tables looked into: verbs, figures and pages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import kerasduet as kd
from kerasduet.errors import (
    ArgumentRange,
    ArgumentType,
    DatasetError,
    EmptyData,
    KerasduetError,
)
from kerasduet.plots import plot_data
from kerasduet.report.intervals import counted_intervals
from kerasduet.report.measures import headline
from kerasduet.result import dataset_of
from kerasduet.tasks.tables import panels, results

FEW = {"epochs": 8, "progress": False}


def people(rows=160, *, classes=True):
    """Give a table with columns of several types, one of them embedded."""
    random = np.random.default_rng(2)
    table = pd.DataFrame(
        {
            "height": random.normal(170, 9, rows),
            "age": random.integers(18, 60, rows),
            "town": np.array([f"town {i:02}" for i in range(14)])[np.arange(rows) % 14],
            "sport": np.array(["none", "ball", "run"])[random.integers(3, size=rows)],
            "weight": random.integers(1, 4, rows),
        }
    )
    size = (
        (table["height"] - 170) / 9 + (table["sport"] == "ball") * 2 + random.normal(0, 1, rows)
    )
    table["fit"] = np.where(size > 0.5, "yes", "no") if classes else 70 + 10 * size
    return table


@pytest.fixture(scope="module")
def fit_run():
    """Give a classifier of two classes, with case weights."""
    return kd.run_experiment(
        "table-classes", data=people(), target="fit", weights="weight", units=(8,), **FEW
    )


@pytest.fixture(scope="module")
def kilo_run():
    """Give a regression on the same columns."""
    table = people(classes=False)
    return kd.run_experiment(
        "table-numbers", data=table, target="fit", units=(8,), **FEW | {"epochs": 40}
    )


@pytest.fixture(scope="module")
def iris_run():
    """Give a classifier of three classes."""
    return kd.run_experiment("table-iris", **FEW)


def test_predictions_hold_the_baselines_and_weights(fit_run, kilo_run):
    table = fit_run.predictions()
    for name in ("commonest", "logistic", "boosting"):
        both = table[[f"{name}_p_no", f"{name}_p_yes"]].to_numpy()
        assert both.sum(axis=1) == pytest.approx(1, abs=1e-6)
        own = results.class_measure(table, fit_run.preprocessing, name).scores()
        assert own["loss"] == fit_run.metrics[f"{name}_loss"]
    assert set(table["weight"]) <= {1.0, 2.0, 3.0}
    assert "weight" not in kilo_run.predictions()
    assert {"mean", "linear", "boosting"} <= set(kilo_run.predictions())
    assert fit_run.metrics["commonest_auc"] == 0.5
    assert "the best baseline" in fit_run.summary


def test_other_rows_count_by_their_weights_too(fit_run):
    rows = fit_run.table["row"].to_numpy() - 1
    held = people().iloc[rows]
    own = {name: fit_run.metrics[name] for name in fit_run.evaluate(held)}
    assert fit_run.evaluate(held) == pytest.approx(own, rel=1e-6)
    assert fit_run.evaluate(fit_run.dataset) == pytest.approx(own, rel=1e-6)
    bare = fit_run.evaluate(held.drop(columns="weight"))
    right = (fit_run.table["prediction"] == fit_run.table["truth"]).mean()
    assert bare["accuracy"] == pytest.approx(right)
    assert bare["accuracy"] != pytest.approx(own["accuracy"], abs=1e-6)
    with pytest.raises(ArgumentRange, match="weights: must have one above 0; got 0 alone in"):
        fit_run.evaluate(held.assign(weight=0))
    with pytest.raises(ArgumentRange, match="weights: must be at least 0; got -1 in row 1"):
        fit_run.evaluate(held.assign(weight=-1))


def test_scores_of_any_kind_have_intervals_and_are_compared(fit_run, kilo_run):
    other = kd.run_experiment(
        "table-classes", data=people(), target="fit", weights="weight", units=(2,), **FEW
    )
    found = kd.compare_runs(fit_run, other).table.set_index("measure")
    assert found.index.tolist() == ["loss", "accuracy", "balanced_accuracy", "brier", "auc"]
    for name in found.index:
        row = found.loc[name]
        assert row["first"] == pytest.approx(fit_run.metrics[name])
        assert row["low"] <= row["difference"] <= row["high"]
    same = kd.compare_runs(fit_run, fit_run).table
    assert (same[["difference", "low", "high"]] == 0).all(axis=None)
    root = headline(kilo_run)
    assert root.value == pytest.approx(kilo_run.metrics["rmse"])
    assert root.low < root.value < root.high
    r2 = kilo_run.task.counted(kilo_run.table, kilo_run.preprocessing)["r2"]
    (found,) = counted_intervals(lambda counts: r2(counts)[:, None], len(kilo_run.table))
    assert found.low < kilo_run.metrics["r2"] < found.high


def test_importance_finds_the_columns_that_count(kilo_run):
    found = kd.importance(kilo_run, repeats=3)
    assert found["column"].tolist()[0] in ("height", "sport")
    assert set(found["column"]) == {"height", "age", "town", "sport", "weight"}
    assert (found["low"] <= found["importance"]).all()


def test_partial_dependence_is_the_mean_of_the_curves(fit_run, iris_run):
    mean = kd.partial_dependence(fit_run, "sport")
    assert mean["value"].tolist() == ["ball", "none", "run"]
    curves = kd.partial_dependence(fit_run, "sport", individual=True)
    again = curves.groupby("value", sort=False)["prediction"].mean()
    assert again.to_numpy() == pytest.approx(mean["prediction"].to_numpy())
    assert set(curves["row"]) == set(fit_run.predictions()["row"])
    # Where a row keeps its value, the curve is what was predicted.
    own = people()["sport"].to_numpy()[curves["row"] - 1] == curves["value"]
    told = fit_run.predictions().set_index("row")["p_yes"]
    assert curves["prediction"][own].to_numpy() == pytest.approx(
        told[curves["row"][own]].to_numpy(), abs=1e-5
    )
    three = kd.partial_dependence(iris_run, "petal_width")
    assert three["class"].unique().tolist() == ["setosa", "versicolor", "virginica"]


def test_coefficients_name_levels(kilo_run):
    found = kd.baseline_coefficients(kilo_run)
    terms = found["term"].tolist()
    assert terms[0] == "(Intercept)"
    assert "town[town 03]" in terms
    assert sum(term.startswith("sport[") for term in terms) == 2
    slope = found.set_index("term").loc["height", "estimate"]
    assert slope == pytest.approx(10 / 9, abs=0.3)
    assert found.attrs["notes"] == []


def test_a_loaded_run_is_given_its_table_again(kilo_run, tmp_path):
    loaded = kd.load_run(kilo_run.save(tmp_path / "run"))
    with pytest.raises(
        DatasetError,
        match=r"^data: must be given, as a saved run does not keep the caller's own data",
    ):
        kd.importance(loaded)
    again = kd.importance(loaded, people(classes=False), repeats=2)
    pd.testing.assert_frame_equal(again, kd.importance(kilo_run, repeats=2))
    with pytest.raises(DatasetError, match="data: must be those of the training"):
        kd.baseline_coefficients(loaded, people(150, classes=False))
    kd.render_report(loaded, tmp_path / "page.html")
    assert "cannot be had now" in (tmp_path / "page.html").read_text()


def test_a_fold_is_cut_again_from_the_data_given(kilo_run, fit_run):
    table = people(classes=False)
    fold = {"number": 2, "folds": 3, "repeats": 1}
    cut = replace(kilo_run, provenance=kilo_run.provenance | {"fold": fold}, _dataset=None)
    mine = dataset_of(cut, table)
    wanted = cut.task.folds(cut.experiment, table, 3, 1)[1]
    assert mine.fold.to_dict() == fold
    assert mine.test_sha256 == wanted.test_sha256 != kilo_run.dataset.test_sha256
    assert len(mine.test) != len(kilo_run.dataset.test)
    assert dataset_of(cut, wanted) is wanted
    for run, other in ((cut, kilo_run.dataset), (kilo_run, wanted)):
        with pytest.raises(DatasetError, match="data: must be those of the training"):
            kd.importance(run, other)
    assert dataset_of(fit_run, people()).fold is None


def test_runs_of_other_tasks_are_refused(image_run):
    for call in (
        lambda: kd.importance(image_run),
        lambda: kd.partial_dependence(image_run, "x"),
        lambda: kd.baseline_coefficients(image_run),
    ):
        with pytest.raises(
            ArgumentType, match=r"looks into a run on a table; got the run mnist"
        ):
            call()
    with pytest.raises(ArgumentType, match="run: must be a run; got"):
        kd.importance("a folder")


def test_unknown_columns_are_refused(fit_run):
    with pytest.raises(KerasduetError, match=r"column: .*heigth.*height"):
        kd.partial_dependence(fit_run, "heigth")
    with pytest.raises(KerasduetError, match="column"):
        fit_run.plot("dependence", column="fit")
    with pytest.raises(ArgumentType, match="columns: must be two different ones; got 1"):
        fit_run.plot("regions", columns=["height"])
    with pytest.raises(KerasduetError, match="columns"):
        fit_run.plot("regions", columns=["height", "sport"])


KINDS = {
    "fit": (
        "confusion",
        "reliability",
        "roc",
        "importance",
        "dependence",
        "regions",
        "overview",
    ),
    "kilo": ("residuals", "importance", "dependence", "overview"),
    "iris": ("reliability", "roc", "dependence", "regions"),
}


@pytest.mark.parametrize(("who", "kind"), [(w, k) for w, kinds in KINDS.items() for k in kinds])
def test_every_figure_is_drawn_and_told(who, kind, fit_run, kilo_run, iris_run):
    run = {"fit": fit_run, "kilo": kilo_run, "iris": iris_run}[who]
    figure = run.plot(kind)
    assert len(figure.alt_text) > 60
    assert "nan" not in figure.alt_text
    assert figure.axes
    if kind == "overview":
        figure.canvas.draw()
        noted = [
            panel.subtitle for panel in plot_data(run).panels if "row once" in panel.subtitle
        ]
        assert len(noted) == (who == "fit") and all("\nEach row once" in text for text in noted)


def test_a_diverged_classifier_has_no_reliability(fit_run):
    lost = replace(fit_run, table=fit_run.table.assign(p_no=np.nan, p_yes=np.nan))
    with pytest.raises(
        EmptyData, match=r"kind: a reliability curve needs a finite probability"
    ):
        lost.plot("reliability")
    assert (
        results.class_measure(lost.table, lost.preprocessing).scores()["balanced_accuracy"] == 0
    )


def test_a_figure_of_another_task_is_refused(kilo_run, image_run):
    with pytest.raises(
        ArgumentType, match=r"^kind: confusion is for classification, .*; got the run"
    ):
        kilo_run.plot("confusion")
    with pytest.raises(ArgumentType, match="column: only dependence has this setting"):
        image_run.plot("confusion", column="x")
    assert "test images" in image_run.plot("confusion").alt_text


def test_pages_tell_columns_scores_and_looks(fit_run, kilo_run, tmp_path):
    kd.render_report(fit_run, tmp_path / "fit.html")
    text = (tmp_path / "fit.html").read_text()
    for words in ("embedded codes of 14 levels", "Balanced accuracy", "Gradient boosting"):
        assert words in text
    assert text.count("takes other values, all else as it is") == 2
    kd.render_report(kilo_run, tmp_path / "kilo.html")
    text = (tmp_path / "kilo.html").read_text()
    assert "Linear regression on the same columns" in text
    assert "town&#91;town 03&#93;" in text or "town[town 03]" in text
    kd.render_report([fit_run, fit_run], tmp_path / "both.html")
    assert "Best baseline" in (tmp_path / "both.html").read_text()


def test_a_line_of_mean_residuals_is_told_where_it_is_drawn():
    for rows, drawn in ((6, False), (60, True)):
        fitted = np.arange(rows, dtype=float)
        panel = panels.residuals_figure(fitted + 1, fitted, target="mpg")
        told = ("neighbouring" in panel.subtitle, "neighbouring" in panel.alt)
        assert told == (drawn, drawn)
        assert len(panel.frames["means"]) == (6 if drawn else 1)
