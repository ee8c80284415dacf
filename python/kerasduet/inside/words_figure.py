"""Texts drawn with the words that speak for an answer, and against it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.errors import ShapeError
from kerasduet.figures import PlotData
from kerasduet.figures.marks import Mark
from kerasduet.figures.panels import Panel, Scale
from kerasduet.inside.words import word_influence
from kerasduet.settings.named import answers
from kerasduet.style import OKABE_ITO, blend

if TYPE_CHECKING:
    from kerasduet.figures.canvas import RunFigure
    from kerasduet.result import Result

__all__ = ["Told", "plot_word_influence", "word_panel", "words_data"]

LETTERS = 76  # of a line over the whole width
SPACE = 1.4  # letters around a word
MOST_LINES = 40
NAMED = 3  # words in an alt text


@dataclass(frozen=True)
class Told:
    """A text with its words and what is written above it.

    Parameters
    ----------
    title : str
        Above it.
    words : sequence of str
        Tokens, in order.
    influence : numpy.ndarray
        Of each (n,).
    """

    title: str
    words: Sequence[str]
    influence: np.ndarray


@answers()
def plot_word_influence(
    run: Result, text: Any, method: str = "gradient", *, label: Any = None
) -> RunFigure:
    """Draw a text and which of its words speak for a class.

    Parameters
    ----------
    run : Run
        Of texts.
    text : str
        One text, as for `predict`.
    method, label
        As for `word_influence`.

    Returns
    -------
    matplotlib.figure.Figure
        The words in order: blue speaks for the class and orange against it, each from the strongest
        word.

    Raises
    ------
    KerasduetError
        As for `word_influence`.
    """
    from kerasduet.figures.drawing import draw

    return draw(words_data(run, text, method, label=label))


def words_data(run: Any, text: Any, method: Any = "gradient", *, label: Any = None) -> PlotData:
    """Compute what the figure of a text's words shows; see `plot_word_influence`."""
    table = word_influence(run, text, method, label=label)
    if table["text"].max() > 1:
        raise ShapeError(f"text: must be one text; got {table['text'].max()}.")
    found = _told(table, "")
    panel = word_panel(
        [found], title=f"What speaks for {table['label'].iloc[0]}", unit=_unit(run)
    )
    return PlotData("words", "", "", (panel,), height=panel.height)


def _unit(run: Any) -> str:
    return str(run.preprocessing.vocabulary.unit)


def _told(table: pd.DataFrame, title: str) -> Told:
    words = np.where(table["known"], table["word"], "[" + table["word"].astype(str) + "]")
    return Told(title, words.tolist(), table["influence"].to_numpy())


def word_panel(
    given: Sequence[Told], *, title: str, unit: str = "word", share: float = 1.0
) -> Panel:
    """Draw texts, a box a word, blue where it speaks for the class and orange where against it.

    Words in brackets are not in the vocabulary.

    Parameters
    ----------
    given : sequence of Told
        From the top.
    title : str
        Of the panel.
    unit : {"word", "character"}
        What a token is.
    share : float
        Of the width of the figure that it has.
    """
    width = share * LETTERS
    space = SPACE if unit == "word" else 0.6
    boxes, titles, line, alts = [], [], 0.0, []
    for one in given:
        if one.title:
            for part in textwrap.wrap(one.title, int(width)):
                titles.append((0.0, line + 0.5, part))
                line += 1
        most = max(float(np.abs(one.influence).max(initial=0)), 1e-12)
        at, used = 0.0, 0
        for word, value in zip(one.words, one.influence, strict=True):
            size = len(word) + space
            if at > 0 and at + size > width:
                at, line, used = 0.0, line + 1, used + 1
                if used == MOST_LINES:
                    break
            hue = OKABE_ITO["blue" if value > 0 else "vermilion"]
            strength = 0.85 * abs(float(value)) / most
            ends = (at, line + 0.08, at + size, line + 0.92)
            ink = "#FFFFFF" if strength > 0.55 else "#000000"
            middle = (at + size / 2, line + 0.5)
            boxes.append((*ends, blend(hue, strength), word, value, ink, *middle))
            at += size
        line += 1.5
        alts.append(_alt(one))
    names = ["x", "y", "to_x", "to_y", "colour", "word", "influence", "ink", "middle", "line"]
    frames = {
        "words": pd.DataFrame(boxes, columns=names),
        "titles": pd.DataFrame(titles, columns=["x", "y", "label"]),
    }
    marks = [
        Mark(
            "box",
            "words",
            {name: name for name in ("x", "y", "to_x", "to_y", "colour")},
            {"round": False, "width": 0.0},
        ),
        Mark(
            "text",
            "words",
            {"x": "middle", "y": "line", "label": "word", "colour": "ink"},
            {"size": 10.0},
        ),
    ]
    if titles:
        marks.append(
            Mark(
                "text",
                "titles",
                {"x": "x", "y": "y", "label": "label"},
                {"align": 0.0, "size": 10.0, "bold": True},
            )
        )
    else:
        del frames["titles"]
    brackets = any(word.startswith("[") for one in given for word in one.words)
    return Panel(
        kind="words",
        title=title,
        subtitle="Blue: speaks for it. Orange: against it"
        + (". In brackets: not in the vocabulary" if brackets else ""),
        x="",
        y="",
        alt=" ".join(alts),
        frames=frames,
        marks=tuple(marks),
        x_scale=Scale(low=0.0, high=width, margin=False),
        y_scale=Scale(low=-0.2, high=line - 0.3, margin=False, reverse=True),
        axes="none",
        legend=False,
        height=0.9 + 0.24 * line,
    )


def _alt(one: Told) -> str:
    """Say in words which tokens count most."""
    order = np.argsort(-np.abs(one.influence), kind="stable")[:NAMED]
    sides = []
    for what, sign in (("for", 1), ("against", -1)):
        named = [str(one.words[i]) for i in order if sign * one.influence[i] > 0]
        if named:
            sides.append(f"{what} it {', '.join(named)}")
    strongest = "; ".join(sides) or "none"
    head = f"{one.title}: " if one.title else ""
    return f"{head}of {len(one.words)} tokens the strongest speak {strongest}."
