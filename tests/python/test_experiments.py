"""Experiments: presets, changes, JSON, and fields that depend on each other."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import re
from importlib import resources

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kerasduet as kd
from kerasduet.errors import (
    ArgumentRange,
    ArgumentType,
    HorizonError,
    KerasduetError,
    ShapeError,
    UnknownName,
)
from kerasduet.experiments import Experiment, experiment
from kerasduet.settings.sections import plain

NAMES = kd.presets()["name"].tolist()
EARLY = {"early_stopping": st.none() | st.integers(1, 50)}
many_cases = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def test_presets_are_those_of_the_issue():
    table = kd.presets()
    assert {"mnist-cnn", "mnist-dnn", "lstm-co2", "mnist-dense", "mnist-cnn-sgd"} <= set(NAMES)
    assert {"price-rnn", "price-lstm", "price-gru"} <= set(NAMES)
    assert table.columns.tolist() == [
        "name",
        "task",
        "dataset",
        "builder",
        "epochs",
        "description",
    ]
    assert sorted(NAMES) == NAMES
    assert table["description"].str.len().min() > 10


@pytest.mark.parametrize("name", NAMES)
def test_preset_file_holds_known_keys_and_round_trips(name):
    file = resources.files("kerasduet") / "presets" / f"{name}.json"
    written = json.loads(file.read_text("utf-8"))
    made = kd.experiment(name)
    assert made.name == name
    assert made == Experiment.from_json(made.to_json())
    whole = made.to_dict()
    for section in ("data", "network", "training"):
        assert written.pop(section).items() <= whole[section].items()
    assert written.items() <= whole.items()


@many_cases
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "epochs": st.integers(1, 10**6),
            "batch_size": st.integers(1, 10**6),
            "seed": st.integers(0, 2**32 - 1),
            "learning_rate": st.floats(1e-12, 1e3),
            "weight_decay": st.floats(0, 1),
            "validation_split": st.floats(0.001, 0.999),
            "units": st.lists(st.integers(1, 2048), min_size=1, max_size=4),
            "dropout": st.floats(0, 0.99),
            "l2": st.floats(0, 1),
            "activation": st.sampled_from(["relu", "tanh", "gelu"]),
            "description": st.text(max_size=30),
            **EARLY,
        },
    )
)
def test_any_valid_change_goes_to_json_and_back(changes):
    changes.setdefault("dropout", 0.1)
    made = kd.experiment("mnist-dnn", **changes)
    again = Experiment.from_json(made.to_json())
    assert again == made
    assert again.to_json() == made.to_json()
    for name, value in changes.items():
        assert plain(made.flat())[name] == ([value] if name == "dropout" else value)


def test_an_experiment_cannot_be_changed():
    made = kd.experiment("mnist-dnn")
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.epochs = 3
    with pytest.raises(TypeError):
        made.model["units"] = (1,)


def test_changes_leave_the_first_one_as_it_was():
    first = kd.experiment("mnist-dnn")
    changed = kd.experiment(first, epochs=2, units=[32, 16])
    assert (changed.epochs, changed.model["units"]) == (2, (32, 16))
    assert changed.model["dropout"] == first.model["dropout"]
    assert first == kd.experiment("mnist-dnn")


def test_one_dropout_rate_counts_for_every_layer():
    assert kd.experiment("mnist-dnn", dropout=0.1).model["dropout"] == (0.1,)
    with pytest.raises(ArgumentType) as raised:
        kd.experiment("mnist-dnn", dropout=[0.1, 0.2, 0.3])
    assert str(raised.value) == (
        "dropout: must have one value, or one a layer (2); got [0.1, 0.2, 0.3]."
    )


def test_a_value_of_the_preset_that_does_not_fit_is_told_apart_from_one_given():
    told = (
        "dropout: must have one value, or one a layer (1); got [0.4, 0.3]. Set dropout too, such "
        "as dropout = 0.4."
    )
    first = kd.experiment("mnist-dnn")
    for call in (
        lambda: kd.experiment("mnist-dnn", units=64),
        lambda: kd.experiment("mnist-dnn", model={"units": 64}),
        lambda: first.replace(units=64),
        lambda: kd.experiment("mnist-cnn", builder="dnn", units=64),
        lambda: kd.models.dnn(units=(64,)),
    ):
        with pytest.raises(ArgumentType) as raised:
            call()
        assert str(raised.value) == told
    assert first.replace(units=64, dropout=0.4).model["units"] == (64,)


def test_whole_numbers_written_as_floats_are_kept_as_whole_numbers():
    made = kd.experiment("mnist-dense", epochs=2.0, seed=7.0, units=[32.0])
    assert made.to_json() == kd.experiment("mnist-dense", epochs=2, seed=7, units=32).to_json()
    assert '"epochs": 2,' in made.to_json()


def test_nothing_is_none_of_several():
    made = kd.experiment("lstm-co2", features=None, calendar=None, metrics=None)
    assert made == kd.experiment("lstm-co2")
    with pytest.raises(
        ArgumentType, match=r"^units: must be a whole number, at least 1; got n"
    ):
        kd.experiment("mnist-dnn", units=None)


def test_another_builder_starts_from_its_own_arguments():
    made = kd.experiment("mnist-dnn", builder="cnn", epochs=1)
    assert made.model["filters"] == (32,)
    assert "l1" not in made.model


def test_arguments_of_the_builder_may_come_as_a_mapping():
    made = kd.experiment("mnist-dnn", model={"units": [16], "dropout": 0})
    assert made.model["units"] == (16,)
    with pytest.raises(
        ArgumentType, match=r"^model: must be a Keras model, such as .*; got 3\.$"
    ):
        kd.experiment("mnist-dnn", model=3)


@pytest.mark.parametrize(
    ("settings", "error", "text"),
    [
        (
            {"momentum": 0.9},
            ArgumentRange,
            "momentum: only sgd and rmsprop have it; got 0.9 with adam. "
            'Set optimizer = "sgd", or momentum = 0.',
        ),
        (
            {"clip_norm": 1, "clip_value": 0.5},
            ArgumentRange,
            "clip_norm: excludes clip_value; got 1 and 0.5. Set one of them.",
        ),
        (
            {"early_stopping": 3, "validation_split": 0},
            ArgumentRange,
            "early_stopping: needs validation rows; got validation_split 0. "
            "Set validation_split = 0.2, say.",
        ),
        (
            {"builder": "recurrent"},
            ArgumentType,
            "builder: recurrent does not fit the dataset mnist; got 'recurrent'. "
            "Use one for classification.",
        ),
        (
            {"filters": [8, 8, 8, 8]},
            ShapeError,
            "input_shape: must leave at least one pixel after 4 blocks; got [28, 28, 1], used "
            "up in block 4. Use fewer filters entries, a smaller kernel_size or a smaller "
            "pool_size.",
        ),
        (
            {"dataset": "mnist-subset", "path": "mnist.npz"},
            ArgumentType,
            "path: the dataset mnist-subset is not read from a file; got 'mnist.npz'. "
            'Set dataset = "mnist".',
        ),
    ],
)
def test_settings_that_do_not_go_together(settings, error, text):
    with pytest.raises(error) as raised:
        kd.experiment("mnist-cnn", **settings)
    assert type(raised.value) is error
    assert str(raised.value) == text


def test_settings_that_do_go_together():
    assert kd.experiment("mnist-cnn", momentum=0.9, optimizer="rmsprop").momentum == 0.9
    assert kd.experiment("mnist-cnn", filters=[8, 8, 8]).model["filters"] == (8, 8, 8)
    assert kd.experiment("mnist-dnn", seed=2**32 - 1).seed == 2**32 - 1
    assert kd.experiment("mnist-dnn", seed=0).seed == 0


def test_unknown_preset_lists_all_when_none_is_near():
    with pytest.raises(UnknownName) as raised:
        kd.experiment("zzzz")
    assert str(raised.value) == f"preset: no preset 'zzzz'. Known: {', '.join(NAMES)}."
    with pytest.raises(UnknownName, match=r"Did you mean .*table-classes or .*table-numbers"):
        kd.experiment("table")
    with pytest.raises(ArgumentType, match=r"^preset: must be the name of a preset; got 3\.$"):
        kd.experiment(3)


def test_an_experiment_of_ones_own_needs_only_three_fields():
    made = Experiment(name="mine", dataset="mnist", builder="dnn")
    assert made.description == ""
    assert made == Experiment.from_json(made.to_json())
    with pytest.raises(ArgumentType, match=r"^builder: must be given; got nothing\.$"):
        Experiment.from_dict({"name": "mine", "dataset": "mnist"})
    with pytest.raises(UnknownName, match=r"^epoch: an experiment has no such setting\. Did"):
        Experiment.from_dict(made.to_dict() | {"epoch": 3})


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{", "text: must be JSON as to_json() writes it; got '{'."),
        ("[" * 100_000, None),
        ('{"epochs": 1' + "0" * 5000 + "}", None),
        (None, "text: must be JSON as to_json() writes it; got nothing."),
        ("[]", "experiment: must be named settings; got []."),
        ("null", "experiment: must be named settings; got nothing."),
        ('{"name": "a", "name": "b"}', "name: must be given once; got it 2 times."),
        ('{"model": {"l1": 0, "l1": 0, "l1": 1}}', "l1: must be given once; got it 3 times."),
    ],
)
def test_text_that_is_no_experiment_is_refused(text, error):
    with pytest.raises(ArgumentType) as raised:
        Experiment.from_json(text)
    found = str(raised.value)
    assert found == error or (error is None and found.startswith("text: must be JSON"))
    assert len(found) < 200


def test_names_that_are_no_text_are_unknown():
    with pytest.raises(UnknownName, match=r"^3: an experiment has no such setting\."):
        Experiment.from_dict({3: 4})
    with pytest.raises(UnknownName, match=r"^3: the builder dnn has no such setting\."):
        kd.experiment("mnist-dnn", model={3: 4})


def test_equal_experiments_are_one_key_of_a_dictionary():
    made = kd.experiment("mnist-dnn")
    runs = {made: "first", kd.experiment("mnist-dnn", units=8, dropout=0): "second"}
    assert runs[Experiment.from_json(made.to_json())] == "first"
    assert len(runs) == 2


def test_numbers_of_numpy_are_numbers():
    made = kd.experiment(
        "mnist-dnn",
        epochs=np.int64(2),
        seed=np.array(7),
        learning_rate=np.float32(0.5),
        units=np.array([32, 16]),
        dropout=[np.float64(0.5)],
        optimizer=np.str_("sgd"),
    )
    same = kd.experiment(
        "mnist-dnn",
        epochs=2,
        seed=7,
        learning_rate=0.5,
        units=[32, 16],
        dropout=0.5,
        optimizer="sgd",
    )
    assert made == same
    assert made.to_json() == same.to_json()
    assert type(made.optimizer) is str


@pytest.mark.parametrize(
    ("settings", "error", "text"),
    [
        (
            {"units": 10**9},
            ArgumentRange,
            "units: must be a whole number, at most 1000000; got ",
        ),
        ({"batch_size": 1e12}, ArgumentRange, "batch_size: must be a whole number, at most 21"),
        (
            {"epochs": 10**12},
            ArgumentRange,
            "epochs: must be a whole number, at most 2147483647",
        ),
        (
            {"preset": "lstm-co2", "lookback": 10**12},
            ArgumentRange,
            "lookback: must be a whole number, at most 21474",
        ),
        (
            {"preset": "lstm-co2", "horizon": 10**9},
            HorizonError,
            "horizon: must be a whole number, at most 1000000;",
        ),
        (
            {"classes": 10**9},
            ArgumentRange,
            "classes: must be a whole number, at most 1000000;",
        ),
    ],
)
def test_sizes_beyond_any_machine_are_refused(settings, error, text):
    with pytest.raises(error) as raised:
        kd.experiment(**{"preset": "mnist-dnn"} | settings)
    assert type(raised.value) is error
    assert str(raised.value).startswith(text)


def test_a_number_of_thousands_of_digits_is_refused_like_any_other():
    with pytest.raises(ArgumentRange) as raised:
        kd.experiment("mnist-dnn", epochs=10**5000)
    assert str(raised.value) == (
        "epochs: must be a whole number, at most 2147483647; got thousands of digits."
    )
    with pytest.raises(ArgumentRange):
        kd.experiment("mnist-dnn", learning_rate=-(10**5000))


@pytest.mark.parametrize(
    "value",
    [
        len, int, np.ndarray, object(), b"3", bytearray(b"3"), 3 + 0j, {1}, np.zeros((2, 2)),
        np.datetime64("2020-01-01"), float("nan"), [[]],
    ],
)  # fmt: skip
def test_a_value_of_any_other_kind_is_refused_in_one_sentence(value):
    made = kd.experiment("mnist-cnn")
    for name in {*made.face(), *made.model}:
        with pytest.raises(KerasduetError) as raised:
            kd.experiment(made, **{name: value})
        assert str(raised.value).startswith(f"{name}: ")
        assert " at 0x" not in str(raised.value)
        assert len(str(raised.value)) < 300


def test_every_field_is_checked():
    # A value that no rule accepts must be refused in every single field.
    made = kd.experiment("lstm-co2").to_dict()
    for name in made:
        with pytest.raises(KerasduetError):
            Experiment.from_dict(made | {name: object()})
    for name in kd.experiment("lstm-co2").model:
        with pytest.raises(KerasduetError):
            kd.experiment("lstm-co2", **{name: object()})


def test_arguments_of_the_builder_include_those_of_the_data_and_the_seed():
    arguments = kd.experiment("price-gru", seed=5, horizon=2).builder_arguments()
    assert arguments["n_features"] == 5
    assert (arguments["lookback"], arguments["horizon"], arguments["seed"]) == (30, 2, 5)
    assert "lookback" not in kd.experiment("mnist-cnn").builder_arguments()


def test_an_experiment_can_be_copied_and_sent_to_another_process():
    made = kd.experiment("mnist-dnn", seed=3)
    assert copy.deepcopy(made) == made
    assert pickle.loads(pickle.dumps(made)) == made


def test_a_builder_is_a_name_and_no_preset():
    with pytest.raises(ArgumentType, match=r"^builder: must be a name, .*; got a function\."):
        kd.experiment("images", builder=kd.models.alexnet)
    with pytest.raises(UnknownName, match=r"^preset: no preset 'alexnet'\. It is a builder: "):
        kd.experiment("alexnet")


def test_its_text_is_the_call_that_makes_it():
    import kerasduet as kd

    for made, text in (
        (kd.experiment("mnist-cnn"), "experiment('mnist-cnn')"),
        (
            kd.experiment("mnist-cnn", epochs=2, filters=8),
            "experiment('mnist-cnn', filters=(8,), epochs=2)",
        ),
        (
            kd.experiment("lstm-co2", builder="recurrent", seed=3),
            "experiment('lstm-co2', seed=3)",
        ),
    ):
        assert repr(made) == text
        assert eval(f"kd.{text}") == made
    own = repr(Experiment(name="mine", dataset="mnist", builder="dnn"))
    assert own.startswith("Experiment(name='mine', description='', dataset='mnist'")


def test_it_is_copied_and_sent_like_any_value():
    import copy
    import dataclasses
    import pickle

    import kerasduet as kd

    made = kd.experiment("mnist-cnn", filters=8)
    for other in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert other == made and other.model == made.model
    assert dataclasses.asdict(made)["network"]["arguments"]["filters"] == (8,)
    for change in (
        lambda: made.model.update(filters=3),
        lambda: made.model.__setitem__("filters", 3),
        lambda: made.model.pop("filters"),
    ):
        with pytest.raises(TypeError, match="read-only"):
            change()
    assert made.filters == (8,)


def test_an_experiment_comes_back_from_its_parts():
    chosen = experiment("mnist-dnn", epochs=3, units=8, dropout=0.1, seed=2)
    assert Experiment.from_dict(dataclasses.asdict(chosen)) == chosen
    assert dataclasses.replace(chosen, seed=3) == chosen.replace(seed=3)


WORDS = {
    "mnist-dnn": {
        "learning_rate": "lr eta0 learning_rate_init",
        "epochs": "n_epochs num_epochs max_epochs max_iter",
        "batch_size": "batch bs mini_batch",
        "seed": "random_state random_seed seeds rng",
        "validation_split": "val_split valid_split validation_fraction val_size",
        "early_stopping": "patience early_stop n_iter_no_change",
        "optimizer": "optim solver",
        "loss": "loss_fn criterion objective",
        "metrics": "metric scoring",
        "units": "hidden_units hidden_layer_sizes neurons",
        "dropout": "dropout_rate drop_rate",
        "l2": "kernel_regularizer",
        "progress": "verbose verbosity quiet",
        "callbacks": "callback tensorboard monitor",
        "use_backend": "gpu device",
        "out": "save_dir checkpoint",
        "data": "X_train y_train x y",
        "tune()": "n_jobs n_trials",
        "cross_validate()": "cv k n_splits",
        "run_many()": "seeds",
    },
    "lstm-co2": {
        "lookback": "window seq_len input_chunk_length lags",
        "horizon": "h n_ahead prediction_length",
        "season": "period seasonal_periods",
        "frequency": "freq",
        "scaling": "normalize scaler",
        "kind": "cell rnn_type",
        "id": "unique_id",
    },
}


@pytest.mark.parametrize("name", WORDS)
def test_words_of_other_packages_are_answered(name):
    for wanted, words in WORDS[name].items():
        for word in words.split():
            with pytest.raises(UnknownName, match=re.escape(wanted)) as caught:
                experiment(name, **{word: 1})
            assert "Known" not in str(caught.value)
            assert "Did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    ("preset", "settings", "fix"),
    [
        ("mnist-cnn", {"hidden": 1}, "It is called dense_units here."),
        ("mnist-dnn", {"overwrit": True}, "The argument overwrite is one of run_experiment()."),
        ("mnist-dnn", {"progres": True}, "The argument progress is one of run_experiment()."),
        ("mnist-dnn", {"weights": 1}, "tasks table-classification and table-regression."),
        (
            "mnist-dnn",
            {"seq_len": 1},
            "It is called lookback, a setting of the task forecasting.",
        ),
        ("mnist-dnn", {"normalize": 1}, "called scaling, a setting of the task forecasting."),
        (
            "mnist-dnn",
            {"monitor": 1},
            "give that as the argument callbacks of run_experiment().",
        ),
        (
            "mnist-dnn",
            {"class_weight": {}},
            "class_weight: must have at least one value; got {}.",
        ),
    ],
)
def test_exact_names_go_before_near_ones(preset, settings, fix):
    with pytest.raises(KerasduetError) as caught:
        experiment(preset, **settings)
    assert str(caught.value).endswith(fix)


@pytest.mark.parametrize(
    ("settings", "fix"),
    [
        ({"optimizer": "SGD"}, "Did you mean sgd?"),
        ({"optimizer": "lion"}, "Give keras.optimizers.Lion()."),
        (
            {"loss": "sparse_categorical_crossentropy"},
            "losses.SparseCategoricalCrossentropy().",
        ),
        ({"loss": "categorical_crossentropy"}, "losses.SparseCategoricalCrossentropy()."),
        ({"loss": "mse"}, "got 'mse'. Leave it out for the task's own."),
        ({"loss": "huber"}, "got 'huber'. Leave it out for the task's own."),
        ({"metrics": ["f1"]}, "Give keras.metrics.F1Score()."),
        ({"schedule": "exponential"}, "Give keras.optimizers.schedules.ExponentialDecay()."),
        ({"early_stopping": True}, "It is how many epochs to wait, such as 5."),
    ],
)
def test_options_of_other_packages_are_answered(settings, fix):
    with pytest.raises(KerasduetError) as caught:
        experiment("mnist-dnn", **settings)
    assert str(caught.value).endswith(fix)


@pytest.mark.parametrize(
    ("preset", "loss", "offered"),
    [
        ("lstm-co2", "mse", "MeanSquaredError"),
        ("lstm-co2", "huber", "Huber"),
        ("lstm-co2", "crossentropy", None),
        ("sentiment", "categorical_crossentropy", "BinaryCrossentropy"),
        ("sentiment", "cosine_similarity", None),
        ("table-classes", "cce", "SparseCategoricalCrossentropy"),
        ("table-classes", "mae", None),
    ],
)
def test_a_loss_is_offered_only_where_it_is_taken(preset, loss, offered):
    with pytest.raises(ArgumentType) as caught:
        experiment(preset, loss=loss)
    fix = f"Give keras.losses.{offered}()." if offered else "Leave it out for the task's own."
    assert str(caught.value) == f"loss: must be a Keras loss; got {loss!r}. {fix}"
    if offered:
        import keras

        assert offered in experiment(preset, loss=getattr(keras.losses, offered)()).loss
