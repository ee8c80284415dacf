"""One LSTM forecaster here, in darts and in neuralforecast: an epoch, and the first forecast.

    KERASDUET_OTHERS=<a Python with darts and neuralforecast> python benchmarks/others.py [repeats]

Every side is a fresh process with one thread that reads the same CSV file, trains one layer of
LSTM and a linear layer with Adam on the same windows and batches for the preset's 50 epochs, and
forecasts the steps after the end; the sides take turns. An epoch is the median of those after the
first, in CPU seconds; the time to the first forecast is that of the process until it is there. A
figure is the median over the repeats of their own ratios.

The network that was trained then forecasts once more, is kept, and is loaded by a fresh process,
which forecasts. Reading the file, starting Keras on JAX and compiling one sum, with ours as many
epochs as are trained, is the least that anything on Keras can take here: what ratio that would be
stands beside.

neuralforecast draws its windows anew for each step: its epoch is as many steps as the windows fill
batches. Ours splits off rows for validation and test and scores them, and calibrates intervals, as
it always does; the other two train on as many windows as ours does, and do nothing else.

The other Python: python -m venv others && others/bin/pip install "u8darts[torch]" neuralforecast
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
from common import Figure, finish, measure, say

from kerasduet.environment import fresh_environment, python_command

WORKER = str(Path(__file__).parent / "others_training.py")
SIDES = ("ours", "darts", "neuralforecast")
ROWS, EPOCHS = 4000, 50
ONE_THREAD = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


def main() -> int:
    other = os.environ.get("KERASDUET_OTHERS")
    if not other:
        print(__doc__, file=sys.stderr)
        return 2
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/series.csv"
        series().to_csv(file, index=False)
        rows = []
        for i in range(repeats):
            row: dict[str, dict[str, float]] = {}
            for side in SIDES:
                kept = f"{folder}/{side}{i}"
                windows = [str(row["ours"]["windows"])] if row else []
                row[side] = worked(side, "train", other, file, kept, *windows)
                row[side] |= worked(side, "load", other, file, kept)
            row["ours"] |= worked("ours", "start", other, file, "")
            rows.append(row)
            say(str(rows[-1]))
    return finish("others", figures(rows), {"rows": rows})


def series() -> pd.DataFrame:
    """Make an hourly series with a day's season and noise."""
    hours = np.arange(ROWS)
    noise = np.random.default_rng(0).standard_normal(ROWS)
    value = 100 + 20 * np.sin(2 * np.pi * hours / 24) + 5 * noise
    return pd.DataFrame(
        {"time": pd.date_range("2024-01-01", periods=ROWS, freq="h"), "value": value}
    )


def worked(side: str, part: str, other: str, *words: str) -> dict[str, float]:
    environment = dict(os.environ) | dict.fromkeys(ONE_THREAD, "1")
    environment["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    if side == "ours":
        python, environment = python_command(), fresh_environment(environment)
    else:
        python = other
        environment.pop("PYTHONPATH", None)
    used = measure([python, "-P", WORKER, side, part, *words], environment)
    told: dict[str, float] = json.loads(used.output.splitlines()[-1])
    return told


def figures(rows: list[dict]) -> list[Figure]:
    found = []
    for side in SIDES[1:]:
        for part, words, rule in (
            ("epoch", "an epoch", ">= 2"),
            ("process", "to the first forecast", ">= 3"),
            ("forecast", "the first forecast of the trained network", ""),
            ("load", "from nothing to a forecast of the kept network", ""),
        ):
            ratio = median(row[side][part] / row["ours"][part] for row in rows)
            found.append(Figure(f"{side}: {words}, times as long as here", ratio, "", rule))
        for epochs in (10, EPOCHS, 100):
            of_all = [row[side] for row in rows]
            theirs = [one["process"] + (epochs - EPOCHS) * one["epoch"] for one in of_all]
            for words, part in (
                ("ours", "process"),
                ("starting Keras and the epochs alone", "start"),
            ):
                trained = EPOCHS if part == "process" else 0  # epochs in ours already
                ours = [
                    row["ours"][part] + (epochs - trained) * row["ours"]["epoch"]
                    for row in rows
                ]
                ratio = median(a / b for a, b in zip(theirs, ours, strict=True))
                told = f"  {side}: {epochs} epochs, {words}, times as long"
                found.append(Figure(told, ratio))
    for side in SIDES:
        for part in ("epoch", "process", "forecast", "again", "load"):
            value = median(row[side][part] for row in rows)
            found.append(Figure(f"  {side}: {part}, CPU", value, "s"))
    least = median(row["ours"]["start"] for row in rows)
    found.append(Figure("  start of Keras alone, CPU", least, "s"))
    return found


if __name__ == "__main__":
    sys.exit(main())
