"""The scores of tables, the headline first."""

from __future__ import annotations

import math

from kerasduet.task import Metric

__all__ = ["CLASS_METRICS", "NUMBER_METRICS"]

CLASS_METRICS = (
    Metric("loss", "log loss", "nats"),
    Metric("accuracy", "accuracy", "%", 100, higher=True),
    Metric("balanced_accuracy", "balanced accuracy", "%", 100, higher=True),
    Metric("brier", "Brier score"),
    Metric("auc", "area under the ROC curve", higher=True, range=(0.0, 1.0)),
)
NUMBER_METRICS = (
    Metric("rmse", "root mean squared error", root=True),
    Metric("mae", "mean absolute error"),
    Metric("r2", "R\u00b2", higher=True, range=(-math.inf, 1.0)),
)
