"""Files that a caller names or that lie in a home folder: found, or why not."""

from __future__ import annotations

import os
import stat
from pathlib import Path

__all__ = ["as_path", "expanded", "problem"]


def expanded(path: str | os.PathLike[str]) -> Path:
    """Put the home folder in for `~`; where none is known the path stays as it is."""
    return Path(os.path.expanduser(path))


IN_PATH = "Give a file or a folder as path."


def as_path(given: object, name: str, fix: str = IN_PATH) -> str:
    """Say what to do where a file's name was given as data; an empty text of anything else."""
    if isinstance(given, list) and len(given) == 1:  # as a text of R's comes
        given = given[0]
    is_file = name == "data" and isinstance(given, str | os.PathLike)
    return fix if is_file else ""


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
