"""A convolutional network small enough to compute by hand: one kernel, one output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from kerasduet import checks
from kerasduet.concepts.activations import activate, activation_slope
from kerasduet.concepts.arrays import Array, ArrayLike, entries, plain, real_array
from kerasduet.concepts.convolution import convolve2d
from kerasduet.concepts.losses import check_loss, output_error, output_loss
from kerasduet.errors import ShapeError

__all__ = ["tiny_cnn_forward", "tiny_cnn_gradients"]

NAMES = ("f", "W", "b")


def tiny_cnn_forward(image: ArrayLike, params: Mapping[str, Any]) -> dict[str, Any]:
    """Compute a network of one convolution and one dense output, both with sigmoid.

    Parameters
    ----------
    image : array (h, w)
        The input X, finite numbers.
    params : dict
        `f` (a, b): the kernel; `W` (h - a + 1, w - b + 1): the dense weights, laid out like the
        feature map; `b`: the dense bias, a number.

    Returns
    -------
    dict
        `Z1`, `A1` (h - a + 1, w - b + 1): the feature map before and after the sigmoid; `Z2`,
        `O`: the output before and after it, numbers.

    Raises
    ------
    KerasduetError
        A parameter that is missing or of the wrong shape, or a kernel larger than the image.

    Notes
    -----
    Z1 = X * f (valid cross-correlation), A1 = sigmoid(Z1), Z2 = sum W A1 + b,
    O = sigmoid(Z2). Laying W out like A1 leaves no question about the order of flattening.

    Examples
    --------
    >>> params = {"f": [[1, 0], [0, 1]], "W": [[1, -1], [1, -1]], "b": 0.5}
    >>> out = tiny_cnn_forward([[0, 1, 0], [1, 0, 1], [0, 1, 0]], params)
    >>> out["Z1"]
    array([[0., 2.],
           [2., 0.]])
    >>> round(out["O"], 4)
    0.6225
    """
    p = _read(params)
    z1 = convolve2d(real_array("image", image, dimensions=(2,)), p["f"])
    if p["W"].shape != z1.shape:
        raise ShapeError(
            f"W: must have the shape of the feature map, {list(z1.shape)}; "
            f"got {list(p['W'].shape)}."
        )
    a1 = activate(z1, "sigmoid")
    z2 = (p["W"] * a1).sum() + p["b"]
    return {"Z1": z1, "A1": a1, "Z2": plain(z2), "O": activate(z2, "sigmoid")}


def tiny_cnn_gradients(
    image: ArrayLike, params: Mapping[str, Any], *, target: float, loss: str = "squared"
) -> dict[str, Any]:
    """Compute the gradients of the small network by the chain rule.

    Parameters
    ----------
    image, params
        As in `tiny_cnn_forward`.
    target : float
        Wanted output y, within 0 and 1.
    loss : {"squared", "logistic"}
        What E is: (O - y)^2 / 2; or -(y ln O + (1 - y) ln(1 - O)).

    Returns
    -------
    dict
        `loss`: E; `f`, `W`, `b`: dE of each parameter, in its shape; on the way there `Z2`,
        `A1` and `Z1`: dE of these quantities of the forward pass.

    Raises
    ------
    KerasduetError
        As `tiny_cnn_forward`, or an unknown loss.

    Notes
    -----
    dZ2 = (O - y) O (1 - O) for the squared loss, O - y for the logistic one; dW = dZ2 A1,
    db = dZ2, dA1 = dZ2 W, dZ1 = dA1 A1 (1 - A1), and df = X * dZ1: the gradient of a
    convolution is a convolution of its input with the gradient of its output.

    Examples
    --------
    >>> params = {"f": [[1, 0], [0, 1]], "W": [[1, -1], [1, -1]], "b": 0.5}
    >>> slopes = tiny_cnn_gradients([[0, 1, 0], [1, 0, 1], [0, 1, 0]], params, target=1)
    >>> round(slopes["b"], 4), slopes["f"].shape
    (-0.0887, (2, 2))
    """
    target = checks.number("target", target, low=0, high=1)
    loss = check_loss(loss, "sigmoid")
    p = _read(params)
    states = tiny_cnn_forward(image, params)
    y, z2, output = (np.asarray(value) for value in (target, states["Z2"], states["O"]))
    dz2 = output_error(y, z2, output, "sigmoid", loss)
    da1 = dz2 * p["W"]
    dz1 = da1 * activation_slope(states["Z1"], "sigmoid")
    return {
        "loss": output_loss(y, z2, output, loss),
        "f": convolve2d(image, dz1),
        "W": dz2 * states["A1"],
        "b": plain(dz2),
        "Z2": plain(dz2),
        "A1": da1,
        "Z1": dz1,
    }


def _read(params: Any) -> dict[str, Array]:
    given = entries("params", params, NAMES)
    bias = checks.number("b", given["b"])
    return {
        "f": real_array("f", given["f"], dimensions=(2,)),
        "W": real_array("W", given["W"], dimensions=(2,)),
        "b": real_array("b", bias),
    }
