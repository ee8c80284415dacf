"""From nothing to a result, and a small run in a session that is warm, beside plain Keras.

    python benchmarks/start.py [repeats]

`kerasduet run mnist-dnn --epochs 1` on the embedded subset beside `plain_keras.py` on the same
images, each a fresh process; then the third such run of a session beside the third time that a
session builds, compiles, trains and evaluates the plain network. In turns; CPU seconds, since other
work on the machine hardly moves them.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from statistics import median

from common import Figure, finish, measure

from kerasduet.environment import fresh_environment, python_command

IMAGES = """
import sys
import numpy as np
import kerasduet as kd
data = kd.load_data(kd.experiment("mnist-dnn", dataset="mnist-subset"))
parts = [part.take(slice(None)) for part in (data.train, data.validation, data.test)]
x, y = zip(*((np.asarray(x).reshape(-1, 28, 28), y) for x, y, _ in parts))
train = {"x_train": np.concatenate(x[:2]), "y_train": np.concatenate(y[:2])}
np.savez(sys.argv[1], **train, x_test=x[2], y_test=y[2])
"""
OURS = """
import time
import kerasduet as kd
for _ in range(3):
    began = time.process_time()
    kd.run_experiment("mnist-dnn", dataset="mnist-subset", epochs=1, progress=False)
    seconds = time.process_time() - began
print(seconds)
"""
# The script as a function, without what it imports.
PLAIN = """
import sys, time
import keras
import numpy as np
script = open(sys.argv[1]).read().partition("import numpy as np")[2]
sys.argv[1:] = [sys.argv[2], "1"]
for _ in range(3):
    before = time.process_time()
    exec(script)
    used = time.process_time() - before
print(used)
"""


def main() -> int:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    environment = fresh_environment(os.environ)
    script = str(Path(__file__).with_name("plain_keras.py"))
    python = [python_command(), "-P"]
    words = ["run", "mnist-dnn", "--epochs", "1", "--dataset", "mnist-subset", "--out"]
    rows = []
    with tempfile.TemporaryDirectory() as place:
        file = str(Path(place) / "images.npz")
        measure([*python, "-c", IMAGES, file], environment)
        for i in range(repeats):
            out = str(Path(place) / f"run{i}")
            ours = measure([*python, "-m", "kerasduet", *words, out], environment)
            plain = measure([*python, script, file, "1"], environment)
            warm = [
                float(measure([*python, "-c", *command], environment).output.splitlines()[-1])
                for command in ([OURS], [PLAIN, script, file])
            ]
            rows.append(
                {
                    "cold": ours.cpu_seconds / plain.cpu_seconds,
                    "seconds": ours.seconds / plain.seconds,
                    "saved": plain.peak_mb - ours.peak_mb,
                    "warm": warm[0] / warm[1],
                    "ours": ours.cpu_seconds,
                    "plain": plain.cpu_seconds,
                }
            )
    middle = {name: median(row[name] for row in rows) for name in rows[0]}
    figures = [
        Figure("from nothing: CPU time / plain Keras", middle["cold"], "", "<= 0.6"),
        Figure("  the same, wall time", middle["seconds"]),
        Figure("  the whole process", middle["ours"], "CPU s"),
        Figure("  the plain script", middle["plain"], "CPU s"),
        Figure("  memory saved", middle["saved"], "MB", ">= 150"),
        Figure("warm: CPU time / plain Keras", middle["warm"], "", "<= 1.15"),
    ]
    return finish("start", figures, {"runs": rows})


if __name__ == "__main__":
    sys.exit(main())
