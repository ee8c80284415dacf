"""Test accuracy of the MNIST examples on all of MNIST, with their default settings.

    KERASDUET_DATA=<folder with mnist.npz> python benchmarks/accuracy.py [--seeds N] [example...]

The lowest accuracy over the seeds 0 to N - 1 (one, unless told) has to reach the line.
"""

from __future__ import annotations

import argparse
import json
import sys
from statistics import mean
from typing import Any

from common import Figure, finish, measure, say

from kerasduet.environment import python_command

TO_REACH = {"mnist-dnn": 98.0, "mnist-cnn": 98.5}


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--seeds", type=int, default=1)
    options.add_argument("example", nargs="*", default=list(TO_REACH))
    chosen = options.parse_args()
    figures, details = [], {}
    for name in chosen.example:
        runs = [train(name, seed) for seed in range(chosen.seeds)]
        reached = [100 * run["metrics"]["accuracy"] for run in runs]
        title = f"{name}, {runs[0]['epochs']} epochs, test accuracy"
        figures.append(Figure(title, min(reached), "%", f">= {TO_REACH[name]}"))
        if len(runs) > 1:
            figures.append(Figure(f"  mean of {len(runs)} seeds", mean(reached), "%"))
        details[name] = runs
    return finish("accuracy", figures, details)


def train(name: str, seed: int) -> dict[str, Any]:
    """Train one example in a process of its own; what it told, with time and memory."""
    say(f"training {name}, seed {seed} ...")
    command = ["-P", "-m", "kerasduet", "run", name, "--seed", str(seed), "--json"]
    used = measure([python_command(), *command])
    run: dict[str, Any] = json.loads(used.output)
    if run["source"]["rows"] != 70_000:
        sys.exit(f"All 70,000 images are needed; {run['source']['name']} was found.")
    return run | {"seconds": used.seconds, "peak_mb": used.peak_mb}


if __name__ == "__main__":
    sys.exit(main())
