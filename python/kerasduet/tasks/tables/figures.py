"""Figures of a run on a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.checks import choice, several
from kerasduet.errors import ArgumentType, EmptyData
from kerasduet.figures import Kind
from kerasduet.figures.panels import Panel, PlotData
from kerasduet.figures.words import noted
from kerasduet.tasks.classification.figures import confusion_panel
from kerasduet.tasks.tables import curves, looks, panels, probability_panels, results, scores

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["class_kinds", "drawn_importance", "number_kinds", "telling_pair"]

WEIGHTED = "Rows count by their weights"


def class_kinds(task: str) -> tuple[Kind, ...]:
    """Give the kinds of figures of a classifier of table rows."""
    mine = (task,)
    return (
        Kind("confusion", counted_panel, mine, sized=True),
        Kind("reliability", reliability_panel, mine),
        Kind("roc", roc_panel, mine),
        *_both(mine),
        Kind("regions", regions_panel, mine, ("columns",)),
    )


def number_kinds(task: str) -> tuple[Kind, ...]:
    """Give the kinds of figures of a regression on table rows."""
    mine = (task,)
    return (Kind("residuals", residuals_panel, mine), *_both(mine))


def _both(mine: tuple[str, ...]) -> tuple[Kind, ...]:
    return (
        Kind("importance", importance_panel, mine),
        Kind("dependence", dependence_panel, mine, ("column",)),
    )


def counted_panel(run: Result, *, share: float = 1.0) -> Panel:
    """Count the test rows by true class and predicted class, each row once."""
    weighted = results.weights_of(run.table) is not None
    note = "Each row once; scores count rows by their weights" if weighted else ""
    return noted(confusion_panel(run, share=share), note)


def reliability_panel(run: Result) -> Panel:
    """Hold probabilities against how often they came true."""
    codes, chances = _outcome(run)
    names = looks.names_of(run)
    what = looks.called(run, 1) if len(names) == 2 else "the class named"
    weights = results.weights_of(run.table)
    table = curves.reliability(codes, chances, weights)
    if table.empty:
        raise EmptyData(
            "kind: a reliability curve needs a finite probability; got the run "
            f"{run.experiment.name}, whose training diverged. Lower learning_rate."
        )
    panel = probability_panels.reliability_figure(table, what=what, rows=len(codes))
    return noted(panel, "" if weights is None else WEIGHTED)


def roc_panel(run: Result) -> Panel:
    """Draw the ROC curve of the second of two classes, or of each class against the rest."""
    codes, chances = _outcome(run)
    weights = results.weights_of(run.table)
    areas = [
        scores.class_scores(
            (codes == code).astype(np.int64),
            np.column_stack([1 - chances[:, code], chances[:, code]]),
            weights,
        )["auc"]
        for code in range(chances.shape[1])
    ]
    names = looks.names_of(run)
    lines = curves.roc(codes, chances, weights)
    panel = probability_panels.roc_figure(lines, names=names, areas=areas, rows=len(codes))
    return noted(panel, "" if weights is None else WEIGHTED)


def residuals_panel(run: Result) -> Panel:
    """Draw what the network leaves of the truth, by what it predicts."""
    learned: Any = run.preprocessing
    truth, fitted = (run.table[n].to_numpy(np.float64) for n in ("truth", "prediction"))
    return panels.residuals_figure(truth, fitted, target=learned.target)


def importance_panel(run: Result) -> Panel:
    """Draw how much worse the network scores with each column shuffled."""
    return _importance(run, looks.importance(run))


def drawn_importance(run: Result, table: pd.DataFrame) -> PlotData:
    """Draw a table that `importance()` has given."""
    panel = _importance(run, table)
    return PlotData("importance", "", "", (panel,), height=panel.height)


def _importance(run: Result, table: pd.DataFrame) -> Panel:
    return panels.importance_figure(table, rise=looks.rise_of(run), rows=len(run.table))


def dependence_panel(run: Result, *, column: Any = None) -> Panel:
    """Draw what the network predicts as one column takes other values.

    Parameters
    ----------
    run : Result
        On a table.
    column : str, optional
        By default the most important one.
    """
    if column is None:
        column = looks.importance(run)["column"].iloc[0]
    names = looks.names_of(run)
    learned: Any = run.preprocessing
    output = learned.target if not names else "Probability"
    if len(names) == 2:
        output = f"Probability of {looks.called(run, 1)}"
    curves = looks.curves_of(run, column)
    return panels.dependence_figure(curves, column=column, names=names, output=output)


def regions_panel(run: Result, *, columns: Any = None) -> Panel:
    """Draw which class the network names over the plane of two columns.

    Parameters
    ----------
    run : Result
        Of a classifier.
    columns : sequence of str, optional
        Two columns of numbers, across and upwards; by default the two most important ones.
    """
    numbers = looks.number_columns(run)
    if columns is None:
        pair = telling_pair(run, looks.importance(run))
        if pair is None:
            raise ArgumentType(
                "columns: decision regions need two columns of numbers; got a run on a table with "
                f"{len(numbers)}."
            )
    else:
        found = several(lambda name, value: choice(name, value, numbers))("columns", columns)
        if len(found) != 2 or found[0] == found[1]:
            raise ArgumentType(f"columns: must be two different ones; got {len(found)}.")
        pair = (found[0], found[1])
    cells, points = looks.regions(run, pair)
    return panels.regions_figure(cells, points, columns=pair, names=looks.names_of(run))


def telling_pair(run: Result, importance: pd.DataFrame) -> tuple[str, str] | None:
    """Give the two most important columns of numbers; None where there are not two."""
    numbers = set(looks.number_columns(run))
    ranked = [name for name in importance["column"] if name in numbers]
    return (ranked[0], ranked[1]) if len(ranked) > 1 else None


def _outcome(run: Result) -> tuple[np.ndarray, np.ndarray]:
    """Give the test rows' class codes and probabilities."""
    learned = run.preprocessing
    codes = results.codes_of(run.table, learned)
    return codes, results.probabilities_of(run.table, learned)
