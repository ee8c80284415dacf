"""Logistic and linear regression on the columns that a network sees, as a statistician fits them.

R's `glm` and `lm`, and statsmodels, give the same coefficients.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kerasduet.tasks.tables.design import Design, Inputs, Units, make_design, triangle_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LinearFit", "LogisticFit", "fit_linear", "fit_logistic"]

STEPS = 50  # of Newton's method; without separation about ten are enough
SETTLED = 1e-10  # the last step, relative to the coefficients
RIDGE = 1.0  # scikit-learn's usual penalty on standardized columns, C = 1

# Linear ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LinearFit:
    """A least-squares fit.

    Parameters
    ----------
    design : Design
        Its columns.
    slopes : numpy.ndarray
        Of the standardized columns (1 + kept,).
    coefficients : pandas.DataFrame
        term, estimate, std_error, low and high (95 %).
    """

    design: Design
    slopes: np.ndarray
    coefficients: pd.DataFrame

    def predict(self, inputs: Inputs) -> np.ndarray:
        """Give numbers (n,)."""
        return np.concatenate([rows @ self.slopes for _, rows in self.design.rows(inputs)])


def fit_linear(
    inputs: Inputs,
    target: np.ndarray,
    *,
    names: Sequence[str],
    levels: Mapping[str, int],
    weights: np.ndarray,
    units: Units | None = None,
) -> LinearFit:
    """Fit a target (n,) by weighted least squares, as R's `lm` does.

    Parameters
    ----------
    inputs, names, levels, weights, units
        As for `make_design`.
    target : numpy.ndarray
        In its own units.
    """
    design = make_design(inputs, names, levels, weights, units)
    size = 1 + len(design.kept)
    triangle = np.zeros((0, size + 1))
    for place, rows in design.rows(inputs):
        part = np.column_stack([rows, target[place]]) * np.sqrt(weights[place])[:, None]
        triangle = triangle_of(triangle, part)
    triangle = np.vstack([triangle, np.zeros((size + 1, size + 1))])
    slopes = np.linalg.solve(triangle[:size, :size], triangle[:size, size])
    inverse = np.linalg.inv(triangle[:size, :size])
    left = int((weights > 0).sum()) - size
    variance = float(triangle[size, size] ** 2) / left if left > 0 else np.nan
    table = _coefficients(design, slopes, variance * inverse @ inverse.T)
    return LinearFit(design, slopes, table)


# Logistic -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LogisticFit:
    """A multinomial logistic fit, each class beside the first.

    Parameters
    ----------
    design : Design
        Its columns.
    slopes : numpy.ndarray
        Of the standardized columns (1 + kept, classes - 1).
    coefficients : pandas.DataFrame
        term, class (its code) where there are more than two, estimate, std_error, low and high
        (95 %, after Wald).
    ridge : bool
        Whether no finite coefficients are the likeliest, as the columns separate the classes, so
        that a penalty keeps them finite; they have no standard errors then.
    """

    design: Design
    slopes: np.ndarray
    coefficients: pd.DataFrame
    ridge: bool

    def predict(self, inputs: Inputs) -> np.ndarray:
        """Give probabilities (n, classes)."""
        return np.concatenate(
            [_chances(rows @ self.slopes) for _, rows in self.design.rows(inputs)]
        )


def fit_logistic(
    inputs: Inputs,
    codes: np.ndarray,
    *,
    classes: int,
    names: Sequence[str],
    levels: Mapping[str, int],
    weights: np.ndarray,
    units: Units | None = None,
) -> LogisticFit:
    """Fit classes by maximum likelihood, as R's `glm` does for two.

    Parameters
    ----------
    inputs, names, levels, weights, units
        As for `make_design`.
    codes : numpy.ndarray
        Of the classes, each of which occurs (n,).
    classes : int
        At least 2.

    Notes
    -----
    The likeliest coefficients are finite only where no combination of columns separates the classes
    (Albert and Anderson, 1984, Biometrika 71); Newton's method then settles. Where it does not, a
    ridge penalty is put on the standardized columns.
    """
    design = make_design(inputs, names, levels, weights, units)
    found = _newton(design, inputs, codes, classes, weights, ridge=0.0)
    ridge = found is None
    if found is None:
        found = _newton(design, inputs, codes, classes, weights, ridge=RIDGE)
        assert found is not None
    slopes, spread = found
    size = len(slopes)
    tables = []
    for i in range(classes - 1):
        own = spread[i * size : (i + 1) * size, i * size : (i + 1) * size]
        table = _coefficients(design, slopes[:, i], own * (np.nan if ridge else 1))
        if classes > 2:
            table.insert(1, "class", i + 1)
        tables.append(table)
    import pandas as pd

    return LogisticFit(design, slopes, pd.concat(tables, ignore_index=True), ridge)


def _newton(
    design: Design,
    inputs: Inputs,
    codes: np.ndarray,
    classes: int,
    weights: np.ndarray,
    *,
    ridge: float,
) -> tuple[np.ndarray, np.ndarray] | None:
    """Maximize the likelihood; None where it does not settle.

    Returns
    -------
    tuple of numpy.ndarray or None
        Coefficients (1 + kept, classes - 1), and their covariance, a class after the other.
    """
    size = 1 + len(design.kept)
    # The penalty is on the coefficients of all classes, which of three or more add up to 0.
    between = np.eye(classes - 1) - (1 / classes if classes > 2 else 0)
    penalty = ridge * np.kron(between, np.diag(np.append(0.0, np.ones(size - 1))))

    def look(slopes: np.ndarray) -> tuple[float, np.ndarray, np.ndarray, bool]:
        """Give what is to be minimized, its gradient and curvature, and whether all is right."""
        flat, right = slopes.T.ravel(), True
        value, gradient, curve = flat @ penalty @ flat / 2, penalty @ flat, penalty.copy()
        for place, rows in design.rows(inputs):
            chances, weight = _chances(rows @ slopes), weights[place]
            own = chances[np.arange(len(rows)), codes[place]]
            right &= bool((own > 0.5).all())
            value -= weight @ np.log(np.maximum(own, 1e-300))
            gaps = (chances - np.eye(classes)[codes[place]])[:, 1:] * weight[:, None]
            gradient += (gaps.T @ rows).ravel()
            for a in range(classes - 1):
                for b in range(a + 1):
                    part = chances[:, a + 1] * ((a == b) - chances[:, b + 1]) * weight
                    block = rows.T @ (rows * part[:, None])
                    at, to = slice(a * size, (a + 1) * size), slice(b * size, (b + 1) * size)
                    curve[at, to] += block
                    if a != b:
                        curve[to, at] += block
        return float(value), gradient, curve, right

    slopes = np.zeros((size, classes - 1))
    value, gradient, curve, _ = look(slopes)
    for _ in range(STEPS):
        try:
            step = np.linalg.solve(curve, gradient).reshape(classes - 1, size).T
        except np.linalg.LinAlgError:
            return None
        if not np.isfinite(step).all():
            return None
        if np.abs(step).max() <= SETTLED * (1 + np.abs(slopes).max()):
            return slopes - step, np.linalg.inv(curve)
        for _ in range(30):
            tried = look(slopes - step)
            if tried[0] <= value + 1e-12 * abs(value):
                break
            step = step / 2
        else:
            return None
        slopes = slopes - step
        value, gradient, curve, right = tried
        if right and not ridge:
            return None  # twice these coefficients are likelier still
    return None


def _chances(logits: np.ndarray) -> np.ndarray:
    """Give the probabilities (n, classes) of logits (n, classes - 1) beside the first class."""
    every = np.column_stack([np.zeros(len(logits)), logits])
    odds = np.exp(every - every.max(axis=1, keepdims=True))
    chances: np.ndarray = odds / odds.sum(axis=1, keepdims=True)
    return chances


def _coefficients(design: Design, slopes: np.ndarray, spread: np.ndarray) -> pd.DataFrame:
    import pandas as pd

    estimate, error = design.restore(slopes, spread)
    return pd.DataFrame(
        {
            "term": design.terms,
            "estimate": estimate,
            "std_error": error,
            "low": estimate - 1.959963984540054 * error,
            "high": estimate + 1.959963984540054 * error,
        }
    )
