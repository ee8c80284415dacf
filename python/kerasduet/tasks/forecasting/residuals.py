"""What one-step errors say about a forecaster: bias, and structure it left unused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.figures import Mark, Panel, PlotData
from kerasduet.figures.words import moment
from kerasduet.lead import brief_text
from kerasduet.report.intervals import Interval, block_length, bootstrap
from kerasduet.style import GREY, OKABE_ITO, WIDTH, blend
from kerasduet.tasks.forecasting.scores import known_truth

if TYPE_CHECKING:
    from kerasduet.figures.canvas import RunFigure

__all__ = ["Residuals", "check_residuals", "draw_residuals"]

FEWEST = 10  # errors worth checking


@dataclass(frozen=True)
class Residuals:
    """Checks of the one-step errors, truth minus forecast, in time order.

    Parameters
    ----------
    times : numpy.ndarray
        Forecast times (n,).
    errors : numpy.ndarray
        In the target's units (n,).
    mean : Interval
        Mean error: above 0 the forecasts are too low.
    deviation : float
        Standard deviation, with n - 1.
    correlations : numpy.ndarray
        Autocorrelation at lags 1, 2, ... (lags,).
    limit : float
        Of 95 % of the autocorrelations of white noise, 1.96 / sqrt(n).
    statistic, p_value : float
        Ljung-Box over all those lags.
    """

    times: Any
    errors: np.ndarray
    mean: Interval
    deviation: float
    correlations: np.ndarray
    limit: float
    statistic: float
    p_value: float

    @property
    def outside(self) -> np.ndarray:
        """Lags whose autocorrelation is outside the limits."""
        return np.flatnonzero(np.abs(self.correlations) > self.limit) + 1


def check_residuals(table: pd.DataFrame, *, season: int) -> Residuals | None:
    """Check the one-step errors of a run.

    Parameters
    ----------
    table : pandas.DataFrame
        `Run.predictions()` of a forecaster.
    season : int
        Steps in a season.

    Returns
    -------
    Residuals or None
        None where there are fewer than 10 errors, or all are the same.

    Notes
    -----
    Lags as in Hyndman and Athanasopoulos, "Forecasting: principles and practice", 3rd ed.,
    5.4: 10, or two seasons, but at most a fifth of the errors. Ljung and Box (1978),
    Biometrika 65.
    """
    first = table[(table["step"] == 1) & known_truth(table)]
    errors = (first["truth"] - first["forecast"]).to_numpy(dtype=np.float64)
    n = len(errors)
    if n < FEWEST or np.ptp(errors) == 0:
        return None
    lags = max(min(10 if season == 1 else 2 * season, n // 5), 1)
    from statsmodels.stats.diagnostic import acorr_ljungbox
    from statsmodels.tsa.stattools import acf

    test = acorr_ljungbox(errors, lags=[lags])
    (mean,) = bootstrap(errors[:, None], block=block_length(n, 1))
    return Residuals(
        times=first["time"].to_numpy(),
        errors=errors,
        mean=mean,
        deviation=float(errors.std(ddof=1)),
        correlations=np.asarray(acf(errors, nlags=lags, fft=False))[1:],
        limit=float(1.96 / np.sqrt(n)),
        statistic=float(test["lb_stat"].iloc[0]),
        p_value=float(test["lb_pvalue"].iloc[0]),
    )


def draw_residuals(residuals: Residuals, *, name: str, unit: str) -> RunFigure:
    """Draw one-step errors: over time, their autocorrelation, their histogram."""
    from kerasduet.figures.drawing import draw

    label = f"Error ({unit})" if unit else "Error"
    panels = (
        _over_time(residuals, name, label),
        _autocorrelation(residuals),
        _histogram(residuals, label),
    )
    return draw(PlotData("residuals", "", "", panels, (1, 2), (1.0, 1.0), WIDTH, 4.6))


def _residual_panel(frames: dict[str, pd.DataFrame], **parts: Any) -> Panel:
    frames = frames | {"zero": pd.DataFrame({"at": [0.0]})}
    return Panel(kind="residuals", subtitle="", frames=frames, **parts)


def _zero(side: str) -> Mark:
    return Mark("rule", "zero", {side: "at"}, {"colour": GREY, "width": 0.8})


def _over_time(residuals: Residuals, name: str, label: str) -> Panel:
    errors = residuals.errors
    times = pd.Series(list(residuals.times))  # with their time zone
    return _residual_panel(
        {"errors": pd.DataFrame({"time": times, "error": errors})},
        title="Over time",
        # Ticks a day or an hour apart do not say their year.
        x=f"{moment(times.min())} to {moment(times.max())}" if times.dtype.kind == "M" else "",
        y=label,
        alt=(
            f"Three plots of the {len(errors):,} one-step errors of {name}. Over time: between "
            f"{brief_text(errors.min())} and {brief_text(errors.max())}, mean "
            f"{brief_text(residuals.mean.value)}."
        ),
        marks=(
            _zero("y"),
            Mark("line", "errors", {"x": "time", "y": "error"}, {"colour": OKABE_ITO["blue"]}),
        ),
    )


def _autocorrelation(residuals: Residuals) -> Panel:
    correlations, limit = residuals.correlations, residuals.limit
    lags = np.arange(1, len(correlations) + 1)
    stems = pd.DataFrame({"lag": lags, "to": lags, "from": 0.0, "correlation": correlations})
    ends = {"x": "lag", "to_x": "to", "y": "from", "to_y": "correlation"}
    limits = pd.DataFrame({"at": [-limit, limit]})
    return _residual_panel(
        {"stems": stems, "limits": limits},
        title="Autocorrelation",
        x="Lag (steps)",
        y="",
        alt=(
            f"Autocorrelation: {len(residuals.outside)} of {len(lags)} lags outside the limits "
            f"of plus and minus {limit:.2f}."
        ),
        marks=(
            _zero("y"),
            Mark(
                "rule",
                "limits",
                {"y": "at"},
                {"colour": OKABE_ITO["vermilion"], "line": "dashed"},
            ),
            Mark("rule", "stems", ends, {"colour": OKABE_ITO["blue"], "width": 2.0}),
        ),
    )


def _histogram(residuals: Residuals, label: str) -> Panel:
    counts, edges = np.histogram(residuals.errors, bins="auto")
    bars = pd.DataFrame(
        {"error": (edges[:-1] + edges[1:]) / 2, "forecasts": counts, "width": np.diff(edges)}
    )
    place = {"x": "error", "y": "forecasts", "thickness": "width"}
    look = {"colour": blend(OKABE_ITO["blue"], 0.6), "edge": "#FFFFFF"}
    return _residual_panel(
        {"bars": bars},
        title="Histogram",
        x=label,
        y="Forecasts",
        alt=f"Histogram: standard deviation {brief_text(residuals.deviation)}.",
        marks=(Mark("bar", "bars", place, look), _zero("x")),
    )
