"""Images with boxes, from wherever they are, as a data set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.checks import show
from kerasduet.data import mnist
from kerasduet.data.dataset import Dataset, Part, Source, digest_arrays
from kerasduet.data.folds import Fold, Folds, as_fold, folds_by_class
from kerasduet.data.holdout import repeated
from kerasduet.data.repeats import SPLITS, among, repeats_note
from kerasduet.errors import ArgumentType, EmptyData
from kerasduet.tasks.detection.boxes import read_boxes
from kerasduet.tasks.detection.images import Images
from kerasduet.tasks.detection.learned import BoxPreprocessing, usual_boxes
from kerasduet.tasks.detection.scenes import digit_scenes
from kerasduet.tasks.detection.truth import Truth

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = ["folded", "load"]

# Fixed, so that runs with other seeds are trained and scored on the same rows.
TEST_SEED, SPLIT_SEED, TRAIN_SEED, VALIDATION_SEED = 0, 0, 1, 2
PARTS = ("train", "validation", "test")
DIGITS = tuple(map(str, range(10)))
Whole = tuple[Images, tuple[str, ...], Source]  # with the names of the classes


def load(experiment: Experiment, given: Any) -> Dataset:
    """Load the images of an experiment, or check and split the caller's."""
    if given is None and experiment.dataset != "annotated-images":
        return _scenes(experiment)
    return _split(experiment, *_whole(experiment, given))


def folded(experiment: Experiment, given: Any, folds: int, repeats: int) -> Folds:
    """Cut the images, of scenes those of the training, into folds.

    Of the images that are trained on `validation_split` is held out for validation; without it the
    fold itself stands in their place.
    """
    images, names, source = _whole(experiment, given)
    number = len(images.truth)
    held = folds_by_class(np.zeros(number, np.int64), folds, repeats, ["images"])

    def cut(test: np.ndarray) -> dict[str, Images]:
        rest = np.random.default_rng(SPLIT_SEED).permutation(np.setdiff1d(range(number), test))
        count = round(len(rest) * experiment.validation_split)
        rows = (np.sort(rest[count:]), np.sort(rest[:count]), test)
        return {part: images.only(own) for part, own in zip(PARTS, rows, strict=True)}

    def make(test: np.ndarray, fold: Fold) -> Dataset:
        return as_fold(_dataset(experiment, cut(test), names, source), fold)

    for test in held:  # before anything is trained
        _refuse_no_box(cut(test))
    return Folds(held, folds, make)


def _whole(experiment: Experiment, given: Any) -> Whole:
    """Give all images that are split, with the names of the classes and their source."""
    if given is not None:
        return _given(experiment, given)
    if experiment.dataset == "annotated-images":
        from kerasduet.tasks.detection import folder

        return folder.load(experiment.data)
    data = experiment.data
    found, name, path = mnist.arrays(data.path, subset=data.dataset == "digit-scenes-subset")
    images = _made(data, found["x_train"], found["y_train"], data.scenes, TRAIN_SEED)
    return images, DIGITS, _source({"train": images}, name, path, data.dataset)


def _scenes(experiment: Experiment) -> Dataset:
    """Make scenes: those of the training from MNIST's training digits, the others likewise."""
    data = experiment.data
    found, name, path = mnist.arrays(data.path, subset=data.dataset == "digit-scenes-subset")
    held = round(data.scenes * data.validation_split)
    cut = len(found["x_train"]) - round(len(found["x_train"]) * data.validation_split)
    parts = {
        "train": (found["x_train"][:cut], found["y_train"][:cut]),
        "validation": (found["x_train"][cut:], found["y_train"][cut:]),
        "test": (found["x_test"], found["y_test"]),
    }
    numbers = dict(zip(PARTS, (data.scenes - held, held, data.test_scenes), strict=True))
    seeds = dict(zip(PARTS, (TRAIN_SEED, VALIDATION_SEED, TEST_SEED), strict=True))
    made = {part: _made(data, *own, numbers[part], seeds[part]) for part, own in parts.items()}
    return _dataset(experiment, made, DIGITS, _source(made, name, path, data.dataset))


def _made(data: Any, digits: np.ndarray, labels: np.ndarray, number: int, seed: int) -> Images:
    """Make scenes of some digits."""
    height, width, _ = data.input_shape
    x, boxes, codes, starts = digit_scenes(
        digits,
        labels,
        most=data.most_digits,
        seed=seed,
        number=number,
        height=height,
        width=width,
    )
    sizes = np.full((len(x), 2), (width, height))
    return Images(x, Truth(boxes, codes, starts, sizes, data.grid, data.boxes, data.classes))


def _source(made: Mapping[str, Images], name: str, path: str | None, asked: str) -> Source:
    digest = digest_arrays(
        *(array for one in made.values() for array in (one.x, one.truth.boxes, one.truth.codes))
    )
    return Source(
        name=f"scenes of digits, {name}",
        sha256=digest,
        rows=sum(len(one.truth) for one in made.values()),
        path=path,
        note=mnist.note_of(name, subset=asked == "digit-scenes-subset"),
    )


def _given(experiment: Experiment, given: Any) -> Whole:
    """Check images and a table of boxes that the caller gave."""
    from kerasduet.data.pixels import check_images
    from kerasduet.settings import known_names

    data = experiment.data
    if not isinstance(given, Mapping):
        raise ArgumentType(
            f"data: must hold x (images) and boxes (a table) by name; got {show(given)}."
        )
    known_names(given, ("x", "boxes"), where="a set of images with boxes")
    for name in ("x", "boxes"):
        if name not in given:
            raise ArgumentType(f"{name}: must be given in data; got nothing.")
    x = check_images(given["x"], data.input_shape)
    height, width, _ = data.input_shape
    sizes = np.full((len(x), 2), (width, height))
    boxes, codes, starts, names = read_boxes(given["boxes"], sizes, data.classes)
    truth = Truth(boxes, codes, starts, sizes, data.grid, data.boxes, data.classes)
    source = Source(
        name="the caller's images and boxes",
        sha256=digest_arrays(x, boxes, codes, starts, np.array(names)),
        rows=len(x),
        given=True,
    )
    return Images(x, truth), names, source


def _split(
    experiment: Experiment, images: Images, names: tuple[str, ...], source: Source
) -> Dataset:
    """Hold out fixed random images for the test and for validation."""
    data = experiment.data
    order = np.random.default_rng(SPLIT_SEED).permutation(len(images.truth))
    test = max(1, round(len(order) * data.test_split))
    held = round((len(order) - test) * data.validation_split)
    pieces = np.split(order, [len(order) - test - held, len(order) - test])
    rows = {part: np.sort(piece) for part, piece in zip(PARTS, pieces, strict=True)}
    made = {part: images.only(own) for part, own in rows.items()}
    return _dataset(experiment, made, names, source)


def _refuse_no_box(made: Mapping[str, Images]) -> None:
    for part, word in (("train", "training"), ("test", "test")):
        if not len(made[part].truth.codes):
            raise EmptyData(
                f"data: must leave a box among the {word} images; got "
                f"{len(made[part].truth)} images without one. Give more images, or lower "
                "validation_split or test_split."
            )


def _dataset(
    experiment: Experiment, made: Mapping[str, Images], names: tuple[str, ...], source: Source
) -> Dataset:
    _refuse_no_box(made)
    train = made["train"].truth
    usual = usual_boxes(train.shares, train.codes, len(names))
    lost = sum(one.truth.unwritten() for one in made.values())
    whole = sum(len(one.truth.codes) for one in made.values())
    note = (
        f"{lost:,} of {whole:,} boxes share the cell of their centre with another one, which alone "
        "is learned there; a finer grid tells them apart."
    )
    notes = [note if lost else "", _repeated(made)]
    parts = [Part(made[part].x, made[part].truth) for part in PARTS]
    return Dataset(
        train=parts[0],
        validation=parts[1],
        test=parts[2],
        preprocessing=BoxPreprocessing(experiment.data.input_shape, names, usual),
        source=source.noted(*notes),
        settings=experiment.data.values(),
    )


def _repeated(made: Mapping[str, Images]) -> str:
    """Note held-out images that are among the training images too: files by their bytes."""
    x = {part: one.x for part, one in made.items()}
    if hasattr(x["train"], "digests"):
        files = {part: [one.tobytes() for one in images.digests] for part, images in x.items()}
        counts = {name: among(files["train"], files[name]) for name in SPLITS}
    else:
        counts = {
            name: repeated(np.asarray(x["train"]), np.asarray(x[name])) for name in SPLITS
        }
    return repeats_note(counts, {name: len(x[name]) for name in SPLITS}, "images")
