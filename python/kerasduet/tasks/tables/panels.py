"""Figures of what a network makes of a table, from plain frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from kerasduet.figures.marks import Mark
from kerasduet.figures.names import shortened_all
from kerasduet.figures.panels import Facets, Panel, Scale
from kerasduet.figures.words import Series, count, finite, key, noted
from kerasduet.lead import brief_text
from kerasduet.style import GREY, OKABE_ITO, PALE, blend

__all__ = [
    "dependence_figure",
    "importance_figure",
    "regions_figure",
    "residuals_figure",
]

COLOURS = tuple(
    OKABE_ITO[name]
    for name in ("blue", "vermilion", "green", "orange", "purple", "sky", "black", "yellow")
)
MOST_CLASSES = 8  # told apart in one figure
MOST_COLUMNS = 20  # shown of importance
MOST_CURVES = 50  # of single rows
MOST_POINTS = 2000
LONGEST_NAME = 24


def importance_figure(table: pd.DataFrame, *, rise: str, rows: int) -> Panel:
    """Draw how much worse the network scores with each column shuffled.

    Parameters
    ----------
    table : pandas.DataFrame
        As `inside.permutation_importance` gives it.
    rise : str
        What rises, with its unit, such as "log loss (nats)".
    rows : int
        Test rows.
    """
    found, note = finite(table, "importance")
    if len(found) > MOST_COLUMNS:
        note = f"Not drawn: {count(len(found) - MOST_COLUMNS, 'column')} of less importance"
        found = found.head(MOST_COLUMNS)
    names = tuple(found["column"])
    spans = pd.concat(
        [found[["column", end]].rename(columns={end: "value"}) for end in ("low", "high")],
        ignore_index=True,
    )
    told = ", ".join(
        f"{name} {brief_text(rise)}"
        for name, rise in zip(
            found["column"].head(10), found["importance"].head(10), strict=True
        )
    )
    clear = int((found["low"] > 0).sum())
    panel = Panel(
        kind="importance",
        title="Importance of the columns",
        subtitle="When a column is shuffled; lines: 95 % intervals",
        x=f"Rise of the {rise}",
        y="",
        alt=(
            f"Rise of the {rise} over {count(rows, 'test row')} when each column is shuffled: "
            f"{told or 'none'}. Above 0 with its whole interval: {clear} of "
            f"{count(len(found), 'column')}."
        ),
        frames={"points": found, "spans": spans, "zero": pd.DataFrame({"x": [0.0]})},
        marks=(
            Mark("rule", "zero", {"x": "x"}, {"colour": PALE}),
            Mark(
                "line",
                "spans",
                {"x": "value", "y": "column", "group": "column"},
                {"colour": OKABE_ITO["blue"], "width": 1.4},
            ),
            Mark(
                "point",
                "points",
                {"x": "importance", "y": "column"},
                {"colour": OKABE_ITO["blue"], "size": 5},
            ),
        ),
        y_scale=Scale("category", names, shortened_all(names, LONGEST_NAME), reverse=True),
        legend=False,
        height=1.5 + 0.26 * max(len(names), 4),
    )
    return noted(panel, note)


def residuals_figure(truth: np.ndarray, fitted: np.ndarray, *, target: str) -> Panel:
    """Draw what is left of the truth, truth minus fitted, by what was fitted.

    Parameters
    ----------
    truth, fitted : numpy.ndarray
        (n,), in the target's units.
    target : str
        Its name.
    """
    frame = pd.DataFrame({"fitted": fitted, "residual": truth - fitted})
    points, note = finite(frame, "residual")
    bins = min(10, max(len(points) // 10, 1))
    if len(points):
        place = pd.qcut(points["fitted"].rank(method="first"), bins, labels=False)
        means = points.groupby(place).mean().reset_index(drop=True)
    else:
        means = points
    spread, mean = points["residual"].std(ddof=0), points["residual"].mean()
    mean = mean if abs(mean) > 1e-9 * spread else 0.0  # but for rounding
    told = ", ".join(
        f"{brief_text(x)}: {brief_text(y)}"
        for x, y in zip(means["fitted"], means["residual"], strict=True)
    )
    alt = (
        f"Residuals of {count(len(points), 'test row')} by fitted value: mean "
        f"{brief_text(mean)}, standard deviation {brief_text(spread)}."
    )
    if bins > 1:  # one mean is no line
        alt += f" Means of neighbouring rows, by fitted value: {told}."
    if len(points) > MOST_POINTS:
        chosen = np.random.default_rng(0).choice(len(points), MOST_POINTS, replace=False)
        note = f"Drawn: {MOST_POINTS:,} of {count(len(points), 'row')}, at random"
        points = points.iloc[np.sort(chosen)].reset_index(drop=True)
    colour = OKABE_ITO["vermilion"]
    panel = Panel(
        kind="residuals",
        title="Residuals against fitted values",
        subtitle="Truth minus fitted" + "; orange: means of neighbouring rows" * (bins > 1),
        x=f"Fitted {shortened_all([target], LONGEST_NAME)[0]}",
        y="Residual",
        alt=alt,
        frames={"points": points, "means": means, "zero": pd.DataFrame({"y": [0.0]})},
        marks=(
            Mark("rule", "zero", {"y": "y"}, {"colour": GREY, "line": "dashed"}),
            Mark(
                "point",
                "points",
                {"x": "fitted", "y": "residual"},
                {"colour": OKABE_ITO["blue"], "alpha": 0.5, "size": 3.5},
            ),
            Mark(
                "line",
                "means",
                {"x": "fitted", "y": "residual"},
                {"colour": colour, "width": 2},
            ),
        ),
        legend=False,
    )
    return noted(panel, note)


def dependence_figure(
    curves: pd.DataFrame, *, column: str, names: Sequence[str], output: str
) -> Panel:
    """Draw what the network predicts as one column takes other values.

    Parameters
    ----------
    curves : pandas.DataFrame
        As `inside.partial_curves` gives them.
    column : str
        Whose values change.
    names : sequence of str
        Classes, by code; empty for numbers.
    output : str
        What is predicted, such as "Probability of yes".
    """
    codes = curves["code"].unique().tolist() if "code" in curves else [0]
    shown = curves.assign(pane=curves.get("code", 0))
    mean = shown.groupby(["pane", "value"], observed=True, sort=False)["prediction"].mean()
    means = mean.reset_index()
    note = ""
    if len(codes) > MOST_CLASSES:
        swing = means.groupby("pane")["prediction"].agg(lambda part: part.max() - part.min())
        codes = sorted(swing.sort_values(ascending=False).index[:MOST_CLASSES].tolist())
        note = f"Not drawn: {len(swing) - MOST_CLASSES} more classes, which change less"
    rows = int(curves["row"].max()) + 1
    drawn = np.unique(np.linspace(0, rows - 1, min(rows, MOST_CURVES)).round().astype(int))
    shown = shown[shown["row"].isin(drawn) & shown["pane"].isin(codes)].reset_index(drop=True)
    means = means[means["pane"].isin(codes)].reset_index(drop=True)
    labels = shortened_all([names[code] for code in codes], LONGEST_NAME) if names else ()
    plain = not pd.api.types.is_bool_dtype(curves["value"].dtype)
    ordered = pd.api.types.is_datetime64_any_dtype(curves["value"].dtype) or (
        plain and pd.api.types.is_numeric_dtype(curves["value"].dtype)
    )
    scale = Scale()
    if not ordered:
        shown["value"], means["value"] = shown["value"].astype(str), means["value"].astype(str)
        ticks = tuple(dict.fromkeys(means["value"]))
        scale = Scale("category", ticks, shortened_all(ticks, LONGEST_NAME))
    told = []
    for place, own in enumerate(codes):
        part = means[means["pane"] == own]
        ends = " to ".join(brief_text(part["prediction"].iloc[i]) for i in (0, -1))
        told.append(f"{labels[place]}: {ends}" if len(codes) > 1 else ends)
    places = {"x": "value", "y": "prediction"}
    marks = [
        Mark("line", "rows", places | {"group": "row"}, {"colour": PALE, "width": 0.6}),
        Mark("line", "means", places, {"colour": OKABE_ITO["blue"], "width": 2.4}),
    ]
    if not ordered:
        marks.append(Mark("point", "means", places, {"colour": OKABE_ITO["blue"], "size": 5}))
    several = len(codes) > 1
    panel = Panel(
        kind="dependence",
        title=f"Partial dependence on {shortened_all([column], LONGEST_NAME)[0]}",
        subtitle=f"Blue: mean over {count(rows, 'test row')}; grey: "
        + ("each of them" if len(drawn) == rows else f"{len(drawn)} of them"),
        x=shortened_all([column], LONGEST_NAME)[0],
        y=output,
        alt=(
            f"{output} as {column} goes from {means['value'].iloc[0]} to "
            f"{means['value'].iloc[-1]} in {count(rows, 'test row')}; mean from {'; '.join(told)}."
        ),
        frames={"rows": shown, "means": means},
        marks=tuple(marks),
        x_scale=scale,
        facets=Facets("pane", tuple(codes), tuple(labels), min(len(codes), 4))
        if several
        else None,
        legend=False,
        height=3.6 if len(codes) <= 4 else 5.2,
    )
    return noted(panel, note)


def regions_figure(
    regions: pd.DataFrame,
    points: pd.DataFrame,
    *,
    columns: tuple[str, str],
    names: Sequence[str],
) -> Panel:
    """Draw which class the network names over the plane of two columns.

    Parameters
    ----------
    regions : pandas.DataFrame
        As `inside.decision_regions` gives them.
    points : pandas.DataFrame
        x, y and code of the test rows, their true class, and right, whether it was found.
    columns : tuple of str
        Across and upwards.
    names : sequence of str
        Classes, by code.
    """
    present = sorted({*regions["code"], *points["code"]})
    colours = {code: COLOURS[i % len(COLOURS)] for i, code in enumerate(present)}
    short = dict(
        zip(present, shortened_all([names[c] for c in present], LONGEST_NAME), strict=True)
    )
    fills = {code: blend(colour, 0.3) for code, colour in colours.items()}
    cells = regions.assign(fill=regions["code"].map(fills))
    tests = points.assign(
        series=points["code"].map(short),
        shape=np.where(points["right"], "circle", "triangle"),
    )
    note = ""
    if len(tests) > MOST_POINTS:
        chosen = np.random.default_rng(0).choice(len(tests), MOST_POINTS, replace=False)
        note = f"Drawn: {MOST_POINTS:,} of {count(len(tests), 'row')}, at random"
        tests = tests.iloc[np.sort(chosen)].reset_index(drop=True)
    styles: list[Series] = [(short[code], colours[code], "solid", 1.0) for code in present]
    shares = regions["code"].value_counts(normalize=True)
    told = ", ".join(f"{names[code]} {100 * shares.get(code, 0):.0f} %" for code in present)
    across, up = shortened_all(columns, LONGEST_NAME)
    wrong = int((~points["right"]).sum())
    panel = Panel(
        kind="regions",
        title="Decision regions",
        subtitle="Background: the class named, other columns at typical values; points: test rows "
        "by true class,\ntriangles: wrong",
        x=across,
        y=up,
        alt=(
            f"The class that the network names over the plane of {columns[0]} and {columns[1]}, "
            f"other columns at typical values; shares of the plane: {told}. Upon it "
            f"{count(len(points), 'test row')} by true class, {wrong} of them wrong."
        ),
        frames={
            "cells": cells,
            "tests": tests,
            "names": _free_places(regions, points, short),
            "key": key(styles, pd.Series(list(short.values()))),
        },
        marks=(
            Mark("raster", "cells", {"x": "x", "y": "y", "colour": "fill"}),
            Mark(
                "point",
                "tests",
                {"x": "x", "y": "y", "series": "series", "shape": "shape"},
                {"size": 5},
            ),
            Mark("text", "names", {"x": "x", "y": "y", "label": "label"}, {"bold": True}),
        ),
        x_scale=Scale(margin=False),
        y_scale=Scale(margin=False),
        height=4.8,
    )
    return noted(panel, note)


def _free_places(
    regions: pd.DataFrame, points: pd.DataFrame, names: Mapping[int, str]
) -> pd.DataFrame:
    """Place each class's name in its region, far from other regions and from points."""
    size = regions[["x", "y"]].std(ddof=0).to_numpy()
    every = max(round(np.sqrt(len(regions)) / 25), 1)
    side = [np.unique(regions[name])[every // 2 :: every] for name in ("x", "y")]
    cells = regions[regions["x"].isin(side[0]) & regions["y"].isin(side[1])]
    places, codes = cells[["x", "y"]].to_numpy() / size, cells["code"].to_numpy()
    dots = points[["x", "y"]].head(MOST_POINTS).to_numpy() / size
    low, high = places.min(axis=0), places.max(axis=0)
    inside = np.abs((places - low) / (high - low) - 0.5).max(axis=1) < 0.38
    rows = []
    for code in np.unique(codes):
        mine = codes == code
        own = places[mine & inside if (mine & inside).any() else mine]
        others = np.vstack([places[codes != code], dots])
        gaps = np.hypot(*np.moveaxis(own[:, None] - others, -1, 0)) if len(others) else own
        x, y = own[gaps.min(axis=1).argmax()] * size
        rows.append({"x": x, "y": y, "label": names[int(code)]})
    return pd.DataFrame(rows)
