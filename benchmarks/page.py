"""Run benchmarks and put what they wrote on one page, with plots.

    python benchmarks/page.py quick            imports, epochs, memory, boxes: minutes
    python benchmarks/page.py full             every script: hours
    python benchmarks/page.py quick epochs     of a choice the scripts that are named
    python benchmarks/page.py                  runs none: the page of the results that are there

Writes benchmarks/results/page.md and a plot a script. Every script says when it was run, by which
command, on what machine and with what versions. A script whose data or packages are missing is
named on the page. Ends with 1 when a figure is missed or a script was not run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from common import RESULTS, say

from kerasduet.environment import python_command

HERE = Path(__file__).parent
# A script and its words on the command line.
QUICK = {
    "imports": ["5"],
    "epochs": ["1"],
    "memory": ["25"],
    "start": ["2"],
    "predict": ["100"],
    "many_runs": ["100", "memory"],
    "detection": ["--nms"],
}
WITHOUT_WORDS = (
    *("imports", "epochs", "start", "predict", "training", "memory", "many_runs", "fast"),
    *("csv_rows", "tables", "tables_training", "tables_scores", "image_files", "many_series"),
    *("rows", "backtest", "intervals", "prices", "detection", "videos", "sentences"),
    *("transfer_features", "transfer_digits", "cross_validation", "tables_start"),
)
FULL: dict[str, list[str]] = {
    **{name: [] for name in WITHOUT_WORDS},
    "accuracy": ["--seeds", "5"],
    "translation": ["--seeds", "3"],
}
CHOICES = {"quick": QUICK, "full": FULL}
REACHED, MISSED = "#0072b2", "#d55e00"
TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
SENSIBLE = (0.01, 100)  # of a figure beside what is to be reached


def main(words: list[str]) -> int:
    if words and words[0] not in CHOICES:
        print(__doc__, file=sys.stderr)
        return 2
    failed, chosen = [], []
    if words:
        choice = CHOICES[words[0]]
        if unknown := set(words[1:]) - choice.keys():
            sys.exit(f"no such script in {words[0]}: {', '.join(sorted(unknown))}")
        chosen = words[1:] or list(choice)
        failed = [name for name in chosen if not run(name, choice[name])]
    results = {
        file.stem: json.loads(file.read_text("utf-8"))
        for file in sorted(RESULTS.glob("*.json"))
    }
    file = RESULTS / "page.md"
    RESULTS.mkdir(exist_ok=True)
    file.write_text(page(results, failed), "utf-8")
    print(f"Written to {file}")
    missed = [
        name
        for name, told in results.items()
        if (not words or name in chosen) and not all(map(is_reached, told["figures"]))
    ]
    return 1 if missed or failed else 0


def run(name: str, words: list[str]) -> bool:
    """Run a script; say whether it wrote its results."""
    say(f"{name} ...")
    began = time.time()
    subprocess.run([python_command(), str(HERE / f"{name}.py"), *words], check=False)
    say(f"{name} took {time.time() - began:.0f} s")
    file = RESULTS / f"{name}.json"
    return file.is_file() and file.stat().st_mtime >= began - 1


def page(results: dict[str, Any], failed: list[str]) -> str:
    lines = ["# Benchmarks", ""]
    count = [
        figure for told in results.values() for figure in told["figures"] if figure["rule"]
    ]
    reached = sum(map(is_reached, count))
    lines += [f"{reached} of {len(count)} figures with a bar reach it.", ""]
    if failed:
        lines += [f"Asked for, but without results: {', '.join(failed)}.", ""]
    lines += ["| Script | When | Load | Reached | Missed |", "|---|---|---|---|---|"]
    for name, told in results.items():
        ruled = [figure for figure in told["figures"] if figure["rule"]]
        missed = [figure["name"].strip() for figure in ruled if not is_reached(figure)]
        lines.append(
            f"| [{name}](#{name}) | {told['when']} | {told['machine']['load'][0]:.1f} | "
            f"{len(ruled) - len(missed)} of {len(ruled)} | {'; '.join(missed)} |"
        )
    for name, told in results.items():
        lines += ["", *section(name, told)]
    return "\n".join([*lines, ""])


def section(name: str, told: dict[str, Any]) -> list[str]:
    machine, versions = told["machine"], told["versions"]
    sizes = ", ".join(f"{key} {value}" for key, value in machine.items() if key != "load")
    load = ", ".join(f"{value:.1f}" for value in machine["load"])
    lines = [
        f"## {name}",
        "",
        f"`{command(told['command'])}`, {told['when']}",
        "",
        "| Figure | Measured | To reach | |",
        "|---|---|---|---|",
    ]
    for figure in told["figures"]:
        state = "" if not figure["rule"] else "yes" if is_reached(figure) else "**no**"
        measured = f"{figure['value']:.4g} {figure['unit']}".strip()
        rule = f"{figure['rule']} {figure['unit']}".strip() if figure["rule"] else ""
        lines.append(f"| {figure['name'].strip()} | {measured} | {rule} | {state} |")
    if drawn(name, told["figures"]):
        lines += ["", f"![{name}: each figure as a share of what is to be reached]({name}.svg)"]
    known = ", ".join(f"{key} {value}" for key, value in versions.items() if value)
    return [*lines, "", f"Machine: {sizes}; load {load}. Versions: {known}."]


def drawn(name: str, figures: list[dict[str, Any]]) -> bool:
    """Draw each figure as a share of its bar; say whether there was one to draw."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot

    rows = [
        (figure["name"].strip(), figure["value"] / limit, is_reached(figure), sign)
        for figure in figures
        if figure["rule"]
        for sign, limit in [(figure["rule"].split()[0], float(figure["rule"].split()[1]))]
        if limit and figure["value"] > 0
    ]
    if not rows:
        return False
    low, high = SENSIBLE
    canvas, axes = pyplot.subplots(figsize=(8, 0.9 + 0.34 * len(rows)), layout="constrained")
    for place, (_, share, reached, sign) in enumerate(rows):
        colour = REACHED if reached else MISSED
        share = min(max(share, low), high)
        axes.plot([1, share], [place, place], color=colour, linewidth=2)
        axes.plot(share, place, "o" if reached else "X", color=colour, markersize=8)
        side = "at most" if sign.startswith("<") else "at least"
        axes.text(1.01, place, side, transform=axes.get_yaxis_transform(), va="center", size=9)
    axes.set_yticks(range(len(rows)), [row[0] for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xscale("log")
    shares = [min(max(row[1], low), high) for row in rows]
    axes.set_xlim(min(0.5, min(shares) / 1.3), max(2, max(shares) * 1.3))
    left, right = axes.get_xlim()
    ticks = [tick for tick in TICKS if left <= tick <= right]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xlabel("measured / to reach (circle: reached, cross: missed)")
    axes.spines[["top", "right", "left"]].set_visible(False)
    canvas.savefig(RESULTS / f"{name}.svg")
    pyplot.close(canvas)
    return True


def command(given: str) -> str:
    """Give a script's command line as one would type it, from the repository's root."""
    python, script, *rest = given.split(" ")
    return " ".join([python, f"benchmarks/{Path(script).name}", *rest])


def is_reached(figure: dict[str, Any]) -> bool:
    return bool(figure["reached"])


if __name__ == "__main__":
    os.chdir(HERE.parent)
    sys.exit(main(sys.argv[1:]))
