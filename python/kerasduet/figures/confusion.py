"""Counts of what was taken for what, as coloured tiles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kerasduet.figures.marks import Mark
from kerasduet.figures.names import shortened_all
from kerasduet.figures.panels import Panel, Scale
from kerasduet.figures.words import count
from kerasduet.style import OKABE_ITO, blend

__all__ = ["confusion_figure"]


def confusion_figure(
    counts: np.ndarray, names: Sequence[str], *, noun: str, cases: str, letters: int
) -> Panel:
    """Draw a confusion matrix.

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
    shown = shortened_all(names, letters)
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
        subtitle="Blue: right. Orange: wrong. Stronger: more of the row",
        x=f"Predicted {noun}",
        y=f"True {noun}",
        alt=alt,
        frames={"cells": cells},
        marks=(
            Mark("tile", "cells", {"x": "prediction", "y": "truth", "colour": "fill"}),
            Mark(
                "text",
                "cells",
                {"x": "prediction", "y": "truth", "label": "label", "colour": "ink"},
                {"size": min(8.0, 90 / len(names))},
            ),
        ),
        x_scale=Scale("category", names, shown, margin=False),
        y_scale=Scale("category", names, shown, margin=False, reverse=True),
        axes="box",
        square=True,
        legend=False,
        height=6.0,
    )
