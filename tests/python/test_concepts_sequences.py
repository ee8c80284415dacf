"""Recurrent cells, their gradients through time and Keras's weights against references."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from concepts_reference import (
    ELEMENTWISE,
    close,
    generators,
    keras_cases,
    keras_tolerance,
    many_cases,
    numeric_gradient,
    taped_gradient,
    tf_activate,
    to_numpy,
)
from hypothesis import given
from hypothesis import strategies as st

from kerasduet import concepts as kc
from kerasduet.errors import KerasduetError

PAIRS = (
    ("identity", "squared"),
    ("tanh", "squared"),
    ("softmax", "squared"),
    ("sigmoid", "logistic"),
    ("softmax", "cross_entropy"),
)


@cache
def keras_layer(kind: str, features: int, units: int, activation: str = "tanh"):
    import keras

    shared = {"return_sequences": True, "dtype": "float64", "unroll": True}
    if kind == "rnn":
        layer = keras.layers.SimpleRNN(units, activation=activation, **shared)
    elif kind == "lstm":
        layer = keras.layers.LSTM(units, **shared)
    else:
        layer = keras.layers.GRU(units, reset_after=False, **shared)
    layer.build((None, 4, features))
    return layer


def random_layer(rng, kind, activation="tanh"):
    features, units = (int(n) for n in rng.integers(1, 4, size=2))
    layer = keras_layer(kind, features, units, activation)
    weights = [rng.normal(size=array.shape) for array in layer.get_weights()]
    layer.set_weights(weights)
    return layer, weights, rng.normal(size=(4, features))


@keras_cases
@given(generators, st.sampled_from(["tanh", "sigmoid", "relu", "linear"]))
def test_rnn_equals_keras_simple_rnn(rng, activation):
    layer, weights, x = random_layer(rng, "rnn", activation)
    params = kc.recurrent_from_keras("rnn", weights)
    ours = "identity" if activation == "linear" else activation
    V = rng.normal(size=(2, len(params["b"])))
    result = kc.rnn_forward(x, V=V, activation=ours, **params)
    close(result["h"], to_numpy(layer(x[None]))[0], keras_tolerance())
    close(result["o"], result["h"] @ V.T)


@keras_cases
@given(generators)
def test_lstm_equals_keras(rng):
    layer, weights, x = random_layer(rng, "lstm")
    result = kc.lstm_forward(x, kc.recurrent_from_keras("lstm", weights))
    close(result["a"], to_numpy(layer(x[None]))[0], keras_tolerance())


@keras_cases
@given(generators)
def test_gru_equals_keras_reset_before(rng):
    layer, weights, x = random_layer(rng, "gru")
    result = kc.gru_forward(x, kc.recurrent_from_keras("gru", weights))
    close(result["h"], to_numpy(layer(x[None]))[0], keras_tolerance())


@many_cases
@given(generators, st.sampled_from(["rnn", "lstm", "gru"]))
def test_weights_go_to_keras_and_back(rng, kind):
    gates = {"rnn": 1, "lstm": 4, "gru": 3}[kind]
    features, units = rng.integers(1, 5, size=2)
    weights = [
        rng.normal(size=(features, gates * units)),
        rng.normal(size=(units, gates * units)),
        rng.normal(size=gates * units),
    ]
    back = kc.recurrent_to_keras(kind, kc.recurrent_from_keras(kind, weights))
    for array, wanted in zip(back, weights, strict=True):
        close(array, wanted, 0)
    without = kc.recurrent_from_keras(kind, weights[:2])
    assert all(not without[name].any() for name in without if name.startswith("b"))


@many_cases
@given(generators, st.sampled_from(["lstm", "gru"]), st.integers(1, 3))
def test_a_sequence_in_two_pieces_is_the_same_sequence(rng, kind, cut):
    features, units = rng.integers(1, 4, size=2)
    names = {"lstm": "fuco", "gru": "rzh"}[kind]
    params = {f"W{g}": rng.normal(size=(units, units + features)) for g in names}
    params |= {f"b{g}": rng.normal(size=units) for g in names}
    x = rng.normal(size=(5, features))
    if kind == "lstm":
        whole, first = kc.lstm_forward(x, params), kc.lstm_forward(x[:cut], params)
        last = kc.lstm_forward(x[cut:], params, a0=first["a"][-1], c0=first["c"][-1])
    else:
        whole, first = kc.gru_forward(x, params), kc.gru_forward(x[:cut], params)
        last = kc.gru_forward(x[cut:], params, h0=first["h"][-1])
    for name in whole:
        close(np.concatenate([first[name], last[name]]), whole[name])


def random_rnn(rng, output_activation, loss):
    time, features, units, outputs = (int(n) for n in rng.integers(1, 5, size=4))
    weights = {
        "U": rng.normal(size=(units, features)),
        "W": rng.normal(size=(units, units)),
        "V": rng.normal(size=(outputs, units)),
        "b": rng.normal(size=units),
        "c": rng.normal(size=outputs),
    }
    x, h0 = rng.normal(size=(time, features)), rng.normal(size=units)
    y = kc.softmax(rng.normal(size=(time, outputs)))
    return x, weights, {"h0": h0, "targets": y}


def tf_error(p, x, h0, y, activation, pair, truncate=None):
    """Write the loss step by step; a truncated path is cut by stop_gradient."""
    import tensorflow as tf

    total = tf.constant(0.0, "float64")
    for end in range(len(x)):
        h = tf.constant(h0)[:, None]
        for t in range(end + 1):
            if truncate is not None and t == end - truncate + 1:
                h = tf.stop_gradient(h)
            before = h
            h = tf_activate(
                p["U"] @ x[t][:, None] + p["W"] @ before + p["b"][:, None], activation
            )
            if truncate is not None and t <= end - truncate:
                h = tf.stop_gradient(h)
        scores = p["V"] @ h + p["c"][:, None]
        truth = y[end][None]
        if pair[1] == "logistic":
            cost = tf.nn.sigmoid_cross_entropy_with_logits(truth, tf.transpose(scores))
        elif pair[1] == "cross_entropy":
            cost = tf.nn.softmax_cross_entropy_with_logits(truth, tf.transpose(scores))
        else:
            cost = 0.5 * (tf_activate(tf.transpose(scores), pair[0]) - truth) ** 2
        total += tf.reduce_sum(cost)
    return total


@keras_cases
@given(
    generators,
    st.sampled_from(ELEMENTWISE),
    st.sampled_from(PAIRS),
    st.one_of(st.none(), st.integers(1, 4)),
)
def test_bptt_gradients_equal_automatic_differentiation(rng, activation, pair, truncate):
    x, weights, rest = random_rnn(rng, *pair)
    result = kc.bptt_gradients(
        x,
        **weights,
        **rest,
        activation=activation,
        output_activation=pair[0],
        loss=pair[1],
        truncate=truncate,
    )
    slopes = taped_gradient(
        lambda p: tf_error(p, x, rest["h0"], rest["targets"], activation, pair, truncate),
        weights,
    )
    for name, slope in slopes.items():
        close(result[name], slope, 1e-8)
    close(result["W_by_lag"].sum(axis=0), result["W"])
    assert len(result["W_by_lag"]) == min(truncate or len(x), len(x))


@keras_cases
@given(generators, st.sampled_from(["identity", "sigmoid", "tanh"]), st.sampled_from(PAIRS))
def test_bptt_gradients_equal_finite_differences(rng, activation, pair):
    x, weights, rest = random_rnn(rng, *pair)
    settings = {"activation": activation, "output_activation": pair[0], "loss": pair[1]}
    result = kc.bptt_gradients(x, **weights, **rest, **settings)

    def loss(p):
        return kc.bptt_gradients(x, **p, **rest, **settings)["loss"]

    for name, slope in numeric_gradient(loss, weights).items():
        scale = 1 + np.abs(slope).max()
        close(result[name] / scale, slope / scale, 1e-6)


def random_cell(rng, kind):
    features, units = rng.integers(1, 4, size=2)
    if kind == "rnn":
        names = {"U": (units, features), "W": (units, units), "b": (units,)}
        return {name: rng.normal(size=shape) for name, shape in names.items()}, features, units
    gates = {"lstm": "fuco", "gru": "rzh"}[kind]
    params = {f"W{gate}": rng.normal(size=(units, units + features)) for gate in gates}
    return params | {f"b{gate}": rng.normal(size=units) for gate in gates}, features, units


@many_cases
@given(generators, st.sampled_from(["rnn", "lstm", "gru"]))
def test_gradient_norms_equal_finite_differences(rng, kind):
    params, features, units = random_cell(rng, kind)
    x = rng.normal(size=(4, features))

    def states(inputs, start):
        if kind == "rnn":
            h = kc.rnn_forward(inputs, V=np.eye(units), h0=start, **params)["h"]
            return h
        if kind == "gru":
            return kc.gru_forward(inputs, params, h0=start)["h"]
        s = kc.lstm_forward(inputs, params, a0=start[:units], c0=start[units:])
        return np.concatenate([s["a"], s["c"]], axis=1)

    size = 2 * units if kind == "lstm" else units
    path = np.concatenate([np.zeros((1, size)), states(x, np.zeros(size))])
    result = kc.gradient_norms_by_lag(x, params, kind=kind)
    assert result["lag"].tolist() == [0, 1, 2, 3, 4]
    for lag in range(1, 5):
        start, rest = path[4 - lag], x[4 - lag :]
        ends = [
            (states(rest, start + 1e-6 * e)[-1] - states(rest, start - 1e-6 * e)[-1]) / 2e-6
            for e in np.eye(size)
        ]
        close(result["norm"][lag], np.linalg.norm(np.array(ends), 2), 1e-6)


def test_gradients_vanish_explode_and_last():
    rng = np.random.default_rng(0)
    rotation = np.linalg.qr(rng.normal(size=(8, 8)))[0]
    x = 0.1 * rng.normal(size=(50, 3))
    U, b = 0.1 * rng.normal(size=(8, 3)), np.zeros(8)

    def after_50(W, **settings):
        return kc.gradient_norms_by_lag(x, {"U": U, "W": W, "b": b}, **settings)["norm"][-1]

    assert after_50(0.5 * rotation) < 1e-12
    assert after_50(rotation, activation="sigmoid") < 1e-25
    assert after_50(2 * rotation, activation="identity") > 1e12
    lstm = {f"W{gate}": 0.1 * rng.normal(size=(8, 11)) for gate in "fuco"}
    lstm |= {"bf": 6.0, "bu": 0.0, "bc": 0.0, "bo": 0.0}
    assert kc.gradient_norms_by_lag(x, lstm, kind="lstm")["norm"][-1] > 0.5


@keras_cases
@given(generators, st.floats(0.01, 10))
def test_clipping(rng, bound):
    import keras

    gradients = {"W": rng.normal(size=(2, 3)), "b": rng.normal(size=3) * 5}
    by_norm = kc.clip_gradients(gradients, norm=bound)
    flat = np.concatenate([g.ravel() for g in gradients.values()])
    clipped = np.concatenate([g.ravel() for g in by_norm.values()])
    assert np.linalg.norm(clipped) <= bound * (1 + 1e-12)
    cosine = flat @ clipped / np.linalg.norm(flat) / np.linalg.norm(clipped)
    close(cosine, 1.0)
    if np.linalg.norm(flat) <= bound:
        close(clipped, flat, 0)
    by_value = kc.clip_gradients(gradients, value=bound)
    for name, gradient in gradients.items():
        close(by_value[name], np.clip(gradient, -bound, bound), 0)

    optimizer = keras.optimizers.SGD(1.0, global_clipnorm=bound)
    variables = [keras.Variable(np.zeros(g.shape), dtype="float64") for g in gradients.values()]
    optimizer.apply(
        [keras.ops.convert_to_tensor(g, "float64") for g in gradients.values()], variables
    )
    for variable, name in zip(variables, gradients, strict=True):
        close(-variable.numpy(), by_norm[name], 1e-5)


def test_an_exploding_gradient_keeps_its_direction():
    close(kc.clip_gradients([1e200, 1e200], norm=1), np.full(2, np.sqrt(0.5)), 1e-15)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: kc.rnn_forward([1, float("nan")], 1, 1, 1), "inputs: "),
        (lambda: kc.rnn_forward([[1], [2, 3]], 1, 1, 1), "inputs: "),
        (lambda: kc.rnn_forward([1], 1, 1, 1, activation="softmax"), "activation: "),
        (lambda: kc.rnn_forward([1], 1, 1, 1, output_activation="relus"), "output_activation"),
        (lambda: kc.lstm_forward([1], {}), "params: "),
        (lambda: kc.gradient_norms_by_lag([1], {"U": 1, "W": 1}), "params: "),
        (lambda: kc.gradient_norms_by_lag([1], {}, kind="rrn"), "kind: .*Did you mean rnn"),
        (lambda: kc.recurrent_from_keras("lstm", None), "weights: "),
        (lambda: kc.recurrent_from_keras("lstm", [[[1]]]), "weights: "),
        (lambda: kc.clip_gradients([1], value=1, norm=1), "value: "),
        (lambda: kc.clip_gradients({"W": ["a"]}, value=1), "gradients W: "),
        (lambda: kc.bptt_gradients([1], 1, 1, 1, targets=[1], loss="squares"), "loss: "),
    ],
)
def test_bad_arguments_are_named(call, text):
    with pytest.raises(KerasduetError, match=f"^{text}"):
        call()
