"""What a tagger is asked: a tag for each token of new sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.boundary import warn
from kerasduet.data.dataset import Dataset
from kerasduet.data.text import UNKNOWN
from kerasduet.tasks.tagging.loading import refuse_longer
from kerasduet.tasks.tagging.reading import read_sentences
from kerasduet.training import predict_outputs, refuse_no_numbers

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.result import Result

__all__ = ["predict", "steps_of"]


def predict(run: Result, x: Any) -> pd.DataFrame:
    """Give a row a token: text (from 1), token, tag, probability."""
    import pandas as pd

    learned: Any = run.preprocessing
    if isinstance(x, Dataset):
        given: Any = x.given
        sentences = [text.split(" ") for text in given["tokens"]]
    else:
        sentences = read_sentences(x, "x")
    refuse_longer(sentences, learned.length, "x", "text")
    codes = learned.encoded(sentences)
    for row, (tokens, own) in enumerate(zip(sentences, codes, strict=True), start=1):
        if (own[: len(tokens)] == UNKNOWN).all():
            warn(f"x: no token of text {row} was in the training sentences.")
    outputs = refuse_no_numbers(predict_outputs(run.model, learned, codes))
    lengths = [len(tokens) for tokens in sentences]
    chances = np.concatenate(
        [own[:length] for own, length in zip(outputs, lengths, strict=True)]
    )
    names = np.array(learned.tags, dtype=object)
    return pd.DataFrame(
        {
            "text": np.repeat(np.arange(1, len(sentences) + 1), lengths),
            "token": np.array([token for own in sentences for token in own], dtype=object),
            "tag": names[chances.argmax(axis=1)],
            "probability": chances.max(axis=1),
        }
    )


def steps_of(run: Result, x: Any, name: str) -> tuple[np.ndarray, pd.DataFrame]:
    """Give the codes of sentences (n, length), and the tokens of the first."""
    import pandas as pd

    learned: Any = run.preprocessing
    if isinstance(x, Dataset):
        given: Any = x.given
        sentences = [text.split(" ") for text in given["tokens"]]
    else:
        sentences = read_sentences(x, name)
    refuse_longer(sentences, learned.length, name, "text")
    return learned.encoded(sentences), pd.DataFrame({"token": np.array(sentences[0], object)})
