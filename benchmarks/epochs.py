"""An epoch of the headline networks, on TensorFlow and JAX, beside plain `fit` on TensorFlow.

    [KERASDUET_DATA=<folder with mnist.npz>] python benchmarks/epochs.py [repeats] [network ...]

Every training is a fresh process with one thread; the sides take turns. An epoch is the median of
those after the first, which compiles, in CPU seconds; a figure is the median over the repeats of
their own ratios. Plain `fit` has ready float32 arrays of the same rows.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from statistics import median

from common import Figure, finish, measure, say

from kerasduet.environment import fresh_environment, python_command

WORKER = str(Path(__file__).parent / "epochs_training.py")
# Preset, its kind of network, and how many times faster it is to be: with the best backend, and on
# TensorFlow alone.
NETWORKS = {
    "lstm-co2": ("recurrent", 4, 2),
    "price-lstm": ("recurrent", 4, 2),
    "mnist-dnn": ("dense", 3, 1.6),
    "mnist-cnn": ("convolutional", 1, 1),
}
SIDES = (("plain", "tensorflow"), ("ours", "tensorflow"), ("ours", "jax"))
ONE_THREAD = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


def main() -> int:
    repeats = next((int(word) for word in sys.argv[1:] if word.isdigit()), 5)
    found = {}
    for name in [word for word in sys.argv[1:] if word in NETWORKS] or NETWORKS:
        rows = [turn(name) for _ in range(repeats)]
        found[name] = rows
        say(f"{name}  {middle(rows)}")
    return finish("epochs", list(figures(found)), {"epochs": found})


def turn(name: str) -> dict[str, dict[str, float]]:
    """Train by each side once; give CPU seconds of an epoch and of the whole process."""
    told = {}
    for side, backend in SIDES:
        environment = fresh_environment(os.environ) | dict.fromkeys(ONE_THREAD, "1")
        environment |= {
            "KERAS_BACKEND": backend,
            "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        }
        used = measure([python_command(), "-P", WORKER, name, side], environment)
        row = json.loads(used.output.splitlines()[-1])
        told[f"{side}, {backend}"] = row | {"process": used.cpu_seconds}
    return told


def middle(rows: list[dict]) -> dict[str, float]:
    return {side: round(median(row[side]["epoch"] for row in rows), 4) for side in rows[0]}


def figures(found: dict[str, list[dict]]) -> list[Figure]:
    figures = []
    for name, rows in found.items():
        _, best, alone = NETWORKS[name]
        times = {
            side: median(row["plain, tensorflow"]["epoch"] / row[side]["epoch"] for row in rows)
            for side in rows[0]
            if side.startswith("ours")
        }
        figures.append(Figure(f"{name}: times faster", max(times.values()), "", f">= {best}"))
        figures.append(Figure("  on TensorFlow", times["ours, tensorflow"], "", f">= {alone}"))
        figures.append(Figure("  on JAX", times["ours, jax"]))
    return figures


if __name__ == "__main__":
    sys.exit(main())
