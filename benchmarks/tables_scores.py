"""Test scores of the presets on tables, beside scikit-learn's MLP, regression and boosting.

python benchmarks/tables_scores.py [--seeds N] [preset...]

The rows and their encoding are the same for all; seeds decide the networks' weights and batches. Of
twelve settings the MLP has the one with the best mean score on the validation rows.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from common import Figure, finish, measure, say

from kerasduet.environment import python_command

PRESETS = {"table-iris": "log loss", "table-cancer": "log loss", "table-diabetes": "RMSE"}
TRAIN = """
import itertools, json, sys, warnings
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor
from threadpoolctl import threadpool_limits
import kerasduet as kd
from kerasduet.tasks.tables import scores
warnings.simplefilter("ignore", ConvergenceWarning)
preset, seeds = sys.argv[1], int(sys.argv[2])
ours, validation = [], []
for seed in range(seeds):
    run = kd.run_experiment(preset, seed=seed, progress=False)
    first = run.task.metrics[0].name
    ours.append(run.metrics[first])
    validation.append(float(run.history["val_loss"].min()))
found = {"ours": ours, "validation": validation}
best = [n for n in run.metrics if n.endswith("_" + first)]
found["baselines"] = {name: run.metrics[name] for name in best}
data, learned = run.dataset, run.preprocessing
classes = bool(run.class_names)
parts = {n: getattr(data, n) for n in ("train", "validation", "test")}
x = {n: np.asarray(part.inputs, dtype=np.float64) for n, part in parts.items()}
y = {n: np.asarray(part.targets).ravel() for n, part in parts.items()}

def score(network, part):
    if classes:
        return scores.class_scores(y[part].astype(int), network.predict_proba(x[part]))[first]
    pair = y[part], network.predict(x[part])
    back = [learned.restore(np.asarray(values).reshape(-1, 1)) for values in pair]
    return scores.number_scores(*back)[first]

maker = MLPClassifier if classes else MLPRegressor
grid = list(itertools.product(((16,), (32, 16), (100,)), (1e-4, 1e-2), (1e-3, 1e-2)))
table = []
for layers, alpha, rate in grid:
    pairs = []
    for seed in range(seeds):
        chosen = {"alpha": alpha, "learning_rate_init": rate, "random_state": seed}
        network = maker(hidden_layer_sizes=layers, max_iter=500, **chosen)
        with threadpool_limits(1):
            network.fit(x["train"], y["train"])
        pairs.append([score(network, "validation"), score(network, "test")])
    table.append({"setting": [layers, alpha, rate], "scores": pairs})
found["mlp"] = table
print(json.dumps(found))
"""


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--seeds", type=int, default=10)
    options.add_argument("preset", nargs="*", default=list(PRESETS))
    chosen = options.parse_args()
    figures, details = [], {}
    for name in chosen.preset:
        say(f"training {name}, {chosen.seeds} seeds, and 12 settings of scikit-learn's MLP ...")
        used = measure([python_command(), "-P", "-c", TRAIN, name, str(chosen.seeds)])
        found: dict[str, Any] = json.loads(used.output.strip().splitlines()[-1])
        score = PRESETS[name]
        means = [
            [_mean(column) for column in zip(*one["scores"], strict=True)]
            for one in found["mlp"]
        ]
        rival = min(means)[1]
        figures.append(
            Figure(f"{name}, test {score}", _mean(found["ours"]), "", f"<= {rival:.6g}")
        )
        figures.append(Figure("  scikit-learn's MLP, best of 12 on validation rows", rival))
        figures.append(
            Figure("  ... best of 12 on these very test rows", min(m[1] for m in means))
        )
        for baseline, value in found["baselines"].items():
            figures.append(Figure(f"  {baseline.partition('_')[0]}", value))
        details[name] = found
    return finish("tables_scores", figures, details)


def _mean(values: Any) -> float:
    given = list(values)
    return sum(given) / len(given)


if __name__ == "__main__":
    sys.exit(main())
