"""What a detector is asked: the boxes of new images, and how good they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.dataset import Dataset
from kerasduet.data.pixels import check_images
from kerasduet.detection.overlap import SIDES
from kerasduet.tasks.detection.scores import SURE, found_boxes
from kerasduet.training import predict_outputs, refuse_no_numbers

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.result import Result

__all__ = ["predict"]


def predict(run: Result, x: Any, kind: str) -> pd.DataFrame:
    """Give the boxes of images, one a row: image, class, score, left, top, right, bottom."""
    import pandas as pd

    learned: Any = run.preprocessing
    data = run.experiment.data
    if isinstance(x, Dataset):
        images, sizes = x.test.inputs, np.asarray(x.test.targets.sizes)
    else:
        images = check_images(x, learned.input_shape, name="x")
        height, width, _ = learned.input_shape
        sizes = np.full((len(images), 2), (width, height))
    outputs = refuse_no_numbers(predict_outputs(run.model, learned, images))
    least = 0.0 if kind == "all" else SURE
    parts = []
    for row, (boxes, codes, scores) in enumerate(found_boxes(outputs, sizes, data.boxes)):
        sure = scores >= least
        columns = {
            "image": np.full(int(sure.sum()), row + 1),
            "class": learned.labels[codes[sure]],
            "score": scores[sure],
        }
        columns |= dict(zip(SIDES, boxes[sure].T, strict=True))
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True).astype({"class": object})
