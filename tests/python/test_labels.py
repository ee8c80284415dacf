"""Labels by name: what a run predicts, it evaluates, and codes are never taken for names."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from conftest import fruits

import kerasduet as kd
from kerasduet.data.labels import check_labels, find_labels, label_type
from kerasduet.data.preprocessing import ImagePreprocessing
from kerasduet.errors import LabelRange, LabelType, MissingValue

SMALL = {"units": 4, "input_shape": (4, 4, 1), "epochs": 1}
SHAPE = (4, 4, 1)
codes = ImagePreprocessing(SHAPE, ("0", "1", "2"))
names = ImagePreprocessing(SHAPE, ("pear", "apple", "fig"), named=True)
years = ImagePreprocessing(SHAPE, ("1", "2", "3"), named=True)  # texts of a factor
numbers = ImagePreprocessing(SHAPE, ("1", "2", "3"), named=True, label_type="int")
halves = ImagePreprocessing(SHAPE, ("0.5", "1.0", "1.5"), named=True, label_type="float")
truths = ImagePreprocessing(SHAPE, ("False", "True"), named=True, label_type="bool")


@pytest.mark.parametrize(
    ("learned", "labels", "expected"),
    [
        (codes, [2, 0], [2, 0]),
        (codes, [2.0, 0.0], [2, 0]),
        (codes, ["2", "0"], [2, 0]),
        (codes, pd.Categorical(["2", "0"], ["2", "1", "0"]), [2, 0]),
        (codes, pd.Categorical([2, 0], [2, 0]), [2, 0]),
        (codes, pd.Categorical([2.0, 0.0]), [2, 0]),
        (names, ["fig", "pear"], [2, 0]),
        (names, np.array(["fig", "pear"], dtype=object), [2, 0]),
        (names, pd.Series(["fig", "pear"], dtype="string"), [2, 0]),
        (names, pd.Series(["fig", "pear"], dtype="category"), [2, 0]),
        (names, np.array([["fig"], ["pear"]]), [2, 0]),
        (years, [3, 1], [2, 0]),
        (years, [3.0, 1.0], [2, 0]),
        (years, ["3", "1"], [2, 0]),
        (numbers, [3, 1], [2, 0]),
        (numbers, pd.Series([3, 1], dtype="Int64"), [2, 0]),
        (halves, [1.5, 1, 0.5], [2, 1, 0]),
        (halves, pd.Categorical([1.0, 0.5]), [1, 0]),
        (truths, [True, False], [1, 0]),
        (truths, ["True", "False"], [1, 0]),
    ],
)
def test_labels_are_found_by_name(learned, labels, expected):
    assert find_labels(labels, learned).tolist() == expected


@pytest.mark.parametrize("learned", [codes, names, years, numbers, halves, truths])
def test_a_runs_own_labels_are_found(learned):
    assert find_labels(learned.labels, learned).tolist() == [*range(len(learned.labels))]
    assert find_labels(list(learned.class_names), learned)[-1] == len(learned.labels) - 1
    assert (
        ImagePreprocessing.from_dict(learned.to_dict()).labels.tolist()
        == learned.labels.tolist()
    )


@pytest.mark.parametrize(
    ("learned", "labels", "error", "text"),
    [
        (codes, pd.Categorical(["zero", "one"]), LabelRange, "'zero' in row 1."),
        (codes, ["zero", "one"], LabelRange, "'zero' in row 1."),
        (codes, [0, 3], LabelRange, "y: labels must lie in 0..2; got 3 in row 2."),
        (codes, [0.5], LabelType, "y: labels must be whole numbers; got 0.5 in row 1."),
        (codes, [True, False], LabelType, "got true."),
        (names, [0, 1, 2], LabelRange, "pear, apple, fig; got 0 in row 1."),
        (names, ["fig", "plum"], LabelRange, "got 'plum' in row 2."),
        (years, [1, 0], LabelRange, "1, 2, 3; got 0 in row 2."),
        (numbers, [1, 4], LabelRange, "got 4 in row 2."),
        (names, ["fig", None], MissingValue, "got a missing one in row 2."),
        (names, pd.Series(["fig", pd.NA], dtype="string"), MissingValue, "in row 2."),
        (names, pd.Categorical(["fig", None]), MissingValue, "in row 2."),
    ],
)
def test_labels_that_the_run_does_not_know_are_refused(learned, labels, error, text):
    with pytest.raises(error) as raised:
        find_labels(labels, learned)
    assert text in str(raised.value)


def test_the_type_of_categories_is_known():
    assert label_type(pd.Categorical([5, 7])) == "int"
    assert label_type(pd.Categorical([0.5, 1])) == "float"
    assert label_type(pd.Categorical([True, False])) == "bool"
    assert label_type(pd.Series(["a", "b"], dtype="category")) == "str"
    assert label_type(pd.Categorical([2**63, 2**63 + 1])) == "str"
    assert label_type([0, 1]) == "int"


@pytest.mark.parametrize("categories", [[1, 2, 3], ["1", "2", "3"], [0.5, 1.0, 1.5]])
def test_predictions_and_predict_give_labels_of_one_type(categories, tmp_path):
    x, y = fruits()
    y = pd.Categorical.from_codes(y.codes, categories)
    data = {"x": x, "y": y, "x_test": x[:9], "y_test": y[:9]}
    run = kd.run_experiment("mnist-dense", data=data, progress=False, classes=3, **SMALL)
    loaded = kd.load_run(run.save(tmp_path / "run"))
    for one in (run, loaded):
        table, given = one.predictions(), one.predict(x[:9])
        assert table["prediction"].tolist() == given.tolist()
        assert table["truth"].tolist() == list(y[:9])
        assert {type(item) for item in given.tolist()} == {type(categories[0])}
        accuracy = (table["truth"].to_numpy() == given).mean()
        assert one.metrics["accuracy"] == accuracy
        assert one.evaluate(x[:9], table["truth"])["accuracy"] == accuracy
        assert one.evaluate(x[:9], given)["accuracy"] == 1
    pd.testing.assert_frame_equal(loaded.predictions(), run.predictions())


def test_codes_come_back_as_whole_numbers(image_run, tmp_path):
    table = kd.load_run(dataclasses.replace(image_run).save(tmp_path / "run")).predictions()
    for frame in (table, image_run.predictions()):
        assert frame["truth"].dtype == frame["prediction"].dtype == np.int64
    assert image_run.evaluate(image_run.dataset, image_run.dataset) == image_run.evaluate(
        image_run.dataset, table["truth"]
    )


def test_what_a_folder_of_an_earlier_version_lacks_has_a_default():
    old = {"kind": "images", "input_shape": [4, 4, 1], "class_names": ["a", "b"], "named": True}
    learned = ImagePreprocessing.from_dict(old)
    assert learned.labels.tolist() == ["a", "b"]
    assert learned.pixel_scale == 255 and learned.pixel_most is None
    unnamed = ImagePreprocessing.from_dict(old | {"class_names": ["0", "1"], "named": False})
    assert unnamed.labels.tolist() == [0, 1]


@pytest.mark.parametrize(
    "wrong",
    [{"label_type": "date"}, {"label_type": "int"}, {"pixel_scale": 0}, {"pixel_most": 7}],
)
def test_what_no_training_learned_is_damage(wrong):
    old = {"kind": "images", "input_shape": [4, 4, 1], "class_names": ["a", "b"], "named": True}
    with pytest.raises((KeyError, ValueError)):
        ImagePreprocessing.from_dict(old | wrong)


def test_labels_of_one_class_alone_are_refused():
    with pytest.raises(
        LabelRange, match=r"^y: must have at least two classes; got 'a' alone\."
    ):
        check_labels(pd.Categorical(["a", "a"]), 10)


def test_a_class_without_test_rows_is_told() -> None:
    rows = np.random.default_rng(0)
    table = pd.DataFrame(
        {"size": rows.normal(size=60), "kind": ["u"] * 30 + ["v"] * 29 + ["w"]}
    )
    labels = np.array([0] * 30 + [1] * 29 + [2])
    pixels = rows.integers(0, 256, (60, 4, 4), dtype=np.uint8)
    own = kd.load_data("images", {"x": pixels, "y": labels})
    made = kd.load_data(kd.experiment("table-classes", target="kind"), table)
    for dataset, name in ((own, "2"), (made, "w")):
        said = (
            f"1 of 3 classes has no test row, so no score tells how well it is learned: {name}."
        )
        assert said in dataset.source.note
