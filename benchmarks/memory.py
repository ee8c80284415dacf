"""Memory that a long session keeps of every run, in Python on each backend and in R.

python benchmarks/memory.py [runs]
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec

from common import Figure, finish, measure, say

from kerasduet.environment import fresh_environment, python_command
from kerasduet.jobs.languages import r_environment, rscript

WARM_UP = 20  # runs: graphs, pools and allocators have their size after them
SETTINGS = {"tensorflow": 8, "jax": 1}  # MB a run to reach

PYTHON = """
import sys
import kerasduet as kd

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6

for i in range(int(sys.argv[1])):
    kd.run_experiment("mnist-dense", units=4, epochs=1, batch_size=512, progress=False)
    print(resident(), flush=True)
"""
R = """
library(kerasduet)
resident <- function() as.numeric(strsplit(readLines("/proc/self/statm"), " ")[[1]][2]) * 4096 / 1e6
for (i in seq_len(as.integer(commandArgs(TRUE)[1]))) {
  run_experiment("mnist-dense", units = 4, epochs = 1, batch_size = 512, progress = FALSE)
  cat(resident(), "\\n")
}
"""


def kept(output: str) -> float:
    """Give the growth from the warm-up's end to the last run, in MB a run."""
    sizes = [float(line) for line in output.split()]
    return (sizes[-1] - sizes[WARM_UP - 1]) / (len(sizes) - WARM_UP)


def main() -> int:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    if runs <= WARM_UP:
        sys.exit(f"runs: must be more than {WARM_UP}; got {runs}.")
    figures, details = [], {}
    for backend in [name for name in SETTINGS if find_spec(name)]:
        chosen = {"KERAS_BACKEND": backend}
        for name, command, environment in (
            ("Python", [python_command(), "-P", "-c", PYTHON], fresh_environment(os.environ)),
            ("R", [rscript(os.environ), "-e", R], r_environment(os.environ)),
        ):
            say(f"{name} on {backend}: {runs} runs")
            used = measure([*command, str(runs)], environment | chosen)
            details[f"{name}, {backend}"] = [float(line) for line in used.output.split()]
            rule = f"<= {SETTINGS[backend]}"
            figures.append(
                Figure(f"{name}, {backend}: kept a run", kept(used.output), "MB", rule)
            )
    return finish("memory", figures, details)


if __name__ == "__main__":
    sys.exit(main())
