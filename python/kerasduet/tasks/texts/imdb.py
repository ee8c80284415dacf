"""IMDB's film reviews (Maas and others, 2011) as Keras hands them out: ranks, read as words."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import numpy as np

from kerasduet.data.downloads import downloaded
from kerasduet.data.files import expanded, problem
from kerasduet.environment.settings import keras_file
from kerasduet.errors import DatasetError

__all__ = ["CLASSES", "reviews"]

CLASSES = ("negative", "positive")
FILE, WORDS = "imdb.npz", "imdb_word_index.json"
# Those that Keras checks: sha256 of the reviews, MD5 of the list of words.
SHA256 = "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"
WORDS_MD5 = "bfafd718b763782e994055a2d397834f"

Reviews = tuple[list[str], np.ndarray]


def reviews(path: str | None) -> tuple[Reviews, Reviews, str, str] | None:
    """Give training and test reviews with their classes, the source and its file; or None.

    They are looked for in `path`, the folder KERASDUET_DATA and Keras's cache, then downloaded.

    Raises
    ------
    DatasetError
        A file that is not the known one, or without its list of words.

    Notes
    -----
    The file holds the rank of each word. Keras's `load_data()` adds 3 to each, so that codes 0 to 2
    are free: who looks its codes up in the list of words finds other words. Here ranks become words
    again, and the run learns a vocabulary of its own.
    """
    for name, file in _files(path):
        if name in ("path", "KERASDUET_DATA") and (name == "path" or file.exists()):
            return (*_read(file, name), name, str(file))
        if name == "Keras cache" and os.path.exists(file) and os.path.exists(_beside(file)):
            return (*_read(file, name), name, str(file))
    if not _download():
        return None
    return (*_read(_keras_cache(), "Keras cache"), "Keras download", str(_keras_cache()))


def _files(path: str | None) -> list[tuple[str, Path]]:
    if path:
        return [("path", expanded(path))]
    named = []
    if folder := os.environ.get("KERASDUET_DATA"):
        named.append(("KERASDUET_DATA", expanded(folder) / FILE))
    return [*named, ("Keras cache", _keras_cache())]


def _keras_cache() -> Path:
    return Path(keras_file(os.environ)).parent / "datasets" / FILE


def _beside(file: Path) -> Path:
    return file.parent / WORDS


def _read(file: Path, name: str) -> tuple[Reviews, Reviews]:
    """Read both files; they are digested before anything in them is believed."""
    parts = (
        (file, "IMDB's reviews (imdb.npz)", SHA256, "sha256"),
        (_beside(file), "IMDB's list of words (imdb_word_index.json)", WORDS_MD5, "md5"),
    )
    for part, kind, _, _ in parts:
        if why := problem(part):
            raise DatasetError(
                f"{name}: must lead to {kind}; got {str(part)!r}, which {why}. Put both files in "
                "one folder."
            )
    for part, kind, known, digest in parts:
        found = hashlib.new(digest, part.read_bytes(), usedforsecurity=False).hexdigest()
        if found != known:
            raise DatasetError(
                f"{name}: must lead to {kind} with the known {digest}; got other bytes in "
                f"{str(part)!r}. Fetch it again; own texts go in as data."
            )
    ranks: dict[str, int] = json.loads(_beside(file).read_text("utf-8"))
    words = dict(zip(ranks.values(), ranks.keys(), strict=True))
    with np.load(
        file, allow_pickle=True
    ) as archive:  # its lists are pickled: known bytes alone
        train, test = (
            (
                [
                    " ".join(words.get(rank, f"#{rank}") for rank in review)
                    for review in archive[f"x_{part}"]
                ],
                archive[f"y_{part}"].astype(np.int32),
            )
            for part in ("train", "test")
        )
    return train, test


def _download() -> bool:
    from kerasduet.environment import start_backend

    start_backend()
    import keras

    def fetch() -> None:
        keras.datasets.imdb.load_data()
        keras.datasets.imdb.get_word_index()

    return downloaded("IMDB", fetch)
