"""How long a forecaster of a short series trains: by steps, not by epochs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kerasduet.report.words import count
from kerasduet.tasks.forecasting.measures import windows_apart

if TYPE_CHECKING:
    from kerasduet.data.dataset import Dataset
    from kerasduet.experiments import Experiment
    from kerasduet.result import Result

__all__ = ["LEAST_STEPS", "advice", "course", "pace"]

LEAST_STEPS = 300  # of a training that a verdict asks for
PATIENCE = 200  # steps without a lower validation loss, or in all where none can be trusted
FEW_STEPS = 10  # of an epoch: fewer are said


def pace(experiment: Experiment, dataset: Dataset) -> dict[str, Any]:
    """Give patience in steps where a preset's epochs are few of them.

    Where all validation windows of a very short series share a step, what happened in one stretch
    of time decides all of their losses, and often the first epoch seems the best: nothing stops
    such a training, which has as many steps.

    Examples
    --------
    Of 60 windows in batches of 32 an epoch is 2 steps, and 200 steps are 100 epochs. Where 6
    validation windows of 12 steps each follow, no loss of theirs stops it: it has 100 epochs.
    """
    patience = experiment.early_stopping
    if patience is None or experiment.epochs <= patience:
        return {}
    steps = -(-len(dataset.train) // experiment.batch_size)
    alike = windows_apart(len(dataset.validation), experiment.horizon) == 1
    if dataset.table is not None and steps < FEW_STEPS and alike:
        epochs = max(experiment.epochs, -(-PATIENCE // steps))
        return {"early_stopping": None, "epochs": epochs}
    return {"early_stopping": max(patience, -(-PATIENCE // steps))}


def course(run: Result) -> dict[str, str]:
    """Say how many steps a training of short epochs had, and why nothing stopped it early."""
    epochs, steps = len(run.history), _steps(run)
    if not epochs or steps >= FEW_STEPS:
        return {}
    told = f"{count(epochs, 'epoch')} of {count(steps, 'step')}"
    windows = run.provenance["sizes"]["validation"]
    alike = windows_apart(windows, run.experiment.horizon) == 1
    is_free = run.experiment.early_stopping is None and run.preprocessing.kind != "panel"
    if is_free and windows and alike:
        told += (
            f", not stopped early: the {count(windows, 'validation window')} all share a step"
            if windows > 1
            else ", not stopped early by a single validation window"
        )
    return {"training": told}


def advice(run: Result) -> str:
    """Name what to try next where a network is no better: the season's differences, more steps."""
    data: Any = run.experiment.data
    if data.season > 1 and data.difference > 1 and data.difference % data.season:
        return (
            f"Its differences are not of the season: try difference = {data.season}, or 0, with "
            f"season = {data.season}."
        )
    kept, steps = run.kept_epoch, _steps(run)
    tried = len(run.history) if kept is None else kept
    if tried == 0 or tried * steps >= LEAST_STEPS // 2:
        return ""
    epochs = max(2 * run.experiment.epochs, -(-LEAST_STEPS // steps))
    after = count(tried * steps, "training step")
    if kept is not None and 2 * kept < len(run.history):
        return (
            f"Early stopping kept epoch {kept}, after {after}: try epochs = {epochs} without "
            "early_stopping."
        )
    return f"{after} gave this: try epochs = {epochs}."


def _steps(run: Result) -> int:
    return max(-(-run.provenance["sizes"]["train"] // run.experiment.batch_size), 1)
