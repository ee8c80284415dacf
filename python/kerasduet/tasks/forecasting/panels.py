"""What a forecaster of several series is asked: how each of them goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.checks import nearest, show
from kerasduet.data import panel
from kerasduet.data import table as tables
from kerasduet.data.dataset import Dataset
from kerasduet.data.panel_preprocessing import PanelPreprocessing
from kerasduet.errors import ArgumentType, TimeIndexError, UnknownName
from kerasduet.tasks.forecasting import future as futures
from kerasduet.tasks.forecasting import intervals, several

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.experiments import Experiment
    from kerasduet.result import Result
    from kerasduet.tasks.forecasting.verbs import Start

__all__ = ["forecast", "future_frame", "predict", "scores_by_series", "starts_of"]


def forecast(
    run: Result,
    learned: PanelPreprocessing,
    steps: int,
    levels: Sequence[float],
    future: Any,
    by_default: bool,
) -> pd.DataFrame:
    """Forecast the steps after the end of each series; `by_default` where none were asked for."""
    from kerasduet.tasks.forecasting.verbs import continued, start_of, with_ends, with_plans

    if levels:
        intervals.refuse_beyond(run, steps)
    starts = [start_of(one) for one in learned.each]
    plans = _read(learned, run.experiment, future, steps, by_default)
    starts = [with_plans(*pair) for pair in zip(starts, plans, strict=True)]
    table = _joined(learned.names, continued(run, starts, steps, quantile=bool(levels)))
    if not levels:
        return table
    learned = run.preprocessing  # type: ignore[assignment]  # an interrupted run is calibrated now
    return with_ends(table, intervals.tested(table, learned, levels))


def predict(run: Result, learned: PanelPreprocessing, x: Any) -> pd.DataFrame:
    """Continue other rows of series that the run knows."""
    from kerasduet.tasks.forecasting.verbs import continued

    starts = starts_of(run, learned, x)
    names = learned.names[[learned.ids.index(name) for name in starts]]
    return _joined(names, continued(run, [*starts.values()], learned.horizon))


def starts_of(run: Result, learned: PanelPreprocessing, x: Any) -> dict[str, Start]:
    """Read where other rows of each series end."""
    from kerasduet.tasks.forecasting.verbs import another

    if isinstance(x, Dataset):
        x = x.to_frame()
    starts = {}
    for name, (one, times, values) in panel.values_by_series(
        run.experiment, learned, x
    ).items():
        with panel.of_series(name):
            starts[name] = another(one, times, values)
    return starts


def future_frame(learned: PanelPreprocessing, steps: int) -> pd.DataFrame:
    """Give the table of what is known ahead of time, a row a series and time."""
    return _joined(
        learned.names,
        [
            futures.empty(one, times)
            for one, times in zip(learned.each, _coming(learned, steps), strict=True)
        ],
    )


def scores_by_series(run: Result) -> pd.DataFrame:
    """Score each series by itself."""
    table: Any = run.table  # an interrupted run is scored here
    learned = run.preprocessing
    if not isinstance(learned, PanelPreprocessing):
        raise ArgumentType(
            f"run: must be of several series; got the run {run.experiment.name}, of one. Its "
            "metrics say how it did."
        )
    return several.by_series(table, learned)


def _joined(names: np.ndarray, frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put the tables of series one below the other, their names first."""
    import pandas as pd

    found = pd.concat(frames, ignore_index=True)
    found.insert(0, "id", np.repeat(names, [len(frame) for frame in frames]))
    found.attrs.update(frames[0].attrs)
    return found


def _coming(learned: PanelPreprocessing, steps: int) -> list[pd.Index]:
    from kerasduet.tasks.forecasting.verbs import ahead_of, start_of

    return [ahead_of(one, start_of(one).times, steps) for one in learned.each]


def _read(
    learned: PanelPreprocessing,
    experiment: Experiment,
    given: Any,
    steps: int,
    by_default: bool,
) -> list[np.ndarray | None]:
    """Check a filled table and give the values of the times ahead of each series."""
    if not learned.known_future or given is None:
        times = _coming(learned, steps)[0]
        plans = futures.read(learned.each[0], experiment, given, times, steps)
        return [plans] * len(learned.each)
    frames = _by_series(learned, experiment, given)
    absent = [name for name in learned.ids if name not in frames]
    if absent:
        more = f" and {len(absent) - 3} more" if len(absent) > 3 else ""
        raise TimeIndexError(
            f"future: must have rows of each of the {len(learned.ids)} series; got none for "
            f"{', '.join(map(show, absent[:3]))}{more}. Fill the table that future_frame() gives."
        )
    found: list[np.ndarray | None] = []
    for name, one, times in zip(
        learned.ids, learned.each, _coming(learned, steps), strict=True
    ):
        with panel.of_series(name):
            asked = None if by_default and not found else steps  # one warning is enough
            found.append(futures.read(one, experiment, frames[name], times, asked))
    return found


def _by_series(
    learned: PanelPreprocessing, experiment: Experiment, given: Any
) -> Mapping[str, pd.DataFrame]:
    frame, index = tables.from_values(given, experiment, name="future")
    if index is not None and index != "time":
        frame = frame.rename(columns={index: "time"})
    column = learned.id if learned.id in frame else "id"
    frames = panel.pieces(frame, column, "future: ").frames
    for name in frames:
        if name not in learned.ids:
            raise UnknownName(
                f"future: must hold series of the training; got {show(name)} in the column "
                f"{column}. {nearest(name, learned.ids)}"
            )
    return {name: rows.drop(columns=column) for name, rows in frames.items()}
