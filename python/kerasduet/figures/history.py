"""How a training went."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kerasduet.errors import EmptyData
from kerasduet.figures.marks import Mark
from kerasduet.figures.panels import Facets, Panel, Scale
from kerasduet.figures.words import Series, count, finite, key, noted, whole_ticks
from kerasduet.style import GREY, OKABE_ITO

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["history_panel"]

HISTORY_KEY: tuple[Series, ...] = (
    ("training", OKABE_ITO["blue"], "solid", 1.4),
    ("validation", OKABE_ITO["vermilion"], "dashed", 1.4),
)


def history_panel(run: Result) -> Panel:
    """Show loss and metric by epoch, of the training and the validation rows."""
    history = run.history
    if history.empty:
        raise EmptyData(
            f"kind: a history needs an epoch; got the run {run.experiment.name}, interrupted "
            "before its first one ended. Resume it."
        )
    parts, changes = [], []
    for name, (label, factor) in run.task.curves(run.experiment).items():
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
            f"kind: a history needs a finite number; got the run {run.experiment.name}, whose "
            "training diverged. Lower learning_rate."
        )
    kept, subtitle, told_kept = _kept_epoch(run), "", ""
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
            f"Line plots of the training history of {run.experiment.name} over "
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


def _kept_epoch(run: Result) -> pd.DataFrame:
    kept = run.history.iloc[:0]
    if run.experiment.early_stopping is not None:
        drawn, _ = finite(run.history, "val_loss")
        kept = drawn.nsmallest(1, "val_loss")
    return pd.DataFrame({"epoch": kept["epoch"].to_numpy(dtype=np.int64)})
