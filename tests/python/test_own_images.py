"""Own images: who is held out, what the pixels mean, and what is noted of them."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import kerasduet as kd
from kerasduet.data.holdout import held_out, repeated
from kerasduet.data.pixels import check_images
from kerasduet.errors import KerasduetWarning, LabelRange, PixelRange

SMALL = {"units": 4, "input_shape": (4, 4, 1)}


def load(data, classes=3, **settings):
    chosen = kd.experiment("mnist-dense", dataset="images", classes=classes, **SMALL | settings)
    return kd.load_data(chosen, data)


def sorted_images(rows=90):
    """Give images that differ from each other, sorted by class."""
    x = np.random.default_rng(0).integers(0, 256, (rows, 4, 4)).astype(np.uint8)
    return x, np.repeat([0, 1, 2], rows // 3)


@pytest.mark.parametrize("brings_test", [True, False])
def test_sorted_rows_are_held_out_by_class(brings_test):
    x, y = sorted_images()
    data = {"x": x, "y": y} | ({"x_test": x, "y_test": y} if brings_test else {})
    loaded = load(data, validation_split=0.2, test_split=0.1)
    rows = 90 if brings_test else 81
    assert len(loaded.x_validation) == round(0.2 * rows)
    for part in (loaded.y_train, loaded.y_validation, loaded.y_test):
        counts = np.bincount(part, minlength=3)
        assert counts.max() - counts.min() <= 1
    other = load(data, validation_split=0.2, test_split=0.1, seed=9)
    assert np.array_equal(other.x_validation, loaded.x_validation)
    pixels = {image.tobytes(): code for image, code in zip(x, y, strict=True)}
    for images, codes in ((loaded.x_train, loaded.y_train), (loaded.x_test, loaded.y_test)):
        assert [pixels[image.tobytes()] for image in images] == codes.tolist()


def test_a_class_keeps_a_row_to_learn_from():
    codes = np.array([0] * 50 + [1, 2, 2])
    held = held_out(codes, 26, seed=0)
    assert len(set(held.tolist())) == 26
    left = np.bincount(np.delete(codes, held), minlength=3)
    assert left.min() >= 1
    assert sorted(held_out(np.arange(3), 3, seed=0)) == [0, 1, 2]


def test_the_digest_of_the_data_is_that_of_the_first_version():
    x, y = sorted_images()
    assert load({"x": x, "y": y}).source.sha256.startswith(FIRST["split"])
    own = load({"x": x, "y": y, "x_test": x[:3], "y_test": y[:3]})
    assert own.source.sha256.startswith(FIRST["x_test"])


FIRST = {
    "split": "b2e98afdc4fef9a5",
    "x_test": "8b44b44b0dd31b99",
}  # by the version before stratified splits


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64"])
def test_masks_are_scaled_as_floats_would_be(dtype):
    x, y = sorted_images()
    masks = x > 127
    given, floats = load({"x": masks.astype(dtype), "y": y}), load({"x": masks * 1.0, "y": y})
    for loaded in (given, floats):
        assert loaded.preprocessing.pixel_scale == 1
        assert loaded.source.note == ""
    scaled = given.preprocessing.to_network(given.x_train)
    assert np.array_equal(scaled, floats.preprocessing.to_network(floats.x_train))
    assert scaled.max() == 1


@pytest.mark.parametrize(
    ("scale", "told"),
    [
        (lambda x: x // 16, "span only 0..15 of 0..255"),
        (lambda x: x / 255 / 255, "span only 0..0.00392157 of 0..1"),
    ],
)
def test_a_dark_range_is_noted_with_what_was_found(scale, told):
    x, y = sorted_images()
    assert told in load({"x": scale(x), "y": y}).source.note
    assert load({"x": x, "y": y}).source.note == ""


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([-1.0, 1.0], "got -1..1. Rescale them with (x + 1) / 2"),
        ([-3.0, 5.0], "got -3..5. Rescale them to floats in 0..1, with (x + 3) / 8"),
        (np.array([0, 65535], "uint16"), "got 0..65535. Divide them by the largest that a"),
        ([0, 1000], "(1000 is the largest found)"),
        ([0.0, 16.0], "(16 is the largest found)"),
        ([0.0, 255.0], "Divide them by 255, or give them as whole numbers."),
    ],
)
def test_the_way_out_of_a_wrong_range_fits_the_range(values, told):
    with pytest.raises(PixelRange) as raised:
        check_images(np.resize(values, (2, 2, 2)), (2, 2, 1))
    assert told in str(raised.value)


def test_predict_scales_as_training_did(named_run):
    x, y = sorted_images()
    data = {"x": (x > 127).astype(int), "y": y}
    run = kd.run_experiment(
        "mnist-dense", data=data, classes=3, epochs=1, progress=False, **SMALL
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one = run.predict(x > 127, kind="prob")
        other = run.predict((x > 127) * 1.0, kind="prob")
        run.predict(np.zeros((1, 4, 4), int))
    assert np.array_equal(one, other)
    with pytest.raises(PixelRange, match=r"^x: pixels must be 0 or 1, as in the training"):
        run.predict(x)
    with pytest.warns(KerasduetWarning, match=r"^x: The pixels of x end at 1, which"):
        named_run.predict(x > 127)


def test_classes_without_rows_and_single_classes_are_told():
    x, y = sorted_images()
    note = load({"x": x, "y": y}, classes=5).source.note
    assert note == "2 of 5 classes have no training row and cannot be learned: 3, 4."
    with pytest.raises(LabelRange, match=r"^y: must have training rows of two classes"):
        load({"x": x, "y": y * 0})
    named = pd.Categorical.from_codes(y % 2, ["a", "b", "c"])
    assert load({"x": x, "y": named}).source.note.startswith("1 of 3 classes has no training")


def test_duplicates_across_the_split_are_counted():
    x, y = sorted_images()
    loaded = load({"x": x, "y": y, "x_test": x[:9], "y_test": y[:9]}, validation_split=0)
    assert "Also among the training images: 9 of 9 test images." in loaded.source.note
    random = np.random.default_rng(1)
    for shape, dtype in (((50, 3, 3), "uint8"), ((50, 5), "float32"), ((50, 7), "int16")):
        rows = random.integers(0, 100, shape).astype(dtype)
        others = np.concatenate([rows[:7], rows[:3], rows[9:20] + 1])
        known = {row.tobytes() for row in rows}
        assert repeated(rows, others) == sum(row.tobytes() in known for row in others)
