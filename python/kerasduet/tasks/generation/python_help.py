"""English that every Python carries: the sentences of its own reference."""

from __future__ import annotations

import re

from kerasduet.errors import DatasetError

__all__ = ["NAME", "python_help"]

NAME = "Python's reference (pydoc_data.topics)"
SHORTEST = 80  # characters of a paragraph
LETTERS = 0.9  # share of letters and spaces: the rest is code


def python_help() -> str:
    """Give the paragraphs of prose in the reference that `help()` shows, each once.

    Returns
    -------
    str
        Some 180,000 characters; each version of Python has a text of its own.

    Raises
    ------
    DatasetError
        A Python that was installed without it.
    """
    try:
        from pydoc_data.topics import topics
    except ImportError:
        raise DatasetError(
            "dataset: python-help is the module pydoc_data of Python's standard library; got a "
            "Python without it. Install the whole library, or give a text of your own."
        ) from None
    found: dict[str, None] = {}  # sections that several topics share are there once
    for topic in topics.values():
        for paragraph in re.split(r"\n\s*\n", topic):
            text = " ".join(paragraph.split())
            if _is_prose(text):
                found.setdefault(text)
    return " ".join(found)


def _is_prose(text: str) -> bool:
    if len(text) < SHORTEST or not text[0].isalpha() or text[-1] not in ".:":
        return False
    return sum(c.isalpha() or c == " " for c in text) >= LETTERS * len(text)
