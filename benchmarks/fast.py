"""`mnist-cnn-fast` beside Keras's own MNIST example: the time until 99.0 % are read right.

    KERASDUET_DATA=<folder with mnist.npz> python benchmarks/fast.py [--seeds N]

Each training has a process of its own. The example (two convolutions, 32 and 64; dropout; Adam;
batches of 128; a tenth held out) is asked about the test images after every epoch, outside its
time, until it passes 99.0 %, 15 epochs at most; the held-out tenth is in its time. The preset is
trained as it is, with nothing held out; its mean over the seeds has to pass 99.0 %. Times are those
of training, with what the first step compiles: CPU seconds, which other work on the machine moves
less, and wall seconds.
"""

from __future__ import annotations

import argparse
import json
import sys
from statistics import mean, median
from typing import Any

from common import Figure, finish, measure, say

from kerasduet.environment import python_command

PASSED = 99.0

EXAMPLE = """
import json, os, sys, time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np

passed, seed = float(sys.argv[1]), int(sys.argv[2])
with np.load(os.path.join(os.environ["KERASDUET_DATA"], "mnist.npz")) as file:
    x, y, x_test, y_test = (file[name] for name in ("x_train", "y_train", "x_test", "y_test"))
x, x_test = (np.expand_dims(images.astype("float32") / 255, -1) for images in (x, x_test))
y, y_test = (keras.utils.to_categorical(labels, 10) for labels in (y, y_test))
keras.utils.set_random_seed(seed)
network = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        keras.layers.Conv2D(32, 3, activation="relu"),
        keras.layers.MaxPooling2D(2),
        keras.layers.Conv2D(64, 3, activation="relu"),
        keras.layers.MaxPooling2D(2),
        keras.layers.Flatten(),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
network.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
cpu = wall = 0.0
for epoch in range(1, 16):
    began = time.process_time(), time.perf_counter()
    network.fit(x, y, batch_size=128, epochs=1, validation_split=0.1, verbose=0)
    cpu, wall = cpu + time.process_time() - began[0], wall + time.perf_counter() - began[1]
    accuracy = 100 * network.evaluate(x_test, y_test, batch_size=512, verbose=0)[1]
    if accuracy >= passed:
        break
print(json.dumps({"accuracy": accuracy, "epochs": epoch, "cpu": cpu, "wall": wall}))
"""
PRESET = """
import json, sys, time
import kerasduet as kd

began = {}


def note(event):
    if event["event"] == "start":
        began["cpu"] = time.process_time()
    if event["event"] == "epoch":
        began["cpu_end"] = time.process_time()


run = kd.run_experiment("mnist-cnn-fast", seed=int(sys.argv[2]), progress=note)
assert run.source.rows == 70_000, run.source.name
print(json.dumps({
    "accuracy": 100 * run.metrics["accuracy"],
    "epochs": len(run.history),
    "cpu": began["cpu_end"] - began["cpu"],
    "wall": sum(run.provenance["seconds"]["epochs"]),
}))
"""


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--seeds", type=int, default=5)
    seeds = range(options.parse_args().seeds)
    found: dict[str, list[Any]] = {"example": [], "preset": []}
    for seed in seeds:
        for name, program in (("preset", PRESET), ("example", EXAMPLE)):
            say(f"training the {name}, seed {seed} ...")
            used = measure([python_command(), "-c", program, str(PASSED), str(seed)])
            found[name].append(json.loads(used.output))
    ours, theirs = found["preset"], found["example"]
    if late := sum(one["accuracy"] < PASSED for one in theirs):
        sys.exit(f"The example did not pass {PASSED} % in {late} of {len(theirs)} trainings.")

    def ratio(time: str) -> float:
        return median(a[time] / b[time] for a, b in zip(ours, theirs, strict=True))

    figures = [
        Figure("mean accuracy", mean(one["accuracy"] for one in ours), "%", f">= {PASSED}"),
        Figure("lowest accuracy", min(one["accuracy"] for one in ours), "%"),
        Figure("CPU time, the example / the preset", 1 / ratio("cpu"), "", ">= 20"),
        Figure("wall time, the example / the preset", 1 / ratio("wall"), ""),
        Figure("CPU time of the preset", median(one["cpu"] for one in ours), "s"),
        Figure("wall time of the preset", median(one["wall"] for one in ours), "s"),
        Figure("epochs of the example", median(one["epochs"] for one in theirs), ""),
    ]
    return finish("fast", figures, found)


if __name__ == "__main__":
    sys.exit(main())
