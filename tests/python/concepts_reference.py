"""What the concepts tests share: the contract file, random cases, finite differences."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

CONTRACT = Path(__file__).parents[1] / "contract" / "concepts.json"
ELEMENTWISE = ("identity", "sigmoid", "tanh", "relu")

# The same cases on every run: a failure is repeatable, a pass is no luck.
many_cases = settings(max_examples=200, deadline=None, derandomize=True, database=None)
# Fewer where each case calls Keras or TensorFlow: they take a hundred times as long.
keras_cases = settings(many_cases, max_examples=50)
generators = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def contract() -> dict[str, Any]:
    return json.loads(CONTRACT.read_text(encoding="utf-8"))


def decode(value: Any) -> Any:
    """Turn the contract's arrays into NumPy arrays, wherever they stand."""
    if isinstance(value, dict) and "array" in value:
        array = np.array(value["array"], dtype=object).reshape(value["shape"])
        is_text = any(isinstance(item, str) and item != "NaN" for item in array.flat)
        return array.astype(str if is_text else np.float64)
    if isinstance(value, dict):
        return {key: decode(item) for key, item in value.items()}
    if isinstance(value, list):
        return [decode(item) for item in value]
    return value


def assert_matches(result: Any, expected: Any, tolerance: float) -> None:
    """Compare a result with the contract; of a dict only the names given."""
    if isinstance(expected, dict):
        for key, item in expected.items():
            assert_matches(result[key], item, tolerance)
    elif isinstance(expected, list):
        for item, wanted in zip(result, expected, strict=True):
            assert_matches(item, wanted, tolerance)
    elif isinstance(expected, bool) or expected is None:
        assert result is expected
    else:
        assert np.shape(result) == np.shape(expected)
        np.testing.assert_allclose(result, expected, rtol=0, atol=tolerance)


def close(result: Any, expected: Any, tolerance: float = 1e-9) -> None:
    assert np.shape(result) == np.shape(expected)
    np.testing.assert_allclose(result, expected, rtol=tolerance, atol=tolerance)


def keras_tolerance() -> float:
    """JAX computes in float32 unless told otherwise; the other backends in float64."""
    import keras

    return 1e-4 if keras.backend.backend() == "jax" else 1e-9


def to_numpy(tensor: Any) -> np.ndarray:
    import keras

    return keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(tensor))


def numeric_gradient(
    function: Callable[[dict[str, np.ndarray]], float], params: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Differentiate a number by every element of every parameter (central differences)."""
    gradients = {}
    for name, value in params.items():
        gradient = np.zeros_like(value)
        for index in np.ndindex(value.shape):
            ends = []
            for step in (1e-5, -1e-5):
                moved = value.copy()
                moved[index] += step
                ends.append(function({**params, name: moved}))
            gradient[index] = (ends[0] - ends[1]) / 2e-5
        gradients[name] = gradient
    return gradients


def taped_gradient(function: Callable[[dict[str, Any]], Any], params: dict[str, np.ndarray]):
    """Differentiate the same by TensorFlow."""
    import tensorflow as tf

    variables = {name: tf.Variable(value, dtype="float64") for name, value in params.items()}
    with tf.GradientTape() as tape:
        loss = function(variables)
    slopes = tape.gradient(loss, variables, unconnected_gradients="zero")
    return {name: slope.numpy() for name, slope in slopes.items()}


def tf_activate(x: Any, name: str) -> Any:
    import tensorflow as tf

    table = {
        "identity": tf.identity,
        "sigmoid": tf.sigmoid,
        "tanh": tf.tanh,
        "relu": tf.nn.relu,
        "softmax": tf.nn.softmax,
    }
    return table[name](x)
