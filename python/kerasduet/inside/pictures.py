"""Arrays of numbers as small pictures side by side: filters, maps, saliency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kerasduet.figures import Facets, Mark, Panel, PlotData, Scale
from kerasduet.style import OKABE_ITO, PALE, WIDTH

__all__ = ["Picture", "as_grey", "as_image", "as_signed", "grid", "thinned"]

MOST_PIXELS = 64  # of a side, where many pictures are drawn
AGAINST, FOR = OKABE_ITO["vermilion"], OKABE_ITO["blue"]


@dataclass(frozen=True)
class Picture:
    """One picture of a grid.

    Parameters
    ----------
    label : str
        Above it.
    colours : numpy.ndarray or None
        uint8 (rows, columns, 3); None leaves its place empty, for words.
    words : str
        Written in the middle of an empty place.
    """

    label: str
    colours: np.ndarray | None
    words: str = ""


def as_image(image: np.ndarray) -> np.ndarray:
    """Give the colours of an image (rows, columns, channels), from its darkest to its brightest.

    An image that lies within 0..1 is taken as it is.
    """
    low, high = float(min(image.min(), 0.0)), float(max(image.max(), 1.0))
    levels = np.round(255 * (image - low) / (high - low)).astype(np.uint8)
    if image.shape[-1] == 3:
        return levels
    grey = np.round(levels.mean(axis=-1, keepdims=True)).astype(np.uint8)
    return np.repeat(grey, 3, axis=-1)


def as_grey(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Give grey levels of values (rows, columns): black is the low end, white the high one."""
    share = np.clip((values - low) / ((high - low) or 1.0), 0, 1)
    return np.repeat(np.round(255 * share).astype(np.uint8)[..., None], 3, axis=-1)


def as_signed(values: np.ndarray, most: float) -> np.ndarray:
    """Give colours of values (rows, columns): white is 0, blue above it and orange below."""
    strength = np.clip(np.abs(values) / (most or 1.0), 0, 1)[..., None]
    hues = np.where((values >= 0)[..., None], _rgb(FOR), _rgb(AGAINST))
    return np.round(255 + (hues - 255) * strength).astype(np.uint8)


def _rgb(colour: str) -> np.ndarray:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], dtype=float)


def thinned(values: np.ndarray) -> np.ndarray:
    """Average neighbours of a large picture (rows, columns, ...), so that it stays small."""
    step = -(-max(values.shape[:2]) // MOST_PIXELS)
    if step == 1:
        return values
    rows, columns = (max(size // step, 1) for size in values.shape[:2])
    kept = values[: rows * step, : columns * step].astype(np.float64)
    return kept.reshape(rows, step, columns, step, *values.shape[2:]).mean(axis=(1, 3))


def grid(
    kind: str, pictures: Sequence[Picture], columns: int, *, title: str, subtitle: str, alt: str
) -> PlotData:
    """Lay pictures out in rows: a figure of one panel.

    Parameters
    ----------
    kind : str
        Of the figure.
    pictures : sequence of Picture
        In reading order; all are drawn as large as the largest.
    columns : int
        Pictures side by side.
    title, subtitle, alt : str
        Of the panel.
    """
    shown = [one.colours for one in pictures if one.colours is not None]
    rows = max(colours.shape[0] for colours in shown)
    width = max(colours.shape[1] for colours in shown)
    places = tuple(range(1, len(pictures) + 1))
    frames = {
        "pixels": pd.concat(
            [
                _pixels(place, one.colours, rows, width)
                for place, one in zip(places, pictures, strict=True)
                if one.colours is not None
            ],
            ignore_index=True,
        ),
        "frames": _frames(places, pictures, rows, width),
        "words": pd.DataFrame(
            {
                "place": list(places),
                "x": width + 0.5,
                "y": (rows + 1) / 2,
                "label": [one.words for one in pictures],
            }
        ),
    }
    corners = {name: name for name in ("x", "y", "to_x", "to_y")}
    columns = min(columns, len(pictures))
    lines = -(-len(pictures) // columns)
    labelled = any(one.label for one in pictures)
    room = (WIDTH / columns - 0.08) * rows / width + (0.22 if labelled else 0.1)
    heading = 0.35 + 0.17 * len(subtitle.splitlines()) if title else 0.1
    panel = Panel(
        kind=kind,
        title=title,
        subtitle=subtitle,
        x="",
        y="",
        alt=alt,
        frames=frames,
        marks=(
            Mark("raster", "pixels", {n: n for n in ("x", "y", "red", "green", "blue")}),
            Mark("box", "frames", corners, {"edge": PALE, "width": 0.5}),
            Mark(
                "text",
                "words",
                {"x": "x", "y": "y", "label": "label"},
                {"size": 10.0, "align": 1.0},
            ),
        ),
        x_scale=Scale(low=0.5, high=width + 0.5),
        y_scale=Scale(low=0.5, high=rows + 0.5, reverse=True),
        facets=Facets("place", places, tuple(one.label for one in pictures), columns),
        axes="none",
        square=True,
        legend=False,
        height=heading + lines * room,
    )
    return PlotData(kind, "", "", (panel,), width=WIDTH, height=panel.height)


def _pixels(place: int, colours: np.ndarray, rows: int, width: int) -> pd.DataFrame:
    """Give a row a pixel, smaller pictures with larger pixels: x and y from 1, colour 0..255."""
    down = np.arange(rows) * colours.shape[0] // rows
    right = np.arange(width) * colours.shape[1] // width
    shown = colours[down][:, right]
    y, x = np.indices(shown.shape[:2]) + 1
    red, green, blue = np.moveaxis(shown, -1, 0)
    columns: dict[str, Any] = {"x": x, "y": y, "red": red, "green": green, "blue": blue}
    found = pd.DataFrame({name: column.ravel() for name, column in columns.items()})
    found.insert(0, "place", place)
    return found


def _frames(
    places: Sequence[int], pictures: Sequence[Picture], rows: int, width: int
) -> pd.DataFrame:
    shown = [
        place for place, one in zip(places, pictures, strict=True) if one.colours is not None
    ]
    return pd.DataFrame(
        {"place": shown, "x": 0.5, "y": 0.5, "to_x": width + 0.5, "to_y": rows + 0.5}
    )
