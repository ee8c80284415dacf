"""What a text's last few tokens say of the next one: n-gram models, the baseline."""

from __future__ import annotations

import numpy as np

__all__ = ["MOST_ORDER", "MOST_TOKENS", "ngram_chances", "perplexity"]

MOST_ORDER = 5
MOST_TOKENS = 6_000  # so that five of them fit into a number of 64 bits


def ngram_chances(train: np.ndarray, text: np.ndarray, size: int) -> np.ndarray:
    """Give the probability of each token of a text, by the n-grams of another one.

    Parameters
    ----------
    train, text : numpy.ndarray
        Codes (n,) from 0.
    size : int
        Codes that there are, at most 6,000.

    Returns
    -------
    numpy.ndarray
        float64 (5, n): by the token alone, then with one to four tokens before it.

    Notes
    -----
    Interpolated as Witten and Bell (1991) do: a history that was seen c times, before t
    different tokens, gives c / (c + t) of its probability to what followed it and the rest to the
    shorter history; the shortest goes on to the same chance for each token. Counts of counts,
    which Kneser and Ney (1995) need, are too few of the tokens of a small vocabulary.

    Examples
    --------
    "abab" and then "b" after "a": a was seen twice, before one other token. Alone b has
    (2 + 2 / 2) / (4 + 2) = 0.5, so it has (2 + 1 x 0.5) / (2 + 1).

    >>> codes = np.array([0, 1, 0, 1])
    >>> ngram_chances(codes, np.array([0, 1]), 2)[:2].round(4).tolist()
    [[0.5, 0.5], [0.5, 0.8333]]
    """
    chances = np.full(len(text), 1.0 / size)
    found = []
    for order in range(1, MOST_ORDER + 1):
        chances = chances.copy()
        if len(text) >= order:
            chances[order - 1 :] = _longer(train, text, size, order, chances[order - 1 :])
        found.append(chances)
    return np.stack(found)


def _longer(
    train: np.ndarray, text: np.ndarray, size: int, order: int, shorter: np.ndarray
) -> np.ndarray:
    """Mix what followed a history with what shorter histories say."""
    grams, counts = np.unique(_grams(train, size, order), return_counts=True)
    histories, place = np.unique(grams // size, return_inverse=True)
    seen = np.bincount(place, counts, len(histories))
    kinds = np.bincount(place, minlength=len(histories))
    asked = _grams(text, size, order)
    count = _looked_up(grams, counts, asked)
    total = _looked_up(histories, seen, asked // size)
    others = _looked_up(histories, kinds, asked // size)
    mixed = (count + others * shorter) / np.maximum(total + others, 1)
    return np.where(total > 0, mixed, shorter)


def _grams(codes: np.ndarray, size: int, order: int) -> np.ndarray:
    """Give a number for each run of so many tokens, by where it ends."""
    ends = max(len(codes) - order + 1, 0)
    found = np.zeros(ends, dtype=np.int64)
    for i in range(order):
        found = found * size + codes[i : i + ends]
    return found


def _looked_up(keys: np.ndarray, values: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Give the value of each key that is there, and 0 otherwise."""
    if not len(keys):
        return np.zeros(len(asked))
    place = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    return np.where(keys[place] == asked, values[place], 0).astype(np.float64)


def perplexity(chances: np.ndarray) -> float:
    """Give e to the mean of -log p: among how many equally likely tokens one would choose.

    Examples
    --------
    >>> perplexity(np.array([0.25, 0.25]))
    4.0
    """
    tiny = np.finfo(np.float32).tiny
    return float(np.exp(-np.mean(np.log(np.maximum(chances.astype(np.float64), tiny)))))
