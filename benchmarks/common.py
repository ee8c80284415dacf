"""What the benchmarks share: measured fresh processes, a table, a JSON file."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from kerasduet.environment import fresh_environment
from kerasduet.environment.identity import versions
from kerasduet.environment.machine import cores, memory

RESULTS = Path(__file__).parent / "results"


class Used(NamedTuple):
    """What one process used: wall and CPU seconds, peak memory in MB; and what it printed."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    output: str


class Figure(NamedTuple):
    """One measured figure beside what it has to reach."""

    name: str
    value: float
    unit: str = ""
    rule: str = ""  # such as "<= 1.10"; none where the figure only explains another

    @property
    def reached(self) -> bool:
        if not self.rule:
            return True
        sign, limit = self.rule.split()
        below = {"<=": self.value <= float(limit), "<": self.value < float(limit)}
        return below.get(sign, self.value >= float(limit))


def measure(command: list[str], environment: dict[str, str] | None = None) -> Used:
    """Run a program and ask the kernel what it used.

    The kernel counts the memory of the process that starts it as its own first peak, so a
    benchmark must stay small itself: it never imports Keras.
    """
    began = time.perf_counter()
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment or fresh_environment(os.environ),
    ) as process:
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with status {process.returncode}")
    unit = 1e6 if sys.platform == "darwin" else 1e6 / 1024  # bytes on macOS, else KiB
    return Used(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, output)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def finish(name: str, figures: list[Figure], details: dict) -> int:
    """Print the figures and write them with what they were measured on; 1 if one is missed."""
    table = Table(title=f"{name}: {cores()} cores, {platform.machine()}", title_justify="left")
    for column in ("figure", "measured", "to reach", "reached"):
        table.add_column(column)
    for figure in figures:
        state = "yes" if figure.reached else "[red]NO[/]"
        state = state if figure.rule else ""
        measured = f"{figure.value:.4g} {figure.unit}".rstrip()
        table.add_row(
            figure.name,
            measured,
            f"{figure.rule} {figure.unit}".strip() if figure.rule else "",
            state,
        )
    Console(highlight=False).print(table)
    RESULTS.mkdir(exist_ok=True)
    content = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join(["python", *sys.argv]),
        "machine": {"cores": cores(), "load": os.getloadavg(), **memory()},
        "versions": versions() | others(),
        "figures": [figure._asdict() | {"reached": figure.reached} for figure in figures],
        "details": details,
    }
    file = RESULTS / f"{name}.json"
    file.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    print(f"Written to {file}")
    return 0 if all(figure.reached for figure in figures) else 1


def others() -> dict[str, str]:
    """Give the versions of the other backends that are installed."""
    return {name: version(name) for name in ("jax", "torch") if find_spec(name)}


def medians(rows: list[dict[str, float]]) -> dict[str, float]:
    return {name: median(row[name] for row in rows) for name in rows[0]}
