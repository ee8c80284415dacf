"""Bring what an earlier version wrote to today's format, after its seal was checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerasduet.experiments import Experiment, names_of, task_of

__all__ = ["FORMAT", "experiment_of", "upgraded"]

# 1: an experiment was flat, and had the settings of every task.
# 2: an experiment is made of sections.
FORMAT = 2


def upgraded(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Give a manifest of today's format."""
    if manifest["format"] == FORMAT:
        return dict(manifest)
    experiment = experiment_of(manifest["experiment"], manifest["format"])
    return {**manifest, "experiment": experiment.to_dict()}


def experiment_of(values: Mapping[str, Any], version: int) -> Experiment:
    """Read an experiment as a format wrote it."""
    if version == 1:
        known = [*names_of(task_of(values["dataset"]), values["builder"]), "model"]
        values = {name: value for name, value in values.items() if name in known}
        # Those that the data decide stood among the builder's arguments.
        values["model"] = dict(values["model"])
    return Experiment.from_dict(values)
