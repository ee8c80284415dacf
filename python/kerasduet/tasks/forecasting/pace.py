"""How long a forecaster of a short series trains: patience in steps, not in epochs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kerasduet.report.words import count

if TYPE_CHECKING:
    from kerasduet.data.dataset import Dataset
    from kerasduet.experiments import Experiment
    from kerasduet.result import Result

__all__ = ["LEAST_STEPS", "advice", "course", "pace"]

LEAST_STEPS = 300  # of a training that a verdict asks for
PATIENCE = 200  # steps without a lower validation loss
FEW_STEPS = 10  # of an epoch: fewer are said


def pace(experiment: Experiment, dataset: Dataset) -> dict[str, Any]:
    """Give the patience of early stopping in steps, where a preset's epochs are few of them.

    Examples
    --------
    Of 60 windows in batches of 32 an epoch is 2 steps, and 200 steps are 100 epochs.
    """
    patience = experiment.early_stopping
    if patience is None or experiment.epochs <= patience:
        return {}
    steps = -(-len(dataset.train) // experiment.batch_size)
    return {"early_stopping": max(patience, -(-PATIENCE // steps))}


def course(run: Result) -> dict[str, str]:
    """Say how many steps a training of short epochs had."""
    epochs, steps = len(run.history), _steps(run)
    if not epochs or steps >= FEW_STEPS:
        return {}
    return {"training": f"{count(epochs, 'epoch')} of {count(steps, 'step')}"}


def advice(run: Result) -> str:
    """Name what to try next where a network that is no better trained for few steps."""
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
