"""Sets of runs: two workers beside one, pruning beside a grid, the memory of the session.

    python benchmarks/many_runs.py [jobs] [speed] [pruning] [memory]

All on the 5,000-image subset of MNIST. `jobs` (500) is how many runs the memory is followed over;
names choose what is measured.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from common import Figure, finish, say

import kerasduet as kd

SPACE = {"learning_rate": [0.0003, 0.001, 0.003, 0.01], "units": [8, 32, 128]}
TRIALS = kd.experiment("mnist-dense", dataset="mnist-subset", epochs=9)
SETTLED = 20  # jobs after which the session has all it needs


def main() -> int:
    jobs = next((int(word) for word in sys.argv[1:] if word.isdigit()), 500)
    every = {measured.__name__: measured for measured in (speed, pruning, memory)}
    chosen = [every[word] for word in sys.argv[1:] if word in every] or list(every.values())
    with tempfile.TemporaryDirectory() as place:
        figures, details = [], {}
        for measured in chosen:
            say(f"{measured.__name__} ...")
            found, told = measured(Path(place), jobs)
            figures += found
            details[measured.__name__] = told
    return finish("many_runs", figures, details)


def speed(place: Path, jobs: int) -> tuple[list[Figure], Any]:
    """Twelve trials, long enough that the start of a process does not decide."""
    longer = TRIALS.replace(epochs=150)
    seconds = {}
    for workers in (1, 2):
        began = time.perf_counter()
        kd.tune(longer, SPACE, folder=place / f"w{workers}", workers=workers, progress=False)
        seconds[workers] = time.perf_counter() - began
    return [
        Figure("12 trials, time of one worker / of two", seconds[1] / seconds[2], "", ">= 1.8")
    ], seconds


def pruning(place: Path, jobs: int) -> tuple[list[Figure], Any]:
    grid = kd.tune(TRIALS, SPACE, folder=place / "grid", progress=False)
    pruned = kd.tune(TRIALS, SPACE, prune=True, folder=place / "pruned", progress=False)
    cost = pruned.table["epochs_done"].sum() / grid.table["epochs_done"].sum()
    best = [100 * one.best.metrics["accuracy"] for one in (grid, pruned)]
    return [
        Figure("pruning: epochs of the grid's", 100 * cost, "%", "<= 40"),
        Figure(
            "  behind the grid's best, test accuracy", best[0] - best[1], "points", "<= 0.1"
        ),
    ], {"best": best}


def memory(place: Path, jobs: int) -> tuple[list[Figure], Any]:
    """Follow this process while others work: the smallest of runs, one seed after the other."""
    x = np.random.default_rng(0).integers(0, 256, (60, 4, 4), dtype=np.uint8)
    tiny = kd.experiment(
        "mnist-dense", dataset="images", input_shape=(4, 4, 1), classes=3, units=2, epochs=1
    )
    followed: list[float] = []

    def follow(event: Any) -> None:
        if event["event"] == "run":
            followed.append(resident())

    kd.run_many(
        tiny,
        place / "many",
        seeds=jobs,
        workers=2,
        data={"x": x, "y": np.arange(60) % 3},
        progress=follow,
    )
    grown = 100 * (followed[-1] / followed[min(SETTLED, len(followed) - 1)] - 1)
    return [Figure(f"memory of the session over {jobs} runs", grown, "%", "<= 5")], followed


def resident() -> float:
    """Memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    sys.exit(main())
