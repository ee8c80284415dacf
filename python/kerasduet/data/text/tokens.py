"""From a text to its tokens: words and marks, or characters."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

__all__ = ["UNITS", "joined", "normalised", "tokens"]

UNITS = ("word", "character")


def normalised(text: str, *, lower: bool) -> str:
    """Bring a text to one form: Unicode's NFC, white space as one space, lower case if asked.

    Examples
    --------
    >>> normalised("  A   fine Film ", lower=True)
    'a fine film'
    """
    text = " ".join(unicodedata.normalize("NFC", text).split())
    return unicodedata.normalize("NFC", text.lower()) if lower else text


def tokens(text: str, unit: str) -> list[str]:
    """Cut a text that was `normalised` into words and marks, or into characters.

    Parameters
    ----------
    text : str
        Any.
    unit : {"word", "character"}
        Words are runs of letters and digits, apostrophes among them; punctuation is a token of its
        own. Languages that put no spaces between words are better cut into characters.

    Examples
    --------
    >>> tokens("it isn't 3-D, is it?", "word")
    ['it', "isn't", '3', '-', 'D', ',', 'is', 'it', '?']
    >>> tokens("5+6", "character")
    ['5', '+', '6']
    """
    if unit == "character":
        return list(text)
    return (_ascii() if text.isascii() else _unicode()).findall(text)


def joined(parts: list[str], unit: str) -> str:
    """Put tokens together to a text: words with a space between them, no space before a mark.

    Examples
    --------
    >>> joined(["not", "bad", ",", "is", "it", "?"], "word")
    'not bad, is it?'
    """
    if unit == "character":
        return "".join(parts)
    return re.sub(r" ([,.;:!?)\]}])", r"\1", " ".join(parts))


@cache
def _ascii() -> re.Pattern[str]:
    return _pattern(r"[A-Za-z0-9]")


@cache
def _unicode() -> re.Pattern[str]:
    """Take marks that combine with a letter, such as vowels of Hindi, for parts of the word."""
    combining = "".join(
        chr(code) for code in range(0x20000) if unicodedata.category(chr(code)).startswith("M")
    )
    return _pattern(rf"(?:[^\W_]|[{combining}])")


def _pattern(letter: str) -> re.Pattern[str]:
    """Read words, which may hold apostrophes; any other mark is a token of its own."""
    return re.compile(rf"{letter}+(?:['\u2019]{letter}+)*|[^\s\w]|_")
