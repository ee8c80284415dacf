"""Files that a caller names or that lie in a home folder: found, or why not."""

from __future__ import annotations

import os
import stat
from pathlib import Path

__all__ = ["expanded", "problem"]


def expanded(path: str | os.PathLike[str]) -> Path:
    """Put the home folder in for `~`; where none is known the path stays as it is."""
    return Path(os.path.expanduser(path))


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
