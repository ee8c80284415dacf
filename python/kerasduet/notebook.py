"""Notebooks: whether this is one, figures at the end of their cell, results as HTML."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from html import escape
from typing import Any

__all__ = ["announce", "as_html", "folded", "seen", "shell"]

# Colours are the notebook's own, whose theme may be light or dark.
CELL = "text-align:left;vertical-align:top;padding:2px 12px 2px 0"
SAME = "white-space:pre-wrap;overflow-wrap:anywhere;background:none;color:inherit"

_waiting: list[Any] = []
_kernels: list[Any] = []  # those that tell us when a cell ends


def announce(figure: Any) -> None:
    """Have a figure shown when the cell ends, unless it is drawn before, to be shown or saved.

    As those of pyplot do: so it shows in a loop as well, behind a semicolon, and when it is kept
    by a name.
    """
    kernel = shell()
    if kernel is None:
        return
    if kernel not in _kernels:
        kernel.events.register("post_execute", _show)
        _kernels.append(kernel)
    _waiting.append(figure)


def seen(figure: Any) -> None:
    """Note that a figure was drawn."""
    _waiting[:] = [other for other in _waiting if other is not figure]


def _show() -> None:
    from IPython.display import display

    for figure in list(_waiting):
        display(figure)
    _waiting.clear()


def shell() -> Any:
    """Give the shell of a notebook; None in a terminal, a script or R.

    Examples
    --------
    >>> shell() is None
    True
    """
    found = sys.modules.get("IPython")
    running = found.get_ipython() if found is not None else None
    return running if hasattr(running, "kernel") else None


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
