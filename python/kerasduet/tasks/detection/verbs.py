"""What a detector is asked: the boxes of new images, in arrays or in files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data import pictures
from kerasduet.data.dataset import Dataset
from kerasduet.data.pixels import check_images
from kerasduet.detection.overlap import SIDES
from kerasduet.tasks.detection.folder import look_of
from kerasduet.tasks.detection.scores import SURE, found_boxes
from kerasduet.training import predict_outputs, refuse_no_numbers

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.result import Result

__all__ = ["files_of", "predict"]

COLUMN = "image"  # of a table of files: their paths


def files_of(run: Result, x: Any, name: str = "x") -> Any:
    """Give the images of paths, or of a table of them; None where it is something else."""
    learned: Any = run.preprocessing
    look = look_of(learned.input_shape)
    return None if look is None else pictures.files_of(x, look, COLUMN, name)


def predict(run: Result, x: Any, kind: str) -> pd.DataFrame:
    """Give the boxes of images, one a row: image, class, score, left, top, right, bottom."""
    import pandas as pd

    learned: Any = run.preprocessing
    images, sizes = _asked(run, x)
    outputs = refuse_no_numbers(predict_outputs(run.model, learned, images))
    least = 0.0 if kind == "all" else SURE
    proposals = run.experiment.data.boxes
    parts = []
    for row, (boxes, codes, scores) in enumerate(found_boxes(outputs, sizes, proposals)):
        sure = scores >= least
        columns = {
            "image": np.full(int(sure.sum()), row + 1),
            "class": learned.labels[codes[sure]],
            "score": scores[sure],
        }
        columns |= dict(zip(SIDES, boxes[sure].T, strict=True))
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True).astype({"class": object})


def _asked(run: Result, x: Any) -> tuple[Any, np.ndarray]:
    """Give images and their widths and heights: of files those that they have, upright."""
    if isinstance(x, Dataset):
        return x.test.inputs, np.asarray(x.test.targets.sizes)
    files = files_of(run, x)
    if files is not None:
        return files, files.sizes
    learned: Any = run.preprocessing
    images = check_images(x, learned.input_shape, name="x")
    height, width, _ = learned.input_shape
    return images, np.full((len(images), 2), (width, height))
