"""Read a large table and make it ready to train on: speed beside pandas, and memory.

python benchmarks/tables.py [rows]

The file has 20 columns of numbers and 10 of categories, of 3 to 2,000 levels, and lies in a
temporary folder meanwhile.
"""

from __future__ import annotations

import sys
import tempfile
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
# The bits of a file in memory are those of a large table alone where all else is loaded before.
READ = """
import resource, sys, time
import numpy as np, pandas as pd
from kerasduet.data.frames import learn, read_frame, split_rows

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

def pandas(path):
    return pd.read_csv(path)

def kerasduet(path):
    frame = read_frame(None, path)
    rows = split_rows(frame, how="random", validation_split=0.2, test_split=0.1, seed=0)
    encoding = learn(frame, list(frame.columns), rows=rows[0])
    return encoding.take(frame)

def from_frame(path):
    return path
"""
