"""Write R's help page of the course, from the first lines of its pages."""

from __future__ import annotations

import re
from pathlib import Path

from generator.lines import wrapped

_LEAD = """Pages that each answer one question, with every step in R and in Python, in the order of
the course. In a clone of the project `make reports` renders them into its folder reports, whose
index.html lists them; they are read without a network, and each offers its code as an R script.
They take the place of vignettes, as they need both languages to be made: `browseVignettes()`
finds none."""


def guides(folder: Path) -> str:
    """Give the roxygen of `?kerasduet_guides`.

    Parameters
    ----------
    folder : Path
        With the pages (.qmd), each with title, description and order in its first lines.
    """
    pages = sorted(filter(None, map(_page, folder.glob("[a-z]*.qmd"))))
    lines = [
        "Lessons and guides",
        "",
        *wrapped(" ".join(_LEAD.split())),
        "",
        "@section Pages:",
    ]
    for _, name, title, told in pages:
        lines += wrapped(f"{title} (`{name}`): {told}", bullet=True)
    lines += [
        "",
        "@seealso [presets()], [run_experiment()]",
        "@name kerasduet_guides",
        "@aliases vignettes guides lessons",
    ]
    return "\n".join([*(f"#' {line}".rstrip() for line in lines), "NULL"])


def _page(file: Path) -> tuple[int, str, str, str] | None:
    text = file.read_text("utf-8")
    found = {
        name: re.search(rf'^\s*{name}: *"?(.*?)"?$', text, re.MULTILINE)
        for name in ("order", "title", "description")
    }
    if found["order"] is None:  # the index
        return None
    order, title, told = (line[1] if line else "" for line in found.values())
    return int(order), file.stem, title, told
