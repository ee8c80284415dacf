"""yolo-digits as it is: precision on held-out scenes, and what the training cost.

    KERASDUET_DATA=<folder with mnist.npz> python benchmarks/detection.py [--nms]

Give --nms to time non-maximum suppression alone. On a busy machine the CPU times tell more than
the wall times.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from common import Figure, finish, say

BOXES = 10_000
MINUTES = 8


def main() -> int:
    rows = {"nms": suppression()}
    if "--nms" not in sys.argv:
        rows["training"] = training()
    return finish("detection", figures(rows), rows)


def suppression() -> dict[str, float]:
    """CPU milliseconds for 10,000 boxes of one class, the least of nine."""
    from kerasduet.detection import nms

    random = np.random.default_rng(0)
    apart = random.uniform(0, 1000, (BOXES, 2))
    sizes = random.uniform(10, 100, (BOXES, 2))
    spread = np.column_stack([apart, apart + sizes])
    objects = spread[:200]
    crowds = objects[random.integers(0, 200, BOXES)] + random.normal(0, 2, (BOXES, 4))
    scores = random.random(BOXES)
    return {
        name: min(_milliseconds(nms, boxes, scores) for _ in range(9))
        for name, boxes in (("spread", spread), ("crowds", crowds))
    }


def _milliseconds(function, *given) -> float:
    began = time.process_time()
    function(*given)
    return 1000 * (time.process_time() - began)


def training() -> dict[str, float]:
    """Train the preset as it is; CPU and wall seconds of the training alone, both precisions."""
    import kerasduet as kd

    chosen = kd.experiment("yolo-digits")
    data = kd.load_data(chosen)
    say(repr(data))
    began = time.process_time()
    run = kd.run_experiment(chosen, data=data)
    used = time.process_time() - began
    say(run.summary)
    return {
        "cpu_seconds": used,
        "seconds": run.provenance["seconds"]["training"],
        "map_50": run.metrics["map_50"],
        "map": run.metrics["map"],
    }


def figures(rows: dict[str, dict[str, float]]) -> list[Figure]:
    found = [
        Figure(f"nms of {BOXES:,} boxes, {name}", value, "CPU ms", "<= 50")
        for name, value in rows["nms"].items()
    ]
    if "training" in rows:
        told = rows["training"]
        found += [
            Figure("mAP@0.5 on held-out scenes", told["map_50"], "", ">= 0.90"),
            Figure("mAP@[.5:.95]", told["map"], "", ">= 0.55"),
            # Two cores for as long as that.
            Figure("CPU seconds", told["cpu_seconds"], "s", f"<= {2 * 60 * MINUTES}"),
            Figure("wall seconds of the training", told["seconds"], "s"),
        ]
    return found


if __name__ == "__main__":
    sys.exit(main())
