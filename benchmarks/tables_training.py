"""Training on tables beside plain Keras: an epoch of many rows, and iris from nothing to result.

python benchmarks/tables_training.py [rows] [repeats]

The epoch is of a table of 20 columns of numbers and 10 of categories, 3 to 2,000 levels, and of
plain Keras on the matrix and codes that it becomes, with the same network and batches of 256, by
turns in one process. `table-iris` and a plain script of Keras and scikit-learn, with the same
network, epochs and baselines, are fresh processes. On a busy machine CPU times tell more than wall
times.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from statistics import median

from common import Figure, finish, measure, medians, say

from kerasduet.environment import python_command

EPOCH = """
import json, sys, time
import numpy as np, pandas as pd
import keras
import kerasduet as kd
rows, rounds = int(sys.argv[1]), int(sys.argv[2])
random = np.random.default_rng(0)
table = {f"number {i}": random.normal(size=rows).astype(np.float32) for i in range(20)}
for count in (3, 5, 8, 12, 20, 50, 100, 300, 1000, 2000):
    levels = [f"level {i}" for i in range(count)]
    table[f"of {count}"] = pd.Categorical.from_codes(random.integers(count, size=rows), levels)
frame = pd.DataFrame(table).assign(y=random.random(rows) < 0.5)
del table
exp = kd.experiment(
    "table-classes", target="y", epochs=2, batch_size=256, early_stopping=None, validation_split=0
)

class Stop(Exception):
    pass

def ours():
    clock = {}
    def tell(event):
        if event["event"] == "epoch":
            clock[event["epoch"]] = time.perf_counter(), time.process_time()
            if event["epoch"] == 2:
                raise Stop
    try:
        kd.run_experiment(exp, data=data, progress=tell)
    except Stop:
        pass
    return [b - a for a, b in zip(clock[1], clock[2])]

def plain():
    model = kd.build_model(exp, data)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    clock = []
    class Clock(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            clock.append((time.perf_counter(), time.process_time()))
    model.fit(x, y, batch_size=256, epochs=2, verbose=0, callbacks=[Clock()])
    return [b - a for a, b in zip(*clock)]

data = kd.load_data(exp, frame)
x = {name: np.asarray(part) for name, part in data.train.inputs.items()}
y = np.asarray(data.train.targets)
found = {"ours": [], "plain": []}
for i in range(rounds):
    for who in sorted(found, reverse=i % 2 == 0):
        found[who].append({"ours": ours, "plain": plain}[who]())
print(json.dumps(found))
"""
IRIS = """
import kerasduet as kd
run = kd.run_experiment("table-iris", progress=False)
print(run.metrics["loss"])
"""
NETWORK = """
import keras
import numpy as np
from pathlib import Path
from importlib.util import find_spec
folder = Path(find_spec("sklearn").submodule_search_locations[0]) / "datasets" / "data"
table = np.loadtxt(folder / "iris.csv", delimiter=",", skiprows=1)
order = np.random.default_rng(0).permutation(len(table))
test, validation, train = np.split(order, [30, 54])
x, y = table[:, :4], table[:, 4].astype("int32")
x = ((x - x[train].mean(axis=0)) / x[train].std(axis=0)).astype("float32")
keras.utils.set_random_seed(0)
model = keras.Sequential(
    [
        keras.layers.Input((4,)),
        *(keras.layers.Dense(size, activation="relu") for size in UNITS),
        keras.layers.Dense(3, activation="softmax"),
    ]
)
model.compile(keras.optimizers.Adam(RATE), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(
    x[train], y[train], batch_size=BATCH, epochs=EPOCHS, verbose=0,
    validation_data=(x[validation], y[validation]),
)
chances = model.predict(x[test], verbose=0)
print(-np.log(chances[np.arange(30), y[test]]).mean())
"""
BASELINES = """
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
for baseline in (LogisticRegression(), HistGradientBoostingClassifier()):
    baseline.fit(x[train], y[train])
    print(log_loss(y[test], baseline.predict_proba(x[test])))
"""


def main() -> int:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    program = [python_command(), "-P", "-c"]
    say(f"epochs of {rows:,} rows")
    epochs = json.loads(measure([*program, EPOCH, str(rows), "3"]).output.splitlines()[-1])
    wall, cpu = (
        median(a[i] / b[i] for a, b in zip(epochs["ours"], epochs["plain"], strict=True))
        for i in (0, 1)
    )
    plain = _plain()
    scripts = {"ours": IRIS, "plain": plain + BASELINES, "network alone": plain}
    taken = {name: [] for name in scripts}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(repeats + 1):  # the first warms the disk's cache
            for name in sorted(scripts, reverse=turn % 2 == 0):
                file = Path(folder) / "script.py"
                file.write_text(scripts[name], "utf-8")
                used = measure([python_command(), "-P", str(file)])._asdict()
                del used["output"]
                if turn:
                    taken[name].append(used)
                    say(f"{turn}/{repeats}  {name:<14}{used['cpu_seconds']:.2f} s of CPU")

    def ratio(key: str, other: str) -> float:
        pairs = zip(taken["ours"], taken[other], strict=True)
        return median(a[key] / b[key] for a, b in pairs)

    figures = [
        Figure("an epoch / plain Keras on the ready matrix, wall", wall, "", "<= 1.0"),
        Figure("  CPU", cpu),
        Figure("table-iris / plain script, wall", ratio("seconds", "plain"), "", "<= 1.15"),
        Figure("  CPU", ratio("cpu_seconds", "plain"), "", "<= 1.15"),
        Figure(
            "  CPU, beside the network alone, no baselines",
            ratio("cpu_seconds", "network alone"),
        ),
    ]
    details = {
        "epochs": epochs,
        "iris": taken,
        "medians": {n: medians(t) for n, t in taken.items()},
    }
    return finish("tables_training", figures, {"rows": rows} | details)


def _plain() -> str:
    from kerasduet.experiments import experiment

    iris = experiment("table-iris")
    words = {
        "UNITS": iris.units,
        "RATE": iris.learning_rate,
        "BATCH": iris.batch_size,
        "EPOCHS": iris.epochs,
    }
    text = NETWORK
    for word, value in words.items():
        text = text.replace(word, repr(value))
    return text


if __name__ == "__main__":
    sys.exit(main())
