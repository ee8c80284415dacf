"""Rows of a data set as (inputs, targets, weights), each an array or a small tree of arrays."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerasduet.errors import LengthMismatch

__all__ = [
    "Part",
    "Picked",
    "digest_arrays",
    "digest_rows",
    "joined",
    "leaves",
    "mapped",
    "taken",
]

# An array, something with `__len__` and `take(rows)`, or a dict, tuple or list of such trees.
Tree = Any
ROWS_AT_A_TIME = 512


@dataclass(frozen=True)
class Part:
    """Training, validation or test rows.

    Parameters
    ----------
    inputs, targets : array or tree
        What the network takes and what it is to give, a row an item of the first axis. A tree is
        a dict or tuple of arrays, an item for each input or head. A leaf need not be an
        array: anything with `__len__` and `take(rows)` will do, where `rows` are whole numbers
        (n,), int64, in any order, and the answer is an array (n, ...). So rows can stay on a
        disk until a batch asks for them; with an attribute `in_memory` that is true, several
        batches are asked for at once.
    weights : array or tree, optional
        How much each row counts in the loss (n,), float; a tree says it by head.

    Raises
    ------
    LengthMismatch
        The leaves have different numbers of rows.

    Examples
    --------
    >>> part = Part({"a": np.zeros((3, 2)), "b": np.arange(3)}, np.ones(3))
    >>> len(part), part.take(np.array([2, 0]))[0]["b"].tolist()
    (3, [2, 0])
    """

    inputs: Tree
    targets: Tree
    weights: Tree = None

    def __post_init__(self) -> None:
        """Refuse leaves that do not belong together."""
        rows = [len(leaf) for leaf in leaves((self.inputs, self.targets, self.weights))]
        if len(set(rows)) != 1:
            raise LengthMismatch(
                "data: inputs, targets and weights must have as many rows; got "
                f"{', '.join(map(str, rows))}."
            )

    def __len__(self) -> int:
        """Count the rows."""
        return len(next(leaves(self.inputs)))

    def take(self, rows: np.ndarray | slice) -> tuple[Tree, Tree, Tree]:
        """Give some rows of inputs, targets and weights."""
        return taken(self.inputs, rows), taken(self.targets, rows), taken(self.weights, rows)


class Picked:
    """Some rows of an array, taken when they are asked for: splits of one array cost no copy.

    Examples
    --------
    >>> few = Picked(np.array([10, 20, 30]), np.array([2, 0]))
    >>> len(few), few.take(np.array([1])).tolist(), np.asarray(few).tolist()
    (2, [10], [30, 10])
    """

    in_memory = True

    def __init__(self, array: np.ndarray, rows: np.ndarray) -> None:
        self.array, self.rows = array, rows

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.rows)

    def take(self, rows: np.ndarray) -> np.ndarray:
        """Give rows, counted within these."""
        return self.array[self.rows[rows]]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """Give all of them, as a copy."""
        return self.array[self.rows].astype(dtype or self.array.dtype, copy=False)


def leaves(tree: Tree) -> Iterator[Any]:
    """Go through the leaves of a tree in order; None has none.

    Examples
    --------
    >>> list(leaves({"a": (1, 2), "b": None, "c": 3}))
    [1, 2, 3]
    """
    if isinstance(tree, dict):
        tree = tuple(tree.values())
    if isinstance(tree, tuple | list):
        for item in tree:
            yield from leaves(item)
    elif tree is not None:
        yield tree


def mapped(function: Callable[..., Any], tree: Tree, *others: Tree) -> Tree:
    """Give a tree of what a function makes of each leaf, and of those of like trees.

    Examples
    --------
    >>> mapped(lambda one, other: one + other, {"a": (1, 2)}, {"a": (10, 20)})
    {'a': (11, 22)}
    """
    if tree is None:
        return None
    if isinstance(tree, dict):
        return {
            name: mapped(function, item, *(other[name] for other in others))
            for name, item in tree.items()
        }
    if isinstance(tree, tuple | list):
        return type(tree)(mapped(function, *items) for items in zip(tree, *others, strict=True))
    return function(tree, *others)


def taken(tree: Tree, rows: np.ndarray | slice) -> Tree:
    """Give some rows of each leaf of a tree."""
    return mapped(lambda leaf: _rows_of(leaf, rows), tree)


def _rows_of(leaf: Any, rows: np.ndarray | slice) -> np.ndarray:
    if isinstance(leaf, np.ndarray) or not hasattr(leaf, "take"):
        return np.asarray(leaf[rows])
    if isinstance(rows, slice):
        rows = np.arange(*rows.indices(len(leaf)))
    return np.asarray(leaf.take(rows))


def joined(trees: list[Tree]) -> Tree:
    """Put like trees of arrays one after the other."""
    return mapped(lambda *arrays: np.concatenate(arrays), *trees)


def digest_arrays(*arrays: np.ndarray) -> str:
    """Digest arrays: sha256 over each one's dtype, shape and bytes.

    Examples
    --------
    >>> digest_arrays(np.zeros(3)) == digest_arrays(np.zeros((3, 1)))
    False
    """
    return digest_rows(arrays)


def digest_rows(tree: Tree) -> str:
    """Digest the leaves of a tree as `digest_arrays` does, some rows at a time."""
    digest = hashlib.sha256()
    for leaf in leaves(tree):
        if isinstance(leaf, np.ndarray):
            digest.update(f"{leaf.dtype.str}{leaf.shape}".encode())
            digest.update(np.ascontiguousarray(leaf).data)
            continue
        for start in range(0, max(len(leaf), 1), ROWS_AT_A_TIME):
            rows = _rows_of(leaf, slice(start, start + ROWS_AT_A_TIME))
            if start == 0:
                digest.update(f"{rows.dtype.str}{(len(leaf), *rows.shape[1:])}".encode())
            digest.update(np.ascontiguousarray(rows).data)
    return digest.hexdigest()
