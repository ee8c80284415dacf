"""The perceptron's learning rule: finds a neuron wherever there is one, and never XOR."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasduet import checks
from kerasduet.concepts.arrays import ArrayLike, real_array
from kerasduet.errors import ArgumentRange, ShapeError

__all__ = ["perceptron_fit"]


def perceptron_fit(
    inputs: ArrayLike, outputs: ArrayLike, *, learning_rate: float = 1.0, epochs: int = 100
) -> dict[str, Any]:
    """Train a threshold neuron by the perceptron's rule, sample by sample.

    Parameters
    ----------
    inputs : array (samples, n)
        One sample a row.
    outputs : array (samples,)
        What the neuron is to say of each, 0 or 1.
    learning_rate : float
        Step size, above 0.
    epochs : int
        Passes over the samples at most, at least 1; the training ends with the first one
        without a mistake.

    Returns
    -------
    dict
        `weights` (n,) and `threshold` for `threshold_neuron`; `mistakes` (epochs,): samples that
        each pass got wrong; `separated`: whether the last pass had none.

    Raises
    ------
    KerasduetError
        Arrays that are not finite and numeric, other outputs than 0 and 1 or not one a sample, or
        a number outside its range.

    Notes
    -----
    From 0, each sample that is wrong moves the weights by learning_rate (y - a) x and the
    threshold by -learning_rate (y - a). If any neuron separates the samples, this finds one after
    finitely many mistakes; XOR has none, so that every pass has mistakes.

    References
    ----------
    Rosenblatt (1958), The perceptron, Psychological Review 65. Novikoff (1962), On convergence
    proofs for perceptrons.

    Examples
    --------
    >>> from kerasduet.concepts import logic_gate
    >>> gate = logic_gate("and")
    >>> fit = perceptron_fit(gate["inputs"], gate["outputs"])
    >>> fit["weights"], fit["threshold"], fit["mistakes"]
    (array([2., 1.]), 2.0, array([1, 3, 3, 2, 1, 0]))
    """
    samples = real_array("inputs", inputs, dimensions=(2,))
    wanted = real_array("outputs", outputs).ravel()
    if wanted.size != len(samples):
        raise ShapeError(f"outputs: must be one a sample, {len(samples)}; got {wanted.size}.")
    strange = wanted[(wanted != 0) & (wanted != 1)]
    if strange.size:
        raise ArgumentRange(f"outputs: must be 0 or 1; got {checks.show(float(strange[0]))}.")
    rate = checks.number("learning_rate", learning_rate, low=0, low_open=True)
    weights, threshold, mistakes = np.zeros(samples.shape[1]), 0.0, []
    for _ in range(checks.whole("epochs", epochs, low=1)):
        wrong = 0
        for sample, y in zip(samples, wanted, strict=True):
            error = y - float(sample @ weights - threshold > 0)
            weights = weights + rate * error * sample
            threshold -= rate * error
            wrong += error != 0
        mistakes.append(wrong)
        if wrong == 0:
            break
    return {
        "weights": weights,
        "threshold": float(threshold),
        "mistakes": np.array(mistakes),
        "separated": bool(mistakes[-1] == 0),
    }
