"""The adding problem of Hochreiter and Schmidhuber (1997): two numbers to find, far apart."""

from __future__ import annotations

import numpy as np

__all__ = ["adding_problem"]


def adding_problem(count: int, steps: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Make sequences whose answer is the sum of two marked numbers.

    Parameters
    ----------
    count : int
        Sequences.
    steps : int
        Steps of each, at least 2.
    seed : int
        Decides them.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        Sequences (count, steps, 2), float32: a number in 0..1 and a mark, which is 1 at one step of
        the first half and at one of the second, else 0. And the sum of the marked numbers (count,),
        float64. Its variance is 1/6: who always says the mean, 1, has that mean squared error.

    Examples
    --------
    >>> x, y = adding_problem(3, 10, seed=0)
    >>> bool(np.allclose((x[..., 0] * x[..., 1]).sum(axis=1), y))
    True
    """
    random = np.random.default_rng(seed)
    x = np.zeros((count, steps, 2), dtype=np.float32)
    x[..., 0] = random.random((count, steps), dtype=np.float32)
    half = steps // 2
    places = random.integers(0, half, count), random.integers(half, steps, count)
    rows = np.arange(count)
    for place in places:
        x[rows, place, 1] = 1
    first, second = (x[rows, place, 0].astype(np.float64) for place in places)
    return x, first + second
