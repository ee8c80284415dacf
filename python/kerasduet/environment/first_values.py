"""First values of a network's variables on JAX, with fewer programs to compile; the same bits.

Keras draws and fills variables one operation at a time, and XLA compiles each of these for each
shape: a second for a small network, many times as long as all of its arithmetic. Here NumPy does
what has the same bits whoever does it: copies, signs, single products, and the integers of JAX's
random generator. What is left is drawn from these integers by the same operations as JAX's.
"""

from __future__ import annotations

import contextlib
import functools
import math
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from kerasduet.environment import parallel
from kerasduet.environment.backend import backend_name

__all__ = ["made_by", "quick_first_values"]

MOST = 2**20  # numbers of a variable

_lock = threading.RLock()
_users = 0
_settings = contextlib.ExitStack()


@contextlib.contextmanager
def quick_first_values() -> Iterator[None]:
    """Fill what Keras makes for a while in a quicker way; elsewhere than on JAX's CPU as always.

    Of several threads the last one to end leaves Keras as the first one found it.
    """
    global _users
    if not _is_for_us():
        yield
        return
    with _lock:
        if _users == 0:
            for owner, name, make in _replaced():
                _settings.enter_context(_in_place(owner, name, make))
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                _settings.close()


def made_by(call: Callable[[], Any]) -> None:
    """Call something for the variables that it makes; JAX computes nothing besides."""
    if backend_name() != "jax" or parallel.distribution() is not None:
        parallel.in_replicas(call)
        return
    import jax
    import keras

    with quick_first_values(), keras.StatelessScope():
        jax.eval_shape(call)


def _is_for_us() -> bool:
    if backend_name() != "jax" or parallel.distribution() is not None:
        return False
    import jax

    return (
        jax.default_backend() == "cpu"
        and jax.config.jax_default_prng_impl == "threefry2x32"
        and bool(jax.config.jax_threefry_partitionable)
        and hasattr(jax.core, "trace_ctx")
    )


@contextlib.contextmanager
def _in_place(owner: Any, name: str, make: Callable[[Any], Any]) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, functools.wraps(before)(make(before)))
    try:
        yield
    finally:
        setattr(owner, name, before)


def _replaced() -> list[tuple[Any, str, Callable[[Any], Any]]]:
    """Say what is replaced, where, and by what, made of what was there."""
    from keras import initializers
    from keras.src.backend.jax import random

    return [
        (random, "uniform", _uniform),
        (random, "normal", _normal),
        (random, "truncated_normal", _truncated_normal),
        (initializers.Zeros, "__call__", functools.partial(_filled, 0)),
        (initializers.Ones, "__call__", functools.partial(_filled, 1)),
        (initializers.Orthogonal, "__call__", _orthogonal),
    ]


def _uniform(before: Any) -> Any:
    def uniform(shape: Any, minval: Any = 0.0, maxval: Any = 1.0, **drawn: Any) -> Any:
        bits = _bits(shape, **drawn)
        if bits is None:
            return before(shape, minval, maxval, **drawn)
        return _programs().uniform(bits, minval, maxval)

    return uniform


def _normal(before: Any) -> Any:
    def normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, **drawn: Any) -> Any:
        bits = _bits(shape, **drawn)
        if bits is None:
            return before(shape, mean, stddev, **drawn)
        return _scaled(_programs().normal(bits), stddev, mean)

    return normal


def _truncated_normal(before: Any) -> Any:
    def truncated_normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, **drawn: Any) -> Any:
        bits = _bits(shape, **drawn)
        if bits is None:
            return before(shape, mean, stddev, **drawn)
        return _scaled(_programs().truncated_normal(bits, -2.0, 2.0), stddev, mean)

    return truncated_normal


def _filled(value: int, before: Any) -> Any:
    def filled(self: Any, shape: Any, dtype: Any = None) -> Any:
        if _kind(dtype) not in ("float32", "int32") or _is_traced():
            return before(self, shape, dtype=dtype)
        return _on_device(np.full(shape, value, _kind(dtype)))

    return filled


def _orthogonal(before: Any) -> Any:
    """Make Keras's orthogonal matrix, with its own draw and the backend's decomposition."""

    def orthogonal(self: Any, shape: Any, dtype: Any = None) -> Any:
        is_plain = len(shape) > 1 and type(self.gain) in (int, float)
        if not is_plain or _kind(dtype) != "float32" or _is_traced():
            return before(self, shape, dtype=dtype)
        from keras import ops
        from keras.src.backend.jax import random

        rows, columns = math.prod(shape[:-1]), shape[-1]
        flat = (max(columns, rows), min(columns, rows))
        q, r = map(np.asarray, ops.qr(random.normal(flat, seed=self.seed, dtype=dtype)))
        q = q * np.sign(np.diag(r))
        if rows < columns:
            q = q.T
        return _on_device(np.float32(self.gain) * q.reshape(shape))

    return orthogonal


def _kind(dtype: Any) -> str:
    from keras import backend

    return str(backend.standardize_dtype(dtype))


def _on_device(values: np.ndarray) -> Any:
    import jax

    return jax.device_put(values)


def _scaled(sample: Any, by: Any, to: Any) -> Any:
    """Multiply, then add, each rounded by itself, as two programs do."""
    return _on_device(np.asarray(sample) * np.float32(by) + np.float32(to))


def _is_traced() -> bool:
    import jax

    return not jax.core.trace_ctx.is_top_level()


def _bits(shape: Any, dtype: Any = None, seed: Any = None) -> np.ndarray | None:
    """Draw uint32 numbers as `jax.random.bits` does; None where JAX is to do it itself."""
    from keras.src.backend.jax.random import jax_draw_seed

    count = math.prod(shape) if all(isinstance(size, int) for size in shape) else 0
    if not 0 < count <= MOST or _kind(dtype) != "float32" or _is_traced():
        return None
    return threefry(np.asarray(jax_draw_seed(seed)), count).reshape(shape)


def threefry(key: np.ndarray, count: int) -> np.ndarray:
    """Give the first numbers of the Threefry-2x32 generator, 20 rounds (Salmon and others, 2011).

    Parameters
    ----------
    key : numpy.ndarray
        Two numbers, uint32.
    count : int
        How many, 1 to 2^32.

    Returns
    -------
    numpy.ndarray
        uint32 (count,): of each counter 0, 1, 2, ... both words in one, by exclusive or.
    """
    first, second = key[:1], key[1:]  # arrays, as sums of single numbers warn of an overflow
    keys = (first, second, first ^ second ^ np.uint32(0x1BD11BDA))
    left = np.repeat(first, count)
    right = np.arange(count, dtype=np.uint32) + second
    for turn in range(5):
        for places in ((13, 15, 26, 6), (17, 29, 16, 24))[turn % 2]:
            left += right
            right = (right << np.uint32(places)) | (right >> np.uint32(32 - places))
            right ^= left
        left += keys[(turn + 1) % 3]
        right += keys[(turn + 2) % 3] + np.uint32(turn + 1)
    return left ^ right


class _Programs:
    """JAX's operations between random integers and the numbers of a distribution."""

    def __init__(self) -> None:
        import jax
        import jax.numpy as jnp
        from jax import lax

        one, root = np.float32(1), np.array(np.sqrt(2), np.float32)
        least = np.nextafter(-one, np.float32(0))

        def between(bits: Any, low: Any, high: Any) -> Any:
            low, high = (
                lax.broadcast_to_rank(lax.convert_element_type(end, np.float32), bits.ndim)
                for end in (low, high)
            )
            mantissas = lax.bitwise_or(
                lax.shift_right_logical(bits, np.uint32(9)), one.view(np.uint32)
            )
            unit = lax.bitcast_convert_type(mantissas, np.float32) - one
            return lax.max(low, unit * (high - low) + low)

        def normal(bits: Any) -> Any:
            return lax.mul(root, lax.erf_inv(between(bits, least, one)))

        def truncated_normal(bits: Any, low: Any, high: Any) -> Any:
            low, high = (lax.convert_element_type(end, np.float32) for end in (low, high))
            drawn = between(bits, lax.erf(low / root), lax.erf(high / root))
            inner = (
                lax.nextafter(end, np.float32(to))
                for end, to in ((low, np.inf), (high, -np.inf))
            )
            return jnp.clip(root * lax.erf_inv(drawn), *inner)

        self.uniform = jax.jit(between)
        self.normal = jax.jit(normal)
        self.truncated_normal = jax.jit(truncated_normal)


@functools.cache
def _programs() -> _Programs:
    return _Programs()
