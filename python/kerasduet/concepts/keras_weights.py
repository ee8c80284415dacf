"""Weights of Keras's recurrent layers in the lessons' equations, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kerasduet import checks
from kerasduet.concepts.arrays import Array, entries, matrix, real_array, vector
from kerasduet.concepts.sequences import GATE_AXES, GRU_NAMES, LSTM_NAMES, read_gates
from kerasduet.errors import ArgumentType, ShapeError

__all__ = ["recurrent_from_keras", "recurrent_to_keras"]

# kind: our gates in Keras's order, and the sign that turns Keras's gate into ours
LAYOUT: dict[str, tuple[str, tuple[int, ...]]] = {
    "rnn": ("h", (1,)),
    "lstm": ("ufco", (1, 1, 1, 1)),
    "gru": ("zrh", (-1, 1, 1)),
}
NAMES = {"rnn": ("U", "W", "b"), "lstm": LSTM_NAMES, "gru": GRU_NAMES}


def recurrent_from_keras(kind: str, weights: Sequence[Any]) -> dict[str, Array]:
    """Read the weights of a Keras recurrent layer as the lessons' parameters.

    Parameters
    ----------
    kind : {"rnn", "lstm", "gru"}
        `SimpleRNN`, `LSTM`, or `GRU(reset_after=False)`.
    weights : list of arrays
        What the layer's `get_weights()` gives: kernel (features, gates * units), recurrent
        kernel (units, gates * units) and, with `use_bias`, bias (gates * units,).

    Returns
    -------
    dict
        "rnn": `U` (units, features), `W` (units, units), `b` (units,) of `rnn_forward`; "lstm",
        "gru": the params of `lstm_forward` and `gru_forward`.

    Raises
    ------
    KerasduetError
        Arrays that are not one such layer's; those of `GRU(reset_after=True)` have no
        counterpart in the lessons' equations.

    Notes
    -----
    Keras multiplies from the other side, so everything is transposed, and keeps the input's and
    the state's weights apart, where the lessons multiply [state, x]. Its gates stand in the
    order i, f, c, o (our u, f, c, o) and z, r, h. Its z is 1 minus the lessons' z, and
    1 - sigmoid(s) = sigmoid(-s): the weights and bias of z change sign.

    Examples
    --------
    >>> params = recurrent_from_keras("gru", [[[1, 2, 3]], [[4, 5, 6]], [7, 8, 9]])
    >>> params["Wz"], params["bz"]
    (array([[-4., -1.]]), array([-7.]))
    """
    gates, signs = LAYOUT[checks.choice("kind", kind, LAYOUT)]
    kernel, recurrent, bias = _keras_arrays(kind, weights, len(gates))
    blocks = [
        (gate, sign * w.T, sign * u.T, sign * b)
        for gate, sign, w, u, b in zip(
            gates,
            signs,
            np.split(kernel, len(gates), axis=1),
            np.split(recurrent, len(gates), axis=1),
            np.split(bias, len(gates)),
            strict=True,
        )
    ]
    if kind == "rnn":
        _, w, u, b = blocks[0]
        return {"U": w, "W": u, "b": b}
    read: dict[str, Array] = {}
    for gate, w, u, b in blocks:
        read[f"W{gate}"] = np.concatenate([u, w], axis=1)  # (units, units + features)
        read[f"b{gate}"] = b
    return {name: read[name] for name in NAMES[kind]}


def recurrent_to_keras(kind: str, params: Mapping[str, Any]) -> list[Array]:
    """Write the lessons' parameters as the weights of a Keras recurrent layer.

    Parameters
    ----------
    kind : {"rnn", "lstm", "gru"}
        `SimpleRNN`, `LSTM`, or `GRU(reset_after=False)`.
    params : dict
        As `recurrent_from_keras` gives it, which this undoes.

    Returns
    -------
    list of arrays
        Kernel (features, gates * units), recurrent kernel (units, gates * units) and bias
        (gates * units,): what the layer's `set_weights()` takes.

    Raises
    ------
    KerasduetError
        A parameter that is missing or of the wrong shape.

    Examples
    --------
    >>> kernel, recurrent, bias = recurrent_to_keras("rnn", {"U": 2, "W": 3, "b": 4})
    >>> kernel, recurrent, bias
    (array([[2.]]), array([[3.]]), array([4.]))
    """
    gates, signs = LAYOUT[checks.choice("kind", kind, LAYOUT)]
    given = entries("params", params, NAMES[kind])
    if kind == "rnn":
        kernel = matrix("U", given["U"], axes="units, features")
        units = kernel.shape[0]
        recurrent = matrix("W", given["W"], axes="units, units", rows=units, columns=units)
        return [kernel.T, recurrent.T, vector("b", given["b"], length=units)]
    units, columns = matrix(NAMES[kind][0], given[NAMES[kind][0]], axes=GATE_AXES).shape
    if columns <= units:
        raise ShapeError(
            f"{NAMES[kind][0]}: must have more columns (units + features) than its "
            f"{units} rows (units); got {columns}."
        )
    read = read_gates(given, NAMES[kind], columns - units)
    signed = list(zip(gates, signs, strict=True))
    both = [sign * read[f"W{gate}"].T for gate, sign in signed]  # (units + features, units)
    return [
        np.concatenate([block[units:] for block in both], axis=1),
        np.concatenate([block[:units] for block in both], axis=1),
        np.concatenate([sign * read[f"b{gate}"] for gate, sign in signed]),
    ]


def _keras_arrays(kind: str, weights: Any, gates: int) -> tuple[Array, Array, Array]:
    if not isinstance(weights, list | tuple) or len(weights) not in (2, 3):
        raise ArgumentType(
            "weights: must be the 2 or 3 arrays of get_weights(); got "
            f"{len(weights) if isinstance(weights, list | tuple) else checks.show(weights)}."
        )
    kernel = matrix("weights kernel", weights[0], axes="features, gates * units")
    columns = kernel.shape[1]
    if columns % gates:
        raise ShapeError(
            f"weights kernel: must have {gates} times the units as columns for {kind}; "
            f"got {columns}."
        )
    units = columns // gates
    recurrent = matrix(
        "weights recurrent",
        weights[1],
        axes="units, gates * units",
        rows=units,
        columns=columns,
    )
    if len(weights) == 2:
        return kernel, recurrent, np.zeros(columns)
    bias = real_array("weights bias", weights[2])
    if kind == "gru" and bias.shape == (2, columns):
        raise ShapeError(
            f"weights bias: must have {columns} values; got 2 rows of them. "
            "Build the GRU layer with reset_after = False."
        )
    return kernel, recurrent, vector("weights bias", bias, length=columns)
