"""From a folder or a table of image files to parts that are read batch by batch."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.absent import untested_note
from kerasduet.data.dataset import Dataset, Part, Source
from kerasduet.data.folds import Fold, Folds, folds_by_class
from kerasduet.data.frames.read import as_frame
from kerasduet.data.holdout import held_out
from kerasduet.data.images import TEST_SEED, VALIDATION_SEED
from kerasduet.data.pictures import ImageFiles, Listing, Look, listed, named, scanned
from kerasduet.data.pictures.folder import refuse_absent
from kerasduet.data.pictures.table import tabled
from kerasduet.data.preprocessing import ImagePreprocessing
from kerasduet.data.repeats import SPLITS, among, repeats_note
from kerasduet.errors import DatasetError, EmptyData
from kerasduet.tasks.pictures.settings import FOLDER

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = ["folded", "load", "look_of"]

Splits = dict[str, np.ndarray]


def look_of(data: Any) -> Look:
    """Say how the images of an experiment are made alike."""
    height, width = data.image_size
    return Look(height, width, data.colour, data.resize)


def load(experiment: Experiment, given: Any) -> Dataset:
    """Find the images, try each file once, and split them."""
    files, listing, learned, source = _read(experiment, given)
    rows = _split(experiment.data, listing)
    return _laid(experiment, files, listing, rows, learned, source)


def folded(experiment: Experiment, given: Any, folds: int, repeats: int) -> Folds:
    """Cut the images into folds of equal class shares; test rows that are given are left alone."""
    files, listing, learned, source = _read(experiment, given)
    every = np.arange(len(listing.codes))
    if "test" in listing.splits:
        every = np.setdiff1d(every, listing.splits["test"])
    codes = listing.codes[every]

    def make(test: np.ndarray, fold: Fold) -> Dataset:
        rest = np.delete(np.arange(len(every)), test)
        count = round(len(rest) * experiment.validation_split)
        held = rest[held_out(codes[rest], count, seed=VALIDATION_SEED)]
        train = np.setdiff1d(rest, held, assume_unique=True)
        rows = {"train": every[train], "validation": every[held], "test": every[test]}
        made = _laid(experiment, files, listing, rows, learned, source, given=("test",))
        made = replace(made, fold=fold, held_out=fold.name)
        return replace(made, validation=made.validation if count else made.test)

    return Folds(folds_by_class(codes, folds, repeats, listing.classes), folds, make)


def _read(
    experiment: Experiment, given: Any
) -> tuple[ImageFiles, Listing, ImagePreprocessing, Source]:
    data = experiment.data
    if given is None and data.path is None:
        raise DatasetError(
            f"path: {experiment.name} needs a folder of images; got nothing. Set path, or give a "
            "table of paths and labels as data."
        )
    kind, ordered = "str", False
    if given is None:
        listing, argument = listed(data.path), "path"
    else:
        frame, argument = as_frame(given), "data"
        if len(frame) == 0 or frame.shape[1] == 0:
            raise EmptyData("data: must have rows; got none.")
        listing, kind, ordered = tabled(
            frame, data.image_column, data.label_column, data.split_column
        )
        refuse_absent(listing, argument)
    skip = data.corrupt == "skip"
    files, kept, most = scanned(
        listing.paths,
        listing.names,
        look_of(data),
        argument=argument,
        skip=skip,
        fix='Replace or remove them, or set corrupt = "skip".',
    )
    note = ""
    if len(kept) < len(listing.paths):
        gone = np.setdiff1d(np.arange(len(listing.paths)), kept)
        note = (
            f"{len(gone):,} of {len(listing.paths):,} files cannot be read as images and were "
            f"left out: {named(listing.names[i] for i in gone)}."
        )
        listing = _kept(listing, kept)
        refuse_absent(listing, argument, " that can be read")
    learned = ImagePreprocessing(
        input_shape=look_of(data).shape,
        class_names=listing.classes,
        named=True,
        label_type=kind,
        ordered=ordered,
        pixel_most=most / 255,
    )
    source = Source(
        name="the caller's table of image files" if given is not None else FOLDER,
        sha256=_digest(files, listing),
        rows=len(files),
        path=data.path if given is None else None,
        note=note,
        given=given is not None,
    )
    return files, listing, learned, source


def _kept(listing: Listing, rows: np.ndarray) -> Listing:
    """Give a listing of some rows."""
    place = np.full(len(listing.paths), -1)
    place[rows] = np.arange(len(rows))
    splits = {name: place[old][place[old] >= 0] for name, old in listing.splits.items()}
    paths, names = ([part[i] for i in rows] for part in (listing.paths, listing.names))
    return Listing(paths, names, listing.codes[rows], listing.classes, splits)


def _digest(files: ImageFiles, listing: Listing) -> str:
    """Digest names, classes, splits and the bytes of every file, in order."""
    digest = hashlib.sha256("\0".join(listing.classes).encode("utf-8", "surrogateescape"))
    digest.update(listing.codes.astype("<i4").tobytes())
    for split, rows in sorted(listing.splits.items()):
        digest.update(split.encode() + rows.astype("<i8").tobytes())
    for name, content in zip(listing.names, files.digests, strict=True):
        digest.update(name.encode("utf-8", "surrogateescape") + b"\0" + content.tobytes())
    return digest.hexdigest()


def _split(data: Any, listing: Listing) -> Splits:
    """Keep the splits that are given, and hold out those that are not."""
    codes, given = listing.codes, listing.splits
    left = given.get("train", np.arange(len(codes)))
    rows = {name: given[name] for name in ("validation", "test") if name in given}
    if "test" not in rows:
        test = held_out(codes[left], round(len(left) * data.test_split), seed=TEST_SEED)
        rows["test"], left = left[test], np.delete(left, test)
    if "validation" not in rows:
        count = round(len(left) * data.validation_split)
        held = held_out(codes[left], count, seed=VALIDATION_SEED)
        rows["validation"], left = left[held], np.delete(left, held)
    return rows | {"train": left}


def _laid(
    experiment: Experiment,
    files: ImageFiles,
    listing: Listing,
    rows: Splits,
    learned: ImagePreprocessing,
    source: Source,
    given: tuple[str, ...] = (),
) -> Dataset:
    """Put the parts together; splits that are given were decided by no setting."""
    settings = experiment.data.values()
    for name in {*listing.splits, *given} & {"validation", "test"}:
        del settings[f"{name}_split"]
    for name in ("train", "test"):
        if len(rows[name]) == 0:
            word = {"train": "training"}.get(name, name)
            raise EmptyData(
                f"data: must leave at least one {word} image; got {len(files)} images. "
                "Give more, or lower validation_split or test_split."
            )
    refuse_absent(
        replace(listing, splits=rows), "data", " once validation and test images are held out"
    )
    codes = listing.codes
    notes = [
        untested_note(codes[rows["train"]], codes[rows["test"]], learned.class_names),
        _repeated(files, rows),
    ]
    parts = {name: Part(files.picked(rows[name]), codes[rows[name]]) for name in rows}
    return Dataset(
        train=parts["train"],
        validation=parts["validation"],
        test=parts["test"],
        preprocessing=replace(
            learned, commonest=int(np.bincount(codes[rows["train"]]).argmax())
        ),
        source=source.noted(*notes),
        settings=settings,
    )


def _repeated(files: ImageFiles, rows: Splits) -> str:
    """Note files of held-out rows whose bytes are among the training rows too."""
    whole = files.digests.view("V32")[:, 0]
    known = whole[rows["train"]].tolist()
    counts = {name: among(known, whole[rows[name]].tolist()) for name in SPLITS}
    return repeats_note(counts, {name: len(rows[name]) for name in SPLITS}, "images")
