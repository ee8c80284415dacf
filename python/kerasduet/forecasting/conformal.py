"""How far from a forecast the truth may lie, learned from errors that were made before.

Split conformal prediction, a step ahead and a side at a time: the end of an interval is the
quantile of earlier errors that is right for one more. While forecasts go on, each error joins
the others once its truth is known, and the truths beyond the ends of all steps make the next
intervals wider or narrower (adaptive conformal inference), so that intervals follow errors that
grow, shrink or are biased.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kerasduet.forecasting import shares, widths

__all__ = ["FOLLOWS", "MOST_SPREAD", "offsets", "spread_of", "thinned"]

MOST_ERRORS = 500  # kept of each step; beyond them a quantile gains next to nothing

FOLLOWS = ("widths", "shares")
MOST_SPREAD = 2.0


def thinned(errors: np.ndarray) -> tuple[tuple[float, ...], ...]:
    """Give the errors of each step in order, as plain numbers that a file keeps.

    Parameters
    ----------
    errors : numpy.ndarray
        Truth minus forecast (windows, horizon), at least one window; of more than 500 windows
        as many, evenly spaced.

    Returns
    -------
    tuple of tuple of float
        (horizon, windows), six digits each.

    Examples
    --------
    >>> thinned(np.array([[2.0, 0.0], [-1.0, 3.0]]))
    ((-1.0, 2.0), (0.0, 3.0))
    """
    count = min(len(errors), MOST_ERRORS)
    kept = errors[np.linspace(0, len(errors) - 1, count).round().astype(int)]
    return tuple(tuple(float(f"{error:.6g}") for error in step) for step in np.sort(kept.T))


def offsets(
    known: Sequence[Sequence[float]],
    errors: np.ndarray,
    levels: Sequence[float],
    *,
    followed: str = "widths",
    spread: float = 1.0,
) -> np.ndarray:
    """Learn the ends of intervals around each of a series of forecasts, and of the next one.

    Parameters
    ----------
    known : sequence of sequence of float
        Errors, truth minus forecast, made before the first of these forecasts, of each step
        (horizon, windows); at least one window.
    errors : numpy.ndarray
        Of these forecasts, whose origins follow each other by one step (windows, horizon); NaN
        where the truth is not known.
    levels : sequence of float
        Share of the truths that the intervals are to hold, in per cent, in (0, 100).
    followed : {"widths", "shares"}
        What moves when truths lie beyond the ends; "shares" as in runs of earlier versions, where
        an end is an error, and never between two.
    spread : float
        How much further than where `known` was made the series spread before, see `spread_of()`.
        Not for "shares".

    Returns
    -------
    numpy.ndarray
        (windows + 1, horizon, levels, 2): what is added to a forecast to get the lower and
        the upper end. A row uses errors alone whose truth lay at or before its origin; the last
        row uses all.

    Notes
    -----
    Of n errors in order the upper end is the one in the place (n + 1) (1 - share), on a line
    between two where that is no whole number: the quantile that a new error of the same kind
    exceeds with a probability of about `share`, half of what the level leaves. Lei et al. (2018),
    Distribution-free predictive inference for regression, Journal of the American Statistical
    Association 113; Romano, Patterson and Candès (2019) for one side at a time; Hyndman and Fan
    (1996), Sample quantiles in statistical packages, type 6, for the line. Where n is too small
    for that (below 39 at 95 %), it is the end of a normal prediction interval with mean 0,
    Student's t with n degrees of freedom times the root mean square times sqrt(1 + 1/n), but at
    least the largest error. Few validation errors may be of calm years alone: of those in `known`
    the root mean square is multiplied by `spread`.

    Windows that begin close together share steps, and so errors: m of them, h steps ahead, count
    as n = m / sqrt(h), between m, were they independent, and m / h, those that lie apart. The
    square root is what `benchmarks/intervals.py` found to cover best.

    At each origin the truths just seen, of up to h earlier windows, say what part of them lay
    beyond an end. The ends of all steps are multiplied by a factor that grows where it is more
    than the share (by 20 % where all lay beyond one end, and by 10 % on the other side) and
    shrinks where it is less, and is at most 4: the quantile tracker of Angelopoulos, Candès and
    Tibshirani (2023), Conformal PID control for time series prediction, NeurIPS 36, after Gibbs
    and Candès (2021), Adaptive conformal inference under distribution shift, NeurIPS 34. It moves
    the logarithm of the width, and all steps together, as steps of one truth miss it together.
    The truth of h steps ahead is known h steps later (Wang and Hyndman 2024, Online conformal
    inference for multi-step time series forecasting, arXiv:2410.13115), so it is held against the
    ends as today's factor would have them. Of more than 40 errors a step the factor moves less,
    by the square root: Angelopoulos, Barber and Bates (2024), Online conformal prediction with
    decaying step sizes, ICML. An interval always holds its forecast.

    Examples
    --------
    >>> offsets([[-2.0, 0.0, 1.0]], np.empty((0, 1)), [50])[0, 0]
    array([[-2.,  1.]])
    """
    beyond = [round((100 - level) / 200, 12) for level in levels]  # 80 leaves 0.1 exactly
    if followed == "shares":
        return shares.follow(known, errors, beyond)
    return widths.follow(known, errors, beyond, spread)


def spread_of(before: np.ndarray, held: np.ndarray) -> float:
    """Say how much further a series spread than on the rows that errors are known of.

    Parameters
    ----------
    before : numpy.ndarray
        The target as the network sees it (transformed, and changes where it sees changes), on all
        rows before the test; NaN where it is not known.
    held : numpy.ndarray
        Those of them with a known error: the validation rows.

    Returns
    -------
    float
        The ratio of their root mean squares about the mean of all, from 1/2 to 2, six digits; 1
        where there is none.

    Notes
    -----
    The ratio estimator of surveys: what few were asked is scaled by something that is known of
    all. Cochran (1977), Sampling Techniques, chapter 6.

    Examples
    --------
    >>> spread_of(np.array([-3.0, 3.0, -1.0, 1.0]), np.array([-1.0, 1.0]))
    2.0
    """
    known = before[np.isfinite(before)]
    gaps = held[np.isfinite(held)] - (known.mean() if len(known) else 0.0)
    if not gaps.any():
        return 1.0
    ratio = float(known.std() / np.sqrt(np.mean(gaps**2)))
    return float(f"{min(max(ratio, 1 / MOST_SPREAD), MOST_SPREAD):.6g}")
