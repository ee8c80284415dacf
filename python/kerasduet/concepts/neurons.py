"""The McCulloch-Pitts neuron and the logic gates it can and cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasduet import checks
from kerasduet.concepts.arrays import ArrayLike, real_array
from kerasduet.errors import ShapeError

__all__ = ["logic_gate", "threshold_neuron"]

# gate: (outputs of the truth table, weights, threshold); no weights make a neuron XOR
GATES: dict[str, tuple[list[int], list[float] | None, float | None]] = {
    "and": ([0, 0, 0, 1], [1, 1], 1.5),
    "or": ([0, 1, 1, 1], [1, 1], 0.5),
    "not": ([1, 0], [-1], -0.5),
    "nand": ([1, 1, 1, 0], [-1, -1], -1.5),
    "nor": ([1, 0, 0, 0], [-1, -1], -0.5),
    "xor": ([0, 1, 1, 0], None, None),
}


def threshold_neuron(inputs: ArrayLike, weights: ArrayLike, threshold: float) -> Any:
    """Fire when the weighted sum of the inputs exceeds a threshold.

    Parameters
    ----------
    inputs : array (n,) or (samples, n)
        One sample, or one a row.
    weights : array (n,)
        One weight an input.
    threshold : float
        The sum that has to be exceeded.

    Returns
    -------
    int or array (samples,) of int
        1 where the neuron fires, 0 elsewhere; one number for one sample.

    Raises
    ------
    KerasduetError
        Arrays that are not finite and numeric, or another number of weights than of inputs.

    Notes
    -----
    a = sum w x - threshold; y = 1 if a > 0, else 0.

    References
    ----------
    McCulloch and Pitts (1943), A logical calculus of the ideas immanent in nervous activity.

    Examples
    --------
    >>> threshold_neuron([[0, 0], [0, 1], [1, 0], [1, 1]], [1, 1], 1.5)
    array([0, 0, 0, 1])
    """
    samples = real_array("inputs", inputs, dimensions=(0, 1, 2))
    samples = samples.reshape(1) if samples.ndim == 0 else samples
    each = real_array("weights", weights).ravel()
    if each.size != samples.shape[-1]:
        raise ShapeError(
            f"weights: must be one an input, {samples.shape[-1]}; got {each.size}."
        )
    fires = (samples @ each - checks.number("threshold", threshold) > 0).astype(np.int64)
    return int(fires) if fires.ndim == 0 else fires


def logic_gate(name: str) -> dict[str, Any]:
    """Give the truth table of a logic gate and a neuron that computes it.

    Parameters
    ----------
    name : {"and", "or", "not", "nand", "nor", "xor"}
        The gate.

    Returns
    -------
    dict
        `inputs` (rows, n) and `outputs` (rows,): the truth table. `weights` (n,) and
        `threshold` for `threshold_neuron`; both None for "xor". `separable`: whether a single
        neuron computes it.

    Raises
    ------
    UnknownName
        Another name; the nearest ones are offered.

    Notes
    -----
    No single neuron is XOR: it would need w1 > t, w2 > t, t >= 0 and w1 + w2 <= t, but the
    first three give w1 + w2 > 2 t >= t. Two layers can: see `two_layer_fit`.

    References
    ----------
    Minsky and Papert (1969), Perceptrons.

    Examples
    --------
    >>> gate = logic_gate("or")
    >>> threshold_neuron(gate["inputs"], gate["weights"], gate["threshold"])
    array([0, 1, 1, 1])
    """
    outputs, weights, threshold = GATES[checks.choice("name", name, GATES)]
    two = [[0, 0], [0, 1], [1, 0], [1, 1]]
    return {
        "inputs": np.array(two if len(outputs) == 4 else [[0], [1]]),
        "outputs": np.array(outputs),
        "weights": None if weights is None else np.array(weights, dtype=np.float64),
        "threshold": threshold,
        "separable": weights is not None,
    }
