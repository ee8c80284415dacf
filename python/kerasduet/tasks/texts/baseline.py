"""What a network of texts has to beat: which words occur, whatever their order."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasduet.data.text import UNKNOWN

__all__ = ["bag_of_words", "presence"]

MOST_STEPS = 500


def bag_of_words(
    train: np.ndarray, codes: np.ndarray, test: np.ndarray, *, size: int, classes: int
) -> np.ndarray:
    """Let logistic regression learn which words go with a class, and predict the test texts.

    Parameters
    ----------
    train, test : numpy.ndarray
        Codes of tokens as the network sees them (n, length).
    codes : numpy.ndarray
        Classes of the training texts (n,), each of them there.
    size : int
        Codes of the vocabulary.
    classes : int
        Number of classes.

    Returns
    -------
    numpy.ndarray
        Probabilities (n, classes), float32.

    Notes
    -----
    A word counts once, however often it occurs; a ridge penalty of 1 keeps its weight finite.
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    if len(np.unique(codes)) < classes:  # a data set of the caller's own making
        shares = np.bincount(codes, minlength=classes) / len(codes)
        return np.tile(shares.astype(np.float32), (len(test), 1))
    with threadpool_limits(1):  # sums are added up in one order
        fit = LogisticRegression(max_iter=MOST_STEPS).fit(presence(train, size), codes)
        found = fit.predict_proba(presence(test, size))
    return found.astype(np.float32)


def presence(codes: np.ndarray, size: int) -> Any:
    """Say which tokens occur in each text: a sparse matrix of 0 and 1 (n, size).

    Padding does not count, unknown tokens do.

    Examples
    --------
    >>> presence(np.array([[0, 2, 2], [1, 3, 2]]), 4).toarray().astype(int).tolist()
    [[0, 0, 1, 0], [0, 1, 1, 1]]
    """
    from scipy import sparse

    rows = np.repeat(np.arange(len(codes)), codes.shape[1])
    every = np.unique(np.column_stack([rows, codes.ravel()]), axis=0)
    every = every[every[:, 1] >= UNKNOWN]
    ones = np.ones(len(every))
    return sparse.csr_matrix((ones, (every[:, 0], every[:, 1])), shape=(len(codes), size))
