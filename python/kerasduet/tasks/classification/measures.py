"""A classifier's measures on its test rows, with 95 % intervals, and those of each class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.report.intervals import Interval, bootstrap
from kerasduet.tasks.classification.scores import cases

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.result import Result

__all__ = ["class_measures", "class_scores"]


def class_measures(run: Result) -> dict[str, Interval]:
    """Give accuracy, loss (nats), and confidence: the mean probability of the predicted class.

    Returns
    -------
    dict of Interval
        accuracy and confidence in 0..1.
    """
    learned: Any = run.preprocessing
    found = bootstrap(cases(run.table, learned))
    if not run.has_intervals:
        found = [one.alone for one in found]
    return dict(zip(("accuracy", "loss", "confidence"), found, strict=True))


def class_scores(table: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """Give precision, recall, F1 and support of every class.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns truth and prediction.
    names : tuple of str
        Classes, in order.

    Returns
    -------
    pandas.DataFrame
        Indexed by class; NaN where a class neither occurs nor was predicted. As in
        scikit-learn, one that occurs but is never predicted has a precision and an F1 of 0.
    """
    import pandas as pd

    truth, guess = table["truth"].astype(str), table["prediction"].astype(str)
    rows = []
    for name in names:
        hits = int(((truth == name) & (guess == name)).sum())
        support, predicted = int((truth == name).sum()), int((guess == name).sum())
        both = support + predicted
        rows.append(
            (
                hits / predicted if predicted else 0.0 if both else np.nan,
                hits / support if support else 0.0 if both else np.nan,
                2 * hits / both if both else np.nan,
                support,
            )
        )
    columns = ["precision", "recall", "f1", "support"]
    return pd.DataFrame(rows, columns=columns, index=list(names))
