"""Transfer learning: bases of every kind, what is frozen, two stages, and features kept."""

from __future__ import annotations

import importlib
import json
import time

import numpy as np
import pytest

import kerasduet as kd
from kerasduet.environment import start_backend
from kerasduet.errors import ArgumentType, DatasetError, ModelMismatch, UnknownName
from kerasduet.models.applications import APPLICATIONS, prepared
from kerasduet.training import course

SHAPE = (8, 8, 1)
SMALL = {
    "builder": "transfer",
    "input_shape": SHAPE,
    "head": (6,),
    "epochs": 2,
    "batch_size": 16,
    "progress": False,
}


@pytest.fixture(scope="module", autouse=True)
def started():
    start_backend()


def squares(classes, rows=48, seed=0):
    """Give images with a bright square, whose place is the class."""
    random = np.random.default_rng(seed)
    x = random.integers(0, 60, (rows, *SHAPE), dtype=np.uint8)
    y = np.arange(rows) % classes
    for image, label in zip(x, y, strict=True):
        image[2 * label : 2 * label + 2, 2:6] += 150
    return {"x": x, "y": y}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """Train a small network with batch normalisation and dropout, to start from."""
    import keras

    layers = keras.layers
    net = keras.Sequential(
        [
            keras.Input(SHAPE),
            layers.Conv2D(4, 3, name="first"),
            layers.BatchNormalization(name="norm"),
            layers.ReLU(),
            layers.Dropout(0.5),
            layers.Conv2D(4, 3, activation="relu", name="second"),
            layers.Flatten(),
            layers.Dense(8, activation="relu"),
            layers.Dense(3, activation="softmax"),
        ]
    )
    out = tmp_path_factory.mktemp("base") / "run"
    return kd.run_experiment(
        "images", data=squares(3), model=net, out=out, epochs=2, progress=False
    )


def moved(run, start):
    """Name the layers whose weights are others than those of the run to start from."""
    names = [layer.name for layer in start.model.layers if layer.weights]
    return [
        name
        for name in names
        if name in {layer.name for layer in run.model.layers}
        and not all(
            map(
                np.array_equal,
                start.model.get_layer(name).get_weights(),
                run.model.get_layer(name).get_weights(),
            )
        )
    ]


def trainable(net):
    return sum(int(np.prod(weight.shape)) for weight in net.trainable_weights)


# The network -------------------------------------------------------------------------------


def test_the_lessons_example_has_its_parameters():
    net = kd.models.transfer(base="vgg16", weights=None)
    assert trainable(net) == 25_956_106
    assert net.count_params() - trainable(net) == 14_714_688
    assert not any(hasattr(layer, "layers") for layer in net.layers)


@pytest.mark.parametrize("name", APPLICATIONS)
def test_pixels_are_prepared_as_the_base_was_trained(name):
    import keras

    known = APPLICATIONS[name]
    module = importlib.import_module(getattr(keras.applications, known.kind).__module__)
    image = np.random.default_rng(1).uniform(size=(1, 4, 4, 3)).astype(np.float32)
    inputs = keras.Input((4, 4, 3))
    network = keras.Model(inputs, prepared(inputs, known.pixels))
    wanted = np.asarray(module.preprocess_input(255 * image))
    assert abs(np.asarray(network(image)) - wanted).max() < 1e-4
    assert not network.weights


def test_every_application_is_known_by_name():
    import keras

    theirs = {name for name in dir(keras.applications) if name[0].isupper()}
    assert {known.kind for known in APPLICATIONS.values()} == theirs


def test_a_file_of_weights_gives_the_features_that_keras_computes(tmp_path):
    import keras

    shape = (32, 32, 3)
    theirs = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=shape)
    random = np.random.default_rng(2)
    theirs.set_weights([random.uniform(0.1, 1, w.shape) for w in theirs.get_weights()])
    file = tmp_path / "theirs.weights.h5"
    theirs.save_weights(file)
    ours = kd.models.transfer(
        base="mobilenet_v2", weights=str(file), input_shape=shape, head=(), classes=2
    )
    image = random.uniform(size=(3, *shape)).astype(np.float32)
    features = keras.Model(ours.input, ours.get_layer("features").output)
    found = np.asarray(features(image, training=True))  # batch normalisation stays as it is
    wanted = np.asarray(theirs(2 * image - 1)).reshape(3, -1)
    assert abs(found - wanted).max() == 0
    with pytest.raises(ModelMismatch, match="weights: must be those of vgg16 without its last"):
        kd.models.transfer(base="vgg16", weights=str(file), input_shape=shape)
    other = file.rename(tmp_path / "weights.bin")
    with pytest.raises(DatasetError, match="weights: must be an HDF5 file"):
        kd.models.transfer(base="vgg16", weights=str(other), input_shape=shape)


def test_a_grey_image_becomes_three_channels():
    net = kd.models.transfer(base="vgg16", weights=None, input_shape=(32, 32, 1), head=())
    names = [layer.name for layer in net.layers]
    assert "three_channels" in names and "blue_green_red" not in names
    assert net.get_layer("less_means").output.shape == (None, 32, 32, 3)


def test_nested_networks_become_one_graph():
    net = kd.models.transfer(
        base="convnext_tiny", weights=None, input_shape=(32, 32, 3), head=(), classes=2
    )
    assert not any(hasattr(layer, "layers") for layer in net.layers)
    assert not any("StochasticDepth" in type(layer).__name__ for layer in net.layers)


def test_layers_from_a_name_on_are_trained_but_no_batch_normalisation(base):
    net = kd.models.transfer(
        base=base, input_shape=SHAPE, classes=3, head=(), trainable_from="norm"
    )
    found = {weight.path.split("/")[0] for weight in net.trainable_weights}
    assert found == {"second", "head_probabilities"}
    with pytest.raises(UnknownName, match="trainable_from: no layer 'third' in the base"):
        kd.models.transfer(base=base, input_shape=SHAPE, classes=3, trainable_from="third")


def test_dropout_of_the_base_is_left_out_and_its_last_layers_too(base):
    net = kd.models.transfer(base=base, input_shape=SHAPE, classes=2, head=(5,))
    names = [layer.name for layer in net.layers]
    assert names[1:3] == ["first", "norm"]
    assert names[-4:] == ["second", "features", "head_1", "head_probabilities"]
    assert not any("dropout" in name for name in names)


def test_imagenet_out_of_reach_is_told_at_once(monkeypatch):
    import socket

    def refused(*given, **more):
        raise OSError("no network")

    monkeypatch.setattr(socket, "create_connection", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    before, began = socket.getdefaulttimeout(), time.monotonic()
    with pytest.raises(DatasetError) as raised:
        kd.models.transfer(base="vgg16", input_shape=(32, 32, 3))
    assert str(raised.value) == (
        "weights: ImageNet's of vgg16 must be in Keras's cache or within reach; got neither "
        "(Exception). Give the path of their file, or none for random ones."
    )
    assert time.monotonic() - began < 10
    assert socket.getdefaulttimeout() == before


# A run to start from -----------------------------------------------------------------------


def test_a_run_is_kept_as_its_network_and_its_place(base):
    chosen = kd.experiment(
        "images", builder="transfer", base=base, input_shape=SHAPE, classes=3
    )
    same = kd.experiment(
        "images", builder="transfer", base=base.folder, input_shape=SHAPE, classes=3
    )
    assert chosen == same == kd.Experiment.from_json(chosen.to_json())
    told = json.loads(chosen.base)["run"]
    assert told == {"folder": base.folder, "weights": base.digests["weights"]}


def test_runs_of_no_use_to_start_from_are_refused(base, tmp_path):
    loose = kd.run_experiment(
        "mnist-dense", dataset="mnist-subset", units=2, epochs=1, progress=False
    )
    with pytest.raises(ArgumentType, match="got one that is not saved"):
        kd.models.transfer(base=loose, input_shape=(28, 28, 1))
    forged = json.loads(
        kd.experiment("images", builder="transfer", base=base, input_shape=SHAPE).base
    )
    forged["run"]["weights"] = "0" * 64
    with pytest.raises(ModelMismatch, match="must have the weights that it had"):
        kd.models.transfer(base=json.dumps(forged), input_shape=SHAPE)
    forged["run"]["folder"] = str(tmp_path)
    with pytest.raises(DatasetError, match="whose weights file does not exist"):
        kd.models.transfer(base=json.dumps(forged), input_shape=SHAPE)
    forged["config"]["layers"][1]["class_name"] = "Lambda"
    with pytest.raises(ArgumentType, match="got Lambda"):
        kd.models.transfer(base=json.dumps(forged), input_shape=SHAPE)


def test_a_run_is_loaded_where_its_base_is_gone(base, tmp_path):
    import shutil

    own = shutil.copytree(base.folder, tmp_path / "base")
    run = kd.run_experiment(
        "images", data=squares(3), base=str(own), out=tmp_path / "run", **SMALL
    )
    shutil.rmtree(own)
    loaded = kd.load_run(tmp_path / "run")
    assert loaded.digests == run.digests
    x = squares(3)["x"]
    assert loaded.predict(x, kind="prob").equals(run.predict(x, kind="prob"))


# Training ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def frozen(base):
    return kd.run_experiment("images", data=squares(2, seed=1), base=base, classes=2, **SMALL)


def test_a_base_that_is_not_trained_keeps_every_weight(frozen, base):
    assert moved(frozen, base) == []


def test_features_kept_give_the_bits_of_features_computed_anew(frozen, base, monkeypatch):
    data, asked = squares(2, seed=1), []
    monkeypatch.setattr(course, "has_fixed_features", lambda *given: asked.append(given))
    anew = kd.run_experiment("images", data=data, base=base, classes=2, **SMALL)
    assert asked and anew.digests == frozen.digests


def test_features_are_kept_only_where_they_stay_the_same(base, monkeypatch):
    data, kept = squares(2, seed=1), []
    original = course.features_of
    monkeypatch.setattr(
        course, "features_of", lambda *given: kept.append(1) or original(*given)
    )
    settings = SMALL | {"epochs": 1, "base": base, "classes": 2}
    kd.run_experiment("images", data=data, flip="horizontal", **settings)
    kd.run_experiment("images", data=data, trainable_from="second", **settings)
    monkeypatch.setattr("kerasduet.training.features.MOST_BYTES", 100)
    kd.run_experiment("images", data=data, **settings)
    assert kept == []


def test_two_stages_go_on_from_wherever_they_were_cut_off(base, tmp_path):
    data = squares(2, seed=1)
    settings = SMALL | {
        "base": base,
        "classes": 2,
        "trainable_from": "norm",
        "fine_tune_epochs": 2,
        "fine_tune_rate": 1e-3,
    }
    whole = kd.run_experiment("images", data=data, **settings)
    assert whole.history["epoch"].tolist() == [1, 2, 3, 4]
    assert moved(whole, base) == ["second"]
    assert whole.model.optimizer.learning_rate.numpy() == np.float32(1e-3)
    for last in (1, 2, 3):
        events = []

        def stop(event, last=last, events=events):
            events.append(event)
            if event["event"] == "epoch" and event["epoch"] == last:
                raise KeyboardInterrupt

        out = tmp_path / f"cut-{last}"
        cut = kd.run_experiment("images", data=data, out=out, **settings | {"progress": stop})
        assert (cut.status, len(cut.history)) == ("interrupted", last)
        assert events[0]["epochs"] == 4 and f"{last} of 4 epochs" in repr(cut)
        loaded = kd.load_run(out)
        assert moved(loaded, base) == (["second"] if last == 3 else [])
        assert kd.resume_run(out, data=data, progress=False).digests == whole.digests
    again = kd.load_run(out)
    assert again.digests == whole.digests
    assert trainable(again.model) == trainable(whole.model)
