"""What a forecaster is asked: how its own series goes on, and how others do."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.dataset import Dataset
from kerasduet.data.preprocessing import SeriesPreprocessing
from kerasduet.data.times import following, read_times
from kerasduet.errors import ArgumentType, HorizonError, SeriesTooShort
from kerasduet.settings.common import HORIZON
from kerasduet.tasks.forecasting import intervals
from kerasduet.tasks.forecasting.scores import baseline_forecasts
from kerasduet.training import predict_outputs, refuse_no_numbers

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.result import Result

__all__ = ["forecast", "predict"]


def forecast(run: Result, horizon: int | None = None, level: Any = None) -> pd.DataFrame:
    """Forecast the steps after the end of the series that a run was trained on."""
    learned: Any = run.preprocessing
    levels = () if level is None else intervals.check_levels(level)
    steps = learned.horizon if horizon is None else HORIZON("horizon", horizon)
    values = np.array(learned.tail)
    before = learned.rows - len(values)
    # Earlier versions kept no row numbers.
    texts = learned.tail_times or map(str, range(before + 1, learned.rows + 1))
    times = read_times(texts, learned.zone)
    table = _forecast(run, values, times, steps, before, learned.first)
    if not levels:
        return table
    ends = intervals.around(run, table["forecast"].to_numpy(), levels)
    places = ["time", "step", "forecast"]
    return table[places].assign(**ends).join(table.drop(columns=places))


def predict(run: Result, x: Any, kind: str) -> pd.DataFrame:
    """Continue another series by the trained horizon, whatever kind is asked for."""
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
    needed = learned.lookback + learned.lag
    if len(values) < needed:
        raise SeriesTooShort(
            f"x: must have lookback + difference = {needed} rows; got {len(values)}."
        )
    return _forecast(run, values, times, learned.horizon, 0, float(values[0, -1]))


def _forecast(
    run: Result, values: np.ndarray, times: pd.Index, steps: int, rows_before: int, first: float
) -> pd.DataFrame:
    """Continue values (rows, columns + target) by some steps."""
    import pandas as pd

    learned: Any = run.preprocessing
    if steps > learned.horizon and not learned.target_is_input:
        raise HorizonError(
            f"horizon: must be at most {learned.horizon} with features, whose future is "
            f"unknown; got {steps}. Train with horizon = {steps}."
        )
    known, levels = values, np.empty((1, 0))
    predict = partial(predict_outputs, run.model, learned)
    while levels.shape[1] < steps:
        outputs = run.task.run_network(predict, learned, learned.window(known))
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


def _columns(learned: SeriesPreprocessing) -> str:
    return f"{learned.target} from {', '.join(learned.columns)}"
