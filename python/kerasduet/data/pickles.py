"""Pickles of arrays and plain values, read without running what they name."""

from __future__ import annotations

import io
import pickle
from typing import Any

import numpy as np

__all__ = ["Named", "unpickled"]


def unpickled(raw: bytes) -> Any:
    """Read a pickle of dicts, lists, texts, bytes, numbers and NumPy arrays; nothing else.

    Parameters
    ----------
    raw : bytes
        Texts of Python 2 stay bytes.

    Raises
    ------
    pickle.UnpicklingError
        A pickle that names anything else, such as a function: it is not called.

    Examples
    --------
    >>> unpickled(pickle.dumps({b"labels": [3, 8]}))
    {b'labels': [3, 8]}
    >>> unpickled(pickle.dumps(print))
    Traceback (most recent call last):
        ...
    kerasduet.data.pickles.Named: names builtins.print
    """
    return _Plain(io.BytesIO(raw), encoding="bytes").load()


class Named(pickle.UnpicklingError):
    """Something that is no array, or a number, text, list or dict."""


class _Plain(pickle.Unpickler):
    """Arrays are the only objects that it makes."""

    def find_class(self, module: str, name: str) -> Any:
        """Give what an array of numbers is made with."""
        if name == "_reconstruct" and module in (
            "numpy.core.multiarray",
            "numpy._core.multiarray",
        ):
            return _empty
        known = {("numpy", "ndarray"): np.ndarray, ("numpy", "dtype"): np.dtype}
        if (module, name) in known:
            return known[module, name]
        if (module, name) == ("_codecs", "encode"):
            return _latin_bytes
        raise Named(f"names {module}.{name}")


def _empty(*_: Any) -> np.ndarray:
    """Give an array that the pickle fills."""
    return np.empty(0, np.uint8)


def _latin_bytes(text: str | bytes, encoding: str | bytes = "latin1") -> bytes:
    """Give bytes that a pickle of Python 3 wrote as text for Python 2."""
    return text if isinstance(text, bytes) else text.encode("latin1")
