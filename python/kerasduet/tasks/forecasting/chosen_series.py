"""Which of several series a figure shows: those of a name, or the best, middle and worst."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasduet.checks import nearest, several, show
from kerasduet.data.panel_preprocessing import PanelPreprocessing
from kerasduet.errors import ArgumentRange, ArgumentType, UnknownName
from kerasduet.tasks.forecasting.several import by_series

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["IN_A_ROW", "chosen_places", "height_of", "refuse_single", "which_words"]

SHOWN = 3  # without a choice
MOST_SHOWN = 12
IN_A_ROW = 3
MOST_LISTED = 120  # letters of all names, to list them


def chosen_places(
    run: Result, series: Any = None, among: Sequence[int] | None = None
) -> list[int]:
    """Give the places of the series asked for; by default best, middle and worst skill.

    Without a choice of names they are among some places, by default among all.

    Raises
    ------
    UnknownName
        No such series, with the nearest names.
    ArgumentType, ArgumentRange
        What is no name, one that is given twice, or more than 12.
    """
    learned: Any = run.preprocessing
    if series is not None:
        return _places(learned, series)
    skill = by_series(run.predictions(), learned)["skill"].fillna(-np.inf)
    if among is not None:
        skill = skill.loc[[*among]]
    ranked = skill.sort_values(ascending=False, kind="stable").index
    chosen = np.unique(np.linspace(0, len(ranked) - 1, SHOWN).round().astype(int))
    return [int(place) for place in ranked[chosen]]


def _places(learned: PanelPreprocessing, series: Any) -> list[int]:
    names = several(_name)("series", series)
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ArgumentType(
            f"series: must differ; got {show(twice[0])} {names.count(twice[0])} times."
        )
    for name in names:
        if name not in learned.ids:
            raise UnknownName(
                f"series: must be series of the training; got {show(name)}. "
                f"{_near(name, learned.ids)}"
            )
    if len(names) > MOST_SHOWN:
        raise ArgumentRange(
            f"series: must be at most {MOST_SHOWN} names; got {len(names)}. Draw several figures."
        )
    return [learned.ids.index(name) for name in names]


def _name(argument: str, value: Any) -> str:
    """Read a name as the caller's table has it: a text, or a whole number."""
    if isinstance(value, str):
        return value
    if not isinstance(value, bool | np.bool_):
        if isinstance(value, int | np.integer):
            return str(int(value))
        if isinstance(value, float | np.floating) and float(value).is_integer():
            return str(int(value))
    raise ArgumentType(f"{argument}: must be names of series; got {show(value)}.")


def _near(name: str, ids: Sequence[str]) -> str:
    told = nearest(name, ids)
    if len(told) <= MOST_LISTED:
        return told
    return f"There are {len(ids):,}, such as {ids[0][:40]} and {ids[-1][:40]}."


def refuse_single(run: Result, series: Any) -> None:
    """Refuse a choice of series where a run has one alone."""
    if series is not None:
        raise ArgumentType(
            f"series: must be left out, as the run {run.experiment.name} has one series; got "
            f"{show(series)}. A choice is for runs of several, by id."
        )


def which_words(
    run: Result, places: Sequence[int], series: Any = None, *, ranked: bool = False
) -> str:
    """Say which series are shown, of how many; where they are ranked, by what."""
    learned: Any = run.preprocessing
    total = len(learned.ids)
    if total == 1:
        return "The only series"
    if series is not None or not ranked:
        return f"{len(places)} of {total:,} series"
    order = "Best, middle and worst" if len(places) == 3 else "Best and worst"
    return f"{order} of {total:,} series by skill"


def height_of(panes: int) -> float:
    """Give the inches of a figure of some panes."""
    return 3.8 + 2.2 * (-(-panes // IN_A_ROW) - 1)
