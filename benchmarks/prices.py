"""Do the price presets lose to the course's three networks on files of prices?

    python benchmarks/prices.py            five generated files; some minutes on one thread
    python benchmarks/prices.py 400        shorter ones, of 400 days each

Days of open, high, low, close and volume, generated here: a random walk, one with a trend, one
whose volatility comes in clusters (GARCH), prices that come back to a mean, and a walk with jumps.
`price-rnn`, `price-lstm` and `price-gru` forecast the close a day ahead, beside `price-course`
(min-max, raw levels) with the same three kinds of layer, one seed each. The bar: of each file the
worst of the three presets has an error of at most the best of the course's. None of the files but
that which comes back to its mean can be forecast better than by its last value.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
from common import Figure, finish, say

import kerasduet as kd

DAYS = 1000
KINDS = ("rnn", "lstm", "gru")


def files(days: int) -> dict[str, pd.DataFrame]:
    """Make the five files."""
    random = np.random.default_rng(17)
    normal = random.standard_normal((5, days))
    calm = np.zeros(days)  # variance of GARCH(1, 1)
    calm[0], shocks = 4e-4, np.zeros(days)
    shocks[0] = 0.02 * normal[2, 0]
    for day in range(1, days):
        calm[day] = 1.2e-5 + 0.12 * shocks[day - 1] ** 2 + 0.85 * calm[day - 1]
        shocks[day] = np.sqrt(calm[day]) * normal[2, day]
    reverting = np.zeros(days)
    for day in range(1, days):
        reverting[day] = 0.95 * reverting[day - 1] + 0.02 * normal[3, day]
    jumps = (random.random(days) < 0.01) * random.normal(0, 0.12, days)
    paths = {
        "random walk": np.cumsum(0.015 * normal[0]),
        "trend": np.cumsum(0.0015 + 0.012 * normal[1]),
        "volatile": np.cumsum(shocks),
        "back to a mean": reverting,
        "jumps": np.cumsum(0.012 * normal[4] + jumps),
    }
    return {name: _table(path, random) for name, path in paths.items()}


def _table(path: np.ndarray, random: np.random.Generator) -> pd.DataFrame:
    """Put open, high, low and volume around a path of logarithms of closing prices."""
    days, close = len(path), 100 * np.exp(path)
    opened = np.r_[100, close[:-1]] * np.exp(random.normal(0, 0.002, days))
    reach = 1 + np.abs(random.normal(0, 0.006, (2, days)))
    return pd.DataFrame(
        {
            "date": pd.bdate_range("2015-01-01", periods=days),
            "open": opened,
            "high": np.maximum(opened, close) * reach[0],
            "low": np.minimum(opened, close) / reach[1],
            "close": close,
            "volume": np.exp(random.normal(12, 0.3, days)).round(),
        }
    )


def main() -> int:
    """Train six networks a file, and hold their errors against each other."""
    days = int(sys.argv[1]) if len(sys.argv) > 1 else DAYS
    figures, told = [], {}
    for name, table in files(days).items():
        errors: dict[str, float] = {}
        for kind in KINDS:
            for preset, changes in ((f"price-{kind}", {}), ("price-course", {"kind": kind})):
                run = kd.run_experiment(preset, data=table, progress=False, **changes)
                errors[f"{preset} {kind}"] = run.metrics["mae"] / run.metrics["naive_mae"]
        say(f"{name}: " + ", ".join(f"{key} {value:.3f}" for key, value in errors.items()))
        ours = max(value for key, value in errors.items() if "course" not in key)
        theirs = min(value for key, value in errors.items() if "course" in key)
        told[name] = errors
        figures += [
            Figure(f"{name}: worst of the presets, MAE as a share of naive's", ours, ""),
            Figure(f"{name}: that, as a share of the course's best", ours / theirs, "", "<= 1"),
        ]
    return finish("prices", figures, {"shares of naive": told, "days": days})


if __name__ == "__main__":
    sys.exit(main())
