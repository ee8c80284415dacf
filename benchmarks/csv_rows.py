"""Read a large CSV file and start to train on it: speed beside pandas, and memory.

python benchmarks/csv_rows.py [rows]

The file has six columns of numbers and lies in a temporary folder meanwhile. Training is of an LSTM
that looks back on 100 rows of five of them. From the file read to the first training step counts
what the same takes on 1,000 rows as well: that the network is built and compiled. Seconds are those
of a clock on the wall and of the processors: the file is read on two of them.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median

from common import Figure, finish, measure, say

from kerasduet.environment import python_command

ROUNDS = 5
COLUMNS = 6

WRITE = """
import sys
import numpy as np, pandas as pd
path, rows = sys.argv[1], int(sys.argv[2])
random = np.random.default_rng(0)
for start in range(0, rows, 1_000_000):
    values = random.normal(size=(min(1_000_000, rows - start), 6)).round(6)
    table = pd.DataFrame(values, columns=list("abcdef"))
    table.to_csv(path, index=False, mode="a", header=start == 0)
"""
READ = """
import sys, time
import pandas as pd
from kerasduet.data.csv_file import read_csv
read = {"pandas": pd.read_csv, "kerasduet": read_csv}[sys.argv[2]]
began = time.perf_counter(), time.process_time()
read(sys.argv[1])
print(time.perf_counter() - began[0], time.process_time() - began[1])
"""
TRAIN = """
import sys, time
import kerasduet as kd
from kerasduet.data import series

kd.use_backend("tensorflow", device="cpu")
settings = {"target": "f", "features": list("abcde"), "season": 1, "difference": 0, "units": 4}
settings |= {"lookback": 100, "horizon": 1, "epochs": 1, "batch_size": 512, "early_stopping": None}


clock = []


def now():
    clock.append((time.perf_counter(), time.process_time()))


def read_csv(*given, read=series.read_csv, **named):
    found = read(*given, **named)
    now()
    return found


class Begun(Exception):
    pass


def first(event):
    if event["event"] == "batch":
        now()
        raise Begun


series.read_csv = read_csv
try:
    kd.run_experiment("lstm-series", path=sys.argv[1], progress=first, **settings)
except Begun:
    print(*(b - a for a, b in zip(*clock)))
"""


def main() -> int:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    program = [python_command(), "-P", "-c"]
    with tempfile.TemporaryDirectory() as folder:
        files = {count: str(Path(folder) / f"{count}.csv") for count in (1_000, rows)}
        for count, file in files.items():
            say(f"writing {count:,} rows")
            measure([*program, WRITE, file, str(count)])
        walls, cpus = [], []
        for i in range(ROUNDS):
            say(f"reading, {i + 1} of {ROUNDS}")
            theirs, ours = (
                [
                    float(each)
                    for each in measure([*program, READ, files[rows], who]).output.split()
                ]
                for who in ("pandas", "kerasduet")
            )
            walls.append(theirs[0] / ours[0])
            cpus.append(theirs[1] / ours[1])
        say("starting to train")
        begun = {count: measure([*program, TRAIN, file]) for count, file in files.items()}
    peaks = {count: used.peak_mb for count, used in begun.items()}
    waits = {
        count: [float(seconds) for seconds in used.output.split()]
        for count, used in begun.items()
    }
    more = peaks[rows] - peaks[1_000]
    figures = [
        Figure("speed of reading, kerasduet / pandas", median(walls), "", ">= 0.8"),
        Figure("  the same, by CPU time", median(cpus), "", ">= 0.8"),
        Figure(
            "peak memory / series in float64", more * 1e6 / (rows * COLUMNS * 8), "", "<= 2.5"
        ),
        Figure("peak memory above that of 1,000 rows", more, "MB"),
        Figure("file read until first step", waits[rows][0], "s", "<= 2"),
        Figure("  CPU", waits[rows][1], "s", "<= 2"),
        Figure("  CPU on 1,000 rows", waits[1_000][1], "s"),
    ]
    details = {
        "rows": rows,
        "speed": walls,
        "speed_cpu": cpus,
        "peak_mb": peaks,
        "seconds": waits,
    }
    return finish("csv_rows", figures, details)


if __name__ == "__main__":
    sys.exit(main())
