"""Two stages of fine-tuning: first the head of a network alone, then part of its base as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasduet.models.vision.transfer import FEATURES, freeze

if TYPE_CHECKING:
    import keras

    from kerasduet.experiments import Experiment

__all__ = ["is_tuning", "set_stage"]


def is_tuning(experiment: Experiment, epochs: int) -> bool:
    """Say whether the last of so many finished epochs was one of fine-tuning."""
    return experiment.all_epochs > experiment.epochs and epochs > experiment.epochs


def set_stage(model: keras.Model, experiment: Experiment, *, tuning: bool) -> None:
    """Make the layers trainable that a stage trains; a training of one stage has its own."""
    if experiment.all_epochs == experiment.epochs:
        return
    names = [layer.name for layer in model.layers]
    base = model.layers[: names.index(FEATURES)]
    freeze(base, experiment.model["trainable_from"] if tuning else None)
