"""Backpropagation through time: gradients, how far they reach, and clipping them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from kerasduet import checks
from kerasduet.concepts.activations import ELEMENTWISE, activation_slope
from kerasduet.concepts.arrays import Array, ArrayLike, entries, matrix, plain, real_array
from kerasduet.concepts.losses import check_loss, output_error, output_loss
from kerasduet.concepts.sequences import (
    GRU_NAMES,
    LSTM_NAMES,
    gru_forward,
    lstm_forward,
    read_gates,
    read_rnn,
    rnn_forward,
    steps,
)
from kerasduet.errors import ArgumentType, ShapeError

__all__ = ["bptt_gradients", "clip_gradients", "gradient_norms_by_lag"]


def bptt_gradients(
    inputs: ArrayLike,
    U: ArrayLike,
    W: ArrayLike,
    V: ArrayLike,
    *,
    targets: ArrayLike,
    b: ArrayLike = 0.0,
    c: ArrayLike = 0.0,
    h0: ArrayLike = 0.0,
    activation: str = "tanh",
    output_activation: str = "identity",
    loss: str = "squared",
    truncate: int | None = None,
) -> dict[str, Any]:
    """Compute the gradients of a simple recurrent network through time.

    Parameters
    ----------
    inputs, U, W, V, b, c, h0, activation, output_activation
        As in `rnn_forward`.
    targets : array (time, outputs), or (time,) for one output
        Wanted outputs y; within 0 and 1 for the losses "logistic" and "cross_entropy".
    loss : {"squared", "logistic", "cross_entropy"}
        Summed over time: (o - y)^2 / 2; -(y ln o + (1 - y) ln(1 - o)), for sigmoid outputs;
        or -y ln o, for softmax outputs.
    truncate : int, optional
        Steps that the error of each time step flows back, its own included, at least 1; None
        is all of them.

    Returns
    -------
    dict
        `loss`: E; `U`, `W`, `V`, `b`, `c`: the gradient of each, in its shape (biases as
        vectors); `W_by_lag` (lags, units, units): the part of W's gradient that came back over
        0, 1, 2, ... steps, whose sum is `W`.

    Raises
    ------
    KerasduetError
        As `rnn_forward`; targets of the wrong shape; a loss that does not fit the outputs.

    Notes
    -----
    dE/dW = sum over t, and over k <= t, of dE_t/dh_t (dh_t/dh_k) dh_k/dW, where dh_t/dh_k is
    the product of diag(f'(z_j)) W over the steps between.

    References
    ----------
    Werbos (1990), Backpropagation through time, Proceedings of the IEEE 78. Truncated: Williams
    and Peng (1990), Neural Computation 2.

    Examples
    --------
    >>> grads = bptt_gradients([1, 0, 0], 1, 0.5, 1, targets=[0, 0, 1], activation="identity")
    >>> grads["W"], grads["W_by_lag"].ravel()
    (array([[-0.25]]), array([ 0.125, -0.375,  0.   ]))
    """
    x = steps(inputs)
    p = read_rnn(x, U, W, V, b=b, c=c, h0=h0)
    states = rnn_forward(x, **p, activation=activation, output_activation=output_activation)
    y = _targets(targets, states["o"])
    loss = check_loss(loss, output_activation)
    reach = len(x) if truncate is None else checks.whole("truncate", truncate, low=1)
    error = output_error(y, states["zo"], states["o"], output_activation, loss)
    slope = activation_slope(states["zh"], activation)  # (time, units)
    before = np.concatenate([p["h0"][None], states["h"][:-1]])  # (time, units): h_(t-1)

    # Row k of delta is dE/dz of step k, sent back by the output `lag` steps later.
    delta = error @ p["V"] * slope
    du, db, parts = np.zeros_like(p["U"]), np.zeros_like(p["b"]), []
    for _ in range(min(reach, len(x))):
        rows = len(delta)
        parts.append(delta.T @ before[:rows])
        du += delta.T @ x[:rows]
        db += delta.sum(axis=0)
        delta = delta[1:] @ p["W"] * slope[: rows - 1]  # one step further back
    return {
        "loss": output_loss(y, states["zo"], states["o"], loss),
        "U": du,
        "W": np.sum(parts, axis=0),
        "V": error.T @ states["h"],
        "b": db,
        "c": error.sum(axis=0),
        "W_by_lag": np.array(parts),
    }


def gradient_norms_by_lag(
    inputs: ArrayLike,
    params: Mapping[str, Any],
    *,
    kind: str = "rnn",
    activation: str = "tanh",
) -> dict[str, Array]:
    """Measure how much of a gradient is left after flowing back through time.

    Parameters
    ----------
    inputs : array (time, features), or (time,) for one feature
        One time step a row.
    params : dict
        "rnn": `U`, `W` and `b` of `rnn_forward`; "lstm", "gru": the params of `lstm_forward`
        and `gru_forward`. `recurrent_from_keras` gives all three.
    kind : {"rnn", "lstm", "gru"}
        The cell.
    activation : {"identity", "step", "sigmoid", "tanh", "relu"}
        Activation of "rnn".

    Returns
    -------
    dict of arrays (time + 1,)
        `lag`: 0 to time; `norm`: the spectral norm of ds_T / ds_(T - lag), the most that a
        small change of the state can have grown or shrunk by the last step. 1 at lag 0.

    Raises
    ------
    KerasduetError
        As `rnn_forward` and `lstm_forward`.

    Notes
    -----
    s is h, or for "lstm" the pair (a, c). The derivative over a lag is the product of the
    one-step derivatives: it vanishes when they shrink and explodes when they stretch. An LSTM
    with forget gates near 1 keeps it near 1.

    References
    ----------
    Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent neural networks,
    equation 5.

    Examples
    --------
    >>> params = {"U": 1, "W": 0.5, "b": 0}
    >>> gradient_norms_by_lag([0, 0, 0], params)["norm"]
    array([1.   , 0.5  , 0.25 , 0.125])
    """
    kind = checks.choice("kind", kind, JACOBIANS)
    x = steps(inputs)
    activation = checks.choice("activation", activation, ELEMENTWISE)
    jacobians = JACOBIANS[kind](x, params, activation)
    product = np.eye(jacobians.shape[1])
    norms = [1.0]
    for jacobian in jacobians[::-1]:
        product = product @ jacobian
        norms.append(float(np.linalg.norm(product, 2)))
    return {"lag": np.arange(len(norms)), "norm": np.array(norms)}


def clip_gradients(
    gradients: Any, *, value: float | None = None, norm: float | None = None
) -> Any:
    """Bound gradients, element by element or as a whole.

    Parameters
    ----------
    gradients : array, or dict of arrays
        One gradient, or all of a network.
    value : float, optional
        Largest size of an element, above 0.
    norm : float, optional
        Largest Euclidean norm of all gradients together, above 0. Give one of the two.

    Returns
    -------
    array or dict of arrays
        Like `gradients`. By value, each element is cut to -value ... value; by norm, everything
        is scaled by one factor, so that the direction stays.

    Raises
    ------
    KerasduetError
        Neither or both bounds, a bound of at most 0, or gradients that are not finite.

    Notes
    -----
    By norm: g * min(1, norm / ||g||). Keras calls this `global_clipnorm`; its `clipnorm` bounds
    each gradient by itself, its `clipvalue` is our `value`.

    References
    ----------
    Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent neural networks,
    algorithm 1.

    Examples
    --------
    >>> clip_gradients([3, 4], norm=1)
    array([0.6, 0.8])
    >>> clip_gradients({"W": [[3, -4]], "b": 0.5}, value=1)
    {'W': array([[ 1., -1.]]), 'b': 0.5}
    """
    if (value is None) == (norm is None):
        raise ArgumentType(
            f"value: give either value or norm; got {'neither' if value is None else 'both'}."
        )
    if isinstance(gradients, Mapping):
        arrays = {key: real_array(f"gradients {key}", g) for key, g in gradients.items()}
    else:
        arrays = {"": real_array("gradients", gradients)}
    if value is not None:
        bound = checks.number("value", value, low=0, low_open=True)
        clipped = {key: np.clip(g, -bound, bound) for key, g in arrays.items()}
    else:
        bound = checks.number("norm", norm, low=0, low_open=True)
        # Squares of an exploding gradient overflow; hypot's do not.
        total = math.hypot(*(v for g in arrays.values() for v in g.ravel().tolist()))
        factor = bound / total if total > bound else 1.0
        clipped = {key: g * factor for key, g in arrays.items()}
    result = {key: plain(np.asarray(g)) for key, g in clipped.items()}
    return result if isinstance(gradients, Mapping) else result[""]


def _targets(targets: Any, outputs: Array) -> Array:
    y = real_array("targets", targets)
    if y.ndim == 1 and outputs.shape[1] == 1:
        y = y[:, None]
    if y.shape != outputs.shape:
        raise ShapeError(
            f"targets: must have shape {list(outputs.shape)} (time, outputs); "
            f"got {list(y.shape)}."
        )
    return y


def _before(states: Array) -> Array:
    """Shift states (time, units) one step: what each step started from, 0 at first."""
    return np.concatenate([np.zeros_like(states[:1]), states[:-1]])


def _rnn_jacobians(x: Array, params: Any, activation: str) -> Array:
    given = entries("params", params, ("U", "W", "b"))
    units = len(matrix("U", given["U"], axes="units, features"))
    p = read_rnn(x, given["U"], given["W"], np.eye(units), b=given["b"])
    states = rnn_forward(x, p["U"], p["W"], p["V"], b=p["b"], activation=activation)
    return activation_slope(states["zh"], activation)[:, :, None] * p["W"]


def _lstm_jacobians(x: Array, params: Any, _: str) -> Array:
    """Differentiate (a, c) by the (a, c) one step before: (time, 2 units, 2 units)."""
    p = read_gates(params, LSTM_NAMES, x.shape[1])
    s = lstm_forward(x, params)
    units = s["c"].shape[1]
    f, u, o, candidate, squashed = s["f"], s["u"], s["o"], s["candidate"], np.tanh(s["c"])

    def through(name: str, slope: Array) -> Array:
        return slope[:, :, None] * p[name][:, :units]  # by the state before

    c_by_a = (
        through("Wf", _before(s["c"]) * f * (1 - f))
        + through("Wu", candidate * u * (1 - u))
        + through("Wc", u * (1 - candidate**2))
    )
    c_by_c = _diagonal(f)
    a_by_new_c = (o * (1 - squashed**2))[:, :, None]
    a_by_a = through("Wo", squashed * o * (1 - o)) + a_by_new_c * c_by_a
    return np.block([[a_by_a, a_by_new_c * c_by_c], [c_by_a, c_by_c]])


def _gru_jacobians(x: Array, params: Any, _: str) -> Array:
    """Differentiate h by the h one step before: (time, units, units)."""
    p = read_gates(params, GRU_NAMES, x.shape[1])
    s = gru_forward(x, params)
    units = s["h"].shape[1]
    h, r, z, candidate = _before(s["h"]), s["r"], s["z"], s["candidate"]
    wr, wz, wh = (p[name][:, :units] for name in ("Wr", "Wz", "Wh"))
    reset_by_h = _diagonal(r) + (h * r * (1 - r))[:, :, None] * wr  # of r * h
    return (
        _diagonal(1 - z)
        + ((candidate - h) * z * (1 - z))[:, :, None] * wz
        + (z * (1 - candidate**2))[:, :, None] * (wh @ reset_by_h)
    )


def _diagonal(values: Array) -> Array:
    return values[:, :, None] * np.eye(values.shape[1])


JACOBIANS: dict[str, Callable[..., Array]] = {
    "rnn": _rnn_jacobians,
    "lstm": _lstm_jacobians,
    "gru": _gru_jacobians,
}
