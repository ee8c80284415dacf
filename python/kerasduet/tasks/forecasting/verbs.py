"""What a forecaster is asked: how its own series goes on, and how others do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data import ahead
from kerasduet.data.dataset import Dataset
from kerasduet.data.panel_preprocessing import PanelPreprocessing
from kerasduet.data.preprocessing import SeriesPreprocessing
from kerasduet.data.times import following, read_times
from kerasduet.errors import ArgumentType, HorizonError, SeriesTooShort
from kerasduet.forecasting.levels import check_levels
from kerasduet.forecasting.windows import Windows
from kerasduet.settings.common import HORIZON
from kerasduet.tasks.forecasting import future as futures
from kerasduet.tasks.forecasting import intervals, panels, quantiles
from kerasduet.tasks.forecasting.scores import baseline_forecasts
from kerasduet.training import predict_outputs, refuse_no_numbers

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.result import Result

__all__ = [
    "Start",
    "ahead_of",
    "another",
    "continued",
    "forecast",
    "future_frame",
    "given_start",
    "predict",
    "start_of",
    "steps_of",
    "with_ends",
    "with_plans",
]


@dataclass(frozen=True)
class Start:
    """Where a forecast begins.

    Parameters
    ----------
    learned : SeriesPreprocessing
        Of its series.
    values : numpy.ndarray
        Its last rows, up to the one that the forecast follows (rows, columns + target).
    times : pandas.Index
        Of those rows.
    rows_before : int
        Rows of the series before them.
    first : float
        First value of the series.
    plans : numpy.ndarray, optional
        What is known ahead of time, in those rows and those to come.
    """

    learned: SeriesPreprocessing
    values: np.ndarray
    times: pd.Index
    rows_before: int
    first: float
    plans: np.ndarray | None = None


def forecast(
    run: Result, horizon: int | None = None, level: Any = None, future: Any = None
) -> pd.DataFrame:
    """Forecast the steps after the end of the series that a run was trained on."""
    learned: Any = run.preprocessing
    levels = () if level is None else check_levels(level)
    steps = learned.horizon if horizon is None else HORIZON("horizon", horizon)
    if isinstance(learned, PanelPreprocessing):
        return panels.forecast(run, learned, steps, levels, future, horizon is None)
    start = start_of(learned)
    coming = ahead_of(learned, start.times, steps) if learned.known_future else start.times[:0]
    asked = None if horizon is None else steps
    plans = futures.read(learned, run.experiment, future, coming, asked)
    (table,) = continued(run, [with_plans(start, plans)], steps, quantile=bool(levels))
    if not levels:
        return table
    return with_ends(table, intervals.around(run, table, levels))


def with_ends(table: pd.DataFrame, ends: dict[str, np.ndarray]) -> pd.DataFrame:
    """Put the ends of intervals after the forecast."""
    table = table.drop(columns=[name for name in table if name in quantiles.COLUMNS])
    names = list(table.columns)
    places = names[: names.index("forecast") + 1]
    return table[places].assign(**ends).join(table.drop(columns=places))


def future_frame(run: Result, horizon: int | None = None) -> pd.DataFrame:
    """Give the table of what is known ahead of time, for the caller to fill."""
    learned: Any = run.preprocessing
    steps = learned.horizon if horizon is None else HORIZON("horizon", horizon)
    if isinstance(learned, PanelPreprocessing):
        return panels.future_frame(learned, steps)
    return futures.empty(learned, ahead_of(learned, start_of(learned).times, steps))


def start_of(learned: SeriesPreprocessing) -> Start:
    """Give the end of the series of a training."""
    values = np.array(learned.tail)
    before = learned.rows - len(values)
    # Earlier versions kept no row numbers.
    texts = learned.tail_times or map(str, range(before + 1, learned.rows + 1))
    return Start(learned, values, read_times(texts, learned.zone), before, learned.first)


def with_plans(start: Start, plans: np.ndarray | None) -> Start:
    """Add what is known ahead of time."""
    if plans is None:
        return start
    return replace(start, plans=np.vstack([start.learned.known_tail, plans]))


def ahead_of(learned: SeriesPreprocessing, times: pd.Index, steps: int) -> pd.Index:
    """Give the times that a forecast of some steps looks at."""
    rows = futures.rows_needed(learned, steps)
    return following(times, rows, learned.frequency, learned.spacing)


def predict(run: Result, x: Any, kind: str) -> pd.DataFrame:
    """Continue another series by the trained horizon, whatever kind is asked for."""
    learned: Any = run.preprocessing
    if learned.known_future:
        raise ArgumentType(
            f"x: another series has to come without {' and '.join(learned.known_future)}, whose "
            "values ahead are not in it; got a run that sees them. Use forecast() of the run, "
            "with future."
        )
    if isinstance(learned, PanelPreprocessing):
        return panels.predict(run, learned, x)
    (table,) = continued(run, [given_start(run, x)], learned.horizon)
    return table


def given_start(run: Result, x: Any) -> Start:
    """Read another series, as a table or a data set."""
    from kerasduet.data.series import series_values

    learned: Any = run.preprocessing
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
    return another(learned, times, values)


def steps_of(run: Result, x: Any, name: str) -> tuple[Any, pd.DataFrame]:
    """Give the last window of a series, and the times of its rows."""
    import pandas as pd

    learned: Any = run.preprocessing
    if isinstance(learned, PanelPreprocessing) or learned.known_future:
        what = "several series" if isinstance(learned, PanelPreprocessing) else "plans ahead"
        raise ArgumentType(f"run: must read one series by itself; got one that reads {what}.")
    start = given_start(run, x)
    window = _window(start, start.values, _seen(start, learned.horizon))
    return window, pd.DataFrame({"time": start.times[-learned.lookback :]})


def another(learned: SeriesPreprocessing, times: pd.Index, values: np.ndarray) -> Start:
    """Give the end of another series than that of the training."""
    needed = learned.lookback + learned.lag
    if len(values) < needed:
        raise SeriesTooShort(
            f"x: must have lookback + difference = {needed} rows; got {len(values)}."
        )
    return Start(learned, values, times, 0, float(values[0, -1]))


def continued(
    run: Result, starts: Sequence[Start], steps: int, quantile: bool = False
) -> list[pd.DataFrame]:
    """Continue series by some steps, all of them at once.

    A network that gives quantiles gives those of the trained horizon too, if they are asked for.
    """
    learned: Any = run.preprocessing
    if steps > learned.horizon and set(learned.columns) - {learned.target}:
        raise HorizonError(
            f"horizon: must be at most {learned.horizon} with features, whose future is "
            f"unknown; got {steps}. Train with horizon = {steps}."
        )
    known, seen = [start.values for start in starts], [_seen(start, steps) for start in starts]
    forecasts = np.empty((len(starts), 0))
    predict = partial(predict_outputs, run.model, learned)
    quantile = quantile and learned.intervals == "quantile" and steps <= learned.horizon
    ends: list[dict[str, np.ndarray]] = [{} for _ in starts]
    while forecasts.shape[1] < steps:
        windows = _stacked([*map(_window, starts, known, seen)])
        found = run.task.run_network(predict, learned, windows)
        outputs = quantiles.median_of(found)
        if quantile:
            ends = [
                {
                    name: start.learned.restore(
                        found[i : i + 1, :, place], known[i][None, :, -1]
                    )[0]
                    for name, place in quantiles.COLUMNS.items()
                }
                for i, start in enumerate(starts)
            ]
        more = np.concatenate(
            [
                start.learned.restore(outputs[i : i + 1], known[i][None, :, -1])
                for i, start in enumerate(starts)
            ]
        )  # (series, horizon)
        forecasts = np.concatenate([forecasts, refuse_no_numbers(more)], axis=1)
        known = [
            np.vstack([rows, np.repeat(new[:, None], rows.shape[1], axis=1)])
            for rows, new in zip(known, more, strict=True)
        ]
    tables = [
        _table(run, start, found[:steps])
        for start, found in zip(starts, forecasts, strict=True)
    ]
    return [
        table.assign(**{name: values[:steps] for name, values in one.items()})
        for table, one in zip(tables, ends, strict=True)
    ]


def _table(run: Result, start: Start, levels: np.ndarray) -> pd.DataFrame:
    """Lay the forecast of one series beside its baselines."""
    import pandas as pd

    learned, values, steps = start.learned, start.values, len(levels)
    table = baseline_forecasts(
        learned,
        values,
        np.array([len(values) - 1]),
        steps,
        first=start.first,
        rows_before=start.rows_before,
    )
    columns = {
        "time": following(start.times, steps, learned.frequency, learned.spacing),
        "step": np.arange(1, steps + 1),
        "forecast": levels,
    }
    found = pd.DataFrame(columns | {name: values[0] for name, values in table.items()})
    found.attrs.update(run.task.attributes(learned))
    return found


def _seen(start: Start, steps: int) -> np.ndarray | None:
    """Give what the network sees ahead of time in the rows that there are and those to come."""
    learned = start.learned
    if not learned.sees_ahead:
        return None
    every = start.times.append(ahead_of(learned, start.times, steps))
    plans = start.plans if start.plans is not None else np.empty((len(every), 0))
    return ahead.seen(learned, plans, every)


def _window(start: Start, known: np.ndarray, seen: np.ndarray | None) -> Any:
    """Give the window that ends with the last row, with what is seen ahead of time."""
    learned = start.learned
    window = learned.window(known)
    if seen is None:
        return window
    begin = len(known) - learned.lookback
    window = np.concatenate([window, seen[None, begin : len(known)]], axis=2)
    single, rows = np.zeros(1, np.int64), learned.horizon - 1
    later = Windows(seen[len(known) : len(known) + rows], single, rows) if rows else None
    return Windows(window[0], single, learned.lookback, later=later)


def _stacked(windows: Sequence[Any]) -> Any:
    """Put the windows of several series one after the other."""
    if len(windows) == 1:
        return windows[0]
    return (
        Windows.joined(windows) if isinstance(windows[0], Windows) else np.concatenate(windows)
    )


def _columns(learned: SeriesPreprocessing) -> str:
    return f"{learned.target} from {', '.join(learned.columns)}"
