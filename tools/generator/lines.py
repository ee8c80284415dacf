"""Fill and join the lines of a help page."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping

from generator.rtext import small

WIDTH = 94
_GLUE = "\0"


def paragraph(text: str) -> str:
    """Join the lines of a paragraph; lists, tables and empty lines stay."""
    return re.sub(r"(?<!\n)\n(?![\n*|])\s*", " ", text.strip())


def covers(said: str, text: str) -> bool:
    """Say whether a text adds nothing to what was said."""
    return text in said or text.split(". ", 1)[-1] in said


def news(said: str, text: str) -> str:
    """Give what a text adds: neither the type nor the default that was said."""
    kind, _, rest = text.partition(". ")
    if said.startswith(f"{kind}. "):
        text = rest
    default = re.search(r" Default [^ ]+[.]$", text)
    if default and default[0] in said:
        text = text[: default.start()]
    return small(text)


def joined(entries: Mapping[str, str]) -> list[tuple[str, str]]:
    """Join neighbours that differ in their defaults at most.

    Examples
    --------
    >>> joined({"low": "End. Default 0.", "high": "End. Default 1.", "x": "Else."})
    [('low,high', 'End. Default 0 and 1.'), ('x', 'Else.')]
    """
    found: list[tuple[list[str], str, list[str]]] = []
    for name, text in entries.items():
        told = re.fullmatch(r"(.*) Default (`[^`]*`|[^ ]*)[.]", text, re.DOTALL)
        said, default = (told[1], [told[2]]) if told else (text, [])
        if (
            found
            and found[-1][1] == said
            and len(found[-1][2]) == len(found[-1][0]) * len(default)
        ):
            found[-1][0].append(name)
            found[-1][2].extend(default)
        else:
            found.append(([name], said, default))
    return [
        (",".join(names), _plural(said, len(names)) + _defaults(values))
        for names, said, values in found
    ]


def _plural(text: str, number: int) -> str:
    return re.sub(r"^(Whole number|Number)[.]", r"\1s.", text) if number > 1 else text


def _defaults(values: list[str]) -> str:
    different = list(dict.fromkeys(values))
    shown = different if len(different) == 1 else values
    return f" Default {' and '.join(shown)}." if values else ""


def tag(name: str, text: str) -> list[str]:
    """Write a roxygen tag; what follows its first line is indented."""
    if not text:
        return []
    first, *rest = wrapped(f"@{name} {text}")
    return [first, *(f"  {line}" if line else "" for line in rest)]


def wrapped(text: str, *, bullet: bool = False) -> list[str]:
    """Fill lines; one that starts with "* " is an item of a list, with "|" a row of a table."""
    lines: list[str] = []
    if bullet:
        text = "* " + text
    for line in text.strip().split("\n"):
        if line.startswith("|"):  # a row of a table
            lines.append(line)
            continue
        indent = "  " if line.startswith("* ") else ""
        filled = textwrap.wrap(
            _glued(line),
            WIDTH,
            subsequent_indent=indent,
            break_on_hyphens=False,
            break_long_words=False,
        )
        lines += [part.replace(_GLUE, " ") for part in filled] or [""]
    return lines


def _glued(line: str) -> str:
    """Keep code on one line, and what Markdown takes for a list, such as "- 1", from its start."""
    line = re.sub(r"`[^`]{,40}`", lambda code: code[0].replace(" ", _GLUE), line)
    return re.sub(r"(?<=\S) (?=([-+*]|\d+[.])( |$))", _GLUE, line)
