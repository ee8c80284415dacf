"""The presets of translation as they are: unseen texts right from end to end, and the cost.

    python benchmarks/translation.py [--seeds <number>] [<preset>...]

On a busy machine the CPU times tell more than the wall times.
"""

from __future__ import annotations

import argparse
import time

from common import Figure, finish, say

PRESETS = ("translate-dates", "add-numbers", "count-up")
AIM = 99.0  # per cent of the test texts
SECONDS = 300  # of CPU, at most
EXAMPLES = 12_500  # of sums that may teach: a quarter of Keras's own example


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("presets", nargs="*", default=PRESETS, metavar="preset")
    parser.add_argument("--seeds", type=int, default=1)
    asked = parser.parse_args()
    rows = {
        name: [trained(name, seed) for seed in range(asked.seeds)] for name in asked.presets
    }
    return finish("translation", figures(rows), rows)


def trained(name: str, seed: int) -> dict[str, float]:
    """Train a preset as it is; its CPU seconds are those of all of it, import of Keras too."""
    import kerasduet as kd

    began = time.process_time()
    run = kd.run_experiment(name, seed=seed, progress=False)
    used = time.process_time() - began
    say(f"{name}, seed {seed}: {used:.0f} s of CPU. {run.summary}")
    sizes = run.provenance["sizes"]
    return {
        "seed": seed,
        "exact": 100 * run.metrics["exact"],
        "baseline": 100 * run.metrics["baseline_exact"],
        "cpu": used,
        "taught": sizes["train"] + sizes["validation"],
    }


def figures(rows: dict[str, list[dict[str, float]]]) -> list[Figure]:
    found = []
    for name, runs in rows.items():
        least = min(run["exact"] for run in runs)
        most = max(run["cpu"] for run in runs)
        found += [
            Figure(f"{name}: test texts right, lowest", least, "%", f">= {AIM}"),
            Figure(f"{name}: CPU time, longest", most, "s", f"<= {SECONDS}"),
        ]
        if name == "add-numbers":
            taught = runs[0]["taught"]
            found.append(Figure(f"{name}: examples", taught, "", f"<= {EXAMPLES}"))
    return found


if __name__ == "__main__":
    raise SystemExit(main())
