"""What a classifier gets right and wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kerasduet.data.part import taken
from kerasduet.figures.confusion import confusion_figure
from kerasduet.figures.marks import Mark
from kerasduet.figures.names import shortened_all
from kerasduet.figures.panels import Facets, Panel, Scale
from kerasduet.figures.rows import checked_rows, telling_rows
from kerasduet.figures.words import count, noted, percent
from kerasduet.style import OKABE_ITO, PALE

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["Look", "confusion_panel", "digits_panel", "thinned", "tiles_panel"]

TILES = 12  # images shown by default
MOST_TILES = 60
MOST_SIDE = 112  # pixels of a tile
CROSS = "\u00d7 "  # marks a mistake without colour
LONGEST_NAME = 24  # letters of a class over the whole width; the alt text has them all


def confusion_panel(run: Result, *, share: float = 1.0) -> Panel:
    """Count the test rows by true class (rows) and predicted class (columns).

    Parameters
    ----------
    run : Result
        Of a classifier.
    share : float
        Of the width of the figure that it has.
    """
    table, names = run.predictions(), run.class_names
    codes = {name: code for code, name in enumerate(names)}
    counts = np.zeros((len(names), len(names)), dtype=np.int64)
    truth, guess = (table[name].astype(str).map(codes) for name in ("truth", "prediction"))
    np.add.at(counts, (truth, guess), 1)
    panel = confusion_figure(
        counts,
        names,
        noun="class",
        cases=run.task.cases_word,
        letters=int(share * LONGEST_NAME),
        share=share,
    )
    return noted(panel, no_probability(table))


def digits_panel(run: Result, *, rows: Any = None, share: float = 1.0) -> Panel:
    """Show test images with prediction and truth.

    Parameters
    ----------
    run : Result
        Of a classifier.
    rows : sequence of int, optional
        Test images to show, from 1; by default mistakes and right ones.
    share : float
        Of the width of the figure that it has.
    """
    noun = "digit" if run.experiment.dataset.startswith("mnist") else "image"
    look = Look("digits", noun, noun == "digit", columns=6, height=1.45, pictures=thinned)
    return tiles_panel(run, look, rows=rows, share=share)


@dataclass(frozen=True)
class Look:
    """How test cases are shown as tiles: of what kind, how many a row, how high a row is.

    `pictures` turns what the network sees into images (n, height, width, channels), and `invert`
    shows what is light on dark as dark on light.
    """

    kind: str
    noun: str
    invert: bool
    columns: int
    height: float
    pictures: Callable[[np.ndarray], np.ndarray]


def tiles_panel(run: Result, look: Look, *, rows: Any, share: float) -> Panel:
    """Show test cases as tiles, with prediction and truth above each."""
    table = run.predictions().astype({"truth": str, "prediction": str})
    table["correct"] = table["truth"] == table["prediction"]
    # Labels side by side must not touch: some 90 letters fit the whole width.
    short = dict(
        zip(
            run.class_names,
            shortened_all(run.class_names, int(share * LONGEST_NAME)),
            strict=True,
        )
    )
    letters = max(map(len, short.values())) + len(f"{CROSS} (100 %)")
    columns = min(look.columns, max(int(share * 90 / letters), 1))
    if rows is None:
        chosen = telling_rows(
            table, min(TILES, 3 * columns) if look.columns > 2 else TILES // 2
        )
    else:
        chosen = checked_rows(rows, len(table), MOST_TILES)
    shown = taken(run.dataset.test.inputs, np.array(chosen) - 1)  # the others stay on the disk
    images = look.pictures(run.preprocessing.to_network(shown))
    tiles = table.iloc[np.array(chosen) - 1].reset_index(drop=True)
    tiles.insert(0, "tile", np.arange(1, len(tiles) + 1))
    tiles["label"] = [
        f"{'' if tile.correct else CROSS}{short[str(tile.prediction)]} "
        f"({percent(tile.probability)})\ntruth {short[str(tile.truth)]}"
        for tile in tiles.itertuples()
    ]
    wrong = tiles[~tiles["correct"]]
    told = [
        f"truth {tile.truth} predicted as {tile.prediction} with {percent(tile.probability)}"
        for tile in wrong.itertuples()
    ]
    alt = (
        f"Grid of {count(len(tiles), f'test {look.noun}')} with prediction and truth: "
        f"{len(tiles) - len(wrong)} right, {len(wrong)} wrong."
    )
    if told:
        alt += f" Wrong: {'; '.join(told)}."
    pick = ["tile", "row", "truth", "prediction", "probability", "correct", "label"]
    pixels = _pixels(images, invert=look.invert)
    columns = min(columns, len(tiles))
    panel = Panel(
        kind=look.kind,
        title=f"Test {look.noun}s",
        subtitle="Prediction (its probability), truth. Framed, \u00d7: wrong",
        x="",
        y="",
        alt=alt,
        frames={
            "tiles": tiles[pick].astype({"probability": np.float64}),
            "pixels": pixels,
            "borders": _borders(tiles, width=images.shape[2], height=images.shape[1]),
        },
        marks=(
            Mark(
                "raster",
                "pixels",
                {name: name for name in ("x", "y", "red", "green", "blue")},
            ),
            Mark(
                "box",
                "borders",
                {name: name for name in ("x", "y", "to_x", "to_y", "edge", "width")},
            ),
        ),
        x_scale=Scale(margin=False),
        y_scale=Scale(margin=False, reverse=True),
        facets=Facets("tile", tuple(tiles["tile"]), tuple(tiles["label"]), columns),
        axes="none",
        square=True,
        legend=False,
        height=0.6 + look.height * -(-len(tiles) // columns),
    )
    return noted(panel, no_probability(tiles))


def thinned(images: np.ndarray) -> np.ndarray:
    """Leave out rows and columns of pixels that a tile has no room for."""
    step = -(-max(images.shape[1:3]) // MOST_SIDE)
    return images[:, ::step, ::step]


def _pixels(images: np.ndarray, *, invert: bool) -> pd.DataFrame:
    """Give a row a pixel: tile, x from the left and y from the top (from 1), colour 0..255."""
    if images.dtype != np.uint8:
        images = np.round(255 * images).astype(np.uint8)
    if images.shape[-1] != 3:
        grey = np.round(images.mean(axis=-1, keepdims=True)).astype(np.uint8)
        images = np.repeat(255 - grey if invert else grey, 3, axis=-1)
    tile, y, x = np.indices(images.shape[:-1]) + 1
    red, green, blue = np.moveaxis(images, -1, 0)
    columns = {"tile": tile, "x": x, "y": y, "red": red, "green": green, "blue": blue}
    return pd.DataFrame({name: column.ravel() for name, column in columns.items()})


def _borders(tiles: pd.DataFrame, *, width: int, height: int) -> pd.DataFrame:
    """Frame each image, a mistake with a thick line."""
    correct = tiles["correct"].to_numpy()
    return pd.DataFrame(
        {
            "tile": tiles["tile"],
            "x": 0.5,
            "y": 0.5,
            "to_x": width + 0.5,
            "to_y": height + 0.5,
            "edge": np.where(correct, PALE, OKABE_ITO["vermilion"]),
            "width": np.where(correct, 0.6, 2.5),
        }
    )


def no_probability(table: pd.DataFrame) -> str:
    """Say how many predictions of a diverged training have no probability."""
    missing = int((~np.isfinite(table["probability"])).sum())
    return f"No finite probability: {count(missing, 'prediction')}" if missing else ""
