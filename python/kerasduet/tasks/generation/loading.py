"""A text, from wherever it is, as windows of a training, a validation and a test part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.dataset import Dataset, Part, Source, digest_arrays
from kerasduet.data.text import Vocabulary, normalised, read_text, texts
from kerasduet.errors import DatasetError, EmptyData
from kerasduet.tasks.generation import python_help
from kerasduet.tasks.generation.learned import TextPreprocessing
from kerasduet.tasks.generation.ngrams import MOST_TOKENS, ngram_chances, perplexity
from kerasduet.tasks.generation.windows import Windows

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = ["load", "scored_from"]


def load(experiment: Experiment, given: Any) -> Dataset:
    """Read the text of an experiment, or take the caller's, and split it."""
    data = experiment.data
    if given is not None:
        whole, name, path = " ".join(texts(given, "data")), "the caller's text", None
    elif data.dataset == "python-help":
        whole, name, path = python_help.python_help(), python_help.NAME, None
    elif data.path is not None:
        whole, name, path = (
            read_text(data.path, encoding=data.encoding),
            "a text file",
            data.path,
        )
    else:
        raise DatasetError(
            f"data: {experiment.name} needs a text of your own; got nothing. Give it as data, or "
            "its file as path."
        )
    source = Source(
        name, digest_arrays(np.array(whole)), len(whole), path, given=given is not None
    )
    return _split(experiment, normalised(whole, lower=data.lower), source)


def _split(experiment: Experiment, text: str, source: Source) -> Dataset:
    """Cut the text into a training, a validation and a test part, one after the other."""
    data = experiment.data
    before = len(text) - round(len(text) * data.test_split)
    cut = before - round(before * data.validation_split)
    pieces = (text[:cut], text[cut:before], text[before:])
    if min(map(len, pieces)) <= data.length:
        sizes = ", ".join(f"{len(piece):,}" for piece in pieces)
        raise EmptyData(
            f"data: must leave more than {data.length} characters (length) for each of training, "
            f"validation and test; got {sizes}. Give a longer text, or a shorter length."
        )
    known = Vocabulary.learned(
        [pieces[0]], unit="character", lower=data.lower, size=MOST_TOKENS - 2, least=data.least
    )
    codes = [np.array(known.codes(piece), dtype=np.int32) for piece in pieces]
    train, validation, _ = codes
    chances = ngram_chances(train, validation, len(known))
    start = scored_from(data.length)
    found = [perplexity(one[start:]) for one in chances]
    learned = TextPreprocessing(
        length=data.length,
        tokens=known.tokens,
        lower=data.lower,
        order=int(np.argmin(found)) + 1,
    )
    strides = (data.stride, learned.scored, learned.scored)
    train_part, validation_part, test_part = (
        Part(Windows(piece, data.length, stride, 0), Windows(piece, data.length, stride, 1))
        for piece, stride in zip(codes, strides, strict=True)
    )
    return Dataset(train_part, validation_part, test_part, learned, source, data.values())


def scored_from(length: int) -> int:
    """Say which character of a part is the first that is scored, from 0."""
    return 1 + length // 2
