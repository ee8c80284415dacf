"""Intervals of many short series: how near to their levels, and at what width.

    python benchmarks/intervals_many.py            made series, and R's where R and rpy2 are
    python benchmarks/intervals_many.py 2          every second run of them

Ten kinds of series made here (random walks, autocorrelated, seasonal and growing ones, with normal,
heavy-tailed, skewed and clustered noise), each with 110, 144, 250 and 600 rows and two seeds, and
series that come with R, two splits each. A linear network forecasts six steps ahead. Its intervals
stand beside those of earlier versions ("shares", see `kerasduet.forecasting.conformal`) around the
same forecasts: the mean distance of a run's coverage from its level, in points, and the geometric
mean of the ratios of Winkler scores. A run has few windows that do not overlap, so that its
coverage would be some points off with the best of intervals. Set KERAS_BACKEND=jax: it is faster.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from common import Figure, finish, say
from intervals import LEVELS, OWN, linear, scores

import kerasduet as kd
from kerasduet.errors import KerasduetError
from kerasduet.tasks.forecasting.intervals import tested

LENGTHS = (110, 144, 250, 600)
SPLITS = ((0.3, 0.35), (0.2, 0.2))  # of test and validation
HORIZON, MOST_ROWS = 6, 700
# Kind, and lag of the changes that the network sees.
KINDS = {
    "walk": 1,
    "heavy walk": 1,
    "autocorrelated": 0,
    "heavy autocorrelated": 0,
    "clustered": 0,
    "season": 12,
    "growing season": 12,
    "airline": 12,
    "airline in logarithms": 12,
    "skewed season": 0,
}
FROM_R = {
    **dict.fromkeys(
        ("AirPassengers", "nottem", "USAccDeaths", "ldeaths", "UKDriverDeaths"), 12
    ),
    **dict.fromkeys(("UKgas", "JohnsonJohnson", "austres"), 4),
    **dict.fromkeys(("LakeHuron", "lynx", "Nile", "BJsales", "WWWusage", "sunspot.year"), 1),
}


def autoregression(noise: np.ndarray, share: float) -> np.ndarray:
    """Give a series each of whose values is a share of the last and a new number."""
    values = noise.copy()
    for row in range(1, len(values)):
        values[row] += share * values[row - 1]
    return values


def airline(random: np.random.Generator, rows: int) -> np.ndarray:
    """Give Box and Jenkins's model: level and season are both smoothed exponentially."""
    level, growth, season, values = 5.0, 0.01, 0.2 * np.sin(np.arange(12) * np.pi / 6), []
    for row, error in enumerate(0.04 * random.normal(size=rows)):
        values.append(level + season[row % 12] + error)
        level += growth + 0.6 * error
        season[row % 12] += 0.15 * error
    return np.array(values)


def made(kind: str, rows: int, seed: int) -> np.ndarray:
    """Make a series of a kind."""
    random = np.random.default_rng((list(KINDS).index(kind), rows, seed))
    turn, normal = np.sin(2 * np.pi * np.arange(rows) / 12), random.normal(size=rows)
    heavy = random.standard_t(3, size=rows)
    if kind.endswith("walk"):
        return 100 + np.cumsum(0.2 + (normal if kind == "walk" else heavy))
    if kind.endswith("autocorrelated"):
        return 50 + autoregression(normal if kind == "autocorrelated" else heavy, 0.7)
    if kind == "clustered":  # after a large number large ones: GARCH
        size, noise = 1.0, np.empty(rows)
        for row in range(rows):
            noise[row] = np.sqrt(size) * normal[row]
            size = 0.05 + 0.2 * noise[row] ** 2 + 0.75 * size
        return 50 + autoregression(noise, 0.5)
    if kind == "season":
        return 50 + 8 * turn + autoregression(normal, 0.7)
    if kind == "growing season":
        level = 100 * np.exp(1.44 * np.arange(rows) / rows)
        return level * (1 + 0.2 * turn + 0.03 * autoregression(normal, 0.6))
    if kind == "skewed season":
        return 20 + 5 * turn + (1 + 0.8 * turn) * (random.gamma(2, 1, rows) - 2)
    values = airline(random, rows)
    return np.exp(values) if kind == "airline in logarithms" else 100 * values


def jobs() -> Iterator[tuple[str, np.ndarray, dict]]:
    """Give name, values and settings of each run."""
    for kind, lag in KINDS.items():
        for rows in LENGTHS:
            for seed, (test, held) in enumerate(SPLITS):
                shape = {"season": 12, "difference": lag, "lookback": 24 if rows > 300 else 12}
                shape |= {"test_split": test, "validation_split": held, "seed": seed}
                shape["transform"] = "log" if kind == "airline in logarithms" else "none"
                yield f"{kind}, {rows} rows", made(kind, rows, seed), shape
    for name, season in FROM_R.items():
        try:
            values = kd.rlang.dataset(name)["value"].to_numpy(dtype=float)[-MOST_ROWS:]
        except KerasduetError as missing:
            say(f"without R's series: {missing}")
            return
        for seed, (test, held) in enumerate(SPLITS):
            shape = {"season": season, "difference": season, "lookback": 12}
            shape |= {"test_split": test, "validation_split": held, "seed": seed}
            shape["transform"] = "log" if season > 1 else "none"
            yield f"R's {name}", values, shape


def main(stride: int) -> int:
    rows, skipped = [], 0
    settings = OWN | {"model": linear, "epochs": 60, "horizon": HORIZON}
    for name, values, shape in list(jobs())[::stride]:
        series = pd.Series(values, name="value")
        try:
            run = kd.run_experiment(
                "lstm-series", data=series, progress=False, **(settings | shape)
            )
        except KerasduetError as short:
            say(f"{name}: {short}")
            skipped += 1
            continue
        table = run.predictions()
        for followed in ("shares", "widths"):
            learned = replace(run.preprocessing, followed=followed)
            ends = tested(table, learned, LEVELS)
            found = scores(table["truth"].to_numpy(), ends, lambda values: values)
            rows.append({"name": name, "followed": followed} | found)
    every = pd.DataFrame(rows)
    before, now = (every[every["followed"] == followed] for followed in ("shares", "widths"))
    figures = [Figure("runs", len(now)), Figure("too short", skipped)]
    for level in LEVELS:
        held, score = f"coverage_{level:g}", f"winkler_{level:g}"
        off = [float((some[held] - level).abs().mean()) for some in (before, now)]
        share = np.log(now[score].to_numpy() / before[score].to_numpy())
        figures += [
            Figure(f"{level:g} %: mean coverage", float(now[held].mean()), "%"),
            Figure(f"{level:g} %: coverage off, earlier versions", off[0], "points"),
            Figure(f"{level:g} %: coverage off", off[1], "points", f"<= {off[0]:.2f}"),
            Figure(
                f"{level:g} %: Winkler score, of theirs",
                float(np.exp(share.mean())),
                "",
                "<= 1.02",
            ),
        ]
    return finish("intervals-many", figures, every.to_dict("records"))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1))
