"""Figures of probabilities: whether they come true, and how well they tell classes apart."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from kerasduet.figures.marks import Mark
from kerasduet.figures.names import shortened_all
from kerasduet.figures.panels import Panel, Scale
from kerasduet.figures.words import Series, count, key, noted
from kerasduet.style import GREY, OKABE_ITO
from kerasduet.tasks.tables.panels import COLOURS, LONGEST_NAME, MOST_CLASSES

__all__ = ["reliability_figure", "roc_figure"]

LINES = ("solid", "dashed", "dotdash", "longdash", "dotted")


def reliability_figure(table: pd.DataFrame, *, what: str, rows: int) -> Panel:
    """Draw how often probabilities came true.

    Parameters
    ----------
    table : pandas.DataFrame
        As `scores.reliability` gives it.
    what : str
        Whose probability, such as "the class yes".
    rows : int
        Test rows.
    """
    spans = pd.concat(
        [table[["probability", end]].rename(columns={end: "share"}) for end in ("low", "high")],
        ignore_index=True,
    )
    gaps = (table["share"] - table["probability"]).abs()
    gap = float((table["weight"] * gaps).sum() / table["weight"].sum())
    told = "; ".join(
        f"{row.probability:.2f}: {row.share:.2f} of {row.rows:,}" for row in table.itertuples()
    )
    ends = {"x": [0.0], "y": [0.0], "to_x": [1.0], "to_y": [1.0]}
    low, high = int(table["rows"].min()), int(table["rows"].max())
    return Panel(
        kind="reliability",
        title="Reliability of the probabilities",
        subtitle=f"On the dashed line they come true; points of {low:,} to {high:,} rows, "
        "lines: 95 % intervals",
        x=f"Mean probability of {what}",
        y="Share that came true",
        alt=(
            f"Reliability curve of {count(rows, 'test row')}: mean probability of {what} and the "
            f"share that came true, in bins: {told}. Mean gap {gap:.3f}."
        ),
        frames={"points": table, "spans": spans, "ideal": pd.DataFrame(ends)},
        marks=(
            Mark("rule", "ideal", {n: n for n in ends}, {"colour": GREY, "line": "dashed"}),
            Mark(
                "line",
                "spans",
                {"x": "probability", "y": "share", "group": "probability"},
                {"colour": OKABE_ITO["blue"], "width": 1.2},
            ),
            Mark(
                "line",
                "points",
                {"x": "probability", "y": "share"},
                {"colour": OKABE_ITO["sky"], "width": 1.2},
            ),
            Mark(
                "point",
                "points",
                {"x": "probability", "y": "share"},
                {"colour": OKABE_ITO["blue"], "size": 5},
            ),
        ),
        x_scale=Scale(ticks=(0, 0.25, 0.5, 0.75, 1), low=-0.03, high=1.03),
        y_scale=Scale(ticks=(0, 0.25, 0.5, 0.75, 1), low=-0.03, high=1.03),
        square=True,
        legend=False,
        height=5.0,
    )


def roc_figure(
    curves: pd.DataFrame, *, names: Sequence[str], areas: Sequence[float], rows: int
) -> Panel:
    """Draw ROC curves.

    Parameters
    ----------
    curves : pandas.DataFrame
        As `scores.roc` gives them.
    names : sequence of str
        Classes, by code.
    areas : sequence of float
        Under the curve of each class, by code; NaN where it has none.
    rows : int
        Test rows.
    """
    codes = sorted(curves["code"].unique(), key=lambda code: areas[code])
    note = ""
    if len(codes) > MOST_CLASSES:
        note = f"Not drawn: {len(codes) - MOST_CLASSES} more, of larger areas"
        codes = codes[:MOST_CLASSES]
    codes = sorted(codes)
    short = shortened_all([names[code] for code in codes], LONGEST_NAME)
    labels = {
        code: f"{name} {areas[code]:.3f}" for code, name in zip(codes, short, strict=True)
    }
    shown = curves[curves["code"].isin(codes)].reset_index(drop=True)
    shown = shown.assign(series=shown["code"].map(labels)).drop(columns="threshold")
    styles: list[Series] = [
        (label, COLOURS[i], LINES[i % len(LINES)], 1.8)
        for i, label in enumerate(labels.values())
    ]
    ends = {"x": [0.0], "y": [0.0], "to_x": [1.0], "to_y": [1.0]}
    told = ", ".join(f"{names[code]} {areas[code]:.3f}" for code in codes)
    many = len(names) > 2
    panel = Panel(
        kind="roc",
        title="ROC curve" + ("s" if many else ""),
        subtitle=("Each class against the rest" if many else f"Of the class {names[1]}")
        + "; number: area under the curve",
        x="False alarms, share of the other rows",
        y="Hits, share of the class's rows",
        alt=(
            f"ROC curve{'s' if many else ''} of {count(rows, 'test row')}: hits by false alarms. "
            f"Area under the curve: {told or 'none'}; chance has 0.5."
        ),
        frames={
            "curves": shown,
            "chance": pd.DataFrame(ends),
            "key": key(styles, shown["series"]),
        },
        marks=(
            Mark("rule", "chance", {n: n for n in ends}, {"colour": GREY, "line": "dashed"}),
            Mark(
                "line",
                "curves",
                {"x": "false_positive", "y": "true_positive", "series": "series"},
            ),
        ),
        x_scale=Scale(ticks=(0, 0.25, 0.5, 0.75, 1), low=-0.03, high=1.03),
        y_scale=Scale(ticks=(0, 0.25, 0.5, 0.75, 1), low=-0.03, high=1.03),
        square=True,
        height=5.2,
    )
    return noted(panel, note)
