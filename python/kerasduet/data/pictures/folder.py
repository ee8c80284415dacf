"""A folder of images: a folder a class, perhaps below one for each split."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kerasduet.checks import show
from kerasduet.data.files import expanded
from kerasduet.data.pictures.files import named, refuse_special
from kerasduet.errors import DatasetError, EmptyData, LabelRange

__all__ = ["SPLITS", "Listing", "listed"]

# What a folder of each split may be called.
SPLITS = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "val"),
    "test": ("test", "testing"),
}
SPLIT_OF = {name: split for split, names in SPLITS.items() for name in names}
# What systems leave in folders; nobody means them as images.
LEFT_BEHIND = {"thumbs.db", "desktop.ini"}
MOST_FILES = 10_000_000


@dataclass
class Listing:
    """Image files with their classes and splits, in order of their names.

    Parameters
    ----------
    paths, names : list of str
        Files, and how errors name them: below the folder, with slashes.
    codes : numpy.ndarray
        Class of each (n,), int32.
    classes : tuple of str
        Names of the folders, in order.
    splits : dict of numpy.ndarray
        Rows of each split that the folder gives; empty where it gives none.
    """

    paths: list[str]
    names: list[str]
    codes: np.ndarray
    classes: tuple[str, ...]
    splits: dict[str, np.ndarray]


def listed(path: str) -> Listing:
    """List the files of a folder of images.

    Parameters
    ----------
    path : str
        Holds a folder a class; or folders `train` and perhaps `validation` and `test`, each of
        which does. Images may lie deeper in the folder of their class. What begins with a dot is
        no part of it.

    Raises
    ------
    DatasetError
        No folder, a link or device in it, or folders of splits beside others.
    EmptyData, LabelRange
        No images, one class alone, or a class without a training image.
    """
    top = _folder(path)
    folders = _subfolders(top)
    splits = {SPLIT_OF.get(name.lower()): name for name in folders}
    if "train" not in splits:
        if None not in splits and splits:
            raise EmptyData(
                f"path: must hold a folder train beside {named(sorted(folders))}; got {path!r} "
                "without it. Add it, or leave the splits out."
            )
        listing = _listing(path, top, {"": ""})
    else:
        others = [name for name in folders if name.lower() not in SPLIT_OF]
        if others or len(splits) < len(folders):
            raise DatasetError(
                f"path: must hold folders of splits alone, or of classes alone; got train beside "
                f"{named(map(show, others or sorted(folders)))} in {path!r}. Move them."
            )
        listing = _listing(path, top, {split: name for split, name in splits.items() if split})
    _refuse_few(path, listing)
    return listing


def _folder(path: str) -> Path:
    top = expanded(path)
    try:
        if top.is_dir():
            os.listdir(top)
            return top
        why = "is a file" if top.exists() else "does not exist"
    except (OSError, ValueError) as error:
        why = f"cannot be read: {getattr(error, 'strerror', None) or error}"
    raise DatasetError(f"path: must be a folder of images; got {path!r}, which {why}.")


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        kept = [e for e in found if not e.name.startswith(".") and _is_meant(e)]
    return sorted(kept, key=lambda entry: entry.name)


def _is_meant(entry: os.DirEntry[str]) -> bool:
    return entry.name.lower() not in LEFT_BEHIND


def _subfolders(top: Path) -> list[str]:
    for entry in _entries(top):
        refuse_special(entry.path, entry.name, "path")
    return [entry.name for entry in _entries(top) if entry.is_dir(follow_symlinks=False)]


def _listing(path: str, top: Path, splits: dict[str, str]) -> Listing:
    paths: list[str] = []
    names: list[str] = []
    labels: list[str] = []
    rows: dict[str, np.ndarray] = {}
    classes: set[str] = set()
    for split, name in splits.items():
        place = top / name if name else top
        start = len(paths)
        for kind in _subfolders(place):
            classes.add(kind)
            for file in _files(place / kind):
                paths.append(file)
                names.append(Path(file).relative_to(top).as_posix())
                labels.append(kind)
        if split:
            rows[split] = np.arange(start, len(paths))
    if not classes:
        what = "files alone" if any(True for _ in _entries(top)) else "nothing"
        raise EmptyData(
            f"path: must hold a folder a class, with its images in it; got {what} in {path!r}. "
            "Put the images of each class into a folder of its name."
        )
    ordered = tuple(sorted(classes))
    code = {name: i for i, name in enumerate(ordered)}
    codes = np.array([code[label] for label in labels], dtype=np.int32)
    return Listing(paths, names, codes, ordered, rows)


def _files(folder: Path) -> list[str]:
    """List the files below a folder in order of their names, those of subfolders among them."""
    found: list[str] = []
    for entry in _entries(folder):
        refuse_special(entry.path, entry.name, "path")
        if entry.is_dir(follow_symlinks=False):
            found += _files(Path(entry.path))
        else:
            found.append(entry.path)
    return found


def _refuse_few(path: str, listing: Listing) -> None:
    """Refuse a single class, and one without a training image."""
    if not listing.paths:
        raise EmptyData(
            f"path: must hold images; got {len(listing.classes)} empty folders in {path!r}."
        )
    if len(listing.classes) < 2:
        raise LabelRange(
            f"path: must hold images of two classes or more; got a folder "
            f"{show(listing.classes[0])} alone in {path!r}. Add a folder a class."
        )
    refuse_absent(listing, "path")


def refuse_absent(listing: Listing, argument: str, why: str = "") -> None:
    """Refuse a class without an image to train on."""
    train = listing.splits.get("train", np.arange(len(listing.codes)))
    counts = np.bincount(listing.codes[train], minlength=len(listing.classes))
    absent = [name for name, count in zip(listing.classes, counts, strict=True) if not count]
    if absent:
        raise LabelRange(
            f"{argument}: must have a training image of each class; got none of "
            f"{named(map(show, absent))}{why}. Add some, or leave the class out."
        )
