"""What only the page of a detector has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.detection.tables import boxes_frame
from kerasduet.plots import plot_run
from kerasduet.report import words
from kerasduet.report.document import escape
from kerasduet.report.measures import headline
from kerasduet.report.parts import SPLITS, data_of, interval_note
from kerasduet.task import Writing
from kerasduet.tasks.detection.scores import SURE, marked

if TYPE_CHECKING:
    from kerasduet.report.document import Document
    from kerasduet.result import Result

__all__ = ["WRITING", "add_comparison"]


def add_purpose(page: Document, run: Result) -> None:
    """Say what a detector is for and not for."""
    learned: Any = run.preprocessing
    height, width, channels = learned.input_shape
    sort = "grey" if channels == 1 else f"{channels}-channel"
    names = words.listed([escape(name) for name in learned.class_names])
    grid, boxes = run.experiment.grid, run.experiment.boxes
    page.add(
        f"**For** {sort} images, seen at {height} \u00d7 {width} pixels, with objects of "
        f"{len(learned.class_names):,} classes: {names}. It gives a box, a class and a score for "
        f"each object that it finds. Each cell of a grid of {grid} \u00d7 {grid} proposes "
        f"{boxes} boxes and names one class, so that of objects whose centres lie in one cell it "
        "names one.",
        "**Not for** objects of other classes, which it overlooks or takes for one of these, and "
        "not for images made in another way than those named below. Its scores order the boxes; "
        "they are no probabilities.",
    )


def add_data(page: Document, run: Result) -> None:
    """Give the boxes of each class in every split, or of the test alone without the data."""
    dataset, _ = data_of(run)
    names, sizes = run.class_names, run.provenance["sizes"]
    if dataset is None:
        truth = boxes_frame(run.table, "truth")["class"]
        counts = {"test": np.array([int((truth == name).sum()) for name in names])}
    else:
        parts: Any = {"train": dataset.train, "validation": dataset.validation}
        parts["test"] = dataset.test
        counts = {
            name: np.bincount(part.targets.codes, minlength=len(names))
            for name, part in parts.items()
            if len(part)
        }
    rows = [
        [escape(name), *(f"{found[i]:,}" for found in counts.values())]
        for i, name in enumerate(names)
    ]
    rows.append(["**all**", *(f"**{found.sum():,}**" for found in counts.values())])
    told = words.listed([f"{size:,} {SPLITS[name]}" for name, size in sizes.items() if size])
    page.table(
        "data",
        f"Boxes of each class. They lie in {told} images.",
        ["Class", *(f">{SPLITS[name].capitalize()}" for name in counts)],
        rows,
    )


def add_result(page: Document, run: Result) -> None:
    """Give both means, the precision of each class, and test images with their boxes."""
    page.heading("Result")
    metrics, found = run.metrics, headline(run)
    between = words.among(found, factor=100) if found is not None else ""
    rows = [
        ["mAP@0.5", between or _percent(metrics["map_50"])],
        ["mAP@0.75", _percent(metrics["map_75"])],
        ["mAP@[.5:.95]", _percent(metrics["map"])],
        [
            "Baseline: the usual training box of each class, mAP@0.5",
            _percent(metrics["baseline_map_50"]),
        ],
    ]
    page.table(
        "result",
        "Mean average precision on the test images, in per cent, as COCO counts it.",
        ["Measure", ">Value"],
        rows,
    )
    page.add(interval_note(run))
    page.heading("By class", level=3)
    _by_class(page, run)
    dataset, why = data_of(run)
    if dataset is None:
        page.add(f"Test images are not shown. {escape(why)}")
        return
    page.heading("Boxes", level=3)
    page.figure(
        "boxes",
        f"Test images with the boxes of a score of at least {SURE}.",
        plot_run(run, kind="scenes"),
        chart=run.experiment.dataset.startswith("digit-scenes"),
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _by_class(page: Document, run: Result) -> None:
    truth = boxes_frame(run.table, "truth")["class"]
    found = boxes_frame(run.table, "prediction")
    sure = found[found["score"] >= SURE]["class"]
    present = [name for name in run.class_names if (truth == name).any()]
    rows = []
    for name, one in zip(present, marked(run.table, run.preprocessing), strict=True):  # type: ignore[arg-type]
        own = one.average_precisions()
        counts = (int((part == name).sum()) for part in (truth, sure))
        measures = map(_percent, (own[0], own[5], own.mean()))
        rows.append([escape(name), *(f"{n:,}" for n in counts), *measures])
    page.table(
        "classes",
        f"Average precision of each class in per cent; boxes found are those of a score of at "
        f"least {SURE}.",
        ["Class", ">True boxes", ">Found", ">AP@0.5", ">AP@0.75", ">AP@[.5:.95]"],
        rows,
    )


def add_comparison(page: Document, runs: Sequence[Result], names: Sequence[str]) -> None:
    """Give the scores of several detectors."""
    rows = []
    for name, run in zip(names, runs, strict=True):
        found = None if run.diverged else headline(run)
        first = words.DIVERGED if found is None else words.among(found, factor=100)
        second = "" if run.diverged else _percent(run.metrics["map"])
        baseline = _percent(run.metrics["baseline_map_50"])
        rows.append([escape(name), first, second, baseline, f"{len(run.table):,}"])
    page.table(
        "result",
        "Mean average precision on the test images in per cent, with its 95 % interval; the "
        "baseline gives every image the usual training box of each class.",
        ["Run", ">mAP@0.5", ">mAP@[.5:.95]", ">Baseline", ">Test images"],
        rows,
    )


WRITING = Writing(add_purpose, add_data, add_result, add_comparison)
