"""One training on several devices: each computes a share of every batch."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from kerasduet.environment.backend import backend_name
from kerasduet.environment.devices import kind_in_use
from kerasduet.errors import BackendError

__all__ = ["distribution", "in_replicas", "on_devices", "strategy"]


class _Now:
    """How this process trains at the moment."""

    distribution: Any = None  # of keras.distribution, on JAX
    strategy: Any = None  # of tf.distribute, on TensorFlow


def distribution() -> Any:
    """Give the distribution of `on_devices`; None on one device, and on TensorFlow."""
    return _Now.distribution


def strategy() -> Any:
    """Give the strategy of `on_devices`; None on one device, and on JAX."""
    return _Now.strategy


@contextlib.contextmanager
def on_devices(number: int) -> Iterator[None]:
    """Build, compile and train on so many devices; one changes nothing.

    Parameters
    ----------
    number : int
        At least 1.

    Raises
    ------
    BackendError
        Fewer devices than that, or a backend that takes one.
    """
    if number == 1:
        yield
        return
    backend = backend_name()
    if backend == "torch":
        raise BackendError(
            f"devices: must be 1 on torch; got {number}. Call "
            'use_backend("jax") or use_backend("tensorflow") first.'
        )
    names = _NAMES[backend]()
    if number > len(names):
        raise BackendError(
            f"devices: must be at most {len(names)}, all that {backend} has; got {number} "
            f"({', '.join(names[:4])}). Lower it."
        )
    with _SCOPES[backend](names[:number]):
        yield


def in_replicas(call: Callable[[], Any]) -> None:
    """Do something on each device, as TensorFlow's metrics want it."""
    if _Now.strategy is None:
        call()
    else:
        _Now.strategy.run(call)


def _tensorflow_names() -> list[str]:
    import tensorflow as tf

    kind = kind_in_use("tensorflow").upper()
    return [device.name for device in tf.config.list_logical_devices(kind)]


def _jax_names() -> list[str]:
    import keras

    return list(keras.distribution.list_devices(kind_in_use("jax")))


@contextlib.contextmanager
def _tensorflow_scope(names: list[str]) -> Iterator[None]:
    import tensorflow as tf

    # Sums by one device: TensorFlow's rings stay those of the first network of a session.
    sums = tf.distribute.ReductionToOneDevice()
    _Now.strategy = tf.distribute.MirroredStrategy(names, cross_device_ops=sums)
    try:
        with _Now.strategy.scope():
            yield
    finally:
        _Now.strategy = None


@contextlib.contextmanager
def _jax_scope(names: list[str]) -> Iterator[None]:
    import keras

    _Now.distribution = keras.distribution.DataParallel(devices=names)
    try:
        with _Now.distribution.scope():
            yield
    finally:
        _Now.distribution = None


_NAMES: dict[str, Callable[[], list[str]]] = {
    "tensorflow": _tensorflow_names,
    "jax": _jax_names,
}
_SCOPES: dict[str, Callable[[list[str]], Any]] = {
    "tensorflow": _tensorflow_scope,
    "jax": _jax_scope,
}
