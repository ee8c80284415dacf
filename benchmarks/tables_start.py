"""A table from nothing to a result, beside a plain Keras script.

    python benchmarks/tables_start.py [repeats]

`run_experiment("table-iris")`, with its baselines and intervals, beside a script that reads iris
with scikit-learn, splits and scales it, trains the same network as long, and evaluates it. Fresh
processes in turns; CPU seconds, since other work on the machine hardly moves them.
"""

from __future__ import annotations

import sys
from statistics import median

from common import Figure, finish, measure

from kerasduet.environment import python_command

OURS = """
import kerasduet as kd
run = kd.run_experiment("table-iris", progress=False)
print(run.metrics["loss"], run.metrics["accuracy"])
"""
PLAIN = """
import keras
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
keras.utils.set_random_seed(0)
x, y = load_iris(return_X_y=True)
parts = {"test_size": 0.2, "random_state": 0}
x, x_test, y, y_test = train_test_split(x, y, stratify=y, **parts)
x, x_validation, y, y_validation = train_test_split(x, y, stratify=y, **parts)
scaler = StandardScaler().fit(x)
dense = keras.layers.Dense
model = keras.Sequential([keras.Input((4,)), dense(16, "relu"), dense(3, "softmax")])
model.compile(
    keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"]
)
validation = (scaler.transform(x_validation), y_validation)
batches = {"epochs": 60, "batch_size": 16, "verbose": 0}
model.fit(scaler.transform(x), y, validation_data=validation, **batches)
print(*model.evaluate(scaler.transform(x_test), y_test, verbose=0))
"""


def main() -> int:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    rows = []
    for _ in range(repeats):
        ours, plain = (measure([python_command(), "-P", "-c", one]) for one in (OURS, PLAIN))
        ratio, wall = ours.cpu_seconds / plain.cpu_seconds, ours.seconds / plain.seconds
        rows.append(
            {"ratio": ratio, "wall": wall, "ours": ours.cpu_seconds, "plain": plain.cpu_seconds}
        )
    middle = {name: median(row[name] for row in rows) for name in rows[0]}
    figures = [
        Figure(
            "table-iris from nothing: CPU time / plain Keras", middle["ratio"], "", "<= 1.15"
        ),
        Figure("  the same, wall time", middle["wall"]),
        Figure("  the whole process", middle["ours"], "CPU s"),
        Figure("  the plain script", middle["plain"], "CPU s"),
    ]
    return finish("tables_start", figures, {"runs": rows})


if __name__ == "__main__":
    sys.exit(main())
