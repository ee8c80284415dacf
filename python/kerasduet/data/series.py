"""A series, split by time, differenced, scaled on its training rows, and cut into windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.checks import show
from kerasduet.data import ahead, cleaning, gaps, seasons, shops, sine
from kerasduet.data import table as tables
from kerasduet.data.csv_file import read_csv
from kerasduet.data.dataset import Dataset, Part, Source, digest_arrays
from kerasduet.data.files import expanded
from kerasduet.data.frames.files import is_parquet, read_parquet
from kerasduet.data.preprocessing import SeriesPreprocessing
from kerasduet.data.scaling import learn_series, scale_rows, with_copy
from kerasduet.data.times import iso_times
from kerasduet.errors import ArgumentRange, ArgumentType, DatasetError, SeriesTooShort
from kerasduet.forecasting.windows import Windows, moved, origins_range, window_origins

if TYPE_CHECKING:
    from kerasduet.data.folds import Origin
    from kerasduet.experiments import Experiment

__all__ = [
    "borders",
    "check_frequency",
    "cut",
    "fold_starts",
    "frame_of",
    "load",
    "series_values",
    "split",
    "split_at",
]


def load(experiment: Experiment, data: Any = None, origin: Origin | None = None) -> Dataset:
    """Load a series and cut it into windows.

    Parameters
    ----------
    experiment : Experiment
        Says which series, its columns, splits, differencing and windows.
    data : optional
        The caller's series instead: pandas Series or DataFrame, or columns by name.
    origin : Origin, optional
        Of a backtest, which piece of the test rows is the test; the rows before it are those of
        the training.
    """
    frame, index, source = frame_of(experiment, data)
    clean = cleaning.clean(frame, experiment, index)
    del frame  # which may fill much of the memory: all of it that is needed is in `clean`
    return _cut(experiment, clean, source, None, origin)


def cut(
    experiment: Experiment,
    frame: pd.DataFrame,
    index: str | None,
    source: Source,
    scaled_as: SeriesPreprocessing | None = None,
) -> Dataset:
    """Check a table and cut it into windows.

    Parameters
    ----------
    experiment : Experiment
        As for `load`.
    frame : pandas.DataFrame
        The table.
    index : str, optional
        Column that was its index of times.
    source : Source
        Where it came from.
    scaled_as : SeriesPreprocessing, optional
        What an earlier training learned: its mean and scale stay; None learns them.
    """
    return _cut(experiment, cleaning.clean(frame, experiment, index), source, scaled_as, None)


def _cut(
    experiment: Experiment,
    clean: cleaning.Cleaned,
    source: Source,
    scaled_as: SeriesPreprocessing | None,
    origin: Origin | None,
) -> Dataset:
    check_frequency(experiment, clean)
    if source.given:
        labels = np.array([clean.target, *iso_times(clean.times)])
        marks = [clean.missing] if clean.missing.any() else []
        marks += [clean.known] if clean.known.size else []
        source = replace(source, sha256=digest_arrays(clean.values, labels, *marks))
    source = source.noted(clean.note)
    return split_at(experiment, clean, source, scaled_as, origin)


def split_at(
    experiment: Experiment,
    clean: cleaning.Cleaned,
    source: Source,
    scaled_as: SeriesPreprocessing | None,
    origin: Origin | None,
) -> Dataset:
    """Split a series by the settings, or for a fold of a backtest."""
    if origin is None:
        return split(experiment, clean, source, scaled_as)
    seen, pieces = _pieces(experiment, clean, origin)
    found = split(experiment, seen, source, pieces=pieces)
    return replace(found, fold=origin, held_out=origin.name)


def check_frequency(experiment: Experiment, clean: cleaning.Cleaned) -> None:
    """Refuse a frequency without times."""
    if experiment.frequency is not None and isinstance(clean.times, pd.RangeIndex):
        raise ArgumentType(
            f"frequency: needs a column of times; got {show(experiment.frequency)} and none. Set "
            "time to the name of that column, or frequency to None."
        )


def _pieces(
    experiment: Experiment, clean: cleaning.Cleaned, origin: Origin
) -> tuple[cleaning.Cleaned, list[tuple[int, int]]]:
    """Cut a series for a fold of a backtest, so that nothing after it is there.

    Returns
    -------
    (Cleaned, list of (int, int))
        Its rows; of each piece that is forecast the first row, and the one after its last.
    """
    rows = len(clean.values)
    starts = fold_starts(experiment, rows, origin)
    size = rows - starts[-1]
    test = starts[max(origin.origin - 1, 0)]
    begin = test - starts[0] if origin.window == "sliding" else 0
    end = test + size if origin.origin else rows
    values, missing = clean.values[begin:end], clean.missing[begin:end].copy()
    # A gap that reaches over the cut was filled with what is not there any more, or not yet.
    lead = np.logical_and.accumulate(missing, axis=0)
    missing[lead] = False
    values = gaps.fill_gaps(values, missing)
    tested = starts if origin.origin == 0 else [test]
    pieces = [(start - begin, start - begin + size) for start in tested]
    cut = replace(clean, times=clean.times[begin:end], values=values, missing=missing)
    return replace(cut, known=clean.known[begin:end]), pieces


def fold_starts(experiment: Experiment, rows: int, origin: Origin) -> list[int]:
    """Give the first row of each fold of a backtest."""
    horizon, count = experiment.horizon, origin.origins
    rows_of_test = round((rows - experiment.data.lag) * experiment.test_split)
    size = rows_of_test // count
    if size < horizon:
        raise ArgumentRange(
            f"folds: must leave each the rows of a forecast ({horizon}); got {count} of "
            f"{rows_of_test} test rows. Lower folds or horizon, or raise test_split."
        )
    return [rows - size * (count - place) for place in range(count)]


def series_values(
    experiment: Experiment, learned: SeriesPreprocessing, data: Any
) -> tuple[pd.Index, np.ndarray]:
    """Check the series `x` that `predict` is given: times and values (rows, columns + target)."""
    frame, index = tables.from_values(data, experiment, learned.target, name="x")
    trained = (*learned.columns, learned.target)
    clean = cleaning.clean(frame, experiment, index, trained)
    return clean.times, clean.values


def frame_of(experiment: Experiment, data: Any) -> tuple[pd.DataFrame, str | None, Source]:
    """Read the caller's table, the embedded one or a file; name its index of times."""
    if data is not None:
        frame, index = tables.from_values(data, experiment)
        return frame, index, Source("the caller's series", "", len(frame), given=True)
    if experiment.dataset == "co2":
        frame, source = tables.embedded_co2()
        return frame, None, source
    if experiment.dataset == "shops":
        frame, source = shops.made()
        return frame, None, source
    if experiment.dataset == "sine":
        frame, source = sine.made()
        return frame, None, source
    if experiment.path is None:
        raise DatasetError(
            f"path: {experiment.name} needs a CSV or Parquet file, or a table as data; got "
            'neither. Set path = "prices.csv", say.'
        )
    file = expanded(experiment.path)
    if is_parquet(file):
        frame, source = read_parquet(file)
        frame, index = tables.from_values(frame, experiment, name="path")
        return frame, index, source
    texts = {} if experiment.id is None else {experiment.id: "ids"}
    frame, source = read_csv(experiment.path, texts=texts)
    return tables.as_wanted(frame, experiment), None, source


def borders(experiment: Experiment, rows: int, test: int | None = None) -> tuple[int, int]:
    """Give the first row of the validation and of the test, if that is not given."""
    lag = experiment.difference  # differencing uses up the first rows
    if test is None:
        test = rows - round((rows - lag) * experiment.test_split)
    return test - round((test - lag) * experiment.validation_split), test


def split(
    experiment: Experiment,
    clean: cleaning.Cleaned,
    source: Source,
    scaled_as: SeriesPreprocessing | None = None,
    pieces: Sequence[tuple[int, int]] = (),
) -> Dataset:
    """Split a series, by the settings or before the pieces that are tested, and cut its windows."""
    lag, lookback, horizon = experiment.data.lag, experiment.lookback, experiment.horizon
    rows = len(clean.values)
    if lag >= rows:
        raise SeriesTooShort(
            f"difference: must be less than the rows ({rows}); got {lag}. Give a longer series, "
            "or a smaller difference."
        )
    validation, test = borders(experiment, rows, pieces[0][0] if pieces else None)
    splits = {
        "training": (lag, validation),
        "validation": (validation, test),
        "test": (test, rows),
    }
    if experiment.validation_split == 0:
        del splits["validation"]

    origins: dict[str, Any] = {
        name: (origins_range if name == "training" else window_origins)(
            start,
            stop,
            lookback=lookback,
            horizon=horizon,
            straddle=experiment.straddle and name != "training",
        )
        for name, (start, stop) in splits.items()
    }
    if pieces:  # forecasts begin at the row before, so the windows reach over it
        sides = {"lookback": lookback, "horizon": horizon, "straddle": True}
        origins["test"] = np.concatenate([window_origins(*piece, **sides) for piece in pieces])
    for name, found in origins.items():
        if len(found) == 0:
            start, stop = splits[name]
            if experiment.straddle and horizon > stop - start and name != "training":
                raise SeriesTooShort(
                    f"horizon: must fit into the {name} rows ({stop - start} of {rows}); got "
                    f"{horizon}. Give a longer series, a shorter horizon, or a larger {name}_split."
                )
            may_straddle = name != "training" and not experiment.straddle
            fix = ", or straddle = True" if may_straddle else " or horizon"
            raise SeriesTooShort(
                f"lookback: lookback + horizon must fit into the {name} rows "
                f"({stop - start} of {rows}); got {lookback} + {horizon}. Give a longer series, "
                f"{'' if may_straddle else 'or '}a shorter lookback{fix}."
            )
    if experiment.season >= validation:
        raise SeriesTooShort(
            f"season: must be less than the training rows ({validation} of {rows}), so that "
            f"there is a season to repeat; got {experiment.season}. Give a longer series, or "
            "set season = 1."
        )
    # The training rows know nothing of what comes after them, a gap at their end included.
    training = gaps.fill_gaps(clean.values[:validation], clean.missing[:validation])
    with np.errstate(all="ignore"):  # what is too large is refused by row
        preprocessing = learn_series(experiment, clean, training)
    if scaled_as is not None:
        kept = ("mean", "scale", "power", "known_mean", "known_scale")
        own = {name: getattr(scaled_as, name) for name in kept}
        preprocessing = replace(preprocessing, **own)
    scaled = scale_rows(preprocessing, clean.values)
    trained = scaled[:validation]
    if clean.missing[:validation].any():  # filled by what later rows know
        trained = scale_rows(preprocessing, training)
    seen = None
    if preprocessing.sees_ahead:
        seen = ahead.seen(preprocessing, clean.known, clean.times)
    if (source.given or source.path) and experiment.id is None:
        told = seasons.offer([training[:, -1]], experiment.season)
        source = source.noted(
            told, seasons.other_difference(experiment.season, experiment.difference)
        )
    held = _with_known_truth(origins.get("validation", np.arange(0)), clean.missing, horizon)
    judged = held if len(held) else np.asarray(origins["training"])
    preprocessing = with_copy(preprocessing, clean, judged)
    return Dataset(
        train=_windows(preprocessing, trained, origins["training"], seen),
        validation=_as_known(preprocessing, clean, scaled, held, seen),
        test=_as_known(preprocessing, clean, scaled, origins["test"], seen),
        preprocessing=preprocessing,
        source=source,
        settings=experiment.data.values(),
        table=tables.Table(
            clean.times, clean.values, clean.missing, origins["test"], held, clean.known
        ),
    )


def _windows(
    learned: SeriesPreprocessing,
    scaled: np.ndarray,
    origins: np.ndarray | range,
    seen: np.ndarray | None = None,
    late: np.ndarray | None = None,
    known: np.ndarray | None = None,
) -> Part:
    """Look at the windows that end at the origins, and at the target steps after each.

    Beside the columns stand those that are `seen` ahead of time (rows, columns). Windows that are
    `late` are as `known` instead (late, lookback + horizon, columns).
    """
    lookback, inputs, targets = learned.lookback, None, None
    steps = 1 if learned.strategy == "recursive" else learned.horizon
    if known is not None:
        inputs, targets = known[:, :lookback, :-1], known[:, lookback : lookback + steps, -1]
    first, columns, later = moved(origins, 1 - lookback), scaled[:, :-1], None
    if seen is not None:
        columns = np.hstack([columns, seen[: len(columns)]])
        if inputs is not None and late is not None:
            plans = Windows(seen, np.asarray(origins)[late] + 1 - lookback, lookback)
            inputs = np.concatenate([inputs, np.asarray(plans)], axis=2)
        if steps < learned.horizon:
            later = Windows(seen[: len(columns)], moved(origins, 1), learned.horizon - 1)
    return Part(
        Windows(columns, first, lookback, late, inputs, later),
        Windows(scaled[:, -1], moved(origins, 1), steps, late, targets),
    )


def _as_known(
    learned: SeriesPreprocessing,
    clean: cleaning.Cleaned,
    scaled: np.ndarray,
    origins: np.ndarray,
    seen: np.ndarray | None = None,
) -> Part:
    """Look at windows whose inputs use nothing that came after their origin."""
    # Only a window that ends within a gap was filled from what followed it.
    late = np.flatnonzero(clean.missing.any() and clean.missing[origins].any(axis=1))
    if len(late) == 0:
        return _windows(learned, scaled, origins, seen)
    steps = np.arange(1 - learned.lookback - learned.lag, learned.horizon + 1)
    rows = origins[late, None] + steps
    last = gaps.last_known(clean.missing)
    known = gaps.as_known(clean.values, last, origins[late], rows)
    found = learned.scaled(known).astype(np.float32)
    return _windows(learned, scaled, origins, seen, late, found)


def _with_known_truth(origins: np.ndarray, missing: np.ndarray, horizon: int) -> np.ndarray:
    """Leave out the windows whose truth was filled, unless that leaves none."""
    if not missing.any():
        return origins
    ahead = origins[:, None] + np.arange(1, horizon + 1)
    known = origins[~missing[ahead, -1].any(axis=1)]
    return known if len(known) else origins
