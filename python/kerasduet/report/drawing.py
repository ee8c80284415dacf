"""Figures that only reports have: several runs in one plot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kerasduet.figures import Facets, Mark, Panel, PlotData, Scale
from kerasduet.figures.words import whole_ticks
from kerasduet.report.words import count
from kerasduet.style import OKABE_ITO

if TYPE_CHECKING:
    from kerasduet.figures.canvas import RunFigure

__all__ = ["MOST_CURVES", "draw_curves"]

RUN_COLOURS = ("blue", "vermilion", "green", "purple", "orange", "sky", "black")
RUN_LINES = ("solid", "dashed", "dotdash", "dotted")
MOST_CURVES = len(RUN_COLOURS) * len(RUN_LINES)  # each in a colour and line of its own


def draw_curves(histories: Mapping[str, pd.DataFrame], *, loss: str) -> RunFigure:
    """Draw the loss of several runs by epoch: training on the left, validation on the right.

    Parameters
    ----------
    histories : mapping
        History of each run by its name, each with a finite loss; at most `MOST_CURVES`.
    loss : str
        Name and unit of the loss.
    """
    from kerasduet.figures.drawing import draw

    told = [
        f"{name} {_ends(frame['loss'])} in {count(len(frame), 'epoch')}"
        for name, frame in histories.items()
    ]
    every = [
        pd.DataFrame(
            {"epoch": frame["epoch"], "run": name, "rows": rows, "loss": frame[column]}
        )
        for column, rows in (("loss", "Training"), ("val_loss", "Validation"))
        for name, frame in histories.items()
        if column in frame
    ]
    lines = pd.concat(every, ignore_index=True)
    lines = lines[np.isfinite(lines["loss"])]
    key = pd.DataFrame(
        [
            (
                name,
                OKABE_ITO[RUN_COLOURS[i % len(RUN_COLOURS)]],
                RUN_LINES[i % len(RUN_LINES)],
                1.5,
            )
            for i, name in enumerate(histories)
        ],
        columns=["label", "colour", "line", "width"],
    )
    panes = tuple(lines["rows"].unique())
    columns = {"x": "epoch", "y": "loss", "series": "run"}
    panel = Panel(
        kind="curves",
        title="",
        subtitle="",
        x="Epoch",
        y=loss,
        alt=(
            f"Line plots of the loss of {len(histories)} runs by epoch. Training: "
            f"{'; '.join(told)}."
        ),
        frames={"lines": lines, "key": key},
        marks=(Mark("line", "lines", columns), Mark("point", "lines", columns)),
        x_scale=Scale(ticks=whole_ticks(int(lines["epoch"].max()), most=8)),
        facets=Facets("rows", panes, panes, len(panes)),
    )
    height = 3.1 + 0.12 * len(histories)
    return draw(PlotData("curves", "", "", (panel,), height=height))


def _ends(losses: pd.Series) -> str:
    first, last = losses.iloc[0], losses.iloc[-1]
    return f"{first:.3g} to " + (f"{last:.3g}" if np.isfinite(last) else "no finite number")
