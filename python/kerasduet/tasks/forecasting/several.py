"""The test windows of several series: their table, their scores, and how far truths may lie off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.forecasting import conformal, metrics
from kerasduet.tasks.forecasting import scores
from kerasduet.tasks.forecasting.recursion import outputs as steps_of

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.data.dataset import Dataset
    from kerasduet.data.panel_preprocessing import PanelPreprocessing

__all__ = ["by_series", "calibrated", "codes_of", "moved", "score", "singles", "table"]


def singles(dataset: Dataset) -> Iterator[Dataset]:
    """Give a data set for each series, whose parts are still those of all."""
    learned: Any = dataset.preprocessing
    for one, rows in zip(learned.each, dataset.panel, strict=True):
        yield replace(dataset, preprocessing=one, table=rows, panel=())


def table(dataset: Dataset, outputs: np.ndarray) -> pd.DataFrame:
    """Lay the test outputs (windows of all series, horizon) beside the truth, series by series.

    Returns
    -------
    pandas.DataFrame
        id, and the columns of `scores.table`.
    """
    import pandas as pd

    learned: Any = dataset.preprocessing
    counts = [len(one.test_origins) for one in dataset.panel]
    pieces = np.split(outputs, np.cumsum(counts)[:-1])
    frames = [scores.table(*pair) for pair in zip(singles(dataset), pieces, strict=True)]
    found = pd.concat(frames, ignore_index=True)
    found.insert(0, "id", np.repeat(learned.names, [len(frame) for frame in frames]))
    return found


def codes_of(table: pd.DataFrame, learned: PanelPreprocessing) -> np.ndarray:
    """Give the place of each row's series in `learned.ids`."""
    import pandas as pd

    found: np.ndarray = pd.Index(learned.names).get_indexer(pd.Index(table["id"]))
    return found


def score(table: pd.DataFrame, learned: PanelPreprocessing) -> dict[str, float]:
    """Score all series together.

    Returns
    -------
    dict
        As `scores.score`: mae and rmse in the units of the series, which large ones rule; mase is
        the mean of all errors, each in units of its own series (those whose unit is 0 are left
        out). Then series, their number, and series_won: in how many the network's MAE is less
        than that of the baseline with the least mase.
    """
    known, names = scores.known_truth(table), scores.rivals(table)
    frame, sizes = table[known], learned.units[codes_of(table, learned)][known]
    truth = frame["truth"].to_numpy()
    found: dict[str, float] = {}
    with np.errstate(all="ignore"):
        for name in ("forecast", *names):
            given = frame[name].to_numpy()
            scaled = (np.abs(truth - given) / sizes)[np.isfinite(sizes)]
            found |= {
                f"{'' if name == 'forecast' else f'{name}_'}{measure}": float(value)
                for measure, value in {
                    "mae": metrics.mae(truth, given),
                    "rmse": metrics.rmse(truth, given),
                    "smape": metrics.smape(truth, given),
                    "mase": scaled.mean() if len(scaled) else np.nan,
                }.items()
            }
    found["series"] = float(len(learned.ids))
    each, rival = by_series(table, learned), scores.best_baseline(found)
    return found | {"series_won": float((each["mae"] < each[f"{rival}_mae"]).sum())}


def by_series(table: pd.DataFrame, learned: PanelPreprocessing) -> pd.DataFrame:
    """Score each series by itself.

    Returns
    -------
    pandas.DataFrame
        A row a series: id, mae, rmse, smape and mase of the network; the MAE of each baseline,
        such as naive_mae; best, the baseline with the least of them; and skill, 1 - mae / its MAE.
        NaN where no truth is known.
    """
    import pandas as pd

    known, names = scores.known_truth(table), scores.rivals(table)
    codes, frame = codes_of(table, learned)[known], table[known]
    truth, count = frame["truth"].to_numpy(), len(learned.ids)
    rows = np.bincount(codes, minlength=count)

    def mean(values: np.ndarray) -> np.ndarray:
        return np.bincount(codes, values, count) / rows

    with np.errstate(all="ignore"):
        gap = truth - frame["forecast"].to_numpy()
        both = np.abs(truth) + np.abs(frame["forecast"].to_numpy())
        relative = np.where(both > 0, 200 * np.abs(gap) / both, 0.0)
        mae = mean(np.abs(gap))
        found = {
            "id": learned.names,
            "mae": mae,
            "rmse": np.sqrt(mean(gap**2)),
            "smape": mean(relative),
            "mase": mae / learned.units,
        }
        rivals = {f"{name}_mae": mean(np.abs(truth - frame[name].to_numpy())) for name in names}
        every = np.column_stack([*rivals.values()])  # (series, baselines)
        best = np.where(np.isnan(every), np.inf, every).argmin(axis=1)
        least = every[np.arange(count), best]
        found |= rivals | {"best": np.array(names, object)[best], "skill": 1 - mae / least}
    return pd.DataFrame(found)


def calibrated(predict: Callable[[Any], Any], dataset: Dataset) -> PanelPreprocessing:
    """Note the errors on validation windows of all series, each in units of its own series.

    Of more than 500 windows as many, evenly spaced; see `intervals.calibrated`.
    """
    learned: Any = dataset.preprocessing
    windows = len(dataset.validation)
    if windows == 0:
        return learned
    count = min(windows, conformal.MOST_ERRORS)
    chosen = np.linspace(0, windows - 1, count).round().astype(np.int64)
    outputs = steps_of(predict, learned, dataset.validation.inputs, chosen)
    errors, before = [], 0
    for one, size in zip(singles(dataset), learned.sizes, strict=True):
        rows = one.table
        assert rows is not None
        mine = (chosen >= before) & (chosen < before + len(rows.validation_origins))
        if mine.any():
            origins = rows.validation_origins[chosen[mine] - before]
            ahead = origins[:, None] + np.arange(1, learned.horizon + 1)
            known = ~rows.missing[ahead, -1].any(axis=1)
            gaps = scores.missed(one, rows.values[ahead, -1], outputs[mine], origins)
            errors.append(gaps[known] / (1 if learned.intervals == "quantile" else size))
        before += len(rows.validation_origins)
    every = np.concatenate(errors)
    if len(every) == 0 or not np.isfinite(every).all():
        return learned
    return replace(learned, errors=conformal.thinned(every), followed="widths")


def moved(
    codes: np.ndarray, steps: np.ndarray, learned: PanelPreprocessing, levels: Sequence[float]
) -> np.ndarray:
    """Give what is added to forecasts to get the ends of their intervals.

    Parameters
    ----------
    codes, steps : numpy.ndarray
        Series, and step from 1, of each forecast (n,).
    learned : PanelPreprocessing
        With its errors.
    levels : sequence of float
        In per cent.

    Returns
    -------
    numpy.ndarray
        (n, levels, 2). What all series taught before the test, in units of each: unlike the
        intervals of one series they do not move on while test windows go by.
    """
    assert learned.errors is not None
    none = np.empty((0, learned.horizon))
    followed = learned.followed
    offsets = conformal.offsets(learned.errors, none, levels, followed=followed)[0]
    if learned.intervals == "quantile":  # scores, which have no unit
        return np.asarray(offsets[steps - 1])  # (n, levels, 2)
    return offsets[steps - 1] * learned.sizes[codes, None, None]
