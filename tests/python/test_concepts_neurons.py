"""Neurons, activations, losses, the two-layer network and optimizers against references."""

from __future__ import annotations

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

finite = st.floats(-50, 50)


@pytest.mark.parametrize("name", ["and", "or", "not", "nand", "nor"])
def test_gates_compute_their_truth_table(name):
    gate = kc.logic_gate(name)
    result = kc.threshold_neuron(gate["inputs"], gate["weights"], gate["threshold"])
    assert result.tolist() == gate["outputs"].tolist()


@many_cases
@given(st.tuples(finite, finite), finite)
def test_no_single_neuron_is_xor(weights, threshold):
    gate = kc.logic_gate("xor")
    result = kc.threshold_neuron(gate["inputs"], weights, threshold)
    assert result.tolist() != gate["outputs"].tolist()


@keras_cases
@given(generators, st.sampled_from((*ELEMENTWISE, "softmax")))
def test_activations_and_slopes_equal_tensorflow(rng, name):
    import tensorflow as tf

    x = rng.normal(size=rng.integers(1, 6)) * 10.0 ** rng.integers(-2, 3)
    close(kc.activate(x, name), tf_activate(tf.constant(x), name).numpy())
    point = tf.constant(x)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(point)
        output = tf_activate(point, name)
    slopes = tape.jacobian(output, point, experimental_use_pfor=False).numpy()
    slope = kc.activation_slope(x, name)
    close(slope if name == "softmax" else np.diag(slope), slopes)


@many_cases
@given(st.lists(finite, min_size=1, max_size=5))
def test_bounds_of_slopes(x):
    assert (kc.activation_slope(x, "sigmoid") <= 0.25).all()
    assert (kc.activation_slope(x, "tanh") <= 1).all()
    assert not kc.activation_slope(x, "step").any()
    assert set(kc.activate(x, "step")) <= {0.0, 1.0}


@many_cases
@given(generators)
def test_losses_equal_keras(rng):
    import keras

    samples, classes = rng.integers(1, 6), rng.integers(2, 5)
    p = kc.softmax(rng.normal(size=(samples, classes)) * 2)
    y = np.eye(classes)[rng.integers(0, classes, size=samples)]
    tolerance = max(keras_tolerance(), 1e-6)  # Keras keeps probabilities 1e-7 from 0 and 1
    entropy = to_numpy(keras.losses.categorical_crossentropy(y, p)).mean()
    close(kc.cross_entropy(y, p), entropy, tolerance)
    close(kc.cross_entropy(y, p, base=2) * np.log(2), entropy, tolerance)
    binary = to_numpy(keras.losses.binary_crossentropy(y, p)).mean()
    close(kc.logistic_loss(y, p), binary, tolerance)
    squares = to_numpy(keras.losses.mean_squared_error(y, p)).mean()
    close(kc.mean_squared_error(y, p), squares, tolerance)


def test_certain_and_wrong_is_infinite():
    assert kc.logistic_loss([1], [0]) == np.inf
    assert kc.cross_entropy([1, 0], [0, 1]) == np.inf
    assert kc.cross_entropy([1, 0], [1, 0]) == 0


def random_network(rng, outputs=1):
    inputs, hidden, samples = rng.integers(1, 5), rng.integers(1, 5), rng.integers(1, 6)
    params = {
        "W1": rng.normal(size=(hidden, inputs)),
        "b1": rng.normal(size=(hidden, 1)),
        "W2": rng.normal(size=(outputs, hidden)),
        "b2": rng.normal(size=(outputs, 1)),
    }
    x = rng.normal(size=(inputs, samples))
    return x, params, rng.integers(0, 2, size=(outputs, samples)).astype(float)


@keras_cases
@given(generators, st.sampled_from(("identity", "sigmoid", "tanh")), st.integers(1, 3))
def test_two_layer_gradients_of_the_squared_loss(rng, hidden, outputs):
    x, params, y = random_network(rng, outputs)
    settings = {"y": y, "hidden_activation": hidden, "loss": "squared"}
    result = kc.two_layer_gradients(x, params, **settings)

    def error(p):
        predicted = kc.two_layer_forward(x, p, hidden_activation=hidden)["A2"]
        loss = ((y - predicted) ** 2).sum() / 2 / x.shape[1]
        close(kc.two_layer_fit(x, p, steps=0, **settings)["loss"][0], loss)
        return loss

    for name, slope in numeric_gradient(error, params).items():
        close(result[name], slope, 1e-5)


@pytest.mark.parametrize("seed", range(10))
def test_the_perceptron_finds_a_neuron_where_there_is_one(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(30, 2))
    margin = x @ rng.normal(size=2) - rng.normal()
    x, y = x[abs(margin) > 0.2], (margin[abs(margin) > 0.2] > 0).astype(int)
    fit = kc.perceptron_fit(x, y, epochs=3000, learning_rate=0.5)
    assert fit["separated"] and fit["mistakes"][-1] == 0
    assert kc.threshold_neuron(x, fit["weights"], fit["threshold"]).tolist() == y.tolist()


@pytest.mark.parametrize(("rate", "epochs"), [(0.01, 200), (1, 1), (7.5, 100)])
def test_the_perceptron_never_learns_xor(rate, epochs):
    xor = kc.logic_gate("xor")
    fit = kc.perceptron_fit(xor["inputs"], xor["outputs"], learning_rate=rate, epochs=epochs)
    assert not fit["separated"] and len(fit["mistakes"]) == epochs and fit["mistakes"].all()


@pytest.mark.parametrize("seed", range(5))
def test_descent_arrives_at_the_closed_form(seed):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(20, 3)), rng.normal(size=20)
    rate = 1 / np.linalg.norm(x, 2) ** 2
    fit = kc.least_squares_fit(x, y, learning_rate=rate, steps=1000)
    close(fit["closed_form"], np.linalg.solve(x.T @ x, x.T @ y), 1e-8)
    close(fit["weights"], fit["closed_form"], 1e-6)
    assert (np.diff(fit["loss"]) <= 1e-12).all()


@keras_cases
@given(generators, st.sampled_from(ELEMENTWISE), st.integers(1, 3))
def test_two_layer_gradients(rng, hidden, outputs):
    import tensorflow as tf

    x, params, y = random_network(rng, outputs)

    def error(p):
        a1 = tf_activate(p["W1"] @ x + p["b1"], hidden)
        scores = p["W2"] @ a1 + p["b2"]
        costs = tf.nn.sigmoid_cross_entropy_with_logits(y, scores)
        return tf.reduce_sum(costs) / x.shape[1]

    result = kc.two_layer_gradients(x, params, y=y, hidden_activation=hidden)
    for name, slope in taped_gradient(error, params).items():
        close(result[name], slope)

    def numeric(p):
        return kc.two_layer_fit(x, p, y=y, steps=0, hidden_activation=hidden)["loss"][0]

    for name, slope in numeric_gradient(numeric, params).items():
        close(result[name], slope, 1e-5)


@keras_cases
@given(generators, st.sampled_from(ELEMENTWISE), st.integers(1, 3))
def test_two_layer_forward_equals_keras_dense(rng, hidden, outputs):
    import keras

    x, params, _ = random_network(rng, outputs)
    hidden_name = "linear" if hidden == "identity" else hidden
    first = keras.layers.Dense(len(params["b1"]), hidden_name, dtype="float64")
    second = keras.layers.Dense(outputs, "sigmoid", dtype="float64")
    first.build((None, len(x)))
    second.build((None, len(params["b1"])))
    first.set_weights([params["W1"].T, params["b1"][:, 0]])
    second.set_weights([params["W2"].T, params["b2"][:, 0]])
    states = kc.two_layer_forward(x, params, hidden_activation=hidden)
    close(states["A1"].T, to_numpy(first(x.T)), keras_tolerance())
    close(states["A2"].T, to_numpy(second(first(x.T))), keras_tolerance())


def test_two_layer_fit_equals_keras_training():
    import keras

    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(20, 32)), rng.integers(0, 2, size=(1, 32)).astype(float)
    start = kc.two_layer_init(20, 10, 1, scale=0.3, seed=2)
    model = keras.Sequential(
        [
            keras.Input((20,)),
            keras.layers.Dense(10, "tanh"),
            keras.layers.Dense(1, "sigmoid"),
        ]
    )
    model.set_weights([start["W1"].T, start["b1"][:, 0], start["W2"].T, start["b2"][:, 0]])
    model.compile(keras.optimizers.SGD(0.5), "binary_crossentropy")
    history = model.fit(x.T, y.T, batch_size=32, epochs=20, verbose=0).history["loss"]
    fit = kc.two_layer_fit(x, start, y=y, learning_rate=0.5, steps=20)
    close(fit["loss"][:-1], history, 1e-4)
    weights = [fit["params"][name].T for name in ("W1", "W2")]
    close(weights[0], model.get_weights()[0], 1e-4)
    close(weights[1], model.get_weights()[2], 1e-4)


@many_cases
@given(generators)
def test_two_layer_fit_goes_down(rng):
    x, params, y = random_network(rng)
    fit = kc.two_layer_fit(x, params, y=y, learning_rate=0.01, steps=20)
    assert len(fit["loss"]) == 21
    assert fit["loss"][-1] <= fit["loss"][0] + 1e-12
    again = kc.two_layer_fit(x, fit["params"], y=y, steps=0)["loss"]
    close(again[0], fit["loss"][-1])


@many_cases
@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_two_layer_init(n_input, n_hidden, n_output, seed):
    sizes = (n_input, n_hidden, n_output)
    params = kc.two_layer_init(*sizes, seed=seed)
    assert params["W1"].shape == (n_hidden, n_input)
    assert params["W2"].shape == (n_output, n_hidden)
    assert not params["b1"].any()
    assert not params["b2"].any()
    again = kc.two_layer_init(*sizes, seed=seed, scale=1)
    close(again["W1"] * 0.01, params["W1"])
    assert np.abs(params["W1"]).max() < 0.06


OPTIMIZERS = {
    "sgd": ("SGD", ()),
    "momentum": ("SGD", ("momentum",)),
    "adagrad": ("Adagrad", ("initial_accumulator_value", "epsilon")),
    "rmsprop": ("RMSprop", ("rho", "epsilon")),
    "adam": ("Adam", ("beta_1", "beta_2", "epsilon")),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
@keras_cases
@given(generators)
def test_optimizer_steps_equal_keras(name, rng):
    import keras

    keras_name, knobs = OPTIMIZERS[name]
    settings = {"learning_rate": float(np.float32(rng.uniform(0.001, 0.5)))}
    for knob in knobs:
        low, high = (1e-7, 1e-2) if knob == "epsilon" else (0.05, 0.95)
        settings[knob] = float(np.float32(rng.uniform(low, high)))
    shape = tuple(rng.integers(1, 4, size=rng.integers(0, 3)))
    start = rng.normal(size=shape)
    variable = keras.Variable(start, dtype="float64")
    optimizer = getattr(keras.optimizers, keras_name)(**settings)
    value, state = start, None
    for _ in range(3):
        gradient = rng.normal(size=shape)
        optimizer.apply([keras.ops.convert_to_tensor(gradient, "float64")], [variable])
        step = kc.optimizer_step(name, value, gradient, state, **settings)
        value, state = step["parameter"], step["state"]
        close(value, variable.numpy(), 1e-4 if keras_tolerance() > 1e-6 else 1e-6)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: kc.two_layer_init(0, 1, 1), "n_input: "),
        (lambda: kc.two_layer_init(1, 1, 1, scale=-1), "scale: "),
        (lambda: kc.two_layer_init(1, 1, 1, seed=-1), "seed: "),
        (lambda: kc.two_layer_forward([1], None), "params: "),
        (lambda: kc.optimizer_step("sgd", 1, 1, learning_rate=0), "learning_rate: "),
        (lambda: kc.optimizer_step("sgd", 1, float("nan")), "gradient: "),
        (lambda: kc.cross_entropy([0, 1], [0.5, 0.5], base="2"), "base: "),
        (lambda: kc.threshold_neuron([[1, "x"]], [1, 1], 0), "inputs: "),
        (lambda: kc.activate(None, "relu"), "x: "),
        (lambda: kc.activate(1, 3), "name: "),
    ],
)
def test_bad_arguments_are_named(call, text):
    with pytest.raises(KerasduetError, match=f"^{text}"):
        call()
