"""Names of any length, written so that they fit beside a figure."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["shortened", "shortened_all"]


def shortened(text: str, most: int) -> str:
    r"""Write a name in one line of at most so many letters, without its middle.

    Examples
    --------
    >>> shortened("pear", 9), shortened("a\nb", 9), shortened("Golden Delicious", 9)
    ('pear', 'a b', 'Gol...ous')
    """
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    end = (most - 3) // 2
    # Three dots: R's PDF files lack the one letter that stands for them.
    return f"{line[: most - 3 - end]}...{line[len(line) - end :]}"


def shortened_all(names: Sequence[str], most: int) -> tuple[str, ...]:
    """Shorten names that must be told apart: those that would be alike get a number.

    Empty ones stay empty.

    Examples
    --------
    >>> shortened_all(["one long name", "one other name"], 9)
    ('one...ame 1', 'one...ame 2')
    """
    short = [shortened(name, most) for name in names]
    alike = {text for text in short if text and short.count(text) > 1}
    seen: dict[str, int] = dict.fromkeys(alike, 0)
    told = []
    for text in short:
        if text in alike:
            seen[text] += 1
            text = f"{text} {seen[text]}"
        told.append(text)
    return tuple(told)
