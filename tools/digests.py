"""Show that a change moves no bit: the headline presets at two commits, one epoch each.

    python tools/digests.py HEAD~3 HEAD     compares two commits
    python tools/digests.py HEAD            compares one with the files as they are

Exits with 1 when the sha256 of the weights, the history or the predictions of one differ.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PRESETS = {"mnist-cnn": "mnist-subset", "mnist-dnn": "mnist-subset", "lstm-co2": "co2"}
ROOT = Path(__file__).parents[1]
TRAIN = """
import json, sys
import kerasduet as kd
found = {}
for name, dataset in json.loads(sys.argv[1]).items():
    run = kd.run_experiment(name, dataset=dataset, epochs=1, progress=False)
    found[name] = run.digests
print(json.dumps(found))
"""


def main(commits: list[str]) -> int:
    """Compare, print a line a digest, and say whether all are equal."""
    if len(commits) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as place:
        trees = [_checked_out(commit, Path(place)) for commit in commits]
        first, second = map(_digests, [*trees, ROOT][:2])
    same = True
    for preset, digests in first.items():
        for kind, digest in digests.items():
            equal = second[preset][kind] == digest
            same = same and equal
            print(f"{preset:<10} {kind:<12} {digest[:16]} {'same' if equal else 'DIFFERENT'}")
    return 0 if same else 1


def _checked_out(commit: str, place: Path) -> Path:
    """Write the files of a commit into a folder of their own."""
    tree = place / commit.replace("/", "-")
    tree.mkdir()
    archive = subprocess.run(
        ["git", "archive", commit, "python"], cwd=ROOT, check=True, capture_output=True
    )
    subprocess.run(["tar", "-x", "-C", str(tree)], input=archive.stdout, check=True)
    return tree


def _digests(tree: Path) -> dict[str, dict[str, str]]:
    done = subprocess.run(
        [sys.executable, "-c", TRAIN, json.dumps(PRESETS)],
        env=os.environ | {"PYTHONPATH": str(tree / "python")},
        cwd=tree,
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, dict[str, str]] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
