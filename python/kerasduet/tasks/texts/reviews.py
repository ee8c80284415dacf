"""Reviews that are generated: what counts is who negates what, and how strongly it is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["CLASSES", "COUNT", "generated"]

COUNT = 6_000
SEED = 20_240
CLASSES = ("negative", "positive")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GOOD = _words(
    "good great fine superb lovely brilliant touching gripping funny charming clever "
    "fresh delightful moving elegant warm exciting witty memorable convincing"
)
BAD = _words(
    "bad awful poor dull boring clumsy weak flat tedious stale silly noisy shallow "
    "lifeless confused ugly predictable cheap forgettable annoying"
)
THINGS = _words(
    "film plot story acting cast script music dialogue camera ending opening pace "
    "humour editing sound photography direction scenery"
)
STRONG = ("very", "really", "truly", "absolutely", "extremely", "remarkably")
SLIGHT = ("slightly", "somewhat", "rather", "a bit", "a little", "mildly")
NOT = ("was not", "wasn't", "was never", "was hardly", "was anything but", "was far from")
FILLERS = (
    "i saw it on a {day}",
    "my {friend} took me to it",
    "we sat in the {row} row",
    "it runs for two hours",
    "i had read the book before",
    "the cinema was half empty",
    "it was shown in the original language",
    "nobody had told me about it",
)
DAYS = _words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
FRIENDS = _words("sister brother neighbour friend teacher mother father")
ROWS = _words("first second third last")


class _Draw:
    """Draws that no version of NumPy changes."""

    def __init__(self) -> None:
        self._random = np.random.RandomState(SEED)

    def choice(self, options: Sequence[Any]) -> Any:
        """Give one of some options."""
        return options[self._random.randint(len(options))]

    def two(self, options: Sequence[str]) -> tuple[str, str]:
        """Give two that differ."""
        one, other = self._random.choice(len(options), 2, replace=False)
        return options[one], options[other]

    def coin(self) -> bool:
        """Give heads or tails."""
        return bool(self._random.randint(2))


def generated() -> tuple[list[str], list[int]]:
    """Generate reviews and their classes: 0 negative, 1 positive; always the same.

    Returns
    -------
    (list of str, list of int)
        6,000 of each, half of each class, none of them twice.

    Notes
    -----
    Most of them hold words of both kinds. A negation turns the word that follows it over, strong
    words count more than slight ones, and what "but" leads to counts more than what it follows. So
    the words alone, without their order, do not tell the class of many.
    """
    draw = _Draw()
    seen: set[str] = set()
    texts: list[str] = []
    codes: list[int] = []
    while len(texts) < COUNT:
        code = len(texts) % 2
        text = _review(draw, code)
        if text not in seen:
            seen.add(text)
            texts.append(text)
            codes.append(code)
    return texts, codes


def _review(draw: _Draw, code: int) -> str:
    """Write one review of a class."""
    sentence = draw.choice(SENTENCES)
    parts = [sentence(draw, code)]
    for at in (0, 1):
        if draw.coin():
            parts.insert(at * len(parts), _filler(draw))
    return " ".join(f"{part[0].upper()}{part[1:]}." for part in parts)


def _word(draw: _Draw, code: int) -> str:
    word: str = draw.choice((BAD, GOOD)[code])
    return word


def _filler(draw: _Draw) -> str:
    text: str = draw.choice(FILLERS)
    return text.format(
        day=draw.choice(DAYS), friend=draw.choice(FRIENDS), row=draw.choice(ROWS)
    )


def _plain(draw: _Draw, code: int) -> str:
    """Say it: "the plot was very good"."""
    how = draw.choice(("", *STRONG))
    return " ".join(f"the {draw.choice(THINGS)} was {how} {_word(draw, code)}".split())


def _negated(draw: _Draw, code: int) -> str:
    """Deny the opposite: "the plot was not good"."""
    return f"the {draw.choice(THINGS)} {draw.choice(NOT)} {_word(draw, 1 - code)}"


def _turned(draw: _Draw, code: int) -> str:
    """Deny one word and say the other: both classes hold the same words."""
    thing, no = draw.choice(THINGS), draw.choice(NOT)
    if draw.coin():
        return f"the {thing} {no} {_word(draw, 1 - code)}, it was {_word(draw, code)}"
    return f"the {thing} was {_word(draw, code)}, it {no} {_word(draw, 1 - code)}"


def _conceded(draw: _Draw, code: int) -> str:
    """Concede something: what counts is the other half."""
    one, other = draw.two(THINGS)
    small, main = _word(draw, 1 - code), _word(draw, code)
    if draw.coin():
        return f"although the {one} was {small}, the {other} was {main}"
    return f"the {one} was {small}, but the {other} was {main}"


def _weighed(draw: _Draw, code: int) -> str:
    """Weigh a slight word and a strong one, in either order."""
    one, other = draw.two(THINGS)
    halves = [
        f"the {one} was {draw.choice(SLIGHT)} {_word(draw, 1 - code)}",
        f"the {other} was {draw.choice(STRONG)} {_word(draw, code)}",
    ]
    return " and ".join(halves[::-1] if draw.coin() else halves)


# Plain ones are the commonest.
SENTENCES = (_plain, _plain, _plain, _negated, _turned, _conceded, _weighed)
