"""A forecaster's measures on its test windows, with 95 % intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.panel_preprocessing import PanelPreprocessing
from kerasduet.forecasting import metrics
from kerasduet.lead import Lead
from kerasduet.report.intervals import Interval, block_length, bootstrap, ratio
from kerasduet.tasks.forecasting.figure_words import forecast_names
from kerasduet.tasks.forecasting.scores import best_baseline, headline, known_truth
from kerasduet.tasks.forecasting.several import codes_of

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.result import Result

__all__ = [
    "SERIES_MEASURES",
    "cases",
    "gain",
    "lead",
    "series_cases",
    "series_measures",
    "test_block",
    "windows_apart",
]

SERIES_MEASURES = ("mae", "rmse", "smape", "mase")


def test_block(table: pd.DataFrame, learned: Any) -> int:
    """Give the number of successive cases drawn together: windows, or series one by one."""
    if learned.kind == "panel":
        return 1
    return block_length(len(table) // learned.horizon, learned.horizon)


def windows_apart(windows: int, horizon: int) -> int:
    """Count the windows that share no step, of some that follow each other by one step.

    Examples
    --------
    >>> windows_apart(9, 12), windows_apart(15, 6), windows_apart(28, 1)
    (1, 3, 28)
    """
    return 1 + (windows - 1) // horizon


def series_cases(table: pd.DataFrame, learned: Any, name: str) -> np.ndarray:
    """Give each test window's absolute, squared and symmetric error, and what they count for.

    Returns
    -------
    numpy.ndarray
        (n, 4): means over the steps of the horizon, a step with a filled truth counting as 0;
        then the share of steps that count. Windows where none does are left out. Of several
        series the sums over the windows of each, the absolute error in units of the series and
        the share of steps that count there, 0 where MASE has no unit (series, 6): series are
        drawn, not windows.
    """
    horizon = learned.horizon
    known = known_truth(table).reshape(-1, horizon)
    truth, forecast = (
        table[column].to_numpy(dtype=np.float64).reshape(-1, horizon)
        for column in ("truth", name)
    )
    forecast = np.where(known, forecast, truth)
    gap = truth - forecast  # (windows, horizon)
    relative = [metrics.smape(*pair) for pair in zip(truth, forecast, strict=True)]
    size, square = np.abs(gap).mean(axis=1), (gap**2).mean(axis=1)
    cases = np.column_stack([size, square, relative, known.mean(axis=1)])
    if isinstance(learned, PanelPreprocessing):
        codes, units = codes_of(table, learned)[::horizon], learned.units
        counts = np.isfinite(units[codes])
        scaled = np.where(counts, size / units[codes], 0.0)
        cases = np.column_stack([cases, scaled, cases[:, 3] * counts])
        summed = [np.bincount(codes, column, len(units)) for column in cases.T]
        cases = np.column_stack(summed)
        return cases[cases[:, 3] > 0]
    return cases[known.any(axis=1)]


def cases(table: pd.DataFrame, learned: Any) -> dict[str, np.ndarray]:
    """Give the absolute and squared error of each test window, and the steps that count."""
    found = series_cases(table, learned, "forecast")
    errors = {"mae": found[:, [0, 3]], "rmse": found[:, [1, 3]]}
    has_units = found.shape[1] > 5 and found[:, 5].any()  # of several series, or of some
    return errors | ({"mase": found[:, [4, 5]]} if has_units else {})


def series_measures(run: Result) -> dict[str, dict[str, Interval]]:
    """Give MAE, RMSE, sMAPE (per cent) and MASE of the network and of every baseline.

    Returns
    -------
    dict of dict of Interval
        By column of `predictions()`, then by measure.
    """
    scale = getattr(run.preprocessing, "mase_scale", 0.0)

    def measure(means: np.ndarray) -> np.ndarray:
        mae, square, smape = np.moveaxis(means[..., :3] / means[..., 3:4], -1, 0)
        mase = mae / scale if scale > 0 else np.full_like(mae, np.nan)
        if means.shape[-1] > 4:
            counts = means[..., 5]
            none = np.full_like(counts, np.nan)
            mase = np.divide(means[..., 4], counts, out=none, where=counts > 0)
        return np.stack([mae, np.sqrt(square), smape, mase], axis=-1)

    found = {
        name: dict(
            zip(
                SERIES_MEASURES,
                bootstrap(
                    series_cases(run.table, run.preprocessing, name),
                    block=test_block(run.table, run.preprocessing),
                    measure=measure,
                ),
                strict=True,
            )
        )
        for name in forecast_names(run)
    }
    if run.has_intervals:
        return found
    return {name: {key: one.alone for key, one in own.items()} for name, own in found.items()}


def gain(run: Result) -> tuple[str, Interval]:
    """Compare the network's MAE with that of the best baseline, window by window.

    Returns
    -------
    (str, Interval)
        The baseline's name, and its MAE minus the network's; of several series the MASE.
    """
    name, found = _gain(run.table, run.preprocessing, run.metrics)
    return name, found if run.has_intervals else found.alone


def _gain(
    table: pd.DataFrame, learned: Any, scores: Mapping[str, float]
) -> tuple[str, Interval]:
    name = best_baseline(scores)
    column, count = (4, 5) if headline(scores) == "mase" else (0, 3)
    theirs, ours = (series_cases(table, learned, each) for each in (name, "forecast"))
    cases = np.column_stack([theirs[:, column] - ours[:, column], ours[:, count]])
    return name, ratio(cases[cases[:, 1] > 0], block=test_block(table, learned))


def lead(table: pd.DataFrame, learned: Any, scores: Mapping[str, float]) -> Lead | None:
    """Give that difference, and over how many windows, or series, it is."""
    ours = series_cases(table, learned, "forecast")
    if len(ours) == 0:
        return None
    _, found = _gain(table, learned, scores)
    if not np.isfinite([found.value, found.low, found.high]).all():
        return None
    panel = learned.kind == "panel"
    apart = None
    if not panel and learned.horizon > 1 and len(ours) > 1:
        apart = windows_apart(len(ours), learned.horizon)
    rows = "series" if panel else "windows"
    count = ours[:, 5 if headline(scores) == "mase" else 3]
    number = int((count > 0).sum())
    return Lead(found.value, found.low, found.high, number, rows, apart=apart)
