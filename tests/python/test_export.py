"""Networks as files for other programs: bytes in, the run's own probabilities out."""

from __future__ import annotations

import importlib.util
import warnings

import numpy as np
import pytest

import kerasduet as kd
from kerasduet import exporting
from kerasduet.errors import ArgumentType, KerasduetError, RunFolderError


@pytest.fixture(scope="module")
def images():
    random = np.random.default_rng(0)
    return random.integers(0, 256, (24, 65, 65, 1), dtype=np.uint8), np.arange(24) % 3


@pytest.fixture(scope="module")
def run(images):
    """Give a run of GoogLeNet, whose auxiliary heads are trained and not asked."""
    x, y = images
    settings = {"builder": "googlenet", "width": 0.03, "input_shape": (65, 65, 1), "classes": 3}
    data = {"x": x, "y": y}
    return kd.run_experiment(
        "images", data=data, epochs=1, batch_size=8, seed=1, progress=False, **settings
    )


def test_auxiliary_heads_are_trained_and_the_main_head_is_asked(run, images, tmp_path):
    x, _ = images
    assert set(run.model.output) == {"probabilities", "auxiliary_1", "auxiliary_2"}
    row = run.history.iloc[0]
    assert {"accuracy", "val_accuracy", "loss", "val_loss"} <= set(run.history)
    heads = [row["probabilities_loss"], row["auxiliary_1_loss"], row["auxiliary_2_loss"]]
    assert row["loss"] == pytest.approx(heads[0] + 0.3 * (heads[1] + heads[2]), rel=1e-3)
    shown = run.predict(x, kind="prob")
    assert shown.shape == (24, 3)
    wanted = np.asarray(run.model(x.astype(np.float32) / 255)["probabilities"])
    np.testing.assert_allclose(shown.to_numpy(), wanted, atol=1e-6)
    assert kd.load_run(run.save(tmp_path / "run")).predictions().equals(run.predictions())


def test_keras_file_and_saved_model_give_the_runs_probabilities(run, images, tmp_path):
    import keras
    import tensorflow as tf

    x, _ = images
    wanted = run.predict(x[:5], kind="prob").to_numpy()
    file = run.export(tmp_path / "network.keras")
    read = keras.saving.load_model(file)
    assert read.input.dtype == "uint8"
    np.testing.assert_allclose(read.predict_on_batch(x[:5]), wanted, rtol=0, atol=1e-6)
    folder = run.export(tmp_path / "network", "savedmodel")
    loaded = tf.saved_model.load(folder)
    served = loaded.serve(tf.constant(x[:5])).numpy()
    np.testing.assert_allclose(served, wanted, rtol=0, atol=1e-6)
    assert {p.name for p in tmp_path.iterdir()} == {"network.keras", "network"}
    assert run.export(tmp_path / "network", "savedmodel", overwrite=True) == folder


def test_onnx_gives_the_runs_probabilities(run, images, tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    x, _ = images
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        file = run.export(tmp_path / "network.onnx", "onnx")
    session = onnxruntime.InferenceSession(file)
    (pixels,) = session.get_inputs()
    assert (pixels.name, pixels.type) == ("pixels", "tensor(uint8)")
    for rows in (x[:1], x[:5]):
        (given,) = session.run(None, {"pixels": rows})
        wanted = run.predict(rows, kind="prob").to_numpy()
        np.testing.assert_allclose(given, wanted, rtol=0, atol=1e-6)
    assert [p.name for p in tmp_path.iterdir()] == ["network.onnx"]


def test_what_cannot_be_written_is_refused_first(run, tmp_path, monkeypatch):
    (tmp_path / "there.keras").write_text("mine")
    cases = [
        (("x.h5",), ArgumentType, "path: must end with .keras"),
        (("there.keras",), RunFolderError, "path: must be new"),
        (("x.onnx",), ArgumentType, 'Rename it, or set format = "onnx".'),
        (("none/x.keras",), RunFolderError, "path: must lie in a folder that exists"),
        (("x", "pdf"), KerasduetError, "format: no option 'pdf'"),
        (("x.onnx", "onnx"), ArgumentType, "needs the package tf2onnx"),
    ]
    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "tf2onnx" else there(name)
    )
    monkeypatch.setattr(exporting, "_whole", lambda run: pytest.fail("work was begun"))
    for (name, *more), error, text in cases:
        with pytest.raises(error) as refused:
            run.export(tmp_path / name, *more)
        assert text in str(refused.value)
    for backend, name, format in (("torch", "x", "savedmodel"), ("jax", "x.onnx", "onnx")):
        monkeypatch.setattr(exporting, "backend_name", lambda backend=backend: backend)
        with pytest.raises(ArgumentType, match=f"not written on the backend {backend}"):
            run.export(tmp_path / name, format)
    assert [p.name for p in tmp_path.iterdir()] == ["there.keras"]
    assert (tmp_path / "there.keras").read_text() == "mine"


def test_overwrite_replaces_no_folder_of_other_things(run, tmp_path, monkeypatch):
    tmp_path /= "in-a-folder-of-a-long-name" * 4  # a path is told whole
    photos = tmp_path / "photos"
    (photos / "cat").mkdir(parents=True)
    (tmp_path / "folder.keras").mkdir()
    (tmp_path / "notes").write_text("mine")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    monkeypatch.setattr(exporting, "_whole", lambda run: pytest.fail("work was begun"))
    cases = [
        (
            "photos",
            "savedmodel",
            "only a SavedModel is replaced; got '{}', which is a folder that holds cat",
        ),
        ("notes", "savedmodel", "only a SavedModel is replaced; got '{}', which is a file"),
        ("link", "savedmodel", "only a SavedModel is replaced; got '{}', which is a link"),
        ("folder.keras", "keras", "only a file is replaced; got '{}', which is a folder"),
    ]
    for name, format, text in cases:
        path = tmp_path / name
        with pytest.raises(RunFolderError) as refused:
            run.export(path, format, overwrite=True)
        assert str(refused.value) == f"path: {text.format(path)}. Choose another."
    assert (photos / "cat").is_dir()
    assert (tmp_path / "notes").read_text() == "mine"
