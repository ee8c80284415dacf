"""Counts of what was taken for what, as coloured tiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from kerasduet.figures.marks import Mark
from kerasduet.figures.names import shortened, shortened_all
from kerasduet.figures.panels import Panel, Scale
from kerasduet.figures.words import count
from kerasduet.style import OKABE_ITO, blend

__all__ = ["confusion_figure"]

FEW, MANY = 12, 25  # classes
HEIGHT, HIGH = 6.0, 7.5  # inches, of a figure of one
AROUND = 1.4  # of it for titles and the names below
LEAST_SIZE = 4.0  # points of what is still read


def confusion_figure(
    counts: np.ndarray,
    names: Sequence[str],
    *,
    noun: str,
    cases: str,
    letters: int,
    share: float = 1.0,
) -> Panel:
    """Draw a confusion matrix.

    Where names are too long, or there are many, rows have a number and a short name, and columns
    the numbers alone.

    Parameters
    ----------
    counts : numpy.ndarray
        (classes, classes): truth in rows, prediction in columns.
    names : sequence of str
        Of the classes.
    noun, cases : str
        What is predicted, such as "class", and of what, such as "images".
    letters : int
        Of a name that there is room for; the alt text has them all.
    share : float
        Of the width of the figure that it has.
    """
    names, total = tuple(names), int(counts.sum())
    of_row = (counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)).ravel()
    right = np.eye(len(names), dtype=bool).ravel()
    # The square root keeps rare mistakes visible beside a full diagonal.
    strength = np.sqrt(of_row)
    hues = np.where(right, OKABE_ITO["blue"], OKABE_ITO["vermilion"])
    cells = pd.DataFrame(
        {
            "truth": np.repeat(np.array(names, dtype=object), len(names)),
            "prediction": np.tile(np.array(names, dtype=object), len(names)),
            "count": counts.ravel(),
            "share": of_row,
            "correct": right,
            "fill": [blend(hue, part) for hue, part in zip(hues, strength, strict=True)],
            "ink": np.where(strength > 0.7, "#FFFFFF", "#000000"),
            "label": [f"{number:,}" if number else "" for number in counts.ravel()],
        }
    )
    height = HEIGHT if len(names) <= MANY else HIGH
    x_scale, y_scale, note = _scales(names, letters, share * (height - AROUND))
    errors = total - int(np.trace(counts))
    alt = (
        f"Confusion matrix of {total:,} test {cases}, truth in rows and prediction in "
        f"columns: {total - errors:,} right, on the diagonal, and {count(errors, 'mistake')}."
    )
    if errors:
        wrong = cells[~cells["correct"]]
        worst = wrong.iloc[wrong["count"].to_numpy().argmax()]
        alt += (
            f" The commonest mistake, {worst['truth']} taken for {worst['prediction']}, "
            f"occurs {count(worst['count'], 'time')}."
        )
    return Panel(
        kind="confusion",
        title=f"{count(errors, 'mistake')} in {total:,} test {cases}",
        subtitle=f"Blue: right. Orange: wrong. Stronger: more of the row{note}",
        x=f"Predicted {noun}",
        y=f"True {noun}",
        alt=alt,
        frames={"cells": cells},
        marks=(
            Mark("tile", "cells", {"x": "prediction", "y": "truth", "colour": "fill"}),
            *_numbers(len(names)),
        ),
        x_scale=x_scale,
        y_scale=y_scale,
        axes="box",
        square=True,
        legend=False,
        height=height,
    )


def _numbers(classes: int) -> tuple[Mark, ...]:
    """Write the counts into the cells, unless nobody could read them."""
    size = min(10.0, 100 / classes)
    of = {"x": "prediction", "y": "truth", "label": "label", "colour": "ink"}
    return (Mark("text", "cells", of, {"size": size}),) if size >= LEAST_SIZE else ()


def _scales(names: tuple[str, ...], letters: int, inches: float) -> tuple[Scale, Scale, str]:
    """Give both axes of a matrix of some inches, and what is to be said of them."""
    longest = max(map(len, names))
    if longest <= letters and (len(names) <= FEW or longest <= len(str(len(names)))):
        shown = shortened_all(names, letters)
        x_scale = Scale("category", names, shown, margin=False)
        return x_scale, replace(x_scale, reverse=True), ""
    room = 72 * inches / len(names)  # points a row
    every = -(-LEAST_SIZE // room)  # rows from one that is written to the next
    size = min(10.0, max(0.85 * room * every, LEAST_SIZE))
    numbers = [str(number) for number in range(1, len(names) + 1)]
    rows = [
        f"{number} {shortened(name, letters - len(number) - 1)}"
        for number, name in zip(numbers, names, strict=True)
    ]
    apart = -(-len(numbers[-1]) * size // room)  # a digit is some 0.6 of its size wide
    return (
        Scale("category", names, _each(numbers, int(apart)), margin=False, size=size),
        Scale(
            "category", names, _each(rows, int(every)), margin=False, reverse=True, size=size
        ),
        ".\nColumns have the numbers of the rows",
    )


def _each(words: Sequence[str], step: int) -> tuple[str, ...]:
    """Keep the first of so many words, and leave the others empty."""
    return tuple(word if place % step == 0 else "" for place, word in enumerate(words))
