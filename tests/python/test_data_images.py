"""Images and labels of the caller's: pixels, labels, names and splits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import fruits

import kerasduet as kd
from kerasduet.data.dataset import digest_arrays
from kerasduet.data.labels import check_labels
from kerasduet.data.pixels import check_images
from kerasduet.data.preprocessing import ImagePreprocessing
from kerasduet.errors import (
    ArgumentType,
    EmptyData,
    LabelRange,
    LabelShape,
    LabelType,
    LengthMismatch,
    MissingValue,
    PixelRange,
    ShapeError,
    UnknownName,
)

SMALL = {"classes": 3, "units": 4, "input_shape": (4, 4, 1)}
learned = ImagePreprocessing(input_shape=(16, 16, 1), class_names=("0", "1"))


def test_every_byte_is_divided_by_255_exactly():
    images = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    scaled = learned.to_network(images)
    assert scaled.dtype == np.float32
    expected = images.astype(np.float32) / np.float32(255)
    assert scaled.tobytes() == expected.tobytes()
    # The nearest float32 to each quotient, not merely something close to it.
    assert scaled.ravel().tolist() == [float(np.float32(i / 255)) for i in range(256)]
    assert scaled.max() == 1.0


def test_floats_pass_unscaled():
    images = np.random.default_rng(0).random((3, 16, 16, 1), np.float32)
    assert learned.to_network(images).tobytes() == images.tobytes()


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int32", "int64", "uint64"])
def test_whole_number_pixels_of_any_width_become_the_same_bytes(dtype):
    values = np.arange(32).reshape(2, 4, 4)
    images = check_images(values.astype(dtype), (4, 4, 1))
    assert images.dtype == np.uint8
    assert images.shape == (2, 4, 4, 1)
    assert np.array_equal(images[..., 0], values)


def test_bytes_are_not_copied():
    x = np.zeros((5, 4, 4, 1), np.uint8)
    assert np.shares_memory(check_images(x, (4, 4, 1)), x)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_floats_within_0_to_1_become_float32(dtype):
    values = np.linspace(0, 1, 16).astype(dtype).reshape(1, 4, 4)
    images = check_images(values, (4, 4, 1))
    assert images.dtype == np.float32
    assert np.array_equal(images.ravel(), values.ravel().astype(np.float32))


def test_colour_images_keep_their_channels():
    assert check_images(np.zeros((2, 4, 5, 3), np.uint8), (4, 5, 3)).shape == (2, 4, 5, 3)
    with pytest.raises(ShapeError, match=r"must have shape \(n, 4, 5, 3\); got \[2, 4, 5\]\."):
        check_images(np.zeros((2, 4, 5)), (4, 5, 3))
    with pytest.raises(
        ShapeError, match=r"Channels come last: in Python np\.moveaxis\(x, 1, -1\)"
    ):
        check_images(np.zeros((2, 3, 4, 5)), (4, 5, 3))


def test_rows_of_pixels_are_read_row_by_row_where_they_are_wanted():
    rows = np.arange(32, dtype=np.uint8).reshape(2, 16)
    images = check_images(rows, (4, 4, 1), flat=True)
    assert images[0, 1, 0, 0] == 4
    assert images[1, 3, 3, 0] == 31
    with pytest.raises(ShapeError, match="Rows of pixels go to a dense network"):
        check_images(rows, (4, 4, 1))


@pytest.mark.parametrize(
    ("images", "error", "text"),
    [
        ([[[0, 1], [2]]], ShapeError, "x: must be a rectangular array of images; "),
        (np.full((1, 2, 2), "a"), ArgumentType, "x: must be images as an array of numbers;"),
        (np.zeros((1, 2, 2), complex), ArgumentType, "x: must hold numbers; got complex128."),
        (np.full((1, 2, 2), 256), PixelRange, "x: whole-number pixels must lie in 0..255; "),
        (np.full((1, 2, 2), -1), PixelRange, "x: whole-number pixels must lie in 0..255; "),
        (np.full((1, 2, 2), 1.001), PixelRange, "x: float pixels must lie in 0..1; got 1.001"),
        (np.float64(0), ShapeError, "x: must have shape (n, 2, 2, 1) or (n, 2, 2); got []."),
        (None, ArgumentType, "x: must be images as an array of numbers; got nothing."),
        ({"a": [1]}, ArgumentType, "x: must be images as an array of numbers; got {a: [1]}."),
        (
            np.full((1, 2, 2), -5),
            PixelRange,
            "x: whole-number pixels must lie in 0..255; got "
            "-5..-5. Give whole numbers 0..255, or floats 0..1.",
        ),
    ],
)
def test_images_refused(images, error, text):
    with pytest.raises(error) as raised:
        check_images(images, (2, 2, 1))
    assert type(raised.value) is error
    assert str(raised.value).startswith(text)


@pytest.mark.parametrize(
    "labels",
    [
        [2, 0, 1],
        (2.0, 0.0, 1.0),
        np.array([2, 0, 1], np.uint8),
        np.array([[2], [0], [1]]),
        pd.Series([2, 0, 1]),
        pd.Series([2, 0, 1], dtype="Int64"),
        pd.Series([2, 0, 1], index=["a", "b", "c"]),
    ],
)
def test_whole_number_labels_become_int32_codes(labels):
    codes, names = check_labels(labels, 3)
    assert codes.dtype == np.int32
    assert codes.tolist() == [2, 0, 1]
    assert names is None


@pytest.mark.parametrize("wrap", [lambda c: c, pd.Series, lambda c: pd.Series(c, name="fruit")])
def test_categories_become_codes_and_keep_their_names(wrap):
    labels = pd.Categorical(["fig", "pear", "fig"], categories=["pear", "apple", "fig"])
    codes, names = check_labels(wrap(labels), 3)
    assert codes.tolist() == [2, 0, 2]
    assert names == ("pear", "apple", "fig")


@pytest.mark.parametrize(
    ("labels", "error", "text"),
    [
        ([0, 3], LabelRange, "y: labels must lie in 0..2; got 3 in row 2."),
        (
            [1, 2, 3],
            LabelRange,
            "y: labels must lie in 0..2; got 3 in row 3. Subtract 1: classes count from 0.",
        ),
        ([0, np.inf], LabelType, "y: labels must be whole numbers; got infinity in row 2."),
        (
            ["a", "b"],
            LabelType,
            "y: labels must be whole numbers 0..2, or a factor (categories); got 'a'. "
            "Give pd.Categorical(y), in R factor(y).",
        ),
        (
            [0, "1"],
            LabelType,
            "y: labels must be whole numbers 0..2, or a factor (categories); got '0'. "
            "Give pd.Categorical(y), in R factor(y).",
        ),
        (
            pd.Series(["a", "b"]),
            LabelType,
            "y: labels must be whole numbers 0..2, or a factor (categories); got 'a'. "
            "Give pd.Categorical(y), in R factor(y).",
        ),
        (
            [1j],
            LabelType,
            "y: labels must be whole numbers 0..2, or a factor (categories); got 1j.",
        ),
        ([0, None], MissingValue, "y: labels must not be missing; got a missing one in row 2."),
        (
            pd.Series([0, None], dtype="Int64"),
            MissingValue,
            "y: labels must not be missing; got a missing one in row 2.",
        ),
        (5, LabelShape, "y: must have one label a row, shape (n,); got []."),
        (
            np.eye(3),
            LabelShape,
            "y: must have one label a row, shape (n,); got [3, 3]. Give the position of the 1 "
            "instead.",
        ),
        (
            np.eye(2)[[0, 1, 1]],
            LabelShape,
            "y: must have one label a row, shape (n,); got [3, 2]. Give the position of the 1 "
            "instead.",
        ),
        (
            np.zeros((4, 2)),
            LabelShape,
            "y: must have one label a row, shape (n,); got [4, 2].",
        ),
        ([], EmptyData, "y: must have at least one label; got none."),
        (
            pd.Categorical(["a", "b"]),
            LabelRange,
            "y: must have 3 categories (levels of a factor); got 2: 'a', 'b'. Set classes = 2, "
            "or give whole numbers from 0.",
        ),
    ],
)
def test_labels_refused(labels, error, text):
    with pytest.raises(error) as raised:
        check_labels(labels, 3)
    assert type(raised.value) is error
    assert str(raised.value) == text


@pytest.mark.parametrize("categories", [[1, "1"], ["b", 2.0, "2.0"]])
def test_categories_of_one_text_are_refused(categories):
    labels = pd.Categorical.from_codes([0, 1], categories)
    with pytest.raises(LabelType) as raised:
        check_labels(labels, len(categories))
    assert str(raised.value) == (
        f"y: categories must differ in their text; got {str(categories[-1])!r} twice. Rename "
        "one of them."
    )


def load(data, **settings):
    return kd.load_data(
        kd.experiment("mnist-dense", dataset="images", **SMALL | settings), data
    )


def numbered(rows=50):
    """Give images that each carry their own number, and labels that follow from it."""
    x = np.zeros((rows, 4, 4), np.uint8) + np.arange(rows, dtype=np.uint8)[:, None, None]
    return {"x": x, "y": np.arange(rows) % 3}


def test_every_row_is_in_one_split_and_keeps_its_label():
    loaded = load(numbered(), validation_split=0.2, test_split=0.1)
    assert loaded.sizes == {"train": 36, "validation": 9, "test": 5}
    parts = [
        (loaded.x_train, loaded.y_train),
        (loaded.x_validation, loaded.y_validation),
        (loaded.x_test, loaded.y_test),
    ]
    rows = np.concatenate([x[:, 0, 0, 0] for x, _ in parts])
    assert sorted(rows) == list(range(50))
    assert np.array_equal(np.concatenate([y for _, y in parts]), rows % 3)


def test_the_test_rows_do_not_depend_on_the_seed():
    first, other = load(numbered(), seed=1), load(numbered(), seed=2)
    assert np.array_equal(first.x_test, other.x_test)
    assert first.source == other.source


def test_test_rows_of_the_callers_own_are_kept_as_they_are():
    data = numbered(30)
    own = {"x_test": data["x"][:6] + np.uint8(100), "y_test": [2, 1, 0, 2, 1, 0]}
    loaded = load(data | own, validation_split=0)
    assert loaded.sizes == {"train": 30, "validation": 0, "test": 6}
    assert loaded.y_test.tolist() == [2, 1, 0, 2, 1, 0]
    assert np.array_equal(loaded.x_train[..., 0], data["x"])


def test_a_test_split_counts_only_where_it_made_the_test_rows():
    x, y = fruits()
    made = load({"x": x, "y": y}, test_split=0.2)
    asked = kd.experiment("mnist-dense", dataset="images", test_split=0.3, **SMALL)
    with pytest.raises(ArgumentType, match=r"^data: must be loaded with the test_split of"):
        made.check_made_for(asked)
    load({"x": x, "y": y, "x_test": x, "y_test": y}, test_split=0.2).check_made_for(asked)
    subset = kd.experiment("mnist-dense", dataset="mnist-subset")
    kd.load_data(subset.replace(test_split=0.3)).check_made_for(subset)


def test_early_stopping_needs_a_validation_row(tmp_path):
    x, y = fruits(40)
    settings = SMALL | {"validation_split": 0.01, "early_stopping": 3}
    data = {"x": x, "y": y}
    for given in (data, load(data, validation_split=0.01)):
        with pytest.raises(EmptyData) as raised:
            kd.run_experiment("mnist-dense", data=given, out=tmp_path / "run", **settings)
        assert str(raised.value) == (
            "early_stopping: needs validation rows; got none, as validation_split 0.01 of 36 rows "
            "leaves none. Raise validation_split, or set early_stopping to None."
        )
    assert list(tmp_path.iterdir()) == []


def test_names_come_from_the_categories():
    x, y = fruits()
    loaded = load({"x": x, "y": y})
    assert loaded.preprocessing.class_names == ("pear", "apple", "fig")
    assert loaded.preprocessing.named
    assert not load(numbered()).preprocessing.named
    assert load(numbered()).preprocessing.class_names == ("0", "1", "2")
    again = ImagePreprocessing.from_dict(loaded.preprocessing.to_dict())
    assert again == loaded.preprocessing


def test_the_source_says_that_the_data_are_the_callers():
    loaded = load(numbered())
    assert loaded.source.name == "the caller's arrays"
    assert loaded.source.given
    assert loaded.source.rows == 50
    changed = numbered()
    changed["x"][0, 0, 0] = 99
    assert load(changed).source.sha256 != loaded.source.sha256


@pytest.mark.parametrize(
    ("data", "error", "text"),
    [
        (
            [1, 2],
            ArgumentType,
            "data: must hold x (images) and y (labels) by name; got [1, 2].",
        ),
        (
            "photos",
            ArgumentType,
            "data: must hold x (images) and y (labels) by name; got 'photos'. Take the preset "
            "image-folder for files.",
        ),
        ({"x": numbered()["x"]}, ArgumentType, "y: must be given in data; got nothing."),
        (
            numbered() | {"x_test": numbered()["x"]},
            ArgumentType,
            "y_test: must be given in data; got nothing.",
        ),
        (
            numbered() | {"y_tset": [0]},
            UnknownName,
            "y_tset: a set of images has no such setting. Did you mean y_test or x_test?",
        ),
        (
            numbered() | {"x_test": numbered(4)["x"], "y_test": [0, 1, 2]},
            LengthMismatch,
            "y_test: must have one label an image (4); got 3.",
        ),
        (
            {"x": fruits()[0], "y": fruits()[1], "x_test": fruits()[0], "y_test": [0] * 60},
            LabelType,
            "y_test: must have the classes of y, 'pear', 'apple', 'fig'; got nothing.",
        ),
    ],
)
def test_data_refused(data, error, text):
    with pytest.raises(error) as raised:
        load(data)
    assert type(raised.value) is error
    assert str(raised.value) == text


def test_a_digest_knows_type_shape_and_bytes():
    zeros = np.zeros((2, 3), np.float32)
    digests = {
        digest_arrays(zeros),
        digest_arrays(zeros.T),
        digest_arrays(zeros.astype(np.int32)),
        digest_arrays(zeros, zeros),
        digest_arrays(zeros + np.float32(1e-30)),
        digest_arrays(-zeros),
    }
    assert len(digests) == 6
    assert digest_arrays(np.asfortranarray(zeros)) == digest_arrays(zeros)


def test_a_data_set_says_what_it_is():
    assert repr(load(numbered())) == (
        "Dataset from the caller's arrays: 36 training, 9 validation, 5 test; one input is "
        "(4, 4, 1) uint8"
    )
    told = load(numbered()).summary()
    assert repr(told) == str(told)
    assert told.splitlines()[:4] == [
        "<kerasduet data> the caller's arrays",
        "  rows     36 training, 9 validation, 5 test",
        "  input    4 x 4 x 1, uint8",
        "  target   one number, int32",
    ]
    assert told.splitlines()[4].startswith("  classes  3, by training rows: 0 (12), ")
