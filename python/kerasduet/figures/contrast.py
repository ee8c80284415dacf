"""Marks on axes of the caller's, whose face may be dark: what would vanish takes their colour."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from matplotlib.colors import to_rgb

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["made_visible"]

DARK = 0.2  # relative luminance of a face below which dark marks are looked at
LEAST = 2.0  # contrast of a mark and its face


def made_visible(axes: Axes, artists: Iterable[Any]) -> None:
    """Draw lines, points and texts in the colour of the axes' labels where they would vanish.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Whose face and labels count.
    artists : iterable
        New ones on it, or in its legend.
    """
    face = _luminance(axes.get_facecolor())
    if face > DARK:
        return
    theirs = axes.xaxis.label.get_color()
    for artist in artists:
        if hasattr(artist, "get_facecolors"):  # points
            colours = [
                (*to_rgb(theirs), colour[3]) if _contrast(colour, face) < LEAST else colour
                for colour in artist.get_facecolors()
            ]
            artist.set_facecolors(colours)
        elif hasattr(artist, "get_color") and _contrast(artist.get_color(), face) < LEAST:
            artist.set_color(theirs)


def _contrast(colour: Any, face: float) -> float:
    """Give the contrast of two colours as WCAG 2 has it, from 1 to 21."""
    light, dark = sorted((_luminance(colour), face), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Any) -> float:
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)
    ]
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
