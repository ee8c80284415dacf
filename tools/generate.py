"""Write R's wrappers, their help, the types of settings and the contract's manifest from the core.

    python tools/generate.py            write what has changed
    python tools/generate.py --check    say what is not as the core and the words would have it

What R says differently stands in tools/words.toml.
"""

from __future__ import annotations

import argparse
import difflib
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "python"))

from generator.core import Core, Function
from generator.guides import guides
from generator.manifest import manifest
from generator.roxygen import HEAD, Page, Writer
from generator.typed import typed_settings

ROOT = Path(__file__).parents[1]


def generate(core: Core, words: Mapping[str, Any]) -> dict[str, str]:
    """Give the text of every generated file by its path in the project."""
    builders, lessons = core.builders(), core.lessons()
    names = {name: name for name in lessons} | {name: f"model_{name}" for name in builders}
    writer = Writer(names, builders | lessons, words.get("calls", {}))
    pages = words.get("pages", {})
    models = {f"model_{name}": function for name, function in builders.items()}
    settings = core.settings()
    parts = {
        "models": [writer.page(page) for page in grouped(models, pages)],
        "concepts": [writer.page(page) for page in grouped(lessons, pages)],
        "settings": [writer.settings(settings, words["settings"])] if settings else [],
    }
    files = {f"R/generated-{name}.R": r_file(texts) for name, texts in parts.items() if texts}
    if settings:
        files["python/kerasduet/settings/typed.py"] = typed_settings()
    return files | {"tests/contract/manifest.json": manifest(core, words.get("manifest", {}))}


def grouped(functions: Mapping[str, Function], pages: Mapping[str, Any]) -> list[Page]:
    """Put functions on pages: those that the words group, and one of its own for any other."""
    here = {
        name: words for name, words in pages.items() if _members(name, words) <= set(functions)
    }
    taken = {member: name for name, words in here.items() for member in _members(name, words)}
    found: dict[str, Page] = {}
    for function in functions:
        name = taken.get(function, function)
        words = here.get(name, {})
        members = words.get("functions", [name])
        found[name] = Page(name, {member: functions[member] for member in members}, words)
    return [found[name] for name in sorted(found)]


def _members(name: str, words: Mapping[str, Any]) -> set[str]:
    return set(words.get("functions", [name]))


def r_file(texts: list[str]) -> str:
    """Join the parts of a file; names are the core's, and formulas in the help look like code."""
    start, end = "# nolint start: object_name_linter, commented_code_linter.", "# nolint end"
    return "\n".join([HEAD, start, "", "\n\n".join(texts), end, ""])


def main() -> int:
    """Write the files, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args().check
    words = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
    stale = []
    files = generate(Core(ROOT / "python"), words)
    files["R/generated-guides.R"] = r_file([guides(ROOT / "vignettes")])
    for path, text in files.items():
        there = ROOT / path
        now = there.read_text("utf-8") if there.is_file() else ""
        if now == text:
            continue
        stale.append(path)
        if check:
            lines = difflib.unified_diff(
                now.splitlines(), text.splitlines(), path, "as generated", "", "", 1, ""
            )
            print("\n".join(lines))
        else:
            there.write_text(text, "utf-8")
    if stale:
        print(f"{'stale' if check else 'wrote'}: {', '.join(stale)}")
    if check and stale:
        print("Run make docs and commit what it writes.")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
