"""How good found boxes are: average precision, as COCO counts it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.checks import show
from kerasduet.detection.overlap import SIDES, check_boxes, overlaps
from kerasduet.errors import ArgumentType, EmptyData, MissingValue, UnknownName

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MOST", "THRESHOLDS", "Found", "average_precision", "mean_average_precision"]

# COCO's: how far a found box must overlap a true one to count, where precision is read off, and
# the boxes of a class in an image that count.
THRESHOLDS = np.linspace(0.5, 0.95, 10)
RECALLS = np.linspace(0, 1, 101)
MOST = 100


def mean_average_precision(truth: Any, found: Any) -> dict[str, float]:
    """Score found boxes beside the true ones: mean average precision over the classes.

    Parameters
    ----------
    truth : table
        True boxes, one a row, with the columns image, class, left, top, right and bottom; others
        are left alone.
    found : table
        Found boxes, with the column score as well, as `predict` of a detector gives them.

    Returns
    -------
    dict
        map, the mean over intersections over union of 0.5, 0.55, ... 0.95, known as
        mAP@0.5:0.95; map_50 and map_75, at 0.5 and 0.75 alone. Each is a mean over the classes
        that have true boxes.

    Raises
    ------
    UnknownName
        A column is lacking.
    EmptyData
        There are no true boxes.

    Notes
    -----
    Counted as COCO does: of each class the 100 best boxes an image, the best first, each taking
    the free true box that it overlaps most; precision made to fall and read off at 101 recalls.
    `pycocotools` gives the same numbers.

    References
    ----------
    Lin et al. (2014), Microsoft COCO: common objects in context, ECCV.

    Examples
    --------
    >>> truth = {"image": [1], "class": ["a"], "left": [0], "top": [0], "right": [4], "bottom": [4]}
    >>> mean_average_precision(truth, truth | {"score": [0.9], "right": [3]})
    {'map': 0.6, 'map_50': 1.0, 'map_75': 1.0}
    """
    table = average_precision(truth, found)
    means = table[["ap", "ap_50", "ap_75"]].mean()
    names = {"map": "ap", "map_50": "ap_50", "map_75": "ap_75"}
    return {name: float(means[column]) for name, column in names.items()}


def average_precision(truth: Any, found: Any) -> pd.DataFrame:
    """Score the found boxes of each class; see `mean_average_precision`.

    Parameters
    ----------
    truth, found : table
        As for `mean_average_precision`.

    Returns
    -------
    pandas.DataFrame
        A row a class that has true boxes: class, objects (true boxes), found (boxes), ap, ap_50 and
        ap_75.
    """
    import pandas as pd

    true, guess = _columns("truth", truth, scored=False), _columns("found", found, scored=True)
    if not len(true["image"]):
        raise EmptyData(
            "truth: must have a box; got none. Without one no precision is defined."
        )
    rows = []
    for name in sorted(set(true["class"].tolist())):
        mine, theirs = (_of_class(part, name) for part in (true, guess))
        marked = Found.of(mine, theirs)
        precisions = marked.average_precisions()
        rows.append(
            {
                "class": name,
                "objects": marked.objects,
                "found": len(theirs["image"]),
                "ap": float(precisions.mean()),
                "ap_50": float(precisions[0]),
                "ap_75": float(precisions[5]),
            }
        )
    return pd.DataFrame(rows)


class Found:
    """The found boxes of one class, by falling score: which of them hit a true one.

    Parameters
    ----------
    objects : int
        True boxes.
    scores : numpy.ndarray
        (n,), falling.
    images : numpy.ndarray
        The image that each lies in (n,).
    hits : numpy.ndarray
        Whether each hits, (thresholds, n), bool.
    """

    def __init__(
        self, objects: int, scores: np.ndarray, images: np.ndarray, hits: np.ndarray
    ) -> None:
        self.objects, self.scores, self.images, self.hits = objects, scores, images, hits

    @classmethod
    def of(cls, truth: Mapping[str, np.ndarray], found: Mapping[str, np.ndarray]) -> Found:
        """Match the found boxes of a class with the true ones, image by image.

        Parameters
        ----------
        truth, found : mapping
            image (n,), boxes (n, 4) and, of the found, score (n,).
        """
        true_rows, found_rows = _by_image(truth["image"]), _by_image(found["image"])
        scores, hits = [np.empty(0)], [np.empty((len(THRESHOLDS), 0), bool)]
        images = [found["image"][:0]]
        for image in sorted(found_rows):  # equal scores count in the order of the images
            rows = found_rows[image]
            order = np.argsort(-found["score"][rows], kind="stable")[:MOST]
            rows = rows[order]
            own = truth["boxes"][true_rows.get(image, [])]
            scores.append(found["score"][rows])
            images.append(found["image"][rows])
            hits.append(_matched(found["boxes"][rows], own))
        every = np.concatenate(scores)
        order = np.argsort(-every, kind="stable")
        where = np.concatenate(images)[order]
        marked = np.concatenate(hits, axis=1)[:, order]
        return cls(len(truth["image"]), every[order], where, marked)

    def average_precisions(self) -> np.ndarray:
        """Give the average precision at each threshold (thresholds,)."""
        right = np.cumsum(self.hits, axis=1)
        recall = right / self.objects
        precision = right / np.arange(1, right.shape[1] + 1)
        # The best precision at this recall or a higher one.
        best = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
        best = np.column_stack([best, np.zeros(len(best))])  # never reached: 0
        places = [np.searchsorted(row, RECALLS, side="left") for row in recall]
        return np.array([row[at].mean() for row, at in zip(best, places, strict=True)])


def _matched(found: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Say which boxes, the best first, hit a true one that is still free (thresholds, n)."""
    hits = np.zeros((len(THRESHOLDS), len(found)), dtype=bool)
    if not len(truth):
        return hits
    shares = overlaps(found, truth)[:, ::-1]  # of equal shares the last true box is taken
    free = np.ones((len(THRESHOLDS), len(truth)), dtype=bool)
    levels = np.arange(len(THRESHOLDS))
    for row, share in enumerate(shares):
        if share.max() < THRESHOLDS[0]:
            continue
        open_shares = np.where(free, share, -1.0)
        best = open_shares.argmax(axis=1)
        hit = open_shares[levels, best] >= THRESHOLDS
        hits[hit, row] = True
        free[levels[hit], best[hit]] = False
    return hits


def _by_image(images: np.ndarray) -> dict[Any, np.ndarray]:
    if not len(images):
        return {}
    names, codes = np.unique(images, return_inverse=True)
    order = np.argsort(codes, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(codes))[:-1])
    return dict(zip(names.tolist(), parts, strict=True))


def _of_class(part: Mapping[str, np.ndarray], name: str) -> dict[str, np.ndarray]:
    rows = part["class"] == name
    return {key: values[rows] for key, values in part.items()}


def _columns(name: str, table: Any, *, scored: bool) -> dict[str, np.ndarray]:
    """Read the columns of a table of boxes: image and class as texts, boxes (n, 4), score."""
    if not isinstance(table, Mapping) and not hasattr(table, "columns"):
        raise ArgumentType(
            f"{name}: must be a table with a box a row; got {show(table)}. Give a data frame, or "
            "columns by name."
        )
    wanted = ["image", "class", *SIDES, *(["score"] if scored else [])]
    for column in wanted:
        if column not in table:
            known = ", ".join(map(str, table))
            raise UnknownName(
                f"{name}: must have the columns {', '.join(wanted)}; got no {column}, but "
                f"{known or 'nothing'}. Rename the columns."
            )
    columns = {column: np.asarray(table[column]) for column in wanted}
    sizes = {len(values) for values in columns.values()}
    if len(sizes) > 1:
        raise ArgumentType(f"{name}: must have columns of one length; got {sorted(sizes)}.")
    boxes = (
        np.column_stack([columns[side] for side in SIDES]) if max(sizes) else np.zeros((0, 4))
    )
    read = {key: columns[key].astype(str) for key in ("image", "class")}
    if columns["image"].dtype.kind in "iuf" and max(sizes):
        read["image"] = columns["image"].astype(np.float64)
    read["boxes"] = check_boxes(name, boxes)
    if scored:
        read["score"] = columns["score"].astype(np.float64)
        if not np.isfinite(read["score"]).all():
            raise MissingValue(f"{name}: each box must have a score; got one without. Drop it.")
    return read
