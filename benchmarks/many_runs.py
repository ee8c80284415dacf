"""Sets of runs: two workers beside one, pruning beside a grid, the memory of the session.

    python benchmarks/many_runs.py [jobs] [speed] [pruning] [memory]

All on the 5,000-image subset of MNIST. `jobs` (500) is how many runs the memory is followed over;
names choose what is measured. `speed` takes trials of two lengths: 150 epochs, some 2 seconds, of
which the start of the session and of its processes is a tenth, and 500 epochs, some 7 seconds, to
which the rule applies. Beside them it says what the machine itself gives: two processes that train
the same network, each for itself and without a folder, beside one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from common import Figure, finish, say

import kerasduet as kd
from kerasduet.environment import fresh_environment

SPACE = {"learning_rate": [0.0003, 0.001, 0.003, 0.01], "units": [8, 32, 128]}
TRIALS = kd.experiment("mnist-dense", dataset="mnist-subset", epochs=9)
SHORT, LONG = 150, 500  # epochs of a trial
TURNS = 3
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


# Trains once to be ready, says so, waits for a word, and says how long a training then takes.
ALONE = """
import sys, time
import kerasduet as kd
kd.use_backend(threads=1)
longer = kd.experiment("mnist-dense", dataset="mnist-subset", units=32, epochs=int(sys.argv[1]))
data = kd.load_data(longer)
kd.run_experiment(longer.replace(epochs=1), data=data, progress=False)
print("ready", flush=True)
sys.stdin.readline()
began = time.perf_counter()
kd.run_experiment(longer, data=data, progress=False)
print(time.perf_counter() - began)
"""


def speed(place: Path, jobs: int) -> tuple[list[Figure], Any]:
    """Twelve trials: short ones, and some long enough that starting a process does not decide."""
    figures, told = [], {}
    for epochs, rule in ((SHORT, ""), (LONG, ">= 1.8")):
        seconds = {}
        for workers in (1, 2):
            folder = place / f"{epochs}-{workers}"
            began = time.perf_counter()
            kd.tune(
                TRIALS.replace(epochs=epochs),
                SPACE,
                folder=folder,
                workers=workers,
                progress=False,
            )
            seconds[workers] = time.perf_counter() - began
        name = f"12 trials of {epochs} epochs, time of one worker / of two"
        figures.append(Figure(name, seconds[1] / seconds[2], "", rule))
        told[f"{epochs} epochs"] = seconds
    turns = [{count: together(count) for count in (1, 2)} for _ in range(TURNS)]
    own = 2 * median(turn[1] for turn in turns) / median(turn[2] for turn in turns)
    figures.append(Figure("  two processes beside one, the machine's own", own))
    return figures, told | {"processes": turns}


def together(count: int) -> float:
    """Let so many processes train at once, each for itself; the seconds of the slowest."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", ALONE, str(LONG)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=fresh_environment(os.environ),
            text=True,
        )
        for _ in range(count)
    ]
    for process in started:
        process.stdout.readline()
    for process in started:
        process.stdin.write("go\n")
        process.stdin.flush()
    return max(float(process.communicate()[0]) for process in started)


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
