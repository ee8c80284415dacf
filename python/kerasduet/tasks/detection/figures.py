"""Test images with the boxes that were found and those that are true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.detection.overlap import SIDES, overlaps
from kerasduet.detection.tables import boxes_frame
from kerasduet.figures.marks import Mark
from kerasduet.figures.panels import Facets, Panel, Scale
from kerasduet.figures.rows import checked_rows
from kerasduet.figures.words import count, percent
from kerasduet.style import OKABE_ITO
from kerasduet.tasks.detection.scores import SURE

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["scenes_panel"]

TILES = 9  # images shown by default
TILES_BESIDE = 6  # beside other panels
MOST_BOXES = 10  # drawn in an image, the best: more hide it, as those of a bad network do
MOST_TILES = 60
HIT = 0.5  # intersection over union with a true box of the class
TRUE, RIGHT, WRONG = OKABE_ITO["black"], OKABE_ITO["blue"], OKABE_ITO["vermilion"]
CROSS = "\u00d7 "  # marks a mistake without colour


def scenes_panel(run: Result, *, rows: Any = None, share: float = 1.0) -> Panel:
    """Show test images with the boxes found in them.

    Parameters
    ----------
    run : Result
        Of a detector.
    rows : sequence of int, optional
        Test images to show, from 1; by default the first nine, beside other panels the first six.
    share : float
        Below 1 beside other panels.
    """
    table = run.table
    chosen = _chosen(rows, len(table), TILES if share == 1 else TILES_BESIDE)
    tile = {row: i + 1 for i, row in enumerate(chosen)}
    truth = _of_tiles(boxes_frame(table, "truth"), tile)
    found = boxes_frame(table, "prediction")
    found = _of_tiles(found[found["score"] >= SURE], tile)
    found["hit"] = _hits(found, truth)
    found["edge"] = np.where(found["hit"], RIGHT, WRONG)
    found["label"] = [
        f"{'' if box.hit else CROSS}{box.name} {percent(box.score)}"
        for box in found.rename(columns={"class": "name"}).itertuples()
    ]
    # Above its box, but below the upper edge of the image, where its title stands.
    line = 0.04 * table["height"].to_numpy()[found["image"] - 1]
    found["above"] = np.maximum(found["top"] - line, line)
    drawn = found[found.groupby("tile").cumcount() < MOST_BOXES].reset_index(drop=True)
    rows_at = np.array(chosen) - 1
    images = run.preprocessing.to_network(run.dataset.test.take(rows_at)[0])
    pixels = _pixels(images, table.iloc[rows_at], run.experiment.dataset)
    columns = min(3, len(chosen))
    labels = [f"Image {row}" for row in chosen]
    missed = len(truth) - int(found["hit"].sum())
    alt = (
        f"{count(len(chosen), 'test image')} with {_boxes(len(truth), 'true')}: "
        f"{int(found['hit'].sum())} of {_boxes(len(found), 'found')} hit one of "
        f"the same class, {missed} are missed."
    )
    subtitle = "Blue: found. Orange, \u00d7: found and wrong. Thin: true"
    if len(drawn) < len(found):
        subtitle += f". At most the {MOST_BOXES} best an image"
    sides = {"x": "left", "y": "top", "to_x": "right", "to_y": "bottom"}
    return Panel(
        kind="scenes",
        title="Boxes in test images",
        subtitle=subtitle,
        x="",
        y="",
        alt=alt,
        frames={"pixels": pixels, "truth": truth, "found": drawn},
        marks=(
            Mark("raster", "pixels", {c: c for c in ("x", "y", "red", "green", "blue")}),
            Mark("box", "truth", sides, {"edge": TRUE, "width": 0.6}),
            Mark("box", "found", sides | {"edge": "edge"}, {"width": 1.4}),
            Mark(
                "text",
                "found",
                {"x": "left", "y": "above", "label": "label", "colour": "edge"},
                {"size": 10.0, "align": 0.0},
            ),
        ),
        x_scale=Scale(margin=False),
        y_scale=Scale(margin=False, reverse=True),
        facets=Facets("tile", tuple(tile.values()), tuple(labels), columns),
        axes="none",
        square=True,
        legend=False,
        height=0.6 + 2.4 * -(-len(chosen) // columns),
    )


def _chosen(rows: Any, tests: int, tiles: int) -> list[int]:
    if rows is None:
        return list(range(1, min(tiles, tests) + 1))
    return checked_rows(rows, tests, MOST_TILES)


def _of_tiles(boxes: pd.DataFrame, tile: dict[int, int]) -> pd.DataFrame:
    boxes = boxes[boxes["image"].isin(list(tile))].reset_index(drop=True)
    boxes.insert(0, "tile", boxes["image"].map(tile).astype(np.int64))
    return boxes


def _hits(found: pd.DataFrame, truth: pd.DataFrame) -> np.ndarray:
    """Say which boxes, the best first, hit a true one of their class that is still free."""
    hit = np.zeros(len(found), dtype=bool)
    free = np.ones(len(truth), dtype=bool)
    own, true = found[list(SIDES)].to_numpy(), truth[list(SIDES)].to_numpy()
    for row in range(len(found)):
        same = (truth["tile"] == found["tile"].iloc[row]) & (
            truth["class"] == found["class"].iloc[row]
        )
        near = np.flatnonzero(same.to_numpy() & free)
        if not len(near):
            continue
        shares = overlaps(own[row : row + 1], true[near])[0]
        if shares.max() >= HIT:
            hit[row], free[near[shares.argmax()]] = True, False
    return hit


def _boxes(number: int, kind: str) -> str:
    return f"{number:,} {kind} box{'' if number == 1 else 'es'}"


def _pixels(images: np.ndarray, table: pd.DataFrame, dataset: str) -> pd.DataFrame:
    """Give a row a pixel: tile, its middle in pixels of the original image, colour 0..255.

    Digits, which are light on dark, are drawn dark on light.
    """
    images = np.round(255 * images).astype(np.uint8)
    if images.shape[-1] != 3:
        grey = np.round(images.mean(axis=-1, keepdims=True)).astype(np.uint8)
        grey = 255 - grey if dataset.startswith("digit-scenes") else grey
        images = np.repeat(grey, 3, axis=-1)
    tile, y, x = np.indices(images.shape[:-1])
    wide = table["width"].to_numpy() / images.shape[2]
    high = table["height"].to_numpy() / images.shape[1]
    red, green, blue = np.moveaxis(images, -1, 0)
    columns = {
        "tile": tile + 1,
        "x": (x + 0.5) * wide[tile],
        "y": (y + 0.5) * high[tile],
        "red": red,
        "green": green,
        "blue": blue,
    }
    return pd.DataFrame({name: column.ravel() for name, column in columns.items()})
