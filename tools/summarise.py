"""Add up what the test suites left in a folder; the last line is the total."""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

OUTCOMES = ("passed", "failed", "skipped")
Record = tuple[str, str, str]  # name, outcome, reason


def read_junit(path: Path) -> list[Record]:
    """Read the tests of a JUnit file, as pytest writes it."""
    records = []
    for case in ElementTree.parse(path).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        outcome, reason = "passed", ""
        for child in case:
            if child.tag in ("failure", "error"):
                outcome, reason = "failed", child.get("message", "")
            elif child.tag == "skipped" and outcome == "passed":
                outcome, reason = "skipped", child.get("message", "")
        records.append((name, outcome, reason))
    return records


def read_json(path: Path) -> list[Record]:
    """Read the tests that testthat.R recorded."""
    tests = json.loads(path.read_text(encoding="utf-8"))
    return [(test["name"], test["outcome"], test["reason"]) for test in tests]


COUNTED = {"pytest": ("pytest.xml", read_junit), "testthat": ("testthat.json", read_json)}


def read_suite(status_file: Path) -> list[Record]:
    """Read one suite: its tests where it has some, otherwise one result for the whole run.

    A suite that crashed counts as a failure, whatever its tests say.
    """
    name = status_file.stem
    status = status_file.read_text().strip()
    if name not in COUNTED:
        return [("whole run", "passed" if status == "0" else "failed", f"exit status {status}")]
    file_name, read = COUNTED[name]
    try:
        records = read(status_file.with_name(file_name))
    except (OSError, ValueError, ElementTree.ParseError) as error:
        return [("whole run", "failed", f"crashed with exit status {status}: {error}")]
    if not records:
        return [("whole run", "failed", "ran no tests")]
    if status != "0" and all(outcome != "failed" for _, outcome, _ in records):
        records.append(("whole run", "failed", f"ended with exit status {status}"))
    return records


def main(folder: str) -> int:
    """Print every suite, what was skipped or failed and the total; 1 if anything failed."""
    files = sorted(Path(folder).glob("*.status"), key=lambda file: file.stat().st_mtime_ns)
    suites = {file.stem: read_suite(file) for file in files}
    print("\n== summary ==")
    total = dict.fromkeys(OUTCOMES, 0)
    for name, records in suites.items():
        counts = {kind: sum(outcome == kind for _, outcome, _ in records) for kind in OUTCOMES}
        total = {kind: total[kind] + counts[kind] for kind in OUTCOMES}
        print(f"{name:<22}" + ", ".join(f"{counts[kind]} {kind}" for kind in OUTCOMES))
    for kind in ("skipped", "failed"):
        for suite, records in suites.items():
            for name, outcome, reason in records:
                if outcome == kind:
                    print(f"{kind}: {suite}: {name}: {' '.join(reason.split())[:200]}")
    print(", ".join(f"{total[kind]} {kind}" for kind in OUTCOMES))
    return 1 if total["failed"] or not suites else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
