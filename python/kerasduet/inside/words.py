"""Which words a network's answer to a text hangs on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.checks import choice
from kerasduet.environment import deterministic
from kerasduet.errors import ArgumentType
from kerasduet.inside.calls import Call, calls_of
from kerasduet.inside.gradients import gradient
from kerasduet.inside.heads import Head, head_of
from kerasduet.inside.hooks import BATCH, changed, watched
from kerasduet.inside.networks import subject_of
from kerasduet.settings.named import answers

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["METHODS", "influence_of", "word_influence", "words_of"]

METHODS = ("gradient", "integrated")
STEPS = 64  # of the path from no words to the text


@answers()
def word_influence(
    run: Result, texts: Any, method: str = "gradient", *, label: Any = None
) -> pd.DataFrame:
    """Say how much each word of a text speaks for a class.

    Parameters
    ----------
    run : Run
        Of texts.
    texts : str, sequence of str or column
        Texts, as for `predict`.
    method : {"gradient", "integrated"}
        "gradient": gradient times input, the slope of the score along each number that stands for
        the word, times that number, summed over them. "integrated": integrated gradients, the same
        with the mean slope on the way from numbers of 0 to those of the text; over all words they
        sum to the change of the score.
    label : label, optional
        The class, as `predict` gives it; by default the class that is predicted for each text.

    Returns
    -------
    pandas.DataFrame
        A row a token that the network sees, in order: text (its row, from 1), place (in the text as
        the network sees it, from 1), word, known (whether the vocabulary has it), label (the class
        asked about) and influence: above 0 it speaks for the class, below 0 against it.

    Raises
    ------
    ArgumentType
        No run, a run of no texts, or a network that embeds no words; what is no text.
    EmptyData, MissingValue, UnknownName
        Texts that break a rule; no such class.

    Notes
    -----
    The score is the network's output for the class, before softmax or sigmoid. A slope is exact for
    small changes alone; integrated gradients take 64 steps. Li and others (2016), Visualizing and
    understanding neural models in NLP, NAACL; Sundararajan, Taly and Yan (2017), arXiv 1703.01365.
    """
    choice("method", method, METHODS)
    head, written, codes = _asked(run, texts)
    found, classes = influence_of(head, codes, method, label)
    table = words_of(run.preprocessing, written, codes)
    rows = table["text"].to_numpy() - 1
    table["label"] = [head.called(int(code)) for code in classes[rows]]
    table["influence"] = found[codes > 0].astype(np.float64)
    return table


def words_of(learned: Any, written: Sequence[str], codes: np.ndarray) -> pd.DataFrame:
    """Give the tokens that a network sees, a row each: text, place, word and known."""
    parts = []
    for row, (text, own) in enumerate(zip(written, codes, strict=True), start=1):
        seen = own[own > 0]
        places = np.arange(1, len(seen) + 1)
        columns = {
            "text": row,
            "place": places,
            "word": _seen(learned, text),
            "known": seen > 1,
        }
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def _asked(run: Any, texts: Any) -> tuple[Head, list[str], np.ndarray]:
    """Give the network's head, the texts, and their codes."""
    subject = subject_of(run)
    learned: Any = None if subject.run is None else subject.run.preprocessing
    task: Any = None if subject.run is None else subject.run.task
    if not hasattr(task, "texts_of") or not hasattr(learned, "encoded"):
        what = "a network by itself" if subject.run is None else f"the run {subject.name}"
        raise ArgumentType(
            f"run: must be a classifier of texts; got {what}. Train one from the preset sentiment."
        )
    written = task.texts_of(run, texts, "texts")
    return head_of(subject, None), written, learned.encoded(written)


def _seen(learned: Any, text: str) -> list[str]:
    """Give the tokens of a text that the network sees, in order."""
    every = learned.vocabulary.split(text)
    if learned.cut == "end":
        return list(every[: learned.length])
    return list(every[max(len(every) - learned.length, 0) :])


@deterministic()
def influence_of(
    head: Head, codes: np.ndarray, method: str, label: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Give the influence (n, length) of each code, and the class (n,) asked about."""
    call = _embedding_of(head)
    # What stands for the words is moved back by these shares of the way to none.
    back = (np.arange(STEPS) + 0.5) / STEPS if method == "integrated" else np.zeros(1)
    found, classes = [], []
    many = max(1, BATCH // len(back))
    for start in range(0, len(codes), many):
        part = codes[start : start + many]
        own = head.codes(part, label)
        with head.plain():
            found.append(_weighed(head, call, part, own, back.astype(np.float32)))
        classes.append(own)
    return np.concatenate(found), np.concatenate(classes)


def _embedding_of(head: Head) -> Call:
    """Find the layer that turns codes into numbers."""
    calls = calls_of(head.subject.model)
    fitting = [call for call in calls if type(call.operation).__name__ == "Embedding"]
    if not fitting:
        raise ArgumentType(
            f"run: must have a network that embeds words; got the network of {head.subject.name}, "
            "which has no layer of the kind Embedding."
        )
    return fitting[0]


def _weighed(
    head: Head, call: Call, codes: np.ndarray, classes: np.ndarray, back: np.ndarray
) -> np.ndarray:
    """Sum slopes times what stands for each word; of several places on the way, their mean."""
    from keras import ops

    (words,) = watched(head.subject.model, [call.operation], codes)
    given = ops.convert_to_tensor(np.tile(codes, (len(back), 1)))
    asked = np.tile(classes, len(back))

    def moved(shift: Any) -> Any:
        """Give the scores where what stands for the words is moved by something."""

        def change(inner: Any) -> Any:
            return lambda *given, **named: inner(*given, **named) + shift

        with changed(call.operation, change):
            return head.scores(given, asked)

    way = words * (codes > 0)[..., None]  # padding stays what it is
    shifts = -back[:, None, None, None] * way
    slopes = gradient(moved, shifts.reshape(-1, *words.shape[1:])).reshape(shifts.shape)
    return np.asarray((slopes.mean(axis=0) * words).sum(axis=-1))
