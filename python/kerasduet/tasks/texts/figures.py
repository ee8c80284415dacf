"""Test texts, right and wrong, with the words that spoke for the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.errors import ArgumentType
from kerasduet.figures.panels import Panel
from kerasduet.figures.rows import checked_rows, telling_rows
from kerasduet.figures.words import count, noted, percent
from kerasduet.inside.words import word_influence, words_of
from kerasduet.inside.words_figure import Told, word_panel
from kerasduet.tasks.classification.figures import no_probability

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["words_panel"]

SHOWN = 6
MOST_SHOWN = 20
MOST_WORDS = 40  # of a text among several


def words_panel(run: Result, *, rows: Any = None, share: float = 1.0) -> Panel:
    """Show test texts with prediction and truth, and the words that spoke for the prediction.

    Parameters
    ----------
    run : Result
        Of a classifier of texts.
    rows : sequence of int, optional
        Test texts to show, from 1; by default mistakes, the surest first, and right ones.
    share : float
        Of the width of the figure that it has.
    """
    table = run.predictions().astype({"truth": str, "prediction": str})
    table["correct"] = table["truth"] == table["prediction"]
    most = max(int(SHOWN * share), 2)
    chosen = (
        telling_rows(table, most)
        if rows is None
        else checked_rows(rows, len(table), MOST_SHOWN)
    )
    texts: Any = run.dataset.given
    column = run.experiment.data.text_column
    written = [texts[column].iloc[row - 1] for row in chosen]
    tiles = table.iloc[np.array(chosen) - 1]
    found = _influence(run, written)
    told = []
    for place, one in enumerate(tiles.itertuples(), start=1):
        part = found[found["text"] == place]
        words = np.where(part["known"], part["word"], "[" + part["word"].astype(str) + "]")
        kept = slice(0, MOST_WORDS)
        mark = "" if one.correct else "\u00d7 "
        title = f"{mark}Row {one.row}: {one.prediction} ({percent(one.probability)})"
        title += f", truth {one.truth}"
        influence = part["influence"].to_numpy()[kept]
        told.append(Told(title, words[kept].tolist(), influence))
    wrong = int((~tiles["correct"]).sum())
    title = f"{count(len(chosen), 'test text')}, {wrong or 'none'} of them wrong"
    title += " (\u00d7)" if wrong else ""
    unit: Any = run.preprocessing
    panel = word_panel(told, title=title, unit=unit.vocabulary.unit, share=share)
    return noted(panel, no_probability(tiles))


def _influence(run: Result, written: list[str]) -> pd.DataFrame:
    """Give the influence of words; none where a network embeds none, or has diverged."""
    learned: Any = run.preprocessing
    try:
        found = word_influence(run, written)
    except ArgumentType:  # a network of the caller's
        return words_of(learned, written, learned.encoded(written)).assign(influence=0.0)
    found["influence"] = found["influence"].where(np.isfinite(found["influence"]), 0.0)
    return found
