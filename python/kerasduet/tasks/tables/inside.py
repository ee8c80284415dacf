"""What a network makes of the columns of a table, found by changing them.

Every function takes the network as a function of a table: from a DataFrame to probabilities
(n, classes) or numbers (n,).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from kerasduet.report.intervals import Interval, bootstrap

__all__ = [
    "Predict",
    "decision_regions",
    "grid_of",
    "partial_curves",
    "permutation_importance",
    "typical_row",
]

Predict = Callable[[pd.DataFrame], np.ndarray]

REPEATS = 10  # permutations of each column
AT_ONCE = 50_000  # rows that the network predicts at a time
POINTS = 30  # values of a column
CELLS = 100  # of decision regions, from side to side
ENDS = (0.05, 0.95)  # quantiles between which a column's values lie, as in scikit-learn


def permutation_importance(
    predict: Predict,
    frame: pd.DataFrame,
    truth: np.ndarray,
    columns: Sequence[str],
    *,
    weights: np.ndarray | None = None,
    repeats: int = REPEATS,
    seed: int = 0,
) -> pd.DataFrame:
    """Say how much worse the network scores when the values of a column are shuffled.

    Parameters
    ----------
    predict : callable
        The network.
    frame : pandas.DataFrame
        Rows that it did not learn from.
    truth : numpy.ndarray
        Class codes, or numbers (n,).
    columns : sequence of str
        To be shuffled, one at a time.
    weights : numpy.ndarray, optional
        Of the rows (n,); 1 by default.
    repeats : int
        How often each is shuffled.
    seed : int
        Decides how.

    Returns
    -------
    pandas.DataFrame
        column, importance (by how much the log loss in nats, or the RMSE in the target's units,
        grows; the mean over the shuffles), low and high (95 % interval over the rows), the most
        important first. Columns that say the same share what they say: either may seem of
        little use.

    Notes
    -----
    Breiman (2001), "Random forests", Machine Learning 45.
    """
    random = np.random.default_rng(seed)
    n = len(frame)
    weight = np.ones(n) if weights is None else np.asarray(weights, dtype=np.float64)
    outputs = predict(frame)
    before = _errors(outputs, truth)
    found = []
    for name in columns:
        after = np.zeros(n)
        for some in _batches(repeats, n):
            orders = np.concatenate([random.permutation(n) for _ in range(some)])
            tiled = frame.iloc[np.tile(np.arange(n), some)].reset_index(drop=True)
            tiled[name] = _taken(frame[name], orders)
            errors = _errors(predict(tiled), np.tile(truth, some))
            after += errors.reshape(some, n).sum(axis=0)
        found.append(_growth(before, after / repeats, weight, root=outputs.ndim == 1))
    table = pd.DataFrame(
        {
            "column": list(columns),
            "importance": [one.value for one in found],
            "low": [one.low for one in found],
            "high": [one.high for one in found],
        }
    )
    return table.sort_values("importance", ascending=False, kind="stable", ignore_index=True)


def _batches(repeats: int, n: int) -> Iterator[int]:
    """Cut repeats so that few rows are predicted at a time."""
    most = max(AT_ONCE // max(n, 1), 1)
    for start in range(0, repeats, most):
        yield min(most, repeats - start)


def _taken(column: pd.Series, rows: np.ndarray) -> pd.Series:
    """Give values in another order, with their type and an index from 0."""
    return column.iloc[rows].reset_index(drop=True)


def _errors(outputs: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Give each row's log loss (nats), or squared error (n,)."""
    if outputs.ndim == 1:
        return (truth - outputs.astype(np.float64)) ** 2
    eps = np.finfo(np.float64).eps
    chances = outputs[np.arange(len(truth)), truth].astype(np.float64)
    return -np.log(np.clip(chances, eps, 1 - eps))


def _growth(
    before: np.ndarray, after: np.ndarray, weight: np.ndarray, *, root: bool
) -> Interval:
    def measure(means: np.ndarray) -> np.ndarray:
        pair = np.stack([means[..., 0] / means[..., 2], means[..., 1] / means[..., 2]])
        start, end = np.sqrt(np.abs(pair)) if root else pair
        return np.asarray(end - start)[..., None]

    (found,) = bootstrap(
        np.column_stack([before * weight, after * weight, weight]), measure=measure
    )
    return found


def grid_of(column: pd.Series, *, points: int = POINTS) -> pd.Series:
    """Choose values of a column to look at.

    Returns
    -------
    pandas.Series
        Of the column's type. Of numbers and times evenly spaced ones between their quantiles of 5
        and 95 %, or the values themselves where they are few; of anything else its levels.
    """
    known = column.dropna()
    plain = pd.api.types.is_bool_dtype(known.dtype)
    number = pd.api.types.is_numeric_dtype(known.dtype) and not plain
    time = pd.api.types.is_datetime64_any_dtype(known.dtype)
    different = known.drop_duplicates().sort_values()
    if not (number or time) or len(different) <= points:
        return different.reset_index(drop=True)
    low, high = (known.quantile(end) for end in ENDS)
    if low == high:
        low, high = known.min(), known.max()
    if time:
        steps = (high - low) * np.linspace(0, 1, points)
        return pd.Series(low + steps).astype(known.dtype)
    return pd.Series(np.linspace(float(low), float(high), points))


def partial_curves(
    predict: Predict, frame: pd.DataFrame, column: str, *, points: int = POINTS
) -> pd.DataFrame:
    """Give every row's predictions as one of its columns takes other values.

    Parameters
    ----------
    predict : callable
        The network.
    frame : pandas.DataFrame
        Rows.
    column : str
        Whose values change; the others stay as they are.
    points : int
        Most values.

    Returns
    -------
    pandas.DataFrame
        row (of the frame, from 0), value, code (of the class) and prediction: the probability of
        the class, of two classes that of the second alone; or the number, where there is no code.
        The mean over rows is the partial dependence.

    Notes
    -----
    Friedman (2001), Annals of Statistics 29; curves of single rows: Goldstein and others (2015),
    Journal of Computational and Graphical Statistics 24.
    """
    values = grid_of(frame[column], points=points)
    n, done, parts = len(frame), 0, []
    for some in _batches(len(values), n):
        rows = np.tile(np.arange(n), some)
        own = _taken(values, np.repeat(np.arange(done, done + some), n))
        changed = frame.iloc[rows].reset_index(drop=True)
        changed[column] = own
        parts.append(_laid(predict(changed), {"row": rows, "value": own}))
        done += some
    return pd.concat(parts, ignore_index=True)


def _laid(outputs: np.ndarray, columns: dict[str, Any]) -> pd.DataFrame:
    """Lay outputs beside what they are of: of two classes the second's, of more every class's."""
    if outputs.ndim == 1:
        return pd.DataFrame(columns | {"prediction": outputs.astype(np.float64)})
    k = outputs.shape[1]
    return pd.concat(
        [
            pd.DataFrame(
                columns | {"code": code, "prediction": outputs[:, code].astype(np.float64)}
            )
            for code in ([1] if k == 2 else range(k))
        ],
        ignore_index=True,
    )


def typical_row(frame: pd.DataFrame) -> pd.DataFrame:
    """Give one row: the median of numbers and times, else what is commonest."""
    found: dict[str, Any] = {}
    for name in frame.columns:
        known = frame[name].dropna()
        kind = known.dtype
        spread = pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)
        if spread or pd.api.types.is_datetime64_any_dtype(kind):
            middle = known.quantile(0.5, interpolation="nearest")
            found[name] = pd.Series([middle]).astype(kind)
        else:
            common = known.value_counts(sort=True).index[:1]
            found[name] = pd.Series(common, name=name).astype(kind)
    return pd.DataFrame(found)


def decision_regions(
    predict: Predict, frame: pd.DataFrame, x: str, y: str, *, cells: int = CELLS
) -> pd.DataFrame:
    """Predict over the plane of two columns of numbers, the others held at typical values.

    Returns
    -------
    pandas.DataFrame
        x, y (centres of cells), code (of the likeliest class) and probability (its own).
    """
    sides = []
    for name in (x, y):
        low, high = float(frame[name].min()), float(frame[name].max())
        space = 0.05 * (high - low) or 1.0
        sides.append(np.linspace(low - space, high + space, cells))
    across, up = (side.ravel() for side in np.meshgrid(*sides))
    plane = typical_row(frame).iloc[np.zeros(len(across), dtype=int)].reset_index(drop=True)
    plane[x], plane[y] = across, up
    outputs = predict(plane)
    return pd.DataFrame(
        {
            "x": across,
            "y": up,
            "code": outputs.argmax(axis=1),
            "probability": outputs.max(axis=1).astype(np.float64),
        }
    )
