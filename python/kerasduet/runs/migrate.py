"""Bring what an earlier version wrote to today's format, after its seal was checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerasduet.experiments import Experiment
from kerasduet.names import names_of, task_of
from kerasduet.registry import BUILDERS

__all__ = ["FORMAT", "experiment_of", "upgraded"]

# 1: an experiment was flat, and had the settings of every task.
# 2: an experiment is made of sections.
FORMAT = 2


def upgraded(content: Mapping[str, Any]) -> dict[str, Any]:
    """Give a manifest or a note on a checkpoint as today's version writes it."""
    return {**content, "experiment": experiment_of(content["experiment"]).to_dict()}


def experiment_of(values: Mapping[str, Any]) -> Experiment:
    """Read an experiment of any format.

    Raises
    ------
    UnknownName
        A builder, a task, a data set or a setting that is not known here.
    """
    if "model" not in values:
        return Experiment.from_dict(values)
    BUILDERS.look_up("builder", values["builder"])
    known = {*names_of(task_of(values["dataset"]), values["builder"]), "model"}
    # Those of the other task stood there too, at their defaults.
    return Experiment.from_dict(
        {k: v for k, v in values.items() if k in known or k not in FLAT}
    )


# What format 1 wrote of every experiment.
FLAT = {
    *("name", "dataset", "builder", "model", "description", "path", "time", "target"),
    *("features", "frequency", "missing", "season", "difference", "straddle", "lookback"),
    *("horizon", "validation_split", "test_split", "optimizer", "learning_rate", "momentum"),
    *(
        "weight_decay",
        "clip_norm",
        "clip_value",
        "epochs",
        "batch_size",
        "early_stopping",
        "seed",
    ),
}
