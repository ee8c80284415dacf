"""Own images in files: how they are read, refused, streamed, and what a run makes of them."""

from __future__ import annotations

import hashlib
import io
import os
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import polars as pl
import pytest
from PIL import Image

import kerasduet as kd
from kerasduet.data.part import taken
from kerasduet.data.pictures import ImageFiles, Look
from kerasduet.data.pictures.look import Unreadable
from kerasduet.errors import ArgumentType, DatasetError, EmptyData, LabelRange, UnknownName

SMALL = {"image_size": 8, "filters": 2, "dense_units": 4, "epochs": 2, "progress": False}
CLASSES = ("Emu", "cat", "dog")  # in the order of their bytes


def save(file, pixels, **how):
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(file, **how)


def fill(folder, counts, *, seed=0):
    """Fill folders of classes with random images, each brightest in the channel of its class."""
    random = np.random.default_rng(seed)
    for channel, (name, count) in enumerate(counts.items()):
        for number in range(count):
            pixels = random.integers(0, 100, (10, 12, 3), dtype=np.uint8)
            pixels[..., channel % 3] += 120
            save(folder / name / f"{number:03}.png", pixels)
    return folder


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    return fill(tmp_path_factory.mktemp("own") / "photos", dict.fromkeys(CLASSES, 24))


@pytest.fixture(scope="module")
def run(photos):
    return kd.run_experiment("image-folder", path=photos, out=photos.parent / "run", **SMALL)


@pytest.fixture
def table(photos):
    files = sorted(map(str, photos.rglob("*.png")))
    return pd.DataFrame({"image": files, "label": [file.split(os.sep)[-2] for file in files]})


def pixels(image, look=None, **how):
    file = io.BytesIO()
    image.save(file, **{"format": "PNG"} | how)
    return (look or Look(image.height, image.width)).pixels(file.getvalue())


def read(folder, **settings):
    return kd.load_data(kd.experiment("image-folder", path=folder, filters=2, **settings))


# One image ---------------------------------------------------------------------------------


GREY = np.arange(0, 240, 10, dtype=np.uint8).reshape(4, 6)


def test_grey_and_colour_become_each_other():
    assert (pixels(Image.fromarray(GREY)) == GREY[..., None].repeat(3, axis=-1)).all()
    colour = Image.new("RGB", (2, 1), (200, 100, 50))
    luma = round((200 * 299 + 100 * 587 + 50 * 114) / 1000)  # ITU-R 601
    assert pixels(colour, Look(1, 2, "grey")).ravel().tolist() == [luma, luma]


def test_sixteen_bits_become_eight():
    deep = Image.fromarray(GREY.astype(np.uint16) * 257)
    assert deep.mode.startswith("I;16")
    assert (pixels(deep, Look(4, 6, "grey"))[..., 0] == GREY).all()
    assert (pixels(deep, Look(4, 6, "grey"), format="TIFF")[..., 0] == GREY).all()
    with pytest.raises(Unreadable, match="floats"):
        pixels(Image.fromarray(GREY.astype(np.float32)), format="TIFF")


def test_what_is_transparent_lies_on_white():
    clear = np.zeros((2, 2, 4), np.uint8)
    clear[0, 0] = (10, 20, 30, 255)
    clear[1, 1] = (0, 0, 0, 51)
    found = pixels(Image.fromarray(clear))
    assert found[0, 0].tolist() == [10, 20, 30]
    assert found[0, 1].tolist() == [255, 255, 255]
    assert found[1, 1].tolist() == [204, 204, 204]
    few = Image.fromarray(clear[..., :3]).quantize(4)
    few.info["transparency"] = few.getpixel((1, 0))
    assert pixels(few, transparency=few.getpixel((1, 0)))[0, 1].tolist() == [255, 255, 255]


def test_palettes_cmyk_and_black_and_white_are_read():
    assert pixels(Image.new("CMYK", (2, 1), (0, 255, 255, 0)), format="TIFF").tolist() == [
        [[255, 0, 0]] * 2
    ]
    palette = Image.new("RGB", (2, 1), (9, 8, 7)).quantize(2)
    assert pixels(palette)[0, 0].tolist() == [9, 8, 7]
    assert pixels(Image.new("1", (1, 1), 1)).tolist() == [[[255, 255, 255]]]


@pytest.mark.parametrize("deep", [False, True])
def test_an_image_is_turned_as_its_tag_says(deep):
    image = Image.fromarray(GREY.astype(np.uint16) * 257 if deep else GREY)
    tags = Image.Exif()
    tags[0x0112] = 6  # to be turned a quarter to the right
    found = pixels(image, Look(6, 4, "grey"), exif=tags)
    assert (found[..., 0] == np.rot90(GREY, -1)).all()


def test_other_shapes_are_stretched_cut_or_padded():
    wide = np.zeros((2, 6), np.uint8)
    wide[:, 2:4] = 200
    image = Image.fromarray(wide)
    looks = {how: pixels(image, Look(2, 2, "grey", how))[..., 0] for how in ("crop", "pad")}
    assert (looks["crop"] == 200).all()
    padded = pixels(image, Look(6, 6, "grey", "pad"))[..., 0]
    assert (padded[2:4] == wide).all() and padded[:2].max() == padded[4:].max() == 0
    assert pixels(image, Look(2, 3, "grey"))[0].ravel().argmax() == 1


def test_bytes_that_are_no_image_say_why(tmp_path):
    whole = io.BytesIO()
    Image.fromarray(GREY).resize((90, 90)).save(whole, "JPEG")
    look = Look(4, 6)
    for content, why in (
        (b"", "empty"),
        (b"GIF", "no image"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "no image"),
        (whole.getvalue()[:300], "cut off"),
    ):
        with pytest.raises(Unreadable, match=why):
            look.pixels(content)


@pytest.mark.parametrize("side", [10_000, 30_000])
def test_an_image_of_too_many_pixels_is_not_unpacked(side):
    with pytest.raises(Unreadable, match="more than 89 million pixels"):
        Look(8, 8).pixels(f"P5 {side} {side} 255\n".encode() + bytes(99))


# A folder ----------------------------------------------------------------------------------


def test_reading_in_threads_leaves_other_warnings_alone(monkeypatch, recwarn):
    before = list(warnings.filters)
    first, second = threading.Event(), threading.Event()
    real = Look._drawn

    def drawn(self, content):
        if content.startswith(b"1"):  # begins first, and ends while the other is under way
            first.set()
            second.wait(10)
        else:
            first.wait(10)
            second.set()
            ended.wait(10)
        warnings.warn_explicit("odd metadata", UserWarning, "TiffImagePlugin.py", 1, "PIL.Tiff")
        return real(self, content[1:])

    ended = threading.Event()
    monkeypatch.setattr(Look, "_drawn", drawn)
    file = io.BytesIO()
    Image.fromarray(np.full((4, 4), 7, np.uint8)).save(file, "PNG")
    look = Look(4, 4, "grey")
    with ThreadPoolExecutor(2) as threads:
        one = threads.submit(look.pixels, b"1" + file.getvalue())
        other = threads.submit(look.pixels, b"2" + file.getvalue())
        assert (one.result(10) == 7).all()
        ended.set()
        assert (other.result(10) == 7).all()
    assert list(warnings.filters) == before and not recwarn.list


def test_classes_are_the_folders_in_order_and_splits_are_stratified(photos):
    dataset = read(photos, image_size=(8, 6))
    assert dataset.preprocessing.class_names == CLASSES
    assert dataset.sizes == {"train": 52, "validation": 13, "test": 7}
    assert dataset.x_train.shape == (52, 8, 6, 3)
    assert dataset.x_train.dtype == np.uint8
    brightest = dataset.x_train.mean(axis=(1, 2)).argmax(axis=1)
    assert (brightest == dataset.y_train).all()
    assert np.bincount(dataset.y_test).min() >= 2


def test_images_stay_in_their_files_until_a_batch_takes_them(photos):
    rows = read(photos, image_size=8).train.inputs
    assert isinstance(rows, ImageFiles)
    few = taken(rows, np.array([5, 0]))
    assert (few == np.asarray(rows)[[5, 0]]).all()
    many = rows.take(np.arange(len(rows))[::-1])  # by several threads, in order
    assert (many[::-1] == np.asarray(rows)).all()


def test_the_digest_tells_names_and_bytes(tmp_path):
    digests = set()
    fill(tmp_path / "a", {"x": 6, "y": 6})
    digests.add(read(tmp_path / "a").source.sha256)
    (tmp_path / "a").rename(tmp_path / "b")
    assert read(tmp_path / "b").source.sha256 in digests  # wherever the folder lies
    (tmp_path / "b" / "x" / "000.png").rename(tmp_path / "b" / "x" / "900.png")
    digests.add(read(tmp_path / "b").source.sha256)
    save(tmp_path / "b" / "x" / "900.png", np.zeros((3, 3), np.uint8))
    digests.add(read(tmp_path / "b").source.sha256)
    (tmp_path / "b" / "x").rename(tmp_path / "b" / "z")
    digests.add(read(tmp_path / "b").source.sha256)
    assert len(digests) == 4


def test_given_splits_are_kept(tmp_path):
    for split, count in (("train", 8), ("val", 3), ("test", 2)):
        fill(tmp_path / split, {"x": count, "y": count}, seed=count)
    dataset = read(tmp_path)
    assert dataset.sizes == {"train": 16, "validation": 6, "test": 4}
    assert "test_split" not in dataset.settings and "validation_split" not in dataset.settings
    assert not dataset.source.note
    again = kd.load_data(kd.experiment("image-folder", path=tmp_path, test_split=0.5))
    assert again.sizes == dataset.sizes


def test_duplicates_across_splits_are_told(tmp_path):
    for split in ("train", "test"):
        fill(tmp_path / split, {"x": 4, "y": 4}, seed=1)
    note = read(tmp_path, validation_split=0).source.note
    assert note.startswith("Also among the training images: 8 of 8 test images.")


def test_files_that_cannot_be_read_are_named_in_one_pass(tmp_path):
    fill(tmp_path, {"x": 6, "y": 6})
    whole = (tmp_path / "x" / "000.png").read_bytes()
    (tmp_path / "x" / "cut.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "y" / "notes.txt").write_text("no image")
    (tmp_path / "y" / ".DS_Store").write_text("left behind")
    (tmp_path / "y" / "Thumbs.db").write_text("left behind")
    for number in range(5):
        (tmp_path / "y" / f"z{number}.jpg").write_bytes(b"")
    with pytest.raises(DatasetError) as raised:
        read(tmp_path)
    assert str(raised.value) == (
        "path: must name images that can be read; 'x/cut.png' (cut off), 'y/notes.txt' (no "
        "image), 'y/z0.jpg' (empty), 'y/z1.jpg' (empty), 'y/z2.jpg' (empty), ... cannot, 7 of "
        '19. Replace or remove them, or set corrupt = "skip".'
    )
    dataset = read(tmp_path, corrupt="skip")
    assert dataset.source.rows == 12
    assert dataset.source.note.startswith(
        "7 of 19 files cannot be read as images and were left"
    )
    for number in range(6):
        (tmp_path / "x" / f"{number:03}.png").write_bytes(b"")
    with pytest.raises(LabelRange, match="got none of 'x' that can be read"):
        read(tmp_path, corrupt="skip")


def test_links_and_pipes_are_refused(tmp_path):
    fill(tmp_path, {"x": 3, "y": 3})
    link = tmp_path / "x" / "link.png"
    link.symlink_to(tmp_path / "y" / "000.png")
    with pytest.raises(DatasetError, match=r"got 'link\.png', which is a link"):
        read(tmp_path)
    link.unlink()
    os.mkfifo(link)
    with pytest.raises(DatasetError, match=r"got 'link\.png', which is a pipe"):
        read(tmp_path, corrupt="skip")
    link.unlink()
    (tmp_path / "z").symlink_to(tmp_path / "y")
    with pytest.raises(DatasetError, match="got 'z', which is a link"):
        read(tmp_path)


def test_a_file_that_changes_while_it_is_needed_is_told(tmp_path):
    fill(tmp_path, {"x": 4, "y": 4})
    dataset = read(tmp_path)
    first = dataset.train.inputs.paths[0]
    with open(first, "ab") as file:
        file.write(b"more")
    with pytest.raises(DatasetError, match="now other bytes than before"):
        dataset.train.take(slice(0, 1))
    os.unlink(first)
    with pytest.raises(DatasetError, match="now not there"):
        dataset.train.take(slice(0, 1))


def test_memory_does_not_grow_with_the_files(tmp_path):
    import tracemalloc

    pixel = io.BytesIO()
    Image.fromarray(np.zeros((64, 64, 3), np.uint8)).save(pixel, "PNG")
    for name in "xy":
        (tmp_path / name).mkdir()
        for number in range(200):
            # What follows the image is no part of it, but makes each file another one.
            content = pixel.getvalue() + b"%d" % number + name.encode()
            (tmp_path / name / f"{number:03}.png").write_bytes(content)
    tracemalloc.start()
    dataset = read(tmp_path)
    for start in range(0, len(dataset.train), 32):
        dataset.train.take(slice(start, start + 32))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3e6  # as arrays they are 4.9 MB


# A table -----------------------------------------------------------------------------------


def test_a_table_of_paths_gives_what_the_folder_does(photos, table):
    plain = kd.load_data(kd.experiment("image-folder", image_size=8, filters=2), table)
    folder = read(photos, image_size=8)
    assert plain.preprocessing == folder.preprocessing
    assert (plain.x_test == folder.x_test).all() and (plain.y_test == folder.y_test).all()
    for other in (pl.DataFrame(table.to_dict("list")), table.to_dict("list")):
        assert kd.load_data("image-folder", other).source.sha256 == plain.source.sha256


def test_levels_and_numbers_stay_what_they_are(table):
    levels = ["dog", "cat", "Emu"]
    table["label"] = pd.Categorical(table["label"], categories=levels, ordered=True)
    learned = kd.load_data("image-folder", table).preprocessing
    assert learned.class_names == tuple(levels) and learned.ordered
    table["label"] = np.repeat([11, 2, 30], 24)
    learned = kd.load_data("image-folder", table).preprocessing
    assert learned.labels.tolist() == [2, 11, 30]


def test_a_column_of_splits_is_kept(table):
    table["part"] = np.resize(["train", "train", "valid", "test"], len(table))
    dataset = kd.load_data(kd.experiment("image-folder", split_column="part"), table)
    assert dataset.sizes == {"train": 36, "validation": 18, "test": 18}


@pytest.mark.parametrize(
    ("change", "settings", "error", "text"),
    [
        ({"label": "one"}, {}, LabelRange, "got 'one' alone in label"),
        ({"label": 0.5}, {}, ArgumentType, "got numbers with fractions in label, such as 0.5"),
        ({"image": 3}, {}, ArgumentType, "image: must hold paths .* got 3 in row 1"),
        ({}, {"image_column": "file"}, UnknownName, "image_column: no column 'file'"),
        ({"part": "nowhere"}, {"split_column": "part"}, ArgumentType, "got 'nowhere' in row 1"),
        (
            {"part": "test"},
            {"split_column": "part"},
            ArgumentType,
            "must hold train in some rows",
        ),
    ],
)
def test_tables_of_no_use_are_refused(table, change, settings, error, text):
    with pytest.raises(error, match=text):
        kd.load_data(kd.experiment("image-folder", **settings), table.assign(**change))


# A run -------------------------------------------------------------------------------------


def test_a_run_predicts_paths(run, photos, tmp_path):
    files = [photos / "cat" / "001.png", str(photos / "dog" / "002.png")]
    chances = run.predict(files, kind="prob")
    assert list(chances.columns) == list(CLASSES) and len(chances) == 2
    alone = [run.predict(file)[0] for file in files]
    assert alone == chances.idxmax(axis=1).tolist()
    frame = pd.DataFrame({"image": list(map(str, files))})
    assert run.predict(frame).tolist() == alone
    array = np.asarray(Image.open(files[0]).resize((8, 8), Image.Resampling.BILINEAR))[None]
    assert np.allclose(run.predict(array, kind="prob"), chances[:1], atol=1e-6)
    assert run.evaluate(files, ["cat", "dog"])["errors"] in (0.0, 1.0, 2.0)
    with pytest.raises(
        DatasetError, match=r"'none\.png' \(not there\) cannot, 1 of 1\. Replace .* them\.$"
    ):
        run.predict("none.png")
    with pytest.raises(DatasetError, match=r"\(a folder\) cannot"):
        run.predict(tmp_path)
    with pytest.raises(EmptyData, match="must have at least one image"):
        run.predict([])


def test_a_loaded_run_finds_its_folder_again(run, photos):
    loaded = kd.load_run(run.folder)
    assert loaded.source == run.source and loaded.source.path == str(photos)
    assert loaded.dataset.sizes == run.provenance["sizes"]
    assert loaded.plot(kind="digits").alt_text.startswith("Grid of 7 test images")
    again = kd.run_experiment("image-folder", path=photos, out=run.folder, **SMALL)
    assert again.digests == run.digests


def test_a_big_image_is_drawn_with_fewer_pixels(run):
    from kerasduet.tasks.classification.figures import MOST_SIDE, thinned

    big = np.zeros((2, 2 * MOST_SIDE + 1, 5, 3), np.uint8)
    assert thinned(big).shape == (2, 75, 2, 3)
    assert thinned(big[:, :MOST_SIDE]).shape == (2, MOST_SIDE, 5, 3)


def test_folds_are_cut_from_files(photos):
    from kerasduet.registry import TASKS

    chosen = kd.experiment("image-folder", path=photos, image_size=8, filters=2)
    folds = TASKS[chosen.task].folds(chosen, None, 3, 1)
    rows = [hashlib.sha256(x.tobytes()).hexdigest() for f in folds for x in f.x_test]
    assert len(rows) == len(set(rows)) == 72
    assert all(np.bincount(fold.y_test).tolist() == [8, 8, 8] for fold in folds)


def test_an_own_network_decides_the_size(photos):
    import keras

    net = keras.Sequential(
        [keras.Input((6, 5, 1)), keras.layers.Flatten(), keras.layers.Dense(3, "softmax")]
    )
    chosen = kd.experiment("image-folder", path=photos, model=net, epochs=1)
    assert (chosen.image_size, chosen.colour) == ((6, 5), "grey")
    assert kd.run_experiment(chosen, progress=False).status == "finished"
