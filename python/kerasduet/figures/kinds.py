"""Kinds of figures: which there are, what fits a result, what one shows."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kerasduet.checks import choice, nearest, show, text
from kerasduet.errors import ArgumentType, DatasetError, EmptyData, UnknownName
from kerasduet.figures.history import history_panel
from kerasduet.figures.panels import Panel, PlotData
from kerasduet.registry import TASKS

if TYPE_CHECKING:
    from kerasduet.result import Result

__all__ = ["Kind", "check_settings", "figure_kinds", "plot_data", "register_figure"]

OVERVIEW = "overview"
HALF = 44  # letters of a subtitle that fit half of a figure


@dataclass(frozen=True)
class Kind:
    """One kind of figure.

    Parameters
    ----------
    name : str
        As in `run.plot(name)`.
    panel : callable
        Gives the Panel of a result and of the settings, by keyword, that the user gave.
    tasks : tuple of str
        Tasks it is for; empty is every task.
    settings : tuple of str
        Names of the keywords it takes.
    sized : bool
        Whether it also takes `share`, the part of the figure's width that it has.
    """

    name: str
    panel: Callable[..., Panel]
    tasks: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    sized: bool = False

    def fits(self, task: str) -> bool:
        """Say whether it is for a task."""
        return not self.tasks or task in self.tasks


HISTORY = Kind("history", history_panel)
# What a user registered.
_KINDS: dict[str, Kind] = {}


def _known() -> tuple[Kind, ...]:
    """Give every kind: those of all tasks, of each task, and registered ones.

    Tasks may each have a kind of one name, such as "confusion".
    """
    own = (kind for task in TASKS.values() for kind in task.panels)
    return (HISTORY, *own, *_KINDS.values())


def _kind(name: str, task: str) -> Kind | None:
    """Find the kind of a name that is for a task."""
    return next((kind for kind in _known() if kind.name == name and kind.fits(task)), None)


def register_figure(kind: Kind) -> None:
    """Make a kind of figure known; both languages then draw it.

    Raises
    ------
    ArgumentType
        Something that is no Kind, or a name that is taken.

    Examples
    --------
    >>> register_figure(Kind("history", lambda result: None))
    Traceback (most recent call last):
    kerasduet.errors.ArgumentType: kind: a figure of this name is registered already; got history.
    """
    if not isinstance(kind, Kind):
        raise ArgumentType(f"kind: must be a Kind of figure; got {show(kind)}.")
    if text("kind", kind.name) in figure_kinds():
        raise ArgumentType(
            f"kind: a figure of this name is registered already; got {kind.name}."
        )
    _KINDS[kind.name] = kind


def figure_kinds(task: str | None = None) -> tuple[str, ...]:
    """List the kinds of figures, of one task or of all.

    Examples
    --------
    >>> figure_kinds("forecasting")
    ('overview', 'history', 'forecast', 'horizon', 'future')
    """
    names = (kind.name for kind in _known() if task is None or kind.fits(task))
    return (OVERVIEW, *dict.fromkeys(names))


def _named(kind: Any, task: str) -> tuple[str, ...]:
    """Give the kinds that a word may mean: those of all tasks if it is one, else the task's own."""
    return figure_kinds() if kind in figure_kinds() else figure_kinds(task)


def plot_data(result: Result, kind: str = OVERVIEW, **settings: Any) -> PlotData:
    """Compute what a figure of a result shows; see `kerasduet.plots.plot_data`."""
    choice("kind", kind, _named(kind, result.experiment.task))
    given = {name: value for name, value in settings.items() if value is not None}
    check_settings(given)
    _check_fit(result, kind, given)
    if kind == OVERVIEW:
        return _overview(result, given)
    panel = _panel(result, kind, given)
    return PlotData(kind, "", "", (panel,), height=panel.height)


def check_settings(names: Iterable[str]) -> None:
    """Refuse settings that no plot has.

    Raises
    ------
    UnknownName
        The first such name, with the nearest ones.

    Examples
    --------
    >>> check_settings(["rws"])
    Traceback (most recent call last):
    kerasduet.errors.UnknownName: rws: a plot has no such setting. Did you mean rows?
    """
    known = list(dict.fromkeys(name for kind in _known() for name in kind.settings))
    for name in names:
        if name not in known:
            raise UnknownName(f"{name}: a plot has no such setting. {nearest(name, known)}")


def _overview(result: Result, settings: dict[str, Any]) -> PlotData:
    panels, notes = [], [str(result.summary)]
    for part in _parts(result.experiment.task):
        try:
            panels.append(_panel(result, part, settings, share=0.5))
        except (DatasetError, EmptyData) as problem:
            reason = str(problem).partition(": ")[2]
            notes.append(f"The {part} panel is left out: {reason}")
    title = result.experiment.name
    if result.status != "finished":
        done = f"{len(result.history)} of {result.experiment.all_epochs} epochs"
        title += f", {result.status} after {done}"
    subtitle = "\n".join(textwrap.fill(note, 100) for note in notes)
    data = PlotData(OVERVIEW, title, subtitle, tuple(panels))
    if len(panels) == 3:
        # The last two share a row.
        halves = (replace(panel, subtitle=_filled(panel.subtitle)) for panel in panels[1:])
        data = replace(data, panels=(panels[0], *halves))
        tall = max(panels[0].height / Panel.height, 1.0)  # of several rows of panes
        height = data.height + Panel.height * (tall - 1)
        return replace(data, rows=(1, 2), heights=(tall, 1.5), height=height)
    if len(panels) == 2:
        return replace(data, heights=tuple(panel.height for panel in panels))
    return data


def _parts(task: str) -> tuple[str, ...]:
    """Kinds of an overview; of a task that has none of its own, all that are for it."""
    return TASKS[task].overview or figure_kinds(task)[1:]


def _check_fit(result: Result, kind: str, settings: dict[str, Any]) -> None:
    experiment = result.experiment
    task = experiment.task
    if kind != OVERVIEW and _kind(kind, task) is None:
        tasks = sorted({one for found in _known() if found.name == kind for one in found.tasks})
        raise ArgumentType(
            f"kind: {kind} is for {', '.join(tasks)}; got the run {experiment.name}, of "
            f"{task}. Use one of {', '.join(figure_kinds(task))}."
        )
    shown = _parts(task) if kind == OVERVIEW else (kind,)
    for name, value in settings.items():
        having = [found for found in _known() if name in found.settings]
        if not any(found.name in shown and found.fits(task) for found in having):
            parts = list(dict.fromkeys(found.name for found in having))
            names = " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
            has = "has" if len(parts) == 1 else "have"
            raise ArgumentType(
                f"{name}: only {names} {has} this setting; got {show(value)} with "
                f"the kind {kind} of the run {experiment.name}."
            )


def _panel(result: Result, kind: str, settings: dict[str, Any], *, share: float = 1.0) -> Panel:
    found = _kind(kind, result.experiment.task)
    assert found is not None
    given = {name: value for name, value in settings.items() if name in found.settings}
    return found.panel(result, **given, **({"share": share} if found.sized else {}))


def _filled(subtitle: str) -> str:
    """Break the lines of a subtitle that are too long for half of a figure."""
    return "\n".join(textwrap.fill(line, HALF) for line in subtitle.split("\n"))
