"""Levels hidden in a few training rows, so that a network learns what to say without them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kerasduet.data.frames.encoding import Encoding

__all__ = ["hide_levels"]

MOST = 1 / 20  # of the training rows


def hide_levels(
    encoding: Encoding, encoded: Mapping[str, np.ndarray], rows: np.ndarray, *, seed: int
) -> None:
    """Give the code of other levels to as many training rows as a level has on average.

    Of an embedded column that takes levels the training rows lack, their code would have no row to
    learn from, and its vector stay as it was drawn. Some rows, drawn at random, have it in place of
    their own level, at most one in 20: its vector is then learned from rows of every level.

    Parameters
    ----------
    encoding : Encoding
        Says the columns.
    encoded : mapping of numpy.ndarray
        What it gives for a table; the codes in it are changed.
    rows : numpy.ndarray
        Positions of the training rows.
    seed : int
        Decides which are drawn.

    Notes
    -----
    Levels of one row alone count as other ones before, as far as there are any, and fewer rows are
    drawn. Each level keeps its first row.
    """
    columns = [column for column in encoding.columns if column.embedded]
    for i, column in enumerate(columns, start=1):
        if not column.other:
            continue
        codes = encoded[f"level_{i}"]
        own, levels = codes[rows], len(column.levels)
        known = np.flatnonzero(own < levels)
        wanted = round(min(len(known) / (levels + 1), len(known) * MOST))
        wanted = max(wanted, 1) - int((own == column.codes - 1).sum())
        if wanted <= 0:
            continue
        first = np.zeros(column.codes, np.int64)
        first[own[::-1]] = np.arange(len(own))[::-1]  # of one place, the last value stays
        free = np.setdiff1d(known, first, assume_unique=True)
        random = np.random.default_rng([seed, i])
        chosen = random.choice(free, min(wanted, len(free)), replace=False)
        codes[rows[chosen]] = column.codes - 1
