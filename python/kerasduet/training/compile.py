"""What a network is trained for: its loss, its metrics and its optimizer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kerasduet.environment import deterministic
from kerasduet.registry import TASKS
from kerasduet.schedules import learning_rate
from kerasduet.settings import objects
from kerasduet.settings.optimizers import optimizer_class

if TYPE_CHECKING:
    import keras

    from kerasduet.experiments import Experiment

__all__ = ["compile_model"]

# TensorFlow runs this many steps between two looks at Python: small networks train a fifth
# faster, with the same bits, and Ctrl-C still comes through at once.
STEPS_AT_A_TIME = {"tensorflow": 8}


@deterministic()
def compile_model(
    model: keras.Model, experiment: Experiment, *, rows: int, each_step: bool = False
) -> keras.Model:
    """Set loss, metrics and optimizer as the experiment says; the optimizer is built.

    The training rows decide over how many steps the learning rate changes. Where callbacks are to
    be called after each step, TensorFlow does one at a time; the bits are the same.
    """
    import keras

    heads = TASKS[experiment.task].heads(experiment.data, experiment.network)
    if experiment.loss is not None:
        heads["loss"] = objects.rebuilt(experiment.loss)
    if experiment.metrics:
        heads["metrics"] = [
            *heads.get("metrics", ()),
            *map(objects.rebuilt, experiment.metrics),
        ]
    optimizer = _optimizer(experiment, rows)
    steps = 1 if each_step else STEPS_AT_A_TIME.get(keras.config.backend(), 1)
    model.compile(optimizer, **heads, steps_per_execution=steps)
    optimizer.build(model.trainable_variables)
    return model


def _optimizer(experiment: Experiment, rows: int) -> keras.Optimizer:
    import keras

    settings: dict[str, Any] = {
        "learning_rate": learning_rate(experiment, rows),
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
