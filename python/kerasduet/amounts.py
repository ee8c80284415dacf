"""Times and sizes in words, as people read them."""

from __future__ import annotations

__all__ = ["seconds_text", "size_text"]


def seconds_text(seconds: float) -> str:
    """Say how long something takes.

    Parameters
    ----------
    seconds : float
        At least 0.

    Examples
    --------
    >>> [seconds_text(seconds) for seconds in (7.2, 119, 600, 12_345)]
    ['7 s', '119 s', '10 min', '3.4 h']
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def size_text(size: float) -> str:
    """Say how much memory something takes.

    Parameters
    ----------
    size : float
        Bytes, at least 0.

    Examples
    --------
    >>> [size_text(size) for size in (300, 5_490_000, 74_200_000, 1_549_000_000)]
    ['1 MB', '5 MB', '74 MB', '1.5 GB']
    """
    if size < 1e9:
        return f"{max(size / 1e6, 1):.0f} MB"
    return f"{size / 1e9:.1f} GB"
