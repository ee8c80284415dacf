"""Thirty habits of users of Keras, scikit-learn, darts and pandas: done, or answered."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import json
import pickle

import numpy as np
import pandas as pd
import pytest

import kerasduet as kd

ROWS = np.random.default_rng(1)
X = ROWS.integers(0, 255, (60, 6, 6)).astype("uint8")
Y = np.arange(60) % 3

# Those that are done: code of a run, and what has to be true of what it gives.
DONE = {
    "predict as Keras": (lambda run: run.predict(X[:2]), lambda got: got.shape == (2,)),
    "probabilities": (
        lambda run: run.predict(X[:2], kind="prob").sum(axis=1),
        lambda got: np.allclose(got, 1, atol=1e-5),
    ),
    "evaluate(x, y)": (lambda run: run.evaluate(X, Y), lambda got: 0 <= got["accuracy"] <= 1),
    "history as a frame": (
        lambda run: run.history["loss"].iloc[-1],
        lambda got: got == pytest.approx(1.1, abs=0.5),
    ),
    "history to the last row": (
        lambda run: run.history.tail(1)["epoch"].item(),
        lambda got: got == 2,
    ),
    "the network itself": (
        lambda run: run.model.predict(X[:1, :, :, None] / 255.0, verbose=0),
        lambda got: got.shape == (1, 3),
    ),
    "its parameters": (lambda run: run.model.count_params(), lambda got: got > 0),
    "metrics as a dict": (lambda run: dict(run.metrics), lambda got: "accuracy" in got),
    "metrics as a Series": (lambda run: pd.Series(run.metrics)["errors"], lambda got: got >= 0),
    "predictions as a frame": (
        lambda run: pd.crosstab(*(run.predictions()[name] for name in ("truth", "prediction"))),
        lambda got: got.to_numpy().sum() == 6,
    ),
    "asdict of settings": (
        lambda run: dataclasses.asdict(run.experiment)["name"],
        lambda got: got == "images",
    ),
    "deepcopy": (
        lambda run: copy.deepcopy(run.experiment) == run.experiment,
        lambda got: got,
    ),
    "pickle": (
        lambda run: pickle.loads(pickle.dumps(run.experiment)) == run.experiment,
        lambda got: got,
    ),
    "JSON": (
        lambda run: json.loads(json.dumps(run.experiment.to_dict())),
        lambda got: isinstance(got, dict),
    ),
    "another epoch count": (
        lambda run: run.experiment.replace(epochs=9).epochs,
        lambda got: got == 9,
    ),
    "settings by name": (lambda run: run.experiment.filters, lambda got: got == (2,)),
    "train and test pairs": (
        lambda run: kd.load_data(run.experiment, data=((X[:50], Y[:50]), (X[50:], Y[50:]))),
        lambda got: "10 test" in repr(got),
    ),
    "optimizer by name": (
        lambda run: kd.experiment("mnist-cnn", optimizer="adam").optimizer,
        lambda got: got == "adam",
    ),
    "presets as a frame": (
        lambda run: kd.presets().query("task == 'forecasting'"),
        lambda got: len(got) > 0,
    ),
    "axes of a figure": (
        lambda run: run.plot("confusion").axes[0].get_xlabel(),
        lambda got: got == "Predicted class",
    ),
}
# Those that are answered in one sentence, with what it has to say.
ANSWERED = {
    "predict_proba": (lambda run: run.predict_proba(X), 'predict(x, kind="prob")'),
    "score": (lambda run: run.score(X, Y), "evaluate(x, y)"),
    "fit": (lambda run: run.fit(X, Y), "kd.continue_run(run, epochs)"),
    "lr": (lambda run: kd.experiment("mnist-cnn", lr=0.1), "learning_rate"),
    "verbose": (lambda run: kd.experiment("mnist-cnn", verbose=0), "progress"),
    "random_state": (lambda run: kd.experiment("mnist-cnn", random_state=1), "seed"),
    "n_epochs": (lambda run: kd.experiment("mnist-cnn", n_epochs=3), "epochs"),
    "val_split": (lambda run: kd.experiment("mnist-cnn", val_split=0.1), "validation_split"),
    "Adam": (lambda run: kd.experiment("mnist-cnn", optimizer="Adam"), "adam"),
    "one image": (lambda run: run.predict(X[0]), "One image still needs the first axis"),
}


@pytest.fixture(scope="module")
def run():
    settings = {"epochs": 2, "filters": 2, "dense_units": 4}
    return kd.run_experiment("images", data=(X, Y), progress=False, **settings)


def test_thirty_are_tried():
    assert len(DONE) + len(ANSWERED) == 30


@pytest.mark.parametrize("habit", DONE)
def test_a_habit_is_done(run, habit):
    do, holds = DONE[habit]
    assert holds(do(run))


@pytest.mark.parametrize("habit", ANSWERED)
def test_a_habit_is_answered(run, habit):
    do, answer = ANSWERED[habit]
    with pytest.raises((AttributeError, kd.errors.KerasduetError)) as caught:
        do(run)
    assert answer in str(caught.value)
    assert len(str(caught.value)) <= 300 and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (
            lambda: kd.load_data("table-classes", path="x.csv", target="y"),
            "path: load_data() has no such argument. It is a setting: give "
            "experiment(preset, path = 'x.csv').",
        ),
        (
            lambda: kd.cross_validate("table-classes", path="x.csv"),
            "path: cross_validate() has no such argument. It is a setting: give "
            "experiment(preset, path = 'x.csv').",
        ),
        (
            lambda: kd.run_many(["table-classes"], path="x.csv"),
            "path: run_many() has no such argument. It is a setting: give "
            "experiment(preset, path = 'x.csv').",
        ),
        (
            lambda: kd.build_model("mnist-cnn", epochs=3),
            "epochs: build_model() has no such argument. It is a setting: give "
            "experiment(preset, epochs = 3).",
        ),
        (
            lambda: kd.load_run(path="x"),
            "path: load_run() has no such argument. It is called folder here.",
        ),
        (lambda: kd.load_run(), "folder: must be given."),
        (
            lambda: kd.load_data("mnist-cnn", None, 3),
            "arguments: must be experiment, data of load_data(); got one more, 3. Leave it out.",
        ),
        (
            lambda: kd.presets(3),
            "arguments: must be none of presets(); got one more, 3. Leave it out.",
        ),
    ],
)
def test_every_verb_answers_an_argument_that_it_does_not_have(call, answer):
    with pytest.raises(kd.errors.KerasduetError) as caught:
        call()
    assert str(caught.value) == answer


def test_every_public_function_answers_for_its_arguments():
    raw = []
    for name in kd.__all__:
        function = getattr(kd, name)
        if inspect.isfunction(function):
            try:
                function(no_such_argument_at_all=1)
            except kd.errors.KerasduetError:
                continue
            except TypeError:
                raw.append(name)
    assert raw == []


def test_a_builder_answers_an_argument_that_it_does_not_have():
    with pytest.raises(kd.errors.UnknownName) as caught:
        kd.models.dnn(hidden=5)
    assert str(caught.value) == "hidden: dnn() has no such argument. It is called units here."
