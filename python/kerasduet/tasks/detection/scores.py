"""A detector's test images beside the truth, and their scores."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.detection.cells import decode
from kerasduet.detection.overlap import SIDES
from kerasduet.detection.precision import RECALLS, Found
from kerasduet.detection.tables import boxes_frame
from kerasduet.tasks.leads import counted_lead

if TYPE_CHECKING:
    import pandas as pd

    from kerasduet.data import Dataset
    from kerasduet.lead import Lead
    from kerasduet.tasks.detection.learned import BoxPreprocessing

__all__ = [
    "LEAST",
    "SURE",
    "average_precisions",
    "counted",
    "found_boxes",
    "lead",
    "marked",
    "score",
    "table",
    "verdict",
]

LEAST = 0.01  # score of the boxes that are scored: precision is asked for at every recall
SURE = 0.25  # score of those that a reader is shown
OVERLAP = 0.5  # of two boxes of a class that overlap by more the better one is kept


def found_boxes(
    outputs: np.ndarray, sizes: np.ndarray, proposals: int
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Read the boxes of images from the network's cells: boxes, codes and scores of each.

    Rounded as a table shows them, so that what was saved and what was not are the same.
    """
    read = []
    for cells, size in zip(outputs, sizes, strict=True):
        boxes, codes, scores = decode(
            cells, size, proposals=proposals, least_score=LEAST, overlap=OVERLAP
        )
        read.append((boxes.round(2), codes, scores.round(5)))
    return read


def table(dataset: Dataset, outputs: np.ndarray) -> pd.DataFrame:
    """Lay found boxes beside the true ones.

    Returns
    -------
    pandas.DataFrame
        A row an image: row (from 1), width and height in pixels, truth and prediction. These are
        JSON texts: lists of [class, left, top, right, bottom], and of [class, score, left, top,
        right, bottom] with falling scores.
    """
    import pandas as pd

    learned: Any = dataset.preprocessing
    truth: Any = dataset.test.targets
    names = learned.class_names
    found = found_boxes(outputs, truth.sizes, truth.proposals)
    finite = np.isfinite(outputs).all(axis=(1, 2, 3))
    true, guess = [], []
    for row, (boxes, codes, scores) in enumerate(found):
        own, own_codes = truth.of(row)
        rows = zip(own_codes.tolist(), own.tolist(), strict=True)
        true.append(json.dumps([[names[c], *box] for c, box in rows], ensure_ascii=False))
        sure = zip(codes.tolist(), scores.tolist(), boxes.tolist(), strict=True)
        told: list[Any] = [[names[c], s, *box] for c, s, box in sure]
        if not finite[row]:
            told = [[names[0], *[float("nan")] * 5]]
        guess.append(json.dumps(told, ensure_ascii=False))
    return pd.DataFrame(
        {
            "row": np.arange(1, len(found) + 1),
            "width": truth.sizes[:, 0].astype(np.float64),
            "height": truth.sizes[:, 1].astype(np.float64),
            "truth": np.array(true, dtype=object),
            "prediction": np.array(guess, dtype=object),
        }
    )


def _by_class(frame: pd.DataFrame, names: tuple[str, ...]) -> list[dict[str, np.ndarray]]:
    codes = frame["class"].map({name: code for code, name in enumerate(names)}).to_numpy()
    columns = {
        "image": frame["image"].to_numpy(),
        "boxes": frame[list(SIDES)].to_numpy(),
        "score": frame["score"].to_numpy() if "score" in frame else np.zeros(len(frame)),
    }
    return [
        {key: values[codes == code] for key, values in columns.items()}
        for code in range(len(names))
    ]


def marked(table: pd.DataFrame, learned: BoxPreprocessing) -> list[Found]:
    """Match found and true boxes, a class at a time; classes without true boxes are left out."""
    names = learned.class_names
    truth = _by_class(boxes_frame(table, "truth"), names)
    found = _by_class(boxes_frame(table, "prediction"), names)
    pairs = zip(truth, found, strict=True)
    return [Found.of(true, guess) for true, guess in pairs if len(true["image"])]


def average_precisions(found: list[Found]) -> np.ndarray:
    """Give the average precision of each class at each threshold (classes, thresholds)."""
    return np.array([one.average_precisions() for one in found])


def score(table: pd.DataFrame, learned: BoxPreprocessing) -> dict[str, float]:
    """Score a table of predictions.

    Returns
    -------
    dict
        map_50, map_75 and map, as `kerasduet.detection.mean_average_precision` gives them; and
        baseline_map_50, that of giving every image the mean training box of each class.
    """
    diverged = "NaN" in "".join(table["prediction"])
    found = [] if diverged else marked(table, learned)
    means = average_precisions(found).mean(axis=0) if found else np.full(10, np.nan)
    baseline = average_precisions(_usual(table, learned))[:, 0].mean()
    return {
        "map_50": float(means[0]),
        "map": float(means.mean()),
        "map_75": float(means[5]),
        "baseline_map_50": float(baseline),
    }


def _usual(table: pd.DataFrame, learned: BoxPreprocessing) -> list[Found]:
    """Mark the boxes of a baseline: in each image that of each class, its share the score."""
    truth = _by_class(boxes_frame(table, "truth"), learned.class_names)
    sizes = table[["width", "height", "width", "height"]].to_numpy()
    images = table["row"].to_numpy()
    marks = []
    for true, (share, *box) in zip(truth, learned.usual, strict=True):
        if not len(true["image"]):
            continue
        same = np.full(len(images), share)
        guess = {"image": images, "boxes": sizes * np.array(box), "score": same}
        marks.append(Found.of(true, guess))
    return marks


def counted(
    table: pd.DataFrame, learned: BoxPreprocessing
) -> Mapping[str, Callable[[np.ndarray], np.ndarray]]:
    """Give mAP@0.5 of how often each test image counts; see `kerasduet.task.Task.counted`."""
    truth = _by_class(boxes_frame(table, "truth"), learned.class_names)
    guess = _by_class(boxes_frame(table, "prediction"), learned.class_names)
    pairs = zip(truth, guess, strict=True)
    found = [Found.of(*pair) for pair in pairs if len(pair[0]["image"])]
    return {"map_50": _drawn(found, truth, len(table))}


def _drawn(
    found: list[Found], truth: list[dict[str, np.ndarray]], images: int
) -> Callable[[np.ndarray], np.ndarray]:
    """Measure mAP@0.5 of how often each image counts."""
    true = [one["image"] for one in truth if len(one["image"])]
    objects = [np.bincount(one - 1, minlength=images) for one in true]

    def measure(counts: np.ndarray) -> np.ndarray:
        every = [
            _weighted(counts, boxes, one.images - 1, one.hits[0])
            for boxes, one in zip(objects, found, strict=True)
        ]
        return np.asarray(np.nanmean(np.stack(every), axis=0))

    return measure


def lead(table: pd.DataFrame, learned: BoxPreprocessing) -> Lead | None:
    """Compare mAP@0.5 with that of the usual box of each class, in percentage points."""
    truth = _by_class(boxes_frame(table, "truth"), learned.class_names)
    ours = counted(table, learned)["map_50"]
    theirs = _drawn(_usual(table, learned), truth, len(table))
    unit = "percentage points"
    return counted_lead(ours, theirs, len(table), "images", factor=100, unit=unit)


def _weighted(
    counts: np.ndarray, objects: np.ndarray, images: np.ndarray, hits: np.ndarray
) -> np.ndarray:
    """Give the average precision of each draw (draws,) where images count so often."""
    total = (counts @ objects).astype(np.float64)
    weights = counts[:, images].astype(np.float64)
    seen = np.cumsum(weights, axis=1)
    right = np.cumsum(weights * hits, axis=1)
    precision = right / np.maximum(seen, 1)
    best = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    best = np.column_stack([best, np.zeros(len(best))])
    with np.errstate(invalid="ignore", divide="ignore"):
        recall = right / total[:, None]
    means = [
        row[np.searchsorted(reached, RECALLS)].mean()
        for row, reached in zip(best, recall, strict=True)
    ]
    return np.where(total > 0, means, np.nan)


def verdict(metrics: Mapping[str, float]) -> str:
    """Say in one sentence how a detector did beside its baseline.

    Examples
    --------
    >>> verdict({"map_50": 0.931, "map": 0.622, "baseline_map_50": 0.004})
    'Test mAP@0.5 93.1 %, mAP@[.5:.95] 62.2 %; the usual box of each class has mAP@0.5 0.4 %.'
    """
    text = (
        f"Test mAP@0.5 {metrics['map_50']:.1%}, mAP@[.5:.95] {metrics['map']:.1%}; the usual box "
        f"of each class has mAP@0.5 {metrics['baseline_map_50']:.1%}"
    ).replace("%", " %")
    beaten = metrics["map_50"] > metrics["baseline_map_50"]
    return f"{text}." if beaten else f"{text}. The network does not beat that baseline."
