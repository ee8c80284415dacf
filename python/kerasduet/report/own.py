"""What a page says of data that are not there any more: the numbers and rows that a run kept."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.data.summed import SIDE
from kerasduet.figures.names import shortened
from kerasduet.report import words
from kerasduet.report.document import escape

if TYPE_CHECKING:
    from kerasduet.figures.canvas import RunFigure
    from kerasduet.report.document import Document
    from kerasduet.result import Result

__all__ = ["add_sample", "add_summary", "classes_of"]

ACROSS = 10  # pictures


def classes_of(run: Result) -> dict[str, np.ndarray]:
    """Give the rows of each class by split, as far as the run noted them or its test says."""
    kept = run.provenance.get("summary", {}).get("classes")
    if kept:
        return {name: np.asarray(counts) for name, counts in kept.items()}
    truth = run.table["truth"].astype(str)
    return {"test": np.array([int((truth == name).sum()) for name in run.class_names])}


def add_summary(page: Document, run: Result) -> None:
    """Give the inputs and the columns of own data, as the run summed them up."""
    kept = run.provenance.get("summary")
    if not isinstance(kept, Mapping):
        return
    told = [_input(one) for one in kept.get("input", [])]
    if "first" in kept:
        many = kept.get("series", 1)
        of = f"{many:,} series with " if many > 1 else ""
        told = [
            f"{of}{kept['rows']:,} rows, from {escape(kept['first'])} to {escape(kept['last'])}"
        ]
    elif "columns" in kept:
        told = [f"{kept['rows']:,} rows of {words.count(len(kept['columns']), 'column')}"]
    if told:
        page.add(f"Noted in training: {'; '.join(told)}.")
    if kept.get("columns"):
        _columns(page, kept["columns"])


def _input(one: Mapping[str, Any]) -> str:
    shape = " \u00d7 ".join(f"{size:,}" for size in one["shape"])
    text = f"an input is {shape} ({escape(one['type'])})" if shape else escape(one["type"])
    if "mean" not in one:
        return text
    low, high, mean = words.alike([one[name] for name in ("low", "high", "mean")])
    return f"{text}, with values from {low} to {high}, mean {mean}, in the training rows"


def _columns(page: Document, columns: Sequence[Mapping[str, Any]]) -> None:
    rows = [
        [
            escape(one["name"]),
            escape(one["type"]),
            f"{one['missing']:,}",
            *(_cell(one.get(name)) for name in ("low", "mean", "high")),
            f"{one['values']:,}" if "values" in one else "",
        ]
        for one in columns
    ]
    page.table(
        "own-columns",
        "The columns of the data, as they were in training.",
        ["Column", "Type", ">Missing", ">Lowest", ">Mean", ">Highest", ">Different values"],
        rows,
    )


def add_sample(page: Document, run: Result) -> None:
    """Show the rows or pictures that a run was saved with."""
    kept = run.provenance.get("sample")
    if not isinstance(kept, Mapping):
        return
    if kept.get("rows"):
        page.table(
            "own-sample",
            f"The {words.count(len(kept['rows']), 'row')} that the run was saved with.",
            [escape(str(name)) for name in kept["columns"]],
            [[_cell(cell) for cell in row] for row in kept["rows"]],
        )
    images = [
        one for written in kept.get("images", []) if (one := _pixels(written)) is not None
    ]
    if images:
        labels = [str(label) for label in kept.get("labels", range(1, len(images) + 1))]
        page.figure(
            "own-sample",
            f"The {words.count(len(images), 'image')} that the run was saved with.",
            _drawn(images, labels),
            chart=False,
        )


def _drawn(images: Sequence[np.ndarray], labels: Sequence[str]) -> RunFigure:
    """Draw pictures in rows of ten, each below its label."""
    from kerasduet.figures.canvas import RunFigure

    rows = -(-len(images) // ACROSS)
    told = words.listed(labels, most=100)
    figure = RunFigure(alt_text=f"Images: {told}.", figsize=(8, rows))
    panes = figure.subplots(rows, ACROSS, squeeze=False).ravel()
    for pane in panes:
        pane.set_axis_off()
    for pane, image, label in zip(panes, images, labels, strict=False):
        pane.imshow(image, cmap="gray", vmin=0, vmax=255)
        pane.set_title(shortened(label, 12), fontsize=7)
    return figure


def _pixels(written: Any) -> np.ndarray | None:
    """Give the pixels of a picture in a run's folder; None of anything else."""
    from PIL import Image

    try:
        with Image.open(
            io.BytesIO(base64.b64decode(written, validate=True)), "r", ["PNG"]
        ) as one:
            return np.asarray(one) if max(one.size) <= SIDE else None
    except (OSError, TypeError, ValueError):
        return None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return words.signed(f"{value:,.0f}" if abs(value) >= 1e6 else f"{value:,.6g}")
    return escape(str(value))
