"""What a network has to beat: the commonest class or the mean, regression, and boosted trees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.part import leaves, taken
from kerasduet.tasks.tables.design import Inputs, Units, numbers_of
from kerasduet.tasks.tables.regression import fit_linear, fit_logistic

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "CLASS_BASELINES",
    "NUMBER_BASELINES",
    "Baselines",
    "class_baselines",
    "number_baselines",
]

# Names in `predictions()` and `metrics`, and for people.
CLASS_BASELINES = {
    "commonest": "the commonest class",
    "logistic": "logistic regression",
    "boosting": "gradient boosting",
}
NUMBER_BASELINES = {
    "mean": "the mean",
    "linear": "linear regression",
    "boosting": "gradient boosting",
}
MOST_ROWS = 100_000  # that boosted trees learn from: they hold their rows in double precision
MOST_CATEGORIES = 255  # of a column of codes, to scikit-learn's trees


@dataclass(frozen=True)
class Baselines:
    """What the baselines say of the test rows.

    Parameters
    ----------
    outputs : dict of numpy.ndarray
        By name, in order: probabilities (n, classes), or numbers (n,) in the target's units.
    coefficients : pandas.DataFrame
        Of the regression: term, class (its code) where there are more than two, estimate,
        std_error, low, high.
    notes : tuple of str
        Sentences on what the baselines could not do as usual.
    """

    outputs: dict[str, np.ndarray]
    coefficients: pd.DataFrame
    notes: tuple[str, ...] = ()


@contextmanager
def one_thread() -> Iterator[None]:
    """Let sums be added up in one order, so that a machine gives the same bits again."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield


@one_thread()
def class_baselines(
    train: Inputs,
    codes: np.ndarray,
    test: Inputs,
    *,
    classes: int,
    names: Sequence[str] = (),
    levels: Mapping[str, int] | None = None,
    weights: np.ndarray | None = None,
    units: Units | None = None,
    seed: int = 0,
) -> Baselines:
    """Let the baselines of classes learn from the training rows, and predict the test rows.

    Parameters
    ----------
    train, test : numpy.ndarray or mapping
        What the network gets: numbers (n, width), or a mapping with "numbers" and, for embedded
        columns, codes "level_1" (n,) and so on.
    codes : numpy.ndarray
        Classes of the training rows, from 0 (n,).
    classes : int
        How many there are.
    names : sequence of str
        Of the columns of numbers; x1, x2, ... by default.
    levels : mapping of str to int
        Levels of each embedded column, in order.
    weights : numpy.ndarray, optional
        Of the training rows (n,); 1 by default.
    units : tuple of numpy.ndarray, optional
        Centre and scale of each column of numbers, (width,) each, so that coefficients are given
        for the columns as they were.
    seed : int
        Decides which rows boosted trees see of more than 100,000.

    Returns
    -------
    Baselines
        Probabilities (n, classes) of "commonest", which gives every row the training rows' shares
        of the classes, "logistic" and "boosting".
    """
    weight = np.ones(len(codes)) if weights is None else np.asarray(weights, dtype=np.float64)
    shares = np.bincount(codes, weight, minlength=classes)
    present = np.flatnonzero(shares)
    own = np.searchsorted(present, codes)
    rows = _length(test)
    constant = np.tile(shares / shares.sum(), (rows, 1))
    if len(present) < 2:
        note = "The training rows are of one class, so every baseline names that class."
        return Baselines(dict.fromkeys(CLASS_BASELINES, constant), _no_coefficients(), (note,))
    seen = weight > 0  # a class whose rows weigh nothing has none
    train, own, weight = _some(train, seen), own[seen], weight[seen]
    settings: Any = {
        "names": _named(names, train),
        "levels": levels or {},
        "weights": weight,
        "units": units,
    }
    fit = fit_logistic(train, own, classes=len(present), **settings)
    table = fit.coefficients
    if "class" in table:
        table["class"] = present[table["class"]]
    notes = _left_out(fit.design.left_out)
    if fit.ridge:
        notes.append(
            "The columns separate the classes of the training rows, or nearly, so that plain "
            "logistic regression has no finite coefficients: a ridge penalty of 1 on standardized "
            "columns keeps them finite, and they have no standard errors."
        )
    trees, drawn = _boost("classes", train, own, test, weight, levels or {}, seed)

    def spread(found: np.ndarray) -> np.ndarray:
        """Give classes without a training row a probability of 0."""
        every = np.zeros((rows, classes))
        every[:, present] = found
        return every

    outputs = {
        "commonest": constant,
        "logistic": spread(fit.predict(test)),
        "boosting": spread(trees),
    }
    return Baselines(outputs, table, (*notes, *drawn))


@one_thread()
def number_baselines(
    train: Inputs,
    target: np.ndarray,
    test: Inputs,
    *,
    names: Sequence[str] = (),
    levels: Mapping[str, int] | None = None,
    weights: np.ndarray | None = None,
    units: Units | None = None,
    seed: int = 0,
) -> Baselines:
    """Let the baselines of numbers learn from the training rows, and predict the test rows.

    Parameters
    ----------
    train, test, names, levels, weights, units, seed
        As for `class_baselines`.
    target : numpy.ndarray
        Of the training rows, in its own units (n,).

    Returns
    -------
    Baselines
        Numbers (n,) of "mean", "linear" and "boosting".
    """
    weight = np.ones(len(target)) if weights is None else np.asarray(weights, dtype=np.float64)
    seen = weight > 0
    train, weight = _some(train, seen), weight[seen]
    target = np.asarray(target, dtype=np.float64)[seen]
    settings: Any = {
        "names": _named(names, train),
        "levels": levels or {},
        "weights": weight,
        "units": units,
    }
    fit = fit_linear(train, target, **settings)
    trees, drawn = _boost("numbers", train, target, test, weight, levels or {}, seed)
    outputs = {
        "mean": np.full(_length(test), np.average(target, weights=weight)),
        "linear": fit.predict(test),
        "boosting": trees,
    }
    return Baselines(outputs, fit.coefficients, (*_left_out(fit.design.left_out), *drawn))


def _boost(
    kind: str,
    train: Inputs,
    target: np.ndarray,
    test: Inputs,
    weights: np.ndarray,
    levels: Mapping[str, int],
    seed: int,
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Grow scikit-learn's histogram trees with their usual settings."""
    from sklearn import ensemble

    note: tuple[str, ...] = ()
    if len(target) > MOST_ROWS:
        note = (
            f"Gradient boosting learned from {MOST_ROWS:,} of the {len(target):,} training rows, "
            "drawn at random.",
        )
        chosen = np.sort(
            np.random.default_rng(seed).choice(len(target), MOST_ROWS, replace=False)
        )
        train, target, weights = _some(train, chosen), target[chosen], weights[chosen]
    width = numbers_of(_some(train, slice(0, 1))).shape[1]
    settings: Any = {
        "random_state": seed,
        "categorical_features": [
            width + i for i, count in enumerate(levels.values()) if count <= MOST_CATEGORIES
        ],
    }
    is_class = kind == "classes"
    maker = "HistGradientBoostingClassifier" if is_class else "HistGradientBoostingRegressor"
    trees = getattr(ensemble, maker)(**settings)
    # Equal weights would only cost time: quantiles are then sought with weights.
    weight = None if (weights == weights[0]).all() else weights
    trees.fit(_columns(train), target, sample_weight=weight)
    outputs = trees.predict_proba if is_class else trees.predict
    return np.concatenate([outputs(_columns(part)) for part in _parts(test)]), note


def _parts(inputs: Inputs) -> Iterator[Inputs]:
    for start in range(0, max(_length(inputs), 1), MOST_ROWS):
        yield _some(inputs, slice(start, start + MOST_ROWS))


def _some(inputs: Inputs, rows: Any) -> Inputs:
    """Give some rows; all of them are not copied."""
    if isinstance(rows, np.ndarray) and rows.dtype == bool:
        if rows.all():
            return inputs
        rows = np.flatnonzero(rows)
    return taken(inputs, rows)


def _length(inputs: Inputs) -> int:
    return len(next(leaves(inputs)))


def _columns(inputs: Inputs) -> np.ndarray:
    """Give numbers and codes side by side (n, width + embedded)."""
    numbers = numbers_of(inputs)
    if not isinstance(inputs, Mapping):
        return numbers
    codes = [np.asarray(part)[:, None] for name, part in inputs.items() if name != "numbers"]
    return np.hstack([numbers, *codes]).astype(np.float64)


def _named(names: Sequence[str], inputs: Inputs) -> Sequence[str]:
    return names or [f"x{i + 1}" for i in range(numbers_of(inputs).shape[1])]


def _left_out(names: tuple[str, ...]) -> list[str]:
    if not names:
        return []
    some = ", ".join(names[:5]) + (f" and {len(names) - 5:,} more" if len(names) > 5 else "")
    return [f"The regression leaves out what its other columns determine already: {some}."]


def _no_coefficients() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(columns=["term", "estimate", "std_error", "low", "high"])
