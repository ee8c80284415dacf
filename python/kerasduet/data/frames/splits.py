"""Which rows are for training, validation and test, and which each fold holds out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from kerasduet.checks import choice, show, whole
from kerasduet.data.holdout import held_out
from kerasduet.errors import (
    ArgumentRange,
    ArgumentType,
    EmptyData,
    LengthMismatch,
    MissingValue,
)

__all__ = ["SPLITS", "fold_rows", "split_rows"]

SPLITS = ("random", "stratified", "group", "time")
Three = tuple[np.ndarray, np.ndarray, np.ndarray]


def split_rows(
    frame_or_n: Any,
    *,
    how: str,
    validation_split: float,
    test_split: float,
    seed: int,
    classes: Any = None,
    groups: Any = None,
    times: Any = None,
) -> Three:
    """Split rows into training, validation and test.

    Parameters
    ----------
    frame_or_n : table or int
        The rows, or how many there are.
    how : {"random", "stratified", "group", "time"}
        At random; so that each class has its share; whole groups; or the last rows in time, so
        that what is tested lies behind what was learned from. Rows of one time stay together.
    validation_split, test_split : float
        Share of the test rows, and of the validation rows among the others.
    seed : int
        Decides what is left to chance, together with the order of the rows.
    classes, groups, times : array-like, optional
        Of each row (n,), as `how` needs them.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray, numpy.ndarray)
        Positions of the training, validation and test rows, int64, sorted.

    Raises
    ------
    EmptyData
        Too few rows, groups or times for the splits.
    MissingValue, LengthMismatch
        A missing class, group or time, or not one a row.

    Examples
    --------
    >>> parts = split_rows(
    ...     10, how="time", validation_split=0.25, test_split=0.2, seed=0, times=range(10)
    ... )
    >>> [part.tolist() for part in parts]
    [[0, 1, 2, 3, 4, 5], [6, 7], [8, 9]]
    """
    choice("split", how, SPLITS)
    n = int(frame_or_n) if isinstance(frame_or_n, int | np.integer) else len(frame_or_n)
    test = round(n * test_split)
    counts = (test, round((n - test) * validation_split))
    if how == "group":
        parts = _by_group(_codes(groups, "group", n), counts, seed)
    elif how == "time":
        parts = _by_time(times, n, counts)
    elif how == "stratified":
        parts = _by_class(_codes(classes, "target", n), counts, seed)
    else:
        mixed = np.random.default_rng(seed).permutation(n)
        tested, held, train = np.split(mixed, np.cumsum(counts))
        parts = np.sort(train), np.sort(held), np.sort(tested)
    train, _, held = parts
    if len(train) == 0 or (len(held) == 0 and test_split > 0):
        raise EmptyData(
            f"data: must have rows for training and test; got {n}, of which {len(train)} are for "
            f"training and {len(held)} for the test. Give more rows, or other splits."
        )
    return parts


def _by_class(codes: np.ndarray, counts: tuple[int, int], seed: int) -> Three:
    test, validation = counts
    is_held = np.zeros(len(codes), bool)
    is_held[held_out(codes, test, seed=_seed(seed, 0))] = True
    left = np.flatnonzero(~is_held)
    chosen = held_out(codes[left], validation, seed=_seed(seed, 1))
    is_train = np.ones(len(left), bool)
    is_train[chosen] = False
    return left[is_train], left[~is_train], np.flatnonzero(is_held)


def _seed(seed: int, purpose: int) -> int:
    """Give a seed of its own to each purpose, so that what one draws does not move another."""
    return int(np.random.SeedSequence([seed, purpose]).generate_state(1)[0])


def _by_group(groups: np.ndarray, counts: tuple[int, int], seed: int) -> Three:
    wanted = 1 + sum(count > 0 for count in counts)
    sizes = np.bincount(groups)
    if len(sizes) < wanted:
        raise EmptyData(
            f"group: must have a group for each of {wanted} parts at least; got "
            f"{len(sizes)}. Choose another column, or another split."
        )
    order = np.random.default_rng(_seed(seed, 0)).permutation(len(sizes))
    side = np.zeros(len(sizes), np.int64)  # 0 training, 1 validation, 2 test
    free = list(order)
    for part, count in ((2, counts[0]), (1, counts[1])):
        later = 1 + (part == 2 and counts[1] > 0)  # groups that the other parts need
        taken = 0
        for group in list(free):
            # A group goes where it brings the part nearer to its size; the first one must.
            nearer = abs(taken + sizes[group] - count) < abs(taken - count)
            if count > 0 and len(free) > later and nearer:
                side[group], taken = part, taken + sizes[group]
                free.remove(group)
        if count > 0 and taken == 0:
            smallest = min(free, key=lambda group: sizes[group])
            side[smallest] = part
            free.remove(smallest)
    found = side[groups]
    train, validation, test = (np.nonzero(found == part)[0] for part in range(3))
    return train, validation, test


def _by_time(times: Any, n: int, counts: tuple[int, int]) -> Three:
    column = _given(times, "time", n)
    order = np.argsort(pd.factorize(column, sort=True)[0], kind="stable")
    ranks = pd.factorize(column, sort=True)[0][order]
    ends = []
    end = n
    for count in counts:
        start = max(end - count, 0)
        while 0 < start < end and ranks[start] == ranks[start - 1]:
            start -= 1  # rows of one time stay together
        ends.append(start)
        end = start
    test, validation = ends
    train, held, tested = np.split(order, [validation, test])
    return np.sort(train), np.sort(held), np.sort(tested)


def fold_rows(
    n: int, folds: int, *, seed: int | Sequence[int], classes: Any = None, groups: Any = None
) -> list[np.ndarray]:
    """Say which rows each fold holds out; each row is held out once.

    Parameters
    ----------
    n : int
        Rows.
    folds : int
        2 to the number of rows, or of groups.
    seed : int or sequence of int
        Decides what is left to chance, together with the order of the rows.
    classes : array-like, optional
        Class of each row (n,): each fold has its share of each, up to one row.
    groups : array-like, optional
        Group of each row (n,): all rows of a group are held out together. Sizes are then as
        equal, and the shares of classes as near, as whole groups allow.

    Returns
    -------
    list of numpy.ndarray
        Positions, int64, sorted.

    Raises
    ------
    ArgumentRange
        More folds than rows, than rows of a class, or than groups.

    Examples
    --------
    >>> [len(held) for held in fold_rows(10, 3, seed=1)]
    [4, 3, 3]
    """
    folds = whole("folds", folds, low=2)
    if folds > n:
        raise ArgumentRange(f"folds: must be at most the rows, {n}; got {folds}.")
    random = np.random.default_rng(seed)
    codes = np.zeros(n, np.int64)
    if classes is not None:
        codes = _codes(classes, "target", n)
        sizes = np.bincount(codes)
        least = int(np.argmin(np.where(sizes > 0, sizes, n)))
        if 0 < sizes[least] < folds:
            name = _name(classes, codes, least)
            raise ArgumentRange(
                f"folds: must be at most the rows of each class, {sizes[least]} of {show(name)}; "
                f"got {folds}. Choose fewer folds, or leave that class out."
            )
    if groups is not None:
        side = _folds_of_groups(_codes(groups, "group", n), codes, folds, random)
    else:
        mixed = random.permutation(n)
        dealt = mixed[np.argsort(codes[mixed], kind="stable")]
        side = np.empty(n, np.int64)
        side[dealt] = np.arange(n) % folds
    return [np.nonzero(side == fold)[0] for fold in range(folds)]


def _folds_of_groups(
    groups: np.ndarray, classes: np.ndarray, folds: int, random: np.random.Generator
) -> np.ndarray:
    """Give each row the fold of its group: large groups first, each where it fits best."""
    count = int(groups.max()) + 1
    if count < folds:
        raise ArgumentRange(
            f"folds: must be at most the groups, {count}; got {folds}. Choose fewer folds."
        )
    table = np.zeros((count, int(classes.max()) + 1))
    np.add.at(table, (groups, classes), 1)
    table /= np.maximum(table.sum(axis=0), 1)  # each class weighs the same
    mixed = random.permutation(count)
    order = mixed[np.argsort(-table[mixed].sum(axis=1), kind="stable")]
    filled = np.zeros((folds, table.shape[1]))
    fold_of = np.empty(count, np.int64)
    for place, group in enumerate(order):
        cost = ((filled + table[group]) ** 2 - filled**2).sum(axis=1)
        empty = filled.sum(axis=1) == 0
        # No fold may stay empty: the last groups go to those that still are.
        if count - place <= empty.sum():
            cost[~empty] = np.inf
        fold = int(np.argmin(cost))
        fold_of[group] = fold
        filled[fold] += table[group]
    return fold_of[groups]


def _given(values: Any, name: str, n: int) -> pd.Series:
    if values is None:
        raise ArgumentType(f"{name}: must name a column for this split; got nothing.")
    column = pd.Series(values).reset_index(drop=True)
    if len(column) != n:
        raise LengthMismatch(f"{name}: must have one value a row, {n}; got {len(column)}.")
    absent = column.isna().to_numpy()
    if absent.any():
        raise MissingValue(
            f"{name}: values must not be missing; got {int(absent.sum()):,} missing, the first in "
            f"row {int(absent.argmax()) + 1}. Fill them, or leave those rows out."
        )
    return column


def _codes(values: Any, name: str, n: int) -> np.ndarray:
    return np.asarray(pd.factorize(_given(values, name, n), sort=True)[0], np.int64)


def _name(values: Any, codes: np.ndarray, code: int) -> Any:
    item = pd.Series(values).reset_index(drop=True).iloc[int(np.argmax(codes == code))]
    return item.item() if hasattr(item, "item") else item
