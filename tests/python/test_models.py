"""Network builders: exact parameter counts, shapes, seeds, and arguments refused."""

from __future__ import annotations

import inspect
import math
import re
from pathlib import Path

import numpy as np
import pytest

import kerasduet as kd
from kerasduet.errors import ArgumentRange, ArgumentType, KerasduetError, ShapeError
from kerasduet.registry import BUILDERS

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize(
    ("preset", "parameters"),
    [
        ("mnist-cnn", 693_962),
        ("mnist-dnn", 235_146),
        ("mnist-dense", 407_050),
        ("mnist-cnn-sgd", 542_230),
        ("price-rnn", 5_541),
        ("price-lstm", 19_761),
        ("price-gru", 15_291),
        ("price-course", 15_291),
        ("lstm-stocks", 1_361),
        ("lstm-co2", 5_210),
        ("lstm-panel", 4_550),
        ("yolo-digits", 136_292),
        ("sine", 4_682),
        ("adding-problem", 4_513),
        ("translate-dates", 87_919),
        ("add-numbers", 397_806),
        ("count-up", 127_215),
        ("copy-memory", 42_620),
        ("moving-digits", 120_808),
        ("tag-dates", 32_421),
        ("lenet5", 60_806),
        ("mnist-cnn-fast", 72_362),
        ("mnist-cnn-best", 391_882),
        ("cifar-cnn", 1_060_138),
        ("cifar-cnn-best", 289_194),
    ],
)
def test_preset_has_the_parameters_of_the_lesson(preset, parameters):
    assert kd.build_model(kd.experiment(preset)).count_params() == parameters


@pytest.mark.parametrize("preset", ["image-folder", "transfer-vgg16"])
def test_presets_on_image_files_have_the_parameters_of_the_readme(preset):
    line = next(
        x for x in README.read_text("utf-8").splitlines() if x.startswith(f"| `{preset}`")
    )
    told = re.search(r"\| ([\d,]+) (?:trained )?\(3 classes\)", line)[1]
    chosen = kd.experiment(preset)
    if preset == "transfer-vgg16":
        chosen = chosen.replace(weights=None)
    net = BUILDERS[chosen.builder](**chosen.builder_arguments() | {"classes": 3})
    assert f"{sum(math.prod(one.shape) for one in net.trainable_weights):,}" == told


@pytest.mark.parametrize(
    ("arguments", "parameters"),
    [
        ({"lookback": 10, "units": 128, "output_activation": "sigmoid"}, 66_689),
        ({"lookback": 10, "n_features": 256, "units": 128, "dense_units": 64}, 205_441),
    ],
)
def test_lstm_has_the_parameters_of_the_lesson(arguments, parameters):
    assert kd.models.recurrent(**arguments).count_params() == parameters


def test_networks_of_texts_have_the_parameters_of_the_lesson():
    assert kd.models.text_recurrent().count_params() == 328_353
    assert kd.models.text_cnn().count_params() == 1_321_089
    gru = kd.models.text_recurrent(kind="gru", units=(8, 4), bidirectional=True, classes=3)
    assert gru.output_shape == (None, 3)
    several = kd.models.text_cnn(length=50, window=(3, 4, 5), filters=100)
    assert several.get_layer("found").output.shape == (None, 300)
    with pytest.raises(
        ShapeError, match="window: must not be longer than the texts, of length 4"
    ):
        kd.models.text_cnn(length=4)


def test_builder_defaults_are_the_lessons_own_networks():
    assert kd.models.cnn().count_params() == 693_962
    assert kd.models.dnn().count_params() == 235_146


@pytest.mark.parametrize(
    ("model", "given", "taken"),
    [
        (lambda: kd.models.cnn(filters=4, dense_units=[]), (None, 28, 28, 1), (None, 10)),
        (
            lambda: kd.models.dnn(input_shape=(5, 4, 3), classes=2, units=6, dropout=0),
            (None, 5, 4, 3),
            (None, 2),
        ),
        (
            lambda: kd.models.recurrent(
                lookback=9, n_features=2, horizon=4, units=3, kind="gru"
            ),
            (None, 9, 2),
            (None, 4),
        ),
    ],
)
def test_shapes(model, given, taken):
    built = model()
    assert built.input_shape == given
    assert built.output_shape == taken


def test_a_normalised_cnn_has_the_layers_it_is_asked_for():
    built = kd.models.cnn_norm(
        crop=2, filters=(16, 32), kernel_size=(5, 3), strides=(2, 1), pool_size=(1, 2)
    )
    shapes = [tuple(layer.output.shape[1:]) for layer in built.layers[1:10]]
    one, two = (10, 10, 16), (4, 4, 32)
    assert shapes == [(24, 24, 1), *[one] * 3, (8, 8, 32), *[two] * 3, (512,)]
    weights = 25 * 16 + 9 * 16 * 32 + 512 * 128 + 128 * 10 + 10
    assert built.count_params() == weights + 3 * (16 + 32 + 128)  # shift, mean and variance
    assert not any("bias" in w.path for w in built.weights if "probabilities" not in w.path)


def test_probabilities_sum_to_one():
    images = np.random.default_rng(0).random((6, 28, 28, 1), np.float32)
    for build in (kd.models.cnn, kd.models.dnn):
        outputs = np.asarray(build()(images))
        np.testing.assert_allclose(outputs.sum(axis=1), 1, atol=1e-5)
        assert outputs.min() >= 0


@pytest.mark.parametrize("preset", ["mnist-cnn", "mnist-dnn", "lstm-co2"])
def test_the_seed_decides_every_initial_weight(preset):
    def weights(seed):
        return kd.build_model(kd.experiment(preset, seed=seed)).get_weights()

    first, again, other = weights(7), weights(7), weights(8)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    kernels = [i for i, value in enumerate(first) if value.ndim > 1]
    assert not any(np.array_equal(first[i], other[i]) for i in kernels)


def test_layers_of_one_shape_start_with_different_weights():
    model = kd.models.dnn(units=[16, 16, 16], dropout=0)
    kernels = [w for w in model.get_weights() if w.shape == (16, 16)]
    assert len(kernels) == 2
    assert not np.array_equal(*kernels)


def test_the_largest_seed_builds():
    assert kd.models.dnn(units=2, dropout=0.5, seed=2**32 - 1).count_params() == 1_600


def test_weights_do_not_depend_on_what_was_built_before():
    import keras

    first = kd.models.dnn(units=4, dropout=0).get_weights()
    keras.utils.set_random_seed(99)
    kd.models.cnn(filters=2)
    again = kd.models.dnn(units=4, dropout=0).get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_kind_of_recurrent_layer(kind):
    model = kd.models.recurrent(kind=kind, units=[3, 2])
    names = {"rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds == ["InputLayer", names[kind], names[kind], "Dense"]


def test_dropout_and_penalties_are_where_they_were_asked_for():
    model = kd.models.dnn(units=[4, 3], dropout=[0.0, 0.25], l1=0.1, l2=0.2)
    rates = [layer.rate for layer in model.layers if type(layer).__name__ == "Dropout"]
    assert rates == [0.25]
    penalties = [
        (
            round(float(layer.kernel_regularizer.l1), 6),
            round(float(layer.kernel_regularizer.l2), 6),
        )
        for layer in model.layers
        if getattr(layer, "kernel_regularizer", None) is not None
    ]
    assert penalties == [(0.1, 0.2), (0.1, 0.2)]


def test_models_hold_no_code_of_ones_own():
    for model in (kd.models.cnn(), kd.models.dnn(), kd.models.recurrent()):
        assert type(model).__name__ == "Functional"
        assert all(type(layer).__module__.startswith("keras.") for layer in model.layers)


@pytest.mark.parametrize("builder", ["cnn", "dnn", "recurrent"])
def test_every_argument_is_checked_and_by_name_only(builder):
    build = kd.models.BUILDERS[builder]
    for name, parameter in inspect.signature(build).parameters.items():
        assert parameter.kind is parameter.KEYWORD_ONLY
        with pytest.raises(KerasduetError):
            build(**{name: object()})


@pytest.mark.parametrize(
    ("builder", "arguments", "error", "text"),
    [
        (
            "dnn",
            {"units": 0},
            ArgumentRange,
            "units: must be a whole number, at least 1; got 0.",
        ),
        (
            "dnn",
            {"dropout": 1.0},
            ArgumentRange,
            "dropout: must be at least 0 and below 1; got 1. It is a fraction of the units "
            "dropped.",
        ),
        (
            "dnn",
            {"units": [8, 8], "dropout": [0.1, 0.1, 0.1]},
            ArgumentType,
            "dropout: must have one value, or one a layer (2); got [0.1, 0.1, 0.1].",
        ),
        (
            "cnn",
            {"input_shape": (28, 28)},
            ShapeError,
            "input_shape: must be (height, width, channels); got [28, 28].",
        ),
        (
            "cnn",
            {"input_shape": (2, 2, 1)},
            ShapeError,
            "input_shape: must leave at least one pixel after 1 blocks; got [2, 2, 1], used up "
            "in block 1. Use fewer filters entries, a smaller kernel_size or a smaller "
            "pool_size.",
        ),
        (
            "recurrent",
            {"units": 32.5},
            ArgumentRange,
            "units: must be a whole number, at least 1; got 32.5.",
        ),
    ],
)
def test_arguments_refused(builder, arguments, error, text):
    with pytest.raises(error) as raised:
        kd.models.BUILDERS[builder](**arguments)
    assert type(raised.value) is error
    assert str(raised.value) == text


def test_the_smallest_image_that_survives_builds():
    assert (
        kd.models.cnn(input_shape=(4, 4, 1), filters=2).count_params()
        == 20 + 2 * 128 + 128 + 1290
    )


def test_a_network_that_is_built_settles_the_backend_that_was_left_open(monkeypatch):
    asked = []
    monkeypatch.setattr("kerasduet.models.settle_backend", asked.append)
    kd.build_model("lstm-co2")
    assert set(asked) == {"recurrent"}
