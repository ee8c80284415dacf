"""Networks, optimizers, losses, metrics, schedules and callbacks of the caller's own."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import keras
import numpy as np
import pytest
from conftest import LINEAR, fresh, linear, seasonal
from keras.src.backend.common import global_state
from keras.src.saving.serialization_lib import in_safe_mode
from test_training import Middle

import kerasduet as kd
from kerasduet import training
from kerasduet.data.following import followed, settled
from kerasduet.environment import backend_name
from kerasduet.errors import (
    ArgumentRange,
    ArgumentType,
    BackendError,
    RunFolderError,
    ShapeError,
    UnknownName,
)
from kerasduet.experiments import Experiment
from kerasduet.report.repeat import Variable, changes
from kerasduet.runs import storage
from kerasduet.settings.configurations import nodes, rebuilt
from kerasduet.settings.networks import is_model
from kerasduet.settings.objects import brief
from kerasduet.training import course, weights_digest

SHAPE = (4, 4, 1)
SMALL = {"epochs": 3, "batch_size": 4, "progress": False}


def images(rows=60):
    codes = np.arange(rows) % 3
    x = np.random.default_rng(5).integers(0, 86, (rows, 4, 4)) + 80 * codes[:, None, None]
    return {"x": x.astype(np.uint8), "y": codes}


def network(input_shape=SHAPE, classes=3, *, units=6, last="softmax"):
    """Make a network with everything that draws numbers: weights, dropout, noise."""
    inputs = keras.Input(input_shape)
    x = keras.layers.Conv2D(4, 2, activation="relu")(inputs)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dense(units, kernel_initializer="he_normal")(x)
    x = keras.layers.Dropout(0.2)(keras.ops.relu(x) + 0.1)
    return keras.Model(inputs, keras.layers.Dense(classes, activation=last)(x))


def trained(**changes):
    settings = SMALL | {"model": network(), "data": images()} | changes
    return kd.run_experiment("images", **settings)


@pytest.fixture(autouse=True)
def every_batch(monkeypatch):
    monkeypatch.setattr(course, "SECONDS_BETWEEN_EVENTS", 0)


@pytest.fixture(scope="module")
def run():
    return trained()


def test_the_same_network_made_again_gives_the_same_bits(run):
    assert run.experiment.input_shape == SHAPE  # taken from the network
    assert run.experiment.classes == 3
    again = trained()
    assert again.experiment == run.experiment  # whatever Keras named the layers
    assert again.digests == run.digests
    assert trained(seed=1).digests["weights"] != run.digests["weights"]


def test_a_network_of_a_function_is_the_network_it_makes(run):
    made = trained(model=network, input_shape=SHAPE, classes=3)
    assert made.experiment == run.experiment
    seeds = []

    def noting(*, seed, **others):
        seeds.append((seed, sorted(others)))
        return network()

    kd.experiment("images", model=noting, seed=4, input_shape=SHAPE, classes=3)
    assert seeds == [(4, ["classes", "input_shape"])]


def test_the_network_that_was_given_stays_as_it_is():
    given = network()
    before = weights_digest(given)
    own = trained(model=given)
    assert own.model is not given
    assert weights_digest(given) == before
    assert not given.compiled


def test_it_is_trained_as_plain_keras_trains_it(run):
    experiment = run.experiment
    model = kd.build_model(experiment)
    dataset = kd.load_data(experiment, images())
    kd_model = training.compile_model(kd.build_model(experiment), experiment, rows=43)
    state, _ = training.train(kd_model, dataset, experiment)
    model.compile(
        keras.optimizers.Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    x = dataset.preprocessing.to_network(dataset.x_train)
    for epoch in range(experiment.epochs):
        order = np.random.default_rng([experiment.seed, epoch]).permutation(len(x))
        model.fit(x[order], dataset.y_train[order], batch_size=4, shuffle=False, verbose=0)
    for ours, theirs in zip(kd_model.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)
    assert state.epoch == 3


def test_it_saves_loads_pickles_and_reports(run, tmp_path):
    folder = Path(run.save(tmp_path / "run"))
    kept = json.loads((folder / "network.json").read_text("utf-8"))
    assert kept["class_name"] == "Functional"
    rebuilt = keras.saving.deserialize_keras_object(kept)  # Keras itself reads it
    assert rebuilt.count_params() == run.model.count_params()
    for back in (kd.load_run(folder), pickle.loads(pickle.dumps(run))):
        assert back.digests == run.digests
        assert back.experiment == run.experiment
        assert back.predictions().equals(run.predictions())
    page = Path(kd.render_report(kd.load_run(folder), tmp_path / "report.html"))
    text = page.read_text("utf-8")
    assert "network.json" in text
    assert "class_name" not in text
    # A later run of a builder leaves nothing of it behind.
    x, y = images().values()
    plain = kd.run_experiment(
        "mnist-dense",
        data={"x": x, "y": y},
        input_shape=SHAPE,
        classes=3,
        units=3,
        epochs=1,
        progress=False,
    )
    plain.save(folder, overwrite=True)
    assert not (folder / "network.json").exists()
    assert kd.load_run(folder).digests == plain.digests


def test_an_experiment_with_it_goes_to_json_and_back(run):
    chosen = run.experiment
    assert Experiment.from_json(chosen.to_json()) == chosen
    assert Experiment.from_dict(chosen.face()) == chosen
    assert chosen.replace(epochs=7).architecture == chosen.architecture
    assert brief(chosen.architecture).startswith("Conv2D, BatchNormalization, Flatten, Dense")
    assert "own" not in set(kd.presets()["builder"])
    back = kd.experiment(chosen, builder="cnn", filters=2, kernel_size=2, pool_size=1)
    assert "architecture" not in back.flat()


@pytest.mark.parametrize("epochs", [0, 2])
def test_an_interrupted_training_resumes_to_the_same_bits(run, epochs, tmp_path):
    def callback(event):
        if event["event"] in ("start", "epoch") and event.get("epoch", 0) == epochs:
            raise KeyboardInterrupt

    folder = tmp_path / "run"
    if epochs:
        cut = trained(out=folder, progress=Middle(epochs + 1))
        assert cut.status == "interrupted"
        assert (folder / "network.json").exists()
    else:
        with pytest.raises(KeyboardInterrupt):
            trained(out=folder, progress=callback)
    again = kd.resume_run(folder, data=images(), progress=False)
    assert again.digests == run.digests
    assert trained(out=folder).digests == run.digests  # the finished run is loaded


def test_a_series_takes_one_too(tmp_path):
    def forecaster(lookback, n_features, horizon):
        return keras.Sequential(
            [
                keras.Input((lookback, n_features)),
                keras.layers.GRU(4, dropout=0.1),
                keras.layers.Dense(horizon),
            ]
        )

    settings = {"season": 7, "difference": 7, "lookback": 8, "horizon": 3, "epochs": 2}
    made = kd.run_experiment(
        "lstm-series", data=seasonal(), model=forecaster, progress=False, **settings
    )
    loaded = kd.load_run(made.save(tmp_path / "run"))
    assert loaded.digests == made.digests
    assert loaded.forecast().equals(made.forecast())
    with pytest.raises(ShapeError) as refused:
        kd.experiment("lstm-series", model=forecaster(8, 2, 3), **settings)
    assert str(refused.value) == (
        "model: must have the input of the data, [8, 1]; got [8, 2]. Change the network, or the "
        "settings that decide the data."
    )


# What is refused ----------------------------------------------------------------------------


@keras.saving.register_keras_serializable("tests")
class Doubled(keras.layers.Layer):
    """A layer that is registered."""

    def call(self, x):
        return 2 * x


class Unknown(keras.layers.Layer):
    """A layer that is not."""

    def call(self, x):
        return x


def through(layer):
    inputs = keras.Input(SHAPE)
    x = layer(keras.layers.Flatten()(inputs))
    return keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(x))


def two_inputs():
    sides = [keras.Input(SHAPE), keras.Input(SHAPE)]
    x = keras.layers.Flatten()(keras.layers.Add()(sides))
    return keras.Model(sides, keras.layers.Dense(3, activation="softmax")(x))


def named_outputs():
    inputs = keras.Input(SHAPE)
    x = keras.layers.Flatten()(inputs)
    return keras.Model(inputs, {"y": keras.layers.Dense(3, activation="softmax")(x)})


@keras.saving.register_keras_serializable("tests")
class Mine(keras.Model):
    """A network that is a class of its own."""

    def call(self, x):
        return x


def adapted():
    layer = keras.layers.Normalization()
    layer.adapt(np.random.default_rng(0).normal(size=(99, 16)) * 50 + 7)
    return through(layer)


def sized(input_shape, classes):
    return network(input_shape, classes)


def test_sizes_and_labels_follow_for_an_own_network_too():
    x, y = np.zeros((12, 8, 9, 3), np.uint8), np.resize(["dog", "cat"], 12)
    chosen, data = settled("images", (x, y), {"model": sized})
    assert (chosen.input_shape, chosen.classes) == ((8, 9, 3), 2)
    assert data["y"].categories.tolist() == ["cat", "dog"]
    for model in (network((8, 9, 3), 2), sized):
        given = {} if is_model(model) else {"input_shape": (8, 9, 3), "classes": 2}
        same, data = settled("images", (x, y), {"model": model} | given)
        assert same.model == chosen.model
        assert kd.load_data(same, data).preprocessing.class_names == ("cat", "dog")
    assert followed(chosen, (x, y))[1]["y"].codes.tolist() == data["y"].codes.tolist()
    # Small images are padded where their size was given, too.
    small = settled("images", (x, y), {"input_shape": (8, 9, 3)})[0]
    assert small == settled("images", (x, y), {})[0]
    for model, fix in (
        (network((9, 9, 3), 2), "the network's size"),
        (None, "Leave input_shape"),
    ):
        wrong = {"model": model} if model else {"input_shape": (9, 9, 3)}
        with pytest.raises(ShapeError, match=fix):
            kd.load_data(*settled("images", (x, y), wrong))


def positional(input_shape, /):
    return network()


def own_activation(x):
    return x


REFUSED = {
    "a number": (lambda: 3, ArgumentType, "must be a Keras model"),
    "not built": (
        lambda: keras.Sequential([keras.layers.Dense(3)]),
        ArgumentType,
        "Begin it with keras.Input",
    ),
    "a lambda": (
        lambda: through(keras.layers.Lambda(lambda x: x)),
        ArgumentType,
        "got Lambda, named 'lambda",
    ),
    "not registered": (lambda: through(Unknown()), ArgumentType, "got Unknown"),
    "an activation": (
        lambda: through(keras.layers.Dense(3, activation=own_activation)),
        ArgumentType,
        "the function 'own_activation'",
    ),
    "no softmax": (
        lambda: network(last=None),
        ArgumentType,
        'End it with activation="softmax".',
    ),
    "a dict of outputs": (
        lambda: named_outputs(),
        ShapeError,
        "not in a dict or list; got 1 and 1.",
    ),
    "a class": (lambda: keras.Sequential, ArgumentType, "must be a Keras model"),
    "a subclass": (lambda: Mine(), ArgumentType, "got the class Mine"),
    "adapted": (lambda: adapted(), ArgumentType, "must be untrained"),
    "by position": (lambda: positional, ArgumentType, "positional() with input_shape"),
    "two inputs": (
        two_inputs,
        ShapeError,
        "must have one input and one output, not in a dict or list; got 2 and 1.",
    ),
    "one output": (lambda: network(classes=1, last="sigmoid"), ShapeError, "[3]; got [1]"),
    "other classes": (lambda: network(classes=4), ShapeError, "[3]; got [4]"),
    "other images": (lambda: network((5, 4, 1)), ShapeError, "[4, 4, 1]; got [5, 4, 1]"),
    "no function of this": (lambda: lambda z: z, ArgumentType, "<lambda>() with z"),
    "no network": (lambda: lambda seed: 3, ArgumentType, "must give a Keras model; got 3"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_other_networks_are_refused_before_anything_is_written(case, tmp_path):
    make, kind, part = REFUSED[case]
    with pytest.raises(kind) as refused:
        trained(model=make(), input_shape=SHAPE, classes=3, out=tmp_path / "run")
    assert str(refused.value).startswith("model: ")
    assert part in str(refused.value)
    assert not list(tmp_path.iterdir())


def test_a_trained_network_is_refused_as_its_weights_would_be_lost(run):
    with pytest.raises(ArgumentType, match="must be untrained"):
        trained(model=run.model)
    changed = network()
    bias = next(w for w in changed.weights if w.path.endswith("/bias"))
    bias.assign(np.full(bias.shape, 0.25, np.float32))
    with pytest.raises(ArgumentType, match=f"such as {bias.path}"):
        trained(model=changed)
    assert trained(model=keras.models.clone_model(run.model)).digests == run.digests
    begun = network()
    begun.layers[-1].bias_initializer = keras.initializers.Constant(0.25)
    chosen = keras.models.clone_model(begun)  # 0.25 is how this layer begins
    assert trained(model=chosen, epochs=1).status == "finished"


def test_a_network_excludes_a_builder_and_its_arguments():
    for name, value in {"builder": "cnn", "filters": (3,)}.items():
        with pytest.raises(ArgumentType) as refused:
            kd.experiment("images", model=network(), **{name: value})
        assert str(refused.value).startswith(f"{name}: excludes a model of your own; got ")


def test_a_registered_class_is_taken_and_missed_by_name(tmp_path):
    folder = trained(model=through(Doubled()), epochs=1).save(tmp_path / "run")
    assert kd.load_run(folder).status == "finished"
    known = keras.saving.get_custom_objects()
    kept = known.pop("tests>Doubled")
    try:
        with pytest.raises(RunFolderError) as refused:
            kd.load_run(folder)
    finally:
        known["tests>Doubled"] = kept
    assert "'tests>Doubled'" in str(refused.value)
    assert "damaged" not in str(refused.value)


@keras.saving.register_keras_serializable("tests")
class Here(keras.layers.Layer):
    """A layer that works where it was made, and nowhere else."""

    works = True

    def call(self, x):
        if not self.works:
            raise TypeError("an operation of another backend")
        return x


def test_a_network_that_this_backend_cannot_build_is_refused_in_one_sentence(
    monkeypatch, tmp_path
):
    chosen = kd.experiment("images", model=through(Here()))
    folder = trained(model=through(Here()), epochs=1).save(tmp_path / "run")
    monkeypatch.setattr(Here, "works", False)
    with pytest.raises(BackendError) as refused:
        kd.run_experiment(chosen, data=images(), out=tmp_path / "new", progress=False)
    told = str(refused.value)
    assert told.startswith(
        f"model: must be a network that can be built on {backend_name()}; got "
    )
    assert "an operation of another backend" in told
    assert told.endswith("Use the backend that it was made for, or change that layer.")
    assert not (tmp_path / "new").exists()
    with pytest.raises(BackendError):
        kd.load_run(folder)


def hostile(change):
    """Give the text of a network that another hand changed."""
    content = json.loads(kd.experiment("images", model=network()).architecture)
    change(content)
    return json.dumps(content)


HOSTILE = {
    "a module": lambda c: c["config"]["layers"][1].update(module="os", class_name="system"),
    "a lambda": lambda c: c["config"]["layers"][1].update(class_name="Lambda"),
    "another module": lambda c: c["config"]["layers"][1].update(module="keras.src.utils"),
    "a saved model": lambda c: c["config"]["layers"][1].update(class_name="TFSMLayer"),
    "a pickled function": lambda c: c["config"]["layers"][1]["config"].update(
        activation={"class_name": "__lambda__", "config": {"value": "4wE="}}
    ),
    "no text": lambda c: c["config"]["layers"][1].update(class_name=["Dense"]),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_text_that_could_run_code_is_refused_without_looking_at_it(case):
    with pytest.raises((ArgumentType, UnknownName)) as refused:
        kd.experiment("images", model=hostile(HOSTILE[case]))
    assert str(refused.value).startswith("architecture: ") or "model: " in str(refused.value)


def test_a_folder_that_asks_for_a_huge_network_is_refused_before_it_is_built(run, tmp_path):
    folder = Path(run.save(tmp_path / "run"))
    huge = hostile(lambda c: c["config"]["layers"][4]["config"].update(units=2_000_000_000))
    manifest = json.loads((folder / "run.json").read_text("utf-8"))
    del manifest["seal"]
    manifest["experiment"]["network"]["architecture"] = huge
    (folder / "network.json").write_text(json.dumps(json.loads(huge)))
    manifest["files"]["network.json"] = storage.file_sha256(folder / "network.json")
    (folder / "run.json").write_text(storage.sealed(manifest))
    with pytest.raises(kd.errors.ModelMismatch):
        kd.load_run(folder)
    other = json.loads((folder / "network.json").read_text())
    other["config"]["name"] = "changed"
    (folder / "network.json").write_text(json.dumps(other))
    manifest["files"]["network.json"] = storage.file_sha256(folder / "network.json")
    (folder / "run.json").write_text(storage.sealed(manifest))
    with pytest.raises(RunFolderError, match=r"network\.json must be whole"):
        kd.load_run(folder)


def eager(name, **config):
    """Give an operation on a constant, which Keras would compute while it reads a network."""
    return {
        "module": "keras.src.ops.numpy",
        "class_name": name,
        "registered_name": name,
        "name": "zz",
        "config": {"name": "zz", **config},
        "inbound_nodes": [
            {
                "args": [
                    {"class_name": "__tensor__", "config": {"value": [1.0], "dtype": "float32"}}
                ],
                "kwargs": {},
            }
        ],
    }


def test_a_text_computes_nothing_while_it_is_read():
    huge = hostile(lambda c: c["config"]["layers"].append(eager("Tile", repeats=[500_000_000])))
    with pytest.raises(
        ArgumentType, match="layers that follow its input; got Tile of constants"
    ):
        kd.experiment("images", model=huge)
    bare = {"class_name": "Functional", "module": "keras.src.models.functional", "config": None}
    with pytest.raises(ArgumentType, match="got a Functional of something else"):
        kd.experiment("images", model=hostile(lambda c: c["config"]["layers"].append(bare)))
    thresholds = {"num_thresholds": 20_000_000, "name": "auc"}
    text = json.dumps({"module": "keras.metrics", "class_name": "AUC", "config": thresholds})
    with pytest.raises(
        ArgumentType, match=r"at most 100000 num_thresholds; got 20000000 in AUC\."
    ):
        kd.experiment("images", metrics=[text])


def test_a_lambda_is_refused_whatever_it_says_it_is():
    code = {"class_name": "__lambda__", "module": "keras.src.ops.math", "config": {"value": []}}
    disguised = code | {"registered_name": "tests>Doubled"}
    for activation in (code, disguised):
        text = hostile(
            lambda c, a=activation: c["config"]["layers"][4]["config"].update(activation=a)
        )
        with pytest.raises(ArgumentType, match="got a lambda"):
            kd.experiment("images", model=text)


def test_large_numbers_that_hold_no_memory_are_kept(tmp_path):
    own = {
        "schedule": keras.optimizers.schedules.ExponentialDecay(0.1, 1_000_000, 0.9),
        "loss": keras.losses.SparseCategoricalCrossentropy(ignore_class=65_535),
    }
    run = trained(epochs=1, out=tmp_path / "run", **own)
    assert kd.load_run(tmp_path / "run").digests == run.digests


def test_keras_reads_in_its_safe_mode_whatever_a_session_allows(monkeypatch):
    modes = []
    monkeypatch.setattr(
        keras.saving, "deserialize_keras_object", lambda node: modes.append(in_safe_mode())
    )
    keras.config.enable_unsafe_deserialization()
    try:
        assert in_safe_mode() is False
        rebuilt(json.dumps({"class_name": "Dense", "config": {}}))
        assert in_safe_mode() is False  # the session's own choice stays
    finally:
        global_state.set_global_attribute("safe_mode_saving", None)
    assert modes == [True]


@keras.saving.register_keras_serializable("tests")
def halved(x):
    return x / 2


def test_a_registered_function_is_taken_and_another_by_its_name_is_not(tmp_path):
    dense = keras.layers.Dense(4, activation=halved)
    run = trained(model=through(dense), epochs=1, out=tmp_path / "run")
    assert kd.load_run(tmp_path / "run").digests == run.digests
    content = json.loads(run.experiment.architecture)
    (function,) = (x for x in nodes(content) if x["class_name"] == "function")
    assert function["config"] == "tests>halved"
    function |= {"module": "os", "config": "system"}  # its registered_name stays
    with pytest.raises(ArgumentType, match="got the function 'system'"):
        kd.experiment("images", model=json.dumps(content))


@keras.saving.register_keras_serializable("tests")
class Block(keras.layers.Layer):
    """A layer whose own layers have seeds that its configuration does not show."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.inside = keras.layers.Dense(4)
        self.drop = keras.layers.Dropout(0.2)

    def call(self, x, training=None):
        return self.drop(self.inside(x), training=training)


SEEDED = {
    "spectral": lambda: keras.layers.SpectralNormalization(keras.layers.Dense(4)),
    "registered": lambda: Block(),
}


@pytest.mark.parametrize("case", SEEDED)
def test_seeds_that_no_description_shows_follow_the_experiments(case):
    runs = [trained(model=through(SEEDED[case]()), epochs=1) for _ in range(2)]
    assert runs[0].digests == runs[1].digests
    chosen = runs[0].experiment
    begun = [weights_digest(kd.build_model(chosen.replace(seed=seed))) for seed in (0, 0, 1)]
    assert begun[0] == begun[1] != begun[2]


def test_layers_within_layers_are_named_anew_too():
    def made():
        inputs = keras.Input((8, 1))
        x = keras.layers.Bidirectional(keras.layers.GRU(3))(inputs)
        return keras.Model(inputs, keras.layers.Dense(2)(x))

    settings = {"season": 7, "difference": 7, "lookback": 8, "horizon": 2}
    one, two = (kd.experiment("lstm-series", model=made(), **settings) for _ in range(2))
    assert one == two
    assert kd.build_model(one).count_params() > 0


# Optimizers, schedules, losses, metrics, class weights ----------------------------------------


def test_an_optimizer_object_is_the_same_as_its_settings():
    by_object = kd.experiment(
        "mnist-dense", optimizer=keras.optimizers.SGD(0.1, momentum=0.9, clipnorm=2.0)
    )
    assert by_object == kd.experiment(
        "mnist-dense", optimizer="sgd", learning_rate=0.1, momentum=0.9, clip_norm=2.0
    )
    assert kd.experiment("mnist-dense", optimizer=keras.optimizers.AdamW(0.01)) == (
        kd.experiment("mnist-dense", optimizer="adamw", learning_rate=0.01, weight_decay=0.004)
    )


def test_an_optimizer_of_another_kind_keeps_what_is_its_own(tmp_path):
    given = keras.optimizers.Nadam(0.01, beta_1=0.8, clipvalue=0.5)
    chosen = kd.experiment("mnist-dense", optimizer=given)
    assert (chosen.learning_rate, chosen.clip_value) == (0.01, 0.5)
    assert brief(chosen.optimizer) == "Nadam(beta_1 = 0.8)"
    assert Experiment.from_json(chosen.to_json()) == chosen
    made = training.compile_model(kd.build_model(chosen), chosen, rows=100).optimizer
    assert type(made) is keras.optimizers.Nadam
    wanted = given.get_config()
    assert made.get_config() | {"name": wanted["name"]} == wanted
    nesterov = kd.experiment(
        "mnist-dense", optimizer=keras.optimizers.SGD(0.1, 0.5, nesterov=True)
    )
    made = training.compile_model(kd.build_model(nesterov), nesterov, rows=100).optimizer
    assert (made.nesterov, made.momentum) == (True, 0.5)
    assert kd.experiment(nesterov, learning_rate=0.2).learning_rate == 0.2


def test_a_schedule_object_decides_the_learning_rate():
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    for chosen in (
        kd.experiment("mnist-dense", schedule=schedule),
        kd.experiment("mnist-dense", optimizer=keras.optimizers.RMSprop(schedule)),
    ):
        made = training.compile_model(kd.build_model(chosen), chosen, rows=100).optimizer
        assert [float(made._learning_rate(step)) for step in (0, 10)] == pytest.approx(
            [0.1, 0.05]
        )
        with pytest.raises(ArgumentType, match="learning_rate: excludes a schedule object"):
            kd.experiment(chosen, learning_rate=0.3)
    with pytest.raises(ArgumentType, match="learning_rate: excludes an optimizer object"):
        kd.experiment("mnist-dense", optimizer=keras.optimizers.SGD(), learning_rate=0.3)


def everything():
    return {
        "optimizer": keras.optimizers.Nadam(
            keras.optimizers.schedules.ExponentialDecay(0.02, 5, 0.9), beta_1=0.8
        ),
        "loss": keras.losses.SparseCategoricalCrossentropy(ignore_class=2),
        "metrics": [
            keras.metrics.SparseTopKCategoricalAccuracy(k=2),
            keras.metrics.SparseCategoricalCrossentropy(name="entropy"),
        ],
        "class_weight": {0: 1, 1: 2.5, 2: 1},
        "early_stopping": 2,
    }


def test_all_of_them_resume_and_load_to_the_same_bits(tmp_path):
    whole = trained(epochs=4, **everything())
    assert {"entropy", "val_entropy", "sparse_top_k_categorical_accuracy"} <= set(whole.history)
    cut = trained(epochs=4, out=tmp_path / "run", progress=Middle(3), **everything())
    assert cut.status == "interrupted"
    again = kd.resume_run(tmp_path / "run", data=images(), progress=False)
    assert again.digests == whole.digests
    loaded = kd.load_run(tmp_path / "run")
    assert loaded.history.equals(whole.history)
    assert loaded.experiment == whole.experiment
    assert loaded.experiment.class_weight == (1, 2.5, 1)
    # That class weights weigh is tried below; here, that the loss and the optimizer are these.
    other = trained(epochs=4, **everything() | {"loss": None})
    assert other.digests["weights"] != whole.digests["weights"]
    for run in (whole, again, loaded):
        used = run.model.optimizer
        assert (type(used), used.beta_1) == (keras.optimizers.Nadam, 0.8)
        assert used._learning_rate.get_config()["decay_steps"] == 5
        assert float(used.learning_rate) < 0.02
    text = Path(kd.render_report(loaded, tmp_path / "page.html")).read_text("utf-8")
    assert "Nadam(beta_1 = 0.8)" in text
    assert "class_name" not in text
    _, call = changes(loaded)
    names = {"loss", "metrics", "optimizer", "model"}
    assert {name for name, value in call.items() if isinstance(value, Variable)} == names | {
        "data"
    }
    assert not {"learning_rate", "schedule"} & set(call)  # the optimizer brings them
    given = everything() | {"model": network(), "data": images()}
    as_told = {name: given.get(name, value) for name, value in call.items()}
    again = kd.run_experiment("images", progress=False, **as_told)
    assert again.digests == whole.digests


def test_class_weights_weigh_as_in_plain_keras():
    weights = (1.0, 4.0, 0.0)
    ours = trained(epochs=1, class_weight=weights)
    model = kd.build_model(ours.experiment)
    dataset = ours.dataset
    model.compile("adam", "sparse_categorical_crossentropy")
    order = np.random.default_rng([0, 0]).permutation(len(dataset.x_train))
    x, y = dataset.preprocessing.to_network(dataset.x_train)[order], dataset.y_train[order]
    model.fit(
        x,
        y,
        batch_size=4,
        shuffle=False,
        verbose=0,
        class_weight=dict(enumerate(weights)),
    )
    for mine, theirs in zip(ours.model.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-6)


NADAM = {"class_name": "Nadam", "module": "keras.optimizers"}
WRONG = [
    ({"loss": "mse"}, ArgumentType, "loss: must be a Keras loss"),
    ({"loss": keras.optimizers.Adam}, ArgumentType, "got the class Adam"),
    (
        {"loss": lambda: keras.losses.CategoricalCrossentropy()},
        ArgumentType,
        "Use SparseCategoricalCrossentropy, which reads class codes.",
    ),
    (
        {"loss": lambda: keras.losses.MeanSquaredError()},
        ArgumentType,
        "Error with MeanSquaredError().",
    ),
    (
        {"metrics": lambda: [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]},
        ArgumentType,
        "names that are not taken; got 'accuracy'",
    ),
    (
        {"metrics": lambda: [keras.metrics.SparseCategoricalAccuracy()] * 2},
        ArgumentType,
        "names that differ",
    ),
    ({"metrics": ["auc"]}, ArgumentType, "metrics: must be a Keras metric"),
    ({"class_weight": (1, 2)}, ArgumentType, "one weight a class (10); got 2."),
    ({"class_weight": (0,) * 10}, ArgumentRange, "must have a weight above 0"),
    ({"class_weight": {"cat": 1, "dog": 2}}, ArgumentType, "got the name 'cat'."),
    ({"class_weight": {1: 1}}, ArgumentType, "every class by its code, from 0; got codes [1]"),
    *(
        ({"metrics": make}, ArgumentType, f"from {name}(")
        for name, make in {
            "CategoricalAccuracy": lambda: [keras.metrics.CategoricalAccuracy()],
            "F1Score": lambda: [keras.metrics.F1Score()],
            "AUC": lambda: [keras.metrics.AUC()],
        }.items()
    ),
    ({"loss": lambda: keras.losses.Poisson()}, ArgumentType, "Error with Poisson()."),
    (
        {
            "optimizer": {
                "class_name": "Nadam",
                "module": "keras.optimizers",
                "config": {"learning_rate": "x"},
            }
        },
        ArgumentType,
        "learning_rate: must be",
    ),
    ({"optimizer": "lion"}, UnknownName, "optimizer: "),
    ({"optimizer": lambda: keras.losses.Huber()}, ArgumentType, "must be a Keras optimizer"),
]


@pytest.mark.parametrize(("settings", "kind", "part"), WRONG)
def test_other_objects_are_refused_when_they_are_described(settings, kind, part):
    made = {
        k: v() if getattr(v, "__name__", "") == "<lambda>" else v for k, v in settings.items()
    }
    with pytest.raises(kind) as refused:
        kd.experiment("mnist-dense", **made)
    assert part in str(refused.value)


# Callbacks ------------------------------------------------------------------------------------


class Counting(keras.callbacks.Callback):
    """Count steps, and end the training after an epoch."""

    def __init__(self, last=None):
        super().__init__()
        self.steps, self.last = 0, last

    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1

    def on_epoch_end(self, epoch, logs=None):
        if epoch + 1 == self.last:
            self.model.stop_training = True


def plateau():
    return keras.callbacks.ReduceLROnPlateau(monitor="loss", patience=1, min_delta=10)


def test_a_callback_goes_on_from_where_it_was(tmp_path):
    whole = trained(epochs=6, callbacks=[plateau(), Counting()])
    assert whole.history["learning_rate"].nunique() > 2
    assert whole.provenance["callbacks"] == ["ReduceLROnPlateau", "Counting"]
    for epoch in (2, 3):
        folder = tmp_path / str(epoch)
        begun = [plateau(), Counting()]
        cut = trained(epochs=6, out=folder, progress=Middle(epoch), callbacks=begun)
        with pytest.raises(RunFolderError) as refused:
            kd.resume_run(folder, data=images(), progress=False)
        assert str(refused.value).startswith(
            "callbacks: must be those that the training began with, ReduceLROnPlateau, Counting; "
            "got none."
        )
        counting = Counting()
        again = kd.resume_run(
            folder, data=images(), progress=False, callbacks=[plateau(), counting]
        )
        assert again.digests == whole.digests, cut.status
        assert counting.steps == 6 * 11  # eleven steps in each of six epochs
    text = Path(kd.render_report(again, tmp_path / "page.html")).read_text("utf-8")
    assert "ReduceLROnPlateau, Counting" in text


class Hidden(keras.callbacks.Callback):
    """Keep a list, and counts whose names begin with an underscore."""

    def __init__(self):
        super().__init__()
        self._seen, self.losses = 0, []

    def on_epoch_end(self, epoch, logs=None):
        self._seen += 1
        self.losses.append(logs["loss"])
        if len(self.losses) == 3:
            self.model.optimizer.learning_rate = 0.5


class Halving(keras.callbacks.Callback):
    """Begin with a rate of its own, and halve it."""

    def on_train_begin(self, logs=None):
        self.model.optimizer.learning_rate = 0.2

    def on_epoch_end(self, epoch, logs=None):
        self.model.optimizer.learning_rate = self.model.optimizer.learning_rate / 2


def test_what_a_callback_sets_at_the_start_is_not_set_again(tmp_path):
    whole = trained(callbacks=Halving())
    trained(out=tmp_path / "run", progress=Middle(3), callbacks=Halving())
    again = kd.resume_run(tmp_path / "run", data=images(), progress=False, callbacks=Halving())
    assert again.digests == whole.digests


def test_lists_and_hidden_counts_go_on_and_a_log_is_continued(tmp_path):
    def made(log):
        return [Hidden(), keras.callbacks.CSVLogger(str(tmp_path / log))]

    whole = trained(epochs=4, callbacks=made("whole.csv"))
    trained(epochs=4, out=tmp_path / "run", progress=Middle(3), callbacks=made("cut.csv"))
    again = kd.resume_run(
        tmp_path / "run", data=images(), progress=False, callbacks=made("cut.csv")
    )
    assert again.digests == whole.digests
    assert (tmp_path / "cut.csv").read_text() == (tmp_path / "whole.csv").read_text()


def test_other_arguments_of_a_callback_are_refused_on_resume(tmp_path):
    trained(epochs=4, out=tmp_path / "run", progress=Middle(3), callbacks=plateau())
    other = keras.callbacks.ReduceLROnPlateau(monitor="accuracy", patience=1, min_delta=10)
    with pytest.raises(RunFolderError) as refused:
        kd.resume_run(tmp_path / "run", data=images(), callbacks=other)
    assert "ReduceLROnPlateau with monitor = 'loss'; got 'accuracy'." in str(refused.value)
    schedule = {"schedule": "cosine", "callbacks": plateau()}
    with pytest.raises(ArgumentType, match="excludes ReduceLROnPlateau with a schedule"):
        trained(**schedule)


def test_a_callback_may_end_the_training(tmp_path):
    run = trained(epochs=6, out=tmp_path / "run", callbacks=Counting(2))
    assert (run.status, len(run.history)) == ("finished", 2)
    assert kd.load_run(tmp_path / "run").status == "finished"
    assert kd.resume_run(tmp_path / "run").digests == run.digests


def test_a_callback_changes_no_bit_by_being_there(run):
    assert trained(callbacks=[Counting()]).digests == run.digests


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (
            3,
            "callbacks: must be Keras callbacks, such as [keras.callbacks.ReduceLROnPlateau()]; "
            "got 3.",
        ),
        (
            [keras.callbacks.EarlyStopping()],
            "callbacks: excludes EarlyStopping. Set early_stopping, which keeps the best weights "
            "and resumes.",
        ),
    ],
)
def test_what_is_no_callback_is_refused(given, text, tmp_path):
    for call in (
        lambda: trained(out=tmp_path / "run", callbacks=given),
        lambda: kd.resume_run(tmp_path / "run", callbacks=given),
    ):
        with pytest.raises(ArgumentType) as refused:
            call()
        assert str(refused.value) == text
    assert not list(tmp_path.iterdir())


FRESH = """
import json, sys
import kerasduet as kd
kd.use_backend(sys.argv[1], device="cpu")
run = kd.load_run(sys.argv[2])
print(json.dumps([run.provenance["backend"], run.digests["weights"], run.predict(run.experiment
    and __import__("numpy").zeros((1, 4, 4), "uint8")).tolist()]))
"""


def test_a_fresh_process_loads_it_on_another_backend(run, tmp_path):
    backend = "jax"
    pytest.importorskip(backend)
    folder = run.save(tmp_path / "run")
    printed = fresh(FRESH, backend, folder)
    _, weights, prediction = json.loads(printed[-1])
    assert weights == run.digests["weights"]
    assert prediction == run.predict(np.zeros((1, 4, 4), np.uint8)).tolist()


def test_of_a_long_network_the_first_layers_are_told():
    kinds = brief(kd.experiment("images", model=kd.models.lenet5()).architecture).split(", ")
    assert len(kinds) == 12
    assert kinds[0] == "Conv2D" and kinds[-1] == "28 more layers"


def test_keras_starts_as_asked_for_before_a_function_imports_it(monkeypatch):
    from kerasduet import environment

    calls = []
    monkeypatch.setattr(environment, "start_backend", lambda: calls.append("start"))

    def network(*, lookback, n_features, horizon, seed):
        calls.append("network")
        return linear(lookback=lookback, n_features=n_features, horizon=horizon, seed=seed)

    kd.experiment("lstm-co2", **LINEAR | {"model": network})
    assert calls == ["start", "network"]

    def other(*, lookback, depth):
        raise AssertionError

    calls.clear()
    with pytest.raises(ArgumentType, match=r"got other\(\) with depth"):
        kd.experiment("lstm-co2", **LINEAR | {"model": other})
    assert calls == []
