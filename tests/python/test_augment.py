"""Augmentation: what moves and how far, training rows alone, and exact resume."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import affine_transform
from test_training import Middle

import kerasduet as kd
from kerasduet.augment import Augmentation, augmentation
from kerasduet.errors import UnknownName
from kerasduet.training import course

TINY = {"classes": 3, "units": 6, "input_shape": (6, 5, 1), "batch_size": 4, "epochs": 4}
ALL = {"shift": 0.2, "rotate": 15, "zoom": 0.1, "flip": "both"}
DRAWN = ("down", "right", "turn", "zoom", "horizontal", "vertical")
OLD = Path(__file__).parents[1] / "contract" / "runs" / "format-1"
NOTHING = np.zeros((1, len(DRAWN)))


@pytest.fixture(autouse=True)
def every_batch(monkeypatch):
    monkeypatch.setattr(course, "SECONDS_BETWEEN_EVENTS", 0)


def arrays(rows=60):
    y = np.arange(rows) % 3
    x = np.random.default_rng(5).integers(0, 86, (rows, 6, 5)) + 80 * y[:, None, None]
    return {"x": x.astype(np.uint8), "y": y}


def tiny(progress=False, data=None, out=None, **changes):
    """Train a small classifier of images whose brightness tells the class."""
    made = kd.experiment("mnist-dense", dataset="images", **TINY | changes)
    return kd.run_experiment(made, data=data or arrays(), progress=progress, out=out)


@cache
def moved():
    """Train it with everything moved, once for all tests."""
    return tiny(**ALL)


def image(height=9, width=9, channels=1):
    return np.random.default_rng(1).random((1, height, width, channels)).astype(np.float32)


def draw(**given):
    """Give one row of draws."""
    return np.array([[given.get(name, 0) for name in DRAWN]], float)


def test_a_draw_of_nothing_leaves_every_bit():
    one = image(8, 7, 3)
    moved = Augmentation(0.5, 90, 0.5)(one, NOTHING)
    assert moved.tobytes() == one.tobytes()
    assert moved.dtype == np.float32


def test_shift_moves_by_a_fraction_of_each_side_and_repeats_the_edge():
    one = image(10, 20)
    down = Augmentation(shift=0.2)(one, draw(down=1))[0, ..., 0]
    np.testing.assert_allclose(down[2:], one[0, :-2, :, 0], rtol=1e-6)
    np.testing.assert_allclose(down[:2], one[0, [0, 0], :, 0], rtol=1e-6)
    left = Augmentation(shift=0.2)(one, draw(right=-1))[0, ..., 0]
    np.testing.assert_allclose(left[:, :-4], one[0, :, 4:, 0], rtol=1e-6)
    np.testing.assert_allclose(left[:, -4:], one[0, :, [-1] * 4, 0].T, rtol=1e-6)


def test_half_a_pixel_is_the_mean_of_two():
    one = image(10, 10)
    moved = Augmentation(shift=0.05)(one, draw(right=1))[0, ..., 0]
    old = one[0, ..., 0]
    np.testing.assert_allclose(moved[:, 1:], (old[:, 1:] + old[:, :-1]) / 2, rtol=1e-6)


@pytest.mark.parametrize("size", [8, 9])
@pytest.mark.parametrize("turn", [1, -1])
def test_a_quarter_turn_is_that_of_numpy(size, turn):
    one = image(size, size)
    moved = Augmentation(rotate=90)(one, draw(turn=turn))[0, ..., 0]
    np.testing.assert_allclose(moved, np.rot90(one[0, ..., 0], -turn), rtol=1e-5, atol=1e-6)


def test_zoom_enlarges_about_the_middle():
    old = np.zeros((1, 9, 9, 1), np.float32)
    old[0, 3:6, 3:6] = 1
    larger = Augmentation(zoom=0.5)(old, draw(zoom=1))
    smaller = Augmentation(zoom=0.5)(old, draw(zoom=-1))
    assert larger.sum() == pytest.approx(9 * 1.5**2, rel=0.1)
    assert smaller.sum() < 9 < larger.sum()
    assert larger[0, 4, 4, 0] == smaller[0, 4, 4, 0] == 1
    np.testing.assert_allclose(larger, larger[:, ::-1, ::-1], atol=1e-6)


@pytest.mark.parametrize(("height", "width"), [(5, 6), (6, 7)])
def test_flips_mirror_every_channel_of_the_images_drawn(height, width):
    one = image(height, width, 3)
    mirrored = {
        "horizontal": {(1, -1): one[:, :, ::-1], (1, 1): one[:, :, ::-1]},
        "vertical": {(-1, 1): one[:, ::-1], (1, 1): one[:, ::-1]},
        "both": {
            (1, -1): one[:, :, ::-1],
            (-1, 1): one[:, ::-1],
            (1, 1): one[:, ::-1, ::-1],
        },
        None: {},
    }
    for flip, expected in mirrored.items():
        for horizontal, vertical in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
            drawn = draw(horizontal=horizontal, vertical=vertical)
            found = Augmentation(flip=flip)(one, drawn)
            wanted = expected.get((horizontal, vertical), one)
            assert found.tobytes() == np.ascontiguousarray(wanted).tobytes()


def test_half_of_the_images_are_mirrored_each_way():
    drawn = Augmentation(flip="both").draws(0, 0, 10_000)[:, 4:] >= 0
    assert drawn.mean(axis=0) == pytest.approx([0.5, 0.5], abs=0.02)
    assert drawn.all(axis=1).mean() == pytest.approx(0.25, abs=0.02)


@pytest.mark.parametrize(("height", "width", "channels"), [(28, 28, 1), (7, 12, 3), (1, 5, 1)])
def test_images_move_as_scipy_moves_them(height, width, channels):
    augment = Augmentation(0.3, 180, 0.6, "both")
    images = np.random.default_rng(2).random((50, height, width, channels)).astype(np.float32)
    draws = augment.draws(0, 0, 50)
    found = augment(images, draws)
    for old, new, matrix, offset in zip(
        images, found, *augment._where_from((height, width), draws), strict=True
    ):
        for k in range(channels):
            wanted = affine_transform(old[..., k], matrix, offset, order=1, mode="nearest")
            np.testing.assert_allclose(new[..., k], wanted, atol=1e-6)


def test_an_image_is_the_same_alone_and_among_others_and_keeps_its_range():
    augment = Augmentation(0.3, 180, 0.6, "both")
    images = np.random.default_rng(2).random((60, 28, 28, 1)).astype(np.float32)
    images[::2] = np.round(images[::2])  # masks of 0 and 1
    draws = augment.draws(0, 0, 60)
    together = augment(images, draws)
    alone = [augment(images[i : i + 1], draws[i : i + 1]) for i in range(60)]
    assert together.tobytes() == np.concatenate(alone).tobytes()
    assert (together.max((1, 2, 3)) <= images.max((1, 2, 3))).all()
    assert (together.min((1, 2, 3)) >= images.min((1, 2, 3))).all()
    assert together.dtype == np.float32
    full = np.ones((60, 28, 28, 1), np.float32)
    assert augment(full, draws).max() == 1


def test_draws_follow_from_seed_epoch_and_row_alone():
    first = Augmentation(**ALL).draws(3, 1, 50)
    assert first.shape == (50, len(DRAWN))
    assert np.abs(first).max() <= 1
    assert first.min() < -0.9 < 0.9 < first.max()
    assert np.array_equal(first, Augmentation(shift=0.1).draws(3, 1, 50))
    assert np.array_equal(first[:20], Augmentation(**ALL).draws(3, 1, 20))
    for other in ((4, 1), (3, 2), (1, 3)):
        assert not np.array_equal(first, Augmentation(**ALL).draws(*other, 50))


def seen(monkeypatch, **changes):
    """Train, and give the images as the network saw them, by epoch and row."""
    real, batches = course.feed_rows, []

    def watched(part, prepare, size, augment=None, *more, **named):
        made = real(part, prepare, size, augment, *more, **named)
        batches.append((made, augment))
        return made

    told = []
    shuffle = course._Course.shuffle

    def at_epoch(running, epoch, logs=None):
        shuffle(running, epoch, logs)
        rows = np.empty((len(running.batches.order), *running.dataset.x_train.shape[1:]))
        shown = [running.batches[i][0] for i in range(len(running.batches))]
        rows[running.batches.order] = np.concatenate(shown)
        told.append(rows)

    monkeypatch.setattr(course, "feed_rows", watched)
    monkeypatch.setattr(course._Course, "shuffle", at_epoch)
    run = tiny(**changes)
    monkeypatch.undo()
    return run, told, batches


def test_training_rows_move_anew_in_each_epoch_and_held_out_rows_do_not(monkeypatch):
    run, epochs, batches = seen(monkeypatch, **ALL)
    assert len(epochs) == TINY["epochs"]
    assert not np.array_equal(epochs[0], epochs[1])
    train, held = batches
    assert train[1] == Augmentation(**ALL)
    assert held[1] is None
    still = run.preprocessing.to_network(run.dataset.x_train)
    assert all((rows != still).any(axis=(1, 2, 3)).all() for rows in epochs)
    assert all(rows.min() >= still.min() and rows.max() <= still.max() for rows in epochs)


def test_the_batch_size_changes_no_image(monkeypatch):
    one = seen(monkeypatch, **ALL)[1]
    other = seen(monkeypatch, **ALL, batch_size=7)[1]
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_bytes_and_floats_are_augmented_alike():
    data = arrays()
    floats = {"x": (data["x"] / np.float32(255)).astype(np.float32), "y": data["y"]}
    assert tiny(data=floats, **ALL).digests == moved().digests


@pytest.mark.parametrize("channels", [1, 3])
def test_masks_and_colour_images_train_and_resume_to_the_same_bits(channels):
    y = np.arange(60) % 3
    x = np.random.default_rng(5).random((60, 6, 5, channels)) < 0.2 + 0.3 * y.reshape(
        -1, 1, 1, 1
    )
    settings = {"data": {"x": x.astype(np.uint8), "y": y}, "input_shape": (6, 5, channels)}
    whole = tiny(**settings, **ALL)
    assert whole.preprocessing.pixel_scale == 1
    again = kd.resume_run(tiny(Middle(2), **settings, **ALL), progress=False)
    assert again.digests == whole.digests != tiny(**settings).digests


def test_each_setting_changes_the_training_and_the_defaults_change_nothing():
    digests = {"": tiny().digests["weights"]}
    for name, value in ALL.items():
        digests[name] = tiny(**{name: value}).digests["weights"]
    assert len(set(digests.values())) == 5
    none = {"shift": 0, "rotate": 0, "zoom": 0, "flip": None}
    assert tiny(**none).digests["weights"] == digests[""]
    assert augmentation(kd.experiment("mnist-cnn")) is None


def test_the_same_seed_gives_the_same_bits_and_another_seed_others():
    assert tiny(**ALL).digests == moved().digests
    assert tiny(**ALL, seed=1).digests["weights"] != moved().digests["weights"]


# A constant rate resumes above.
def test_an_interrupted_training_resumes_to_the_same_bits(tmp_path):
    settings = ALL | {"schedule": "one_cycle", "dropout": 0.3}
    whole = tiny(**settings)
    cut = tiny(Middle(3), out=tmp_path / "run", **settings)
    assert (cut.status, len(cut.history)) == ("interrupted", 2)
    again = kd.resume_run(tmp_path / "run", data=arrays(), progress=False)
    assert again.digests == whole.digests
    assert again.history.equals(whole.history)
    loaded = kd.load_run(tmp_path / "run")
    assert {name: getattr(loaded.experiment, name) for name in ALL} == ALL
    x = arrays()["x"]
    assert np.array_equal(loaded.predict(x), whole.predict(x))


def test_the_settings_survive_json_and_stand_in_the_report(tmp_path):
    made = kd.experiment("mnist-cnn", **ALL)
    assert type(made).from_json(made.to_json()) == made
    page = Path(kd.render_report(moved(), tmp_path / "report.html")).read_text("utf-8")
    text = re.sub(r"<[^>]*>", " ", page)
    for row in ("Shift 0.2", "Rotate 15", "Zoom 0.1", "Flip both"):
        assert row in re.sub(r"\s+", " ", text)


def test_runs_of_before_load_with_nothing_moved():
    for name in ("images-python", "images-r"):
        loaded = kd.load_run(OLD / name / "run").experiment.training
        assert (loaded.shift, loaded.rotate, loaded.zoom, loaded.flip) == (0, 0, 0, None)
        assert loaded.schedule == "constant"


def test_a_series_has_no_augmentation():
    for name, value in ALL.items():
        with pytest.raises(UnknownName, match=f"^{name}: the experiment lstm-co2 has no such"):
            kd.experiment("lstm-co2", **{name: value})
    assert not set(ALL) & set(kd.experiment("lstm-co2").flat())


def test_a_change_to_a_series_leaves_the_augmentation_behind():
    made = kd.experiment("mnist-cnn", **ALL)
    series = made.replace(dataset="co2", builder="recurrent", path=None)
    assert not set(ALL) & set(series.flat())
    assert kd.experiment("mnist-dnn").replace(**ALL).training.shift == ALL["shift"]


def test_a_dataset_fits_experiments_of_other_augmentation():
    dataset = kd.load_data(kd.experiment("mnist-dense", dataset="mnist-subset"))
    settings = {"dataset": "mnist-subset", "units": 4, "epochs": 1, "flip": "vertical"}
    run = kd.run_experiment("mnist-dense", data=dataset, progress=False, **settings)
    assert run.experiment.flip == "vertical"
