"""What a classifier is asked: classes and probabilities of new images, and scores on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.boundary import warn
from kerasduet.data.containers import images_alone
from kerasduet.data.dataset import Dataset
from kerasduet.data.labels import find_labels, labels_of
from kerasduet.data.pixels import check_images, one_of, range_note, refuse_brighter
from kerasduet.data.preprocessing import ImagePreprocessing
from kerasduet.errors import LengthMismatch
from kerasduet.tasks.classification.scores import class_metrics
from kerasduet.training import predict_outputs, refuse_no_numbers

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["evaluate", "images_of", "predict"]


def predict(run: Result, x: Any, kind: str) -> Any:
    """Give class labels (n,), or a DataFrame of probabilities (n, classes)."""
    probabilities = _probabilities(run, x)
    if kind == "prob":
        import pandas as pd

        return pd.DataFrame(probabilities, columns=list(run.class_names))
    learned: Any = run.preprocessing
    return labels_of(probabilities.argmax(axis=1), learned)


def evaluate(run: Result, x: Any, y: Any) -> dict[str, float]:
    """Score a run on other labelled images: loss (nats), accuracy, errors."""
    learned: Any = run.preprocessing
    if isinstance(y, Dataset) and isinstance(y.preprocessing, ImagePreprocessing):
        y = labels_of(y.y_test, y.preprocessing)
    labels = find_labels(y, learned)
    probabilities = _probabilities(run, x)
    if len(probabilities) != len(labels):
        one = "a video" if one_of(learned.input_shape) == "video" else "an image"
        raise LengthMismatch(
            f"y: must have one label {one} ({len(probabilities)}); got {len(labels)}."
        )
    return class_metrics(probabilities, labels)


def _probabilities(run: Result, x: Any) -> np.ndarray:
    """Give probabilities (n, classes); a warning names the caller, so many calls above."""
    learned: Any = run.preprocessing
    task: Any = run.task
    images, one = task.images_of(run, x), one_of(learned.input_shape)
    if isinstance(images, np.ndarray):
        refuse_brighter(images, learned, "x")
        if note := range_note(images, learned, "x", f"the training {one}s"):
            warn(f"x: {note}")
    return refuse_no_numbers(predict_outputs(run.model, learned, images))


def images_of(run: Result, x: Any, name: str = "x") -> np.ndarray:
    """Give arrays of images, or the test rows of a data set, checked."""
    learned: Any = run.preprocessing
    given = x.x_test if isinstance(x, Dataset) else images_alone(x, learned.input_shape, name)
    flat = run.experiment.builder == "dnn"
    return check_images(given, learned.input_shape, flat=flat, name=name)
