"""Five folds and three seeds of `lstm-co2` beside all methods from outside that are at hand.

python benchmarks/backtest.py [workers]
"""

from __future__ import annotations

import sys
import tempfile
import time

from common import Figure, finish

import kerasduet as kd


def main() -> int:
    workers = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    with tempfile.TemporaryDirectory() as place:
        began = time.perf_counter()
        found = kd.backtest("lstm-co2", folds=5, seeds=3, folder=place, workers=workers)
        seconds = time.perf_counter() - began
        began = time.perf_counter()
        summary = found.summary()
        read = time.perf_counter() - began
        print(found)
        print(summary.to_string())
    figures = [
        Figure(f"5 folds x 3 seeds, {len(summary) - 1} methods", seconds, "s", "<= 180"),
        Figure("  scores and comparison", read, "s"),
    ]
    return finish("backtest", figures, {"summary": summary.to_dict("records")})


if __name__ == "__main__":
    sys.exit(main())
