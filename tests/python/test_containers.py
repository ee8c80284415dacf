"""Images and labels in the containers that people have them in."""

from __future__ import annotations

import importlib.util

import numpy as np
import pandas as pd
import pytest

import kerasduet as kd
from kerasduet import errors
from kerasduet.data.containers import follow, images_alone, named
from kerasduet.data.following import followed

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
    found = WHOLE[container]()
    if not isinstance(found, tuple | list) and container != "Keras's names":
        images = np.asarray(images_alone(found, (10, 10, 1)))
        assert np.array_equal(images.reshape(X.shape), X)


def test_images_alone_are_found_too():
    torch = pytest.importorskip("torch")
    table = pixels().drop(columns="label")
    assert np.array_equal(images_alone(table, (10, 10, 1))[..., 0], X)
    assert np.array_equal(images_alone(pd.Series(list(X)), (10, 10, 1)), X)
    colour = RANDOM.random((3, 3, 6, 7)).astype(np.float32)  # channels first
    rows = torch.utils.data.TensorDataset(torch.tensor(colour))
    for given in (rows, torch.utils.data.DataLoader(rows, batch_size=2)):
        assert np.array_equal(images_alone(given, (6, 7, 3)), np.moveaxis(colour, 1, -1))
    grey = torch.utils.data.TensorDataset(torch.tensor(X)[:, None])
    assert np.array_equal(images_alone(grey, (10, 10, 1)).reshape(X.shape), X)
    with pytest.raises(
        errors.ShapeError, match=r"must have 81 pixels a row.*; got 100 columns"
    ):
        images_alone(table, (9, 9, 1))


NAMES = {
    "pixel0": [f"pixel{i}" for i in range(100)],
    "px_001": [f"px_{i + 1:03}" for i in range(100)],
    "1x1": [f"{row}x{column}" for row in range(1, 11) for column in range(1, 11)],
    "numbers": list(range(100)),
    "R's": [f"V{i}" for i in range(2, 102)],
}


@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES)
def test_numbers_in_the_names_of_pixels_are_their_order(names):
    table = pd.DataFrame(X.reshape(40, -1), columns=names)
    for order in (names, names[::-1], sorted(names, key=str)):
        mixed = table[order]
        assert np.array_equal(images_alone(mixed, (10, 10, 1))[..., 0], X)
        columns = {str(name): mixed[name].to_numpy() for name in order}  # as R's tables come
        assert np.array_equal(images_alone(columns, (10, 10, 1))[..., 0], X)
        assert np.array_equal(named(mixed.assign(label=Y))["x"], X)


def test_names_of_pixels_without_an_order_stay_as_they_are():
    table = pixels().drop(columns="label")
    for names in (
        [f"{'ab'[i % 2]}{i}" for i in range(100)],  # two sequences
        [f"p{2 * i}" for i in range(100)],  # with gaps
        [f"p{i}" for i in range(99)] + ["last"],
    ):
        mixed = table.set_axis(names, axis=1)[names[::-1]]
        assert np.array_equal(images_alone(mixed, (10, 10, 1)).reshape(40, -1), mixed)


def test_a_column_beside_the_pixels_is_named():
    with_id = pixels().assign(id=range(40))
    for call in (lambda: images_alone(with_id, (10, 10, 1)), lambda: named(with_id)):
        with pytest.raises(errors.ShapeError, match=r"got also 'id'\. Leave it out\."):
            call()
    both = with_id.assign(fold=1)
    with pytest.raises(errors.ShapeError, match=r"'id', 'fold'\. Leave them out\."):
        images_alone(both, (10, 10, 1))


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


def test_sizes_follow_wherever_data_go():
    data = (RANDOM.integers(0, 256, (20, 12, 14)).astype(np.uint8), np.arange(20) % 3)
    assert kd.load_data("images", data).x_train.shape[1:] == (12, 14, 1)
    assert kd.build_model("images", data).input_shape == (None, 12, 14, 1)
    with pytest.raises(errors.ShapeError, match=r"x: must have shape \(n, 28, 28, 1\)"):
        kd.load_data(kd.experiment("images"), data)
    small = followed("images", (np.zeros((4, 8, 8), np.uint8), [0, 1, 0, 1]))[0]
    assert small.padding == "same" and small.input_shape == (8, 8, 1)
    assert followed("images", data)[0].padding == "valid"


def test_texts_are_classes_and_own_images_need_no_settings():
    names = np.array(["cat", "dog", "ant"])
    run = kd.run_experiment(
        "images", data=(X, names[Y]), epochs=1, filters=2, dense_units=4, progress=False
    )
    assert run.experiment.input_shape == (10, 10, 1)
    assert run.preprocessing.class_names == ("ant", "cat", "dog")
    assert set(run.predict(X[:5])) <= set(names)
    assert list(run.predict(pixels())) == list(run.predict(X))
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
    np.savez(tmp_path / "c.npz", x=X, y=Y)
    whole = (tmp_path / "c.npz").read_bytes()
    (tmp_path / "c.npz").write_bytes(whole[: len(whole) // 2])
    refused(errors.DatasetError, "damaged, or another file", tmp_path / "c.npz")
    refused(errors.DatasetError, "No such file", tmp_path / "b.npz")
    refused(
        errors.ShapeError,
        r"x: rows must have one shape, \[10, 10\] as the first; got \[9, 10\] in row 2",
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


def test_streams_in_the_forms_that_people_have_them():
    tf = pytest.importorskip("tensorflow")
    colour = RANDOM.integers(0, 256, (24, 12, 10, 3)).astype(np.uint8)
    labels = np.arange(24) % 3
    rows = tf.data.Dataset.from_tensor_slices((colour, labels[:, None]))
    for data in (rows, rows.batch(7)):
        found = named(data)
        assert np.array_equal(found["x"], colour) and np.array_equal(found["y"], labels)
    with pytest.raises(
        errors.ArgumentType, match="pairs of images and labels; got a value of type dict"
    ):
        named(rows.map(lambda x, y: {"x": x, "y": y}))
    sizes = tf.data.Dataset.from_generator(
        lambda: ((np.zeros((4 + n, 4), np.uint8), n) for n in range(3)),
        output_signature=(tf.TensorSpec((None, 4), tf.uint8), tf.TensorSpec((), tf.int64)),
    )
    with pytest.raises(errors.ShapeError, match=r"as the first; got \[5, 4\] in row 2"):
        named(sizes)


def test_channels_that_come_first_in_torch_come_last_here():
    torch = pytest.importorskip("torch")
    images = torch.zeros((6, 3, 8, 10))
    rows = torch.utils.data.TensorDataset(images, torch.arange(6))
    assert named(rows)["x"].shape == (6, 8, 10, 3)
    assert named(torch.utils.data.DataLoader(rows, batch_size=4))["x"].shape == (6, 8, 10, 3)


def test_settings_that_fit_the_images_alone_are_taken():
    run = kd.run_experiment(
        "images",
        data=(X, Y),
        class_weight=(1, 2, 3),
        epochs=1,
        filters=2,
        dense_units=4,
        progress=False,
    )
    assert run.experiment.class_weight == (1, 2, 3)


def test_a_run_on_texts_resumes_from_its_folder(tmp_path, monkeypatch):
    import sys

    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    data = {"x": X, "y": np.array(["cat", "dog", "ant"])[Y]}
    settings = {"epochs": 2, "filters": 2, "dense_units": 4}

    def stop(event):
        if event["event"] == "epoch":
            raise KeyboardInterrupt

    cut = kd.run_experiment("images", data=data, out=tmp_path / "a", progress=stop, **settings)
    assert cut.status == "interrupted"
    resumed = kd.resume_run(tmp_path / "a", data=data, progress=False)
    whole = kd.run_experiment("images", data=data, progress=False, **settings)
    assert resumed.digests == whole.digests
