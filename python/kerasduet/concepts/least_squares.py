"""Least squares twice: by the closed form, and by walking down the gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasduet import checks
from kerasduet.concepts.arrays import ArrayLike, matrix, real_array
from kerasduet.errors import ArgumentRange, ShapeError

__all__ = ["least_squares_fit"]


def least_squares_fit(
    x: ArrayLike, y: ArrayLike, *, learning_rate: float, steps: int = 1000
) -> dict[str, Any]:
    """Fit a linear model by gradient descent, beside the closed form.

    Parameters
    ----------
    x : array (samples, n)
        One sample a row; a column of 1 stands for the intercept.
    y : array (samples,)
        What is to be fitted.
    learning_rate : float
        Step size, above 0 and below 2 / (largest eigenvalue of X'X): beyond it each step leads
        farther away.
    steps : int
        Steps down, at least 0.

    Returns
    -------
    dict
        `weights` (n,) after the last step; `closed_form` (n,): where the gradient is 0; `loss`
        (steps + 1,): sum of (X w - y)^2 / 2 before each step and after the last.

    Raises
    ------
    KerasduetError
        Arrays that are not finite and numeric or do not go together, or a step that is too large.

    Notes
    -----
    The gradient of the loss is X'(X w - y); descent starts from 0. The closed form solves
    X'X w = X'y; of several solutions, both give the shortest.

    References
    ----------
    Legendre (1805), Nouvelles methodes pour la determination des orbites des cometes.

    Examples
    --------
    >>> fit = least_squares_fit([[1, 0], [1, 1], [1, 2]], [1, 3, 5], learning_rate=0.2)
    >>> fit["weights"].round(6), fit["closed_form"].round(6), fit["loss"][:2].round(6)
    (array([1., 2.]), array([1., 2.]), array([17.5,  3.3]))
    """
    samples = matrix("x", x, axes="samples, n")
    truth = real_array("y", y).ravel()
    if truth.size != len(samples):
        raise ShapeError(f"y: must be one a sample, {len(samples)}; got {truth.size}.")
    rate = checks.number("learning_rate", learning_rate, low=0, low_open=True)
    steps = checks.whole("steps", steps, low=0)
    largest = float(np.linalg.norm(samples, 2)) ** 2
    if rate * largest >= 2:
        raise ArgumentRange(
            f"learning_rate: must be below {2 / largest:.4g}, 2 / (largest eigenvalue of X'X); got "
            f"{checks.show(rate)}. Larger steps lead farther away."
        )
    weights, losses = np.zeros(samples.shape[1]), []
    for step in range(steps + 1):
        errors = samples @ weights - truth
        losses.append(float(errors @ errors) / 2)
        if step < steps:
            weights = weights - rate * (samples.T @ errors)
    closed = np.linalg.lstsq(samples, truth, rcond=None)[0]
    return {"weights": weights, "closed_form": closed, "loss": np.array(losses)}
