"""What a network is trained for: its loss, its metrics and its optimizer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kerasduet.environment import deterministic
from kerasduet.registry import TASKS
from kerasduet.schedules import learning_rate, steps_of
from kerasduet.settings import objects
from kerasduet.settings.optimizers import optimizer_class
from kerasduet.training.heads import head_names, spread
from kerasduet.training.stages import set_stage

if TYPE_CHECKING:
    import keras

    from kerasduet.experiments import Experiment

__all__ = ["compile_model", "compile_with"]

# TensorFlow runs this many steps between two looks at Python: small networks train a fifth
# faster, with the same bits, and Ctrl-C still comes through at once.
STEPS_AT_A_TIME = {"tensorflow": 8}

# Preparing many steps at a time costs half a second, which a training of fewer steps never gets
# back: one step at a time costs about a millisecond more a step.
SHORT = 300


@deterministic()
def compile_model(
    model: keras.Model,
    experiment: Experiment,
    *,
    rows: int,
    each_step: bool = False,
    tuning: bool = False,
) -> keras.Model:
    """Set loss, metrics and optimizer as the experiment says; the optimizer is built.

    The training rows decide over how many steps the learning rate changes. Where callbacks are to
    be called after each step, or the steps are few, TensorFlow does one at a time; the bits are
    the same. Of a training in two stages `tuning` says which: the second trains more layers, at its
    own learning rate, with an optimizer that starts afresh.
    """
    set_stage(model, experiment, tuning=tuning)
    optimizer = _optimizer(experiment, rows, tuning=tuning)
    compile_with(optimizer, model, experiment, rows=rows, each_step=each_step)
    optimizer.build(model.trainable_variables)
    return model


def compile_with(
    optimizer: keras.Optimizer,
    model: keras.Model,
    experiment: Experiment,
    *,
    rows: int,
    each_step: bool,
) -> None:
    """Set loss and metrics as the experiment says, with an optimizer that is there."""
    import keras

    heads = TASKS[experiment.task].heads(experiment.data, experiment.network)
    if experiment.loss is not None:
        heads["loss"] = objects.rebuilt(experiment.loss)
    if experiment.metrics:
        heads["metrics"] = [
            *heads.get("metrics", ()),
            *map(objects.rebuilt, experiment.metrics),
        ]
    heads = spread(heads, head_names(model))
    one = each_step or steps_of(experiment, rows) < SHORT
    steps = 1 if one else STEPS_AT_A_TIME.get(keras.config.backend(), 1)
    model.compile(optimizer, **heads, steps_per_execution=steps)


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
    if objects.is_object(experiment.optimizer):
        return objects.rebuilt(experiment.optimizer, settings)
    return keras.optimizers.get({"class_name": experiment.optimizer, "config": settings})
