"""What a forecaster is asked: how its own series goes on, and how others do."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data import ahead
from kerasduet.data.dataset import Dataset
from kerasduet.data.preprocessing import SeriesPreprocessing
from kerasduet.data.times import following, read_times
from kerasduet.errors import ArgumentType, HorizonError, SeriesTooShort
from kerasduet.forecasting.levels import check_levels
from kerasduet.forecasting.windows import Windows
from kerasduet.settings.common import HORIZON
from kerasduet.tasks.forecasting import future as futures
from kerasduet.tasks.forecasting import intervals
from kerasduet.tasks.forecasting.scores import baseline_forecasts
from kerasduet.training import predict_outputs, refuse_no_numbers

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.result import Result

__all__ = ["forecast", "future_frame", "predict"]


def forecast(
    run: Result, horizon: int | None = None, level: Any = None, future: Any = None
) -> pd.DataFrame:
    """Forecast the steps after the end of the series that a run was trained on."""
    learned: Any = run.preprocessing
    levels = () if level is None else check_levels(level)
    steps = learned.horizon if horizon is None else HORIZON("horizon", horizon)
    values = np.array(learned.tail)
    before = learned.rows - len(values)
    times = _times(learned)
    coming = _ahead(learned, times, steps) if learned.known_future else times[:0]
    plans = futures.read(learned, run.experiment, future, coming)
    if plans is not None:
        plans = np.vstack([learned.known_tail, plans])
    table = _forecast(run, values, times, steps, before, learned.first, plans)
    if not levels:
        return table
    ends = intervals.around(run, table["forecast"].to_numpy(), levels)
    places = ["time", "step", "forecast"]
    return table[places].assign(**ends).join(table.drop(columns=places))


def future_frame(run: Result, horizon: int | None = None) -> pd.DataFrame:
    """Give the table of what is known ahead of time, for the caller to fill."""
    learned: Any = run.preprocessing
    steps = learned.horizon if horizon is None else HORIZON("horizon", horizon)
    return futures.empty(learned, _ahead(learned, _times(learned), steps))


def _times(learned: SeriesPreprocessing) -> pd.Index:
    """Give the times of the tail."""
    # Earlier versions kept no row numbers.
    before = learned.rows - len(learned.tail)
    texts = learned.tail_times or map(str, range(before + 1, learned.rows + 1))
    return read_times(texts, learned.zone)


def _ahead(learned: SeriesPreprocessing, times: pd.Index, steps: int) -> pd.Index:
    """Give the times that a forecast of some steps looks at."""
    rows = futures.rows_needed(learned, steps)
    return following(times, rows, learned.frequency, learned.spacing)


def predict(run: Result, x: Any, kind: str) -> pd.DataFrame:
    """Continue another series by the trained horizon, whatever kind is asked for."""
    from kerasduet.data.series import series_values

    learned: Any = run.preprocessing
    if learned.known_future:
        raise ArgumentType(
            f"x: another series has to come without {' and '.join(learned.known_future)}, whose "
            "values ahead are not in it; got a run that sees them. Use forecast() of the run, "
            "with future."
        )
    if isinstance(x, Dataset) and isinstance(x.preprocessing, SeriesPreprocessing):
        assert x.table is not None
        known, given = _columns(learned), _columns(x.preprocessing)
        if given != known:
            raise ArgumentType(
                f"x: must hold the columns that the run was trained on ({known}); got {given}."
            )
        times, values = x.table.times, x.table.values
    else:
        times, values = series_values(run.experiment, learned, x)
    needed = learned.lookback + learned.lag
    if len(values) < needed:
        raise SeriesTooShort(
            f"x: must have lookback + difference = {needed} rows; got {len(values)}."
        )
    return _forecast(run, values, times, learned.horizon, 0, float(values[0, -1]))


def _forecast(
    run: Result,
    values: np.ndarray,
    times: pd.Index,
    steps: int,
    rows_before: int,
    first: float,
    plans: np.ndarray | None = None,
) -> pd.DataFrame:
    """Continue values (rows, columns + target) by some steps; `plans` are known ahead of them."""
    import pandas as pd

    learned: Any = run.preprocessing
    if steps > learned.horizon and set(learned.columns) - {learned.target}:
        raise HorizonError(
            f"horizon: must be at most {learned.horizon} with features, whose future is "
            f"unknown; got {steps}. Train with horizon = {steps}."
        )
    known, levels, seen = values, np.empty((1, 0)), None
    if learned.sees_ahead:
        every = times.append(_ahead(learned, times, steps))
        plans = plans if plans is not None else np.empty((len(every), 0))
        seen = ahead.seen(learned, plans, every)
    predict = partial(predict_outputs, run.model, learned)
    while levels.shape[1] < steps:
        window = _window(learned, known, seen)
        outputs = run.task.run_network(predict, learned, window)
        more = refuse_no_numbers(learned.restore(outputs, known[None, :, -1]))  # (1, horizon)
        levels = np.concatenate([levels, more], axis=1)
        known = np.vstack([known, np.repeat(more.T, known.shape[1], axis=1)])
    table = baseline_forecasts(
        learned,
        values[:, -1],
        np.array([len(values) - 1]),
        steps,
        first=first,
        rows_before=rows_before,
    )
    columns = {
        "time": following(times, steps, learned.frequency, learned.spacing),
        "step": np.arange(1, steps + 1),
        "forecast": levels[0, :steps],
    }
    found = pd.DataFrame(columns | {name: values[0] for name, values in table.items()})
    found.attrs.update(run.task.attributes(learned))
    return found


def _window(learned: SeriesPreprocessing, known: np.ndarray, seen: np.ndarray | None) -> Any:
    """Give the window that ends with the last row, with what is seen ahead of time."""
    window = learned.window(known)
    if seen is None:
        return window
    start = len(known) - learned.lookback
    window = np.concatenate([window, seen[None, start : len(known)]], axis=2)
    single, rows = np.zeros(1, np.int64), learned.horizon - 1
    later = Windows(seen[len(known) : len(known) + rows], single, rows) if rows else None
    return Windows(window[0], single, learned.lookback, later=later)


def _columns(learned: SeriesPreprocessing) -> str:
    return f"{learned.target} from {', '.join(learned.columns)}"
