"""Splits and folds of the rows of a table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kerasduet import errors
from kerasduet.data.frames import fold_rows, split_rows

CLASSES = np.repeat(["a", "b", "c"], [60, 30, 10])


def split(n, how, validation_split=0.25, test_split=0.2, seed=3, **given):
    return split_rows(
        n, how=how, validation_split=validation_split, test_split=test_split, seed=seed, **given
    )


def check_whole(parts, n):
    assert sorted(np.concatenate(parts).tolist()) == list(range(n))
    for part in parts:
        assert part.dtype == np.int64 and (np.diff(part) > 0).all()


def test_random_splits_have_their_sizes_and_follow_the_seed():
    parts = split(100, "random")
    check_whole(parts, 100)
    assert [len(part) for part in parts] == [60, 20, 20]
    for one, other in zip(parts, split(pd.DataFrame({"x": range(100)}), "random"), strict=True):
        np.testing.assert_array_equal(one, other)
    assert not np.array_equal(parts[2], split(100, "random", seed=4)[2])


def test_stratified_splits_give_each_class_its_share():
    parts = split(100, "stratified", classes=CLASSES)
    check_whole(parts, 100)
    counts = [pd.Series(CLASSES[part]).value_counts().to_dict() for part in parts]
    assert counts[1] == counts[2] == {"a": 12, "b": 6, "c": 2}
    assert counts[0] == {"a": 36, "b": 18, "c": 6}


def test_the_test_rows_do_not_move_with_the_validation_split():
    one = split(100, "stratified", classes=CLASSES)
    other = split(100, "stratified", classes=CLASSES, validation_split=0.5)
    np.testing.assert_array_equal(one[2], other[2])


@pytest.mark.parametrize("seed", range(20))
def test_no_group_is_on_two_sides(seed):
    random = np.random.default_rng(seed)
    groups = random.integers(0, random.integers(3, 40), 200)
    groups[:3] = [0, 1, 2]
    parts = split(200, "group", seed=seed, groups=[f"g{group}" for group in groups])
    check_whole(parts, 200)
    sides = [set(groups[part]) for part in parts]
    assert all(sides) and not (
        sides[0] & sides[1] or sides[0] & sides[2] or sides[1] & sides[2]
    )


def test_small_groups_come_near_to_the_sizes_asked_for():
    parts = split(1000, "group", groups=np.arange(1000) // 4)
    assert [len(part) for part in parts] == [600, 200, 200]


def test_the_last_rows_in_time_are_tested_and_ties_stay_together():
    times = pd.date_range("2024-01-01", periods=10)[::-1]
    train, validation, test = split(10, "time", times=times)
    assert (test.tolist(), validation.tolist()) == ([0, 1], [2, 3])
    assert train.tolist() == [4, 5, 6, 7, 8, 9]
    train, validation, test = split(10, "time", times=[1, 2, 3, 4, 5, 6, 6, 8, 8, 8])
    assert (test.tolist(), validation.tolist()) == ([7, 8, 9], [5, 6])
    assert train.tolist() == [0, 1, 2, 3, 4]


def test_splits_without_room_are_refused():
    for n, how, given, error, text in (
        (
            1,
            "random",
            {},
            errors.EmptyData,
            "data: must have rows for training and test; got 1, ",
        ),
        (
            6,
            "group",
            {"groups": list("aabbbb")},
            errors.EmptyData,
            "group: must have a group for each of 3 parts at least; got 2.",
        ),
        (4, "time", {"times": [1] * 4}, errors.EmptyData, "data: must have rows for training"),
        (
            3,
            "group",
            {"groups": ["a", None, None]},
            errors.MissingValue,
            "group: values must not be missing; got 2 missing, the first in row 2.",
        ),
        (3, "group", {}, errors.ArgumentType, "group: must name a column for this split"),
        (3, "time", {}, errors.ArgumentType, "time: must name a column for this split"),
        (
            3,
            "stratified",
            {"classes": [1, 2]},
            errors.LengthMismatch,
            "target: must have one value a row, 3; got 2.",
        ),
        (3, "by-hand", {}, errors.UnknownName, "split: no option 'by-hand'."),
    ):
        with pytest.raises(error) as raised:
            split(n, how, **given)
        assert str(raised.value).startswith(text)


def test_each_row_is_held_out_once():
    for n, folds in ((10, 3), (100, 5), (7, 7)):
        held = fold_rows(n, folds, seed=1)
        check_whole(held, n)
        assert {len(rows) for rows in held} <= {n // folds, -(-n // folds)}
        again = fold_rows(n, folds, seed=1)
        assert all(np.array_equal(a, b) for a, b in zip(held, again, strict=True))
    assert not np.array_equal(fold_rows(100, 5, seed=1)[0], fold_rows(100, 5, seed=2)[0])


def test_folds_do_not_depend_on_numpys_global_seed():
    np.random.seed(1)
    one = fold_rows(50, 5, seed=0)
    np.random.seed(2)
    assert all(np.array_equal(a, b) for a, b in zip(one, fold_rows(50, 5, seed=0), strict=True))


def test_stratified_folds_share_each_class_up_to_one_row():
    classes = pd.Categorical(np.repeat(["a", "b", "c"], [61, 33, 7]))
    held = fold_rows(101, 5, seed=4, classes=classes)
    check_whole(held, 101)
    table = np.array([np.bincount(classes.codes[rows], minlength=3) for rows in held])
    assert (np.ptp(table, axis=0) <= 1).all()
    assert np.ptp(table.sum(axis=1)) <= 1


@pytest.mark.parametrize("seed", range(10))
def test_a_group_is_held_out_whole(seed):
    random = np.random.default_rng(seed)
    groups, classes = random.integers(0, 12, 120), random.integers(0, 2, 120)
    for given in ({}, {"classes": classes}):
        held = fold_rows(120, 4, seed=seed, groups=groups, **given)
        check_whole(held, 120)
        assert all(len(rows) for rows in held)
        for rows in held:
            assert not set(groups[rows]) & set(np.delete(groups, rows))


def test_as_many_groups_as_folds_leave_no_fold_empty():
    groups = np.repeat([0, 1, 2], [50, 1, 1])
    held = fold_rows(52, 3, seed=0, groups=groups)
    assert sorted(len(rows) for rows in held) == [1, 1, 50]


def test_grouped_folds_keep_the_shares_of_classes_near():
    classes = np.tile([0, 0, 1, 1], 100)
    groups = np.arange(400) // 2  # each group is of one class
    held = fold_rows(400, 5, seed=0, classes=classes, groups=groups)
    shares = [classes[rows].mean() for rows in held]
    assert max(shares) - min(shares) < 0.02


def test_folds_that_cannot_be_are_refused():
    for given, error, text in (
        ({"folds": 11}, errors.ArgumentRange, "folds: must be at most the rows, 10; got 11."),
        (
            {"folds": 1},
            errors.ArgumentRange,
            "folds: must be a whole number, at least 2; got 1.",
        ),
        (
            {"folds": 4, "classes": list("aaaaaaabbb")},
            errors.ArgumentRange,
            "folds: must be at most the rows of each class, 3 of 'b'; got 4.",
        ),
        (
            {"folds": 4, "groups": list("aaaabbbbcc")},
            errors.ArgumentRange,
            "folds: must be at most the groups, 3; got 4. Choose fewer folds.",
        ),
    ):
        with pytest.raises(error) as raised:
            fold_rows(10, seed=0, **given)
        assert str(raised.value).startswith(text)
