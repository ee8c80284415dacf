"""Baselines of tables: coefficients of R, separation, collinear columns, and the verdict."""

from __future__ import annotations

import re
import warnings
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from sklearn import datasets
from sklearn.linear_model import LogisticRegression

from kerasduet.tasks.tables import baselines, results, scores
from kerasduet.tasks.tables.regression import fit_linear, fit_logistic

IRIS, SPECIES = datasets.load_iris(return_X_y=True)
NAMES = ["Sepal.Length", "Sepal.Width", "Petal.Length", "Petal.Width"]
PAIR = SPECIES > 0  # versicolor and virginica overlap


def ones(x):
    return np.ones(len(x))


def logistic(x, codes, names, classes=2, weights=None, levels=None):
    weights = ones(codes) if weights is None else weights
    return fit_logistic(
        x, codes, classes=classes, names=names, levels=levels or {}, weights=weights
    )


def linear(x, y, names, weights=None, levels=None):
    weights = ones(y) if weights is None else weights
    return fit_linear(x, y, names=names, levels=levels or {}, weights=weights)


def near(fit, estimates, errors):
    """Hold coefficients against those that R printed."""
    table = fit.coefficients
    assert table["estimate"].to_numpy() == pytest.approx(estimates, rel=1e-6)
    assert table["std_error"].to_numpy() == pytest.approx(errors, rel=1e-6)
    assert table["low"].to_numpy() == pytest.approx(
        np.subtract(estimates, 1.959963985 * np.array(errors)), rel=1e-5
    )


def test_two_classes_have_the_coefficients_of_r():
    # glm(Species ~ ., binomial, iris without setosa), epsilon = 1e-14
    fit = logistic(IRIS[PAIR], SPECIES[PAIR] - 1, NAMES)
    assert fit.coefficients["term"].tolist() == ["(Intercept)", *NAMES]
    near(
        fit,
        [-42.63780381302, -2.46522019519, -6.68088701408, 9.42938515393, 18.28613688785],
        [25.70766083166, 2.39430101850, 4.47956456647, 4.73720770001, 9.74261213944],
    )
    assert not fit.ridge
    # glm(Species ~ Sepal.Length + Petal.Width, weights = rep(c(1, 2, 0.5, 3), 25))
    fit = logistic(
        IRIS[PAIR][:, [0, 3]],
        SPECIES[PAIR] - 1,
        [NAMES[0], NAMES[3]],
        weights=np.tile([1, 2, 0.5, 3], 25),
    )
    near(
        fit,
        [-23.801585093089, 0.608514490047, 12.368354113925],
        [5.339613440808, 0.664194953531, 2.166428384740],
    )


def test_numbers_have_the_coefficients_of_r():
    # lm(Sepal.Length ~ ., iris): a level of the factor is what the others are compared with
    levels = np.eye(3)[SPECIES]
    x = np.column_stack([IRIS[:, 1:], levels]).astype(np.float64)
    names = [
        *NAMES[1:],
        *(f"Species[{name}]" for name in ("setosa", "versicolor", "virginica")),
    ]
    fit = linear(x, IRIS[:, 0], names)
    assert fit.design.left_out == ()
    assert fit.coefficients["term"].tolist()[-2:] == [
        "Species[versicolor]",
        "Species[virginica]",
    ]
    near(
        fit,
        (
            *(2.171266292155, 0.495888938389, 0.829243912235),
            *(-0.315155173326, -0.723561957781, -1.023497814491),
        ),
        (
            *(0.2797941547138, 0.0860699223088, 0.0685276454152),
            *(0.1511957508876, 0.2401689420226, 0.3337262981515),
        ),
    )
    # The same of an embedded column of codes.
    coded = linear(
        {"numbers": IRIS[:, 1:], "level_1": SPECIES},
        IRIS[:, 0],
        NAMES[1:],
        levels={"Species": 3},
    )
    assert coded.coefficients["estimate"].to_numpy() == pytest.approx(
        fit.coefficients["estimate"].to_numpy(), rel=1e-9
    )
    # lm(Sepal.Length ~ Sepal.Width + Petal.Width, weights = rep(c(1, 2, 0.5), 50))
    fit = linear(
        IRIS[:, [1, 3]], IRIS[:, 0], ["Sepal.Width", "Petal.Width"], np.tile([1, 2, 0.5], 50)
    )
    near(
        fit,
        [3.873518146396, 0.281423589473, 0.905132034708],
        [0.3324091216234, 0.0978653396941, 0.0515847783505],
    )


def test_single_precision_costs_no_digit_that_counts():
    x = ((IRIS - IRIS.mean(axis=0)) / IRIS.std(axis=0)).astype(np.float32)[PAIR]
    fit = logistic(x, SPECIES[PAIR] - 1, NAMES)
    design = sm.add_constant((IRIS - IRIS.mean(axis=0)) / IRIS.std(axis=0))[PAIR]
    expected = sm.GLM(SPECIES[PAIR] - 1, design, sm.families.Binomial()).fit(tol=1e-14)
    assert fit.coefficients["estimate"].to_numpy() == pytest.approx(expected.params, rel=1e-6)
    assert fit.coefficients["std_error"].to_numpy() == pytest.approx(expected.bse, rel=1e-6)


def test_more_classes_are_those_of_statsmodels():
    random = np.random.default_rng(0)
    x = random.normal(size=(200, 3))
    codes = (x @ random.normal(size=(3, 4)) + random.gumbel(size=(200, 4))).argmax(axis=1)
    fit = logistic(x, codes, ["a", "b", "c"], classes=4)
    expected = sm.MNLogit(codes, sm.add_constant(x)).fit(disp=0, tol=1e-12, method="newton")
    table = fit.coefficients
    assert table["class"].tolist() == [1] * 4 + [2] * 4 + [3] * 4
    assert table["estimate"].to_numpy() == pytest.approx(
        expected.params.ravel(order="F"), rel=1e-6
    )
    assert table["std_error"].to_numpy() == pytest.approx(
        np.asarray(expected.bse).ravel(order="F"), rel=1e-6
    )
    assert fit.predict(x) == pytest.approx(expected.predict(), rel=1e-6)


@pytest.mark.parametrize(("x", "codes"), [(IRIS, SPECIES), (IRIS, (SPECIES == 0).astype(int))])
def test_separated_classes_get_the_penalty_of_scikit_learn(x, codes):
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = logistic(x, codes, NAMES, classes=codes.max() + 1)
    expected = LogisticRegression(C=1.0, tol=1e-10, max_iter=10_000).fit(x, codes)
    assert fit.ridge
    assert fit.predict(x) == pytest.approx(expected.predict_proba(x), abs=1e-6)
    assert fit.coefficients["std_error"].isna().all()


def test_nearly_separated_classes_get_it_too():
    # Rows of both classes at 0 alone: no finite coefficient is the likeliest.
    x = np.array([-2.0, -1, 0, 0, 1, 2])[:, None]
    fit = logistic(x, np.array([0, 0, 0, 1, 1, 1]), ["x"])
    assert fit.ridge
    assert np.isfinite(fit.coefficients["estimate"]).all()


def test_rare_but_mixed_classes_are_no_separation():
    random = np.random.default_rng(1)
    x = random.normal(size=(2000, 2)) * [1, 1e6] + [0, 1e8]
    codes = (4 * x[:, 0] - 9 + random.logistic(size=2000) > 0).astype(int)
    fit = logistic(x, codes, ["a", "b"])
    assert not fit.ridge
    assert fit.coefficients.set_index("term").loc["a", "estimate"] == pytest.approx(4, abs=1)


def test_columns_that_others_determine_are_named():
    x = np.column_stack([IRIS[:, 1:], IRIS[:, 1] + IRIS[:, 2], np.full(150, 7.0)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = baselines.number_baselines(
            x.astype(np.float32), IRIS[:, 0], x[:5], names=["a", "b", "c", "sum", "constant"]
        )
    assert found.notes == (
        "The regression leaves out what its other columns determine already: sum, constant.",
    )
    alone = linear(x[:, :3].astype(np.float32), IRIS[:, 0], ["a", "b", "c"])
    assert found.coefficients["estimate"].to_numpy() == pytest.approx(
        alone.coefficients["estimate"].to_numpy(), rel=1e-9
    )


def test_more_columns_than_rows():
    random = np.random.default_rng(2)
    x, y = random.normal(size=(6, 10)), random.normal(size=6)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = baselines.number_baselines(x, y, x)
        assert found.outputs["linear"] == pytest.approx(y)
        assert found.coefficients["std_error"].isna().all()
        found = baselines.class_baselines(x, (y > 0).astype(int), x, classes=2)
    assert np.isfinite(found.outputs["logistic"]).all()


def test_classes_without_a_training_row_have_no_probability():
    found = baselines.class_baselines(IRIS, SPECIES * 2, IRIS[:4], classes=6)
    for output in found.outputs.values():
        assert output.shape == (4, 6)
        assert output.sum(axis=1) == pytest.approx(1)
        assert (output[:, [1, 3, 5]] == 0).all()
    assert found.coefficients["class"].unique().tolist() == [2, 4]
    one = baselines.class_baselines(IRIS[:5], SPECIES[:5], IRIS[:4], classes=3)
    assert all((output == [1, 0, 0]).all() for output in one.outputs.values())
    assert "one class" in one.notes[0]


def test_rows_count_by_their_weights():
    weights = np.where(SPECIES == 1, 3.0, 1.0)
    weights[SPECIES == 2] = 0
    found = baselines.class_baselines(IRIS, SPECIES, IRIS[:2], classes=3, weights=weights)
    assert found.outputs["commonest"][0] == pytest.approx([0.25, 0.75, 0])
    assert all((output[:, 2] == 0).all() for output in found.outputs.values())
    twice = baselines.number_baselines(
        np.vstack([IRIS[:, 1:], IRIS[:10, 1:]]),
        np.append(IRIS[:, 0], IRIS[:10, 0]),
        IRIS[:5, 1:],
    )
    weighted = baselines.number_baselines(
        IRIS[:, 1:], IRIS[:, 0], IRIS[:5, 1:], weights=np.where(np.arange(150) < 10, 2.0, 1.0)
    )
    for name in ("mean", "linear"):
        assert weighted.outputs[name] == pytest.approx(twice.outputs[name])


def test_trees_are_those_of_scikit_learn_and_the_same_again():
    from sklearn.ensemble import HistGradientBoostingClassifier

    codes = {"numbers": IRIS[:, :2], "level_1": (IRIS[:, 2] > 3).astype(np.int32)}
    found = [
        baselines.class_baselines(codes, SPECIES, codes, classes=3, levels={"long": 2}).outputs
        for _ in range(2)
    ]
    for name in baselines.CLASS_BASELINES:
        assert np.array_equal(found[0][name], found[1][name])
    columns = np.column_stack([IRIS[:, :2], codes["level_1"]])
    trees = HistGradientBoostingClassifier(random_state=0, categorical_features=[2])
    with baselines.one_thread():  # several wait for each other
        expected = trees.fit(columns, SPECIES).predict_proba(columns)
    assert found[0]["boosting"] == pytest.approx(expected)


def test_of_many_rows_trees_see_a_part(monkeypatch):
    monkeypatch.setattr(baselines, "MOST_ROWS", 100)
    found = baselines.class_baselines(IRIS, SPECIES, IRIS, classes=3)
    assert found.notes[-1] == (
        "Gradient boosting learned from 100 of the 150 training rows, drawn at random."
    )
    assert found.outputs["boosting"].shape == (150, 3)


def test_many_levels_are_left_to_the_trees(monkeypatch):
    monkeypatch.setattr("kerasduet.tasks.tables.design.MOST_LEVELS", 2)
    inputs = {"numbers": IRIS[:, 1:], "level_1": SPECIES}
    found = baselines.number_baselines(inputs, IRIS[:, 0], inputs, levels={"species": 3})
    assert "species (3 levels)" in found.notes[0]
    assert len(found.coefficients) == 4


# The verdict ----------------------------------------------------------------------------------

LEARNED = SimpleNamespace(class_names=("no", "yes"))


def class_table(ours, theirs, codes):
    """Lay probabilities of the second class beside the truth."""
    columns = {"row": np.arange(1, len(codes) + 1), "truth": np.array(["no", "yes"])[codes]}
    for who, chance in (("", ours), ("logistic_", theirs)):
        columns |= {f"{who}p_no": 1 - chance, f"{who}p_yes": chance}
    return pd.DataFrame(columns)


def chances(codes, sure, seed):
    noise = np.random.default_rng(seed).normal(0, 0.3, len(codes))
    return 1 / (1 + np.exp(-(sure * (2 * codes - 1) + noise)))


CODES = np.random.default_rng(3).integers(2, size=120)


@pytest.mark.parametrize(
    ("ours", "theirs", "told"),
    [
        (2.0, 1.0, r"has 0\.\d+ and 100\.0 % \(difference 0\."),
        (1.0, 2.0, r"does not beat it \(difference -0\."),
        (1.5, 1.5, r"clearly (better|worse) \("),
    ],
)
def test_the_verdict_follows_the_paired_interval(ours, theirs, told):
    table = class_table(chances(CODES, ours, 1), chances(CODES, theirs, 2), CODES)
    metrics = results.class_score(table, LEARNED)
    text = results.class_verdict(metrics)
    told_all = results.lead(table, metrics).within(text)
    assert re.search(told, told_all)
    assert told_all.endswith(" over 120 test rows).") and ", 95 % interval " in told_all
    assert ("does not beat it" in text) == (metrics["gain"] <= 0)
    assert metrics["gain"] == pytest.approx(metrics["logistic_loss"] - metrics["loss"])
    assert metrics["gain_low"] < metrics["gain"] < metrics["gain_high"]
    assert metrics["logistic_auc"] == scores.class_scores(CODES, _pairs(table))["auc"]


def _pairs(table):
    return table[["logistic_p_no", "logistic_p_yes"]].to_numpy()


def test_the_interval_is_paired_and_far_narrower_than_two():
    """Rows that are hard for both cancel out."""
    hard = np.random.default_rng(4).normal(0, 2, len(CODES))
    ours = 1 / (1 + np.exp(-(hard + 0.3 * (2 * CODES - 1))))
    theirs = 1 / (1 + np.exp(-hard))
    metrics = results.class_score(class_table(ours, theirs, CODES), LEARNED)
    assert metrics["gain_low"] > 0
    alone = scores.with_intervals(
        scores.class_measure(CODES, np.column_stack([1 - ours, ours])), draws=200
    )["loss"]
    assert metrics["gain_high"] - metrics["gain_low"] < (alone.high - alone.low) / 2


def test_numbers_are_judged_by_their_root_mean_square():
    random = np.random.default_rng(5)
    truth = random.normal(size=100)
    table = pd.DataFrame({"truth": truth, "prediction": truth + random.normal(0, 0.1, 100)})
    table["mean"], table["linear"] = 0.0, truth + random.normal(0, 0.5, 100)
    metrics = results.number_score(table, None)
    assert metrics["gain"] == pytest.approx(metrics["linear_rmse"] - metrics["rmse"])
    assert results.number_verdict(metrics).startswith(
        f"Test RMSE {metrics['rmse']:.4g}; the best baseline, linear regression, has "
    )
    table["weight"] = np.where(np.arange(100) < 50, 1.0, 0.0)
    weighted = results.number_score(table, None)
    assert weighted["rmse"] == pytest.approx(results.number_score(table[:50], None)["rmse"])


def test_a_diverged_network_is_not_compared():
    table = class_table(np.full(120, np.nan), chances(CODES, 1.0, 2), CODES)
    metrics = results.class_score(table, LEARNED)
    assert np.isnan(metrics["loss"])
    assert "gain" not in metrics


def test_coefficients_are_given_for_the_columns_as_they_were():
    center, scale = IRIS.mean(axis=0), IRIS.std(axis=0)
    scaled = ((IRIS - center) / scale).astype(np.float32)
    found = baselines.class_baselines(
        scaled[PAIR], SPECIES[PAIR] - 1, scaled, classes=2, names=NAMES, units=(center, scale)
    ).coefficients
    fit = logistic(IRIS[PAIR], SPECIES[PAIR] - 1, NAMES).coefficients
    for name in ("estimate", "std_error"):
        assert found[name].to_numpy() == pytest.approx(fit[name].to_numpy(), rel=1e-6)
