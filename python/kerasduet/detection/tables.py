"""Boxes of images as a row of a run's predictions keeps them, and as a table with a box a row."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.checks import show
from kerasduet.detection.overlap import SIDES
from kerasduet.errors import ArgumentType

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["boxes_frame", "test_boxes"]


def test_boxes(run: Any) -> dict[str, pd.DataFrame]:
    """Give the true and the found boxes of the test images of a run.

    Parameters
    ----------
    run : Run
        Of a detector.

    Returns
    -------
    dict of DataFrame
        truth and found, with a box a row: image (from 1), class, of found ones score, at least
        0.01, and left, top, right and bottom in pixels.

    Raises
    ------
    ArgumentType
        A run that finds no boxes.
    """
    kinds = run.task.columns(run.preprocessing) if hasattr(run, "task") else {}
    if "boxes" not in kinds.values():
        given = getattr(run, "experiment", None)
        raise ArgumentType(
            f"run: must be a detector's; got {show(run) if given is None else given.name}. Its "
            "predictions() stand beside the truth."
        )
    table = run.predictions()
    return {"truth": boxes_frame(table, "truth"), "found": boxes_frame(table, "prediction")}


def boxes_frame(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Give the boxes of a column of a detector's `predictions()`, one a row.

    Returns
    -------
    pandas.DataFrame
        image (from 1), class, score (of found ones), left, top, right, bottom.
    """
    import pandas as pd

    scored = ["score"] if column == "prediction" else []
    names = ["image", "class", *scored, *SIDES]
    rows = [
        [image, *box]
        for image, text in zip(table["row"].tolist(), table[column].tolist(), strict=True)
        for box in json.loads(text)
    ]
    frame = pd.DataFrame(rows, columns=names)
    kinds: dict[str, Any] = dict.fromkeys(names[2:], np.float64)
    return frame.astype(kinds | {"image": np.int64, "class": object})
