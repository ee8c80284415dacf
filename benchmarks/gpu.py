"""The headline presets on a GPU, beside plain Keras, and how long MNIST takes to 99 %.

    KERASDUET_DATA=<folder with mnist.npz> python benchmarks/gpu.py [jax] [torch] [--seconds=N]

Each backend runs in one fresh process (`gpu_training.py`), which prints a line of JSON for
each training. Of two trainings of the same experiment the second is timed; their digests have to
be equal. An epoch's time is the median without the first, which compiles. Needs a GPU; `--cpu`
tries the script without one. A backend that takes more than N seconds is stopped, and what it
has told counts.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

from common import Figure, finish, say

from kerasduet.environment import fresh_environment, python_command

WORKER = str(Path(__file__).parent / "gpu_training.py")
NOTED = ["index", "utilization.gpu", "memory.used", "name"]


def main() -> int:
    chosen = [name for name in sys.argv[1:] if not name.startswith("-")] or ["jax", "torch"]
    device = "cpu" if "--cpu" in sys.argv else "gpu"
    limits = [word.partition("=")[2] for word in sys.argv if word.startswith("--seconds=")]
    limit = float(limits[0]) if limits else None
    found, used = {}, {}
    for backend in chosen:
        with noted() as samples:
            found[backend] = trainings(backend, device, limit)
        used[backend] = samples
    return finish("gpu", list(figures(found, used)), {"trainings": found, "gpu": used})


def trainings(backend: str, device: str, limit: float | None) -> list[dict]:
    """Run a backend's process and read what it prints, line by line."""
    command = [python_command(), "-P", WORKER, backend, device]
    environment = fresh_environment(os.environ) | {
        "PYTHONPATH": os.environ.get("PYTHONPATH", "")
    }
    rows = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        timer = threading.Timer(limit or threading.TIMEOUT_MAX, process.kill)
        timer.start()
        for line in process.stdout:
            if line.startswith("{"):
                rows.append(json.loads(line))
                say(f"{backend}  {line.strip()}")
        timer.cancel()
    if process.returncode:
        say(f"{backend} ended with status {process.returncode}")
    return rows


@contextlib.contextmanager
def noted(seconds: float = 0.2) -> Iterator[list[dict]]:
    """Ask the driver now and then how busy the GPU is."""
    samples: list[dict] = []
    over = threading.Event()
    command = ["nvidia-smi", f"--query-gpu={','.join(NOTED)}", "--format=csv,noheader,nounits"]

    def watch() -> None:
        while not over.wait(seconds):
            try:
                told = subprocess.run(command, capture_output=True, text=True, check=True)
            except (OSError, subprocess.CalledProcessError):
                return
            words = told.stdout.splitlines()[0].split(", ")
            samples.append({"at": time.time(), **dict(zip(NOTED, words, strict=True))})

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield samples
    finally:
        over.set()
        watcher.join()


def figures(found: dict[str, list[dict]], used: dict[str, list[dict]]) -> Iterator[Figure]:
    for backend, rows in found.items():
        samples = used[backend]
        for row in rows:
            name = f"{row['name']}, {backend}"
            if row["kind"] == "to 99 %":
                yield Figure(f"{name}: to 99.0 %, compiled", row["seconds"], "s", "<= 2")
                continue
            yield Figure(f"{name}: epochs a second", row["ours"])
            for what in ("plain Keras", "plain Keras, bfloat16"):
                rate = row["plain" if what == "plain Keras" else "mixed"]
                if rate is not None:
                    yield Figure(f"  {what}", rate)
            yield Figure("  same bits twice", float(row["same"]), "", ">= 1")
            busy = [
                float(sample["utilization.gpu"])
                for sample in samples
                if row["began"] <= sample["at"] <= row["ended"]
            ]
            if busy:
                yield Figure("  GPU busy, of the second training", mean(busy), "%")


if __name__ == "__main__":
    sys.exit(main())
