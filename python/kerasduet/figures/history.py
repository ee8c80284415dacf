"""How a training went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.errors import EmptyData
from kerasduet.figures.marks import Mark
from kerasduet.figures.panels import Facets, Panel, PlotData, Scale
from kerasduet.figures.words import Series, count, finite, key, noted, whole_ticks
from kerasduet.style import GREY, OKABE_ITO

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["drawn_history", "history_panel", "look_of"]

HISTORY_KEY: tuple[Series, ...] = (
    ("training", OKABE_ITO["blue"], "solid", 1.4),
    ("validation", OKABE_ITO["vermilion"], "dashed", 1.4),
)


def history_panel(run: Result) -> Panel:
    """Show loss and metric by epoch, of the training and the validation rows."""
    return _panel(run.history, look_of(run))


def look_of(run: Result) -> Mapping[str, Any]:
    """Give what the figure of a history needs beside its table, as plain values.

    Returns
    -------
    mapping
        name of the run, curves (by column a label and a factor), and stops: whether the weights are
        those of the epoch of the least validation loss.
    """
    return {
        "name": run.experiment.name,
        "curves": {name: [*told] for name, told in run.task.curves(run.experiment).items()},
        "stops": run.experiment.early_stopping is not None,
    }


def drawn_history(columns: Mapping[str, Any], look: Mapping[str, Any]) -> PlotData:
    """Compute the figure of the table of a history, whole or in part.

    Parameters
    ----------
    columns : mapping
        Numbers by epoch: epoch and what was measured.
    look : mapping
        From `look_of`.

    Examples
    --------
    >>> look = {"name": "mine", "curves": {"loss": ["Loss", 1.0]}, "stops": False}
    >>> drawn_history({"epoch": [1, 2], "loss": [3.0, 2.0]}, look).panels[0].frames["lines"].shape
    (2, 4)
    """
    panel = _panel(pd.DataFrame({name: [*column] for name, column in columns.items()}), look)
    return PlotData("history", "", "", (panel,), height=panel.height)


def _panel(history: pd.DataFrame, look: Mapping[str, Any]) -> Panel:
    if history.empty:
        raise EmptyData(
            f"kind: a history needs an epoch; got the run {look['name']}, interrupted "
            "before its first one ended. Resume it."
        )
    parts, changes = [], []
    for name, (label, factor) in look["curves"].items():
        if name not in history:
            continue
        told = []
        for series, column in (("training", name), ("validation", f"val_{name}")):
            if column in history:
                values = factor * history[column].to_numpy(dtype=np.float64)
                line = {"epoch": history["epoch"].to_numpy(dtype=np.int64), "measure": label}
                parts.append(pd.DataFrame(line | {"series": series, "value": values}))
                told.append(f"{series} {values[0]:.3g} to {values[-1]:.3g}")
        changes.append(f"{label}: {', '.join(told)}")
    lines, note = finite(pd.concat(parts, ignore_index=True), "value")
    if lines.empty:
        raise EmptyData(
            f"kind: a history needs a finite number; got the run {look['name']}, whose "
            "training diverged. Lower learning_rate."
        )
    kept, subtitle, told_kept = _kept_epoch(history, stops=look["stops"]), "", ""
    if len(kept):
        epoch = kept["epoch"].item()
        subtitle = f"Dotted: epoch {epoch}, whose weights were kept"
        told_kept = f" The weights of epoch {epoch} were kept."
    epochs, measures = len(history), tuple(lines["measure"].unique())
    panel = Panel(
        kind="history",
        title="Training history",
        subtitle=subtitle,
        x="Epoch",
        y="",
        alt=(
            f"Line plots of the training history of {look['name']} over "
            f"{count(epochs, 'epoch')}. From the first epoch to the last, "
            f"{'; '.join(changes)}.{told_kept}"
        ),
        frames={
            "lines": lines,
            "kept": kept,
            "key": key(HISTORY_KEY, lines["series"]),
        },
        marks=(
            Mark("rule", "kept", {"x": "epoch"}, {"colour": GREY, "line": "dotted"}),
            Mark("line", "lines", {"x": "epoch", "y": "value", "series": "series"}),
            Mark("point", "lines", {"x": "epoch", "y": "value", "series": "series"}),
        ),
        x_scale=Scale(ticks=whole_ticks(epochs, most=8)),
        facets=Facets("measure", measures, measures, len(measures), at="left", free=True),
        height=3.4,
    )
    return noted(panel, note)


def _kept_epoch(history: pd.DataFrame, *, stops: bool) -> pd.DataFrame:
    kept = history.iloc[:0]
    if stops and "val_loss" in history:
        drawn, _ = finite(history, "val_loss")
        kept = drawn.nsmallest(1, "val_loss")
    return pd.DataFrame({"epoch": kept["epoch"].to_numpy(dtype=np.int64)})
