"""mnist-dnn on all of MNIST: R against Python, and Python against a plain Keras script.

    KERASDUET_DATA=<folder with mnist.npz> python benchmarks/training.py [repeats]

Every run is a fresh process; the programs take turns, and a figure is the median of the
repeats' own ratios, so that other work on the machine falls on all of them. On a busy machine
the CPU times tell more than the wall times.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median

from common import Figure, Used, finish, measure, medians, say

from kerasduet.data.mnist import available_sources
from kerasduet.environment import python_command
from kerasduet.experiments import experiment
from kerasduet.jobs.languages import Job, Program, prepare

EPOCHS = 5
PLAIN = str(Path(__file__).parent / "plain_keras.py")
TOLD = 'print(run.provenance["seconds"]["training"], run.metrics["accuracy"])\n'


def main() -> int:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    file = next((s["path"] for s in available_sources() if s["used"] and s["path"]), None)
    if file is None:
        sys.exit("All of MNIST is needed: set KERASDUET_DATA to the folder of mnist.npz.")
    rows = {"python": [], "r": [], "plain": []}
    for turn in range(repeats + 1):
        # The first turn only warms the disk's cache.
        for name in sorted(rows, reverse=turn % 2 == 0):
            used = run(name, file, EPOCHS if turn else 1)
            if turn:
                rows[name].append(used)
                told = "  ".join(f"{key} {value:.2f}" for key, value in used.items())
                say(f"{turn}/{repeats}  {name:<6}  {told}")
    return finish("training", figures(rows), {"runs": rows, "medians": middle(rows)})


def run(name: str, file: str, epochs: int) -> dict[str, float]:
    """Run one program: seconds, peak memory (MB), and but for R its training seconds."""
    with tempfile.TemporaryDirectory() as folder:
        if name == "plain":
            return row(measure([python_command(), "-P", PLAIN, file, str(epochs)]))
        chosen = experiment("mnist-dnn", path=file, epochs=epochs)
        job = Job(experiment=chosen, backend="tensorflow")
        program: Program = prepare(job, name, Path(folder))
        if name == "python":
            with open(program.command[-1], "a") as script:
                script.write(TOLD)
        return row(measure(program.command, program.environment))


def row(used: Used) -> dict[str, float]:
    told = [float(word) for word in used.output.split()]
    names = ("training_seconds", "accuracy")[: len(told)]
    measured = used._asdict()
    del measured["output"]
    return measured | dict(zip(names, told, strict=True))


def figures(rows: dict[str, list[dict[str, float]]]) -> list[Figure]:
    def ratio(key: str, ours: str, theirs: str) -> float:
        pairs = zip(rows[ours], rows[theirs], strict=True)
        return median(a[key] / b[key] for a, b in pairs)

    pairs = zip(rows["r"], rows["python"], strict=True)
    extra = median(r["peak_mb"] - python["peak_mb"] for r, python in pairs)
    saved = 100 * (1 - ratio("peak_mb", "python", "plain"))
    return [
        Figure("wall time, R / Python", ratio("seconds", "r", "python"), "", "<= 1.10"),
        Figure("  CPU time, R / Python", ratio("cpu_seconds", "r", "python")),
        Figure("peak memory, R - Python", extra, "MB", "<= 250"),
        Figure(
            "training time, Python / plain Keras",
            ratio("training_seconds", "python", "plain"),
            "",
            "<= 1",
        ),
        Figure(
            "  CPU time of the process, Python / plain", ratio("cpu_seconds", "python", "plain")
        ),
        Figure("peak memory saved beside plain Keras", saved, "%", ">= 20"),
    ]


def middle(rows: dict[str, list[dict[str, float]]]) -> dict[str, dict[str, float]]:
    return {name: medians(found) for name, found in rows.items()}


if __name__ == "__main__":
    sys.exit(main())
