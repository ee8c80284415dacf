"""The table of what is known ahead of time: given empty, and read when it is filled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.boundary import warn
from kerasduet.checks import show
from kerasduet.data.columns import time_column
from kerasduet.data.numbers import numbers
from kerasduet.data.times import iso_times, parse_times
from kerasduet.errors import ArgumentType, MissingValue, TimeIndexError, UnknownName

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.experiments import Experiment

__all__ = ["empty", "read", "rows_needed"]


def rows_needed(learned: Any, steps: int) -> int:
    """Give the rows that a forecast looks at: whole horizons, as the network gives those."""
    horizon: int = learned.horizon
    return -(-steps // horizon) * horizon


def empty(learned: Any, times: pd.Index) -> pd.DataFrame:
    """Give a table of times ahead with the known columns, whose values are missing."""
    import pandas as pd

    if not learned.known_future:
        raise ArgumentType(
            "future_frame: needs a run with columns known ahead of time; got one without. Train "
            'with known_future = "promo", say.'
        )
    return pd.DataFrame({"time": times} | dict.fromkeys(learned.known_future, np.nan))


def read(
    learned: Any,
    experiment: Experiment,
    given: Any,
    times: pd.Index,
    horizon: int | None = None,
) -> np.ndarray | None:
    """Check a filled table and give the values of the times ahead.

    Where no horizon was asked for, a warning says that later rows are not used.

    Returns
    -------
    numpy.ndarray
        float64 (times, known columns); None of a run without any, and without a table.

    Raises
    ------
    ArgumentType, UnknownName, TimeIndexError, MissingValue
        No table, or one without a column, a time or a value.
    """
    from kerasduet.data import table as tables

    names = learned.known_future
    if not names:
        if given is None:
            return None
        is_table = isinstance(given, Mapping) or hasattr(given, "columns")
        what = "a table" if is_table else show(given)
        raise ArgumentType(
            "future: is for columns known ahead of time, of which this run has none; got "
            f"{what}. Leave it out, or train with known_future."
        )
    ahead = f"{len(times)} times ahead"
    if horizon is not None and horizon < len(times):
        ahead += f" ({horizon} steps, rounded up to whole horizons of {learned.horizon})"
    if given is None:
        raise ArgumentType(
            f"future: must hold {' and '.join(names)} at the {ahead}; got none. "
            f"Fill the table that future_frame() gives."
        )
    frame, index = tables.from_values(given, experiment, name="future")
    written = [str(column) for column in frame.columns]
    time = index or ("time" if "time" in written else time_column(frame, experiment.time)[0])
    for name in (time or "time", *names):
        if written.count(name) != 1:
            raise UnknownName(
                f"future: must have one column {name}; got {', '.join(written)}. Fill the table "
                "that future_frame() gives."
            )

    def place(row: int) -> str:
        return f"row {row + 1}"

    found = parse_times(frame[time], f"future: {time}", place, experiment.time_format)
    if found.has_duplicates:
        again = iso_times(found[found.duplicated()][:1])[0]
        raise TimeIndexError(f"future: times must not repeat; got {again} twice.")
    rows = found.get_indexer(times)
    if (rows < 0).any():
        absent = iso_times(times[rows < 0])
        more = f" and {len(absent) - 3} more" if len(absent) > 3 else ""
        raise TimeIndexError(
            f"future: must have a row for each of the {ahead}; got none for "
            f"{', '.join(absent[:3])}{more}. Fill the table that future_frame() gives."
        )
    later = int((found > times[-1]).sum())
    if later and horizon is None:
        _warn_later(learned, times, later)
    values = np.column_stack(
        [numbers(frame[name], f"future: {name}", place) for name in names]
    )[rows]
    if np.isnan(values).any():
        row, column = np.argwhere(np.isnan(values))[0]
        raise MissingValue(
            f"future: {names[column]} must have a value at each time ahead; got none at "
            f"{iso_times(times[[row]])[0]}. Fill it in."
        )
    return values


def _warn_later(learned: Any, times: pd.Index, later: int) -> None:
    """Say that rows behind the trained horizon are not used, and how they would be."""
    rows, are = (f"{later} rows", "are") if later > 1 else ("1 row", "is")
    last = iso_times(times[-1:])[0]
    more = (
        f"Ask for {len(times) + later} steps to forecast them too."
        if set(learned.columns) <= {learned.target}
        else f"The network forecasts {len(times)} steps."
    )
    warn(f"future: {rows} after {last}, the last step of the forecast, {are} not used. {more}")
