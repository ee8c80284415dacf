"""The columns of a regression on what a network sees, gone through in pieces.

A large table is never held in double precision.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kerasduet.data.part import leaves, taken

__all__ = ["Design", "Inputs", "Units", "make_design", "numbers_of", "triangle_of"]

PIECE = 50_000  # rows in double precision at a time
ALIASED = 1e-6  # of a column that others determine, what is left of it; its rows are float32
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
        triangle = triangle_of(triangle, columns * np.sqrt(weights[place])[:, None])
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


def triangle_of(before: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Give the triangle of a QR decomposition after more rows."""
    found: np.ndarray = np.linalg.qr(np.vstack([before, rows]), mode="r")  # type: ignore[assignment]
    return found
