"""Several series in one table: each checked, split and scaled by itself, their windows joined."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from kerasduet.checks import nearest, show
from kerasduet.data import cleaning, scaling, seasons, series
from kerasduet.data import table as tables
from kerasduet.data.dataset import Dataset, Part, digest_arrays
from kerasduet.data.panel_preprocessing import PanelPreprocessing
from kerasduet.data.preprocessing import SeriesPreprocessing
from kerasduet.data.times import iso_times, parse_times
from kerasduet.errors import ArgumentType, CsvError, KerasduetError, MissingValue, UnknownName
from kerasduet.forecasting.windows import Windows

if TYPE_CHECKING:
    from kerasduet.data.dataset import Source
    from kerasduet.data.folds import Origin
    from kerasduet.experiments import Experiment

__all__ = ["Pieces", "cut", "flat", "load", "of_series", "pieces", "values_by_series"]


class Pieces(NamedTuple):
    """The rows of each series, by its name, and whether the names are whole numbers."""

    frames: Mapping[str, pd.DataFrame]
    numbered: bool


@contextlib.contextmanager
def of_series(name: str) -> Iterator[None]:
    """Say in an error which series it is about."""
    try:
        yield
    except KerasduetError as error:
        raise type(error)(f"{error} That is in the series {show(name)}.") from error


def load(experiment: Experiment, data: Any = None, origin: Origin | None = None) -> Dataset:
    """Load several series and cut each into windows, as `series.load` does one.

    Parameters
    ----------
    experiment : Experiment
        Its `id` names the column that says which series a row belongs to.
    data : optional
        The caller's table: a DataFrame, or columns by name. Rows of a series are in the order of
        time; those of different series may stand in any order.
    origin : Origin, optional
        Of a backtest, which piece of the test rows of each series is the test.
    """
    frame, index, source = series.frame_of(experiment, flat(data, str(experiment.id)))
    return cut(experiment, frame, index, source, origin=origin)


def cut(
    experiment: Experiment,
    frame: pd.DataFrame,
    index: str | None,
    source: Source,
    scaled_as: PanelPreprocessing | None = None,
    origin: Origin | None = None,
) -> Dataset:
    """Check a table of several series and cut it into windows, as `series.cut` does one's.

    What an earlier training learned (`scaled_as`) is of the same series, in the same order.
    """
    column = str(experiment.id)
    frames, numbered = pieces(frame, column)
    bare = frame.drop(columns=column)
    time, wanted, target, note = tables.columns_of(bare, experiment, index)
    if column in (time, *wanted):
        raise ArgumentType(
            f"id: must name another column than those of times and values; got {show(column)}."
        )
    one = experiment.replace(target=target)
    kept = list(dict.fromkeys([*([time] if time else []), *wanted]))
    if time is not None:
        frames = dict(zip(frames, _with_times(bare, frames, time, experiment), strict=True))
    cleaned, found = [], []
    scales = [None] * len(frames) if scaled_as is None else scaled_as.each
    for (name, rows), scale in zip(frames.items(), scales, strict=True):
        with of_series(name):
            clean = cleaning.clean(rows[kept], one, time)
            series.check_frequency(experiment, clean)
            found.append(series.split_at(one, clean, source, scale, origin))
        cleaned.append(clean)
    if source.given:
        source = replace(source, sha256=_digest(cleaned, tuple(frames), target))
    notes = [note, _notes(cleaned, frames), _overlap(one, cleaned, origin)]
    if source.given or source.path:
        ends = [series.borders(one, len(clean.values))[0] for clean in cleaned]
        pasts = [clean.values[:end, -1] for clean, end in zip(cleaned, ends, strict=True)]
        notes.append(seasons.offer(pasts, one.season))
        notes.append(seasons.other_difference(one.season, one.difference))
    notes.append(_constant(one, found, tuple(frames)))
    source = source.noted(*notes)
    learned: list[Any] = [each.preprocessing for each in found]
    return Dataset(
        train=_joined([each.train for each in found]),
        validation=_joined([each.validation for each in found]),
        test=_joined([each.test for each in found]),
        preprocessing=PanelPreprocessing(column, tuple(frames), numbered, tuple(learned)),
        source=source,
        settings=experiment.data.values(),
        panel=tuple(each.table for each in found if each.table is not None),
        fold=origin,
        held_out=None if origin is None else origin.name,
    )


def values_by_series(
    experiment: Experiment, learned: PanelPreprocessing, data: Any
) -> dict[str, tuple[SeriesPreprocessing, pd.Index, np.ndarray]]:
    """Check the series `x` that `predict` is given.

    Returns
    -------
    dict
        By name: what was learned of the series, its times, and its values (rows, columns + target).

    Raises
    ------
    UnknownName
        A series that the run was not trained on, which has no scale; or no column of series.
    """
    frame, index = tables.from_values(
        flat(data, learned.id), experiment, learned.target, name="x"
    )
    frames = pieces(frame, learned.id, "x: ").frames
    known = dict(zip(learned.ids, learned.each, strict=True))
    for name in frames:
        if name not in known:
            raise UnknownName(
                f"x: must hold series of the training, whose scale is known; got {show(name)} in "
                f"the column {learned.id}. {nearest(name, learned.ids)}"
            )
    found = {}
    for name, rows in frames.items():
        trained = (*learned.columns, learned.target)
        with of_series(name):
            clean = cleaning.clean(rows.drop(columns=learned.id), experiment, index, trained)
        found[name] = (known[name], clean.times, clean.values)
    return found


def pieces(frame: pd.DataFrame, column: str, argument: str = "") -> Pieces:
    """Cut a table into its series, in the order in which they begin.

    Examples
    --------
    >>> rows = pd.RangeIndex(1, 4, name="row")
    >>> found = pieces(pd.DataFrame({"shop": [7, 8, 7], "sold": [1, 2, 3]}, rows), "shop")
    >>> {name: one["sold"].tolist() for name, one in found.frames.items()}, found.numbered
    ({'7': [1, 3], '8': [2]}, True)
    """
    error = CsvError if frame.index.name == "line" else UnknownName
    names = [str(name) for name in frame.columns]
    if names.count(column) != 1:
        found = "several of that name" if column in names else "no such column"
        raise error(
            f"{argument}{column}: must be a column that says which series each row belongs to; "
            f"got {found}. {nearest(column, names)}"
        )
    codes, ids, numbered = _ids(frame[column], column)
    order = np.argsort(codes, kind="stable")
    groups = np.split(order, np.cumsum(np.bincount(codes))[:-1])
    return Pieces(
        {name: frame.iloc[rows] for name, rows in zip(ids, groups, strict=True)}, numbered
    )


def _ids(values: pd.Series, column: str) -> tuple[np.ndarray, list[str], bool]:
    """Give the code of each row's series, their names as texts, and whether they were numbers."""
    codes, found = pd.factorize(values)
    empty = codes < 0
    listed = list(found)
    blank = [code for code, item in enumerate(listed) if item == "" or str(item).isspace()]
    empty |= np.isin(codes, blank)
    if empty.any():
        row = int(empty.argmax())
        raise MissingValue(
            f"{column}: must say which series each row belongs to; got nothing in "
            f"{values.index.name} {values.index[row]}."
        )
    numbered = all(_is_whole(item) for item in listed)
    if not numbered and not all(isinstance(item, str) for item in listed):
        place = next(i for i, item in enumerate(listed) if not isinstance(item, str))
        row = int((codes == place).argmax())
        raise ArgumentType(
            f"{column}: must name series by texts or whole numbers; got {show(listed[place])} in "
            f"{values.index.name} {values.index[row]}."
        )
    return codes, [str(int(item)) if numbered else item for item in listed], numbered


def _is_whole(item: Any) -> bool:
    if isinstance(item, bool | np.bool_):
        return False
    if isinstance(item, int | np.integer):
        return True
    return isinstance(item, float | np.floating) and float(item).is_integer()


def flat(data: Any, column: str) -> Any:
    """Give a table whose index says the series as one whose columns say it."""
    is_table = isinstance(data, pd.Series | pd.DataFrame)
    if is_table and isinstance(data.index, pd.MultiIndex) and column in data.index.names:
        if isinstance(data, pd.Series) and data.name is None:
            data = data.rename("value")
        return data.reset_index()
    return data


def _with_times(
    frame: pd.DataFrame, frames: Mapping[str, pd.DataFrame], time: str, experiment: Experiment
) -> list[pd.DataFrame]:
    """Read the times of all series at once, so that they are read in one way."""

    def place(row: int) -> str:
        return f"{frame.index.name} {frame.index[row]}"

    times = parse_times(frame[time], time, place, experiment.time_format)
    read = pd.Series(times, index=frame.index)
    return [rows.assign(**{time: read.loc[rows.index]}) for rows in frames.values()]


def _digest(cleaned: Sequence[cleaning.Cleaned], names: tuple[str, ...], target: str) -> str:
    values = np.concatenate([one.values for one in cleaned])
    counts = [f"{name}\n{len(one.values)}" for name, one in zip(names, cleaned, strict=True)]
    times = (text for one in cleaned for text in iso_times(one.times))
    missing = np.concatenate([one.missing for one in cleaned])
    marks = [missing] if missing.any() else []
    known = np.concatenate([one.known for one in cleaned])
    marks += [known] if known.size else []
    return digest_arrays(values, np.array([target, *counts, *times]), *marks)


def _notes(cleaned: Sequence[cleaning.Cleaned], names: Mapping[str, Any]) -> str:
    """Say what was found: once where it is the same of all, else of the first series."""
    noted = [(name, one.note) for name, one in zip(names, cleaned, strict=True) if one.note]
    if not noted:
        return ""
    name, note = noted[0]
    if len(noted) == len(cleaned) and len({text for _, text in noted}) == 1:
        return note
    more = f" There are notes on {len(noted)} of the {len(cleaned)} series."
    return f"In the series {show(name)}: {note}{more if len(noted) > 1 else ''}"


def _constant(experiment: Experiment, found: Sequence[Dataset], names: Sequence[str]) -> str:
    """Name the series that do not vary in their training rows, whose scale is 1."""
    constant, lag = [], experiment.data.lag
    for name, one in zip(names, found, strict=True):
        assert one.table is not None
        rows = series.borders(experiment, len(one.table.values))[0]
        values = one.table.values[:rows, -1]
        steps = values[lag:] - values[: rows - lag] if lag else values
        if scaling.is_constant(np.ptp(steps), steps[0]):
            constant.append(name)
    if not constant:
        return ""
    listed = ", ".join(map(show, constant[:3])) + (", ..." if len(constant) > 3 else "")
    what = "changes do" if lag else "values do"
    return (
        f"In {len(constant)} of {len(names):,} series ({listed}) the {what} not vary in the "
        "training rows: their scale is 1."
    )


def _overlap(
    experiment: Experiment, cleaned: Sequence[cleaning.Cleaned], origin: Origin | None
) -> str:
    """Say where the test of one series lies before training rows of another."""
    if any(isinstance(one.times, pd.RangeIndex) for one in cleaned):
        return ""
    last, first = [], []
    for one in cleaned:
        rows = len(one.values)
        start = None if origin is None else series.fold_starts(experiment, rows, origin)[0]
        validation, test = series.borders(experiment, rows, start)
        last.append(one.times[validation - 1])
        first.append(one.times[test])
    if max(last) < min(first):
        return ""
    return (
        "Each series is split at its own times: training rows of some are later than test rows "
        "of others, which flatters the scores where series move together."
    )


def _joined(parts: Sequence[Part]) -> Part:
    inputs, targets = (
        Windows.joined([getattr(part, side) for part in parts])
        for side in ("inputs", "targets")
    )
    return Part(inputs, targets)
