"""What training rows said of one column, from which its numbers or codes follow."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from kerasduet.data.frames.kinds import KINDS

__all__ = ["DATE_PARTS", "Column"]

DATE_PARTS = ("year", "month sin", "month cos", "weekday sin", "weekday cos")


@dataclass(frozen=True)
class Column:
    """What training rows said of one column.

    Parameters
    ----------
    name : str
        Of the column.
    kind : {"number", "logical", "category", "ordered", "date"}
        What it holds.
    center, scale : float
        Of a number, or of a date's year: it becomes (value - center) / scale.
    fill : float
        What stands in for a missing number, year or logical (true is 1), and for an embedded level
        that is missing where none was in training: the code of the commonest.
    levels : tuple of str
        Of categories, in order: those of the training rows, of an ordered factor all.
    embedded : bool
        Whether the network is given the code of the level, to embed it; else a column of 0 and
        1 a level. Of more ordered levels than get a column each, their place is a number.
    fills : bool
        Whether values may be missing.
    missing : bool
        Whether missing ones have a column, or code, of their own.
    other : bool
        Whether levels may come that the training rows lack. An embedded column has a code for them.
    lacking : tuple of str
        The only ones that may: levels of the rows held out. Empty takes any.
    means : tuple of float
        Of the columns of a level each, over the training rows: what stands for an other level, and
        for a missing one where none was in training.
    """

    name: str
    kind: str
    center: float = 0.0
    scale: float = 1.0
    fill: float = 0.0
    levels: tuple[str, ...] = ()
    embedded: bool = False
    fills: bool = False
    missing: bool = False
    other: bool = False
    lacking: tuple[str, ...] = ()
    means: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no training could have learned, such as a folder changed by hand."""
        _refuse_other_types(self)
        numbers = (self.center, self.scale, self.fill)
        if not all(math.isfinite(number) for number in numbers) or self.scale <= 0:
            raise ValueError("columns: must have finite centers and scales above 0")
        if self.kind not in KINDS or not self.name:
            raise ValueError("columns: must have a name and a known kind")
        if len(set(self.levels)) != len(self.levels):
            raise ValueError("levels: must differ")
        has_levels = self.kind in ("category", "ordered")
        if has_levels != bool(self.levels) or (self.embedded and self.kind != "category"):
            raise ValueError("levels: are those of categories")
        if (self.other and not has_levels) or (self.missing and not self.fills):
            raise ValueError("other, missing: do not go together")
        if self.lacking and (not self.other or set(self.lacking) & set(self.levels)):
            raise ValueError("lacking: are other levels")
        if self.means and len(self.means) != len(self.names) - self.missing:
            raise ValueError("means: must be one a column")
        if self.embedded and not 0 <= self.fill < self.codes:
            raise ValueError("fill: must be a code")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its columns among the numbers, such as "rank[2]"."""
        own = {
            "number": (self.name,),
            "logical": (self.name,),
            "date": tuple(f"{self.name}[{part}]" for part in DATE_PARTS),
            "category": tuple(f"{self.name}[{level}]" for level in self.levels),
            "ordered": self._steps,
        }[self.kind]
        return (
            () if self.embedded else (*own, f"{self.name}[missing]")[: len(own) + self.missing]
        )

    @property
    def _steps(self) -> tuple[str, ...]:
        if self.scale != 1:  # the place of the level, from 0 to 1
            return (self.name,)
        return tuple(f"{self.name}[>={level}]" for level in self.levels[1:])

    @property
    def stand_in(self) -> str:
        """Say what a missing value counts as where it has no mark of its own."""
        if not self.embedded:
            return "the average of the training rows"
        return "other" if self.other else "the commonest level of the training rows"

    @property
    def codes(self) -> int:
        """Codes that an embedding has to know: levels, then missing ones, then other ones."""
        return len(self.levels) + self.missing + self.other


def _refuse_other_types(column: Column) -> None:
    for field in fields(column):
        value = getattr(column, field.name)
        wanted = {"str": str, "float": float, "bool": bool}.get(str(field.type), tuple)
        if type(value) is not wanted:
            raise TypeError(f"{field.name}: must be of type {field.type}")
    if any(type(level) is not str for level in (*column.levels, *column.lacking)):
        raise TypeError("levels: must be texts")
    if any(type(mean) is not float or not 0 <= mean <= 1 for mean in column.means):
        raise ValueError("means: must be shares")
