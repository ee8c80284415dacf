"""A network with one hidden layer from scratch: start, forward, backward, descend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from kerasduet import checks
from kerasduet.concepts.activations import ELEMENTWISE, activate, activation_slope
from kerasduet.concepts.arrays import (
    Array,
    ArrayLike,
    entries,
    matrix,
    probabilities,
    real_array,
    seeded,
    vector,
)
from kerasduet.concepts.losses import output_error, output_loss
from kerasduet.errors import ShapeError

__all__ = ["two_layer_fit", "two_layer_forward", "two_layer_gradients", "two_layer_init"]

NAMES = ("W1", "b1", "W2", "b2")
TRAINED = ("logistic", "squared")


def two_layer_init(
    n_input: int, n_hidden: int, n_output: int, *, scale: float = 0.01, seed: int = 0
) -> dict[str, Array]:
    """Draw the first parameters of a network with one hidden layer.

    Parameters
    ----------
    n_input, n_hidden, n_output : int
        Inputs, hidden units and outputs, at least 1.
    scale : float
        Standard deviation of the normal weights, at least 0; biases start at 0.
    seed : int
        Decides the weights, 0 to 2^32 - 1.

    Returns
    -------
    dict
        `W1` (n_hidden, n_input), `b1` (n_hidden, 1), `W2` (n_output, n_hidden),
        `b2` (n_output, 1).

    Raises
    ------
    KerasduetError
        A number outside its range.

    Notes
    -----
    Small random weights keep tanh in its steep middle; equal ones would make every hidden unit
    learn the same.

    Examples
    --------
    >>> {name: value.shape for name, value in two_layer_init(20, 10, 1).items()}
    {'W1': (10, 20), 'b1': (10, 1), 'W2': (1, 10), 'b2': (1, 1)}
    """
    inputs = checks.whole("n_input", n_input, low=1)
    hidden = checks.whole("n_hidden", n_hidden, low=1)
    outputs = checks.whole("n_output", n_output, low=1)
    scale = checks.number("scale", scale, low=0)
    generator = seeded(seed)
    return {
        "W1": scale * generator.standard_normal((hidden, inputs)),
        "b1": np.zeros((hidden, 1)),
        "W2": scale * generator.standard_normal((outputs, hidden)),
        "b2": np.zeros((outputs, 1)),
    }


def two_layer_forward(
    x: ArrayLike,
    params: Mapping[str, Any],
    *,
    hidden_activation: str = "tanh",
    output_activation: str = "sigmoid",
) -> dict[str, Array]:
    """Compute a network with one hidden layer.

    Parameters
    ----------
    x : array (n_input, samples) or (n_input,)
        One sample a column.
    params : dict
        `W1`, `b1`, `W2`, `b2` as from `two_layer_init`.
    hidden_activation, output_activation : {"identity", "step", "sigmoid", "tanh", "relu"}
        Activation functions, see `activate`.

    Returns
    -------
    dict
        `Z1`, `A1` (n_hidden, samples): hidden layer before and after its activation; `Z2`, `A2`
        (n_output, samples): output layer likewise.

    Raises
    ------
    KerasduetError
        Parameters that are missing or of the wrong shape, or an unknown activation.

    Notes
    -----
    Z1 = W1 x + b1, A1 = f(Z1), Z2 = W2 A1 + b2, A2 = g(Z2).

    Examples
    --------
    >>> params = {"W1": [[0.15, 0.2], [0.25, 0.3]], "b1": 0.35,
    ...           "W2": [[0.4, 0.45], [0.55, 0.6]], "b2": 0.6}
    >>> out = two_layer_forward([0.05, 0.1], params, hidden_activation="sigmoid")
    >>> out["Z1"].ravel().round(4)
    array([0.3775, 0.3925])
    """
    columns = _columns("x", x)
    hidden = checks.choice("hidden_activation", hidden_activation, ELEMENTWISE)
    output = checks.choice("output_activation", output_activation, ELEMENTWISE)
    p = _read(params, columns.shape[0])
    z1 = p["W1"] @ columns + p["b1"]  # (n_hidden, samples)
    a1 = activate(z1, hidden)
    z2 = p["W2"] @ a1 + p["b2"]  # (n_output, samples)
    return {"Z1": z1, "A1": a1, "Z2": z2, "A2": activate(z2, output)}


def two_layer_gradients(
    x: ArrayLike,
    params: Mapping[str, Any],
    *,
    y: ArrayLike,
    hidden_activation: str = "tanh",
    loss: str = "logistic",
) -> dict[str, Array]:
    """Compute the gradients of a loss by backpropagation.

    Parameters
    ----------
    x : array (n_input, samples) or (n_input,)
        One sample a column.
    params : dict
        `W1`, `b1`, `W2`, `b2` as from `two_layer_init`; the output activation is sigmoid.
    y : array (n_output, samples), or a vector for one output or one sample
        Truth, within 0 and 1.
    hidden_activation : {"identity", "step", "sigmoid", "tanh", "relu"}
        See `activate`.
    loss : {"logistic", "squared"}
        What is summed over the outputs: see the notes.

    Returns
    -------
    dict
        `W1`, `b1`, `W2`, `b2`: the gradient of each parameter, in its shape; `D2` (n_output,
        samples) and `D1` (n_hidden, samples): the errors that flow back, one column a sample.

    Raises
    ------
    KerasduetError
        As `two_layer_forward`, or a truth of the wrong shape.

    Notes
    -----
    For m samples, a sigmoid output and the loss (1 / m) sum of -(y ln A2 + (1 - y) ln(1 - A2)):
    D2 = A2 - y, dW2 = D2 A1' / m, D1 = W2' D2 * f'(Z1), dW1 = D1 x' / m; the biases' gradients
    are the row means. For tanh, f' = 1 - A1^2. For the squared loss, (1 / m) sum of
    (y - A2)^2 / 2, D2 = (A2 - y) A2 (1 - A2).

    References
    ----------
    Rumelhart, Hinton and Williams (1986), Learning representations by back-propagating errors,
    Nature 323.

    Examples
    --------
    >>> params = two_layer_init(2, 3, 1, seed=1)
    >>> grads = two_layer_gradients([[0, 1], [1, 1]], params, y=[0, 1])
    >>> grads["W1"].shape, grads["D2"].shape
    ((3, 2), (1, 2))
    """
    columns = _columns("x", x)
    loss = checks.choice("loss", loss, TRAINED)
    states = two_layer_forward(columns, params, hidden_activation=hidden_activation)
    truth = _truth(y, states["A2"])
    samples = columns.shape[1]
    w2 = matrix("W2", params["W2"], axes="outputs, units")
    # (n_output, samples)
    d2 = output_error(truth, states["Z2"], states["A2"], "sigmoid", loss)
    d1 = w2.T @ d2 * activation_slope(states["Z1"], hidden_activation)  # (n_hidden, samples)
    return {
        "W1": d1 @ columns.T / samples,
        "b1": d1.mean(axis=1, keepdims=True),
        "W2": d2 @ states["A1"].T / samples,
        "b2": d2.mean(axis=1, keepdims=True),
        "D2": d2,
        "D1": d1,
    }


def two_layer_fit(
    x: ArrayLike,
    params: Mapping[str, Any],
    *,
    y: ArrayLike,
    learning_rate: float = 1.0,
    steps: int = 1000,
    hidden_activation: str = "tanh",
    loss: str = "logistic",
) -> dict[str, Any]:
    """Train a network with one hidden layer by gradient descent on all samples.

    Parameters
    ----------
    x : array (n_input, samples) or (n_input,)
        One sample a column.
    params : dict
        Where to start: `W1`, `b1`, `W2`, `b2` as from `two_layer_init`.
    y : array (n_output, samples), or a vector for one output or one sample
        Truth, within 0 and 1.
    learning_rate : float
        Step size, above 0.
    steps : int
        Steps down, at least 0.
    hidden_activation : {"identity", "step", "sigmoid", "tanh", "relu"}
        See `activate`.
    loss : {"logistic", "squared"}
        See `two_layer_gradients`.

    Returns
    -------
    dict
        `params`: the trained parameters; `loss` (steps + 1,): the loss before each step and
        after the last.

    Raises
    ------
    KerasduetError
        As `two_layer_gradients`, or a number outside its range.

    Notes
    -----
    Each parameter moves by -learning_rate times its gradient.

    Examples
    --------
    >>> from kerasduet.concepts import logic_gate
    >>> xor = logic_gate("xor")
    >>> start = two_layer_init(2, 4, 1, scale=1, seed=0)
    >>> fit = two_layer_fit(xor["inputs"].T, start, y=xor["outputs"])
    >>> two_layer_forward(xor["inputs"].T, fit["params"])["A2"].round().astype(int)
    array([[0, 1, 1, 0]])
    """
    columns = _columns("x", x)
    rate = checks.number("learning_rate", learning_rate, low=0, low_open=True)
    steps = checks.whole("steps", steps, low=0)
    current = _read(params, columns.shape[0])
    loss = checks.choice("loss", loss, TRAINED)
    losses = []
    for step in range(steps + 1):
        states = two_layer_forward(columns, current, hidden_activation=hidden_activation)
        truth = _truth(y, states["A2"])
        losses.append(output_loss(truth, states["Z2"], states["A2"], loss))
        if step < steps:
            slopes = two_layer_gradients(
                columns, current, y=y, hidden_activation=hidden_activation, loss=loss
            )
            current = {name: current[name] - rate * slopes[name] for name in NAMES}
    return {"params": current, "loss": np.array(losses) / columns.shape[1]}


def _columns(name: str, value: Any) -> Array:
    array = real_array(name, value, dimensions=(0, 1, 2))
    return array if array.ndim == 2 else array.reshape(-1, 1)


def _truth(y: Any, predicted: Array) -> Array:
    truth = probabilities("y", y)
    if truth.ndim < 2 and 1 in predicted.shape and truth.size == predicted.size:
        truth = truth.reshape(predicted.shape)  # one output, or one sample
    if truth.shape != predicted.shape:
        raise ShapeError(
            f"y: must have shape {list(predicted.shape)} (outputs, samples); "
            f"got {list(truth.shape)}."
        )
    return truth


def _read(params: Any, inputs: int) -> dict[str, Array]:
    given = entries("params", params, NAMES)
    w1 = matrix("W1", given["W1"], axes="units, inputs")
    if w1.shape[1] != inputs:
        raise ShapeError(
            f"W1: must have one column an input, {inputs}; got {w1.shape[1]}. "
            "Give the samples as columns of x."
        )
    w2 = matrix("W2", given["W2"], axes="outputs, units", columns=w1.shape[0])
    return {
        "W1": w1,
        "b1": vector("b1", given["b1"], length=w1.shape[0])[:, None],
        "W2": w2,
        "b2": vector("b2", given["b2"], length=w2.shape[0])[:, None],
    }
