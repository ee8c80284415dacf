"""The arithmetic of an epoch of `price-lstm` on 2,069 rows, as one loop that XLA compiles on JAX.

    XLA_FLAGS=--xla_cpu_multi_thread_eigen=false python benchmarks/epochs_floor_recurrent.py

Prints CPU seconds of the training steps, median of seven: the matrix products alone, without gates,
loss, metrics and optimizer; and all of it with Adam, each with the products of the inputs in every
time step, as Keras has them, and in one product for all time steps.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import jax
import jax.numpy as jnp

STEPS, ROWS, TIMES, FEATURES, UNITS, LAYERS = 33, 64, 30, 5, 30, 3


def main() -> None:
    keys = iter(jax.random.split(jax.random.key(0), 2 * LAYERS + 2))
    sizes = [FEATURES] + (LAYERS - 1) * [UNITS]
    weights = [
        tuple(0.05 * jax.random.normal(next(keys), (n, 4 * UNITS)) for n in (size, UNITS))
        for size in sizes
    ]
    rows = jax.random.normal(next(keys), (STEPS, TIMES, ROWS, FEATURES))
    truth = jax.random.normal(next(keys), (STEPS, ROWS))
    for at_once in (False, True):
        where = "inputs at once" if at_once else "inputs in each time step"
        for name, epoch in (("products alone", products), ("all of it", training)):
            run = jax.jit(lambda w, epoch=epoch, once=at_once: epoch(w, rows, truth, once))
            seconds = [timed(run, weights) for _ in range(8)][1:]
            print(f"{name}, {where}: {median(seconds):.3f}")


def timed(run: Callable[[Any], Any], weights: Any) -> float:
    began = time.process_time()
    jax.block_until_ready(run(weights))
    return time.process_time() - began


def products(weights: Any, rows: Any, truth: Any, at_once: bool) -> Any:
    """Multiply as an LSTM does forward and back, each product once; sums stand for the gates."""

    def forward(x: Any, kernel: Any, own: Any) -> Any:
        def step(h: Any, given: Any) -> Any:
            sums = (given if at_once else given @ kernel) + h @ own
            return sums[:, :UNITS], sums[:, :UNITS]

        return jax.lax.scan(step, jnp.zeros((ROWS, UNITS)), x @ kernel if at_once else x)[1]

    def back(x: Any, h: Any, slopes: Any, kernel: Any, own: Any) -> Any:
        def step(carried: Any, given: Any) -> Any:
            slope, changes = carried
            row, state, above = given
            sums = jnp.tile(slope + above, 4)
            if at_once:
                return (sums @ own.T, changes), sums
            changes = (changes[0] + row.T @ sums, changes[1] + state.T @ sums)
            return (sums @ own.T, changes), sums @ kernel.T

        begin = (jnp.zeros((ROWS, UNITS)), (0 * kernel, 0 * own))
        (_, changes), found = jax.lax.scan(step, begin, (x, h, slopes), reverse=True)
        if not at_once:
            return changes, found
        changes = tuple(jnp.einsum("trn,trm->nm", values, found) for values in (x, h))
        return changes, found @ kernel.T

    def step(index: Any, weights: Any) -> Any:
        outputs = [rows[index]]
        for kernel, own in weights:
            outputs.append(forward(outputs[-1], kernel, own))
        slopes, found = outputs[-1], []
        for layer in reversed(range(LAYERS)):
            x, h = outputs[layer : layer + 2]
            changes, slopes = back(x, h, slopes, *weights[layer])
            pairs = zip(weights[layer], changes, strict=True)
            found.append(tuple(weight - 1e-6 * change for weight, change in pairs))
        return found[::-1]

    return jax.lax.fori_loop(0, STEPS, step, weights)


def training(weights: Any, rows: Any, truth: Any, at_once: bool) -> Any:
    """Train the layers, with the last state's mean as the forecast."""

    def loss(weights: Any, x: Any, y: Any) -> Any:
        for kernel, own in weights:

            def step(state: Any, given: Any, kernel: Any = kernel, own: Any = own) -> Any:
                h, c = state
                sums = (given if at_once else given @ kernel) + h @ own
                i, f, g, o = jnp.split(sums, 4, 1)
                c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
                h = jax.nn.sigmoid(o) * jnp.tanh(c)
                return (h, c), h

            begin = 2 * (jnp.zeros((ROWS, UNITS)),)
            _, x = jax.lax.scan(step, begin, x @ kernel if at_once else x)
        return jnp.mean((x[-1].mean(1) - y) ** 2)

    def step(index: Any, state: Any) -> Any:
        weights, first, second = state
        slopes = jax.grad(loss)(weights, rows[index], truth[index])
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, slopes)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, slopes)
        weights = jax.tree.map(
            lambda w, m, v: w - 0.001 * m / (jnp.sqrt(v) + 1e-7), weights, first, second
        )
        return weights, first, second

    zeros = jax.tree.map(jnp.zeros_like, weights)
    return jax.lax.fori_loop(0, STEPS, step, (weights, zeros, zeros))


main()
