"""What a saved run says it learned and scored, held against its experiment."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.labels import labels_of
from kerasduet.registry import TASKS

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.data.preprocessing import Learned
    from kerasduet.experiments import Experiment
    from kerasduet.task import Task

__all__ = [
    "MOST_TABLE",
    "code",
    "finite",
    "flag",
    "hold",
    "learned_for",
    "most_history",
    "most_predictions",
    "refuse_table",
    "texts",
    "typed",
]

# Text of a number or of a time, in bytes, and room for columns of later versions.
ITEM = 64
MOST_TABLE = 2**30
MORE_COLUMNS = 16


def learned_for(values: Mapping[str, Any], experiment: Experiment) -> Learned:
    """Rebuild what was learned, for one experiment and no other.

    Raises
    ------
    ValueError, TypeError, KeyError
        It is damaged, or was learned for another experiment.
    """
    task: Task = TASKS[experiment.task]
    kinds = {kind.kind: kind for kind in task.learned}
    learned = kinds[values["kind"]].from_dict(values)
    task.check_learned(learned, experiment)
    return learned


def hold(name: str, found: Any, wanted: Any) -> None:
    """Refuse another value, or the same of another type."""
    if found != wanted or type(found) is not type(wanted):
        raise ValueError(f"{name}: of another experiment")


def texts(name: str, values: Iterable[Any]) -> None:
    """Refuse what is no tuple of texts."""
    if not isinstance(values, tuple) or any(type(value) is not str for value in values):
        raise TypeError(f"{name}: must be texts")


def flag(name: str, value: Any) -> None:
    """Refuse what is neither true nor false."""
    if type(value) is not bool:
        raise TypeError(f"{name}: must be true or false")


def finite(values: Iterable[Any]) -> None:
    """Refuse what is no finite number."""
    for value in values:
        if type(value) not in (int, float) or not math.isfinite(value):
            raise ValueError("numbers: must be finite")


def code(name: str, value: Any, count: int) -> None:
    """Refuse what is no whole number from 0 to below a count."""
    if type(value) is not int or not 0 <= value < count:
        raise ValueError(f"{name}: must be a code")


def most_history(manifest: Mapping[str, Any]) -> int:
    """Give the bytes that the history does not exceed."""
    return (MORE_COLUMNS + len(manifest["provenance"]["seconds"]["epochs"])) * ITEM * 16


def most_predictions(rows: int, learned: Learned) -> int:
    """Give the bytes that a table of predictions does not exceed."""
    # Of a character of a name, however it is written.
    names = [4 * len(name) for name in getattr(learned, "class_names", ())]
    row = ITEM * (len(names) + MORE_COLUMNS) + 4 * max(names, default=0)
    row += getattr(learned, "most_text", 0)  # of columns that hold more than a value
    return (2 + rows) * row + 2 * sum(names)


def refuse_table(frame: pd.DataFrame, rows: int, columns: Iterable[str]) -> None:
    """Refuse a table of other rows, or without a column."""
    if len(frame) != rows or not set(columns) <= set(frame.columns):
        raise ValueError("another table")


def typed(texts: list[str], kind: str, learned: Any) -> Any:
    """Read a column of a saved table of predictions as what its task declares it to be."""
    if kind == "class":
        codes = {name: code for code, name in enumerate(learned.class_names)}
        return labels_of(np.array([codes[text] for text in texts], np.int64), learned)
    if kind == "time":
        from kerasduet.data.times import read_times

        return read_times(texts, getattr(learned, "zone", None))
    if kind == "flag":
        if not set(texts) <= {"True", "False"}:
            raise ValueError("neither true nor false")
        return np.array([text == "True" for text in texts])
    if kind in ("text", "boxes"):
        return np.array(texts, dtype=object)
    numbers = np.array([float(text or "nan") for text in texts], dtype=np.float64)
    types = {"id": np.int64, "prob": np.float32}
    return numbers.astype(types.get(kind, np.float64))
