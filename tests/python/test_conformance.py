"""Every builder keeps every promise: those built in, the example of CONTRIBUTING, a stranger's."""

from __future__ import annotations

import pytest

from kerasduet.registry import BUILDERS
from kerasduet.testing import check_builder

SMALL = {
    "cnn": {"filters": (4, 4), "dense_units": 8, "dropout": 0.2},
    "dnn": {"units": (8, 4), "dropout": 0.2, "l2": 1e-4},
    "recurrent": {"units": (4, 3), "dense_units": 4, "dropout": 0.2},
}


def test_every_builder_is_tried():
    assert set(SMALL) == set(BUILDERS)


@pytest.mark.parametrize("name", SMALL)
def test_a_builder_keeps_its_promises(name):
    kept = check_builder(name, **SMALL[name])
    assert len(kept) == len(set(kept)) == 18
    assert all(sentence.endswith(".") for sentence in kept)
