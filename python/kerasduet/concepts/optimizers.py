"""One step of each optimizer, as Keras computes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from kerasduet import checks
from kerasduet.concepts.arrays import Array, ArrayLike, entries, plain, real_array, same_shape
from kerasduet.errors import UnknownName

__all__ = ["optimizer_step"]

State = dict[str, Any]
Step = tuple[Array, State]


def optimizer_step(
    name: str,
    parameter: ArrayLike,
    gradient: ArrayLike,
    state: Mapping[str, Any] | None = None,
    **settings: Any,
) -> dict[str, Any]:
    """Move a parameter one step down its gradient.

    Parameters
    ----------
    name : {"sgd", "momentum", "adagrad", "rmsprop", "adam"}
        The rule.
    parameter, gradient : float or array
        The parameter and the gradient of the loss, of one shape.
    state : dict, optional
        What the rule remembers: the `state` of the step before; None at the first step.
    **settings : float
        The rule's settings with Keras's names and defaults: `learning_rate` (0.01 for sgd and
        momentum, 0.001 otherwise); momentum: `momentum` 0.9; adagrad:
        `initial_accumulator_value` 0.1, `epsilon` 1e-7; rmsprop: `rho` 0.9, `epsilon` 1e-7;
        adam: `beta_1` 0.9, `beta_2` 0.999, `epsilon` 1e-7.

    Returns
    -------
    dict
        `parameter`: moved; `state`: for the next step.

    Raises
    ------
    KerasduetError
        An unknown rule or setting, a number outside its range, shapes that differ, or the state
        of another rule.

    Notes
    -----
    With rate a, gradient g and step t:

    * sgd: w - a g.
    * momentum: v = m v - a g; w + v (Polyak 1964).
    * adagrad: s = s + g^2; w - a g / sqrt(s + e) (Duchi, Hazan and Singer 2011).
    * rmsprop: s = r s + (1 - r) g^2; w - a g / sqrt(s + e) (Tieleman and Hinton 2012).
    * adam: m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2; w - a sqrt(1 - b2^t) / (1 - b1^t) m
      / (sqrt(v) + e) (Kingma and Ba 2015, the form at the end of their section 2).

    Examples
    --------
    >>> first = optimizer_step("momentum", 1.0, 2.0, learning_rate=0.1)
    >>> round(first["parameter"], 3)
    0.8
    >>> second = optimizer_step("momentum", 0.8, 2.0, first["state"], learning_rate=0.1)
    >>> round(second["parameter"], 3)
    0.42
    """
    rule, defaults, memory = RULES[checks.choice("name", name, RULES)]
    values = real_array("parameter", parameter)
    slope = same_shape("gradient", gradient, "parameter", values)
    chosen = _settings(name, defaults, settings)
    remembered = _state(state, memory, values)
    moved, kept = rule(values, slope, remembered, chosen)
    return {
        "parameter": plain(moved),
        "state": {key: plain(np.asarray(value)) for key, value in kept.items()},
    }


def _settings(
    name: str, defaults: Mapping[str, float], given: Mapping[str, Any]
) -> dict[str, float]:
    for key in given:
        if key not in defaults:
            raise UnknownName(
                f"{key}: {name} has no such setting. {checks.nearest(key, defaults)}"
            )
    chosen = {**defaults, **given}
    return {key: checks.number(key, value, **LIMITS[key]) for key, value in chosen.items()}


def _state(state: Any, memory: tuple[str, ...], values: Array) -> State | None:
    if state is None or len(state) == 0:  # R's empty list is an empty sequence
        return None
    given = entries("state", state, memory)
    return {
        key: checks.whole("state step", given[key], low=0)
        if key == "step"
        else same_shape(f"state {key}", given[key], "parameter", values)
        for key in memory
    }


def _sgd(w: Array, g: Array, state: State | None, s: Mapping[str, float]) -> Step:
    return w - s["learning_rate"] * g, {}


def _momentum(w: Array, g: Array, state: State | None, s: Mapping[str, float]) -> Step:
    before = state["velocity"] if state else 0.0
    velocity = s["momentum"] * before - s["learning_rate"] * g
    return w + velocity, {"velocity": velocity}


def _adagrad(w: Array, g: Array, state: State | None, s: Mapping[str, float]) -> Step:
    before = state["accumulator"] if state else s["initial_accumulator_value"]
    total = before + g**2
    return w - s["learning_rate"] * g / np.sqrt(total + s["epsilon"]), {"accumulator": total}


def _rmsprop(w: Array, g: Array, state: State | None, s: Mapping[str, float]) -> Step:
    before = state["mean_square"] if state else 0.0
    mean = s["rho"] * before + (1 - s["rho"]) * g**2
    return w - s["learning_rate"] * g / np.sqrt(mean + s["epsilon"]), {"mean_square": mean}


def _adam(w: Array, g: Array, state: State | None, s: Mapping[str, float]) -> Step:
    before = state or {"m": 0.0, "v": 0.0, "step": 0}
    b1, b2 = s["beta_1"], s["beta_2"]
    m = b1 * before["m"] + (1 - b1) * g
    v = b2 * before["v"] + (1 - b2) * g**2
    step = before["step"] + 1
    rate = s["learning_rate"] * np.sqrt(1 - b2**step) / (1 - b1**step)
    return w - rate * m / (np.sqrt(v) + s["epsilon"]), {"m": m, "v": v, "step": step}


_positive = {"low": 0, "low_open": True}
_share = {"low": 0, "high": 1, "high_open": True}
LIMITS: dict[str, dict[str, Any]] = {
    "learning_rate": _positive,
    "momentum": _share,
    "initial_accumulator_value": {"low": 0},
    "epsilon": _positive,
    "rho": _share,
    "beta_1": _share,
    "beta_2": _share,
}
# rule: (its step, its settings with Keras's defaults, what it remembers)
RULES: dict[str, tuple[Callable[..., Step], dict[str, float], tuple[str, ...]]] = {
    "sgd": (_sgd, {"learning_rate": 0.01}, ()),
    "momentum": (_momentum, {"learning_rate": 0.01, "momentum": 0.9}, ("velocity",)),
    "adagrad": (
        _adagrad,
        {"learning_rate": 0.001, "initial_accumulator_value": 0.1, "epsilon": 1e-7},
        ("accumulator",),
    ),
    "rmsprop": (
        _rmsprop,
        {"learning_rate": 0.001, "rho": 0.9, "epsilon": 1e-7},
        ("mean_square",),
    ),
    "adam": (
        _adam,
        {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7},
        ("m", "v", "step"),
    ),
}
