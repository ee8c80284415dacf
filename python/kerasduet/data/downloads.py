"""Downloads of data that Keras knows: each is tried once a process."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable

__all__ = ["downloaded"]

_failed: set[str] = set()


def downloaded(name: str, fetch: Callable[[], object]) -> bool:
    """Say whether a download succeeded; one that failed before in this process is not tried again.

    Without a network each try takes seconds, and every call that loads data would wait for it.

    Parameters
    ----------
    name : str
        Of the data.
    fetch : callable
        Raises an error of any kind where there is no network.
    """
    if name in _failed:
        return False
    try:
        with contextlib.redirect_stdout(sys.stderr):  # where Keras reports its download
            fetch()
    except Exception:  # Keras raises a plain Exception when there is no network
        _failed.add(name)
        return False
    return True
