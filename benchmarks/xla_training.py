"""One training for `xla.py`: prints CPU seconds of it, and of an epoch without the first.

python benchmarks/xla_training.py adding-problem with
"""

from __future__ import annotations

import json
import sys
import time
from itertools import pairwise
from statistics import median

import kerasduet as kd
from kerasduet.training import xla

name, side = sys.argv[1:]
xla.pays = lambda *given: side == "with"
ends: list[float] = []


def note(event: dict) -> None:
    if event["event"] in ("start", "epoch"):
        ends.append(time.process_time())


kd.run_experiment(name, progress=note)
seconds = [end - before for before, end in pairwise(ends)]
told = {"training": sum(seconds), "epoch": median(seconds[1:]), "epochs": len(seconds)}
print(json.dumps({key: round(value, 4) for key, value in told.items()}))
