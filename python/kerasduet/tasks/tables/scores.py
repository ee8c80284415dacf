"""Scores of predicted classes and numbers, and how they vary with the test rows.

Every score is written as a measure of how often each row counts: counts of 1 give the score
itself, those of a bootstrap its draws, case weights its weighted form. The values are those of
scikit-learn, to 1e-12.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kerasduet.report.intervals import DRAWS, SEED, Counted, Interval, counted_intervals
from kerasduet.tasks.tables.metrics import CLASS_METRICS, NUMBER_METRICS

__all__ = [
    "CLASS_METRICS",
    "NUMBER_METRICS",
    "Measure",
    "class_cases",
    "class_measure",
    "class_rates",
    "class_scores",
    "confusion",
    "divided",
    "number_cases",
    "number_measure",
    "number_scores",
    "only",
    "with_intervals",
]

RATES = ("precision", "recall", "f1")


@dataclass(frozen=True)
class Measure:
    """Scores as a function of how often each row counts.

    Parameters
    ----------
    names : tuple of str
        Of the scores.
    rows : int
        Test rows.
    counted : callable
        From counts (draws, rows) to scores (draws, names); NaN where one is not defined.
    """

    names: tuple[str, ...]
    rows: int
    counted: Counted

    def scores(self) -> dict[str, float]:
        """Give the scores of the rows, each counted once."""
        found = self.counted(np.ones((1, self.rows)))[0]
        return dict(zip(self.names, map(float, found), strict=True))


def with_intervals(
    measure: Measure, *, draws: int = DRAWS, seed: int = SEED, block: int = 1
) -> dict[str, Interval]:
    """Give every score of a measure with its 95 % percentile interval.

    Examples
    --------
    >>> measure = number_measure(np.array([1.0, 2.0, 4.0]), np.array([1.0, 2.0, 4.0]))
    >>> with_intervals(measure, draws=10)["mae"]
    Interval(value=0.0, low=0.0, high=0.0)
    """
    found = counted_intervals(
        measure.counted, measure.rows, draws=draws, seed=seed, block=block
    )
    return dict(zip(measure.names, found, strict=True))


# Classes --------------------------------------------------------------------------------------


def class_measure(
    codes: np.ndarray, probabilities: np.ndarray, weights: np.ndarray | None = None
) -> Measure:
    """Measure probabilities of classes: those of `CLASS_METRICS`.

    Parameters
    ----------
    codes : numpy.ndarray
        True class of each row, from 0 (n,).
    probabilities : numpy.ndarray
        Of every class (n, classes).
    weights : numpy.ndarray, optional
        Of the rows (n,); 1 by default.

    Returns
    -------
    Measure
        loss (nats): probabilities are kept float64's epsilon away from 0 and 1. accuracy. The
        mean recall of the classes that occur, balanced_accuracy. brier: of two classes the mean
        squared error of the second's probability, of more the squared errors of all classes
        together (Brier, 1950). auc: of more than two classes the mean over those that occur, each
        against the rest; NaN where the rows are of one class.
    """
    values = _case_values(codes, probabilities)
    sums = np.column_stack([values, _members(codes, probabilities)])
    k = probabilities.shape[1]
    areas = _areas(codes, probabilities)
    weight = _weights(weights, len(codes))

    def counted(counts: np.ndarray) -> np.ndarray:
        counts = counts * weight
        total = counts.sum(axis=1, keepdims=True)
        added = counts @ sums  # (draws, 3 + 2 * classes)
        loss, accuracy, brier = (added[:, :3] / total).T
        balanced = _mean_of_known(divided(added[:, 3 + k :], added[:, 3 : 3 + k]))
        return np.column_stack([loss, accuracy, balanced, brier, areas(counts)])

    return Measure(tuple(metric.name for metric in CLASS_METRICS), len(codes), counted)


def class_scores(
    codes: np.ndarray, probabilities: np.ndarray, weights: np.ndarray | None = None
) -> dict[str, float]:
    """Score probabilities of classes; see `class_measure`.

    Examples
    --------
    >>> found = class_scores(np.array([0, 1]), np.array([[0.75, 0.25], [0.5, 0.5]]))
    >>> {name: round(score, 4) for name, score in found.items()}
    {'loss': 0.4904, 'accuracy': 0.5, 'balanced_accuracy': 0.5, 'brier': 0.1562, 'auc': 1.0}
    """
    return class_measure(codes, probabilities, weights).scores()


def class_cases(
    codes: np.ndarray, probabilities: np.ndarray, weights: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """Give what each row adds to the scores that are means, as `Task.cases` does."""
    weight = _weights(weights, len(codes))
    values = _case_values(codes, probabilities).T
    return {
        name: np.column_stack([value * weight, weight])
        for name, value in zip(("loss", "accuracy", "brier"), values, strict=True)
    }


def class_rates(
    codes: np.ndarray, probabilities: np.ndarray, weights: np.ndarray | None = None
) -> Measure:
    """Measure precision, recall and F1 of every class.

    Returns
    -------
    Measure
        precision_0, precision_1, ..., recall_0, ..., f1_0, ...: the class's code. As in
        scikit-learn, what would be divided by nothing is 0; of a class that neither occurs nor
        was predicted it is NaN.
    """
    k = probabilities.shape[1]
    weight = _weights(weights, len(codes))
    predicted = np.eye(k)[probabilities.argmax(axis=1)]
    sums = np.column_stack([_members(codes, probabilities), predicted])

    def counted(counts: np.ndarray) -> np.ndarray:
        support, hits, named = np.split((counts * weight) @ sums, 3, axis=1)
        unknown = (support == 0) & (named == 0)
        rates = [
            np.where(unknown, np.nan, np.nan_to_num(divided(*parts)))
            for parts in ((hits, named), (hits, support), (2 * hits, support + named))
        ]
        return np.hstack(rates)

    names = tuple(f"{rate}_{code}" for rate in RATES for code in range(k))
    return Measure(names, len(codes), counted)


def confusion(
    codes: np.ndarray, probabilities: np.ndarray, weights: np.ndarray | None = None
) -> np.ndarray:
    """Count rows by true class (first axis) and predicted class: (classes, classes)."""
    k = probabilities.shape[1]
    cells = codes * k + probabilities.argmax(axis=1)
    counts = np.bincount(cells, weights, minlength=k * k).reshape(k, k)
    return counts if weights is None else counts.astype(np.float64)


def _case_values(codes: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Give each row's loss, right (0 or 1) and Brier score: (n, 3)."""
    chances = probabilities.astype(np.float64)
    rows = np.arange(len(codes))
    eps = np.finfo(np.float64).eps
    loss = -np.log(np.clip(chances[rows, codes], eps, 1 - eps))
    right = (chances.argmax(axis=1) == codes) & np.isfinite(loss)
    gaps = chances.copy()
    gaps[rows, codes] -= 1
    brier = (gaps**2).sum(axis=1) * (0.5 if chances.shape[1] == 2 else 1.0)
    return np.column_stack([loss, right, brier])


def _members(codes: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Say of which class each row is, and whether it was found: (n, 2 * classes)."""
    truth = np.eye(probabilities.shape[1])[codes]
    right = (probabilities.argmax(axis=1) == codes) & np.isfinite(probabilities).all(axis=1)
    return np.hstack([truth, truth * right[:, None]])


def _areas(codes: np.ndarray, probabilities: np.ndarray) -> Counted:
    """Give the measure of areas under ROC curves, averaged over classes: (draws,).

    A curve's area is the share of pairs of a row of the class and another row in which the class
    is likelier in its own, ties counting half (Mann and Whitney, 1947).
    """
    k = probabilities.shape[1]
    curves = []
    for code in [1] if k == 2 else range(k):
        chance = probabilities[:, code].astype(np.float64)
        order = np.argsort(chance, kind="stable")
        starts = np.append(0, np.flatnonzero(np.diff(chance[order])) + 1)
        curves.append((order, starts, (codes == code)[order]))
    finite = bool(np.isfinite(probabilities).all())

    def counted(counts: np.ndarray) -> np.ndarray:
        if not finite:
            return np.full(len(counts), np.nan)
        areas = []
        for order, starts, positive in curves:
            ordered = counts[:, order]
            own = np.where(positive, ordered, 0)
            other = ordered - own
            if len(starts) < len(order):  # tied rows count together
                own = np.add.reduceat(own, starts, axis=1)
                other = np.add.reduceat(other, starts, axis=1)
            below = np.cumsum(other, axis=1) - other / 2
            pairs = own.sum(axis=1) * other.sum(axis=1)
            areas.append(divided(np.einsum("dn,dn->d", own, below), pairs))
        return _mean_of_known(np.stack(areas, axis=1))

    return counted


# Numbers --------------------------------------------------------------------------------------


def number_measure(
    truth: np.ndarray, predicted: np.ndarray, weights: np.ndarray | None = None
) -> Measure:
    """Measure predicted numbers: those of `NUMBER_METRICS`.

    Parameters
    ----------
    truth, predicted : numpy.ndarray
        (n,), in the units of the target.
    weights : numpy.ndarray, optional
        Of the rows (n,); 1 by default.

    Returns
    -------
    Measure
        rmse and mae, in those units; r2: of a truth of one value it is 1 where nothing is wrong and
        0 otherwise, of a single row NaN.
    """
    weight = _weights(weights, len(truth))
    target = truth.astype(np.float64)
    gap = target - predicted
    centred = target - np.average(target, weights=weight)
    sums = np.column_stack([gap**2, np.abs(gap), centred, centred**2])
    rounding = 1e-15 * sums[:, 3].max(initial=0.0)

    def counted(counts: np.ndarray) -> np.ndarray:
        counts = counts * weight
        total = counts.sum(axis=1)
        square, absolute, shift, spread = (counts @ sums).T / total
        variance = spread - shift**2
        # A draw of one value has a variance of rounding errors.
        variance[variance <= rounding] = 0
        perfect = np.where(square == 0, 1.0, 0.0)
        r2 = np.where(variance > 0, 1 - divided(square, variance), perfect)
        r2[~np.isfinite(square) | (len(target) < 2)] = np.nan
        return np.column_stack([np.sqrt(square), absolute, r2])

    return Measure(tuple(metric.name for metric in NUMBER_METRICS), len(truth), counted)


def number_scores(
    truth: np.ndarray, predicted: np.ndarray, weights: np.ndarray | None = None
) -> dict[str, float]:
    """Score predicted numbers; see `number_measure`.

    Examples
    --------
    >>> number_scores(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 2.0, 3.0, 6.0]))
    {'rmse': 1.0, 'mae': 0.5, 'r2': 0.19999999999999996}
    """
    return number_measure(truth, predicted, weights).scores()


def number_cases(
    truth: np.ndarray, predicted: np.ndarray, weights: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """Give what each row adds to the scores that are means or their roots, as `Task.cases`."""
    weight = _weights(weights, len(truth))
    gap = truth.astype(np.float64) - predicted
    return {
        "rmse": np.column_stack([gap**2 * weight, weight]),
        "mae": np.column_stack([np.abs(gap) * weight, weight]),
    }


# Both -----------------------------------------------------------------------------------------


def only(measure: Measure, names: tuple[str, ...]) -> Mapping[str, Counted]:
    """Give some scores of a measure by themselves, as `Task.counted` does."""

    def one(name: str) -> Counted:
        place = measure.names.index(name)
        return lambda counts: measure.counted(counts)[:, place]

    return {name: one(name) for name in names}


def _weights(weights: np.ndarray | None, n: int) -> np.ndarray:
    return np.ones(n) if weights is None else np.asarray(weights, dtype=np.float64)


def divided(value: np.ndarray, by: np.ndarray) -> np.ndarray:
    """Divide; by 0 gives NaN."""
    return np.divide(value, by, out=np.full(np.shape(value), np.nan), where=by != 0)


def _mean_of_known(values: np.ndarray) -> np.ndarray:
    """Give the mean of each row, without its NaN: (draws,)."""
    known = np.isfinite(values)
    return divided(np.where(known, values, 0).sum(axis=1), known.sum(axis=1))
