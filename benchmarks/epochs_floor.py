"""The matrix products of an epoch of `mnist-dnn` alone: no epoch in float32 takes less.

    XLA_FLAGS=--xla_cpu_multi_thread_eigen=false python benchmarks/epochs_floor.py

Prints CPU seconds of the training steps of 48,000 rows as one loop that XLA compiles, median of
five: with the products alone, and with Dropout's random numbers too.
"""

from __future__ import annotations

import time
from itertools import pairwise
from statistics import median
from typing import Any

import jax
import jax.numpy as jnp

STEPS, ROWS = 375, 128
SIZES = (784, 256, 128, 10)
KEPT = (0.6, 0.7)


def main() -> None:
    keys = iter(jax.random.split(jax.random.key(0), 4))
    weights = [0.05 * jax.random.normal(next(keys), shape) for shape in pairwise(SIZES)]
    rows = jax.random.uniform(next(keys), (STEPS * ROWS, SIZES[0]))
    for drops in (False, True):
        run = jax.jit(lambda weights, rows, drops=drops: epoch(weights, rows, drops))
        seconds = median([timed(run, weights, rows) for _ in range(6)][1:])
        print("with random numbers" if drops else "products alone", round(seconds, 3))


def timed(run: Any, *given: Any) -> float:
    began = time.process_time()
    jax.block_until_ready(run(*given))
    return time.process_time() - began


def epoch(weights: list[Any], rows: Any, drops: bool) -> list[Any]:
    """Go through the rows forward and back, without loss, metrics and optimizer."""

    def step(index: Any, weights: list[Any]) -> list[Any]:
        outputs = [jax.lax.dynamic_slice_in_dim(rows, index * ROWS, ROWS)]
        for layer, weight in enumerate(weights):
            x = outputs[-1] @ weight
            if layer < len(KEPT):
                x = jax.nn.relu(x)
            if drops and layer < len(KEPT):
                key = jax.random.fold_in(jax.random.key(layer), index)
                x = jnp.where(jax.random.bernoulli(key, KEPT[layer], x.shape), x, 0)
            outputs.append(x)
        slope, found = outputs[-1] / ROWS, []
        for layer in reversed(range(len(weights))):
            found.append(weights[layer] - 1e-6 * outputs[layer].T @ slope)
            if layer:
                slope = slope @ weights[layer].T * (outputs[layer] > 0)
        return found[::-1]

    return jax.lax.fori_loop(0, STEPS, step, weights)


main()
