"""What a saved run says it learned and scored, held against its experiment."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kerasduet.data.preprocessing import (
    ImagePreprocessing,
    SeriesPreprocessing,
    preprocessing_from_dict,
)

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.experiments import Experiment

__all__ = [
    "MOST_TABLE",
    "learned_for",
    "most_history",
    "most_predictions",
    "predicted_columns",
    "predicted_rows",
    "refuse_table",
]

Learned = ImagePreprocessing | SeriesPreprocessing

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
    learned = preprocessing_from_dict(values)
    if isinstance(learned, ImagePreprocessing):
        _hold("task", "classification", experiment.task)
        _check_images(learned, experiment)
    else:
        _hold("task", "forecasting", experiment.task)
        _check_series(learned, experiment)
    return learned


def _check_images(learned: ImagePreprocessing, experiment: Experiment) -> None:
    arguments = experiment.builder_arguments()
    names = learned.class_names
    _hold("input_shape", learned.input_shape, arguments["input_shape"])
    _hold("classes", len(names), arguments["classes"])
    _texts("class_names", names)
    _hold("class_names", len(set(names)), len(names))
    _flag("named", learned.named)
    if not learned.named:
        _hold("class_names", names, tuple(map(str, range(len(names)))))


def _check_series(learned: SeriesPreprocessing, experiment: Experiment) -> None:
    for name in ("difference", "lookback", "horizon", "season", "frequency"):
        _hold(name, getattr(learned, name), getattr(experiment, name))
    _texts("columns", (*learned.columns, learned.target))
    _hold("columns", len(learned.columns), experiment.builder_arguments()["n_features"])
    if experiment.target is not None:
        _hold("target", learned.target, experiment.target)
    _hold("columns", [c for c in experiment.features if c not in learned.columns], [])
    _flag("target_is_input", learned.target_is_input)
    if learned.target_is_input:
        _hold("columns", learned.columns, (learned.target,))
    width = len(learned.columns) + 1
    for values in (learned.mean, learned.scale, *learned.tail):
        _hold("columns", len(values), width)
        _finite(values)
    _finite((learned.first, *([learned.mase_scale] if learned.mase_scale else [])))
    if min(learned.scale) <= 0 or not learned.mase_scale >= 0:
        raise ValueError("scale: must be above 0")
    if type(learned.rows) is not int or not learned.rows >= len(learned.tail):
        raise ValueError("rows: must be at least those of the tail")
    if len(learned.tail) < experiment.lookback + experiment.difference:
        raise ValueError("tail: must fill a window")
    if learned.tail_times:  # earlier versions kept no row numbers
        from kerasduet.data.times import read_times

        _hold("tail_times", len(learned.tail_times), len(learned.tail))
        _texts("tail_times", learned.tail_times)
        read_times(learned.tail_times, learned.zone)


def _hold(name: str, found: Any, wanted: Any) -> None:
    if found != wanted or type(found) is not type(wanted):
        raise ValueError(f"{name}: of another experiment")


def _texts(name: str, values: Iterable[Any]) -> None:
    if not isinstance(values, tuple) or any(type(value) is not str for value in values):
        raise TypeError(f"{name}: must be texts")


def _flag(name: str, value: Any) -> None:
    if type(value) is not bool:
        raise TypeError(f"{name}: must be true or false")


def _finite(values: Iterable[Any]) -> None:
    for value in values:
        if type(value) not in (int, float) or not math.isfinite(value):
            raise ValueError("numbers: must be finite")


def predicted_rows(manifest: Mapping[str, Any], learned: Learned) -> int:
    """Give the rows that the table of predictions has."""
    return manifest["provenance"]["sizes"]["test"] * getattr(learned, "horizon", 1)


def most_history(manifest: Mapping[str, Any]) -> int:
    """Give the bytes that the history does not exceed."""
    return (MORE_COLUMNS + len(manifest["provenance"]["seconds"]["epochs"])) * ITEM * 16


def most_predictions(manifest: Mapping[str, Any], learned: Learned) -> int:
    """Give the bytes that the table of predictions does not exceed."""
    # Of a character of a name, however it is written.
    names = [4 * len(name) for name in getattr(learned, "class_names", ())]
    row = ITEM * (len(names) + MORE_COLUMNS) + 4 * max(names, default=0)
    return (2 + predicted_rows(manifest, learned)) * row + 2 * sum(names)


def refuse_table(frame: pd.DataFrame, rows: int, columns: Iterable[str]) -> None:
    """Refuse a table of other rows, or without a column."""
    if len(frame) != rows or not set(columns) <= set(frame.columns):
        raise ValueError("another table")


def predicted_columns(learned: Learned) -> tuple[str, ...]:
    """Name the columns that a run's figures and reports are drawn from."""
    if isinstance(learned, ImagePreprocessing):
        names = (f"p_{name}" for name in learned.class_names)
        return ("row", "truth", "prediction", "probability", *names)
    return ("origin", "time", "step", "truth", "forecast", "naive", "seasonal_naive", "drift")
