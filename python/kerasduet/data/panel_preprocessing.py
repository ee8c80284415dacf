"""What lies between several series and one network, learned from the training rows of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from kerasduet.data.preprocessing import LABEL_TYPES, Learned, SeriesPreprocessing, as_tuples

__all__ = ["PanelPreprocessing"]

# What all series of a panel have in common; the rest is each one's own.
SHARED = (
    "columns",
    "target",
    "target_is_input",
    "difference",
    "lookback",
    "horizon",
    "season",
    "frequency",
    "strategy",
    "transform",
    "known_future",
    "calendar",
    "intervals",
    "holidays",
)

OWN = (
    "mean",
    "scale",
    "mase_scale",
    "first",
    "rows",
    "tail_times",
    "tail",
    "zone",
    "spacing",
    "power",
    "known_mean",
    "known_scale",
    "known_tail",
)
LATER = ("copied", "copy_share")  # of each one's own; runs of earlier versions lack them
BY_COLUMN = ("tail", "known_tail")  # written column by column, which are fewer lists


@dataclass(frozen=True)
class PanelPreprocessing(Learned):
    """What was learned of several series, each from its own training rows.

    What they have in common (`lookback`, `horizon`, `target` and so on) is an attribute of it, too.

    Parameters
    ----------
    id : str
        Column that says which series a row belongs to.
    ids : tuple of str
        The series, in the order of the table.
    numbered : bool
        Whether they were whole numbers.
    each : tuple of SeriesPreprocessing
        What was learned of each; without `errors`.
    errors : tuple of tuple of float, optional
        Truth minus forecast on validation windows of all series, as a `SeriesPreprocessing` has
        them, but each in units of `sizes`.
    followed : {"shares", "widths"}
        As a `SeriesPreprocessing` has it.
    """

    kind = "panel"

    id: str
    ids: tuple[str, ...]
    numbered: bool
    each: tuple[SeriesPreprocessing, ...]
    errors: tuple[tuple[float, ...], ...] | None = None
    followed: str = "shares"

    def __getattr__(self, name: str) -> Any:
        """Give what all series have in common."""
        if name in SHARED or name in ("lag", "leads", "sees_ahead"):
            return getattr(self.each[0], name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @property
    def zone(self) -> str | None:
        """Time zone of the times."""
        return self.each[0].zone

    @property
    def copied(self) -> str | None:
        """Input column that `copy` repeats in the first series; each has its own."""
        return self.each[0].copied

    @property
    def tail_times(self) -> tuple[str, ...]:
        """Times of the last rows of the first series: whether there are dates."""
        return self.each[0].tail_times

    @property
    def names(self) -> np.ndarray:
        """The series as the caller named them: int64 or text (series,)."""
        read, dtype = LABEL_TYPES["int" if self.numbered else "str"]
        return np.array([read(name) for name in self.ids], dtype=dtype)

    @property
    def sizes(self) -> np.ndarray:
        """How large an error is usual in each series (series,): what MASE divides by.

        Of a season that repeated itself to the digit it is 0; its own deviation stands in.
        """
        return np.array([one.mase_scale or one.scale[-1] for one in self.each])

    @property
    def units(self) -> np.ndarray:
        """What MASE divides each series's errors by (series,); NaN where it is 0, and has none."""
        return np.array([one.mase_scale or np.nan for one in self.each])

    @property
    def most_text(self) -> int:
        """Bytes of the longest name of a series in a table."""
        return 4 * max(map(len, self.ids))

    def to_dict(self) -> dict[str, Any]:
        """Give plain values for JSON: what is shared once, and what is each one's own."""
        shared = {name: getattr(self.each[0], name) for name in SHARED}
        series = [
            {name: _turned(getattr(one, name), name) for name in (*OWN, *LATER)}
            for one in self.each
        ]
        names = ("id", "ids", "numbered", "errors", "followed")
        own = {name: getattr(self, name) for name in names}
        return {"kind": self.kind} | own | {"shared": shared, "series": series}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild it from its `to_dict()`."""
        # Earlier versions knew conformal intervals alone, and no holidays.
        shared = {"intervals": "conformal", "holidays": ()} | values["shared"]
        shared, each = {name: as_tuples(item) for name, item in shared.items()}, []
        if set(shared) != set(SHARED) or not values["series"]:
            raise ValueError("shared: must be what all series have in common")
        for one in values["series"]:
            if not set(OWN) <= set(one) <= {*OWN, *LATER}:
                raise ValueError("series: must be what each has of its own")
            own = {name: _turned(as_tuples(item), name) for name, item in one.items()}
            each.append(SeriesPreprocessing.from_dict({**shared, **own}))
        known = {name: as_tuples(values[name]) for name in ("id", "ids", "numbered", "errors")}
        return cls(each=tuple(each), followed=values.get("followed", "shares"), **known)


def _turned(value: Any, name: str) -> Any:
    """Give rows as columns, or columns as rows, of what is written column by column."""
    return tuple(zip(*value, strict=True)) if name in BY_COLUMN else value
