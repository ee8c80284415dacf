"""Does the cost of a run grow with its rows alone? Images of up to ten times MNIST.

    python benchmarks/rows.py

Random images of 28 x 28 in ten classes, given as arrays: CPU seconds of a whole run of one epoch
with `mnist-dense`, its data made before, in one process after a run that warms up.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from common import Figure, finish, say

import kerasduet as kd

ROWS = (60_000, 120_000, 600_000)


def main() -> int:
    random = np.random.default_rng(0)
    x = random.integers(0, 256, (max(ROWS), 28, 28), dtype=np.uint8)
    y = random.integers(10, size=max(ROWS))
    dense = kd.experiment(
        "mnist-dense", dataset="images", input_shape=(28, 28, 1), classes=10, epochs=1
    )

    def took(rows: int) -> float:
        began = time.process_time()
        kd.run_experiment(dense, data={"x": x[:rows], "y": y[:rows]}, progress=False)
        return time.process_time() - began

    took(6_000)
    seconds = {}
    for rows in ROWS:
        say(f"{rows:,} rows")
        seconds[rows] = took(rows)
    first, last = min(ROWS), max(ROWS)
    share = seconds[last] / seconds[first] / (last / first)
    figures = [
        Figure("a row of ten times MNIST / of MNIST, CPU", share, "", "<= 1.1"),
        *(Figure(f"  {rows:,} rows", used, "s") for rows, used in seconds.items()),
    ]
    return finish("rows", figures, {"seconds": seconds})


if __name__ == "__main__":
    sys.exit(main())
