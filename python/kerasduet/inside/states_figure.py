"""States and gates of a recurrent layer drawn over the steps of one sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.checks import choice
from kerasduet.errors import ArgumentType
from kerasduet.figures import PlotData
from kerasduet.figures.marks import Mark
from kerasduet.figures.panels import Facets, Panel, Scale
from kerasduet.figures.words import count, whole_ticks
from kerasduet.inside.states import Read, read_one
from kerasduet.settings.named import answers
from kerasduet.style import OKABE_ITO, WIDTH, blend

if TYPE_CHECKING:
    from kerasduet.figures.canvas import RunFigure
    from kerasduet.result import Result

__all__ = ["WHATS", "plot_states", "states_data"]

WHATS = ("states", "gates")
PANES = {
    "states": {"cell": "cell (what is kept)", "state": "state (what is shown)"},
    "gates": {
        "input": "input gate",
        "forget": "forget gate",
        "output": "output gate",
        "update": "update gate",
        "reset": "reset gate",
    },
}
MOST_STEPS, MOST_UNITS, MOST_NAMED = 200, 64, 40
LETTER = 0.085  # inches, of names that are written upwards
SHADES = 50  # as many as an eye tells apart


@answers()
def plot_states(
    run: Result, x: Any, what: str = "states", *, layer: str | None = None
) -> RunFigure:
    """Draw what a recurrent layer holds over the steps of a sequence, or its gates.

    Parameters
    ----------
    run, x, layer
        As for `states`.
    what : {"states", "gates"}
        "states": the state after each step, of an LSTM the cell too. "gates": how far each gate of
        an LSTM or GRU is open.

    Returns
    -------
    matplotlib.figure.Figure
        A row a unit and a column a step; at most the first 64 units and the last 200 steps.

    Raises
    ------
    ArgumentType
        Gates of a layer that has none.
    KerasduetError
        As for `states`.
    """
    from kerasduet.figures.drawing import draw

    return draw(states_data(run, x, what, layer=layer))


def states_data(run: Any, x: Any, what: Any = "states", *, layer: Any = None) -> PlotData:
    """Compute what the figure of states or gates shows; see `plot_states`."""
    what = choice("what", what, WHATS)
    read = read_one(run, x, layer)
    panes = {name: told for name, told in PANES[what].items() if name in read.found}
    if not panes:
        raise ArgumentType(
            f'what: must be "states" of a simple recurrent layer; got "{what}", which '
            f"{read.layer} does not have."
        )
    panel = _panel(read, what, panes)
    return PlotData("states", "", "", (panel,), height=panel.height)


def _panel(read: Read, what: str, panes: dict[str, str]) -> Panel:
    steps = read.steps.tail(MOST_STEPS)
    names, numbers = _names(steps), steps["step"].to_numpy()
    units = read.found["state"].shape[1]
    shown = min(units, MOST_UNITS)
    most = {name: float(np.abs(read.found[name]).max()) or 1.0 for name in panes}
    cells = pd.concat(
        [
            _cells(
                name,
                read.found[name][-len(steps) :, :shown],
                numbers if names is None else numbers.astype(str),
                1.0 if what == "gates" else most[name],
            )
            for name in panes
        ],
        ignore_index=True,
    )
    labels = tuple(
        told if what == "gates" else f"{told}, strongest {most[name]:.2f}"
        for name, told in panes.items()
    )
    some = f"; {shown} of {units} units" if shown < units else ""
    some += (
        f"; last {len(steps)} of {len(read.steps)} steps"
        if len(read.steps) > len(steps)
        else ""
    )
    ticks = whole_ticks(len(read.steps), most=10, first=int(numbers[0]))
    x_scale = Scale(ticks=ticks, margin=False)
    if names is not None:
        x_scale = Scale("category", tuple(cells["step"].unique()), names, margin=False)
    letters = max(map(len, x_scale.words)) if x_scale.upright(WIDTH) else 0
    each = 0.45 + max(0.9, min(2.2, 0.035 * shown)) + LETTER * letters  # inches
    hint = "White: closed. Blue: open" if what == "gates" else "Blue: above 0. Orange: below 0"
    return Panel(
        kind="states",
        title=f"{'Gates' if what == 'gates' else 'States'} of {read.layer}, step by step",
        subtitle=hint + some,
        x="" if names is not None else "Frame" if "frame" in steps else "Step",
        y="Unit",
        alt=_alt(read, what, panes),
        frames={"cells": cells},
        marks=(Mark("tile", "cells", {"x": "step", "y": "unit", "colour": "fill"}),),
        x_scale=x_scale,
        y_scale=Scale(ticks=whole_ticks(shown, most=5), margin=False, reverse=True),
        facets=Facets("pane", tuple(panes), labels, 1),
        axes="box",
        legend=False,
        height=1.0 + len(panes) * each,
    )


def _names(steps: pd.DataFrame) -> tuple[str, ...] | None:
    """Give the tokens that can be written below the steps, if there are not too many."""
    if "token" not in steps or len(steps) > MOST_NAMED:
        return None
    tokens = steps["token"].str.replace(" ", "\u2423")
    return tuple(tokens.mask(tokens == "", "\u00b7"))


def _cells(pane: str, values: np.ndarray, numbers: np.ndarray, scale: float) -> pd.DataFrame:
    """Give a tile for each step and unit, in the full colour where the value is the scale."""
    step, unit = (place.ravel() for place in np.indices(values.shape))
    found = values.ravel()
    fills = [
        blend(
            OKABE_ITO["blue" if value > 0 else "vermilion"], abs(round(value * SHADES)) / SHADES
        )
        for value in found / scale
    ]
    return pd.DataFrame(
        {
            "pane": pane,
            "step": numbers[step],
            "unit": unit + 1,
            "value": found,
            "fill": fills,
        }
    )


def _alt(read: Read, what: str, panes: dict[str, str]) -> str:
    """Say in numbers when gates are open, or when states change."""
    steps, units = read.found["state"].shape
    told = []
    for name in panes:
        values = read.found[name]
        if what == "gates":
            mean = values.mean(axis=1)
            high, low = int(mean.argmax()), int(mean.argmin())
            told.append(
                f"{name} gate on average {values.mean():.2f} open, most at {_at(read, high)} "
                f"({mean[high]:.2f}), least at {_at(read, low)} ({mean[low]:.2f})"
            )
        else:
            before = np.vstack([read.begun.get(name, np.zeros(units)), values[:-1]])
            change = np.abs(values - before).mean(axis=1)
            told.append(
                f"{name} from {values.min():.2f} to {values.max():.2f}, changing most at "
                f"{_at(read, int(change.argmax()))}"
            )
    return (
        f"{'Gates' if what == 'gates' else 'States'} of the layer {read.layer}, "
        f"{count(units, 'unit')} in rows and {count(steps, 'step')} in columns: "
        f"{'; '.join(told)}."
    )


def _at(read: Read, place: int) -> str:
    if "token" in read.steps:
        return f"step {place + 1}, {read.steps['token'].iloc[place]!r}"
    return f"step {place + 1}"
