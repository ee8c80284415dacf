"""New rows at the end of the series that a run was trained on, one or several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.checks import nearest, show
from kerasduet.data import columns, panel, series, table
from kerasduet.data.dataset import Source
from kerasduet.data.panel_preprocessing import PanelPreprocessing
from kerasduet.errors import ArgumentType, DatasetError, TimeIndexError, UnknownName

if TYPE_CHECKING:
    from kerasduet.data.dataset import Dataset
    from kerasduet.data.table import Table
    from kerasduet.experiments import Experiment
    from kerasduet.result import Result

__all__ = ["extended"]


def extended(run: Result, chosen: Experiment, rows: Any) -> Dataset:
    """Cut the longer series into windows, in the units that the network was trained on.

    Parameters
    ----------
    run : Result
        Whose series goes on.
    chosen : Experiment
        That of the run, on the caller's own data.
    rows : Series, DataFrame, or columns by name
        Those after the end of the series, or the whole series with more rows at its end.
    """
    learned: Any = run.preprocessing
    if isinstance(learned, PanelPreprocessing):
        return _several(run, learned, chosen, rows)
    frame, index = table.from_values(rows, chosen, learned.target, name="new_rows")
    _refuse_other_columns(frame, learned)
    time, _ = columns.time_column(frame, index or chosen.time)
    frame, whole = _grown(frame, learned, time, lambda: _tables(run)[0])
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
    if not whole:
        index = index or (time if time in frame else None)
    if len(frame) <= learned.rows:
        raise ArgumentType(NO_ROWS)
    source = Source("the caller's series", "", len(frame), given=True)
    try:
        return series.cut(chosen, frame, index, source, scaled_as=learned)
    except TimeIndexError as error:
        if whole:
            raise
        raise _other_rows(learned.rows, error) from error


def _several(
    run: Result, learned: PanelPreprocessing, chosen: Experiment, rows: Any
) -> Dataset:
    """Let each series go on by its new rows; those without any stay as they are."""
    frame, index = table.from_values(
        panel.flat(rows, learned.id), chosen, learned.target, name="new_rows"
    )
    given = panel.pieces(frame, learned.id, "new_rows: ").frames
    for name in given:
        if name not in learned.ids:
            raise UnknownName(
                f"new_rows: must hold series of the training, whose scale is known; got "
                f"{show(name)} in the column {learned.id}. {nearest(name, learned.ids)} "
                "Train on it with run_experiment()."
            )
    _refuse_other_columns(frame, learned)
    bare = frame.drop(columns=learned.id)
    time, _ = columns.time_column(bare, index or chosen.time)
    found, joined = [], False
    for place, (name, one) in enumerate(zip(learned.ids, learned.each, strict=True)):
        mine = given.get(name, frame[:0]).drop(columns=learned.id)
        grown, whole = _grown(mine, one, time, lambda place=place: _tables(run)[place])  # type: ignore[misc]
        joined |= not whole
        found.append(grown.assign(**{learned.id: learned.names[place]}))
    if sum(map(len, found)) <= sum(one.rows for one in learned.each):
        raise ArgumentType(NO_ROWS)
    every = pd.concat(found, ignore_index=True)
    every.index = pd.RangeIndex(1, len(every) + 1, name="row")
    source = Source("the caller's series", "", len(every), given=True)
    index = index or (time if time in every else None)
    try:
        return panel.cut(chosen, every, index, source, scaled_as=learned)
    except TimeIndexError as error:
        if not joined:
            raise
        raise _other_rows(sum(one.rows for one in learned.each), error) from error


NO_ROWS = (
    "new_rows: must hold rows after the end of the series; got none. Give those that came since "
    "the training."
)


def _other_rows(known: int, error: TimeIndexError) -> TimeIndexError:
    return TimeIndexError(
        "new_rows: must come after the end of the series, or be the whole of it with more rows "
        f"at its end; got others, which joined to the {known:,} old rows give: {error}"
    )


def _refuse_other_columns(frame: pd.DataFrame, learned: Any) -> None:
    for name in (*learned.columns, learned.target, *learned.known_future):
        if name not in frame:
            raise UnknownName(
                f"new_rows: must have the columns of the series; got none of the name {name}. "
                f"{nearest(name, map(str, frame.columns))}"
            )


def _grown(
    frame: pd.DataFrame, learned: Any, time: str | None, table_of: Callable[[], Table]
) -> tuple[pd.DataFrame, bool]:
    """Give one series with its new rows, and whether it was given whole."""
    names = [*learned.columns, learned.target]
    if _begins_with(frame, names, learned.rows, np.array(learned.tail)):
        return frame.copy(deep=False), True
    before = _as_read(table_of(), names, learned)
    if "time" in before and time not in frame:
        raise UnknownName(
            "new_rows: must have times, as the series has; got a table without. Name the column "
            f"{time or 'time'}, or give a series with its times."
        )
    if "time" in before:
        before = before.rename(columns={"time": time})
    return pd.concat([before, frame], ignore_index=True) if len(frame) else before, False


def _begins_with(frame: pd.DataFrame, names: list[str], known: int, tail: np.ndarray) -> bool:
    """Say whether a table holds the last rows of a series where the series has them."""
    if len(frame) < known or not set(names) <= set(frame.columns):
        return False
    there = frame[names].iloc[known - len(tail) : known]
    values = there.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
    # Gaps were filled in the tail.
    return bool((np.isclose(values, tail, rtol=1e-12, atol=0) | np.isnan(values)).all())


def _tables(run: Result) -> Sequence[Table]:
    """Give the rows of each series of a run."""
    try:
        data = run.dataset
    except DatasetError:
        raise DatasetError(
            "new_rows: must hold the whole series, as a saved run does not keep the caller's own "
            "data; got rows that do not begin with it. Give the old rows and the new ones in one "
            "table."
        ) from None
    return data.panel or [data.table]  # type: ignore[list-item]


def _as_read(found: Table, names: list[str], learned: Any) -> pd.DataFrame:
    """Give a series as it was read, gaps as gaps."""
    values = np.where(found.missing, np.nan, found.values)
    every = zip([*names, *learned.known_future], [*values.T, *found.known.T], strict=True)
    times = {} if isinstance(found.times, pd.RangeIndex) else {"time": found.times}
    return pd.DataFrame(times | dict(every))
