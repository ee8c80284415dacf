"""What a series teaches before it is cut: its scale, and the input nearest to the target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.checks import show
from kerasduet.data import ahead, cleaning, transforms
from kerasduet.data.memory import empty
from kerasduet.data.preprocessing import SeriesPreprocessing
from kerasduet.data.threads import each
from kerasduet.data.times import SPACING_ROWS, iso_times, spacing_of, zone
from kerasduet.errors import ScaleError
from kerasduet.forecasting import baselines
from kerasduet.forecasting.metrics import seasonal_scale

if TYPE_CHECKING:
    from kerasduet.experiments import Experiment

__all__ = ["is_constant", "learn_series", "mean_and_deviation", "scale_rows", "with_copy"]

FARTHEST = 10  # times the naive error: a copy that is farther off is no baseline
ROWS_AT_A_TIME = 2**14  # so that what comes in between stays in the fast memory of a processor


def scale_rows(learned: SeriesPreprocessing, values: np.ndarray) -> np.ndarray:
    """Difference and scale a series, some rows at a time: float32, as many rows."""
    lag = learned.lag
    scaled = empty(values.shape, np.float32)
    scaled[:lag] = 0

    def fill(start: int) -> None:
        stop = min(start + ROWS_AT_A_TIME, len(values))
        with np.errstate(all="ignore"):
            scaled[start:stop] = learned.scaled(values[start - lag : stop])
            _refuse_overflow(scaled[start:stop], values[start:stop], start, learned)

    each(fill, range(lag, len(values), ROWS_AT_A_TIME))
    return scaled


def with_copy(
    learned: SeriesPreprocessing, clean: cleaning.Cleaned, origins: np.ndarray
) -> SeriesPreprocessing:
    """Note the input column that is nearest to what follows it, of windows without a gap there."""
    if learned.target_is_input or not learned.columns:
        return learned
    judged = origins
    if clean.missing.any():
        following = origins[:, None] + np.arange(1, learned.horizon + 1)
        known = ~(clean.missing[origins].any(axis=1) | clean.missing[following, -1].any(axis=1))
        judged = origins[known] if known.any() else origins
    with np.errstate(all="ignore"):
        place, error, naive = baselines.best_copy(
            clean.values[:, -1], clean.values[:, :-1], judged, horizon=learned.horizon
        )
        share = float(np.float64(error) / naive) if naive > 0 else None
    if share is not None and not share <= FARTHEST:
        return learned
    return replace(learned, copied=learned.columns[place], copy_share=share)


def _refuse_overflow(
    scaled: np.ndarray, values: np.ndarray, start: int, learned: SeriesPreprocessing
) -> None:
    finite = np.isfinite(scaled)
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        name = (*learned.columns, learned.target)[column]
        raise ScaleError(
            f"{name}: must be a float32 once scaled by the training rows; got "
            f"{values[row, column]:g} in row {start + row + 1}. Fix that value, or use a larger "
            "unit."
        )


def mean_and_deviation(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give mean and deviation of each column (columns,), as NumPy does to the last bit.

    NumPy adds row after row where there are several columns, and makes a copy as large as the
    values on the way; here a few rows are copied at a time.
    """
    rows, columns = values.shape
    if columns == 1 or rows <= ROWS_AT_A_TIME or not values.flags.c_contiguous:
        return values.mean(axis=0), values.std(axis=0)
    mean = _sum(values, lambda block: block) / rows
    return mean, np.sqrt(_sum(values, lambda block: np.square(block - mean)) / rows)


def _sum(values: np.ndarray, of: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    room = np.zeros((ROWS_AT_A_TIME + 1, values.shape[1]))
    for start in range(0, len(values), ROWS_AT_A_TIME):
        block = of(values[start : start + ROWS_AT_A_TIME])
        room[1 : 1 + len(block)] = block
        room[0] = room[: 1 + len(block)].sum(axis=0)
    return room[0].copy()


def is_constant(size: Any, level: Any) -> Any:
    """Say whether a deviation is none: rounding leaves a trace of it in a constant column."""
    return size <= 1e-12 * np.maximum(np.abs(level), 1e-300)


def learn_series(
    experiment: Experiment, clean: cleaning.Cleaned, training: np.ndarray
) -> SeriesPreprocessing:
    """Learn all that `SeriesPreprocessing` says, but for errors and copies, from the training."""
    lag, target = experiment.data.lag, clean.target
    columns = experiment.data.input_columns(target)
    transform, power = experiment.transform, None
    if transform == "box-cox":
        power = transforms.fit_lambda(training[:, -1])
    seen = transforms.of_target(training, (*columns, target), transform, power)
    steps = seen[lag:] - seen[: len(seen) - lag] if lag else seen
    mean, scale = mean_and_deviation(steps)
    if experiment.scaling == "min-max":
        mean, scale = steps.min(axis=0), np.ptp(steps, axis=0)
    for name, size, level in zip((*columns, target), scale, steps[0], strict=True):
        if not np.isfinite(size):
            raise ScaleError(
                f"{name}: must have a finite deviation in the training rows; got values as large "
                f"as {abs(training).max():g}. Use a larger unit."
            )
        if is_constant(size, level) and experiment.id is None:
            what = "changes" if lag else "values"
            raise ScaleError(
                f"{name}: {what} must vary in the training rows; got a constant, "
                f"{show(float(level))}."
            )
    # One of several series may be constant: it needs no scale.
    scale = np.where(is_constant(scale, steps[0]), 1.0, scale)
    plans = clean.known
    known_mean, known_scale = ahead.known_scales(
        experiment.known_future, plans[: len(training)]
    )
    # For the network, the baselines and the times that follow.
    tail = max(experiment.lookback + lag, experiment.season + 1, SPACING_ROWS)
    values, times = clean.values, clean.times
    return SeriesPreprocessing(
        columns=columns,
        target=target,
        target_is_input=columns == (target,),
        mean=tuple(map(float, mean)),
        scale=tuple(map(float, scale)),
        difference=experiment.difference,
        lookback=experiment.lookback,
        horizon=experiment.horizon,
        season=experiment.season,
        mase_scale=seasonal_scale(training[:, -1], season=experiment.season),
        frequency=experiment.frequency,
        first=float(values[0, -1]),
        rows=len(values),
        tail_times=iso_times(times[-tail:]),
        tail=tuple(tuple(map(float, row)) for row in values[-tail:]),
        zone=zone(times),
        spacing=None if experiment.frequency else spacing_of(times),
        strategy=experiment.strategy,
        transform=transform,
        power=power,
        known_future=experiment.known_future,
        known_mean=known_mean,
        known_scale=known_scale,
        known_tail=tuple(tuple(map(float, row)) for row in plans[-tail:]) if plans.size else (),
        calendar=experiment.calendar,
        intervals=experiment.intervals,
        holidays=experiment.holidays,
    )
