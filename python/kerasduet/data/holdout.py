"""Hold rows out of a set of images: mixed, stratified by class, the same for every seed."""

from __future__ import annotations

import numpy as np

__all__ = ["held_out", "repeated"]


def held_out(codes: np.ndarray, count: int, *, seed: int) -> np.ndarray:
    """Choose rows so that each class has its share of them.

    Parameters
    ----------
    codes : numpy.ndarray
        Class codes (n,), from 0.
    count : int
        Rows to hold out, 0..n.
    seed : int
        A fixed one for each purpose, not the experiment's: runs of other seeds are scored on
        the same rows.

    Returns
    -------
    numpy.ndarray
        Positions (count,), mixed. A class loses its last row only where nothing else is left.

    Notes
    -----
    Shares are rounded by largest remainder (Hamilton's method); equal remainders go in random
    order.

    Examples
    --------
    >>> codes = np.repeat([0, 1, 2], [60, 30, 10])
    >>> np.bincount(codes[held_out(codes, 10, seed=0)]).tolist()
    [6, 3, 1]
    """
    random = np.random.default_rng(seed)
    order = random.permutation(len(codes))
    sizes = np.bincount(codes)
    shares = _shares(sizes, count, random)
    # Number the rows of each class in their mixed order, then take the first of each.
    small = codes[order].astype(np.min_scalar_type(len(sizes)))  # is sorted in half the time
    by_class = order[np.argsort(small, kind="stable")]
    starts = np.cumsum(sizes) - sizes
    number = np.empty(len(codes), dtype=np.int64)
    number[by_class] = np.arange(len(codes)) - np.repeat(starts, sizes)
    return order[number[order] < shares[codes[order]]]


def _shares(sizes: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    exact = count * sizes / max(sizes.sum(), 1)
    shares = np.minimum(np.floor(exact).astype(np.int64), np.maximum(sizes - 1, 0))
    mixed = random.permutation(len(sizes))
    first = mixed[np.argsort(-(exact - shares)[mixed], kind="stable")]
    for kept in (1, 0):  # a row of each class is kept as long as there are others
        while shares.sum() < count:
            room = first[shares[first] < sizes[first] - kept]
            if len(room) == 0:
                break
            shares[room[: count - shares.sum()]] += 1
    return shares


def repeated(known: np.ndarray, rows: np.ndarray) -> int:
    """Count the rows that are also among the known ones, byte for byte.

    Parameters
    ----------
    known, rows : numpy.ndarray
        Images of one type and shape (n, ...).

    Notes
    -----
    Each row is summed up in one number first, so that only rows of equal sums are compared.

    Examples
    --------
    >>> repeated(np.array([[1, 2], [3, 4]]), np.array([[3, 4], [4, 3], [3, 4]]))
    2
    """
    if len(known) == 0 or len(rows) == 0 or known.dtype != rows.dtype:
        return 0
    sums, others = _sums(known), _sums(rows)
    likely = np.nonzero(np.isin(others, sums))[0]
    if len(likely) == 0:
        return 0
    same = {known[i].tobytes() for i in np.nonzero(np.isin(sums, others[likely]))[0]}
    return sum(rows[i].tobytes() in same for i in likely)


def _sums(images: np.ndarray, most: int = 4096) -> np.ndarray:
    """Sum up each image in one number (n,), uint64, a part of the images at a time."""
    width = images[0].nbytes
    words = -(-width // 8)
    weights = np.random.default_rng(0).integers(1, 2**63, size=words, dtype=np.uint64) | 1
    found = np.empty(len(images), dtype=np.uint64)
    padded = np.zeros((min(most, len(images)), words * 8), dtype=np.uint8)
    for start in range(0, len(images), most):
        part = np.ascontiguousarray(images[start : start + most])
        padded[: len(part), :width] = part.reshape(len(part), -1).view(np.uint8)
        chunk = padded[: len(part)].view(np.uint64)
        found[start : start + most] = (chunk * weights).sum(axis=1, dtype=np.uint64)
    return found
