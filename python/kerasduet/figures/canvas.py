"""A matplotlib figure that carries its alt text and shows itself in a notebook."""

from __future__ import annotations

import io
from typing import Any

from matplotlib.figure import Figure

__all__ = ["RunFigure"]


class RunFigure(Figure):
    """A figure outside pyplot: nothing global, nothing to close.

    Parameters
    ----------
    alt_text : str
        What the figure shows, in words and numbers.
    **settings
        As for matplotlib.figure.Figure.
    """

    def __init__(self, *, alt_text: str, **settings: Any) -> None:
        super().__init__(layout="constrained", **settings)
        self.alt_text = alt_text

    def _repr_png_(self) -> tuple[bytes, dict[str, str]]:
        # Notebooks show only pyplot's figures by themselves.
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=150)
        return buffer.getvalue(), {"alt": self.alt_text}
