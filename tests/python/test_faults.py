"""The short form of `make faults`: each way of breaking a run folder, tried a few times."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "faults"))

import faults

LEAST = {
    "a writer killed at each event": 12,
    "a call of the system fails": 12,
    "a disk fills up": 3,
    "a bit turns": 25,
    "a file is cut off or lengthened": 30,
    "four trainings at once in threads": 8,
    "four writers at once": 20,
    "a reader against a writer": 10,
    "a hostile folder": 50,
}


@pytest.fixture(scope="module")
def runs():
    return faults.two_runs()


@pytest.mark.parametrize("name", faults.FAULTS)
def test_nothing_is_lost_mixed_or_let_in(name, runs, tmp_path):
    count, wrong = faults.FAULTS[name](tmp_path, runs, 0.04 if "kill" in name else 0.01)
    assert wrong == []
    assert count >= LEAST[name]
