"""Exponential smoothing in its state-space form, chosen by AICc."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from kerasduet.forecasting.outside import with_intervals

__all__ = ["ets"]

MOST_SEASONS = 24  # steps in a season whose initial figures are estimated one by one
TRENDS = ((None, False), ("add", False), ("add", True))  # kind, damped


def ets(
    values: np.ndarray,
    *,
    horizon: int,
    season: int,
    origins: np.ndarray,
    levels: Sequence[float] = (),
) -> dict[str, Any]:
    """Forecast by exponential smoothing, its trend and season chosen by AICc.

    Parameters
    ----------
    values, horizon, season, origins, levels
        As `kerasduet.forecasting.outside` says.

    Notes
    -----
    Errors add up; the trend is none, a line or a damped one, the season none, added or, of values
    above 0, multiplied. Each is fitted by statsmodels' `ETSModel` on the training rows; parameters
    are kept, and the states moved on. Seasons of more than 24 steps begin with figures of the first
    seasons, as Hyndman and Athanasopoulos, "Forecasting: principles and practice", 2.6, since
    estimating each would cost more than it brings. Intervals are normal, with the variance of
    Hyndman, Koehler, Ord and Snyder (2008), "Forecasting with exponential smoothing", table 6.2;
    multiplied seasons have none.
    """
    known = values[: origins[0] + 1]
    best = min(_fits(known, season), key=lambda fit: fit.aicc, default=None)
    if best is None:
        raise ValueError(f"no form could be fitted to {len(known)} training rows")
    chosen = best.model
    moved = _model(values, chosen.trend, chosen.damped_trend, chosen.seasonal, season)
    states = np.asarray(moved.smooth(best.params).states)  # (rows, states)
    h = np.arange(1, horizon + 1)
    damping = float(best.damping_trend) if chosen.damped_trend else 1.0
    grown = np.cumsum(damping**h)
    found = np.repeat(states[origins, :1], horizon, axis=1)
    if chosen.trend:
        found = found + states[origins, 1:2] * grown
    note = f"ETS(A,{_letter(chosen.trend, chosen.damped_trend)},{_letter(chosen.seasonal)})"
    if chosen.seasonal:
        rows = origins[:, None] - season + 1 + (h - 1) % season
        figures = states[rows, -1]
        found = found * figures if chosen.seasonal == "mul" else found + figures
        if chosen.seasonal == "mul":
            return {"forecast": found, "note": note}
    pulls = np.full(horizon, best.smoothing_level, dtype=np.float64)
    if chosen.trend:
        pulls = pulls + best.smoothing_trend * grown
    if chosen.seasonal:
        pulls = pulls + best.smoothing_seasonal * (h % season == 0)
    variance = best.mse * (1 + np.concatenate([[0], np.cumsum(pulls**2)[:-1]]))
    return with_intervals(found, np.sqrt(variance), levels, note)


def _model(
    values: np.ndarray, trend: str | None, damped: bool, seasonal: str | None, season: int
) -> Any:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    few = len(values) < 10
    long = seasonal is not None and season > MOST_SEASONS
    return ETSModel(
        values,
        error="add",
        trend=trend,
        damped_trend=damped,
        seasonal=seasonal,
        seasonal_periods=season if seasonal else None,
        initialization_method="heuristic" if long and not few else "estimated",
    )


def _fits(known: np.ndarray, season: int) -> Iterator[Any]:
    """Fit each form that the rows allow."""
    seasons: list[str | None] = [None]
    if season > 1 and len(known) >= 2 * season + 10:
        seasons.append("add")
        if known.min() > 0 and season <= MOST_SEASONS:
            seasons.append("mul")
    for seasonal in seasons:
        for trend, damped in TRENDS:
            try:
                fit = _model(known, trend, damped, seasonal, season).fit(
                    disp=False, maxiter=200
                )
            except (ValueError, ArithmeticError, np.linalg.LinAlgError):
                continue
            if np.isfinite(fit.aicc):
                yield fit


def _letter(part: str | None, damped: bool = False) -> str:
    if part is None:
        return "N"
    return ("M" if part == "mul" else "A") + ("d" if damped else "")
