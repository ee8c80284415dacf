"""CIFAR-10: where it is looked for, how its files are read, and what is refused in them."""

from __future__ import annotations

import io
import pickle
import tarfile

import numpy as np
import pytest

import kerasduet as kd
from kerasduet.data import cifar
from kerasduet.errors import ArgumentRange, DatasetError

FOLDER = cifar.FOLDER


def batch(random, rows=20):
    """Give the bytes of a batch as the files have them, by Python 2's protocol."""
    data = random.integers(0, 256, (rows, 3072), dtype=np.uint8)
    labels = [int(code) for code in np.arange(rows) % 10]
    return {b"data": data, b"labels": labels}


@pytest.fixture(scope="module")
def batches():
    random = np.random.default_rng(0)
    names = [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]
    return {name: batch(random) for name in names}


@pytest.fixture
def folder(tmp_path, batches):
    made = tmp_path / FOLDER
    made.mkdir()
    for name, found in batches.items():
        (made / name).write_bytes(pickle.dumps(found, protocol=2))
    (made / "readme.html").write_text("a page")
    return made


def same(found, batches):
    train = [batches[f"data_batch_{i}"] for i in range(1, 6)]
    planes = np.concatenate([one[b"data"] for one in train]).reshape(-1, 3, 32, 32)
    assert found["x_train"].shape == (100, 32, 32, 3)
    # Red, green and blue planes, row by row.
    assert np.array_equal(np.moveaxis(found["x_train"], -1, 1), planes)
    assert found["y_train"].tolist() == [code for one in train for code in one[b"labels"]]
    assert found["y_test"].tolist() == batches["test_batch"][b"labels"]


def test_folder_archive_and_npz_hold_the_same(tmp_path, folder, batches):
    packed = tmp_path / "cifar-10-python.tar.gz"
    with tarfile.open(packed, "w:gz") as archive:
        archive.add(folder, FOLDER)
    single = tmp_path / "cifar10.npz"
    for path in (folder, tmp_path, packed):
        found, name, where = cifar.arrays(str(path))
        same(found, batches)
        assert (name, where) == ("CIFAR-10 (path)", str(path))
    np.savez(single, **found | {"y_train": found["y_train"].reshape(-1, 1).astype(np.uint8)})
    same(cifar.arrays(str(single))[0], batches)
    settings = {"path": str(packed), "validation_split": 0.2}
    loaded = kd.load_data(kd.experiment("cifar-cnn", **settings))
    assert loaded.sizes == {"train": 80, "validation": 20, "test": 20}
    assert loaded.preprocessing.class_names == cifar.CLASSES
    folds = kd.experiment("cifar-cnn", **settings)
    assert len(cifar.folds(folds, 5, 1)) == 5


@pytest.mark.parametrize("place", ["KERAS_HOME", "KERASDUET_DATA"])
def test_it_is_found_where_keras_puts_it(tmp_path, monkeypatch, folder, batches, place):
    for name in ("KERAS_HOME", "KERASDUET_DATA"):
        monkeypatch.setenv(name, str(tmp_path / name))
    with pytest.raises(DatasetError, match=r"^path: must lead to CIFAR-10, .*got nothing"):
        kd.load_data("cifar-cnn")
    inner = "datasets" if place == "KERAS_HOME" else "."
    target = tmp_path / place / inner / f"{FOLDER}-target"
    target.mkdir(parents=True)
    folder.rename(target / FOLDER)
    found, name, _ = cifar.arrays(None)
    same(found, batches)
    assert name == f"CIFAR-10 ({'Keras cache' if inner != '.' else place})"


class Loud:
    """A pickle that would run a program."""

    def __reduce__(self):
        import os

        return os.system, ("touch ran",)


@pytest.mark.parametrize(
    "evil",
    [Loud(), print, np.load, {b"data": Loud(), b"labels": []}, np.array([Loud()], object)],
    ids=["program", "function", "numpy's own", "inside", "in an array"],
)
def test_a_pickle_never_runs_anything(tmp_path, monkeypatch, folder, evil):
    monkeypatch.chdir(tmp_path)
    (folder / "test_batch").write_bytes(pickle.dumps(evil, protocol=2))
    with pytest.raises(DatasetError, match=r"^path: must hold batches .*test_batch \(names "):
        cifar.arrays(str(folder))
    assert not (tmp_path / "ran").exists()


def test_damaged_files_are_named(tmp_path, folder, batches):
    good = batches["test_batch"]
    wrong = {
        "not enough": pickle.dumps({b"data": good[b"data"]}),
        "cut": pickle.dumps(good)[:500],
        "floats": pickle.dumps(good | {b"data": good[b"data"] / 255}, protocol=2),
        "codes": pickle.dumps(good | {b"labels": [10] * 20}, protocol=2),
        "few codes": pickle.dumps(good | {b"labels": [1] * 19}, protocol=2),
        "texts": pickle.dumps(good | {b"labels": ["a"] * 20}, protocol=2),
    }
    for raw in wrong.values():
        (folder / "data_batch_2").write_bytes(raw)
        with pytest.raises(DatasetError, match="data_batch_2"):
            cifar.arrays(str(folder))
    cut = tmp_path / "cut.tar.gz"
    with tarfile.open(cut, "w:gz") as archive:
        archive.add(folder, FOLDER)
    cut.write_bytes(cut.read_bytes()[:3000])
    with pytest.raises(DatasetError, match=r"which is damaged \("):
        cifar.arrays(str(cut))


def test_a_run_of_a_million_parameters_is_kept_and_loaded(tmp_path, folder):
    # Its file has the numbers of Adam, too: three times as many as weights.
    settings = {"path": str(folder), "epochs": 1, "progress": False}
    run = kd.run_experiment("cifar-cnn", out=tmp_path / "run", **settings)
    again = kd.load_run(tmp_path / "run")
    assert again.digests == run.digests
    assert again.provenance["parameters"] == 1_060_138


def test_a_file_named_in_a_shell_is_read_as_cifar(folder, capsys):
    from kerasduet import cli

    (folder / "test_batch").unlink()
    assert cli.main(["run", "cifar-cnn", "--data", str(folder), "--quiet"]) != 0
    assert "must hold data_batch_1 to data_batch_5 and test_batch" in capsys.readouterr().err


def test_a_huge_member_is_refused_before_it_is_read(tmp_path, monkeypatch, folder):
    monkeypatch.setattr(cifar, "MOST_BYTES", 1000)
    packed = tmp_path / "large.tar"
    with tarfile.open(packed, "w") as archive:
        archive.add(folder, FOLDER)
    for path in (packed, folder):
        with pytest.raises(DatasetError, match="has about 31 MB"):
            cifar.arrays(str(path))


def test_npz_of_other_shapes_is_refused(tmp_path):
    images, codes = np.zeros((4, 32, 32, 3), np.uint8), np.arange(4)
    parts = {"x_train": images, "y_train": codes, "x_test": images, "y_test": codes}
    for change, words in (
        ({"x_test": images[..., 0]}, "x_test must be bytes"),
        ({"x_train": images / 255}, "x_train must be bytes"),
        ({"y_test": codes[:3]}, "labels must be whole numbers"),
    ):
        file = io.BytesIO()
        np.savez(file, **parts | change)
        (tmp_path / "x.npz").write_bytes(file.getvalue())
        with pytest.raises(DatasetError, match=words):
            cifar.arrays(str(tmp_path / "x.npz"))


def test_generated_shapes_are_named_as_generated():
    chosen = kd.experiment("cifar-cnn", dataset="coloured-shapes")
    loaded = kd.load_data(chosen)
    assert loaded.source.name == "generated coloured shapes"
    assert loaded.source.note.startswith("Generated images")
    assert loaded.sizes == {"train": 1800, "validation": 200, "test": 500}
    assert np.bincount(loaded.y_test).tolist() == [50] * 10
    assert kd.load_data(chosen).source.sha256 == loaded.source.sha256
    with pytest.raises(ArgumentRange, match="coloured-shapes has 10; got 3"):
        kd.load_data(chosen.replace(classes=3))


def test_own_images_come_by_the_names_that_keras_gives_them():
    random = np.random.default_rng(0)
    x, y = random.integers(0, 256, (40, 28, 28), np.uint8), np.arange(40) % 10
    chosen = kd.experiment("mnist-dense")
    plain = kd.load_data(chosen, {"x": x, "y": y, "x_test": x[:10], "y_test": y[:10]})
    nested = {"train": {"x": x, "y": y}, "test": {"x": x[:10], "y": y[:10]}}
    flat = {"x_train": x, "y_train": y, "x_test": x[:10], "y_test": y[:10]}
    for data in (nested, flat):
        assert kd.load_data(chosen, data).source.sha256 == plain.source.sha256
    with pytest.raises(kd.errors.ArgumentType, match=r"^y: must be given in test; got nothing"):
        kd.load_data(chosen, nested | {"test": {"x": x}})
