"""Where a translator looks in the source as it writes, and how well it writes each place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.data.part import taken
from kerasduet.errors import DatasetError
from kerasduet.figures.marks import Mark
from kerasduet.figures.panels import Facets, Panel, Scale
from kerasduet.figures.rows import checked_rows
from kerasduet.figures.words import count, percent, whole_ticks
from kerasduet.style import GREY, OKABE_ITO, blend
from kerasduet.tasks.translation.learned import END
from kerasduet.tasks.translation.scores import by_place

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["attention_panel", "attention_weights", "places_panel"]

LAYER = "attention"
PANES = 3  # shown by default
PANES_BESIDE = 2
MOST_PANES = 24
MOST_TOKENS = 60  # of a source in a pane; more could not be read
STOP = "end"  # where a text ends
CROSS = "\u00d7 "  # marks a mistake
BLUE = OKABE_ITO["blue"]
NO_LAYER = (
    f'kind: only a network with a layer "{LAYER}" that weighs the source can be drawn so; got one '
    "without it. Train with attention."
)


def attention_weights(run: Result, rows: np.ndarray) -> list[pd.DataFrame]:
    """Give how the network weighed the tokens of test sources for each token that it wrote.

    Parameters
    ----------
    run : Result
        Of a translator with attention.
    rows : numpy.ndarray
        Test rows, counted from 0.

    Returns
    -------
    list of DataFrame
        Of each row: step and written token, the last one the end of the text; place and read
        token; both in the order in which people read, from 1; and weight, 0 to 1. Those of a step
        sum to 1 with what lies on padding.
    """
    import keras

    layers = {layer.name: layer for layer in run.model.layers}
    output = getattr(layers.get(LAYER), "output", None)
    learned: Any = run.preprocessing
    if output is None or output.shape[1:] != (learned.steps, learned.source_length):
        raise DatasetError(NO_LAYER)
    sources = np.asarray(taken(run.dataset.test.inputs["source"], rows))
    codes = learned.written(run.table["prediction"].iloc[rows].tolist())
    look = keras.Model(run.model.inputs, output)
    named = {"source": sources, "target": learned.shifted(codes)}
    given = [named[one.name] for one in run.model.inputs]
    weights = np.asarray(look.predict_on_batch(given))
    is_reversed = [learned.reverse in ("both", side) for side in ("source", "target")]
    found = []
    for own, read, written in zip(weights, sources, codes, strict=True):
        tokens = learned.source_tokens(read)
        end = written.tolist().index(END) if END in written else len(written)
        wrote = [learned.target.all[code] for code in written[:end]]
        part = own[: end + 1, len(read) - len(tokens) :]
        part = part[:, ::-1] if is_reversed[0] else part
        if is_reversed[1]:
            part, wrote = np.concatenate([part[:end][::-1], part[end:]]), wrote[::-1]
        wrote = [*wrote, STOP][: len(part)]
        step, place = np.indices(part.shape)
        found.append(
            pd.DataFrame(
                {
                    "step": step.ravel() + 1,
                    "written": np.array(wrote, dtype=object)[step.ravel()],
                    "place": place.ravel() + 1,
                    "read": np.array(tokens, dtype=object)[place.ravel()],
                    "weight": part.ravel().astype(np.float64),
                }
            )
        )
    return found


def attention_panel(run: Result, *, rows: Any = None, share: float = 1.0) -> Panel:
    """Show where the network looked in a few test sources for each token that it wrote.

    Parameters
    ----------
    run : Result
        Of a translator with attention.
    rows : sequence of int, optional
        Test rows to show, from 1; by default a mistake, if there is one, and right ones.
    share : float
        Below 1 beside other panels.
    """
    table = run.table
    chosen = _chosen(rows, table, PANES if share == 1 else PANES_BESIDE)
    parts = attention_weights(run, np.array(chosen) - 1)
    cells, read, written = [], [], []
    for pane, part in enumerate(parts, start=1):
        part = part[part["place"] <= MOST_TOKENS].assign(pane=pane)
        cells.append(part)
        read.append(part.drop_duplicates("place"))
        written.append(part.drop_duplicates("step"))
    cell = pd.concat(cells, ignore_index=True)
    # As many shades as an eye tells apart: a fraction of the colours to write down.
    cell["fill"] = [blend(BLUE, round(float(w), 2)) for w in cell["weight"]]
    tokens = [
        _letters(read, "read", x="place", y=0.0),
        _letters(written, "written", x=0.0, y="step"),
    ]
    wrong = (table["prediction"] != table["truth"]).to_numpy()[np.array(chosen) - 1]
    labels = tuple(
        f"{CROSS if bad else ''}Row {row}: {_short(table['prediction'].iloc[row - 1])}"
        for row, bad in zip(chosen, wrong, strict=True)
    )
    steps = max(part["step"].max() for part in parts)
    places = int(cell["place"].max())
    size = min(10.0, 8.5 * 34 * share / max(places, 1))
    return Panel(
        kind="attention",
        title="Where the network looks as it writes",
        subtitle="Rows: what it wrote. Columns: what it read. Darker: more weight",
        x="",
        y="",
        alt=_alt(parts, table, chosen),
        frames={"cells": cell, "letters": pd.concat(tokens, ignore_index=True)},
        marks=(
            Mark("tile", "cells", {"x": "place", "y": "step", "colour": "fill"}),
            Mark("text", "letters", {"x": "x", "y": "y", "label": "label"}, {"size": size}),
        ),
        x_scale=Scale(low=-0.8, high=places + 0.8, margin=False),
        y_scale=Scale(low=-0.8, high=steps + 0.8, margin=False, reverse=True),
        facets=Facets("pane", tuple(range(1, len(chosen) + 1)), labels, 1),
        axes="none",
        legend=False,
        height=0.7 + len(chosen) * max(0.19 * (steps + 2) + 0.3, 1.2),
    )


def _letters(parts: list[pd.DataFrame], column: str, *, x: Any, y: Any) -> pd.DataFrame:
    whole_frame = pd.concat(parts, ignore_index=True)
    places = {
        axis: whole_frame[at].astype(np.float64) if isinstance(at, str) else at
        for axis, at in (("x", x), ("y", y))
    }
    blank = whole_frame[column].str.isspace()
    label = whole_frame[column].mask(blank, "\u2423")  # a space that is seen
    return pd.DataFrame({"pane": whole_frame["pane"], **places, "label": label.astype(object)})


def _short(text: str, most: int = 40) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}\u2026"


def _alt(parts: list[pd.DataFrame], table: pd.DataFrame, chosen: list[int]) -> str:
    told = []
    for part, row in zip(parts[:3], chosen, strict=False):
        best = part.loc[part.groupby("step")["weight"].idxmax()]
        looks = ", ".join(
            f"{one.written!r} at {one.read!r} ({percent(one.weight)})"
            for one in best.head(4).itertuples()
        )
        wrote = _short(table["prediction"].iloc[row - 1])
        told.append(
            f"writing {wrote!r} from {_short(table['source'].iloc[row - 1])!r}: {looks}"
        )
    return (
        f"Attention weights of {count(len(parts), 'test row')}, written tokens in rows and read "
        f"ones in columns. Most weight, {'; '.join(told)}."
    )


def _chosen(rows: Any, table: pd.DataFrame, panes: int) -> list[int]:
    tests = len(table)
    if rows is None:
        wrong = (table["prediction"] != table["truth"]).to_numpy()
        mistakes = np.flatnonzero(wrong)[:1]
        others = np.flatnonzero(~wrong)[: panes - len(mistakes)]
        return (np.concatenate([others, mistakes]) + 1).tolist()
    return checked_rows(rows, tests, MOST_PANES)


def places_panel(run: Result, *, share: float = 1.0) -> Panel:
    """Show the share of the true tokens that was written, at each place of the targets.

    Parameters
    ----------
    run : Result
        Of a translator.
    share : float
        Below 1 beside other panels.
    """
    learned: Any = run.preprocessing
    there, right = by_place(run.table, learned)
    frame = pd.DataFrame(
        {
            "place": np.arange(1, len(there) + 1),
            "share": 100 * right / np.maximum(there, 1),
            "texts": there,
        }
    )
    worst = frame.iloc[int(frame["share"].to_numpy().argmin())]
    unit = learned.target.unit
    return Panel(
        kind="places",
        title=f"{unit.capitalize()}s that are right, by place",
        subtitle=f"Line: all {unit}s",
        x=f"Place of the {unit} in the true text",
        y="Right (%)",
        alt=(
            f"Bars of the share of right {unit}s at {count(len(frame), 'place')} of the target: "
            f"least at place {int(worst['place'])}, {worst['share']:.1f} % of "
            f"{count(int(worst['texts']), 'text')}; {percent(right.sum() / there.sum())} of all."
        ),
        frames={
            "places": frame,
            "all": pd.DataFrame({"share": [100 * right.sum() / there.sum()]}),
        },
        marks=(
            Mark("bar", "places", {"x": "place", "y": "share"}, {"colour": BLUE}),
            Mark("rule", "all", {"y": "share"}, {"colour": GREY, "line": "dashed"}),
        ),
        x_scale=Scale(ticks=whole_ticks(len(frame), most=10)),
        y_scale=Scale(low=0, high=100),
        legend=False,
        height=3.0,
    )
