"""Set aside what was set outside a run and would change it; put it back afterwards."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from kerasduet.environment import parallel

__all__ = ["set_aside"]

# How to read a setting, how to set it, and what a run computes with.
Setting = tuple[Callable[[], Any], Callable[[Any], Any], Any]


@contextlib.contextmanager
def set_aside(backend: str) -> Iterator[None]:
    """Give Keras and its backend their own defaults for a while.

    Limits on epochs and steps, such as KERAS_MAX_EPOCHS, would end a training early and call it
    finished; a fuzz factor, eager functions, a distribution that is not the run's own, TensorFlow's
    or JAX's numerics would change its bits or its speed.
    """
    settings = _keras() + _BACKENDS[backend]()
    before = [read() for read, _, _ in settings]
    try:
        for (_, write, wanted), found in zip(settings, before, strict=True):
            if found != wanted:
                write(wanted)
        yield
    finally:
        for (read, write, _), found in zip(settings, before, strict=True):
            if read() != found:
                write(found)


def _keras() -> list[Setting]:
    from keras import config, distribution

    settings: list[Setting] = [
        (config.epsilon, config.set_epsilon, 1e-7),
        (distribution.distribution, distribution.set_distribution, parallel.distribution()),
    ]
    for name in ("max_epochs", "max_steps_per_epoch"):  # since Keras 3.11
        if hasattr(config, name):
            settings.append((getattr(config, name), getattr(config, f"set_{name}"), None))
    return settings


def _tensorflow() -> list[Setting]:
    import tensorflow as tf

    return [
        (tf.config.functions_run_eagerly, tf.config.run_functions_eagerly, False),
        (lambda: bool(tf.config.optimizer.get_jit()), tf.config.optimizer.set_jit, False),
    ]


def _jax() -> list[Setting]:
    import jax

    def setting(name: str, wanted: Any) -> Setting:
        return (
            lambda: getattr(jax.config, name),
            lambda value: jax.config.update(name, value),
            wanted,
        )

    return [
        setting("jax_enable_x64", False),
        setting("jax_disable_jit", False),
        setting("jax_default_matmul_precision", None),
    ]


def _torch() -> list[Setting]:
    import torch

    return [
        (torch.get_default_dtype, torch.set_default_dtype, torch.float32),
        (
            torch.get_float32_matmul_precision,
            torch.set_float32_matmul_precision,
            "highest",
        ),
        (torch.is_grad_enabled, torch.set_grad_enabled, True),
    ]


_BACKENDS: dict[str, Callable[[], list[Setting]]] = {
    "tensorflow": _tensorflow,
    "jax": _jax,
    "torch": _torch,
}
