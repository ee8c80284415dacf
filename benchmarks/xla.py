"""Whole trainings of recurrent presets on TensorFlow, with their steps compiled by XLA and without.

    python benchmarks/xla.py [repeats] [preset ...]

Every training has the preset's own epochs and early stopping, in a fresh process with one thread;
both sides take turns. A figure is the median over the repeats of their own ratios of the CPU
seconds of the whole training, compiling included.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from statistics import median

from common import Figure, finish, measure, say
from epochs import ONE_THREAD

from kerasduet.environment import fresh_environment, python_command

WORKER = str(Path(__file__).parent / "xla_training.py")
PRESETS = ("adding-problem", "tag-dates")  # whose steps XLA compiles; others are made to
SIDES = ("with", "without")


def main() -> int:
    repeats = next((int(word) for word in sys.argv[1:] if word.isdigit()), 5)
    found = {}
    for name in [word for word in sys.argv[1:] if not word.isdigit()] or PRESETS:
        found[name] = [{side: turn(name, side) for side in SIDES} for _ in range(repeats)]
        for row in found[name]:
            say(f"{name}  {row}")
    return finish("xla", list(figures(found)), {"trainings": found})


def turn(name: str, side: str) -> dict[str, float]:
    environment = fresh_environment(os.environ) | dict.fromkeys(ONE_THREAD, "1")
    environment |= {
        "KERAS_BACKEND": "tensorflow",
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
    }
    used = measure([python_command(), "-P", WORKER, name, side], environment)
    return json.loads(used.output.splitlines()[-1])


def figures(found: dict[str, list[dict]]) -> list[Figure]:
    figures = []
    for name, rows in found.items():
        for part, aim in (("training", "<= 1"), ("epoch", "")):
            ratio = median(row["with"][part] / row["without"][part] for row in rows)
            figures.append(Figure(f"{name}: {part}, with XLA / without", ratio, "", aim))
    return figures


if __name__ == "__main__":
    sys.exit(main())
