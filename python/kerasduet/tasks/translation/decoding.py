"""From a network that gives the next token to whole texts: greedy, or along several at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.part import taken
from kerasduet.data.text import PADDING
from kerasduet.tasks.translation.learned import END, START

if TYPE_CHECKING:
    from kerasduet.tasks.translation.learned import PairPreprocessing

__all__ = ["NEVER", "decoded", "search"]

ROWS = 512  # partial texts that are followed at a time
FEWEST = 8
NEVER = (PADDING, START)  # are no tokens of a text


def search(
    following: Callable[[np.ndarray, np.ndarray, int], np.ndarray],
    rows: int,
    *,
    steps: int,
    beam: int = 1,
    start: int = START,
    end: int = END,
    never: tuple[int, ...] = NEVER,
) -> tuple[np.ndarray, np.ndarray]:
    """Find texts of a high probability: the product of those of their tokens.

    Parameters
    ----------
    following : callable
        Of rows (m,), counted from 0, of what the decoder has seen in each (m, steps), `start` and
        the tokens until now, and of the step, from 0: the probabilities of the next token
        (m, vocabulary).
    rows : int
        Texts to write.
    steps : int
        Tokens of each at most, `end` among them.
    beam : int
        Partial texts of a row that are followed at once, at least 1: the likeliest ones. Of 1 the
        likeliest next token is always taken; of as many as there are texts the likeliest text is
        found.
    start, end : int
        Codes of the marks.
    never : tuple of int
        Codes that are never written; padding, 0, fills a row behind its end.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        Codes (rows, steps), int32, and the logarithms of their probabilities (rows,), float64: NaN
        where the network gave no numbers. Of equally likely ones the first is kept, by the codes
        of their tokens.
    """
    tokens = np.zeros((rows, 1, steps), np.int32)
    scores = np.zeros((rows, 1))
    done = np.zeros((rows, 1), bool)
    broken = np.zeros(rows, bool)
    for step in range(steps):
        row, place = np.nonzero(~done)
        if not len(row):
            break
        before = tokens[row, place]
        seen = np.concatenate([np.full((len(row), 1), start, np.int32), before[:, :-1]], axis=1)
        found = following(row, seen, step).astype(np.float64)
        found[:, list(never)] = 0
        unsound = np.asarray(np.isnan(found).any(axis=1))
        broken[row[unsound]] = True
        with np.errstate(divide="ignore"):
            logs = np.log(np.where(unsound[:, None], 1.0, found))
        width, size = scores.shape[1], found.shape[1]
        after = np.full((rows, width, size), -np.inf)
        after[row, place] = scores[row, place, None] + logs
        after[..., PADDING][done] = scores[done]
        flat = after.reshape(rows, -1)
        best = np.argsort(-flat, axis=1, kind="stable")[:, :beam]
        own = np.arange(rows)[:, None]
        scores, tokens, done = (
            flat[own, best],
            tokens[own, best // size],
            done[own, best // size],
        )
        tokens[..., step] = best % size
        done |= (best % size == end) | (scores == -np.inf)
    scores[broken] = np.nan
    return tokens[:, 0], scores[:, 0]


def decoded(
    predict: Callable[[Any], Any],
    learned: PairPreprocessing,
    sources: np.ndarray,
    beam: int | None = None,
) -> dict[str, np.ndarray]:
    """Write the targets of sources (n, source_length), token by token.

    Returns
    -------
    dict
        codes (n, steps), int32, and log_probability (n,), float32.
    """
    width = learned.beam if beam is None else beam
    at_a_time = max(ROWS // width, 1)
    codes, scores = [], []
    for first in range(0, len(sources), at_a_time):
        some = taken(sources, slice(first, first + at_a_time))

        def following(rows: np.ndarray, seen: np.ndarray, step: int, some: Any = some) -> Any:
            # Few numbers of rows, as some backends compile for each anew.
            size = max(FEWEST, 1 << (len(rows) - 1).bit_length())
            more = np.zeros(size - len(rows), np.int64)
            whole = np.concatenate([np.arange(len(rows)), more])
            outputs = predict({"source": some[rows[whole]], "target": seen[whole]})
            return outputs[: len(rows), step]

        found, score = search(following, len(some), steps=learned.steps, beam=width)
        codes.append(found)
        scores.append(score.astype(np.float32))
    return {"codes": np.concatenate(codes), "log_probability": np.concatenate(scores)}
