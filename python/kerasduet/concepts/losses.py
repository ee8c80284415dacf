"""Loss functions: what a wrong answer costs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kerasduet import checks
from kerasduet.concepts.activations import backward
from kerasduet.concepts.arrays import Array, ArrayLike, probabilities, real_array, same_shape
from kerasduet.errors import ArgumentRange, ArgumentType

__all__ = ["cross_entropy", "logistic_loss", "mean_squared_error"]


def mean_squared_error(y: ArrayLike, p: ArrayLike) -> float:
    """Average the squared differences.

    Parameters
    ----------
    y, p : array
        The truth and the predictions, of one shape.

    Returns
    -------
    float
        mean (y - p)^2.

    Raises
    ------
    KerasduetError
        Arrays that are not finite and numeric, or differ in shape.

    Examples
    --------
    >>> mean_squared_error([1, 0, 2], [1, 1, 0])
    1.6666666666666667
    """
    truth = real_array("y", y)
    return float(np.mean((truth - same_shape("p", p, "y", truth)) ** 2))


def logistic_loss(y: ArrayLike, p: ArrayLike) -> float:
    """Average the cost of probabilities for yes-or-no answers (binary cross-entropy).

    Parameters
    ----------
    y : array
        Truth, 0 or 1 (or a probability between).
    p : array
        Predicted probability of 1, the shape of `y`.

    Returns
    -------
    float
        mean of -(y ln p + (1 - y) ln(1 - p)), in nats; infinite when a certain prediction is
        wrong, where Keras stops at about 16.

    Raises
    ------
    KerasduetError
        Values outside 0 to 1, or shapes that differ.

    Examples
    --------
    >>> round(logistic_loss([1, 0], [0.9, 0.1]), 4)
    0.1054
    """
    truth = probabilities("y", y)
    predicted = same_shape("p", probabilities("p", p), "y", truth)
    costs = _surprise(truth, predicted) + _surprise(1 - truth, 1 - predicted)
    return float(np.mean(costs))


def cross_entropy(y: ArrayLike, p: ArrayLike, *, base: str | float = "e") -> float:
    """Average the cost of class probabilities (categorical cross-entropy).

    Parameters
    ----------
    y : array (classes,) or (samples, classes)
        Truth: 1 for the true class and 0 for the others, or probabilities; rows sum to 1.
    p : array
        Predicted probabilities, the shape of `y`; rows sum to 1.
    base : "e" or float
        Base of the logarithm, above 1: "e" gives nats, 2 gives bits.

    Returns
    -------
    float
        mean over samples of -sum_i y_i log p_i; infinite when the true class has probability 0,
        where Keras stops at about 16.

    Raises
    ------
    KerasduetError
        Values outside 0 to 1, rows that do not sum to 1, shapes that differ, or a base of at
        most 1.

    Where course notes differ
    -------------------------
    A true class predicted with 0.775 costs 0.2549 nats or 0.3677 bits. Notes that print 0.3677
    used base 2; Keras and PyTorch use the natural logarithm and report 0.2549.

    Examples
    --------
    >>> y, p = [0, 1, 0, 0], [0.05, 0.775, 0.1, 0.075]
    >>> round(cross_entropy(y, p), 4), round(cross_entropy(y, p, base=2), 4)
    (0.2549, 0.3677)
    """
    truth = _distribution("y", y)
    predicted = same_shape("p", _distribution("p", p), "y", truth)
    nats = _surprise(truth, predicted).sum(axis=-1).mean()
    if isinstance(base, str):
        if base != "e":
            raise ArgumentType(
                f'base: must be "e" or a number above 1; got {checks.show(base)}.'
            )
        return float(nats)
    return float(nats / np.log(checks.number("base", base, low=1, low_open=True)))


def output_error(y: Array, x: Array, p: Array, activation: str, loss: str) -> Array:
    """Give dE/dx of a loss at the output p = activate(x, activation)."""
    partner = PARTNERS[loss]
    if partner == activation:
        return p - y  # the loss and its partner simplify to this
    return backward(x, activation, p - y)


def output_loss(y: Array, x: Array, p: Array, loss: str) -> float:
    """Sum a training loss over all outputs p = activate(x, ...)."""
    return float(LOSSES[loss](y, x, p).sum())


def check_loss(loss: str, activation: str) -> str:
    """Accept a training loss that the output activation can have."""
    loss = checks.choice("loss", loss, PARTNERS)
    if loss != "squared" and PARTNERS[loss] != activation:
        raise ArgumentRange(
            f"loss: {loss} needs the output activation {PARTNERS[loss]}; got {activation}. "
            "Use that activation or the squared loss."
        )
    return loss


def _surprise(y: Array, p: Array) -> Array:
    """Compute -y ln p, taking 0 ln 0 as 0."""
    with np.errstate(divide="ignore"):
        return -y * np.log(p, out=np.zeros_like(p), where=y > 0)


def _logistic(y: Array, x: Array, _: Array) -> Array:
    """Compute the logistic loss from the scores: exact where the sigmoid is almost 0 or 1."""
    return np.maximum(x, 0) - x * y + np.log1p(np.exp(-np.abs(x)))


def _categorical(y: Array, x: Array, _: Array) -> Array:
    """Compute the cross-entropy from the scores: exact where the softmax is almost 0."""
    shifted = x - x.max(axis=-1, keepdims=True)
    return y * (np.log(np.exp(shifted).sum(axis=-1, keepdims=True)) - shifted)


def _distribution(name: str, value: ArrayLike) -> Array:
    rows = np.atleast_1d(probabilities(name, value))
    sums = rows.sum(axis=-1)
    if np.abs(sums - 1).max() > 1e-4:
        stray = float(sums.flat[np.abs(sums - 1).argmax()])
        raise ArgumentRange(
            f"{name}: must sum to 1 in every row; got {stray:.6g}. "
            "Give probabilities, or 1 for the true class."
        )
    return rows


# The activation whose error under the loss is simply p - y.
PARTNERS = {"squared": "identity", "logistic": "sigmoid", "cross_entropy": "softmax"}
LOSSES: dict[str, Callable[[Array, Array, Array], Array]] = {
    "squared": lambda y, _, p: 0.5 * (p - y) ** 2,
    "logistic": _logistic,
    "cross_entropy": _categorical,
}
