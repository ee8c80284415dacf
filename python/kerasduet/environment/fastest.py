"""Which backend trains a kind of network fastest, where the choice is left to the package."""

from __future__ import annotations

import importlib.util

from kerasduet.environment.settings import BACKENDS

__all__ = ["fastest", "kind_of"]

RECURRENT = {"encoder_decoder", "next_token", "recurrent", "text_recurrent", "token_tagger"}
GPU_PLUGINS = ("jax_cuda13_plugin", "jax_cuda12_plugin")

# Measured by benchmarks/epochs.py and, on a GPU, benchmarks/gpu.py. On a CPU XLA is many times
# slower with convolutions, and no faster than TensorFlow with dense layers.
ON_CPU = {"recurrent": ("jax", "tensorflow", "torch")}
ON_GPU = ("jax", "tensorflow", "torch")


def kind_of(builder: str) -> str:
    """Name the kind of a builder's networks: "recurrent", or "" where all others are alike.

    Examples
    --------
    >>> kind_of("recurrent"), kind_of("cnn")
    ('recurrent', '')
    """
    return "recurrent" if builder in RECURRENT else ""


def fastest(kind: str, device: str) -> str:
    """Choose the fastest backend that is installed for a kind of network.

    Parameters
    ----------
    kind : str
        From `kind_of`.
    device : str
        As for `use_backend()`; JAX with its part for GPUs counts as a GPU, unless it is "cpu".
    """
    order = ON_CPU.get(kind, BACKENDS)
    if device != "cpu" and _is_there("jax") and any(map(_is_there, GPU_PLUGINS)):
        order = ON_GPU
    return next((name for name in order if _is_there(name)), BACKENDS[0])


def _is_there(name: str) -> bool:
    return importlib.util.find_spec(name) is not None
