"""Logistic and linear regression on the columns that a network sees, as a statistician fits them.

The rows are gone through in pieces, so that a large table is never held in double precision. R's
`glm` and `lm`, and statsmodels, give the same coefficients.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.part import leaves, taken

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Design",
    "LinearFit",
    "LogisticFit",
    "Units",
    "fit_linear",
    "fit_logistic",
    "numbers_of",
]

PIECE = 50_000  # rows in double precision at a time
ALIASED = 1e-6  # of a column that others determine, what is left of it; its rows are float32
STEPS = 50  # of Newton's method; without separation about ten are enough
SETTLED = 1e-10  # the last step, relative to the coefficients
RIDGE = 1.0  # scikit-learn's usual penalty on standardized columns, C = 1
MOST_LEVELS = 500  # columns that levels of embedded columns may become
INTERCEPT = "(Intercept)"

# Arrays, or what gives rows of them when asked: see `kerasduet.data.part`.
Inputs = Any
Units = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Design:
    """The columns of a regression: an intercept, the numbers, and a column a level.

    Parameters
    ----------
    names : tuple of str
        Of the columns of numbers, such as "rank[2]".
    levels : tuple of int
        Levels of each embedded column; the first of each is what the others are compared with.
    center, scale : numpy.ndarray
        By which the columns (width,) are standardized, in double precision.
    kept : numpy.ndarray
        Columns (whole numbers) that no others before them determine.
    left_out : tuple of str
        Names of columns that others determine, but for one level of each factor.
    units : tuple of numpy.ndarray, optional
        By which the columns of numbers were centred and scaled before, so that coefficients are
        given for the columns as they were.
    """

    names: tuple[str, ...]
    levels: tuple[int, ...]
    center: np.ndarray
    scale: np.ndarray
    kept: np.ndarray = field(repr=False)
    left_out: tuple[str, ...] = ()
    units: Units | None = field(default=None, repr=False)

    def rows(self, inputs: Inputs) -> Iterator[tuple[slice, np.ndarray]]:
        """Give pieces of rows, standardized, an intercept first: (rows, 1 + kept)."""
        for place, columns in _pieces(inputs, self.levels):
            columns = (columns[:, self.kept] - self.center[self.kept]) / self.scale[self.kept]
            yield place, np.column_stack([np.ones(len(columns)), columns])

    def restore(self, slopes: np.ndarray, spread: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give coefficients, and their errors, for the columns as they were.

        Parameters
        ----------
        slopes : numpy.ndarray
            (1 + kept,), the intercept first.
        spread : numpy.ndarray
            Covariance (1 + kept, 1 + kept).

        Returns
        -------
        tuple of numpy.ndarray
            Estimates and standard errors, (1 + kept,) each.
        """
        shift, unit = np.zeros(len(self.names)), np.ones(len(self.names))
        if self.units is not None:
            shift[: len(self.units[0])], unit[: len(self.units[1])] = self.units
        center = (shift + unit * self.center)[self.kept]
        scale = (unit * self.scale)[self.kept]
        turn = np.diag(np.append(1.0, 1 / scale))
        turn[0, 1:] = -center / scale
        return turn @ slopes, np.sqrt(np.maximum(np.diag(turn @ spread @ turn.T), 0))

    @property
    def terms(self) -> list[str]:
        """Names of the coefficients."""
        return [INTERCEPT, *(self.names[i] for i in self.kept)]


def _pieces(inputs: Inputs, levels: Sequence[int]) -> Iterator[tuple[slice, np.ndarray]]:
    """Give pieces of rows in double precision, embedded columns as a column a level."""
    rows = len(next(leaves(inputs)))
    for start in range(0, rows, PIECE):
        place = slice(start, min(start + PIECE, rows))
        piece = taken(inputs, place)
        parts = [np.empty((place.stop - start, 0)), numbers_of(piece).astype(np.float64)]
        if isinstance(piece, Mapping):
            parts += [np.eye(count)[piece[f"level_{i + 1}"]] for i, count in enumerate(levels)]
        yield place, np.hstack(parts)


def numbers_of(inputs: Inputs) -> np.ndarray:
    """Give the numbers (n, width) among arrays that a network gets; width may be 0."""
    if not isinstance(inputs, Mapping):
        return np.asarray(inputs)
    if "numbers" in inputs:
        return np.asarray(inputs["numbers"])
    return np.empty((len(next(leaves(inputs))), 0))


def make_design(
    inputs: Inputs,
    names: Sequence[str],
    levels: Mapping[str, int],
    weights: np.ndarray,
    units: Units | None,
) -> Design:
    """Choose the columns of a regression.

    Parameters
    ----------
    inputs : numpy.ndarray or mapping
        What the network gets: numbers (n, width), or a mapping with "numbers" and, for embedded
        columns, codes "level_1" (n,) and so on.
    names : sequence of str
        Of the columns of numbers.
    levels : mapping of str to int
        Levels of each embedded column, in order.
    weights : numpy.ndarray
        Of the rows (n,).
    units : tuple of numpy.ndarray, optional
        Centre and scale of each column of numbers, (width,) each: (value - centre) / scale is what
        the network gets.
    """
    counts = tuple(levels.values()) if sum(levels.values()) <= MOST_LEVELS else ()
    every = [*names]
    if counts:
        every += [f"{name}[{code}]" for name, n in levels.items() for code in range(n)]
    total, added, squares = 0.0, np.zeros(len(every)), np.zeros(len(every))
    for place, columns in _pieces(inputs, counts):
        part = weights[place]
        total += part.sum()
        added += part @ columns
    center = added / total
    for place, columns in _pieces(inputs, counts):
        squares += weights[place] @ (columns - center) ** 2
    scale = np.sqrt(squares / total)
    # What is constant but for rounding is what the intercept determines.
    scale[scale <= ALIASED * np.maximum(np.abs(center), 1)] = 0
    whole = Design(
        tuple(every), counts, center, np.where(scale > 0, scale, 1), np.arange(len(every))
    )
    kept = _independent(whole, inputs, weights, scale > 0, _order(every))
    lost = [every[i] for i in range(len(every)) if i not in set(kept)]
    spare = _spare_levels(every, set(kept))
    told = tuple(name for name in lost if name not in spare)
    if levels and not counts:
        told += tuple(f"{name} ({n:,} levels)" for name, n in levels.items())
    chosen = np.array(kept, dtype=np.int64)
    return Design(whole.names, counts, whole.center, whole.scale, chosen, told, units)


def _factor(name: str) -> str:
    """Give the column of a level such as "rank[2]"; empty for a number."""
    return name.rpartition("[")[0] if name.endswith("]") else ""


def _order(names: Sequence[str]) -> list[int]:
    """Put the first level of every factor last: others determine it, not it them."""
    factors = [_factor(name) for name in names]
    first = {factors.index(factor) for factor in set(factors) - {""}}
    return sorted(range(len(names)), key=lambda i: (i in first, i))


def _spare_levels(names: Sequence[str], kept: set[int]) -> set[str]:
    """Give the level of each factor that the others are compared with."""
    spare: dict[str, str] = {}
    for i, name in enumerate(names):
        factor = _factor(name)
        if factor and i not in kept:
            spare.setdefault(factor, name)
    return set(spare.values())


def _independent(
    design: Design, inputs: Inputs, weights: np.ndarray, varies: np.ndarray, order: list[int]
) -> list[int]:
    """Find the columns that no earlier ones determine, by a QR decomposition in pieces."""
    triangle = np.zeros((0, 1 + len(design.names)))
    for place, columns in design.rows(inputs):
        triangle = _triangle(triangle, columns * np.sqrt(weights[place])[:, None])
    basis = [triangle[:, 0] / np.sqrt((triangle[:, 0] ** 2).sum())]
    kept = []
    for i in order:
        column = triangle[:, 1 + i]
        left = column.copy()
        for _ in range(2):  # once more takes away what rounding left
            for direction in basis:
                left -= (left @ direction) * direction
        size = np.linalg.norm(left)
        if varies[i] and size > ALIASED * np.linalg.norm(column):
            basis.append(left / size)
            kept.append(i)
    return sorted(kept)


def _triangle(before: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Give the triangle of a QR decomposition after more rows."""
    found: np.ndarray = np.linalg.qr(np.vstack([before, rows]), mode="r")  # type: ignore[assignment]
    return found


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
        triangle = _triangle(triangle, part)
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
