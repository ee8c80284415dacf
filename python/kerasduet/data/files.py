"""Files that a caller names or that lie in a home folder: found, or why not."""

from __future__ import annotations

import codecs
import os
import stat
from pathlib import Path

from kerasduet.checks import show
from kerasduet.errors import DatasetError, UnknownName

__all__ = ["as_path", "expanded", "is_utf8", "known_encoding", "no_locale", "problem"]


def expanded(path: str | os.PathLike[str]) -> Path:
    """Put the home folder in for `~`; where none is known the path stays as it is.

    Raises
    ------
    DatasetError
        A path that the locale cannot write.
    """
    found = Path(os.path.expanduser(path))
    if why := no_locale(found):
        raise DatasetError(f"path: must be a path; got {show(str(path))}{why}")
    return found


def no_locale(path: str | os.PathLike[str]) -> str:
    """Say what to do where the locale cannot write a path; an empty text where it can."""
    try:
        str(path).encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # of no locale
        return ""
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return (
            ", which the locale of this session cannot write. Set LC_ALL to one of UTF-8, such as "
            "C.UTF-8, and start again."
        )
    return ""


IN_PATH = "Give a file or a folder as path."
TEXTS = (".csv", ".txt")


def as_path(given: object, name: str, fix: str = IN_PATH) -> str:
    """Say what to do where a file's name was given as data; an empty text of anything else.

    Examples
    --------
    >>> as_path("sales.csv", "x")
    "Read the file first: pandas.read_csv('sales.csv')."
    >>> as_path("ahead.parquet", "future")
    'Read the file first. Its columns are those of run.future_frame().'
    >>> as_path([1, 2], "x")
    ''
    """
    if getattr(given, "shape", None) == (1,) and hasattr(given, "tolist"):
        given = given.tolist()
    if isinstance(given, list) and len(given) == 1:  # as a text of R's comes
        given = given[0]
    if not isinstance(given, str | os.PathLike):
        return ""
    if name == "data":
        return fix
    ending = Path(given).suffix.lower()
    if ending not in (*TEXTS, ".parquet", ".xlsx"):
        return ""
    read = f": pandas.read_csv({Path(given).name!r})" if ending in TEXTS else ""
    filled = " Its columns are those of run.future_frame()." if name == "future" else ""
    return f"Read the file first{read}.{filled}"


def problem(file: Path) -> str:
    """Say why a file cannot be read, to go after "which"; an empty text where it can."""
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            return "is not a file"
        with file.open("rb"):
            return ""
    except (FileNotFoundError, NotADirectoryError):
        return "does not exist"
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"


def known_encoding(encoding: str) -> str:
    """Give Python's own name of an encoding of texts.

    Raises
    ------
    UnknownName
        One that Python does not know, or that is of something else than texts.

    Examples
    --------
    >>> known_encoding("latin1")
    'iso8859-1'
    """
    try:
        found = codecs.lookup(encoding)
    except (LookupError, TypeError, ValueError):
        found = None
    if found is None or not getattr(found, "_is_text_encoding", True):
        raise UnknownName(
            f'encoding: must be one that Python knows, such as "utf-8" or "latin-1"; got '
            f"{show(encoding)}."
        )
    return found.name


def is_utf8(encoding: str | None) -> bool:
    """Say whether an encoding is UTF-8, which None is, too."""
    return encoding is None or known_encoding(encoding) in ("utf-8", "utf-8-sig")
