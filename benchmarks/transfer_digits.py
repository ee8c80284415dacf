"""From the digits 0-4 to the digits 5-9: transfer learning on all of MNIST, without a download.

    KERASDUET_DATA=<folder with mnist.npz> python benchmarks/transfer_digits.py [--seeds N]
        [--base <folder>]

A small network learns the digits 0-4, shifted, turned and zoomed a little, so that its filters see
more than these. Transferred to all rows of 5-9, in two stages, it has to
reach 99.3 % on their test images. With 20 images a class, drawn anew for each of 10 seeds, it has
to be at least 5 points better than the same network trained from the start on the same images; the
interval is Student's, of the paired differences. `--base` keeps the first network in a folder, or
takes it from there.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import mean

from common import Figure, finish, say

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

NETWORK = {"filters": (32, 64), "dense_units": 128, "dropout": 0}
COMMON = {"classes": 5, "validation_split": 0, "progress": False}
FEW = 20  # images a class


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--seeds", type=int, default=10)
    options.add_argument("--base")
    chosen = options.parse_args()
    import numpy as np
    from scipy import stats

    import kerasduet as kd

    digits = kd.load_data("mnist-dense")
    if digits.source.rows != 70_000:
        sys.exit(f"All 70,000 images are needed; {digits.source.name} was found.")
    details: dict = {}
    with tempfile.TemporaryDirectory() as place:
        folder = chosen.base or f"{place}/base"
        say("training on the digits 0-4 ...")
        base = trained(
            details,
            "base",
            data=half(kd, 0),
            epochs=20,
            batch_size=128,
            learning_rate=0.004,
            schedule="one_cycle",
            shift=0.15,
            rotate=20,
            zoom=0.2,
            out=folder,
            **NETWORK,
        )
        say("transferring to all rows of 5-9 ...")
        high = half(kd, 5)
        head = {"builder": "transfer", "base": base, "head": 128}
        every = trained(
            details,
            "all rows",
            data=high,
            epochs=3,
            trainable_from="convolution_1",
            fine_tune_epochs=2,
            fine_tune_rate=5e-4,
            batch_size=128,
            **head,
        )
        gains, reached = [], {"transfer": [], "scratch": []}
        for seed in range(chosen.seeds):
            say(f"{FEW} images a class, seed {seed} ...")
            data = high | drawn(np, high, seed)
            small = {"data": data, "epochs": 60, "batch_size": 20, "seed": seed}
            moved = trained(details, f"transfer, seed {seed}", **small, **head)
            plain = trained(details, f"scratch, seed {seed}", **small, **NETWORK)
            for name, run in (("transfer", moved), ("scratch", plain)):
                reached[name].append(100 * run.metrics["accuracy"])
            gains.append(reached["transfer"][-1] - reached["scratch"][-1])
            say(f"  {reached['transfer'][-1]:.2f} % and {reached['scratch'][-1]:.2f} %")
    error = stats.sem(gains) * stats.t.ppf(0.975, len(gains) - 1)
    title = f"{FEW} images a class, mean of {len(gains)} seeds"
    figures = [
        Figure("digits 0-4, test accuracy", 100 * base.metrics["accuracy"], "%"),
        Figure("5-9, all rows, two stages", 100 * every.metrics["accuracy"], "%", ">= 99.3"),
        Figure(f"{title}: transferred", mean(reached["transfer"]), "%"),
        Figure(f"{title}: from the start", mean(reached["scratch"]), "%"),
        Figure("gain, paired", mean(gains), "points", ">= 5"),
        Figure("  95 % interval, from", mean(gains) - error, "points"),
        Figure("  to", mean(gains) + error, "points"),
        Figure("CPU time", time.process_time(), "s"),
    ]
    return finish("transfer_digits", figures, details | {"gains": gains})


def half(kd, first: int) -> dict:
    """Give the images of five digits, their labels from 0."""
    digits = kd.load_data(kd.experiment("mnist-dense", validation_split=0))
    found = {}
    for part, names in (("train", ("x", "y")), ("test", ("x_test", "y_test"))):
        x, y = getattr(digits, f"x_{part}"), getattr(digits, f"y_{part}")
        rows = (y >= first) & (y < first + 5)
        found |= {names[0]: x[rows], names[1]: y[rows] - first}
    return found


def drawn(np, data: dict, seed: int) -> dict:
    """Draw a few images of each class."""
    random = np.random.default_rng(seed)
    places = [np.flatnonzero(data["y"] == label) for label in range(5)]
    rows = np.concatenate([random.choice(every, FEW, replace=False) for every in places])
    return {"x": data["x"][rows], "y": data["y"][rows]}


def trained(details: dict, name: str, *, out: str | None = None, **settings):
    """Train one run, and note what it took."""
    import kerasduet as kd

    began = time.process_time()
    if out is not None and Path(out, "run.json").exists():
        return kd.load_run(out)
    run = kd.run_experiment("images", out=out, **COMMON, **settings)
    cpu = time.process_time() - began
    details[name] = {"accuracy": run.metrics["accuracy"], "cpu_seconds": cpu}
    return run


if __name__ == "__main__":
    sys.exit(main())
