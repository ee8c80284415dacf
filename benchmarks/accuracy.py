"""Test accuracy of the MNIST examples on all of MNIST, with their default settings.

KERASDUET_DATA=<folder with mnist.npz> python benchmarks/accuracy.py [example...]
"""

from __future__ import annotations

import json
import sys

from common import Figure, finish, measure, say

from kerasduet.environment import python_command

TO_REACH = {"mnist-dnn": 98.0, "mnist-cnn": 98.5}


def main() -> int:
    figures, details = [], {}
    for name in sys.argv[1:] or TO_REACH:
        say(f"training {name} ...")
        used = measure([python_command(), "-P", "-m", "kerasduet", "run", name, "--json"])
        run = json.loads(used.output)
        if run["source"]["rows"] != 70_000:
            sys.exit(f"All 70,000 images are needed; {run['source']['name']} was found.")
        title = f"{name}, {run['epochs']} epochs, test accuracy"
        rule = f">= {TO_REACH[name]}"
        figures.append(Figure(title, 100 * run["metrics"]["accuracy"], "%", rule))
        details[name] = run | {"seconds": used.seconds, "peak_mb": used.peak_mb}
    return finish("accuracy", figures, details)


if __name__ == "__main__":
    sys.exit(main())
