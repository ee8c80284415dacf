"""The look of every figure: colours that colour-blind readers tell apart, and line types."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["GREY", "OKABE_ITO", "PALE", "RC", "TOL", "WIDTH", "blend", "own_look"]

# Okabe and Ito (2008), "Color universal design".
OKABE_ITO = {
    "black": "#000000",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "purple": "#CC79A7",
}

# Darker ones of Tol (2012), "Colour schemes", which colour-blind readers tell from those, too.
TOL = {"wine": "#882255", "indigo": "#332288", "brown": "#661100"}

# What stands behind the data, and what says less than they do.
GREY = "#4D4D4D"
PALE = "#B3B3B3"

# Inches; a text column of a rendered report.
WIDTH = 7.5

# matplotlib's settings (each version types their names anew), in force only while a figure is
# made.
RC: Any = {
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "legend.fontsize": 10,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#7F7F7F",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E5E5E5",
    "grid.linewidth": 0.6,
    # Names of classes and columns are data: "$" in them begins no formula, nor TeX a program.
    "text.parse_math": False,
    "text.usetex": False,
}

# What a person may have set that changes no colour: the font, for its signs, and the resolution.
THEIRS = ("font.", "figure.dpi", "savefig.dpi", "backend", "interactive", "timezone", "svg.")


@contextmanager
def own_look(look: Any = RC) -> Iterator[None]:
    """Draw with the look of this package alone, whatever style a person has set.

    Half of a style would be drawn otherwise: its black face behind our black text.

    Parameters
    ----------
    look : mapping
        matplotlib's settings that differ from its defaults.
    """
    import matplotlib

    defaults: Any = {
        name: value
        for name, value in matplotlib.rcParamsDefault.items()
        if not name.startswith(THEIRS)
    }
    with matplotlib.rc_context(defaults | look):
        yield
        interactive = matplotlib.is_interactive()
    # A notebook's first figure turns on that figures show, which has to last.
    matplotlib.interactive(interactive)


def blend(colour: str, strength: float) -> str:
    """Mix a colour with white.

    Parameters
    ----------
    colour : str
        Hexadecimal, such as "#0072B2".
    strength : float
        0 is white, 1 the colour.

    Examples
    --------
    >>> blend("#0072B2", 0.5)
    '#80B8D8'
    """
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 + (part - 255) * strength):02X}" for part in parts)
