"""Text files, read as they are, and refused by line where bytes are no text."""

from __future__ import annotations

import codecs
import os
import re

from kerasduet.data.files import expanded, known_encoding, problem
from kerasduet.errors import DatasetError, EmptyData

__all__ = ["read_lines", "read_text"]


def read_text(
    path: str | os.PathLike[str], *, encoding: str | None = None, name: str = "path"
) -> str:
    """Read a text file whole; its lines end with a line feed, however they were written.

    Parameters
    ----------
    path : path
        Of the file.
    encoding : str, optional
        Of its bytes, such as "utf-8" or "latin-1", where the caller has a setting of it; None is
        UTF-8. A mark of the byte order goes.
    name : str
        Argument that errors name.

    Raises
    ------
    DatasetError
        No such file; bytes that are not of the encoding, with the line.
    EmptyData
        Nothing but white space.
    UnknownName
        An encoding that Python does not know.
    """
    file = expanded(path)
    if why := problem(file):
        raise DatasetError(f"{name}: must be a text file; got {str(path)!r}, which {why}.")
    is_set, encoding = encoding is not None, encoding or "utf-8"
    known_encoding(encoding)
    raw = file.read_bytes().removeprefix(codecs.BOM_UTF8)
    try:
        text = raw.decode(encoding)
    except UnicodeError as error:
        start = getattr(error, "start", 0)
        line = len(re.findall(rb"\r\n?|\n", raw[:start])) + 1
        fix = ', or set encoding = "latin-1", say' if is_set else ""
        raise DatasetError(
            f"{name}: must be {encoding} text; got another byte in line {line} of {file.name}. "
            f"Save it as UTF-8{fix}."
        ) from None
    if not text.strip():
        raise EmptyData(f"{name}: must hold text; got an empty file, {file.name}.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_lines(
    path: str | os.PathLike[str], *, encoding: str | None = None, name: str = "path"
) -> list[str]:
    """Read a file of a text a line; blank lines are left out. Errors are those of `read_text`."""
    text = read_text(path, encoding=encoding, name=name)
    return [line.strip() for line in text.split("\n") if line.strip()]
