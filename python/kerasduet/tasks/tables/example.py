"""A few random rows of every kind of column, for the suites of `kerasduet.testing`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["table"]

ROWS = 96
CLASSES = ("clay", "loam", "sand")


def table(target: str, *, classes: bool) -> pd.DataFrame:
    """Give two columns of numbers, a few and many levels, true and false, and the target."""
    import pandas as pd

    random = np.random.default_rng(5)
    kind = np.arange(ROWS) % len(CLASSES)
    classed = pd.Categorical(np.array(CLASSES)[kind], categories=CLASSES)
    places = [f"place {i}" for i in range(12)]  # each comes eight times
    frame = pd.DataFrame(
        {
            "depth": random.normal(size=ROWS) + kind,
            "stones": random.integers(0, 9, ROWS),
            "slope": pd.Categorical(random.choice(["flat", "mild", "steep"], ROWS)),
            "place": pd.Categorical(np.repeat(places, ROWS // 12), categories=places),
            "wet": random.random(ROWS) < 0.5,
        }
    )
    number = frame["depth"] * 3 + frame["stones"] + random.normal(size=ROWS)
    return frame.assign(**{target: classed if classes else number})
