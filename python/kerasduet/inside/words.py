"""Which words a network's answer to a text hangs on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.environment import deterministic
from kerasduet.errors import ArgumentType
from kerasduet.inside.calls import Call, calls_of
from kerasduet.inside.gradients import gradient
from kerasduet.inside.heads import Head, head_of
from kerasduet.inside.hooks import BATCH, changed, watched
from kerasduet.inside.networks import subject_of

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["influence_of", "word_influence"]


def word_influence(run: Result, texts: Any, *, label: Any = None) -> pd.DataFrame:
    """Say how much each word of a text speaks for a class.

    Parameters
    ----------
    run : Run
        Of texts.
    texts : str, sequence of str or column
        Texts, as for `predict`.
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
    The influence is gradient times input: the slope of the score of the class along each number
    that stands for the word, times that number, summed over them. The score is the network's output
    before softmax or sigmoid. It is exact for small changes alone. Li and others (2016),
    Visualizing and understanding neural models in NLP, NAACL.
    """
    head, written, codes = _asked(run, texts)
    found, classes = influence_of(head, codes, label)
    learned: Any = run.preprocessing
    parts = []
    for row, (text, own) in enumerate(zip(written, codes, strict=True)):
        places = np.nonzero(own)[0]
        parts.append(
            pd.DataFrame(
                {
                    "text": row + 1,
                    "place": np.arange(1, len(places) + 1),
                    "word": _seen(learned, text),
                    "known": own[places] > 1,
                    "label": head.called(int(classes[row])),
                    "influence": found[row, places].astype(np.float64),
                }
            )
        )
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
def influence_of(head: Head, codes: np.ndarray, label: Any) -> tuple[np.ndarray, np.ndarray]:
    """Give the influence (n, length) of each code, and the class (n,) asked about."""
    call = _embedding_of(head)
    found, classes = [], []
    for start in range(0, len(codes), BATCH):
        part = codes[start : start + BATCH]
        own = head.codes(part, label)
        with head.plain():
            found.append(_weighed(head, call, part, own))
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


def _weighed(head: Head, call: Call, codes: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Sum slopes times what stands for each word."""
    from keras import ops

    (words,) = watched(head.subject.model, [call.operation], codes)

    def moved(shift: Any) -> Any:
        """Give the scores where what stands for the words is moved by something."""

        def change(inner: Any) -> Any:
            return lambda *given, **named: inner(*given, **named) + shift

        with changed(call.operation, change):
            return head.scores(ops.convert_to_tensor(codes), classes)

    slopes = gradient(moved, np.zeros_like(words))
    return np.asarray((slopes * words).sum(axis=-1))
