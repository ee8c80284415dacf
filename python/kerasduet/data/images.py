"""Images and labels of the caller's: checked, named and split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.checks import show
from kerasduet.data.absent import unlearned_note, untested_note
from kerasduet.data.containers import named
from kerasduet.data.dataset import Dataset, Part, Source, digest_arrays
from kerasduet.data.files import as_path
from kerasduet.data.folds import Fold, Folds, folds_by_class
from kerasduet.data.holdout import held_out, repeated
from kerasduet.data.labels import check_labels, is_ordered, label_type
from kerasduet.data.pixels import (
    WHITE,
    check_images,
    dark_note,
    one_of,
    range_note,
    refuse_brighter,
)
from kerasduet.data.preprocessing import ImagePreprocessing
from kerasduet.data.repeats import SPLITS, repeats_note
from kerasduet.errors import ArgumentType, EmptyData, LabelRange, LabelType, LengthMismatch
from kerasduet.settings import known_names

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = ["folded", "folds", "load", "split", "split_last"]

IN_FILES = "Take the preset image-folder for files."
OTHER_SIZES = "Set input_shape, or take the preset images, which takes any size."
SAME_PRESET = "Leave input_shape out: it follows from the images."
OTHER_NETWORK = (
    "Give images of the network's size, or as model a function of input_shape, with the preset "
    "images."
)

# Fixed, so that runs with other seeds are scored on the same rows.
TEST_SEED, VALIDATION_SEED = 0, 1

Rows = tuple[np.ndarray, np.ndarray]  # images and their codes


def load(experiment: Experiment, data: Any) -> Dataset:
    """Check the caller's images and labels, then split them.

    Parameters
    ----------
    experiment : Experiment
        Says the image shape, the number of classes and the splits.
    data : mapping
        `x`, `y` and perhaps `x_test`, `y_test`. Without the latter a fixed random
        `test_split` of the rows of each class becomes the test. Or another container that
        `kerasduet.data.containers.named` knows.
    """
    parts = ("x", "y", "x_test", "y_test")
    data, one = named(data), one_of(experiment.data.input_shape)
    if not isinstance(data, Mapping):
        raise ArgumentType(
            f"data: must hold x ({one}s) and y (labels) by name; got {show(data)}. "
            f"{as_path(data, 'data', IN_FILES if one == 'image' else '')}".rstrip()
        )
    known_names(data, parts, where=f"a set of {one}s")
    for name in ("x", "y", *(parts[2:] if set(data) & set(parts[2:]) else ())):
        if name not in data:
            raise ArgumentType(f"{name}: must be given in data; got nothing.")
    x, y, names = _checked(experiment, data["x"], data["y"], "x", "y")
    learned = _learned(experiment, x, names, data["y"])
    notes = [dark_note(x, learned, "x")]
    if "x_test" in data:
        x_test, y_test, test_names = _checked(
            experiment, data["x_test"], data["y_test"], "x_test", "y_test"
        )
        if test_names != names:
            raise LabelType(
                f"y_test: must have the classes of y, {show(names)}; got {show(test_names)}."
            )
        refuse_brighter(x_test, learned, "x_test")
        notes.append(range_note(x_test, learned, "x_test", "x"))
        digest = digest_arrays(x, y, x_test, y_test, np.array(names or ()))
        test = np.empty(0, dtype=np.int64)
    else:
        digest = _digest(experiment, x, y, names)
        test = held_out(y, round(len(x) * experiment.test_split), seed=TEST_SEED)
        x_test, y_test = x[test], y[test]
    validation = round((len(x) - len(test)) * experiment.validation_split)
    left = np.delete(np.arange(len(x)), test)
    held = left[held_out(y[left], validation, seed=VALIDATION_SEED)]
    train = np.delete(np.arange(len(x)), np.concatenate([test, held]))
    source = Source(
        name="the caller's arrays",
        sha256=digest,
        rows=len(x) + len(x_test) * ("x_test" in data),
        note=" ".join(note for note in notes if note),
        given=True,
    )
    return split(
        experiment,
        (x, y) if len(train) == len(x) else (x[train], y[train]),
        (x[held], y[held]),
        (x_test, y_test),
        source,
        learned,
        brings_test="x_test" in data,
        held_out="stratified",  # earlier versions took the last rows
    )


def folds(experiment: Experiment, data: Any, folds: int, repeats: int) -> Folds:
    """Check the caller's images and labels, then cut them into folds.

    Parameters
    ----------
    experiment, data
        As for `load`. `x_test` and `y_test` are checked and left alone: no fold sees them.
    folds, repeats : int
        At least 2 and 1.
    """
    data = named(data)
    given = load(experiment, data)  # with every check of a single training
    x, y, _ = _checked(experiment, data["x"], data["y"], "x", "y")
    learned: Any = given.preprocessing
    return folded(experiment, (x, y), given.source, learned, folds, repeats)


def folded(
    experiment: Experiment,
    rows: Rows,
    source: Source,
    learned: ImagePreprocessing,
    folds: int,
    repeats: int,
) -> Folds:
    """Cut images into folds of equal class shares; the rest of each is trained on.

    Of that rest `validation_split` is held out for validation. Without it nothing is decided by
    validation rows, and the fold itself stands in their place, to be drawn epoch by epoch.
    """
    x, y = rows

    def make(test: np.ndarray, fold: Fold) -> Dataset:
        rest = np.delete(np.arange(len(x)), test)
        count = round(len(rest) * experiment.validation_split)
        held = rest[held_out(y[rest], count, seed=VALIDATION_SEED)]
        train = np.setdiff1d(rest, held, assume_unique=True)
        made = split(
            experiment,
            (x[train], y[train]),
            (x[held], y[held]),
            (x[test], y[test]),
            source,
            learned,
            brings_test=True,
            held_out=fold.name,
        )
        return replace(made, fold=fold, validation=made.validation if count else made.test)

    return Folds(folds_by_class(y, folds, repeats, learned.class_names), folds, make)


def _digest(
    experiment: Experiment, x: np.ndarray, y: np.ndarray, names: tuple[str, ...] | None
) -> str:
    # In the order of the first version, so that its folders know their data again.
    order = np.random.default_rng(0).permutation(len(x))
    parts = np.split(order, [len(x) - round(len(x) * experiment.test_split)])
    rows = (array[part] for part in parts for array in (x, y))
    return digest_arrays(*rows, np.array(names or ()))


def _learned(
    experiment: Experiment,
    x: np.ndarray,
    names: tuple[str, ...] | None,
    y: Any,
) -> ImagePreprocessing:
    most = float(x.max())
    is_mask = most == 1 and (x.dtype == np.uint8 or bool(((x == 0) | (x == 1)).all()))
    scale = 1.0 if is_mask else WHITE
    return ImagePreprocessing(
        input_shape=experiment.data.input_shape,
        class_names=names or tuple(str(code) for code in range(experiment.data.classes)),
        named=names is not None,
        label_type=label_type(y),
        ordered=is_ordered(y),
        pixel_scale=scale,
        pixel_most=most / scale if x.dtype == np.uint8 else most,
    )


def split_last(
    experiment: Experiment, rows: Rows, test: Rows, source: Source, learned: ImagePreprocessing
) -> Dataset:
    """Hold the last rows out for validation, as they come mixed, beside a test that is there.

    The digests of every run on MNIST depend on which they are.
    """
    x, y = rows
    cut = len(x) - round(len(x) * experiment.validation_split)
    return split(
        experiment,
        (x[:cut], y[:cut]),
        (x[cut:], y[cut:]),
        test,
        source,
        learned,
        brings_test=True,
    )


def split(
    experiment: Experiment,
    train: Rows,
    validation: Rows,
    test: Rows,
    source: Source,
    learned: ImagePreprocessing,
    *,
    brings_test: bool,
    held_out: str | None = None,
) -> Dataset:
    """Put the parts together, and note what makes their scores worth less than they seem.

    Where the data bring their own test rows, `test_split` did not decide them. How validation
    rows were `held_out` is noted where an earlier version did it in another way.
    """
    settings = experiment.data.values()
    if brings_test:
        del settings["test_split"]
    rows = len(train[0]) + len(validation[0]) + len(test[0])
    for name, part in (("training", train), ("test", test)):
        if len(part[0]) == 0:
            raise EmptyData(
                f"data: must leave at least one {name} row; got {rows} rows. "
                "Give more rows, or lower validation_split or test_split."
            )
    held = dict(zip(SPLITS, (validation[0], test[0]), strict=True))
    notes = [
        _unlearned_note(train[1], learned),
        untested_note(train[1], test[1], learned.class_names),
        repeats_note(
            {name: repeated(train[0], x) for name, x in held.items()},
            {name: len(x) for name, x in held.items()},
            f"{one_of(train[0].shape[1:])}s",
        ),
    ]
    return Dataset(
        train=Part(*train),
        validation=Part(*validation),
        test=Part(*test),
        preprocessing=replace(learned, commonest=int(np.bincount(train[1]).argmax())),
        source=source.noted(*notes),
        settings=settings,
        held_out=held_out,
    )


def _unlearned_note(y: np.ndarray, learned: ImagePreprocessing) -> str:
    """Name the classes without a training row; a single class is no problem to learn."""
    counts = np.bincount(y, minlength=len(learned.class_names))
    if np.count_nonzero(counts) < 2:
        only = learned.class_names[int(counts.argmax())]
        raise LabelRange(
            f"y: must have training rows of two classes or more; got only {show(only)}. Give "
            "rows of the other classes too."
        )
    return unlearned_note(y, learned.class_names)


def _checked(
    experiment: Experiment, x: Any, y: Any, x_name: str, y_name: str
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...] | None]:
    settings = experiment.data
    other = SAME_PRESET if experiment.name == "images" else OTHER_SIZES
    if experiment.has_own_network:
        other = OTHER_NETWORK
    images = check_images(
        x,
        settings.input_shape,
        flat=experiment.builder == "dnn",
        name=x_name,
        fix=other if one_of(settings.input_shape) == "image" else "Set input_shape.",
    )
    labels, names = check_labels(y, settings.classes, name=y_name)
    if len(images) != len(labels):
        word = "a video" if one_of(settings.input_shape) == "video" else "an image"
        raise LengthMismatch(
            f"{y_name}: must have one label {word} ({len(images)}); got {len(labels)}."
        )
    return images, labels, names
