"""New rows at the end of a series that a run was trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.checks import nearest
from kerasduet.data import columns, series, table
from kerasduet.data.dataset import Source
from kerasduet.errors import ArgumentType, DatasetError, TimeIndexError, UnknownName

if TYPE_CHECKING:
    from kerasduet.data.dataset import Dataset
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
    frame, index = table.from_values(rows, chosen, learned.target, name="new_rows")
    known, tail = learned.rows, np.array(learned.tail)
    names = [*learned.columns, learned.target]
    for name in (*names, *learned.known_future):
        if name not in frame:
            raise UnknownName(
                f"new_rows: must have the columns of the series; got none of the name {name}. "
                f"{nearest(name, map(str, frame.columns))}"
            )
    whole = _begins_with(frame, names, known, tail)
    if not whole:
        before = _earlier(run, names)
        time, _ = columns.time_column(frame, index or chosen.time)
        if "time" in before and time not in frame:
            raise UnknownName(
                "new_rows: must have times, as the series has; got a table without. Name the "
                f"column {chosen.time or 'time'}, or give a series with its times."
            )
        if "time" in before:
            before = before.rename(columns={"time": time})
        frame = pd.concat([before, frame], ignore_index=True)
        frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
        index = index or (time if time in frame else None)
    if len(frame) <= known:
        raise ArgumentType(
            "new_rows: must hold rows after the end of the series; got none. Give those that came "
            "since the training."
        )
    source = Source("the caller's series", "", len(frame), given=True)
    try:
        return series.cut(chosen, frame, index, source, scaled_as=learned)
    except TimeIndexError as error:
        if whole:
            raise
        raise TimeIndexError(
            "new_rows: must come after the end of the series, or be the whole of it with more rows "
            f"at its end; got others, which joined to the {known:,} old rows give: {error}"
        ) from error


def _begins_with(frame: pd.DataFrame, names: list[str], known: int, tail: np.ndarray) -> bool:
    """Say whether a table holds the last rows of a series where the series has them."""
    if len(frame) < known or not set(names) <= set(frame.columns):
        return False
    there = frame[names].iloc[known - len(tail) : known]
    values = there.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
    # Gaps were filled in the tail.
    return bool((np.isclose(values, tail, rtol=1e-12, atol=0) | np.isnan(values)).all())


def _earlier(run: Result, names: list[str]) -> pd.DataFrame:
    """Give the series of a run as it was read, gaps as gaps."""
    try:
        data = run.dataset
    except DatasetError:
        raise DatasetError(
            "new_rows: must hold the whole series, as a saved run does not keep the caller's own "
            "data; got rows that do not begin with it. Give the old rows and the new ones in one "
            "table."
        ) from None
    found = data.table
    assert found is not None
    values = np.where(found.missing, np.nan, found.values)
    learned: Any = run.preprocessing
    every = zip([*names, *learned.known_future], [*values.T, *found.known.T], strict=True)
    times = {} if isinstance(found.times, pd.RangeIndex) else {"time": found.times}
    return pd.DataFrame(times | dict(every))
