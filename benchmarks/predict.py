"""Predicting one image and many, beside Keras's `predict`, in turns; from R too.

    python benchmarks/predict.py [calls]

`mnist-cnn`, one epoch of the 5,000-image subset, on TensorFlow and, where it is installed, JAX.
`calls` (300) predict one image each, after 20 that do not count. Times are wall times; a ratio of
CPU times, which other work on the machine hardly moves, stands beside.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from common import Figure, finish, measure, say

from kerasduet.environment import fresh_environment, python_command
from kerasduet.jobs.languages import r_environment, rscript

TRAIN = """
import sys
import kerasduet as kd
kd.run_experiment("mnist-cnn", dataset="mnist-subset", epochs=1, out=sys.argv[1], progress=False)
"""
PYTHON = """
import json, sys, time
import numpy as np
import kerasduet as kd
run, calls = kd.load_run(sys.argv[1]), int(sys.argv[2])
x = np.random.default_rng(0).integers(0, 256, (10_000, 28, 28), dtype=np.uint8)
model, ready = run.model, x[..., None].astype("float32") / 255
sides = {
    "ours": lambda i: run.predict(x[i : i + 1]),
    "keras": lambda i: model.predict(ready[i : i + 1], verbose=0),
}
told = {f"{name} {kind}": [] for name in sides for kind in ("wall", "cpu")}
for i in range(-20, calls):
    for name, predict in sides.items():
        wall, cpu = time.perf_counter(), time.process_time()
        predict(i % 100)
        if i >= 0:
            told[f"{name} wall"].append(time.perf_counter() - wall)
            told[f"{name} cpu"].append(time.process_time() - cpu)
many = {"ours": [], "keras": []}
for i in range(6):
    for name, predict in (
        ("ours", lambda: run.predict(x)),
        ("keras", lambda: model.predict(ready, batch_size=512, verbose=0)),
    ):
        cpu = time.process_time()
        predict()
        if i:
            many[name].append(time.process_time() - cpu)
print(json.dumps(told | {f"many {name}": found for name, found in many.items()}))
"""
R = """
arguments <- commandArgs(TRUE)
library(kerasduet)
run <- load_run(arguments[[1]])
x <- array(as.integer(seq_len(784) %% 256), c(1, 28, 28))
calls <- as.integer(arguments[[2]])
for (i in 1:20) predict(run, x)
began <- proc.time()
for (i in seq_len(calls)) predict(run, x)
cat(sum((proc.time() - began)[1:2]) / calls)
"""


def main() -> int:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    figures, details = [], {}
    with tempfile.TemporaryDirectory() as place:
        for backend in [name for name in ("tensorflow", "jax") if find_spec(name)]:
            say(f"{backend} ...")
            folder = str(Path(place) / backend)
            chosen = {"KERAS_BACKEND": backend}
            python = [python_command(), "-P", "-c"]
            environment = fresh_environment(os.environ) | chosen
            measure([*python, TRAIN, folder], environment)
            told = answer([*python, PYTHON, folder, str(calls)], environment)
            script = [rscript(os.environ), "-e", R, folder, str(calls)]
            told["R cpu"] = answer(script, r_environment(os.environ) | chosen)
            details[backend] = told
            figures += figures_of(backend, told)
    return finish("predict", figures, details)


def answer(command: list[str], environment: dict[str, str]) -> dict:
    return json.loads(measure(command, environment).output.splitlines()[-1])


def figures_of(backend: str, told: dict) -> list[Figure]:
    ours, keras = sorted(told["ours wall"]), sorted(told["keras wall"])
    late = ours[int(0.99 * len(ours))]
    cpu = median(told["keras cpu"]) / median(told["ours cpu"])
    many = median(told["many keras"]) / median(told["many ours"])
    rules = ("", "", "", "") if backend != "tensorflow" else (">= 20", "<= 3", "<= 1.5", ">= 1")
    faster, spread, more, whole = rules
    return [
        Figure(
            f"{backend}: one image, times faster than Keras",
            median(keras) / median(ours),
            "",
            faster,
        ),
        Figure("  the same, CPU time", cpu),
        Figure("  one image", 1000 * median(ours), "ms"),
        Figure("  the slowest of 100 / the median", late / median(ours), "", spread),
        Figure(
            "  from R, more than from Python, CPU time",
            1000 * (told["R cpu"] - median(told["ours cpu"])),
            "ms",
            more,
        ),
        Figure("  10,000 images, times faster than Keras, CPU time", many, "", whole),
    ]


if __name__ == "__main__":
    sys.exit(main())
