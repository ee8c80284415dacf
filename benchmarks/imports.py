"""How long the packages take to load, and what they must not load with them.

python benchmarks/imports.py [repeats]
"""

from __future__ import annotations

import os
import sys
from statistics import median

from common import Figure, finish, measure

from kerasduet.environment import python_command
from kerasduet.jobs.languages import r_environment, rscript

PYTHON = """
import sys, time
began = time.perf_counter()
import kerasduet
seconds = time.perf_counter() - began
heavy = {"keras", "tensorflow", "jax", "torch", "numpy", "pandas"} & set(sys.modules)
print(seconds, *sorted(heavy))
"""
R = """
began <- Sys.time()
library(kerasduet)
seconds <- as.numeric(difftime(Sys.time(), began, units = "secs"))
cat(seconds, if (reticulate::py_available()) "Python")
"""


def main() -> int:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    seconds: dict[str, list[float]] = {"python": [], "r": []}
    loaded: dict[str, set[str]] = {"python": set(), "r": set()}
    for _ in range(repeats):
        for name, used in (
            ("python", measure([python_command(), "-P", "-c", PYTHON])),
            ("r", measure([rscript(os.environ), "-e", R], r_environment(os.environ))),
        ):
            first, *rest = used.output.split()
            seconds[name].append(float(first))
            loaded[name] |= set(rest)
    return finish(
        "imports",
        [
            Figure("import kerasduet", median(seconds["python"]), "s", "< 0.15"),
            Figure("  heavy modules it imports", len(loaded["python"]), "", "<= 0"),
            Figure("library(kerasduet)", median(seconds["r"]), "s", "< 0.6"),
            Figure("  times it starts Python", len(loaded["r"]), "", "<= 0"),
        ],
        {"seconds": seconds, "loaded": {name: sorted(found) for name, found in loaded.items()}},
    )


if __name__ == "__main__":
    sys.exit(main())
