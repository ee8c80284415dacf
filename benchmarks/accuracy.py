"""Test accuracy of the MNIST examples on all of MNIST, with their default settings.

    KERASDUET_DATA=<folder with mnist.npz> python benchmarks/accuracy.py [--seeds N] [example...]

The lowest accuracy over the seeds 0 to N - 1 (one, unless told), or their mean, has to reach the
line; `lenet5` in 90 seconds of training on two cores, which is 180 CPU seconds of its process.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from statistics import mean
from typing import Any, NamedTuple

from common import Figure, finish, measure, say

from kerasduet.environment import python_command


class Line(NamedTuple):
    """What an example has to reach: a summary of its accuracies, and CPU seconds a run."""

    of: Callable[[Sequence[float]], float]
    accuracy: float
    cpu_seconds: float | None = None


TO_REACH = {
    "mnist-dnn": Line(min, 98.0),
    "mnist-cnn": Line(min, 98.5),
    "lenet5": Line(min, 99.0, 180),
    "mnist-cnn-fast": Line(mean, 99.0),
    "mnist-cnn-best": Line(mean, 99.6),
}


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--seeds", type=int, default=1)
    options.add_argument("example", nargs="*", default=list(TO_REACH))
    chosen = options.parse_args()
    figures, details = [], {}
    for name in chosen.example:
        runs = [train(name, seed) for seed in range(chosen.seeds)]
        reached = [100 * run["metrics"]["accuracy"] for run in runs]
        line = TO_REACH[name]
        title = f"{name}, {runs[0]['epochs']} epochs, test accuracy"
        for kind, summary in (("lowest", min), ("mean", mean)):
            rule = f">= {line.accuracy}" if summary is line.of else ""
            figures.append(
                Figure(f"{title}, {kind} of {len(runs)}", summary(reached), "%", rule)
            )
        most = "" if line.cpu_seconds is None else f"<= {line.cpu_seconds}"
        used = [run["cpu_seconds"] for run in runs]
        figures.append(Figure("  CPU time of a run, longest", max(used), "s", most))
        figures.append(Figure("  wall time, longest", max(run["seconds"] for run in runs), "s"))
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
    return run | {
        "seconds": used.seconds,
        "cpu_seconds": used.cpu_seconds,
        "peak_mb": used.peak_mb,
    }


if __name__ == "__main__":
    sys.exit(main())
