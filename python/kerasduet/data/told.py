"""What a refusal of missing values says beside, where a file's reader decided what is missing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kerasduet.data.files import expanded
from kerasduet.errors import KerasduetError

__all__ = ["told_of_file"]

WORDS = (
    " A field that is empty or says NA, None or null is missing; give the table as data to keep "
    "such a word.",
    " A field that says NA, None or null is missing.",
)
MOST = 300  # characters of an error


@contextlib.contextmanager
def told_of_file(experiment: Any, data: Any = None) -> Iterator[None]:
    """Say which words of a CSV file are missing values, where those are why it is refused.

    Parameters
    ----------
    experiment : Experiment
        What is read in the block; its `path` may be a file.
    data : optional
        The caller's own data, which hold such words as values.
    """
    try:
        yield
    except KerasduetError as error:
        path = getattr(experiment, "path", None)
        is_why = error.of_missing and data is None
        if is_why and path is not None and _is_csv(expanded(path)):
            text = str(error)
            told = next((words for words in WORDS if len(text + words) <= MOST), "")
            error.args = (text + told,)
        raise


def _is_csv(file: Path) -> bool:
    """Say whether a file holds text, unlike Parquet or a folder."""
    try:
        with file.open("rb") as opened:
            return opened.read(4) not in (b"PAR1", b"PK\x03\x04")
    except OSError:
        return False
