"""Methods from outside that a network is compared with, as plain functions.

`kerasduet.registry.FORECASTERS` knows them by name: the baselines, theta, ETS and ARIMA, what other
packages announce under `kerasduet.forecasters`, and what `register_forecaster` adds. Each is called
once a fold as

    method(values, horizon=, season=, origins=, levels=())

with the target's values up to the last origin (rows,), float64 without gaps; the steps ahead; the
steps in a season, at least 1; the rows from which is forecast (n,), in order, counted from 0; and
levels of intervals in per cent, such as (80, 95). The values up to the first origin are those of
the training: parameters are estimated on them alone. Later values move the method's state on and
are used from their own origin on; `kerasduet.testing.check_forecaster` tries that out. A function
that also names `features` is given the input columns (rows, columns), and one that names
`validation` the origins of the validation windows.

It gives the forecasts, an array (n, horizon), or a dict: `forecast`, for each level that it has
an interval of `lower_80`, `upper_80` and so on, of the same shape, and perhaps `note`, a line on
what was estimated.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from kerasduet.checks import show
from kerasduet.errors import ArgumentType, ForecastError
from kerasduet.forecasting import baselines
from kerasduet.registry import FORECASTERS
from kerasduet.settings.named import answers

__all__ = [
    "copy_feature",
    "drift",
    "forecasts_of",
    "naive",
    "register_forecaster",
    "seasonal_drift",
    "seasonal_naive",
    "theta",
    "with_intervals",
]

Found = dict[str, Any]
NEEDED = ("horizon", "season", "origins", "levels")
LONGEST_NOTE = 500


@answers()
def register_forecaster(name: str, method: Callable[..., Any]) -> None:
    """Make a method of your own known by its name, for this session.

    `backtest(methods=)` then knows it like those built in. Put it into a module that the processes
    of a backtest can import.

    Parameters
    ----------
    name : str
        A new one.
    method : callable
        As `kerasduet.forecasting.outside` says. `kerasduet.testing.check_forecaster` tries it.

    Raises
    ------
    ArgumentType
        The name is taken, or the function lacks an argument.

    Examples
    --------
    >>> register_forecaster("zero", lambda values: values)
    Traceback (most recent call last):
        ...
    kerasduet.errors.ArgumentType: method: must take horizon, season, origins and levels by name; \
got a function without horizon.
    """
    if not callable(method):
        raise ArgumentType(f"method: must be a function; got {show(method)}.")
    named = inspect.signature(method).parameters
    if not any(one.kind is one.VAR_KEYWORD for one in named.values()):
        lacking = [one for one in NEEDED if one not in named]
        if lacking:
            raise ArgumentType(
                "method: must take horizon, season, origins and levels by name; got a function "
                f"without {lacking[0]}."
            )
    FORECASTERS.register(name, method)


def forecasts_of(
    name: str,
    values: np.ndarray,
    *,
    horizon: int,
    season: int,
    origins: np.ndarray,
    levels: Sequence[float] = (),
    features: np.ndarray | None = None,
    validation: np.ndarray | None = None,
) -> Found:
    """Ask a method by its name, and hold its answer to its form.

    Parameters
    ----------
    name : str
        In the registry.
    values, horizon, season, origins, levels, features, validation
        As this module says; rows after the last origin are not handed on.

    Returns
    -------
    dict
        `forecast` and perhaps bounds, each float64 (origins, horizon), and perhaps `note`.

    Raises
    ------
    ForecastError
        The method fails, or gives something else.

    Examples
    --------
    >>> found = forecasts_of(
    ...     "naive", np.array([1.0, 2.0, 4.0, 9.0]), horizon=1, season=1, origins=np.array([1, 2])
    ... )
    >>> found["forecast"].tolist()
    [[2.0], [4.0]]
    """
    method = FORECASTERS.look_up("methods", name)
    stop = int(origins[-1]) + 1
    more = {"features": features, "validation": validation}
    named = inspect.signature(method).parameters
    extra = {
        key: value[:stop] if key == "features" and value is not None else value
        for key, value in more.items()
        if key in named
    }
    try:
        with (
            threadpool_limits(1),  # the same bits everywhere, and sooner for small matrices
            warnings.catch_warnings(),
            np.errstate(all="ignore"),
        ):
            warnings.simplefilter("ignore")  # of fits that a better one replaces
            given = method(
                values[:stop].copy(),
                horizon=horizon,
                season=season,
                origins=origins.copy(),
                levels=tuple(levels),
                **extra,
            )
    except Exception as error:
        raise ForecastError(f"{name}: {error}") from error
    return _held(name, given, (len(origins), horizon))


def _held(name: str, given: Any, shape: tuple[int, int]) -> Found:
    """Hold the answer of a method to its form."""
    parts = given if isinstance(given, Mapping) else {"forecast": given}
    found: Found = {}
    for part, value in parts.items():
        if part == "note":
            found[part] = str(value)[:LONGEST_NOTE]
            continue
        array = np.asarray(value, dtype=np.float64)
        if array.shape != shape:
            raise ForecastError(
                f"{name}: must give {part} of shape {shape}, a row an origin; got {array.shape}."
            )
        found[part] = array
    if "forecast" not in found:
        raise ForecastError(f"{name}: must give forecast; got {', '.join(found) or 'nothing'}.")
    if not np.isfinite(found["forecast"]).all():
        raise ForecastError(f"{name}: must give finite forecasts; got NaN or infinite ones.")
    return found


def with_intervals(
    forecast: np.ndarray, deviation: np.ndarray, levels: Sequence[float], note: str = ""
) -> Found:
    """Put normal intervals around forecasts.

    Parameters
    ----------
    forecast : numpy.ndarray
        (origins, horizon).
    deviation : numpy.ndarray
        Standard deviation of each forecast's error, of a shape that broadcasts to it.
    levels : sequence of float
        In per cent.
    note : str
        What was estimated.

    Examples
    --------
    >>> found = with_intervals(np.array([[1.0]]), np.array([1.0]), (95,))
    >>> found["upper_95"].round(2).tolist()
    [[2.96]]
    """
    from scipy.stats import norm

    found: Found = {"forecast": forecast}
    for level in levels:
        half = norm.ppf(0.5 + level / 200) * np.broadcast_to(deviation, forecast.shape)
        found[f"lower_{level:g}"], found[f"upper_{level:g}"] = forecast - half, forecast + half
    return found | ({"note": note} if note else {})


def _deviation(errors: np.ndarray) -> float:
    """Give the root of the mean square of one-step errors on the training rows."""
    return float(np.sqrt(np.mean(errors**2))) if len(errors) else float("nan")


def naive(
    values: np.ndarray,
    *,
    horizon: int,
    season: int,
    origins: np.ndarray,
    levels: Sequence[float] = (),
) -> Found:
    """Repeat the last value; see `kerasduet.forecasting.baselines`, as for those that follow.

    Intervals of this and the next two: Hyndman and Athanasopoulos, "Forecasting: principles and
    practice", 3rd ed., 5.5.
    """
    known = values[: origins[0] + 1]
    size = _deviation(np.diff(known)) * np.sqrt(np.arange(1, horizon + 1))
    return with_intervals(baselines.naive(values, origins, horizon=horizon), size, levels)


def seasonal_naive(
    values: np.ndarray,
    *,
    horizon: int,
    season: int,
    origins: np.ndarray,
    levels: Sequence[float] = (),
) -> Found:
    """Repeat the last season."""
    known = values[: origins[0] + 1]
    ahead = np.arange(horizon) // season + 1  # seasons ahead
    size = _deviation(known[season:] - known[:-season]) * np.sqrt(ahead)
    found = baselines.seasonal_naive(values, origins, horizon=horizon, season=season)
    return with_intervals(found, size, levels)


def drift(
    values: np.ndarray,
    *,
    horizon: int,
    season: int,
    origins: np.ndarray,
    levels: Sequence[float] = (),
) -> Found:
    """Extend the line from the first value to the last known one."""
    known = values[: origins[0] + 1]
    steps, h = np.diff(known), np.arange(1, horizon + 1)
    size = _deviation(steps - steps.mean()) * np.sqrt(h * (1 + h / max(len(steps), 1)))
    found = baselines.drift(values, origins, horizon=horizon, first=float(values[0]))
    return with_intervals(found, size, levels)


def seasonal_drift(
    values: np.ndarray,
    *,
    horizon: int,
    season: int,
    origins: np.ndarray,
    levels: Sequence[float] = (),
) -> Found:
    """Repeat the last season, moved on by the last value's change; it has no intervals."""
    found = baselines.seasonal_drift(values, origins, horizon=horizon, season=season)
    return {"forecast": found}


def theta(
    values: np.ndarray,
    *,
    horizon: int,
    season: int,
    origins: np.ndarray,
    levels: Sequence[float] = (),
) -> Found:
    """Forecast by the theta method: exponential smoothing with half the slope of the trend.

    Notes
    -----
    Assimakopoulos and Nikolopoulos (2000), Int. J. Forecasting 16, as Hyndman and Billah (2003),
    Int. J. Forecasting 19, unmask it; seasonal figures of a classical decomposition are taken out
    first where the autocorrelation at a season is significant. statsmodels' `ThetaModel` estimates
    slope, smoothing and figures on the training rows; the level alone moves on.
    """
    from scipy.signal import lfilter
    from statsmodels.tsa.forecasting.theta import ThetaModel

    known = values[: origins[0] + 1]
    seasonal = season > 1 and len(known) >= 2 * season
    model = ThetaModel(known, period=season if seasonal else 1, deseasonalize=seasonal)
    fitted = model.fit()
    alpha, slope = float(fitted.params["alpha"]), float(fitted.params["b0"])
    figures = fitted._seasonal
    multiplied = not model.method.startswith("add")
    if len(figures) == 0:  # no season that the test finds
        figures, multiplied = np.zeros(1), False
    rows = np.arange(len(values))
    ahead = origins[:, None] + np.arange(1, horizon + 1)  # (origins, horizon)
    apart = figures[rows % len(figures)]
    plain = values / apart if multiplied else values - apart
    level = lfilter([alpha], [1, alpha - 1], plain, zi=[(1 - alpha) * plain[0]])[0]
    grown = (1 - (1 - alpha) ** (origins[:, None] + 1)) / alpha if alpha > 0 else 0
    found = level[origins, None] + slope / 2 * (np.arange(horizon) + grown)
    size = _deviation((plain[1:] - level[:-1])[: origins[0]])
    size = size * np.sqrt(1 + np.arange(horizon) * alpha**2)
    figure = figures[ahead % len(figures)]
    found = found * figure if multiplied else found + figure
    spread = size * np.abs(figure) if multiplied else size
    what = "no season" if len(figures) == 1 else f"season of {season}"
    note = f"theta, smoothing {alpha:.3f}, slope {slope:.4g}, {what}"
    return with_intervals(found, spread, levels, note)


def copy_feature(
    values: np.ndarray,
    *,
    horizon: int,
    season: int,
    origins: np.ndarray,
    levels: Sequence[float] = (),
    features: np.ndarray,
    validation: np.ndarray,
) -> Found:
    """Copy the last value of one input column: that which is nearest on the validation rows.

    Notes
    -----
    Yesterday's closing price is all but today's opening price: a network that is given it and does
    worse than copying it has learned nothing. Without validation rows the training rows decide. An
    input that is the target itself makes this the naive forecast.
    """
    last = int(origins[0])
    judged = validation[validation + horizon <= last]
    if len(judged) == 0:
        judged = np.arange(last - horizon + 1)
    best, error, _ = baselines.best_copy(values, features, judged, horizon=horizon)
    one_step = _deviation(values[1 : last + 1] - features[:last, best])
    size = one_step * np.sqrt(np.arange(1, horizon + 1))
    found = np.repeat(features[origins, best][:, None], horizon, axis=1)
    note = f"input column {best + 1}, error {error:.4g} on the validation rows"
    return with_intervals(found, size, levels, note)
