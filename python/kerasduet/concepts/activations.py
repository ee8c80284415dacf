"""Activation functions and their derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kerasduet import checks
from kerasduet.concepts.arrays import Array, ArrayLike, plain, real_array

__all__ = ["activate", "activation_slope", "softmax"]


def activate(x: ArrayLike, name: str) -> Any:
    """Apply an activation function.

    Parameters
    ----------
    x : float or array
        Any finite numbers; "softmax" works along the last axis (a matrix: row by row).
    name : {"identity", "step", "sigmoid", "tanh", "relu", "softmax"}
        The function.

    Returns
    -------
    float or array
        The shape of `x`.

    Raises
    ------
    KerasduetError
        Values that are not finite and numeric, or an unknown name.

    Notes
    -----
    * identity: x; slope 1.
    * step: 1 if x > 0, else 0; slope 0, which is why it cannot be trained by gradients.
    * sigmoid: 1 / (1 + e^-x); slope s (1 - s), at most 0.25.
    * tanh; slope 1 - tanh^2, at most 1.
    * relu: max(x, 0); slope 1 if x > 0, else 0.
    * softmax: e^x_i / sum_j e^x_j, computed from x - max x, the same number without overflow;
      slope p_i (d_ij - p_j).

    Examples
    --------
    >>> activate([-1, 0, 2], "relu")
    array([0., 0., 2.])
    """
    values = real_array("x", x)
    name = checks.choice("name", name, ("softmax", *ELEMENTWISE))
    return softmax(x) if name == "softmax" else plain(ELEMENTWISE[name][0](values))


def activation_slope(x: ArrayLike, name: str) -> Any:
    """Compute the derivative of an activation function at x.

    Parameters
    ----------
    x : float or array
        Values before the activation, any finite numbers.
    name : {"identity", "step", "sigmoid", "tanh", "relu", "softmax"}
        As in `activate`, whose notes give the slopes.

    Returns
    -------
    float or array
        The shape of `x`; for "softmax" of n values the n x n matrix of dp_i / dx_j, so
        (..., n, n).

    Raises
    ------
    KerasduetError
        As `activate`.

    Examples
    --------
    >>> activation_slope(0, "sigmoid")
    0.25
    """
    values = real_array("x", x)
    name = checks.choice("name", name, ("softmax", *ELEMENTWISE))
    if name == "softmax":
        return _softmax_slope(softmax(x))
    return plain(ELEMENTWISE[name][1](values))


def softmax(x: ArrayLike) -> Array:
    """Turn scores into probabilities.

    Parameters
    ----------
    x : array
        Scores, any finite numbers; of a matrix each row.

    Returns
    -------
    array
        The shape of `x`; the last axis sums to 1.

    Raises
    ------
    KerasduetError
        Scores that are not finite and numeric.

    Examples
    --------
    >>> softmax([1, 1, 1, 1])
    array([0.25, 0.25, 0.25, 0.25])
    """
    scores = real_array("x", x)
    scores = scores.reshape(1) if scores.ndim == 0 else scores
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def backward(x: Array, name: str, upstream: Array) -> Array:
    """Carry dE/dp back through p = activate(x, name), giving dE/dx."""
    if name == "softmax":
        return np.einsum("...i,...ij->...j", upstream, _softmax_slope(softmax(x)))
    return upstream * ELEMENTWISE[name][1](x)


def _sigmoid(x: Array) -> Array:
    small = np.exp(-np.abs(x))  # never overflows
    return np.where(x >= 0, 1.0, small) / (1.0 + small)


def _sigmoid_slope(x: Array) -> Array:
    small = np.exp(-np.abs(x))
    return small / (1.0 + small) ** 2


def _softmax_slope(p: Array) -> Array:
    return p[..., :, None] * (np.eye(p.shape[-1]) - p[..., None, :])


def _step(x: Array) -> Array:
    return (x > 0).astype(np.float64)


# name: (function, derivative)
ELEMENTWISE: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "identity": (lambda x: x, np.ones_like),
    "step": (_step, np.zeros_like),
    "sigmoid": (_sigmoid, _sigmoid_slope),
    "tanh": (np.tanh, lambda x: 1.0 - np.tanh(x) ** 2),
    "relu": (lambda x: np.maximum(x, 0.0), _step),
}
