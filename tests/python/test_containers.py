"""Images and labels in the containers that people have them in."""

from __future__ import annotations

import importlib.util

import numpy as np
import pandas as pd
import pytest

import kerasduet as kd
from kerasduet import errors
from kerasduet.data.containers import follow, named

RANDOM = np.random.default_rng(3)
X = RANDOM.integers(0, 256, (40, 10, 10)).astype(np.uint8)
Y = np.arange(40) % 3


def pixels():
    table = pd.DataFrame(X.reshape(40, -1)).add_prefix("pixel")
    table.insert(0, "label", Y)
    return table


def pillow():
    from PIL import Image

    return {"x": [Image.fromarray(image) for image in X], "y": Y}


def tensorflow(batch):
    import tensorflow as tf

    rows = tf.data.Dataset.from_tensor_slices((X, Y))
    return rows.batch(batch) if batch else rows


def torch(loader):
    import torch

    rows = torch.utils.data.TensorDataset(torch.tensor(X), torch.tensor(Y))
    return torch.utils.data.DataLoader(rows, batch_size=16) if loader else rows


def polars():
    import polars

    return polars.DataFrame(pixels())


def arrow():
    import pyarrow

    return pyarrow.Table.from_pandas(pixels())


WHOLE = {
    "a pair": lambda: (X, Y),
    "lists": lambda: (list(X), Y.tolist()),
    "a list of two": lambda: [X, Y],
    "Keras's names": lambda: {"x_train": X, "y_train": Y},
    "a column of arrays": lambda: {"x": pd.Series(list(X)), "y": pd.Series(Y)},
    "Pillow": pillow,
    "a table of pixels": pixels,
    "polars": polars,
    "pyarrow": arrow,
    "tf.data": lambda: tensorflow(0),
    "tf.data in batches": lambda: tensorflow(16),
    "torch": lambda: torch(False),
    "torch in batches": lambda: torch(True),
}
NEEDS = {"Pillow": "PIL", "polars": "polars", "pyarrow": "pyarrow", "torch": "torch"}


@pytest.mark.parametrize("container", WHOLE)
def test_images_and_labels_are_found(container):
    needed = NEEDS.get(container.split(" ")[0])
    if needed and importlib.util.find_spec(needed) is None:
        pytest.skip(f"{needed} is not installed")
    found = named(WHOLE[container]())
    assert np.array_equal(np.asarray(found["x"]), X)
    assert np.array_equal(np.asarray(found["y"]), Y)


def test_parts_of_their_own_are_the_test(tmp_path):
    parts = (X[:30], Y[:30]), (X[30:], Y[30:])
    np.savez(tmp_path / "a.npz", x_train=X[:30], y_train=Y[:30], x_test=X[30:], y_test=Y[30:])
    given = [
        parts,
        [list(part) for part in parts],
        dict(zip(("train", "test"), parts, strict=True)),
        {
            name: dict(zip("xy", part, strict=True))
            for name, part in zip(("train", "test"), parts, strict=True)
        },
        str(tmp_path / "a.npz"),
        tmp_path / "a.npz",
        np.load(tmp_path / "a.npz"),
    ]
    for data in given:
        found = named(data)
        assert sorted(found) == ["x", "x_test", "y", "y_test"]
        for name, part in zip(
            ("x", "y", "x_test", "y_test"), (*parts[0], *parts[1]), strict=True
        ):
            assert np.array_equal(found[name], part)


def test_two_images_are_no_pair():
    two = [X[0], X[1]]
    assert named(two) is two
    found = named({"x": two, "y": [0, 1]})
    assert found["x"].shape == (2, 10, 10)


def test_shape_and_classes_follow_from_the_arrays():
    assert follow({"x": X, "y": Y}, (28, 28, 1), 10) == {
        "input_shape": (10, 10, 1),
        "classes": 3,
    }
    assert follow({"x": X, "y": Y}, (10, 10, 1), 3) == {}
    assert follow({"x": X.reshape(40, 100), "y": Y}, (10, 10, 1), 3) == {}
    colour = np.zeros((4, 6, 8, 3))
    assert follow({"x": colour, "y": ["a", "b"] * 2}, (28, 28, 1), 10) == {
        "input_shape": (6, 8, 3),
        "classes": 2,
    }
    levels = pd.Categorical(["a", "b"], categories=["a", "b", "c"])
    assert follow({"x": X[:2], "y": levels}, (10, 10, 1), 10) == {"classes": 3}
    # What is wrong is left to the checks.
    for y in ([-1, 0], [0, np.nan], [0.5, 1], [0, 10**6], [None, "a"], []):
        assert follow({"x": X[:2], "y": y}, (10, 10, 1), 2).get("classes", 2) == 2


def test_texts_are_classes_and_own_images_need_no_settings():
    names = np.array(["cat", "dog", "ant"])
    run = kd.run_experiment(
        "images", data=(X, names[Y]), epochs=1, filters=2, dense_units=4, progress=False
    )
    assert run.experiment.input_shape == (10, 10, 1)
    assert run.preprocessing.class_names == ("ant", "cat", "dog")
    assert set(run.predict(X[:5])) <= set(names)
    assert set(run.predictions()["truth"]) <= set(names)
    # Set by the caller they stay, and a preset of a known data set keeps its own.
    with pytest.raises(errors.LabelRange, match=r"labels must lie in 0\.\.1; got 2"):
        kd.run_experiment("images", data=(X, Y), classes=2)
    with pytest.raises(errors.ShapeError, match=r"x: must have shape \(n, 28, 28, 1\)"):
        kd.run_experiment("mnist-dense", data=(X, Y))
    with pytest.raises(errors.LabelType, match="whole numbers"):
        kd.run_experiment("images", data=(X, np.array(["a", 1] * 20, dtype=object)))


def test_a_stream_is_read_once():
    class Counted:
        __module__ = "torch.utils.data"
        read = 0

        def __len__(self):
            return len(X)

        def __getitem__(self, place):
            self.read += 1
            return X[place], Y[place]

    rows = Counted()
    run = kd.run_experiment(
        "images", data=rows, epochs=1, filters=2, dense_units=4, progress=False
    )
    assert rows.read == len(X)
    assert run.source.rows == len(X)


def test_what_is_no_set_of_images_is_refused(tmp_path):
    def refused(error, text, data):
        with pytest.raises(error, match=text):
            kd.run_experiment("images", data=data)

    (tmp_path / "a.npz").write_bytes(b"no archive")
    refused(errors.DatasetError, r"data: must be an \.npz file of arrays", tmp_path / "a.npz")
    refused(errors.DatasetError, "No such file", tmp_path / "b.npz")
    refused(
        errors.ShapeError,
        r"x: images must have one shape, \[10, 10\] as the first; got \[9, 10\] in image 2",
        {"x": [X[0], X[1][1:]], "y": [0, 1]},
    )
    table = pixels().drop(columns="pixel99")
    refused(errors.ShapeError, "a square number of pixels a row; got 99 columns", table)
    refused(
        errors.ArgumentType, "must end; got a dataset that is repeated", tensorflow(8).repeat()
    )
    refused(
        errors.ArgumentType, r"pairs of images and labels", tensorflow(0).map(lambda x, y: x)
    )
    refused(errors.ArgumentType, r"must hold x \(images\) and y", table.drop(columns="label"))


def test_a_mapping_of_texts_has_no_shape_to_follow():
    texts = {"text": ["a good film", "so bad"] * 12, "label": ["pos", "neg"] * 12}
    assert kd.load_data(kd.experiment("texts"), texts).sizes["train"] == 15
    files = {"image": ["a.png", "b.png"] * 6, "label": ["cat", "dog"] * 6}
    with pytest.raises(errors.DatasetError, match="must name images that can be read"):
        kd.load_data(
            kd.experiment("image-folder", image_column="image", label_column="label"), files
        )
