"""Scores of tables: scikit-learn's to 1e-12, and their intervals."""

from __future__ import annotations

import time
import warnings

import numpy as np
import pytest
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

from kerasduet.report.intervals import bootstrap, drawn_counts, interval_of, resampled_means
from kerasduet.tasks.tables import curves, scores

EXACT = {"rel": 1e-12, "abs": 1e-12}


def classes(n=200, k=3, *, seed=0, tied=False):
    """Give codes and probabilities, of every class some."""
    random = np.random.default_rng(seed)
    codes = np.append(np.arange(k), random.integers(k, size=n - k))
    chances = random.dirichlet(np.ones(k), n)
    if tied:  # of few different values, which still add up to 1
        chances = np.round(chances * 4) / 4
        chances[:, -1] = 1 - chances[:, :-1].sum(axis=1)
        chances = np.abs(chances) / np.abs(chances).sum(axis=1, keepdims=True)
    return codes, chances


def of_sklearn(codes, chances, weights=None):
    """Score with scikit-learn."""
    k = chances.shape[1]
    given = {"sample_weight": weights}
    guess, labels = chances.argmax(axis=1), np.arange(k)
    auc = {"multi_class": "ovr", "average": "macro"} if k > 2 else {}
    return {
        "loss": sk.log_loss(codes, chances, labels=labels, **given),
        "accuracy": sk.accuracy_score(codes, guess, **given),
        "balanced_accuracy": sk.balanced_accuracy_score(codes, guess, **given),
        "brier": sk.brier_score_loss(codes, chances, labels=labels, **given),
        "auc": sk.roc_auc_score(codes, chances if k > 2 else chances[:, 1], **auc, **given),
    }


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("k", [2, 3, 7])
def test_classes_score_as_in_scikit_learn(k, tied):
    codes, chances = classes(k=k, tied=tied)
    assert scores.class_scores(codes, chances) == pytest.approx(
        of_sklearn(codes, chances), **EXACT
    )
    weights = np.random.default_rng(1).integers(0, 4, len(codes)) / 2
    weights[:k] = 1.5
    found = scores.class_scores(codes, chances, weights)
    assert found == pytest.approx(of_sklearn(codes, chances, weights), **EXACT)


def test_sure_answers_have_a_finite_loss():
    codes = np.array([0, 1, 1, 0])
    chances = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    found = scores.class_scores(codes, chances)
    assert found == pytest.approx(of_sklearn(codes, chances), **EXACT)
    assert found["loss"] == pytest.approx(-np.log(np.finfo(float).eps) / 2, rel=1e-12)


def test_a_test_of_one_class_has_no_area():
    codes, chances = np.zeros(5, dtype=int), classes(5, 2)[1]
    found = scores.class_scores(codes, chances)
    assert np.isnan(found["auc"])
    guess = chances.argmax(axis=1)
    assert found["accuracy"] == sk.accuracy_score(codes, guess)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert found["balanced_accuracy"] == sk.balanced_accuracy_score(codes, guess)
    # A class of three that does not occur is left out of the mean over classes.
    codes, chances = np.array([0, 0, 1, 1]), classes(4, 3)[1]
    areas = [sk.roc_auc_score(codes == code, chances[:, code]) for code in (0, 1)]
    assert scores.class_scores(codes, chances)["auc"] == pytest.approx(np.mean(areas))


def test_outputs_of_a_diverged_training_have_no_scores():
    codes, chances = classes(20, 2)
    chances[3] = np.nan
    found = scores.class_scores(codes, chances)
    assert all(np.isnan(found[name]) for name in ("loss", "brier", "auc"))
    found = scores.number_scores(np.arange(3.0), np.array([0, 1, np.nan]))
    assert all(np.isnan(score) for score in found.values())


@pytest.mark.parametrize("k", [2, 3])
def test_rates_and_confusion_are_those_of_scikit_learn(k):
    codes, chances = classes(40, k, seed=2)
    guess = chances.argmax(axis=1)
    weights = np.random.default_rng(3).integers(1, 4, 40).astype(float)
    for given in (None, weights):
        found = scores.class_rates(codes, chances, given).scores()
        expected = sk.precision_recall_fscore_support(codes, guess, sample_weight=given)
        for i, rate in enumerate(("precision", "recall", "f1")):
            rates = [found[f"{rate}_{code}"] for code in range(k)]
            assert rates == pytest.approx(expected[i], **EXACT)
        table = scores.confusion(codes, chances, given)
        assert np.array_equal(table, sk.confusion_matrix(codes, guess, sample_weight=given))


def test_rates_of_classes_never_named_or_never_there():
    codes = np.array([0, 0, 1])
    chances = np.array([[0.8, 0.1, 0.05, 0.05], [0.7, 0.1, 0.1, 0.1], [0.1, 0.2, 0.6, 0.1]])
    found = scores.class_rates(codes, chances).scores()
    assert [found[f"precision_{i}"] for i in range(3)] == [1, 0, 0]
    assert [found[f"recall_{i}"] for i in range(3)] == [1, 0, 0]
    assert np.isnan([found[f"{rate}_3"] for rate in scores.RATES]).all()


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_numbers_score_as_in_scikit_learn(weighted, offset):
    random = np.random.default_rng(4)
    truth = offset + random.normal(size=300)
    guess = truth + random.normal(size=300)
    weights = random.random(300) if weighted else None
    expected = {
        "rmse": sk.root_mean_squared_error(truth, guess, sample_weight=weights),
        "mae": sk.mean_absolute_error(truth, guess, sample_weight=weights),
        "r2": sk.r2_score(truth, guess, sample_weight=weights),
    }
    rel = 1e-12 if offset == 0 else 1e-9  # the data themselves have no more digits
    found = scores.number_scores(truth, guess, weights)
    assert found == pytest.approx(expected, rel=rel, abs=1e-12)


@pytest.mark.parametrize("guess", [[3.0, 3, 3], [3.0, 3, 4]])
def test_r2_of_a_constant_truth(guess):
    truth = np.full(3, 3.0)
    found = scores.number_scores(truth, np.array(guess))
    assert found["r2"] == sk.r2_score(truth, guess)


def test_reliability_is_the_calibration_curve():
    codes, chances = classes(500, 2, seed=5)
    found = curves.reliability(codes, chances)
    share, mean = calibration_curve(codes, chances[:, 1], n_bins=10)
    assert found["share"].to_numpy() == pytest.approx(share, **EXACT)
    assert found["probability"].to_numpy() == pytest.approx(mean, **EXACT)
    assert found["rows"].sum() == 500
    inside = found["low"].le(found["share"]) & found["share"].le(found["high"])
    assert inside.all()
    codes, chances = classes(300, 4, seed=5)
    found = curves.reliability(codes, chances, bins=5)
    right = codes == chances.argmax(axis=1)
    share, mean = calibration_curve(right, chances.max(axis=1), n_bins=5)
    assert found["share"].to_numpy() == pytest.approx(share, **EXACT)
    assert found["probability"].to_numpy() == pytest.approx(mean, **EXACT)


@pytest.mark.parametrize("tied", [False, True])
def test_roc_is_that_of_scikit_learn(tied):
    codes, chances = classes(100, 2, seed=6, tied=tied)
    found = curves.roc(codes, chances)
    alarms, hits, thresholds = sk.roc_curve(codes, chances[:, 1], drop_intermediate=False)
    assert found["false_positive"].to_numpy() == pytest.approx(alarms, **EXACT)
    assert found["true_positive"].to_numpy() == pytest.approx(hits, **EXACT)
    assert np.array_equal(found["threshold"], thresholds)
    codes, chances = classes(60, 3, seed=6)
    assert curves.roc(codes, chances)["code"].unique().tolist() == [0, 1, 2]
    assert curves.roc(np.zeros(4, dtype=int), chances[:4, :2]).empty


def test_rows_of_weights_count_in_the_curves_as_in_scikit_learn():
    codes, chances = classes(200, 2, seed=8, tied=True)
    weights = np.random.default_rng(8).integers(0, 4, 200).astype(np.float32)
    found = curves.roc(codes, chances, weights)
    own = sk.roc_curve(codes, chances[:, 1], drop_intermediate=False, sample_weight=weights)
    # Thresholds of rows without weight are kept here, where they add no step.
    steps = np.unique(found[["false_positive", "true_positive"]].to_numpy().round(9), axis=0)
    assert steps == pytest.approx(np.unique(np.column_stack(own[:2]).round(9), axis=0))
    area = np.trapezoid(found["true_positive"], found["false_positive"])
    assert area == pytest.approx(scores.class_scores(codes, chances, weights)["auc"], **EXACT)
    found = curves.reliability(codes, chances, weights)
    repeated = np.repeat(np.arange(200), weights.astype(int))
    share, mean = calibration_curve(codes[repeated], chances[repeated, 1], n_bins=10)
    assert found["share"].to_numpy() == pytest.approx(share, **EXACT)
    assert found["probability"].to_numpy() == pytest.approx(mean, **EXACT)
    assert found["rows"].sum() <= 200
    assert found["weight"].sum() == weights.sum()


def test_draws_of_counts_are_those_of_means():
    cases = np.random.default_rng(7).normal(size=(30, 2))
    means = resampled_means(cases, draws=50, block=3)
    counts = np.concatenate(list(drawn_counts(30, draws=50, block=3)))
    assert counts @ cases / 30 == pytest.approx(means, **EXACT)


def test_means_have_the_intervals_of_the_bootstrap():
    codes, chances = classes(80, 3, seed=8)
    measure = scores.class_measure(codes, chances)
    found = scores.with_intervals(measure)
    for name, cases in scores.class_cases(codes, chances).items():
        (expected,) = bootstrap(cases[:, :1])
        assert [found[name].value, found[name].low, found[name].high] == pytest.approx(
            [expected.value, expected.low, expected.high], **EXACT
        )


def test_each_draw_of_an_area_is_that_of_its_rows():
    codes, chances = classes(60, 3, seed=9, tied=True)
    counts = np.concatenate(list(drawn_counts(60, draws=20)))
    found = scores.class_measure(codes, chances).counted(counts)
    for draw, one in zip(counts, found, strict=True):
        rows = np.repeat(np.arange(60), draw.astype(int))
        again = scores.class_scores(codes[rows], chances[rows])
        assert dict(zip(again, one, strict=True)) == pytest.approx(again, **EXACT)


def test_draws_without_a_score_are_left_out_of_its_interval():
    codes = np.array([0, 0, 0, 1])
    chances = np.array([[0.9, 0.1], [0.8, 0.2], [0.4, 0.6], [0.5, 0.5]])
    found = scores.with_intervals(scores.class_measure(codes, chances))["auc"]
    assert found.value == pytest.approx(2 / 3)
    assert 0 <= found.low < found.value < found.high <= 1
    none = interval_of(np.nan, np.full(5, np.nan))
    assert np.isnan([none.value, none.low, none.high]).all()


def test_ten_thousand_rows_take_seconds():
    codes, chances = classes(10_000, 3, seed=10)
    began = time.process_time()
    found = scores.with_intervals(scores.class_measure(codes, chances), draws=1000)
    assert time.process_time() - began < 20  # about 2 s on a free core
    assert found["auc"].low < 0.5 < found["auc"].high


def test_some_scores_by_themselves():
    codes, chances = classes(30, 2)
    measure = scores.class_measure(codes, chances)
    picked = scores.only(measure, ("auc", "balanced_accuracy"))
    for name, counted in picked.items():
        assert counted(np.ones((1, 30)))[0] == measure.scores()[name]
