"""Convolution, padding, pooling and counting against SciPy, NumPy and Keras."""

from __future__ import annotations

import numpy as np
import pytest
from concepts_reference import (
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
from scipy.signal import convolve, correlate

from kerasduet import concepts as kc
from kerasduet.errors import ArgumentType, KerasduetError, NonFinite, ShapeError

sides = st.integers(1, 4)
strides = st.tuples(st.integers(1, 3), st.integers(1, 3))


@many_cases
@given(generators, sides, sides, strides, st.integers(0, 3), st.booleans())
def test_convolve2d_equals_scipy(rng, a, b, stride, padding, flip):
    image = rng.normal(size=(a + rng.integers(0, 6), b + rng.integers(0, 6)))
    kernel = rng.normal(size=(a, b))
    reference = (convolve if flip else correlate)(np.pad(image, padding), kernel, mode="valid")
    result = kc.convolve2d(image, kernel, stride=stride, padding=padding, flip=flip, bias=0.5)
    close(result, reference[:: stride[0], :: stride[1]] + 0.5)


@keras_cases
@given(
    generators,
    sides,
    sides,
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(1, 2),
    st.sampled_from(["valid", "same"]),
)
def test_convolve2d_equals_keras_conv2d(rng, a, b, channels, filters, stride, padding):
    import keras

    image = rng.normal(size=(a + rng.integers(0, 5), b + rng.integers(0, 5), channels))
    kernel, bias = rng.normal(size=(a, b, channels, filters)), rng.normal(size=filters)
    layer = keras.layers.Conv2D(filters, (a, b), stride, padding, dtype="float64")
    layer.build((1, *image.shape))
    layer.set_weights([kernel, bias])
    result = kc.convolve2d(image, kernel, stride=stride, padding=padding, bias=bias)
    close(result, to_numpy(layer(image[None]))[0], keras_tolerance())
    for j in range(filters):  # one kernel at a time is the same
        one = kc.convolve2d(image, kernel[..., j], stride=stride, padding=padding, bias=bias[j])
        close(one, result[..., j])


@keras_cases
@given(generators, st.integers(1, 6), st.integers(1, 4))
def test_causal_padding_equals_keras_conv1d(rng, time, size):
    import keras

    series, kernel = rng.normal(size=(time, 1)), rng.normal(size=(size, 1))
    layer = keras.layers.Conv1D(1, size, padding="causal", use_bias=False, dtype="float64")
    layer.build((1, time, 1))
    layer.set_weights([kernel[:, :, None]])
    result = kc.convolve2d(series, kernel, padding="causal")
    close(result, to_numpy(layer(series[None]))[0], keras_tolerance())


@many_cases
@given(
    generators, sides, sides, st.integers(1, 3), st.integers(1, 3), st.integers(0, 2), strides
)
def test_convolution_is_a_sparse_dense_layer(rng, a, b, channels, filters, padding, stride):
    shape = (a + rng.integers(0, 4), b + rng.integers(0, 4), channels)
    image, kernel = rng.normal(size=shape), rng.normal(size=(a, b, channels, filters))
    layer = kc.convolution_as_dense(kernel, shape, stride=stride, padding=padding)
    result = kc.convolve2d(image, kernel, stride=stride, padding=padding)
    assert layer["output_shape"] == result.shape
    close((layer["weights"] @ image.ravel()).reshape(result.shape), result)
    assert layer["connections"] == layer["mask"].sum() <= layer["dense"]
    assert not layer["weights"][layer["mask"] == 0].any()
    assert layer["shared"] == kernel.size


@many_cases
@given(generators, st.lists(st.integers(0, 3), min_size=4, max_size=4), st.booleans())
def test_pad2d_equals_numpy(rng, amount, color):
    image = rng.normal(size=(4, 5, 3) if color else (4, 5))
    top, bottom, left, right = amount
    widths = [(top, bottom), (left, right), (0, 0)][: image.ndim]
    close(kc.pad2d(image, amount), np.pad(image, widths))
    close(
        kc.pad2d(image, amount, mode="constant", value=2),
        np.pad(image, widths, constant_values=2),
    )
    close(kc.pad2d(image, amount, mode="reflect"), np.pad(image, widths, mode="reflect"))
    close(kc.pad2d(image, amount, mode="replicate"), np.pad(image, widths, mode="edge"))
    before = [(top, 0), (left, 0), (0, 0)][: image.ndim]
    close(kc.pad2d(image, (top, left), mode="causal"), np.pad(image, before))


@keras_cases
@given(generators, sides, sides, strides, st.integers(1, 3))
def test_pool2d_equals_keras(rng, a, b, stride, channels):
    import keras

    image = rng.normal(size=(a + rng.integers(0, 6), b + rng.integers(0, 6), channels))
    for kind, name in (("max", "MaxPooling2D"), ("average", "AveragePooling2D")):
        layer = getattr(keras.layers, name)((a, b), stride, dtype="float64")
        result = kc.pool2d(image, (a, b), stride=stride, kind=kind)
        close(result, to_numpy(layer(image[None]))[0], keras_tolerance())
        layer = getattr(keras.layers, f"Global{name}")(keepdims=True, dtype="float64")
        result = kc.pool2d(image, "global", kind=kind)
        close(result, to_numpy(layer(image[None]))[0], keras_tolerance())


@many_cases
@given(generators, sides, sides, st.floats(0.5, 8))
def test_pool2d_summaries_agree(rng, a, b, p):
    image = rng.normal(size=(a * 3, b * 2))
    blocks = image.reshape(3, a, 2, b).swapaxes(1, 2).reshape(3, 2, a * b)
    close(kc.pool2d(image, (a, b), kind="sum"), blocks.sum(-1))
    close(kc.pool2d(image, (a, b), kind="average") * a * b, blocks.sum(-1))
    lp = (np.abs(blocks) ** p).sum(-1) ** (1 / p)
    close(kc.pool2d(image, (a, b), kind="lp", p=p), lp)
    high = kc.pool2d(image, (a, b), kind="lp", p=1e4)
    close(high, kc.pool2d(np.abs(image), (a, b)), 1e-3)


@many_cases
@given(generators)
def test_stochastic_pooling_draws_values_of_the_window(rng):
    image = np.maximum(rng.normal(size=(4, 6)), 0)
    seed = int(rng.integers(0, 2**32))
    drawn = kc.pool2d(image, kind="stochastic", seed=seed)
    close(drawn, kc.pool2d(image, kind="stochastic", seed=seed), 0)
    blocks = image.reshape(2, 2, 3, 2).swapaxes(1, 2).reshape(2, 3, 4)
    assert (drawn[..., None] == blocks).any(-1).all()
    assert ((drawn > 0) == (blocks.sum(-1) > 0)).all()  # zeros are never drawn


def test_stochastic_pooling_draws_in_proportion():
    image = np.tile([[1.0, 2.0], [3.0, 4.0]], (200, 200))
    drawn = kc.pool2d(image, kind="stochastic", seed=3)
    shares = [(drawn == value).mean() for value in (1, 2, 3, 4)]
    np.testing.assert_allclose(shares, [0.1, 0.2, 0.3, 0.4], atol=0.01)


@many_cases
@given(
    st.integers(1, 40),
    st.integers(1, 9),
    st.integers(1, 5),
    st.integers(0, 8).map(lambda n: n / 2),
)
def test_conv_output_size_counts_positions(size, kernel, stride, padding):
    padded = size + int(2 * padding)
    if kernel > padded:
        with pytest.raises(ShapeError):
            kc.conv_output_size(size, kernel, stride=stride, padding=padding)
        return
    positions = len(range(0, padded - kernel + 1, stride))
    assert kc.conv_output_size(size, kernel, stride=stride, padding=padding) == positions
    result = kc.convolve2d(
        np.zeros((size, size)), np.ones((kernel, kernel)), stride=stride, padding=padding
    )
    assert result.shape == (positions, positions)


@many_cases
@given(st.integers(1, 40), st.integers(1, 40))
def test_same_padding_keeps_the_size(size, kernel):
    zeros = kc.same_padding(kernel)
    assert zeros["before"] + zeros["after"] == 2 * zeros["each"] == kernel - 1
    assert kc.conv_output_size(size, kernel, padding=zeros["each"]) == size
    assert kc.conv_output_size(size, kernel, padding="same") == size


@many_cases
@given(generators, st.floats(-100, 100), st.floats(0.01, 100))
def test_rescale_is_linear_onto_the_range(rng, low, width):
    image = rng.normal(size=(3, 4)) * 10.0 ** rng.integers(-5, 6)
    result = kc.rescale_image(image, low, low + width)
    close([result.min(), result.max()], [low, low + width])
    order = np.argsort(image, axis=None)
    assert (np.diff(result.ravel()[order]) >= 0).all()
    close(kc.rescale_image(3 * image - 7, low, low + width), result, 1e-7)


def test_rescale_of_a_flat_image_is_low():
    close(kc.rescale_image([[5, 5]], 1, 2), [[1, 1]])
    close(kc.rescale_image([[-1e308, 1e308]]), [[0, 255]])


layer_kinds = st.one_of(
    st.fixed_dictionaries(
        {
            "kind": st.just("conv"),
            "filters": st.integers(1, 4),
            "kernel": st.integers(1, 3),
            "stride": st.integers(1, 2),
            "padding": st.sampled_from(["valid", "same"]),
        }
    ),
    st.fixed_dictionaries(
        {"kind": st.just("pool"), "size": st.integers(1, 2), "stride": st.integers(1, 2)}
    ),
)


@keras_cases
@given(st.lists(layer_kinds, max_size=3), st.integers(1, 3), st.booleans(), st.integers(1, 4))
def test_layer_shapes_equal_a_keras_model(stack, channels, pooled, units):
    import keras

    flat = {"kind": "global_pool" if pooled else "flatten"}
    table = kc.layer_shapes(
        [*stack, flat, {"kind": "dense", "units": units}], (16, 16, channels)
    )
    shape, count = (None, 16, 16, channels), 0
    for layer, height, width, depth, parameters in zip(
        stack,
        table["height"][1:],
        table["width"][1:],
        table["channels"][1:],
        table["parameters"][1:],
        strict=False,
    ):
        if layer["kind"] == "conv":
            built = keras.layers.Conv2D(
                layer["filters"], layer["kernel"], layer["stride"], layer["padding"]
            )
        else:
            built = keras.layers.MaxPooling2D(layer["size"], layer["stride"])
        built.build(shape)
        shape = built.compute_output_shape(shape)
        assert (height, width, depth) == shape[1:]
        assert parameters == built.count_params()
        count += parameters
    inputs = shape[3] if pooled else int(np.prod(shape[1:]))
    assert table["channels"][-2:] == [inputs, units]
    assert sum(table["parameters"]) == count + inputs * units + units


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize(("inputs", "units"), [(1, 1), (3, 5), (10, 4)])
def test_recurrent_parameters_equal_keras(kind, inputs, units):
    import keras

    names = {"rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}
    layer = getattr(keras.layers, names[kind])(units)
    layer.build((None, 2, inputs))
    assert kc.recurrent_parameters(kind, inputs, units) == layer.count_params()


@keras_cases
@given(generators, st.sampled_from(["squared", "logistic"]), st.floats(0, 1))
def test_tiny_cnn_gradients(rng, loss, target):
    import tensorflow as tf

    height, width, a, b = rng.integers(3, 6), rng.integers(3, 6), *rng.integers(1, 4, size=2)
    image = rng.normal(size=(height, width))
    params = {
        "f": rng.normal(size=(a, b)),
        "W": rng.normal(size=(height - a + 1, width - b + 1)),
        "b": np.array(rng.normal()),
    }

    def error(p):
        z1 = tf.nn.conv2d(image[None, :, :, None], p["f"][:, :, None, None], 1, "VALID")
        a1 = tf_activate(z1[0, :, :, 0], "sigmoid")
        z2 = tf.reduce_sum(p["W"] * a1) + p["b"]
        if loss == "logistic":
            return tf.nn.sigmoid_cross_entropy_with_logits(tf.constant(target, "float64"), z2)
        return 0.5 * (tf.sigmoid(z2) - target) ** 2

    plain = {**params, "b": float(params["b"])}
    result = kc.tiny_cnn_gradients(image, plain, target=target, loss=loss)
    for name, slope in taped_gradient(error, params).items():
        close(result[name], slope)

    def numeric(p):
        p = {**p, "b": float(p["b"])}
        return kc.tiny_cnn_gradients(image, p, target=target, loss=loss)["loss"]

    for name, slope in numeric_gradient(numeric, params).items():
        close(result[name], slope, 1e-6)


def test_tiny_cnn_equals_a_keras_model():
    import keras

    rng = np.random.default_rng(1)
    image, f, W, b = (
        rng.normal(size=(5, 6)),
        rng.normal(size=(2, 3)),
        rng.normal(size=(4, 4)),
        0.3,
    )
    model = keras.Sequential(
        [
            keras.Input((5, 6, 1), dtype="float64"),
            keras.layers.Conv2D(
                1, (2, 3), activation="sigmoid", use_bias=False, dtype="float64"
            ),
            keras.layers.Flatten(dtype="float64"),
            keras.layers.Dense(1, activation="sigmoid", dtype="float64"),
        ]
    )
    model.set_weights([f[:, :, None, None], W.reshape(-1, 1), np.array([b])])
    output = to_numpy(model(image[None, :, :, None]))[0, 0]
    close(kc.tiny_cnn_forward(image, {"f": f, "W": W, "b": b})["O"], output, keras_tolerance())


@many_cases
@given(st.sampled_from(kc.kernel_names()))
def test_kernels_answer_to_flat_images(name):
    flat = kc.convolve2d(np.full((5, 5), 7.0), kc.image_kernel(name))
    close(flat, np.full((3, 3), 7.0 if name == "sharpen" else 0.0))


@pytest.mark.parametrize(
    ("image", "error"),
    [
        ([[1, 2], [3]], ShapeError),
        ([["a", "b"], ["c", "d"]], ArgumentType),
        ([[1, None], [2, 3]], ArgumentType),
        ([[1j, 2], [3, 4]], ArgumentType),
        ([[float("inf"), 2], [3, 4]], NonFinite),
        ([], ShapeError),
        ([[]], ShapeError),
        (5, ShapeError),
        (np.zeros((2, 2, 2, 2)), ShapeError),
        ({"a": 1}, ArgumentType),
        (None, ArgumentType),
    ],
)
def test_what_is_no_image_is_refused_by_name(image, error):
    kernel = [[1]]
    for call in (
        lambda: kc.convolve2d(image, kernel),
        lambda: kc.pad2d(image, 1),
        lambda: kc.pool2d(image, 1),
        lambda: kc.rescale_image(image),
    ):
        with pytest.raises(error, match=r"^image: must ") as raised:
            call()
        assert isinstance(raised.value, KerasduetError)
        assert "\n" not in str(raised.value)
