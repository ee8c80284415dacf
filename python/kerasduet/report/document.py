"""Quarto Markdown without code to run: text, tables and figure files."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from kerasduet.figures.canvas import RunFigure

__all__ = ["Document", "attribute", "code", "escape", "one_line", "quoted"]

DPI = 160

HEADER = """\
---
title: {title}
subtitle: {subtitle}
lang: en-GB
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
      dark: {dark}
    respect-user-color-scheme: true
    include-in-header:
      text: |
        <style>
        math {{ font-family: "Cambria Math", "STIX Two Math", "Latin Modern Math", math; }}
        math[display="block"] {{ overflow-x: auto; overflow-y: hidden; }}
        @media (max-width: 40rem) {{ main table {{ display: block; overflow-x: auto; }} }}
        .cell-output pre, .cell-output pre code {{ white-space: pre-wrap; }}
        </style>
---
"""


# What stands for nothing else in pandoc, knitr, Quarto or YAML, wherever it stands.
PLAIN = re.compile(r"[^\W_]|[ ,;%/]")
# What code and paths may hold as they are.
PLAIN_CODE = re.compile(r"[\w./-]+")
PLAIN_PATH = re.compile(r"[\w., ()-]+")
# Overrides, embeddings and isolates of the direction; the marks of a single letter stay.
TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def escape(value: Any) -> str:
    r"""Write text so that no program takes any of it for more than text.

    All but letters, digits and a little punctuation are written as numeric entities: pandoc
    shows the character, while knitr finds no code, Quarto no shortcode and no reference,
    MathML no formula and the browser no element. What has no shape of its own, or turns the
    line round, is shown as U+FFFD.

    Examples
    --------
    >>> print(escape("89.1 %, mnist-dnn"), escape("a_b | *c*"))
    89.1 %, mnist-dnn a&#95;b &#124; &#42;c&#42;
    >>> print(escape("1. `r x` $ -- {{< y"))
    1&#46; &#96;r x&#96; &#36; &#45;&#45; &#123;<!-- -->&#123;&#60; y
    """
    # Two braces in a row, an entity or not, may begin a shortcode of Quarto's.
    return re.sub(r"(?<=&#123;)(?=&#123;)", "<!-- -->", _entities(value))


def attribute(value: Any) -> str:
    """Write text as the quoted value of an attribute, which holds no comments.

    Examples
    --------
    >>> print(attribute('a "b" {{<'))
    "a &#34;b&#34; &#123;&#8288;&#123;&#60;"
    """
    # A word joiner shows nothing and is not read out.
    return '"' + re.sub(r"(?<=&#123;)(?=&#123;)", "&#8288;", _entities(value)) + '"'


def _entities(value: Any) -> str:
    text = one_line(value)
    # A line that begins so would be a list: "1.", "a)", "(i)", "-".
    begins = re.match(r"\(?\w*[.)-](?= |$)", text)
    lists = begins.end() if begins else 0
    told = []
    for i, letter in enumerate(text):
        # Of several in a row, dashes, dots and brackets are more than themselves.
        single = (
            letter in ".-()" and letter not in text[max(i - 1, 0) : i] + text[i + 1 : i + 2]
        )
        beyond = not letter.isascii() and letter.isprintable()
        plain = PLAIN.match(letter) or beyond or (single and i >= lists)
        told.append(letter if plain else f"&#{ord(letter)};")
    return "".join(told)


def one_line(value: Any) -> str:
    r"""Give text on one line, without what has no shape or turns the line round.

    Examples
    --------
    >>> one_line("a\r\n b\x00"), one_line("\u202eevil")
    ('a b\ufffd', '\ufffdevil')
    """
    text = " ".join(str(value).split())
    return "".join("\ufffd" if _hides(letter) else letter for letter in text)


def _hides(letter: str) -> bool:
    return letter in TURNS or unicodedata.category(letter) in ("Cc", "Cs")


def code(value: Any) -> str:
    """Write text as code; empty text as nothing.

    Examples
    --------
    >>> print(code("sha256"), code("a`b"))
    `sha256` <code>a&#96;b</code>
    """
    text = one_line(value)
    # "`r x`" is code to run for knitr, so anything but a single word is spelt out.
    if PLAIN_CODE.fullmatch(text):
        return f"`{text}`"
    return f"<code>{escape(text)}</code>" if text else ""


def quoted(text: str) -> str:
    r"""Write text as a literal of Python and of R, for a block of code on a page.

    What a page's programs might act upon, and what no eye sees, is written by its number,
    which both languages read back.

    Examples
    --------
    >>> print(quoted("a"), quoted('`r x` {{< "y" \\n'))
    "a" "\u0060r x\u0060 \u007b\u007b\u003c \"y\" \\n"
    """
    return '"' + "".join(_literal(letter) for letter in text) + '"'


def _literal(letter: str) -> str:
    if letter in '"\\':
        return "\\" + letter
    if letter.isprintable() and letter not in "`{}<>" and letter not in TURNS:
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"


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
        header = {"title": escape(title), "subtitle": escape(subtitle)}
        # A path has no entities, so of a name that could be code the page has Quarto's dark.
        theme = [f"{files}/dark.scss"] if PLAIN_PATH.fullmatch(files) else []
        # Any JSON of printable characters is YAML.
        written = {k: json.dumps(v, ensure_ascii=False) for k, v in header.items()}
        written["dark"] = json.dumps(["default", *theme], ensure_ascii=False)
        self._blocks = [HEADER.format(**written).rstrip()]

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
        kind = ".chart" if chart else ".on-paper"
        size = " .small width=75%" if small else ""
        alt = attribute(drawn.alt_text)
        self.add(f"![{caption}]({quote(file)}){{#{full} {kind}{size} fig-alt={alt}}}")

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
