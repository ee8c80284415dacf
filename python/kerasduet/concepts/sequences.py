"""Recurrent networks forward in time: the simple cell, LSTM and GRU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kerasduet import checks
from kerasduet.concepts.activations import ELEMENTWISE, activate
from kerasduet.concepts.arrays import Array, ArrayLike, entries, matrix, real_array, vector

__all__ = ["gru_forward", "lstm_forward", "rnn_forward"]

OUTPUTS = (*ELEMENTWISE, "softmax")
LSTM_NAMES = ("Wf", "bf", "Wu", "bu", "Wc", "bc", "Wo", "bo")
GATE_AXES = "units, units + features"
GRU_NAMES = ("Wr", "br", "Wz", "bz", "Wh", "bh")


def rnn_forward(
    inputs: ArrayLike,
    U: ArrayLike,
    W: ArrayLike,
    V: ArrayLike,
    *,
    b: ArrayLike = 0.0,
    c: ArrayLike = 0.0,
    h0: ArrayLike = 0.0,
    activation: str = "tanh",
    output_activation: str = "identity",
) -> dict[str, Array]:
    """Run a simple recurrent network over one sequence.

    Parameters
    ----------
    inputs : array (time, features), or (time,) for one feature
        One time step a row.
    U : array (units, features)
        Weights of the input; here and below one number is a 1 x 1 matrix.
    W : array (units, units)
        Weights of the state before.
    V : array (outputs, units)
        Weights of the output.
    b, h0 : float or array (units,)
        Bias of the state, and the state before the first step; one number stands for all units.
    c : float or array (outputs,)
        Bias of the output.
    activation : {"identity", "step", "sigmoid", "tanh", "relu"}
        Activation f of the state, see `activate`.
    output_activation : {"identity", "step", "sigmoid", "tanh", "relu", "softmax"}
        Activation g of the output.

    Returns
    -------
    dict
        `h` (time, units): the state after each step; `o` (time, outputs): the output; `zh`,
        `zo`: both before their activation.

    Raises
    ------
    KerasduetError
        A matrix or vector of the wrong shape, values that are not finite numbers, or an unknown
        activation.

    Notes
    -----
    h_t = f(U x_t + W h_(t-1) + b), o_t = g(V h_t + c).

    Where course notes differ
    -------------------------
    With U = W = V = 1, relu and the inputs 2, 4, 6, 8, 10 the states are 2, 6, 12, 20, 30.
    Notes that print 2, 6, 10, 14, 18 added the input before instead of the state before.

    References
    ----------
    Elman (1990), Finding structure in time, Cognitive Science 14.

    Examples
    --------
    >>> rnn_forward([2, 4, 6, 8, 10], 1, 1, 1, activation="relu")["h"].ravel()
    array([ 2.,  6., 12., 20., 30.])
    """
    x = steps(inputs)
    p = read_rnn(x, U, W, V, b=b, c=c, h0=h0)
    activation = checks.choice("activation", activation, ELEMENTWISE)
    output_activation = checks.choice("output_activation", output_activation, OUTPUTS)
    h = p["h0"]
    sums, states = [], []
    for x_t in x:
        sums.append(p["U"] @ x_t + p["W"] @ h + p["b"])
        h = np.asarray(activate(sums[-1], activation))
        states.append(h)
    zo = np.array(states) @ p["V"].T + p["c"]  # (time, outputs)
    return {
        "h": np.array(states),
        "o": activate(zo, output_activation),
        "zh": np.array(sums),
        "zo": zo,
    }


def lstm_forward(
    inputs: ArrayLike, params: Mapping[str, Any], *, a0: ArrayLike = 0.0, c0: ArrayLike = 0.0
) -> dict[str, Array]:
    """Run an LSTM over one sequence.

    Parameters
    ----------
    inputs : array (time, features), or (time,) for one feature
        One time step a row.
    params : dict
        `Wf`, `Wu`, `Wc`, `Wo` (units, units + features): weights of the forget gate, update
        gate, candidate and output gate on [a, x], the state before the input; `bf`, `bu`, `bc`,
        `bo` (units,) or a number: their biases. `recurrent_from_keras` gives such a dict.
    a0, c0 : float or array (units,)
        State and cell before the first step.

    Returns
    -------
    dict of arrays (time, units)
        `a`: the state, `c`: the cell, `f`, `u`, `o`: the gates, `candidate`.

    Raises
    ------
    KerasduetError
        A parameter that is missing or of the wrong shape, or values that are not finite.

    Notes
    -----
    LSTM: f, u, o = sigmoid(W [a, x] + b) each; candidate = tanh(Wc [a, x] + bc);
    c = f * c + u * candidate; a = o * tanh(c).

    References
    ----------
    Hochreiter and Schmidhuber (1997), Long short-term memory, Neural Computation 9; the forget
    gate is of Gers, Schmidhuber and Cummins (2000).

    Examples
    --------
    >>> gate = {"Wf": [[0, 0]], "Wu": [[0, 0]], "Wc": [[0, 1]], "Wo": [[0, 0]]}
    >>> bias = {"bf": 9, "bu": 9, "bc": 0, "bo": 9}
    >>> lstm_forward([1, 0, 0], {**gate, **bias})["c"].ravel().round(2)
    array([0.76, 0.76, 0.76])
    """
    x = steps(inputs)
    p = read_gates(params, LSTM_NAMES, x.shape[1])
    units = p["bf"].size
    a, c = vector("a0", a0, length=units), vector("c0", c0, length=units)
    rows = []
    for x_t in x:
        joined = np.concatenate([a, x_t])  # (units + features,)
        f, u, o = (
            activate(p[f"W{gate}"] @ joined + p[f"b{gate}"], "sigmoid") for gate in "fuo"
        )
        candidate = np.tanh(p["Wc"] @ joined + p["bc"])
        c = f * c + u * candidate
        a = o * np.tanh(c)
        rows.append((a, c, f, u, o, candidate))
    return _table(("a", "c", "f", "u", "o", "candidate"), rows)


def gru_forward(
    inputs: ArrayLike, params: Mapping[str, Any], *, h0: ArrayLike = 0.0
) -> dict[str, Array]:
    """Run a GRU over one sequence.

    Parameters
    ----------
    inputs : array (time, features), or (time,) for one feature
        One time step a row.
    params : dict
        `Wr`, `Wz`, `Wh` (units, units + features): weights of the reset gate, update gate and
        candidate on [h, x], the state before the input; `br`, `bz`, `bh` (units,) or a number:
        their biases. `recurrent_from_keras` gives such a dict.
    h0 : float or array (units,)
        State before the first step.

    Returns
    -------
    dict of arrays (time, units)
        `h`: the state, `r`, `z`: the gates, `candidate`.

    Raises
    ------
    KerasduetError
        A parameter that is missing or of the wrong shape, or values that are not finite.

    Notes
    -----
    GRU: r, z = sigmoid(W [h, x] + b) each; candidate = tanh(Wh [r * h, x] + bh); h = (1 - z) h
    + z candidate. Keras's z is 1 minus this one (h = z h + (1 - z) candidate), so the weights
    of z change sign between the two, see `recurrent_from_keras`; its `reset_after=True`, which
    applies r after the multiplication, is another function.

    References
    ----------
    Cho et al. (2014), Learning phrase representations using RNN encoder-decoder, with the z of
    Chung et al. (2014).

    Examples
    --------
    >>> params = {"Wr": [[0, 0]], "Wz": [[0, 0]], "Wh": [[0, 1]], "br": 0, "bz": 0, "bh": 0}
    >>> gru_forward([1, 0, 0], params)["h"].ravel().round(2)
    array([0.38, 0.19, 0.1 ])
    """
    x = steps(inputs)
    p = read_gates(params, GRU_NAMES, x.shape[1])
    h = vector("h0", h0, length=p["br"].size)
    rows = []
    for x_t in x:
        joined = np.concatenate([h, x_t])  # (units + features,)
        r, z = (activate(p[f"W{gate}"] @ joined + p[f"b{gate}"], "sigmoid") for gate in "rz")
        candidate = np.tanh(p["Wh"] @ np.concatenate([r * h, x_t]) + p["bh"])
        h = (1 - z) * h + z * candidate
        rows.append((h, r, z, candidate))
    return _table(("h", "r", "z", "candidate"), rows)


def steps(inputs: Any) -> Array:
    """Read a sequence as (time, features)."""
    array = real_array("inputs", inputs, dimensions=(0, 1, 2))
    return array if array.ndim == 2 else array.reshape(-1, 1)


def read_rnn(
    x: Array, U: Any, W: Any, V: Any, *, b: Any = 0.0, c: Any = 0.0, h0: Any = 0.0
) -> dict[str, Array]:
    """Read the weights of a simple recurrent network on x (time, features)."""
    read_u = matrix("U", U, axes="units, features", columns=x.shape[1])
    units = read_u.shape[0]
    read_v = matrix("V", V, axes="outputs, units", columns=units)
    return {
        "U": read_u,
        "W": matrix("W", W, axes="units, units", rows=units, columns=units),
        "V": read_v,
        "b": vector("b", b, length=units),
        "c": vector("c", c, length=read_v.shape[0]),
        "h0": vector("h0", h0, length=units),
    }


def read_gates(params: Any, names: tuple[str, ...], features: int) -> dict[str, Array]:
    """Read gates' weights on [state, x] and their biases; the first gives the units."""
    given = entries("params", params, names)
    units = matrix(names[0], given[names[0]], axes=GATE_AXES).shape[0]
    shape = {"rows": units, "columns": units + features}
    return {
        name: vector(name, given[name], length=units)
        if name.startswith("b")
        else matrix(name, given[name], axes=GATE_AXES, **shape)
        for name in names
    }


def _table(names: tuple[str, ...], rows: Sequence[tuple[Array, ...]]) -> dict[str, Array]:
    """Turn one tuple a time step into one array (time, units) a name."""
    return dict(zip(names, np.array(rows).swapaxes(0, 1), strict=True))  # (names, time, units)
