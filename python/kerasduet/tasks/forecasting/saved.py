"""What a saved forecaster learned, held against its experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasduet.data.panel_preprocessing import PanelPreprocessing
from kerasduet.forecasting import conformal
from kerasduet.runs import learned as saved

if TYPE_CHECKING:
    from kerasduet.data.preprocessing import SeriesPreprocessing
    from kerasduet.experiments import Experiment

__all__ = ["check"]


def check(learned: SeriesPreprocessing | PanelPreprocessing, experiment: Experiment) -> None:
    """Refuse what no training for an experiment could have learned."""
    saved.hold("id", getattr(learned, "id", None), experiment.id)
    if isinstance(learned, PanelPreprocessing):
        _check_panel(learned, experiment)
    else:
        _check_one(learned, experiment)


def _check_panel(learned: PanelPreprocessing, experiment: Experiment) -> None:
    """Hold several series against the experiment, each as one."""
    saved.texts("ids", learned.ids)
    saved.flag("numbered", learned.numbered)
    saved.hold("ids", len(learned.ids), len(learned.each))
    saved.hold("ids", len(set(learned.ids)), len(learned.ids))
    _ = learned.names
    for one in learned.each:
        _check_one(one, experiment)
    if learned.errors is not None:
        _check_errors(learned)


def _check_one(learned: SeriesPreprocessing, experiment: Experiment) -> None:
    for name in (
        "difference",
        "lookback",
        "horizon",
        "season",
        "frequency",
        "strategy",
        "transform",
        "intervals",
        "holidays",
    ):
        saved.hold(name, getattr(learned, name), getattr(experiment, name))
    _check_known(learned, experiment)
    if learned.copied is not None:
        saved.hold("copied", learned.copied in learned.columns, True)
    if learned.copy_share is not None:
        saved.finite((learned.copy_share,))
        if learned.copy_share < 0:
            raise ValueError("copy_share: must be at least 0")
    saved.texts("columns", (*learned.columns, learned.target))
    features = len(experiment.data.input_columns(experiment.target))
    saved.hold("columns", len(learned.columns), features)
    if experiment.target is not None:
        saved.hold("target", learned.target, experiment.target)
    saved.hold("columns", [c for c in experiment.features if c not in learned.columns], [])
    saved.flag("target_is_input", learned.target_is_input)
    if learned.target_is_input:
        saved.hold("columns", learned.columns, (learned.target,))
    width = len(learned.columns) + 1
    for values in (learned.mean, learned.scale, *learned.tail):
        saved.hold("columns", len(values), width)
        saved.finite(values)
    saved.finite((learned.first, *([learned.mase_scale] if learned.mase_scale else [])))
    if min(learned.scale) <= 0 or not learned.mase_scale >= 0:
        raise ValueError("scale: must be above 0")
    if type(learned.rows) is not int or not learned.rows >= len(learned.tail):
        raise ValueError("rows: must be at least those of the tail")
    if len(learned.tail) < experiment.lookback + experiment.data.lag:
        raise ValueError("tail: must fill a window")
    saved.hold("power", learned.power is not None, learned.transform == "box-cox")
    if learned.power is not None:
        saved.finite((learned.power,))
    if learned.transform != "none" and min(row[-1] for row in learned.tail) <= 0:
        raise ValueError("tail: must be above 0 for a logarithm")
    if learned.errors is not None:  # of runs without a calibration
        _check_errors(learned)
    saved.finite((learned.spread,))
    if not 1 <= learned.spread * conformal.MOST_SPREAD <= conformal.MOST_SPREAD**2:
        raise ValueError("spread: must be from 1/2 to 2")
    if learned.tail_times:  # earlier versions kept no row numbers
        from kerasduet.data.times import read_times

        saved.hold("tail_times", len(learned.tail_times), len(learned.tail))
        saved.texts("tail_times", learned.tail_times)
        read_times(learned.tail_times, learned.zone)


def _check_known(learned: SeriesPreprocessing, experiment: Experiment) -> None:
    """Hold what is known ahead of time against the experiment."""
    for name in ("known_future", "calendar"):
        saved.hold(name, getattr(learned, name), getattr(experiment, name))
    count = len(learned.known_future)
    rows = len(learned.tail) if count else 0
    saved.hold("known_tail", len(learned.known_tail), rows)
    for values in (learned.known_mean, learned.known_scale, *learned.known_tail):
        saved.hold("known_future", len(values), count)
        saved.finite(values)
    if any(size <= 0 for size in learned.known_scale):
        raise ValueError("known_scale: must be above 0")


def _check_errors(learned: SeriesPreprocessing | PanelPreprocessing) -> None:
    assert learned.errors is not None
    saved.hold("followed", learned.followed in conformal.FOLLOWS, True)
    saved.hold("errors", len(learned.errors), learned.horizon)
    for step in learned.errors:
        saved.finite(step)
        saved.hold("errors", len(step), len(learned.errors[0]))
        if not step or list(step) != sorted(step):
            raise ValueError("errors: must be some, in order")
