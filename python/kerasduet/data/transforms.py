"""Transforms of a target that is above 0: logarithm and Box-Cox, there and back."""

from __future__ import annotations

import numpy as np

__all__ = ["back", "fit_lambda", "forth", "of_target"]

# Beyond these the fit follows a few values alone; R's forecast::BoxCox.lambda() has the same.
LAMBDAS = (-1.0, 2.0)
FLAT = 1e-6  # closer to 0 than this, (y^lambda - 1) / lambda is the logarithm but for rounding


def fit_lambda(values: np.ndarray) -> float:
    """Fit the power of a Box-Cox transform by maximum likelihood.

    Parameters
    ----------
    values : numpy.ndarray
        Of the training rows (rows,), above 0.

    Returns
    -------
    float
        -1 to 2; 1 where all values are equal, which any power leaves so.

    Notes
    -----
    Box and Cox (1964), An analysis of transformations, Journal of the Royal Statistical Society
    B 26, equation 8: the profile likelihood of normal values with one mean.

    Examples
    --------
    >>> abs(fit_lambda(np.exp(np.linspace(-2, 2, 50)))) < 0.001
    True
    """
    from scipy.optimize import minimize_scalar
    from scipy.stats import boxcox_llf

    if np.ptp(values) == 0:
        return 1.0
    logs = np.log(values)
    relative = np.exp(logs - logs.mean())  # the unit decides nothing, but large ones overflow
    found = minimize_scalar(
        lambda power: -boxcox_llf(power, relative), bounds=LAMBDAS, method="bounded"
    )
    return float(found.x)


def forth(values: np.ndarray, transform: str, power: float | None) -> np.ndarray:
    """Transform values above 0.

    Examples
    --------
    >>> forth(np.array([1.0, 4.0]), "box-cox", 0.5)
    array([0., 2.])
    """
    if transform == "none":
        return values
    with np.errstate(divide="ignore"):  # a forecast may have reached 0
        logs: np.ndarray = np.log(values)
    if transform != "box-cox" or power is None or abs(power) < FLAT:
        return logs
    changed: np.ndarray = np.expm1(power * logs) / power
    return changed


def back(values: np.ndarray, transform: str, power: float | None) -> np.ndarray:
    """Give transformed values in their own units again.

    What lies below all that a positive power gives becomes 0, the limit of the values.

    Examples
    --------
    >>> back(np.array([0.0, 2.0, -3.0]), "box-cox", 0.5).tolist()
    [1.0, 4.0, 0.0]
    """
    if transform == "none":
        return values
    if transform != "box-cox" or power is None or abs(power) < FLAT:
        plain: np.ndarray = np.exp(values)
        return plain
    with np.errstate(divide="ignore"):
        logs = np.log1p(np.maximum(power * values, -1)) / power
    found: np.ndarray = np.exp(logs)
    return found


def of_target(
    values: np.ndarray, names: tuple[str, ...], transform: str, power: float | None
) -> np.ndarray:
    """Transform the target alone: the last of the named columns, and each of its name.

    Examples
    --------
    >>> of_target(np.array([[1.0, 5.0, 1.0]]), ("price", "volume", "price"), "log", None)
    array([[0., 5., 0.]])
    """
    if transform == "none":
        return values
    changed = values.copy()
    places = [name == names[-1] for name in names]
    changed[..., places] = forth(values[..., places], transform, power)
    return changed
