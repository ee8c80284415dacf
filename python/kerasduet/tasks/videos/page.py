"""What only the page of a classifier of videos has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kerasduet.report import words
from kerasduet.report.document import escape
from kerasduet.task import Writing
from kerasduet.tasks.classification.measures import class_measures
from kerasduet.tasks.classification.page import (
    add_comparison,
    add_data,
    add_measures,
    add_mistakes,
    intervals,
)

if TYPE_CHECKING:
    from kerasduet.report.document import Document
    from kerasduet.result import Result

__all__ = ["WRITING"]


def add_purpose(page: Document, run: Result) -> None:
    """Say what a classifier of videos is for and not for."""
    learned: Any = run.preprocessing
    frames, height, width, channels = learned.input_shape
    sort = "grey" if channels == 1 else f"{channels}-channel"
    names = words.listed([escape(name) for name in learned.class_names])
    found = class_measures(run)
    page.add(
        f"**For** {sort} videos of {frames:,} frames of {height} \u00d7 {width} pixels that show "
        f"one of {len(learned.class_names):,} classes: {names}.",
        "**Not for** anything else. It names one of these classes whatever it is shown. Videos of "
        "other lengths, speeds or sizes than those named below were not tested. Its probabilities "
        "were not calibrated: on the test videos it was right in "
        f"{words.accuracy(found['accuracy'])} %, while it gave its answers a mean "
        f"probability of {words.accuracy(found['confidence'])} %.",
    )


def add_result(page: Document, run: Result) -> None:
    """Give measures, the scores of each class, and the worst mistakes."""
    add_measures(page, run)
    add_mistakes(page, run, "videos", "unclear movements")


WRITING = Writing(add_purpose, add_data, add_result, add_comparison, intervals)
