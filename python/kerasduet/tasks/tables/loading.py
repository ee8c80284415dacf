"""From a table to arrays: its columns found, the rows split, the features encoded."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.checks import nearest, show
from kerasduet.data.dataset import Dataset, Part, Source
from kerasduet.data.folds import FOLD_SEED, Fold, Folds
from kerasduet.data.frames import (
    Encoding,
    digest_frame,
    fold_rows,
    hide_levels,
    learn,
    load_embedded,
    read_table,
    split_rows,
)
from kerasduet.data.part import Picked, mapped
from kerasduet.data.repeats import SPLITS, repeats_note, surprising
from kerasduet.data.summed import columns_of
from kerasduet.errors import (
    ArgumentRange,
    ArgumentType,
    DatasetError,
    MissingValue,
    NonFinite,
    UnknownName,
)

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.experiments import Experiment
    from kerasduet.tasks.tables.learned import TableLearned
    from kerasduet.tasks.tables.settings import TableSettings

__all__ = [
    "features_of",
    "folded",
    "laid",
    "learned_encoding",
    "read",
    "refuse_missing",
    "split",
    "weights_of_rows",
]

SEED = 20_151  # of the splits: runs of other seeds are scored on the same rows

Rows = tuple[np.ndarray, np.ndarray, np.ndarray]


def read(experiment: Experiment, given: Any) -> tuple[pd.DataFrame, Source]:
    """Read the table of an experiment, or the caller's, and refuse columns that are not there."""
    data: TableSettings = experiment.data
    own = experiment.dataset == data.own
    if given is None and own and data.path is None:
        raise DatasetError(
            f"data: {experiment.name} needs a table of your own; got nothing. Give a data "
            "frame, or set path."
        )
    if given is None and not own:
        frame = load_embedded(experiment.dataset)
        source = Source(f"embedded table {experiment.dataset}", digest_frame(frame), len(frame))
    else:
        frame, source = read_table(given, data.path, texts=data.kept)
    known = list(frame.columns)
    if data.target is None:
        raise ArgumentType(
            f"target: must name the column to predict; got nothing. Columns: {show(known)}."
        )
    for role, name in (*data.roles.items(), *(("features", name) for name in data.features)):
        if name not in known:
            raise UnknownName(f"{role}: no column {show(name)}. {nearest(name, known)}")
    return frame, source


def features_of(data: TableSettings, frame: pd.DataFrame) -> tuple[str, ...]:
    """Name the columns to predict from."""
    roles = set(data.roles.values())
    found = data.features or tuple(name for name in frame.columns if name not in roles)
    if not found:
        raise ArgumentType(
            f"features: must be at least one column; got a table of {show(list(frame.columns))} "
            "alone."
        )
    return found


def refuse_missing(column: pd.Series, role: str) -> None:
    """Refuse a column that has a role and missing values."""
    gaps = np.nonzero(column.isna().to_numpy())[0]
    if len(gaps):
        raise MissingValue(
            f"{role}: must have no missing values; got {len(gaps):,} in {column.name}, the first "
            f"in row {gaps[0] + 1}. Leave those rows out."
        )


def split(data: TableSettings, frame: pd.DataFrame, classes: np.ndarray | None = None) -> Rows:
    """Choose training, validation and test rows."""
    return split_rows(
        frame,
        validation_split=data.validation_split,
        test_split=data.test_split,
        seed=SEED,
        **_how(data, frame, classes),
    )


def _how(data: TableSettings, frame: pd.DataFrame, classes: Any) -> dict[str, Any]:
    """Give what `split_rows` is told of how to split."""
    how: dict[str, Any] = {"how": getattr(data, "split", "random")}
    if how["how"] == "stratified":
        how["classes"] = classes
    for role in ("group", "time"):
        if (name := getattr(data, role)) is not None:
            refuse_missing(frame[name], role)
            how = {"how": role, f"{role}s": frame[name]}
    return how


def folded(task: Any, experiment: Experiment, given: Any, folds: int, repeats: int) -> Folds:
    """Cut the rows of a table into folds; what is learned comes from the rest of each.

    Of that rest `validation_split` is held out for validation. Without it nothing is decided by
    validation rows, and the fold itself stands in their place, to be drawn epoch by epoch.
    """
    frame, source = read(experiment, given)
    data: TableSettings = experiment.data
    if data.time is not None:
        raise ArgumentType(
            "folds: must be of rows without an order of time, which a split by time keeps; got "
            f"time {show(data.time)}. Score it on its last rows, with run_experiment()."
        )
    how = _how(data, frame, frame[data.target])
    apart = {name: column for name, column in how.items() if name != "how"}
    if "classes" in apart:
        refuse_missing(frame[data.target], "target")
    held = [
        rows
        for repeat in range(repeats)
        for rows in fold_rows(len(frame), folds, seed=(FOLD_SEED, repeat), **apart)
    ]

    def make(test: np.ndarray, fold: Fold) -> Dataset:
        rest = np.delete(np.arange(len(frame)), test)
        train, validation, _ = split_rows(
            len(rest),
            how=how["how"],
            validation_split=data.validation_split,
            test_split=0.0,
            seed=SEED,
            **{name: column.iloc[rest] for name, column in apart.items()},
        )
        rows = (rest[train], rest[validation] if len(validation) else test, test)
        # The columns of a table go as it is laid: of a copy that shares their values.
        made: Dataset = task.laid(experiment, (frame.copy(deep=False), source), rows)
        return replace(made, fold=fold, held_out=fold.name)

    return Folds(held, folds, make)


def learned_encoding(data: TableSettings, frame: pd.DataFrame, rows: np.ndarray) -> Encoding:
    """Learn from the training rows how the features are encoded."""
    return learn(
        frame,
        features_of(data, frame),
        scale=data.scale,
        missing=data.missing,
        unknown=data.unknown,
        unusable=data.unusable,
        rows=rows,
    )


def laid(
    experiment: Experiment,
    table: tuple[pd.DataFrame, Source],
    rows: Rows,
    targets: np.ndarray,
    learned: TableLearned,
) -> Dataset:
    """Lay inputs, targets and weights of each split together; rows are taken when asked for."""
    frame, source = table
    source = source.noted(_repeated(experiment.data, frame, rows))
    weights = _weights(experiment.data, frame, rows[0])
    columns = columns_of(frame) if source.given or source.path is not None else None
    # The table's columns go as the network's come.
    inputs, given = learned.taken(frame, rows[2])
    if learned.encoding.levels:
        hide_levels(learned.encoding, inputs, rows[0], seed=SEED)
    train, validation, test = (
        Part(
            mapped(lambda leaf, chosen=chosen: Picked(leaf, chosen), inputs),
            targets[chosen],
            None if weights is None else weights[chosen],
        )
        for chosen in rows
    )
    settings = experiment.data.values()
    laid = (train, validation, test, learned, source, settings)
    return Dataset(*laid, given=given, columns=columns)


def _repeated(data: TableSettings, frame: pd.DataFrame, rows: Rows) -> str:
    """Note rows of held-out parts that are among the training rows too, in all that counts."""
    assert data.target is not None
    features = features_of(data, frame)
    counts = surprising(frame[[*features, data.target]], rows, features)
    sizes = {name: len(part) for name, part in zip(SPLITS, rows[1:], strict=True)}
    where = "the features and the target"
    fix = "If these are the same case entered twice, remove one."
    return repeats_note(counts, sizes, "rows", where=where, fix=fix)


def weights_of_rows(name: str | None, frame: pd.DataFrame) -> np.ndarray | None:
    """Give how much each row counts, float32 (n,); None where all count the same."""
    if name is None:
        return None
    column = frame[name]
    refuse_missing(column, "weights")
    if column.dtype.kind not in "iuf":
        raise ArgumentType(
            f"weights: must be a column of numbers; got {show(name)}, of another type."
        )
    values = column.to_numpy(np.float64)
    for wrong, error, rule in (
        (~np.isfinite(values), NonFinite, "finite"),
        (values < 0, ArgumentRange, "at least 0"),
    ):
        if wrong.any():
            row = int(np.nonzero(wrong)[0][0])
            raise error(
                f"weights: must be {rule}; got {show(float(values[row]))} in row {row + 1} of "
                f"{name}."
            )
    return values.astype(np.float32)


def _weights(data: TableSettings, frame: pd.DataFrame, train: np.ndarray) -> np.ndarray | None:
    """Give how much each row counts; refuse training rows of which none does."""
    found = weights_of_rows(data.weights, frame)
    if found is not None and not found[train].any():
        raise ArgumentRange(
            f"weights: must have one above 0 in the training rows; got 0 alone in {data.weights}, "
            "so that nothing would be learned."
        )
    return found
