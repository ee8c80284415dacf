"""A number from a sequence: the adding problem, own sequences, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import kerasduet as kd
from kerasduet.errors import (
    ArgumentRange,
    ArgumentType,
    DatasetError,
    EmptyData,
    LengthMismatch,
    NonFinite,
    ScaleError,
    ShapeError,
)
from kerasduet.tasks.sequences.adding import adding_problem

FEW = {"steps": 6, "sequences": 200, "test_sequences": 60, "units": 3, "epochs": 1}


def own(rows=40, steps=5, features=2, seed=3):
    """Give sequences, and the number of each: its first number, and noise."""
    random = np.random.default_rng(seed)
    x = random.normal(10, 3, (rows, steps, features))
    return {"x": x, "y": 100 + 5 * x[:, 0, 0] + random.normal(0, 0.1, rows)}


@pytest.fixture(scope="module")
def run():
    return kd.run_experiment(
        "adding-problem", dataset="sequences", units=3, epochs=2, data=own(), progress=False
    )


def test_the_adding_problem_is_that_of_the_paper():
    x, y = adding_problem(20_000, 11, seed=4)
    assert x.shape == (20_000, 11, 2) and x.dtype == np.float32 and y.dtype == np.float64
    marks = x[..., 1]
    assert set(np.unique(marks)) == {0, 1}
    assert (marks[:, :5].sum(axis=1) == 1).all() and (marks[:, 5:].sum(axis=1) == 1).all()
    assert np.allclose((x[..., 0] * marks).sum(axis=1), y, atol=1e-7)
    assert abs(y.mean() - 1) < 0.01 and abs(y.var() - 1 / 6) < 0.005
    assert not np.array_equal(adding_problem(5, 6, seed=1)[0], adding_problem(5, 6, seed=2)[0])


def test_training_and_test_sequences_are_others():
    data = kd.load_data(kd.experiment("adding-problem", **FEW))
    assert data.sizes == {"train": 180, "validation": 20, "test": 60}
    first = {row.tobytes() for row in data.x_train}
    assert not first & {row.tobytes() for row in data.x_test}
    assert data.source.name == "the adding problem, generated" and not data.source.given


def test_a_network_remembers_what_was_marked():
    """A GRU on short sequences; the mean's error is that of the paper's, the root of 1/6."""
    settings = {"steps": 8, "sequences": 4_000, "test_sequences": 500, "kind": "gru"}
    run = kd.run_experiment(
        "adding-problem", units=16, epochs=8, batch_size=32, progress=False, **settings
    )
    assert abs(run.metrics["mean_rmse"] - np.sqrt(1 / 6)) < 0.02
    assert run.metrics["rmse"] < 0.1 < run.metrics["linear_rmse"]
    assert run.metrics["gain_low"] > 0.2
    assert run.lead.is_better and "does not beat" not in run.summary


def test_own_sequences_are_scaled_by_the_training_rows(run):
    given = own()
    data = kd.load_data(run.experiment.replace(scale="standard"), given)
    learned = data.preprocessing
    assert np.allclose(learned.means, data.x_train.mean(axis=(0, 1)))
    assert np.allclose(learned.scales, data.x_train.std(axis=(0, 1)))
    ready = learned.to_network(data.x_train)
    assert ready.dtype == np.float32 and abs(ready.mean()) < 1e-6 < abs(data.x_train.mean())
    assert np.allclose(learned.restore(data.y_train).mean(), learned.target_mean)
    rows = {tuple(row.ravel()) for part in (data.x_train, data.x_validation, data.x_test)
            for row in part}  # fmt: skip
    assert rows == {tuple(row.ravel()) for row in given["x"]}


def test_linear_regression_is_that_of_least_squares(run):
    data = run.dataset
    train = data.x_train.reshape(len(data.x_train), -1)
    test = data.x_test.reshape(len(data.x_test), -1)
    weights, *_ = np.linalg.lstsq(np.c_[train, np.ones(len(train))], data.y_train, rcond=None)
    found = run.preprocessing.restore(np.c_[test, np.ones(len(test))] @ weights)
    assert np.allclose(run.predictions()["linear"], found, rtol=1e-3)
    assert run.metrics["linear_rmse"] < run.metrics["mean_rmse"] / 5


def test_predict_gives_what_the_test_got(run):
    data = run.dataset
    wanted = run.predictions()["prediction"].to_numpy()
    assert np.array_equal(run.predict(data), wanted)
    assert np.array_equal(run.predict(data.x_test), wanted)
    one_number = {"x": own(features=1)["x"][..., 0], "y": own()["y"]}
    other = kd.run_experiment(
        "adding-problem",
        dataset="sequences",
        units=2,
        epochs=1,
        data=one_number,
        progress=False,
    )
    assert other.predict(one_number["x"][:3]).shape == (3,)


def test_sequences_are_cross_validated():
    found = kd.cross_validate(
        kd.experiment("adding-problem", dataset="sequences", units=2, epochs=1),
        folds=2,
        data=own(),
        progress=False,
    )
    rows = [found.runs[i].predictions()["row"].tolist() for i in range(2)]
    assert rows == [[*range(1, 21)]] * 2


@pytest.mark.parametrize(
    ("changed", "error", "text"),
    [
        ({"x": None}, ArgumentType, "x: must hold numbers; got nothing."),
        ({"y": ["a"] * 40}, ArgumentType, "y: must hold numbers; got 'a'."),
        ({"x": np.zeros((4, 2, 2, 2))}, ShapeError, "x: must have shape (n, steps, numbers)"),
        ({"x": [[1.0], [1.0, 2.0]]}, ShapeError, "got rows of different length"),
        ({"y": np.zeros(3)}, LengthMismatch, "y: must have one number a sequence (40)"),
        ({"y": np.full(40, 2.0)}, ScaleError, "y: must vary in the training sequences"),
        ({"y": np.full(40, np.nan)}, NonFinite, "y: must hold finite numbers; got NaN at 0"),
        ({"z": 1}, ArgumentType, "z"),
    ],
)
def test_bad_sequences_are_refused(changed, error, text):
    chosen = kd.experiment("adding-problem", dataset="sequences", units=2)
    with pytest.raises((error, kd.errors.KerasduetError)) as refused:
        kd.load_data(chosen, own() | changed)
    assert text in str(refused.value)


def test_what_is_missing_is_said(run):
    chosen = kd.experiment("adding-problem", dataset="sequences")
    with pytest.raises(DatasetError, match="needs sequences of your own"):
        kd.load_data(chosen)
    with pytest.raises(ArgumentType, match=r"must hold x \(n"):
        kd.load_data(chosen, own()["x"])
    with pytest.raises(EmptyData, match="two sequences or more"):
        kd.load_data(chosen, own(rows=3))
    with pytest.raises(ShapeError, match=r"x: must have shape \(n, 5, 2\)"):
        run.predict(np.zeros((3, 4, 2)))
    with pytest.raises(ArgumentRange, match="steps"):
        kd.experiment("adding-problem", steps=1)


def test_a_saved_run_is_held_against_its_experiment(run, tmp_path):
    import json

    run.save(tmp_path / "run")
    assert kd.load_run(tmp_path / "run").predictions().equals(run.predictions())
    learned = run.preprocessing
    from kerasduet.tasks.sequences.learned import check

    check(learned, run.experiment)
    for wrong in ({"shape": (0, 2)}, {"scales": (1.0,)}, {"target_scale": 0.0}):
        values = json.loads(json.dumps(learned.to_dict())) | wrong
        with pytest.raises(ValueError, match=r"scales|shape|code"):
            check(type(learned).from_dict(values), run.experiment)


def test_the_page_names_sequences_and_baselines(run, tmp_path):
    from pathlib import Path

    text = Path(kd.render_report(run, tmp_path / "report.html")).read_text("utf-8")
    for words in ("sequences of 5 steps of 2 numbers", "Linear regression", "Residuals"):
        assert words in text, words


def test_states_of_one_sequence_are_those_of_its_layer(run):
    from keras import ops

    x = own(rows=1)["x"]
    table = kd.states(run, x[0])
    assert table.equals(kd.states(run, x))
    (layer,) = [one for one in run.model.layers if one.name.startswith(("lstm", "gru", "rnn"))]
    seen = ops.convert_to_numpy(layer(run.preprocessing.to_network(x)))[0]
    np.testing.assert_allclose(table["state"].tail(3), seen, atol=1e-5)
    with pytest.raises(ShapeError, match="x: must be one text, sequence or video; got 40"):
        kd.states(run, own()["x"])
