"""ARIMA whose orders are searched for: unit roots by tests, the rest by AICc."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kerasduet.forecasting.outside import with_intervals

__all__ = ["arima", "differences"]

MOST_SEASONS = 24  # steps in a season that seasonal terms are searched for
MOST = 3  # of p and q; of P and Q it is 1
STRONG = 0.64  # season that is worth a difference, after Wang, Smith and Hyndman (2006)
ROOT = 0.05  # p-value at which a unit root is taken for granted
SEARCHED_ROWS, SEARCHED_SEASONS = 300, 12  # last rows, or seasons, that the search looks at


@dataclass(frozen=True)
class Orders:
    """Orders of an ARMA of the differenced series, and whether it has a mean."""

    p: int
    q: int
    seasonal_p: int
    seasonal_q: int
    mean: bool

    @property
    def count(self) -> int:
        """Parameters, the variance among them."""
        return self.p + self.q + self.seasonal_p + self.seasonal_q + self.mean + 1


def arima(
    values: np.ndarray,
    *,
    horizon: int,
    season: int,
    origins: np.ndarray,
    levels: Sequence[float] = (),
) -> dict[str, Any]:
    """Forecast by ARIMA(p, d, q)(P, D, Q) of a season, the orders chosen on the training rows.

    Parameters
    ----------
    values, horizon, season, origins, levels
        As `kerasduet.forecasting.outside` says.

    Notes
    -----
    After Hyndman and Khandakar (2008), J. Statistical Software 27(3): D is 1 where the season of
    an STL decomposition is strong (above 0.64), d how many differences the KPSS test asks for at
    5 %, at most 2 with D; p and q up to 3, P and Q up to 1 and the mean are searched step by step
    for the least AICc, on the last 300 rows or 12 seasons. statsmodels' `SARIMAX` then estimates
    the chosen orders on all training rows; its filter moves on without estimating anew. Seasons of
    more than 24 steps are differenced, without seasonal terms.
    """
    known = values[: origins[0] + 1]
    d, seasonal_d = differences(known, season)
    lags = _lags(d, seasonal_d, season)
    if len(known) - len(lags) < 10:
        raise ValueError(f"needs 10 training rows after differencing; got {len(known)}")
    changes = _differenced(known, lags)
    every = _differenced(values, lags)
    if np.ptp(changes) <= 1e-10 * np.abs(known).max():  # nothing is left to explain
        ahead = np.full((len(origins), horizon), changes.mean())
        return {"forecast": _restored(ahead, values, origins, lags)}
    period = season if 1 < season <= MOST_SEASONS else 0
    orders = _search(changes, period, may_drift=d + seasonal_d < 2)
    mean = changes.mean() if orders.mean else 0.0
    parameters = _model(changes - mean, orders, period).fit(disp=False, maxiter=100).params
    moved = _model(every - mean, orders, period).filter(parameters)
    ahead, deviation = _ahead(moved, origins - len(lags), horizon, lags)
    found = _restored(ahead + mean, values, origins, lags)
    note = f"ARIMA({orders.p},{d},{orders.q})"
    if period or seasonal_d:
        note += f"({orders.seasonal_p},{seasonal_d},{orders.seasonal_q})[{season}]"
    return with_intervals(
        found, deviation, levels, note + (" with mean" if orders.mean else "")
    )


def differences(known: np.ndarray, season: int) -> tuple[int, int]:
    """Say how often a series is differenced, from row to row and from season to season.

    Examples
    --------
    >>> steps = np.arange(60.0)
    >>> differences(np.sin(steps * 2.4), 1), differences(steps + 5 * (steps % 4), 4)
    ((0, 0), (0, 1))
    """
    from statsmodels.tsa.seasonal import STL
    from statsmodels.tsa.stattools import kpss

    seasonal_d = 0
    if season > 1 and len(known) >= 3 * season:
        parts = STL(known, period=season).fit()
        left = np.var(parts.seasonal + parts.resid)
        strength = 1 - np.var(parts.resid) / left if left > 0 else 0
        seasonal_d = int(strength > STRONG)
    changes, d = _differenced(known, _lags(0, seasonal_d, season)), 0
    while d < 2 - seasonal_d and len(changes) > 10 and np.ptp(changes) > 1e-10:
        if kpss(changes, regression="c", nlags="legacy")[1] >= ROOT:
            break
        changes, d = np.diff(changes), d + 1
    return d, seasonal_d


def _lags(d: int, seasonal_d: int, season: int) -> np.ndarray:
    """Give what past values count for: y[t] = change[t] + sum of lags[k] y[t - 1 - k]."""
    polynomial = np.ones(1)
    for _ in range(d):
        polynomial = np.convolve(polynomial, [1, -1])
    for _ in range(seasonal_d):
        polynomial = np.convolve(polynomial, [1, *[0] * (season - 1), -1])
    return -polynomial[1:]


def _differenced(values: np.ndarray, lags: np.ndarray) -> np.ndarray:
    return np.convolve(values, [1, *-lags], mode="valid")


def _restored(
    changes: np.ndarray, values: np.ndarray, origins: np.ndarray, lags: np.ndarray
) -> np.ndarray:
    """Sum changes (origins, horizon) up to the series' own level."""
    past = values[
        origins[:, None] - np.arange(len(lags))[::-1]
    ]  # (origins, lags), oldest first
    levels = np.concatenate([past, changes], axis=1)
    for step in range(len(lags), levels.shape[1]):
        levels[:, step] += levels[:, step - len(lags) : step] @ lags[::-1]
    return levels[:, len(lags) :]


def _model(changes: np.ndarray, orders: Orders, period: int) -> Any:
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    seasonal = (orders.seasonal_p, 0, orders.seasonal_q, period) if period else (0, 0, 0, 0)
    return SARIMAX(changes, order=(orders.p, 0, orders.q), seasonal_order=seasonal)


def _search(changes: np.ndarray, period: int, *, may_drift: bool) -> Orders:
    """Go from the best of a few orders to better ones next to them, until there is none."""
    rows = changes[-max(SEARCHED_ROWS, SEARCHED_SEASONS * period) :]
    tried: dict[Orders, float] = {}

    def score(orders: Orders) -> float:
        if orders not in tried:
            tried[orders] = _criterion(rows, orders, period)
        return tried[orders]

    one, most = int(period > 0), (MOST, MOST, *(int(period > 0),) * 2)
    starts = [
        Orders(*terms, mean=mean)
        for terms in ((2, 2, one, one), (0, 0, 0, 0), (1, 0, one, 0), (0, 1, 0, one))
        for mean in ((True, False) if may_drift else (False,))
    ]
    best = min(starts, key=score)
    while True:
        better = min(_next(best, most, may_drift), key=score)
        if score(better) >= score(best):
            return best
        best = better


def _next(best: Orders, most: Sequence[int], may_drift: bool) -> Iterator[Orders]:
    names = ("p", "q", "seasonal_p", "seasonal_q")
    limits = dict(zip(names, most, strict=True))
    for changed in (("p",), ("q",), ("p", "q"), ("seasonal_p",), ("seasonal_q",)):
        for step in (-1, 1):
            moved = {name: getattr(best, name) + step for name in changed}
            if all(0 <= value <= limits[name] for name, value in moved.items()):
                yield replace(best, **moved)
    if may_drift:
        yield replace(best, mean=not best.mean)
    yield best  # where every limit is 0


def _criterion(rows: np.ndarray, orders: Orders, period: int) -> float:
    """Give AICc; infinite where nothing can be estimated."""
    n, k = len(rows), orders.count
    if n <= k + 2:
        return float("inf")
    centred = rows - rows.mean() if orders.mean else rows
    try:
        fit = _model(centred, orders, period).fit(disp=False, maxiter=50)
    except (ValueError, ArithmeticError, np.linalg.LinAlgError):
        return float("inf")
    found = -2 * float(fit.llf) + 2 * k + 2 * k * (k + 1) / (n - k - 1)
    return found if np.isfinite(found) else float("inf")


def _ahead(
    moved: Any, rows: np.ndarray, horizon: int, lags: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Forecast the changes after some rows, with the deviation of the restored forecasts."""
    design, transition, selection = (
        np.atleast_3d(moved.model[name])[:, :, 0]
        for name in ("design", "transition", "selection")
    )
    state = moved.predicted_state[:, rows + 1]  # (states, origins)
    found, weights = [], []
    shock = selection[:, 0]  # what a shock of size 1 leaves, step by step
    for _ in range(horizon):
        found.append(design @ state)
        weights.append(float(design[0] @ shock))
        state, shock = transition @ state, transition @ shock
    psi = _restored(
        np.array([weights]), np.zeros(max(len(lags), 1)), np.array([len(lags) - 1]), lags
    )
    variance = float(np.ravel(moved.model["state_cov"])[0]) * np.cumsum(psi[0] ** 2)
    return np.concatenate(found).T, np.sqrt(variance)
