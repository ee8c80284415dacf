"""Derivatives with respect to what a function takes, on each backend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kerasduet.environment import backend_name
from kerasduet.errors import BackendError

__all__ = ["gradient"]

Function = Callable[[Any], Any]


def gradient(function: Function, x: np.ndarray) -> np.ndarray:
    """Give the derivatives of the sum of a function's values.

    Parameters
    ----------
    function : callable
        From a tensor (n, ...) to one of n values, each of which depends on its own row alone.
    x : numpy.ndarray
        float32 (n, ...).

    Returns
    -------
    numpy.ndarray
        Shaped like `x`; zeros where nothing depends on it.

    Raises
    ------
    BackendError
        A backend that has no derivatives.
    """
    name = backend_name()
    if name not in _GRADIENTS:
        raise BackendError(
            f"backend: must be one of {', '.join(_GRADIENTS)}, which have derivatives; got {name}."
        )
    found = _GRADIENTS[name](function, x)
    return np.zeros_like(x) if found is None else np.asarray(found, dtype=np.float32)


def _tensorflow(function: Function, x: np.ndarray) -> Any:
    import tensorflow as tf

    given = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(given)
        total = tf.reduce_sum(function(given))
    found = tape.gradient(total, given)
    return None if found is None else found.numpy()


def _jax(function: Function, x: np.ndarray) -> Any:
    import jax

    return jax.grad(lambda given: function(given).sum())(jax.numpy.asarray(x))


def _torch(function: Function, x: np.ndarray) -> Any:
    import torch
    from keras import ops

    given = ops.convert_to_tensor(x).detach().clone().requires_grad_(True)
    with torch.enable_grad():
        total = function(given).sum()
        (found,) = torch.autograd.grad(total, given, allow_unused=True)
    return None if found is None else found.detach().cpu().numpy()


_GRADIENTS: dict[str, Callable[[Function, np.ndarray], Any]] = {
    "tensorflow": _tensorflow,
    "jax": _jax,
    "torch": _torch,
}
