"""Seconds an epoch of a new head on VGG16 at 64 x 64, with its features kept and computed anew.

    python benchmarks/transfer_features.py [images]

Random weights and random images (128, unless told), which cost as much as any. The first epoch of
each training, in which Keras traces its steps, does not count; the features themselves are computed
before it, and are told beside.
"""

from __future__ import annotations

import json
import os
import sys
from statistics import median

from common import Figure, finish, say

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def main() -> int:
    import numpy as np

    import kerasduet as kd
    from kerasduet.training import course

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 128
    random = np.random.default_rng(0)
    x = random.integers(0, 256, (count, 64, 64, 3), dtype=np.uint8)
    data = {"x": x, "y": np.arange(count) % 2, "x_test": x[:8], "y_test": np.arange(8) % 2}
    settings = {
        "builder": "transfer",
        "base": "vgg16",
        "weights": None,
        "input_shape": (64, 64, 3),
        "classes": 2,
        "validation_split": 0,
        "progress": False,
    }
    told, digests = {}, []
    for name, epochs in (("kept", 6), ("anew", 3)):
        say(f"training, features {name} ...")
        if name == "anew":
            course.has_fixed_features = lambda *given: False
        run = kd.run_experiment("images", data=data, epochs=epochs, **settings)
        told[name] = {
            "epochs": run.provenance["seconds"]["epochs"],
            "total": run.provenance["seconds"]["total"],
            "loss": run.history["loss"].tolist()[:3],
        }
        digests.append(run.history.iloc[:3].to_json(double_precision=15))
    seconds = {name: median(found["epochs"][1:]) for name, found in told.items()}
    figures = [
        Figure("an epoch, features kept", seconds["kept"], "s"),
        Figure("an epoch, features anew", seconds["anew"], "s"),
        Figure("times as fast", seconds["anew"] / seconds["kept"], "", ">= 20"),
        Figure("same bits of the first epochs", float(digests[0] == digests[1]), "", ">= 1"),
    ]
    return finish("transfer_features", figures, json.loads(json.dumps(told)))


if __name__ == "__main__":
    sys.exit(main())
