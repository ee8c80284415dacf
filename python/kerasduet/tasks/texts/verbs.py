"""What a classifier of texts is asked: classes and probabilities of new texts, and scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.boundary import warn
from kerasduet.data.dataset import Dataset
from kerasduet.data.frames.read import as_frame
from kerasduet.data.labels import find_labels, labels_of
from kerasduet.data.text import UNKNOWN, texts
from kerasduet.errors import ArgumentType, LengthMismatch
from kerasduet.tasks.classification.scores import class_metrics
from kerasduet.tasks.texts.learned import TextPreprocessing
from kerasduet.tasks.texts.outputs import by_class
from kerasduet.tasks.texts.reading import texts_of
from kerasduet.training import predict_outputs, refuse_no_numbers

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.result import Result

__all__ = ["evaluate", "given_texts", "predict", "probabilities", "steps_of"]


def predict(run: Result, x: Any, kind: str) -> Any:
    """Give class labels (n,), or a DataFrame of probabilities (n, classes)."""
    found = probabilities(run, x)
    if kind == "prob":
        import pandas as pd

        return pd.DataFrame(found, columns=list(run.class_names))
    return labels_of(found.argmax(axis=1), run.preprocessing)


def evaluate(run: Result, x: Any, y: Any) -> dict[str, float]:
    """Score a run on other labelled texts: loss (nats), accuracy, errors."""
    learned: Any = run.preprocessing
    if isinstance(y, Dataset) and isinstance(y.preprocessing, TextPreprocessing):
        y = labels_of(y.y_test, y.preprocessing)
    labels = find_labels(y, learned)
    found = probabilities(run, x)
    if len(found) != len(labels):
        raise LengthMismatch(
            f"y: must have one label a text ({len(found)}); got {len(labels)}."
        )
    return class_metrics(found, labels)


def probabilities(run: Result, x: Any) -> np.ndarray:
    """Give probabilities (n, classes); a warning names the caller, so many calls above."""
    learned: Any = run.preprocessing
    if isinstance(x, Dataset):
        if not isinstance(x.preprocessing, TextPreprocessing):
            raise ArgumentType("x: must be texts; got a data set of other rows.")
        codes = x.x_test if x.preprocessing == learned else learned.encoded(given_texts(run, x))
    else:
        codes = learned.encoded(given_texts(run, x))
        if note := unknown_note(codes):
            warn(note)
    return by_class(refuse_no_numbers(predict_outputs(run.model, learned, codes)))


def given_texts(run: Result, x: Any, name: str = "x") -> list[str]:
    """Give the texts of a list, a column, a table or a data set's test, checked."""
    if isinstance(x, Dataset):
        x = x.given
    if isinstance(x, Mapping) or hasattr(x, "columns"):
        return texts_of(as_frame(x, name), run.experiment.data.text_column, name)
    return texts(x, name)


def steps_of(run: Result, x: Any, name: str) -> tuple[np.ndarray, pd.DataFrame]:
    """Give the codes of texts (n, length), and the tokens of the first, "" for padding."""
    import pandas as pd

    learned: Any = run.preprocessing
    written = given_texts(run, x, name)
    codes = learned.encoded(written)
    every = learned.vocabulary.split(written[0])
    seen = every[: learned.length] if learned.cut == "end" else every[-learned.length :]
    tokens = np.full(learned.length, "", dtype=object)
    tokens[codes[0] > 0] = seen
    return codes, pd.DataFrame({"token": tokens})


def unknown_note(codes: np.ndarray) -> str:
    """Say which texts hold nothing that the training texts had; empty where none does."""
    rows = np.nonzero((codes <= UNKNOWN).all(axis=1))[0]
    if not len(rows):
        return ""
    which = (
        f"the text in row {rows[0] + 1} holds"
        if len(rows) == 1
        else f"{len(rows):,} of {len(codes):,} texts, the first in row {rows[0] + 1}, hold"
    )
    return (
        f"x: {which} no word of the run's vocabulary, so that the answer is that for unknown "
        "words."
    )
