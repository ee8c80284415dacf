"""Word vectors from a file in GloVe's text format, read line by line."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from kerasduet.data.files import expanded, problem
from kerasduet.errors import DatasetError, EmptyData

__all__ = ["word_vectors"]

Vectors = tuple[np.ndarray, np.ndarray]


def word_vectors(
    path: str | os.PathLike[str], tokens: Sequence[str], *, name: str = "vectors"
) -> Vectors:
    """Read the vectors of some words from a text file: a word and its numbers a line.

    Parameters
    ----------
    path : path
        A file as those of GloVe; a first line of two whole numbers, as word2vec writes it, is
        passed over. It is streamed: only the words asked for are kept.
    tokens : sequence of str
        Words to look for.
    name : str
        Argument that errors name.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        Vectors (tokens, size), float32, 0 where a word has none; and which were found (tokens,).
        Of a word that comes twice the first counts.

    Raises
    ------
    DatasetError
        No such file, or one with a line that holds something else, by its number.
    EmptyData
        No vectors at all.
    """
    file = expanded(path)
    if why := problem(file):
        raise DatasetError(
            f"{name}: must be a file of word vectors; got {str(path)!r}, which {why}."
        )
    stat = file.stat()
    return _read(file, stat.st_mtime_ns, stat.st_size, tuple(tokens), name)


@lru_cache(maxsize=1)
def _read(file: Path, changed: int, size: int, tokens: tuple[str, ...], name: str) -> Vectors:
    """Read a file of this time and size once."""
    places = {token.encode("utf-8", "surrogatepass"): i for i, token in enumerate(tokens)}
    found = np.zeros(len(tokens), dtype=bool)
    vectors: np.ndarray | None = None
    numbers = 0
    with file.open("rb") as opened:
        for line, raw in enumerate(opened, start=1):
            text = raw.rstrip()
            if not text or (line == 1 and _is_header(text)):
                continue
            if vectors is None:
                numbers = text.count(b" ")
                vectors = np.zeros((len(tokens), numbers), dtype=np.float32)
            word, *values = text.rsplit(b" ", numbers)
            if numbers == 0 or len(values) != numbers:
                _refuse(file, line, name, f"{len(values)} numbers where others have {numbers}")
            place = places.get(word)
            if place is None or found[place]:
                continue
            try:
                vector = np.array([float(value) for value in values])
            except ValueError:
                _refuse(file, line, name, "something else than numbers")
            if not np.isfinite(vector).all():
                _refuse(file, line, name, "a number that is not finite")
            vectors[place], found[place] = vector, True
    if vectors is None:
        raise EmptyData(f"{name}: must hold word vectors; got an empty file, {file.name}.")
    vectors.flags.writeable = found.flags.writeable = False
    return vectors, found


def _is_header(text: bytes) -> bool:
    parts = text.split(b" ")
    return len(parts) == 2 and all(part.isdigit() for part in parts)


def _refuse(file: Path, line: int, name: str, what: str) -> None:
    raise DatasetError(
        f"{name}: each line must hold a word and its numbers; got {what} in line {line} of "
        f"{file.name}. Fetch the file again."
    )
