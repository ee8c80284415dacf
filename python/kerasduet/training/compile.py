"""What a network is trained for: its loss, its metrics and its optimizer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kerasduet.environment import deterministic
from kerasduet.registry import TASKS
from kerasduet.schedules import learning_rate
from kerasduet.settings import configurations
from kerasduet.settings.optimizers import optimizer_class
from kerasduet.training.heads import head_names, spread
from kerasduet.training.stages import set_stage

if TYPE_CHECKING:
    import keras

    from kerasduet.experiments import Experiment

__all__ = ["compile_model", "compile_with"]


@deterministic()
def compile_model(
    model: keras.Model,
    experiment: Experiment,
    *,
    rows: int,
    tuning: bool = False,
) -> keras.Model:
    """Set loss, metrics and optimizer as the experiment says; the optimizer is built.

    The training rows decide over how many steps the learning rate changes. Of a training in two
    stages `tuning` says which: the second trains more layers, at its
    own learning rate, with an optimizer that starts afresh.
    """
    set_stage(model, experiment, tuning=tuning)
    optimizer = _optimizer(experiment, rows, tuning=tuning)
    compile_with(optimizer, model, experiment)
    optimizer.build(model.trainable_variables)
    return model


def compile_with(
    optimizer: keras.Optimizer, model: keras.Model, experiment: Experiment
) -> None:
    """Set loss and metrics as the experiment says, with an optimizer that is there."""
    heads = TASKS[experiment.task].heads(experiment.data, experiment.network)
    if experiment.loss is not None:
        heads["loss"] = configurations.rebuilt(experiment.loss)
    if experiment.metrics:
        heads["metrics"] = [
            *heads.get("metrics", ()),
            *map(configurations.rebuilt, experiment.metrics),
        ]
    heads = spread(heads, head_names(model))
    model.compile(optimizer, **heads)


def _optimizer(experiment: Experiment, rows: int, *, tuning: bool) -> keras.Optimizer:
    import keras

    settings: dict[str, Any] = {
        "learning_rate": (
            experiment.fine_tune_rate if tuning else learning_rate(experiment, rows)
        ),
        "clipnorm": experiment.clip_norm,
        "clipvalue": experiment.clip_value,
    }
    if experiment.momentum:
        settings["momentum"] = experiment.momentum
    # None would turn AdamW's own weight decay into an error; 0 turns it off.
    if experiment.weight_decay or optimizer_class(experiment.optimizer) == "adamw":
        settings["weight_decay"] = experiment.weight_decay
    if configurations.is_object(experiment.optimizer):
        return configurations.rebuilt(experiment.optimizer, settings)
    return keras.optimizers.get({"class_name": experiment.optimizer, "config": settings})
