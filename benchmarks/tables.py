"""Read a large table and encode it for a network: speed beside pandas, and memory.

python benchmarks/tables.py [rows]

The file has 20 columns of numbers and 10 of categories, of 3 to 2,000 levels, and lies in a
temporary folder meanwhile. Memory is the peak of a process above that of 1,000 rows. Until the
first training step counts what a run takes beyond one on the first 20,000 rows, which is mostly
that the network is built and compiled. Seconds are those of a clock on the wall and of the
processors: the file is read on two of them.
"""

from __future__ import annotations

import sys
import tempfile
from itertools import islice
from pathlib import Path
from statistics import median

from common import Figure, finish, measure, say

from kerasduet.environment import python_command

ROUNDS = 5
COLUMNS = 30

WRITE = """
import sys
import numpy as np, pandas as pd
path, rows = sys.argv[1], int(sys.argv[2])
random = np.random.default_rng(0)
table = {f"number {i}": random.normal(size=rows).round(6) for i in range(20)}
for count in (3, 5, 8, 12, 20, 50, 100, 300, 1000, 2000):
    levels = np.array([f"level {i}" for i in range(count)], dtype=object)
    table[f"of {count}"] = levels[random.integers(count, size=rows)]
pd.DataFrame(table).to_csv(path, index=False)
"""
READ = """
import sys, time
import pandas as pd
from kerasduet.data.frames import learn, read_frame, split_rows

def encoded(path):
    frame = read_frame(None, path)
    rows = split_rows(frame, how="random", validation_split=0.2, test_split=0.1, seed=0)
    encoding = learn(frame, list(frame.columns), rows=rows[0], unknown="other", unusable="drop")
    return encoding.take(frame, rows[2])

read = {"pandas": pd.read_csv, "kerasduet": encoded}[sys.argv[2]]
began = time.perf_counter(), time.process_time()
read(sys.argv[1])
print(time.perf_counter() - began[0], time.process_time() - began[1])
"""
STEP = """
import sys, time
import pandas as pd
import kerasduet as kd

kd.use_backend("tensorflow", device="cpu")

class Begun(Exception):
    pass

def begin(event):
    if event["event"] == "batch":
        raise Begun

def run(path):
    try:
        kd.run_experiment("table-classes", path=path, target="of 3", epochs=1, progress=begin)
    except Begun:
        pass

def took(do, path):
    began = time.perf_counter(), time.process_time()
    do(path)
    return time.perf_counter() - began[0], time.process_time() - began[1]

large, small = sys.argv[1:]
run(small)
fixed = [min(pair) for pair in zip(*(took(run, small) for _ in range(3)))]
for _ in range(5):
    print(*took(pd.read_csv, large), *took(run, large), *fixed)
"""


def main() -> int:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    program = [python_command(), "-P", "-c"]
    with tempfile.TemporaryDirectory() as folder:
        files = {count: str(Path(folder) / f"{count}.csv") for count in (1_000, rows)}
        for count, file in files.items():
            say(f"writing {count:,} rows")
            measure([*program, WRITE, file, str(count)])
        times = {"pandas": [], "kerasduet": []}
        peaks = {}
        for i in range(ROUNDS):
            say(f"reading, {i + 1} of {ROUNDS}")
            for who, taken in times.items():
                used = measure([*program, READ, files[rows], who])
                taken.append([float(seconds) for seconds in used.output.split()])
                peaks[who] = used.peak_mb
        say("starting to train")
        part = Path(folder) / "part.csv"
        with open(files[rows], encoding="utf-8") as opened:
            part.write_text("".join(islice(opened, 20_001)), "utf-8")
        output = measure([*program, STEP, files[rows], str(part)]).output
        steps = [[float(seconds) for seconds in line.split()] for line in output.splitlines()]
        least = {who: measure([*program, READ, files[1_000], who]).peak_mb for who in times}
    pairs = list(zip(times["kerasduet"], times["pandas"], strict=True))
    wall, cpu = (median(ours[i] / theirs[i] for ours, theirs in pairs) for i in (0, 1))
    size = rows * COLUMNS * 4 / 1e6
    more, alone = ((peaks[who] - least[who]) / size for who in ("kerasduet", "pandas"))
    figures = [
        Figure("read and encoded / pandas.read_csv, seconds", wall, "", "<= 1.5"),
        Figure("  the same, by CPU time", cpu, "", "<= 1.5"),
    ]
    for i, how in enumerate(("seconds", "by CPU time")):
        timed = [row[i::2] for row in steps]
        figures += [
            Figure(
                f"read until the first step / pandas.read_csv, {how}",
                median((ours - fixed) / theirs for theirs, ours, fixed in timed),
                "",
                "<= 1.5",
            ),
            Figure(
                "  with what 20,000 rows take",
                median(ours / theirs for theirs, ours, _ in timed),
                "",
                "<= 1.5",
            ),
        ]
    figures += [
        Figure("peak memory / table as float32", more, "", "<= 2"),
        Figure("the same, pandas.read_csv alone", alone),
    ]
    return finish(
        "tables", figures, {"rows": rows, "seconds": times, "steps": steps, "peak_mb": peaks}
    )


if __name__ == "__main__":
    sys.exit(main())
