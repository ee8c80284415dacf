"""What every method from outside promises, tried one by one."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerasduet.forecasting.outside import forecasts_of

__all__ = ["check_forecaster"]

ROWS, SEASON, HORIZON = 96, 6, 4
ORIGINS = np.array([70, 71, 80, 91])
LEVELS = (80, 95)


def check_forecaster(name: str, values: np.ndarray | None = None) -> list[str]:
    """Try what is promised of a method that `FORECASTERS` knows.

    Parameters
    ----------
    name : str
        In the registry.
    values : numpy.ndarray, optional
        At least 96 values of a series with a season of 6, instead of a made-up one.

    Returns
    -------
    list of str
        The promises, all of them kept.

    Raises
    ------
    AssertionError
        A promise that is not kept, and how.
    ForecastError
        The method fails, or gives other shapes than it should.

    Examples
    --------
    >>> len(check_forecaster("naive"))
    4
    """
    series = _made_up() if values is None else np.asarray(values, dtype=np.float64)
    asked: dict[str, Any] = {"horizon": HORIZON, "season": SEASON, "levels": LEVELS}
    asked |= {"features": series[:, None], "validation": np.arange(50, 66)}
    found = forecasts_of(name, series, origins=ORIGINS, **asked)
    again = forecasts_of(name, series, origins=ORIGINS, **asked)
    _same(name, "gives the same bits again", found, again, len(ORIGINS))
    for place, origin in ((0, ORIGINS[0]), (2, ORIGINS[2])):
        later = series.copy()
        later[origin + 1 :] = later[origin + 1 :] * 1.5 + 7
        changed = forecasts_of(
            name, later, origins=ORIGINS, **asked | {"features": later[:, None]}
        )
        _same(name, "uses no value after an origin", found, changed, place + 1)
    fewer = forecasts_of(name, series, origins=ORIGINS[:2], **asked)
    _same(name, "does not depend on later origins", found, fewer, 2)
    for level in LEVELS:
        if f"lower_{level}" in found:
            low, high = found[f"lower_{level}"], found[f"upper_{level}"]
            inside = (low <= found["forecast"]) & (found["forecast"] <= high)
            assert inside.all(), f"{name}: each interval must hold its forecast"
    return [
        "gives the same bits again",
        "uses no value after an origin",
        "does not depend on later origins",
        "has its forecasts within its intervals",
    ]


def _made_up() -> np.ndarray:
    steps = np.arange(ROWS)
    noise = np.random.default_rng(11).normal(0, 0.5, ROWS)
    return 40 + 0.2 * steps + 4 * np.sin(2 * np.pi * steps / SEASON) + noise


def _same(
    name: str, promise: str, one: dict[str, Any], other: dict[str, Any], rows: int
) -> None:
    for part, value in one.items():
        if part != "note":
            same = np.array_equal(value[:rows], other[part][:rows])
            assert same, f"{name}: a method {promise}; {part} differs"
