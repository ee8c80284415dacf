"""What probabilities of classes come to at every threshold: reliability, and ROC curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kerasduet.report.intervals import counted_intervals
from kerasduet.tasks.tables.scores import divided

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["reliability", "roc"]


def reliability(
    codes: np.ndarray,
    probabilities: np.ndarray,
    weights: np.ndarray | None = None,
    *,
    bins: int = 10,
) -> pd.DataFrame:
    """Hold probabilities against how often they came true, in bins of equal width.

    Parameters
    ----------
    codes, probabilities, weights
        As for `class_measure`.
    bins : int
        Between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        A row a bin that is not empty: probability (its mean), share (how often it came true), low
        and high (95 % interval of the share), rows, weight (their sum). Of two classes the
        probability is that of the second; of more, that of the predicted class.
    """
    import pandas as pd

    second = probabilities.shape[1] == 2
    chance = (probabilities[:, 1] if second else probabilities.max(axis=1)).astype(np.float64)
    true = codes == (1 if second else probabilities.argmax(axis=1))
    known = np.isfinite(chance)
    place = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], chance[known])
    weight = np.ones(len(place)) if weights is None else np.asarray(weights, np.float64)[known]
    sums = np.zeros((len(place), 2, bins))
    sums[np.arange(len(place)), 0, place] = weight
    sums[np.arange(len(place)), 1, place] = true[known] * weight
    flat = sums.reshape(len(place), 2 * bins)

    def counted(counts: np.ndarray) -> np.ndarray:
        rows, right = np.split(counts @ flat, 2, axis=1)
        return divided(right, rows)

    found = counted_intervals(counted, len(place)) if len(place) else []
    total = np.bincount(place, weight, bins)
    mean = divided(np.bincount(place, chance[known] * weight, bins), total)
    table = pd.DataFrame(
        {
            "probability": mean,
            "share": [one.value for one in found] or np.nan,
            "low": [one.low for one in found] or np.nan,
            "high": [one.high for one in found] or np.nan,
            "rows": np.bincount(place, minlength=bins),
            "weight": total,
        }
    )
    return table[table["weight"] > 0].reset_index(drop=True)


def roc(
    codes: np.ndarray, probabilities: np.ndarray, weights: np.ndarray | None = None
) -> pd.DataFrame:
    """Give the ROC curves: hits by false alarms as the threshold falls.

    Parameters
    ----------
    codes, probabilities, weights
        As for `class_measure`.

    Returns
    -------
    pandas.DataFrame
        code, threshold, false_positive, true_positive. Of two classes the curve of the second;
        of more one a class, against the rest. A class that does not occur, or alone, has none.
    """
    import pandas as pd

    k = probabilities.shape[1]
    weight = np.ones(len(codes)) if weights is None else np.asarray(weights, np.float64)
    parts = []
    for code in [1] if k == 2 else range(k):
        positive, chance = codes == code, probabilities[:, code].astype(np.float64)
        counted = weight[positive].any() and weight[~positive].any()
        if not counted or not np.isfinite(chance).all():
            continue
        order = np.argsort(-chance, kind="stable")
        last = np.append(np.flatnonzero(np.diff(chance[order])), len(codes) - 1)
        hits = np.cumsum((weight * positive)[order])[last]
        alarms = np.cumsum((weight * ~positive)[order])[last]
        parts.append(
            pd.DataFrame(
                {
                    "code": code,
                    "threshold": np.append(np.inf, chance[order][last]),
                    "false_positive": np.append(0, alarms / alarms[-1]),
                    "true_positive": np.append(0, hits / hits[-1]),
                }
            )
        )
    columns = ["code", "threshold", "false_positive", "true_positive"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
