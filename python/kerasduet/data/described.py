"""A data set in a few lines: rows, shapes, classes, and what was learned from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.part import leaves, taken
from kerasduet.data.times import iso_times
from kerasduet.registry import TASKS

if TYPE_CHECKING:
    from kerasduet.data.dataset import Dataset

__all__ = ["Lines", "described", "sizes_in_words"]

MOST_NAMED = 10  # classes, or columns
LONGEST = 24  # letters of one


class Lines(str):
    """A text of several lines, which a session shows as they are."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Give the text itself."""
        return str(self)


def described(dataset: Dataset) -> Lines:
    """Describe a data set; see `Dataset.summary`."""
    source, learned = dataset.source, dataset.preprocessing
    facts = dict(_facts(learned))
    note = " ".join(filter(None, (source.note, facts.pop("note", ""))))
    lines = {
        "rows": sizes_in_words(dataset),
        "times": _times(dataset),
        "columns": _columns(learned),
        "input": _shapes(dataset.train.inputs),
        "target": _shapes(dataset.train.targets),
        "classes": _classes(dataset),
        **facts,
        "note": note,
    }
    told = [f"  {word:<8} {text}" for word, text in lines.items() if text]
    return Lines("\n".join([f"<kerasduet data> {source.name}", *told]))


def sizes_in_words(dataset: Dataset) -> str:
    """Count the rows, or windows, of each split."""
    words = {"train": "training"}
    return ", ".join(f"{n:,} {words.get(name, name)}" for name, n in dataset.sizes.items())


def _facts(learned: Any) -> Any:
    """Give what the task says that was learned."""
    for name in TASKS:
        if isinstance(learned, TASKS[name].learned):
            return TASKS[name].facts(learned)
    return {}


def _times(dataset: Dataset) -> str:
    tables = dataset.panel or ((dataset.table,) if dataset.table is not None else ())
    if not tables:
        return ""
    first, last = (
        choose(table.times[end] for table in tables) for choose, end in ((min, 0), (max, -1))
    )
    return " to ".join(iso_times((first, last)))


def _columns(learned: Any) -> str:
    """Name what a series is forecast from."""
    target, columns = getattr(learned, "target", None), getattr(learned, "columns", None)
    if not isinstance(target, str) or not columns:
        return ""
    ahead = getattr(learned, "known_future", ())
    known = f"; known ahead: {_listed(ahead)}" if ahead else ""
    return f"{_short(target)} from {_listed(columns)}{known}"


def _shapes(parts: Any) -> str:
    """Give shape and type of one row, of each array."""
    told = []
    for one in leaves(taken(parts, slice(0, 1))):
        shape = " x ".join(map(str, one.shape[1:])) or "one number"
        told.append(f"{shape}, {one.dtype}")
    return " and ".join(told)


def _classes(dataset: Dataset) -> str:
    """Name the classes, with their training rows where a row has one class."""
    names = [str(name) for name in getattr(dataset.preprocessing, "class_names", ())]
    if not names:
        return ""
    codes = dataset.train.targets
    if isinstance(codes, np.ndarray) and codes.ndim == 1 and codes.dtype.kind in "iu":
        counts = np.bincount(codes, minlength=len(names))
        told = [f"{_short(name)} ({n:,})" for name, n in zip(names, counts, strict=False)]
        return f"{len(names):,}, by training rows: {_listed(told)}"
    return f"{len(names):,}: {_listed(names)}"


def _listed(names: Any) -> str:
    names = [*names]
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _short(name: str) -> str:
    line = " ".join(name.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 3]}..."
