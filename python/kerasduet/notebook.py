"""What a notebook needs: whether this is one, and results as HTML that is light and dark."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from html import escape

__all__ = ["as_html", "folded", "in_notebook"]

# Colours are the notebook's own, whose theme may be light or dark.
CELL = "text-align:left;vertical-align:top;padding:2px 12px 2px 0"
SAME = "white-space:pre-wrap;overflow-wrap:anywhere;background:none;color:inherit"


def in_notebook() -> bool:
    """Say whether this runs in Jupyter, VS Code or Colab, which show figures below a cell.

    Examples
    --------
    >>> in_notebook()
    False
    """
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None) is not None


def as_html(lines: Iterable[str]) -> str:
    """Lay out lines of a title and of rows as a small table.

    Parameters
    ----------
    lines : iterable of str
        The title; then rows, two spaces, a word of up to eight letters and a text.

    Examples
    --------
    >>> as_html(["<kerasduet run> a", "  data     5 rows"]).count("<tr>")
    1
    """
    title, *rows = lines
    kind, _, rest = title.removeprefix("<kerasduet ").partition("> ")
    head = f"<b>{escape(kind.capitalize())}</b> {escape(rest)}" if rest else escape(title)
    body = "".join(
        f'<tr><th style="{CELL};font-weight:600">{escape(word)}</th>'
        f'<td style="{CELL};white-space:normal">{escape(text.strip())}</td></tr>'
        for word, _, text in (row.strip().partition(" ") for row in rows)
    )
    return f'<div><p style="margin:0 0 4px">{head}</p><table>{body}</table></div>'


def folded(title: str, text: str, *, lines: Iterable[str] = ()) -> str:
    """Give a sentence, lines below it, and a long text that opens with a click."""
    told = "".join(f"<li>{escape(line)}</li>" for line in lines)
    more = f"<ul>{told}</ul>" if told else ""
    return (
        f"<div><b>{escape(title)}</b>{more}<details><summary>All that was looked at</summary>"
        f'<pre style="{SAME}">{escape(text)}</pre></details></div>'
    )
