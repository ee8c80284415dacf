"""Which way it moves: moving digits, own videos, and what is refused."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import kerasduet as kd
from kerasduet.data import mnist
from kerasduet.errors import ArgumentType, DatasetError, EmptyData, LengthMismatch, ShapeError
from kerasduet.inside.states_figure import states_data
from kerasduet.plots import plot_data
from kerasduet.tasks.videos.figures import strips
from kerasduet.tasks.videos.moving import moving_digits
from kerasduet.tasks.videos.settings import DIRECTIONS, SIDE

FEW = {"videos": 60, "test_videos": 24, "filters": 2, "units": 3, "epochs": 1}


def own(rows=40, frames=3, side=6):
    """Give videos that grow lighter or darker, and the word for it."""
    random = np.random.default_rng(4)
    course = np.linspace(0, 200, frames)[:, None, None]
    rising = np.arange(rows) % 2 == 0
    x = np.where(rising[:, None, None, None], course, course[::-1])
    x = x + random.integers(0, 50, (rows, frames, side, side))
    labels = ["lighter" if up else "darker" for up in rising]
    return {"x": x.astype(np.uint8), "y": pd.Categorical(labels)}


@pytest.fixture(scope="module")
def run():
    return kd.run_experiment(
        "moving-digits", dataset="videos", video_shape=(3, 6, 6, 1), classes=2, filters=2,
        units=8, epochs=30, batch_size=8, learning_rate=0.02, data=own(), progress=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def generated():
    return kd.load_data(kd.experiment("moving-digits", **FEW))


@pytest.mark.parametrize("classes", [4, 8])
def test_a_digit_goes_where_its_class_says(classes):
    digits = np.full((3, 28, 28), 255, np.uint8)
    shape = (6, 32, 24, 1)
    x, codes = moving_digits(digits, number=80, shape=shape, classes=classes, seed=3)
    assert x.shape == (80, *shape) and x.dtype == np.uint8 and codes.dtype == np.int32
    assert np.bincount(codes).tolist() == [80 // classes] * classes
    ink = x[..., 0] == 255
    assert (ink.sum(axis=(2, 3)) == SIDE**2).all()
    steps = np.array(list(DIRECTIONS.values()))
    for video, code in zip(ink, codes, strict=True):
        right, down = steps[code]
        moved = [
            speed
            for speed in (1, 2, 3)
            if all(
                np.array_equal(np.roll(one, (down * speed, right * speed), (0, 1)), two)
                for one, two in itertools.pairwise(video)
            )
        ]
        assert len(moved) == 1


def test_test_videos_show_other_digits(generated):
    assert generated.sizes == {"train": 48, "validation": 12, "test": 24}
    found, _, _ = mnist.arrays(None, subset=True)
    train = {digit.tobytes() for digit in found["x_train"]}
    assert not train & {digit.tobytes() for digit in found["x_test"]}
    again = kd.load_data(kd.experiment("moving-digits", **FEW, seed=8))
    assert again.source.sha256 == generated.source.sha256
    assert np.array_equal(again.x_test, generated.x_test)
    assert "in no training video" in generated.source.note


def test_no_single_frame_tells_the_direction():
    """A digit is anywhere with the same chance in each frame, whichever way it goes."""
    digits = np.full((1, 28, 28), 255, np.uint8)
    x, codes = moving_digits(digits, number=8_000, shape=(4, 20, 20, 1), classes=8, seed=1)
    for code in range(8):
        share = (x[codes == code, -1, :, :, 0] == 255).mean(axis=0)
        assert abs(share - (SIDE / 20) ** 2).max() < 0.08


def test_a_network_sees_which_way(run):
    assert run.metrics["accuracy"] == 1
    assert run.metrics["baseline_accuracy"] == 0.5
    assert list(run.predict(own()["x"][:2])) == ["lighter", "darker"]
    reversed_in_time = own()["x"][:2, ::-1]
    assert list(run.predict(reversed_in_time)) == ["darker", "lighter"]
    scored = run.evaluate(own()["x"], own()["y"])
    assert scored["accuracy"] == 1


def test_a_saved_run_answers_alike(run, tmp_path):
    run.save(tmp_path / "run")
    loaded = kd.load_run(tmp_path / "run")
    x = own()["x"]
    assert loaded.predict(x, kind="prob").equals(run.predict(x, kind="prob"))


def test_states_are_those_of_the_layer_frame_by_frame(run):
    keras = pytest.importorskip("keras")
    video = own()["x"][3]
    table = kd.states(run, video)
    assert list(table)[:4] == ["step", "frame", "unit", "state"]
    assert table["frame"].iloc[::8].tolist() == [1, 2, 3]
    last = keras.Model(run.model.inputs, run.model.get_layer("lstm_1").output)
    found = keras.ops.convert_to_numpy(
        last(run.preprocessing.to_network(video[None, ..., None]))
    )
    np.testing.assert_allclose(table["state"].tail(8), found[0], atol=1e-5)
    (panel,) = states_data(run, video[None], "gates").panels
    assert panel.x == "Frame" and "8 units in rows and 3 steps in columns" in panel.alt
    with pytest.raises(ShapeError, match="x: must be one text, sequence or video; got 8"):
        kd.states(run, run.dataset)


def test_saliency_of_a_video_is_a_row_of_frames_a_method(run):
    video = run.dataset.x_test[0]
    drawn = kd.plot_saliency(run, video, ["gradient", "integrated"])
    frames = len(video)
    titles = [axes.get_title() for axes in drawn.axes]
    assert titles[:frames] == [f"frame {i}" for i in range(1, frames + 1)]
    assert titles[frames::frames] == ["gradient", "integrated gradients"]
    assert len(titles) == 3 * frames
    assert re.search(r"^A video of .* gradient strongest in frame \d, row", drawn.alt_text)
    with pytest.raises(ShapeError, match=r"^image: must be one video, of shape"):
        kd.plot_saliency(run, video[0, 0])


def test_frames_lie_side_by_side(run):
    drawn = plot_data(run, "videos", rows=[1, 2])
    assert drawn.alt.startswith("Grid of 2 test videos")
    images = strips(own()["x"][..., None])
    assert images.shape == (40, 6, 3 * 6 + 2, 1)
    assert np.array_equal(images[:, :, 7:13, 0], own()["x"][:, 1])
    long = strips(np.zeros((2, 30, 5, 4, 3), np.float32))
    assert long.shape == (2, 5, 8 * 4 + 7, 3) and long.max() == 0.5


def test_the_page_names_frames(run, tmp_path):
    text = Path(kd.render_report(run, tmp_path / "report.html")).read_text("utf-8")
    assert "grey videos of 3 frames of 6 \u00d7 6 pixels" in text
    assert "Measures on the test videos." in text


@pytest.mark.parametrize(
    ("changed", "error", "text"),
    [
        ({"x": np.zeros((40, 3, 6, 5), "uint8")}, ShapeError,
         "x: must have shape (n, 3, 6, 6, 1) or (n, 3, 6, 6)"),
        ({"x": np.zeros((40, 6, 6), "uint8")}, ShapeError, "x: must have shape (n, 3, 6, 6, 1)"),
        ({"y": [0, 1, 0]}, LengthMismatch, "y: must have one label a video (40); got 3"),
        ({"x": np.zeros((40, 3, 6, 6))[:0]}, EmptyData, "x: must have at least one video"),
        ({"x": ["film.mp4"] * 40}, ArgumentType, "x: must be videos as an array of numbers"),
    ],
)  # fmt: skip
def test_bad_videos_are_refused(changed, error, text):
    settings = {"dataset": "videos", "video_shape": (3, 6, 6, 1), "classes": 2}
    with pytest.raises(error) as refused:
        kd.load_data(kd.experiment("moving-digits", **settings), own() | changed)
    assert text in str(refused.value)


def test_what_does_not_go_together_is_said():
    with pytest.raises(DatasetError, match="needs videos and labels of your own"):
        kd.load_data(kd.experiment("moving-digits", dataset="videos"))
    with pytest.raises(ArgumentType, match="classes: digits move in 4 or 8 directions; got 5"):
        kd.experiment("moving-digits", classes=5)
    with pytest.raises(ArgumentType, match="video_shape: moving digits need 2 frames or more"):
        kd.experiment("moving-digits", video_shape=(8, 12, 20, 1))
    with pytest.raises(ShapeError, match="video_shape: must leave at least one pixel"):
        kd.models.video_recurrent(video_shape=(2, 6, 6, 1), filters=(2, 2, 2))
