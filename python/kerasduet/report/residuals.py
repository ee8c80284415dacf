"""What one-step errors say about a forecaster: bias, and structure it left unused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.evaluation import known_truth
from kerasduet.report.intervals import Interval, block_length, bootstrap

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Residuals", "check_residuals"]

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
