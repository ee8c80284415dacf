"""How sure a network is of each character, and how its perplexity compares with n-grams'."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kerasduet.checks import whole
from kerasduet.figures.marks import Mark
from kerasduet.figures.panels import Panel, Scale
from kerasduet.figures.words import noted
from kerasduet.style import OKABE_ITO, PALE, blend
from kerasduet.tasks.generation.ngrams import MOST_ORDER
from kerasduet.tasks.generation.scores import ORDERS

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["characters_panel", "perplexity_panel"]

LINE, LINES = 60, 8  # characters of a line, and lines, over the whole width
NARROW = 34  # characters of a line beside another panel, which has room for more lines
SURE = 8.0  # bits: from here on the colour is full


def perplexity_panel(run: Result) -> Panel:
    """Put the network's perplexity beside those of the n-grams.

    Parameters
    ----------
    run : Result
        That learned a text.
    """
    metrics, order = run.metrics, run.preprocessing.order  # type: ignore[attr-defined]
    names = [*(f"{n}-gram" for n in range(1, MOST_ORDER + 1)), "network"]
    values = [*(metrics[f"{name}_perplexity"] for name in ORDERS), metrics["perplexity"]]
    best = order - 1
    colours = [PALE] * MOST_ORDER + [OKABE_ITO["blue"]]
    colours[best] = OKABE_ITO["orange"]
    bars = pd.DataFrame(
        {
            "model": np.array(names, dtype=object),
            "perplexity": values,
            "colour": colours,
            "label": [f"{value:.2f}" for value in values],
        }
    )
    drawn = bars[np.isfinite(bars["perplexity"])].reset_index(drop=True)
    drawn["above"] = drawn["perplexity"] + 0.04 * drawn["perplexity"].max()
    told = ", ".join(
        f"{name} {label}" for name, label in zip(names, bars["label"], strict=True)
    )
    panel = Panel(
        kind="perplexity",
        title="Perplexity of the test text",
        subtitle=f"Orange: the {order}-gram, best on the validation text. Lower is better",
        x="",
        y="Perplexity a character",
        alt=f"Bars of the perplexity of {len(run.table):,} test characters: {told}.",
        frames={"bars": drawn},
        marks=(
            Mark("bar", "bars", {"x": "model", "y": "perplexity", "colour": "colour"}),
            Mark("text", "bars", {"x": "model", "y": "above", "label": "label"}),
        ),
        x_scale=Scale("category", tuple(names)),
        y_scale=Scale(low=0.0),
        legend=False,
    )
    return noted(panel, "" if len(drawn) == len(bars) else "The network's is no finite number")


def characters_panel(run: Result, *, begin: int = 1, share: float = 1.0) -> Panel:
    """Colour a passage of the test text by how little the network expected each character.

    Parameters
    ----------
    run : Result
        That learned a text.
    begin : int
        The test character that it begins with, from 1.
    share : float
        Of the width of the figure that it has.
    """
    wide, high = (LINE, LINES) if share == 1 else (NARROW, 2 * LINES)
    table = run.table
    begin = whole("begin", begin, low=1, high=len(table))
    shown = table.iloc[begin - 1 : begin - 1 + wide * high]
    bits = -np.log2(np.clip(shown["probability"].to_numpy(np.float64), 2.0**-SURE, 1))
    # Of a diverged training nothing was expected.
    bits = np.where(np.isfinite(bits), bits, SURE)
    place = np.arange(len(shown))
    cells = pd.DataFrame(
        {
            "x": place % wide + 1,
            "y": place // wide + 1,
            "label": shown["truth"].str.replace(" ", "\u00b7").to_numpy(object),
            "fill": [blend(OKABE_ITO["vermilion"], bit / SURE) for bit in bits],
        }
    )
    lines = int(cells["y"].max())
    passage = "".join(shown["truth"])
    return Panel(
        kind="characters",
        title="Surprise, character by character",
        subtitle="White: foreseen. Orange: surprising",
        x="",
        y="",
        alt=(
            f"{len(shown):,} test characters, each on a tile coloured by its surprise, on average "
            f"{bits.mean():.2f} bits: {passage}"
        ),
        frames={"cells": cells},
        marks=(
            Mark("tile", "cells", {"x": "x", "y": "y", "colour": "fill"}),
            Mark("text", "cells", {"x": "x", "y": "y", "label": "label"}, {"size": 10.0}),
        ),
        x_scale=Scale(margin=False),
        y_scale=Scale(margin=False, reverse=True),
        axes="none",
        legend=False,
        height=0.7 + 0.22 * lines,
    )
