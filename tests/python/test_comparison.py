"""Pages that compare: scores as others count them, names that tell, units that fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import LINEAR, fruits, seasonal
from sklearn.metrics import precision_recall_fscore_support

import kerasduet as kd
from kerasduet.report import comparison, measures, run_names
from kerasduet.tasks.classification.measures import class_scores

SMALL = {"classes": 3, "units": 4, "input_shape": (4, 4, 1), "epochs": 1, "progress": False}


@pytest.mark.parametrize("seed", range(3))
def test_macro_scores_are_those_of_scikit_learn(seed):
    random = np.random.default_rng(seed)
    truth, guess = random.choice(list("abcd"), 60), random.choice(list("abce"), 60)
    table = pd.DataFrame({"truth": truth, "prediction": guess})
    scores = class_scores(table, tuple("abcdef"))
    expected = precision_recall_fscore_support(truth, guess, average="macro", zero_division=0)
    assert scores[["precision", "recall", "f1"]].mean().tolist() == pytest.approx(expected[:3])
    assert scores.loc["d", ["precision", "f1"]].tolist() == [0, 0]
    assert scores.loc["f", ["precision", "recall", "f1"]].isna().all()


def test_runs_on_one_test_set_are_compared_whatever_they_learned_from(tmp_path):
    x, y = fruits(90)
    test = {"x_test": x[60:], "y_test": y[60:]}
    runs = [
        kd.run_experiment("mnist-dense", data={"x": x[:n], "y": y[:n]} | test, **SMALL)
        for n in (60, 30)
    ]
    assert runs[0].source.sha256 != runs[1].source.sha256
    assert measures.same_test_rows(*runs)
    for pair, says in ((runs, True), (runs[:1] * 2, False)):
        kd.render_report(pair, tmp_path / "page.html", overwrite=True)
        page = (tmp_path / "page.qmd").read_text("utf-8")
        assert ("learned from different data" in page) is says
    test["x_test"] = test["x_test"] + np.uint8(1)
    other = kd.run_experiment("mnist-dense", data={"x": x[:60], "y": y[:60]} | test, **SMALL)
    assert not measures.same_test_rows(runs[0], other)
    lacking = [replace(run, provenance=dict(run.provenance)) for run in runs]
    for run in lacking:
        del run.provenance["test_sha256"]
    assert not measures.same_test_rows(*lacking)


def test_errors_in_other_units_are_not_ranked(series_run, tmp_path):
    from kerasduet.report.document import Document

    thousandths = kd.run_experiment(
        "lstm-co2", data=seasonal() * 1000, progress=False, **LINEAR
    )
    assert not measures.comparable(series_run, thousandths)
    longer = kd.run_experiment(
        "lstm-co2", data=seasonal(), progress=False, **LINEAR | {"lookback": 9}
    )
    assert measures.comparable(series_run, longer)
    page = Document("T", "s", folder=tmp_path, files="files")
    comparison.write_comparison(page, [series_run, thousandths], stem="x")
    text = "\n\n".join(page._blocks)
    assert "Best of" not in text and "not in the same units" in text
    assert "# Differences" not in text


def test_names_keep_what_differs(image_run):
    long = "a-name-of-an-experiment-that-is-much-too-long"
    runs = [
        replace(image_run, experiment=image_run.experiment.replace(name=long, seed=seed))
        for seed in (1234567, 1234568)
    ]
    names = run_names.run_names(runs)
    assert all(len(name) <= run_names.LONGEST_NAME for name in names)
    assert names[0].endswith("seed 1234567") and names[1].endswith("seed 1234568")
    wide = [
        replace(image_run, experiment=image_run.experiment.replace(**settings))
        for settings in (
            {"seed": 1},
            {"seed": 2, "optimizer": "sgd", "learning_rate": 0.5, "batch_size": 7},
        )
    ]
    for name in run_names.run_names(wide):
        assert name.endswith(" more") and "..." not in name


def test_a_page_has_as_many_runs_as_are_given_and_curves_that_can_be_told_apart(
    image_run, tmp_path
):
    from kerasduet.report.document import Document

    runs = [
        replace(
            image_run,
            experiment=image_run.experiment.replace(seed=seed),
            metrics=image_run.metrics | {"accuracy": 1 - seed / 100},
        )
        for seed in range(30)
    ]
    comparison.check_comparable(runs)
    assert run_names.run_names(runs)[25:28] == ["Z: seed 25", "AA: seed 26", "AB: seed 27"]
    names = run_names.run_names(runs)
    for best, last in ((None, 27), (29, 29)):
        page = Document("T", "s", folder=tmp_path, files=f"files-{last}")
        comparison._training(page, runs, names, best)
        before, _, drawn = "\n\n".join(page._blocks).partition("Line plots of the loss")
        assert "seed 29" in before and "28 of 30 runs" in before
        assert f"seed {last} " in drawn and f"seed {last + 1} " not in drawn
