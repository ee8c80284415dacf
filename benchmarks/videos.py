"""Which way digits move: the preset moving-digits over several seeds.

    python benchmarks/videos.py [--seeds N]

Each seed has to reach 95 % of the 500 test videos, whose digits are in no training video, and to
take less than 180 seconds of CPU.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from statistics import mean

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from common import Figure, finish, say

import kerasduet as kd


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--seeds", type=int, default=4)
    rows = []
    for seed in range(1, options.parse_args().seeds + 1):
        start = time.process_time()
        run = kd.run_experiment("moving-digits", seed=seed, progress=False)
        rows.append(run.metrics | {"seed": seed, "seconds": time.process_time() - start})
        say(f"seed {seed}: {run.summary}")
    found = [100 * row["accuracy"] for row in rows]
    figures = [
        Figure("lowest accuracy", min(found), "%", ">= 95"),
        Figure("  mean", mean(found), "%"),
        Figure("  commonest direction", 100 * rows[0]["baseline_accuracy"], "%"),
        Figure("CPU time of the longest", max(row["seconds"] for row in rows), "s", "<= 180"),
    ]
    return finish("videos", figures, {"seeds": rows})


if __name__ == "__main__":
    sys.exit(main())
