"""A matplotlib figure that carries its alt text and shows itself in a notebook."""

from __future__ import annotations

import io
import re
import warnings
from typing import Any

from matplotlib.figure import Figure

from kerasduet.boundary import warn
from kerasduet.checks import some_of
from kerasduet.notebook import announce, seen
from kerasduet.style import RC, own_look

__all__ = ["RunFigure"]

LACKING = re.compile(r"Glyph (\d+) .*missing from")


class RunFigure(Figure):
    """A figure outside pyplot: nothing global, nothing to close.

    Parameters
    ----------
    alt_text : str
        What the figure shows, in words and numbers.
    look : mapping
        matplotlib's settings in force while it is drawn.
    **settings
        As for matplotlib.figure.Figure.
    """

    def __init__(self, *, alt_text: str, look: Any = RC, **settings: Any) -> None:
        self._look = look
        super().__init__(layout="constrained", **settings)
        self.alt_text = alt_text
        self._told: set[str] = set()
        announce(self)

    def draw(self, renderer: Any) -> None:
        """Draw, and say in one sentence which characters the font lacks."""
        with warnings.catch_warnings(record=True) as told, own_look(self._look):
            warnings.simplefilter("always")
            super().draw(renderer)
        seen(self)
        lacking: dict[str, None] = {}
        for one in told:
            found = LACKING.match(str(one.message))
            if found is None:
                warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
            else:
                lacking[chr(int(found[1]))] = None
        if lacking and self._told != set(lacking):
            self._told = set(lacking)
            signs = [sign if sign.isprintable() else f"U+{ord(sign):04X}" for sign in lacking]
            warn(f"figure: the font has no sign for {some_of(signs)}, drawn as a box.")

    def savefig(self, fname: Any, **settings: Any) -> None:
        """Write it as matplotlib does, in its own colours whatever the style in force."""
        with own_look(self._look):
            super().savefig(fname, **settings)

    def _repr_png_(self) -> tuple[bytes, dict[str, str]]:
        # For what shows results and is no IPython.
        return self._png(), {"alt": self.alt_text}

    def _ipython_display_(self) -> None:
        # Before a formatter of pyplot's, which would leave the alt text out.
        from IPython.display import display

        display(
            {"image/png": self._png(), "text/plain": self.alt_text},
            metadata={"image/png": {"alt": self.alt_text}},
            raw=True,
        )

    def _png(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=150)
        return buffer.getvalue()
