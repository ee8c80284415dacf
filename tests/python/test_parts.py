"""Trees of inputs and targets, weights of rows, and rows that stay elsewhere until asked for."""

import numpy as np
import pytest
from test_conformance import CONTRACT, imported
from test_training import Stop

import kerasduet as kd
from kerasduet.augment import Augmentation
from kerasduet.data.part import Part, digest_rows, joined, leaves, taken
from kerasduet.errors import ArgumentType, LengthMismatch
from kerasduet.registry import TASKS
from kerasduet.training import compile_model, weights_digest

BATCH = 16


@pytest.fixture
def stranger():
    with imported(CONTRACT, "strange_pairs") as module:
        yield module


def experiment(**changes):
    settings = {
        "dataset": "two-inputs",
        "builder": "two_heads",
        "epochs": 3,
        "batch_size": BATCH,
    }
    return kd.experiment("mnist-dense", **settings | changes)


def trained(stranger, progress=False, **settings):
    return kd.run_experiment(
        experiment(), data=stranger.example(), progress=progress, **settings
    )


def test_two_inputs_and_two_heads_train_to_the_same_bits_and_resume(stranger, tmp_path):
    whole = trained(stranger)
    assert whole.provenance["sizes"] == {"train": 140, "validation": 30, "test": 30}
    assert {"loss", "sum_loss", "sign_loss", "val_loss"} <= set(whole.history)
    assert trained(stranger).digests == whole.digests
    cut = trained(stranger, Stop("epoch", 1), out=tmp_path / "run")
    assert cut.status == "interrupted"
    data = stranger.example()
    resumed = kd.resume_run(tmp_path / "run", data=data, progress=False)
    assert resumed.digests == whole.digests
    outputs = whole.predict(whole.dataset.test.inputs)
    assert {name: head.shape for name, head in outputs.items()} == {
        "sum": (30, 1),
        "sign": (30, 1),
    }
    loaded = kd.load_run(tmp_path / "run")
    found = loaded.predict(whole.dataset.test.inputs)
    assert all(np.array_equal(found[name], outputs[name]) for name in outputs)


def test_weights_of_classes_beside_those_of_rows_are_refused(stranger, monkeypatch, tmp_path):
    task = type(TASKS["pairs"])
    monkeypatch.setattr(task, "class_weights", lambda self, experiment: {0: 1.0, 1: 2.0})
    with pytest.raises(ArgumentType, match="class_weight: excludes weights of rows"):
        trained(stranger, out=tmp_path / "run")
    assert not list(tmp_path.iterdir())


def test_streamed_rows_are_never_asked_for_more_than_a_batch_at_once(stranger):
    run = trained(stranger)
    assert run.dataset.train.inputs["many"].most == BATCH
    assert run.dataset.validation.inputs["many"].most == 30


def test_weights_of_rows_count_as_in_plain_keras(stranger):
    chosen = experiment(epochs=2)
    data = kd.load_data(chosen, stranger.example())
    run = kd.run_experiment(chosen, data=data, progress=False)
    model = compile_model(kd.build_model(run.experiment), run.experiment, rows=len(data.train))
    for epoch in range(2):
        order = np.random.default_rng([chosen.seed, epoch]).permutation(len(data.train))
        inputs, targets, weights = data.train.take(order)
        inputs = data.preprocessing.to_network(inputs)
        model.fit(
            inputs, targets, sample_weight=weights, batch_size=BATCH, shuffle=False, verbose=0
        )
    assert weights_digest(model) == run.digests["weights"]


def test_rows_that_are_not_in_memory_have_the_digest_of_those_that_are(stranger):
    rows = np.random.default_rng(2).normal(size=(1300, 3)).astype(np.float32)
    streamed = stranger.Streamed(rows)
    assert digest_rows(streamed) == digest_rows(rows)
    assert streamed.most == 512


def test_parts_are_taken_and_joined_leaf_by_leaf():
    tree = {"a": np.arange(4), "b": (np.arange(8).reshape(4, 2), None)}
    some = taken(tree, np.array([3, 0]))
    assert some["a"].tolist() == [3, 0] and some["b"][0].tolist() == [[6, 7], [0, 1]]
    again = joined([taken(tree, slice(0, 3)), taken(tree, slice(3, 4))])
    assert all(map(np.array_equal, leaves(again), leaves(tree)))


def test_leaves_of_other_lengths_are_refused():
    with pytest.raises(LengthMismatch, match=r"have as many rows; got 3, 3, 2\."):
        Part({"a": np.zeros(3), "b": np.zeros(3)}, np.zeros(2))


def test_only_the_images_of_a_tree_move():
    images, numbers = np.random.default_rng(0).uniform(size=(3, 4, 4, 1)), np.arange(6.0)
    numbers = numbers.reshape(3, 2)
    moved = Augmentation(shift=0.5)({"x": images, "n": numbers}, np.full((3, 6), 0.5))
    assert not np.array_equal(moved["x"], images)
    assert np.array_equal(moved["n"], numbers)
