"""The tasks on tables: from a data frame to a run, and what a run says of other rows."""

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import kerasduet as kd
from kerasduet.data.part import Picked
from kerasduet.errors import ArgumentType, KerasduetWarning, LabelRange, ShapeError, UnknownName
from kerasduet.registry import TASKS
from kerasduet.tasks.tables.example import table

TRAINING = {"epochs": 2, "units": 4, "early_stopping": None}
QUICK = TRAINING | {"progress": False}
NARROW = ("stones", "wet")
SOIL = table("kind", classes=True)


@pytest.fixture(scope="module")
def soil():
    return kd.run_experiment(
        "table-classes", data=SOIL, target="kind", class_weight="balanced", **QUICK
    )


def test_a_run_says_what_its_columns_are(soil):
    assert soil.facts == {
        "columns": "kind from 2 numbers (depth, stones), 1 logical (wet), "
        "2 categories (slope: 3 levels, place: 12 levels)"
    }
    assert f"  columns  {soil.facts['columns']}\n" in repr(soil)
    assert soil.experiment.features == ()
    assert soil.preprocessing.encoding.features == tuple(SOIL.columns[:-1])


def test_the_shapes_of_the_network_follow_from_the_columns(soil):
    shapes = soil.task.learned_shapes(soil.preprocessing)
    assert shapes == {"width": 6, "levels": (12,), "outputs": 3}
    # 12 levels are 6 numbers each; (6 + 6 + 1) * 4 and (4 + 1) * 3 weights follow.
    assert soil.model.count_params() == 12 * 6 + 13 * 4 + 5 * 3
    same = kd.build_model(soil.experiment, SOIL)
    assert [w.shape for w in same.weights] == [w.shape for w in soil.model.weights]
    with pytest.raises(ArgumentType, match="data: decide how many inputs and outputs"):
        kd.build_model("table-classes")
    assert kd.build_model("table-iris").count_params() == 5 * 16 + 17 * 3


def test_rows_of_predictions_are_those_of_the_table(soil):
    tests = soil.predictions()
    rows = tests["row"].to_numpy() - 1
    assert len(tests) == len(set(rows)) == 19
    assert tests["truth"].tolist() == SOIL["kind"].iloc[rows].tolist()
    assert soil.dataset.given.equals(SOIL.iloc[rows])
    again = soil.predict(SOIL.iloc[rows], kind="prob").to_numpy()
    assert np.array_equal(again, tests[["p_clay", "p_loam", "p_sand"]].to_numpy())


def test_newdata_has_columns_in_any_order_and_beside_others(soil):
    usual = soil.predict(SOIL[:7])
    other = SOIL[:7][SOIL.columns[::-1]].assign(name="x")
    assert list(soil.predict(other)) == list(usual)
    assert list(soil.predict(other.drop(columns="kind").to_dict("series"))) == list(usual)
    with pytest.raises(UnknownName, match=r"^stones: no such column"):
        soil.predict(other.drop(columns="stones"))
    with pytest.raises(UnknownName, match=r"no option 'response'\. Known: class, prob"):
        soil.predict(SOIL, kind="response")


def test_balanced_weights_are_those_of_scikit_learn(soil):
    learned = soil.preprocessing
    train = learned.labels[soil.dataset.y_train]
    counts = pd.Series(train).value_counts()
    found = soil.task.learned_weights(soil.experiment, learned)
    wanted = {i: len(train) / (3 * counts[name]) for i, name in enumerate(learned.labels)}
    assert found == pytest.approx(wanted)
    by_name = soil.experiment.replace(class_weight={"sand": 2, "clay": 0.5, "loam": 1})
    assert soil.task.learned_weights(by_name, learned) == {0: 0.5, 1: 1.0, 2: 2.0}
    assert kd.experiments.Experiment.from_json(by_name.to_json()) == by_name


def test_a_run_is_saved_loaded_and_pickled(soil, tmp_path):
    loaded = kd.load_run(soil.save(tmp_path / "run"))
    assert loaded.preprocessing == soil.preprocessing
    assert loaded.predictions().equals(soil.predictions())
    packed = pickle.loads(pickle.dumps(soil))
    assert packed.digests == loaded.digests == soil.digests
    assert list(packed.predict(SOIL)) == list(loaded.predict(SOIL)) == list(soil.predict(SOIL))
    assert loaded.facts == soil.facts


def test_evaluate_scores_the_rows_given(soil):
    tests = soil.dataset.given
    scores = soil.evaluate(tests, tests["kind"])
    known = {name: soil.metrics[name] for name in ("accuracy", "loss")}
    assert {name: scores[name] for name in known} == pytest.approx(known, rel=1e-6)


def test_levels_are_told_without_the_missing_ones():
    gap = SOIL.assign(slope=SOIL["slope"].where(np.arange(len(SOIL)) % 9 > 0))
    exp = kd.experiment("table-classes", target="kind", missing="indicator")
    learned = kd.load_data(exp, gap).preprocessing
    assert "slope: 3 levels" in TASKS[exp.task].facts(learned)["columns"]


def test_labels_come_back_as_they_were():
    for target, kind in (
        ([0, 1], "i"),
        ([0.0, 1.0], "i"),
        ([True, False], "b"),
        (["a", "b"], "O"),
    ):
        frame = SOIL[["depth", "stones"]].assign(y=np.resize(target, len(SOIL)))
        data = kd.load_data(kd.experiment("table-classes", target="y"), frame)
        assert data.preprocessing.labels.dtype.kind == kind
        assert data.preprocessing.labels.tolist() == sorted(set(target))


def test_weights_of_rows_reach_the_loss_and_scores_count_each_row_once():
    weight = np.linspace(0, 2, len(SOIL))
    exp = kd.experiment("table-numbers", target="depth", weights="w", features="stones")
    data = kd.load_data(exp, SOIL.assign(w=weight))
    for part in (data.train, data.validation, data.test):
        rows = np.isin(SOIL["depth"], data.preprocessing.restore(np.asarray(part.targets)))
        assert len(part.weights) == len(part)
        assert part.weights.dtype == np.float32
        assert rows.sum() <= len(part)
    assert sorted(
        np.concatenate([p.weights for p in (data.train, data.validation, data.test)])
    ) == (pytest.approx(sorted(weight.astype(np.float32))))
    assert "w" not in data.preprocessing.encoding.features


def test_numbers_come_back_in_the_units_of_the_target():
    chosen = {"target": "depth", "features": ("stones", "wet"), "epochs": 2, "units": 4}
    run = kd.run_experiment(
        "table-numbers", data=SOIL, progress=False, early_stopping=None, **chosen
    )
    tests = run.predictions()
    rows = tests["row"].to_numpy() - 1
    assert np.array_equal(tests["truth"], SOIL["depth"].iloc[rows])
    assert np.array_equal(run.predict(SOIL.iloc[rows]), tests["prediction"])
    train = np.asarray(run.dataset.train.targets)
    assert train.mean() == pytest.approx(0, abs=1e-6)
    assert train.std() == pytest.approx(1, abs=1e-6)
    assert run.metrics["rmse"] == pytest.approx(
        np.sqrt(np.mean((tests["truth"] - tests["prediction"]) ** 2))
    )
    with pytest.raises(UnknownName, match=r"no option 'prob'\. Known: response"):
        run.predict(SOIL, kind="prob")


def test_a_function_as_model_is_called_with_the_shapes_of_the_data():
    asked = {}

    def network(width, levels, outputs, seed):
        import keras

        asked.update(width=width, levels=levels, outputs=outputs, seed=seed)
        numbers = keras.Input((width,), name="numbers")
        place = keras.Input((), dtype="int32", name="level_1")
        both = [numbers, keras.layers.Embedding(levels[0], 2)(place)]
        x = keras.layers.Dense(outputs, "softmax")(keras.layers.Concatenate()(both))
        return keras.Model({"numbers": numbers, "level_1": place}, x)

    run = kd.run_experiment(
        "table-classes",
        data=SOIL,
        target="kind",
        model=network,
        seed=3,
        epochs=1,
        progress=False,
    )
    assert asked == {"width": 6, "levels": (12,), "outputs": 3, "seed": 3}
    assert run.model.count_params() == 12 * 2 + (6 + 2 + 1) * 3
    assert pickle.loads(pickle.dumps(run)).digests == run.digests
    with pytest.raises(
        ShapeError, match=r"model: must have the inputs of the data by name, \{num"
    ):
        kd.run_experiment(run.experiment, data=SOIL.assign(more=SOIL["depth"]))
    with pytest.raises(ArgumentType, match="model: a function is called with width, levels"):
        kd.experiment("table-classes", target="kind", model=network)


def test_a_network_of_one_input_reads_a_table_without_embedded_columns():
    import keras

    frame = SOIL[["depth", "stones", "wet", "kind"]]
    net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, "softmax")])
    exp = kd.experiment("table-classes", target="kind", model=net)
    assert kd.build_model(exp, frame).count_params() == 12
    with pytest.raises(ShapeError, match=r"must have the input of the data, \[2\]; got \[3\]"):
        kd.build_model(exp.replace(features=("depth", "wet")), frame)
    linear = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
    with pytest.raises(ArgumentType, match="model: must give probabilities"):
        kd.experiment("table-classes", target="kind", model=linear)


def test_groups_and_times_split_the_rows():
    frame = SOIL.assign(farm=np.arange(len(SOIL)) // 8, day=np.arange(len(SOIL)))
    by_farm = kd.load_data(
        kd.experiment("table-numbers", target="depth", group="farm", features=NARROW), frame
    )
    farms = set(by_farm.given["farm"])
    inside = frame["farm"].isin(farms)
    assert inside.sum() == len(by_farm.test)
    assert "farm" not in by_farm.preprocessing.encoding.features
    late = kd.load_data(
        kd.experiment("table-numbers", target="depth", time="day", features=NARROW), frame
    )
    assert late.given["day"].min() == len(frame) - len(late.test)


def test_the_same_rows_are_tested_whatever_is_made_of_them():
    one = kd.load_data("table-iris")
    two = kd.load_data(kd.experiment("table-iris", seed=9, scale="minmax"))
    assert one.test_sha256 == two.test_sha256
    assert not np.array_equal(one.x_test, two.x_test)
    assert np.bincount(one.y_test).tolist() == [10, 10, 10]


def test_what_a_folder_says_it_learned_is_held_against_its_experiment(soil):
    from dataclasses import replace

    learned, task = soil.preprocessing, TASKS["table-classification"]
    task.check_learned(learned, soil.experiment)
    for name, value in (
        ("target", "depth"),
        ("class_names", ("clay", "clay", "sand")),
        ("label_type", "text"),
        ("label_type", "int"),
        ("counts", (1, 2)),
        ("counts", (1, 2, 0)),
    ):
        with pytest.raises((ValueError, TypeError)):
            task.check_learned(replace(learned, **{name: value}), soil.experiment)
    with pytest.raises(ValueError, match="features: of another experiment"):
        task.check_learned(learned, soil.experiment.replace(features="depth"))


def test_picked_rows_are_taken_when_they_are_asked_for():
    few = Picked(np.arange(10) * 10, np.array([3, 1, 7]))
    assert few.take(np.array([2, 0])).tolist() == [70, 30]
    assert np.asarray(few).tolist() == [30, 10, 70]


def test_an_ordered_target_keeps_its_order(tmp_path):
    levels = ["low", "middle", "high"]
    grades = pd.Categorical(np.resize(levels, len(SOIL)), levels, ordered=True)
    frame = SOIL[["depth", "stones"]].assign(grade=grades)
    run = kd.run_experiment("table-classes", data=frame, target="grade", **QUICK)
    wanted = pd.CategoricalDtype(levels, ordered=True)
    loaded = kd.load_run(run.save(tmp_path / "run"))
    for one in (run, loaded):
        tests = one.predictions()
        assert tests["truth"].dtype == tests["prediction"].dtype == wanted
        assert one.predict(frame).dtype == wanted
    assert loaded.predictions().equals(run.predictions())
    assert run.evaluate(frame, frame["grade"])["loss"] > 0
    assert kd.partial_dependence(run, "depth")["class"].dtype == wanted
    assert run.metrics["accuracy"] == (tests["truth"] == tests["prediction"]).mean()
    saved = run.preprocessing.to_dict()
    del saved["ordered"]  # as runs of before were written
    assert not type(run.preprocessing).from_dict(saved).ordered


def test_an_ordered_target_of_numbers_keeps_them():
    grades = pd.Categorical(np.resize([3, 1, 2], len(SOIL)), [3, 1, 2], ordered=True)
    frame = SOIL[["depth", "stones"]].assign(grade=grades)
    run = kd.run_experiment("table-classes", data=frame, target="grade", **QUICK)
    assert run.predict(frame).categories.tolist() == [3, 1, 2]
    assert run.predictions()["truth"].dtype == grades.dtype


@pytest.fixture(scope="module")
def rare():
    """Give a run on a table where some levels, and missing values, lie in rows held out alone."""
    towns = [f"town {i}" for i in np.arange(len(SOIL)) % 12]
    exp = kd.experiment("table-classes", target="kind", missing="indicator", **TRAINING)
    test = kd.load_data(exp, SOIL).given.index[0]
    frame = SOIL.assign(town=towns, slope=SOIL["slope"].astype(object))
    frame.loc[test, ["town", "slope", "depth"]] = ["far", "cliff", np.nan]
    return frame, test, kd.run_experiment(exp, data=frame, progress=False)


def test_rare_levels_never_make_a_table_unusable(rare, tmp_path):
    frame, test, run = rare
    for note in (
        "Of depth, 1 missing value of rows held out alone: there they count as the average of the "
        "training rows.",
        "Of slope, 1 level of rows held out alone, cliff: there they count as other.",
        "Of town, 1 level of rows held out alone, far: there they count as other.",
    ):
        assert note in run.facts["note"]
    tests = run.predictions().set_index("row")
    loaded = kd.load_run(run.save(tmp_path / "run"))
    for one in (run, loaded):
        with pytest.warns(
            KerasduetWarning, match=r"^depth: was never missing in training; got 1"
        ):
            found = one.predict(frame.loc[[test]], kind="prob")
        assert found.to_numpy()[0] == pytest.approx(
            tests.loc[test + 1, ["p_clay", "p_loam", "p_sand"]].to_numpy(float), rel=1e-5
        )
    new = frame.loc[[1]].assign(town="farther")
    with pytest.raises(UnknownName, match=r"^town: must be a level .* got 'farther' in row 1"):
        run.predict(new)


def test_a_warning_names_the_line_of_the_caller(rare):
    frame, _, run = rare
    gap = frame.loc[[1]].assign(depth=np.nan)
    for ask in (
        lambda: run.predict(gap),
        lambda: run.predict(gap, kind="prob"),
        lambda: run.evaluate(gap, gap["kind"]),
    ):
        with pytest.warns(KerasduetWarning) as caught:
            ask()
        assert [Path(one.filename).name for one in caught] == [Path(__file__).name]


def test_other_levels_have_rows_to_learn_from(rare):
    _, _, run = rare
    codes = run.dataset.train.inputs["level_2"]
    assert (np.asarray(codes) == 12).sum() == round(len(codes) / 20)
    assert run.dataset.train.inputs.keys() == {"numbers", "level_1", "level_2"}


def test_folds_take_rare_levels_too():
    frame = SOIL[["depth", "kind"]].assign(town=["far", *np.resize(["a", "b"], len(SOIL) - 1)])
    exp = kd.experiment("table-classes", target="kind", **TRAINING).replace(epochs=1)
    assert len(kd.cross_validate(exp, folds=2, data=frame, progress=False)) == 2


def test_a_class_without_training_rows_is_refused_with_a_way_out_that_there_is():
    text = r"got none of '[a-z]+'\. Leave its rows out, or "
    exp = kd.experiment("table-classes", target="kind", test_split=0.99)
    with pytest.raises(LabelRange, match=text + "hold out fewer rows"):
        kd.load_data(exp, SOIL)
    with pytest.raises(LabelRange, match=text + 'set split = "stratified"'):
        kd.load_data(exp.replace(split="random"), SOIL)
