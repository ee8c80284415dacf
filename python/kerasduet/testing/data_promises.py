"""What a task promises of its data: whole, digested, and no test row that teaches."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data import load_data
from kerasduet.data.part import leaves, taken
from kerasduet.errors import KerasduetError
from kerasduet.testing.cases import Case

if TYPE_CHECKING:
    from kerasduet.data import Dataset

__all__ = [
    "bad_data_are_refused",
    "data_are_whole",
    "no_test_row_teaches",
    "what_was_learned_travels",
]

SEARCHED = 200  # rows from the end, for one of the test


def bad_data_are_refused(case: Case) -> None:
    """Data of no use are refused in a sentence, before work starts."""
    useless: tuple[Any, ...] = (3, "rows", [], {})
    for given in useless:
        try:
            load_data(case.experiment, given)
        except KerasduetError:
            continue
        except Exception as error:
            raise AssertionError(f"data = {given!r} gives {error!r}.") from error
        raise AssertionError(f"data = {given!r} is taken.")


def data_are_whole(case: Case) -> None:
    """Inputs and targets of every split are as many, finite, and float32 or codes to embed."""
    dataset = case.dataset
    for part in ("train", "validation", "test"):
        x, y = getattr(dataset, f"x_{part}"), getattr(dataset, f"y_{part}")
        rows = {len(leaf) for leaf in leaves((x, y))}
        assert len(rows) == 1, f"{part} has inputs and targets of {rows} rows."
        for seen in leaves(dataset.preprocessing.to_network(taken(x, slice(0, 8)))):
            known = seen.dtype in (np.float32, np.int32)
            assert known, f"the network would see {seen.dtype}."
            assert np.isfinite(seen).all(), f"{part} holds what is no finite number."
    assert len(dataset.train) and len(dataset.test), "a split is empty."


def what_was_learned_travels(case: Case) -> None:
    """What was learned goes to JSON and back as it was, and fits its experiment."""
    learned = case.dataset.preprocessing
    assert isinstance(learned, case.task.learned), f"it is a {type(learned).__name__}."
    again = type(learned).from_dict(json.loads(json.dumps(learned.to_dict())))
    assert again == learned, f"it goes from {learned} to {again}."
    case.task.check_learned(again, case.experiment)


def no_test_row_teaches(case: Case) -> None:
    """A row of the test that changes moves no training row and no scale of them."""
    is_parts = isinstance(case.data, Mapping) or hasattr(case.data, "columns")
    given = dict(case.data) if is_parts else {None: case.data}
    tested = None  # a row that is known to be one of the test
    for name in given:
        for row, changed in _changed_rows(given, name, tested):
            try:
                other = load_data(case.experiment, changed)
            except KerasduetError:
                continue  # such as a pixel outside its range
            if not _same(case.dataset, other, "test"):
                same = _same(case.dataset, other, "train")
                assert same, f"a test row of {name or 'the data'} changed the training rows."
                tested = row
                break


def _changed_rows(
    given: Mapping[Any, Any], name: Any, first: int | None
) -> Iterator[tuple[int, Any]]:
    """Give copies of data with one row of a part changed: the first, or from the last one on."""
    part = given[name]
    values = np.asarray(part)
    if values.dtype.kind not in "iuf" or (values.ndim == 1 and values.dtype.kind != "f"):
        return  # labels decide which rows are held out
    last = range(len(values) - 1, max(len(values) - 1 - SEARCHED, -1), -1)
    for row in last if first is None else (first,):
        new = copy.deepcopy(part)
        place = new.iloc if hasattr(new, "iloc") else new
        whole = values.dtype.kind in "iu"
        place[row] = values.max() - values[row] if whole else values[row] + values.std() + 1
        yield row, new if name is None else {**given, name: new}


def _same(one: Dataset, other: Dataset, part: str) -> bool:
    names = [f"{axis}_{part}" for axis in "xy"]
    ours, theirs = (list(leaves([getattr(x, name) for name in names])) for x in (one, other))
    return len(ours) == len(theirs) and all(map(np.array_equal, ours, theirs))
