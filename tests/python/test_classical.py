"""The classical networks: their papers' tables, the same as Keras's own, and that they learn."""

from __future__ import annotations

import importlib.util
import inspect
import json
import re

import numpy as np
import pytest
from conftest import fresh

import kerasduet as kd
from kerasduet.environment import start_backend
from kerasduet.models.counting import counted
from kerasduet.registry import BUILDERS

PARAMETERS = {
    "alexnet": 60_965_224,
    "googlenet": 13_378_280,
    "lenet5": 60_806,
    "resnet18": 11_699_112,
    "resnet34": 21_814_696,
    "resnet50": 25_636_712,
    "resnet152": 60_419_944,
    "torch_tutorial_cnn": 62_006,
    "vgg16": 138_357_544,
    "vgg19": 143_667_240,
    "zfnet": 62_357_608,
}
SMALLEST = {"lenet5": 16, "alexnet": 67, "zfnet": 53, "vgg16": 32, "googlenet": 65}


@pytest.fixture(scope="module")
def layers():
    """Give the layers of each network with its defaults, none of their weights made."""
    start_backend()
    return {name: counted(BUILDERS[name]) for name in PARAMETERS}


def number(text):
    return int(text.replace(",", ""))


def members(layers, name):
    """Give the layers that a row of a docstring's table sums up."""
    whole = re.compile(rf"{name}(_.*)?")
    return [layer for layer in layers if whole.fullmatch(layer.name)]


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_network_has_the_parameters_and_layers_of_its_table(name, layers):
    found = layers[name]
    assert sum(layer.parameters for layer in found) == PARAMETERS[name]
    text = inspect.getdoc(BUILDERS[name])
    rows = re.findall(r"^\| (\w+) \| ([\dx ]+)(, twice)? \| ([\d,]+) \|", text, re.MULTILINE)
    assert len(rows) >= 6
    summed = 0
    for layer, shape, twice, parameters in rows:
        own = members(found, layer)
        assert sum(part.parameters for part in own) == number(parameters), layer
        ends = own[-1:] if not twice else own[-2:]
        assert {" x ".join(map(str, part.output)) for part in ends} == {shape}, layer
        assert len(ends) == (2 if twice else 1)
        summed += number(parameters)
    assert summed == PARAMETERS[name]
    assert f"{PARAMETERS[name]:,}" in text or name in {"resnet18", "resnet34"}


def test_counting_agrees_with_weights_that_are_made():
    small = {"input_shape": (32, 32, 2), "classes": 7, "width": 0.03}
    for name in ("resnet18", "vgg16"):
        made = BUILDERS[name](**small)
        found = counted(lambda name=name: BUILDERS[name](**small))
        assert [layer.parameters for layer in found] == [p.count_params() for p in made.layers]


def test_the_published_counts_of_resnet_18_and_34_are_of_trained_weights(layers):
    means = {"resnet18": 9_600, "resnet34": 17_024}
    published = {"resnet18": 11_689_512, "resnet34": 21_797_672}
    for name, count in published.items():
        norms = [p for p in layers[name] if p.kind == "BatchNormalization"]
        assert sum(p.parameters for p in norms) // 2 == means[name]
        assert PARAMETERS[name] - means[name] == count


def test_lenet5_reads_the_maps_that_the_papers_table_names():
    table = {
        0: "0 4 5 6 9 10 11 12 14 15",
        1: "0 1 5 6 7 10 11 12 13 15",
        2: "0 1 2 6 7 8 11 13 14 15",
        3: "1 2 3 6 7 8 9 12 14 15",
        4: "2 3 4 7 8 9 10 12 13 15",
        5: "3 4 5 8 9 10 11 13 14 15",
    }
    import keras

    network = kd.models.lenet5(activation="linear", seed=3)
    c3 = keras.Model(network.get_layer("s2").output, network.get_layer("c3").output)
    trained = [
        w for p in network.layers if p.name.startswith("c3") for w in p.trainable_weights
    ]
    assert sum(int(np.prod(w.shape)) for w in trained) == 1_516
    assert not network.non_trainable_weights
    one_map = np.zeros((6, 14, 14, 6), np.float32)
    for i in range(6):
        one_map[i, :, :, i] = 1
    answers = np.abs(np.asarray(c3(one_map)) - np.asarray(c3(np.zeros_like(one_map))))
    read = answers.max(axis=(1, 2)) > 1e-6  # (S2 map, C3 map)
    assert {i: " ".join(map(str, np.flatnonzero(read[i]))) for i in range(6)} == table
    assert kd.models.lenet5(connections="full").count_params() == 61_706


@pytest.mark.parametrize("name", SMALLEST)
def test_the_smallest_image_is_the_smallest(name):
    build, side = BUILDERS[name], SMALLEST[name]
    small = {"classes": 2} | ({} if name == "lenet5" else {"width": 0.01})
    with pytest.raises(kd.errors.ShapeError, match=f"at least {side} pixels"):
        build(input_shape=(side, side - 1, 1), **small)
    assert counted(lambda: build(input_shape=(side, side, 1), **small))
    with pytest.raises(ValueError, match=r"Computed output size|negative|not positive"):
        counted(lambda: inspect.unwrap(build)(input_shape=(side - 1, side - 1, 1), **small))


@pytest.mark.parametrize("ours", ["vgg16", "vgg19", "resnet50", "resnet152"])
def test_with_the_weights_of_keras_applications_it_gives_the_same(ours):
    import keras

    theirs = {"vgg16": "VGG16", "vgg19": "VGG19", "resnet50": "ResNet50"}
    shape, classes = (32, 32, 3), 7  # all its filters and units, on small images
    other = getattr(keras.applications, theirs.get(ours, "ResNet152"))
    other = other(weights=None, input_shape=shape, classes=classes)
    mine = BUILDERS[ours](input_shape=shape, classes=classes)
    random = np.random.default_rng(6)
    # Their biases, means and variances are 0 and 1 until they have learned.
    weights = [
        w + random.random(w.shape, np.float32) / 50 if w.ndim == 1 else w
        for w in other.get_weights()
    ]
    images = random.random((3, *shape), np.float32)
    for network in (mine, other):
        network.set_weights(weights)
    given, wanted = (np.asarray(network(images)) for network in (mine, other))
    assert given.shape == wanted.shape == (3, classes)
    assert wanted.std() > 0
    assert np.abs(given - wanted).max() == 0


# Digits laid in the middle of images of so many pixels: a few rows and steps are enough to see it.
# Side, settings, learning rate, batch size, and the accuracy that is passed.
FEW = {"dropout": 0.0}
LEARN = {
    "lenet5": (32, {}, 0.003, 32, 0.8),
    "torch_tutorial_cnn": (32, {}, 0.002, 32, 0.8),
    "alexnet": (67, FEW | {"width": 0.15}, 0.001, 32, 0.55),
    "zfnet": (53, FEW | {"width": 0.1}, 0.002, 32, 0.6),
    "vgg16": (32, FEW | {"width": 0.1}, 0.001, 32, 0.7),
}


@pytest.fixture(scope="module")
def digits():
    """Give 1,200 digits to learn from, and 500 others."""
    data = kd.load_data(kd.experiment("mnist-cnn", dataset="mnist-subset"))
    rows = np.random.default_rng(0).permutation(len(data.y_train))[:1200]
    x = np.concatenate([data.x_train[rows], data.x_test[::2]]).astype(np.float32) / 255
    return x, np.concatenate([data.y_train[rows], data.y_test[::2]])


@pytest.mark.parametrize("name", LEARN)
def test_a_network_learns_digits(name, digits):
    import keras

    side, settings, rate, batch, least = LEARN[name]
    x, y = digits
    before = (side - 28) // 2
    around = (before, side - 28 - before)
    x = np.pad(x, ((0, 0), around, around, (0, 0)))
    network = BUILDERS[name](input_shape=(side, side, 1), classes=10, seed=4, **settings)
    network.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
    network.fit(x[:1200], y[:1200], batch_size=batch, epochs=4, verbose=0, shuffle=False)
    # `evaluate` would trace the network once more.
    found = np.asarray(network(x[1200:], training=False)).argmax(axis=1)
    accuracy = (found == y[1200:]).mean()
    assert accuracy >= least


# The deepest, on torch, which traces nothing: settings, learning rate, epochs of 640 digits in
# batches of 32. Two digits are told apart, and this share of 150 others must be right.
DEEP = {
    "googlenet": ({"width": 0.2, "auxiliary": False}, 0.003, 2, 0.8),
    "resnet18": ({"width": 0.2}, 0.003, 1, 0.9),
    "resnet34": ({"width": 0.25}, 0.003, 1, 0.8),
    "resnet50": ({"width": 0.25}, 0.004, 1, 0.75),
    "resnet152": ({"width": 0.25}, 0.008, 1, 0.75),
    "vgg19": ({"width": 0.1}, 0.001, 2, 0.9),
    "yolo_v1": ({"width": 0.1, "grid": 1, "boxes": 1}, 0.002, 6, 0.8),
}
LEARN_DEEP = """
import json, sys
import numpy as np
import kerasduet as kd
kd.use_backend("torch", device="cpu", threads=1)
from kerasduet.environment import start_backend
start_backend()
import keras
from kerasduet.registry import BUILDERS
from kerasduet.tasks.detection.loss import yolo_loss

data = kd.load_data(kd.experiment("mnist-cnn", dataset="mnist-subset"))
order = np.random.default_rng(0).permutation(len(data.y_train))
images, digits = data.x_train[order].astype("float32") / 255, data.y_train[order]


def small(x):  # 14 pixels a side
    return x.reshape(-1, 14, 2, 14, 2, 1).mean((2, 4))


def wide(x):  # 32 pixels a side
    return np.pad(x, ((0, 0), (2, 2), (2, 2), (0, 0)))


def framed(x, y):  # a box around each digit, in a single cell
    cells = []
    for image, code in zip(x, y):
        rows, columns = (np.flatnonzero(image[..., 0].max(axis) > 0.2) for axis in (1, 0))
        box = [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]
        cells.append(kd.detection.encode([box], [code], (32, 32), grid=1, proposals=1, classes=2))
    return np.stack(cells)


x, y = images[digits < 2][:1040], digits[digits < 2][:1040]
for name, (settings, rate, epochs) in json.loads(sys.argv[1]).items():
    given = wide(x) if name in ("vgg19", "yolo_v1") else small(x)
    loss, targets = "sparse_categorical_crossentropy", y
    if name == "yolo_v1":
        loss, targets = yolo_loss(1, 1), framed(given, y)
    network = BUILDERS[name](input_shape=given.shape[1:], classes=2, seed=4, **settings)
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.8  # means that follow within few steps
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0
    network.compile(keras.optimizers.Adam(rate), loss)
    for _ in range(epochs):
        for start in range(0, 640, 32):
            network.train_on_batch(given[start : start + 32], targets[start : start + 32])
    found = network.predict_on_batch(given[640:]).reshape(len(x) - 640, -1)[:, -2:]
    print(json.dumps([name, float((found.argmax(axis=1) == y[640:]).mean())]), flush=True)
"""


def test_the_deepest_networks_learn_digits_on_torch():
    if importlib.util.find_spec("torch") is None:
        pytest.skip("torch is not installed")
    given = json.dumps({name: row[:3] for name, row in DEEP.items()})
    printed = fresh(LEARN_DEEP, given)
    found = dict(json.loads(line) for line in printed)
    assert found.keys() == DEEP.keys()
    for name, accuracy in found.items():
        assert accuracy >= DEEP[name][-1], found
